"""Does something in a process that is killed before a certain line of ours, for tests of the crash between two lines.

The process that calls this must have no other threads: it forks.
"""

import os
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

KILLED = 9
"""How a process ends that was killed at its line."""

Ours = Callable[[str], bool]
"""Whether a file is one between whose lines is killed."""


def ends_after(lines: int | None, ours: Ours, deed: Callable[[], object]) -> int:
    """Do it in a process that is killed before the next line of ours once so many were begun, or never if None.

    Returns how that ended: 0 or KILLED. Any other end of it is an AssertionError.
    """
    child = os.fork()
    if child == 0:
        if lines is not None:
            sys.settrace(_killer(lines, ours))
        deed()
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, KILLED), code
    return code


def _killer(left: int, ours: Ours) -> Callable[[FrameType, str, Any], Any]:
    def trace(frame: FrameType, event: str, what: Any) -> Any:
        nonlocal left
        if not ours(frame.f_code.co_filename):
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os._exit(KILLED)
        return trace

    return trace
