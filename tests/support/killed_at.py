"""Changes a home's protection again and again, killed after its first line, its second, … until nothing kills it.

Run as `python -m tests.support.killed_at protect|change|unprotect HOME FOLDER`: FOLDER/1, FOLDER/2, … are what is left
of the home, the last of them with the change complete. A process of its own, so that it may fork and be traced.
"""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import nacl.bindings  # noqa: F401 - here once, and not in every child

import meshnode.store
from meshnode.store.passphrase import Cost
from meshnode.store.protection import change, open_home, protect, unprotect

OLD, NEW = "the old passphrase", "the new passphrase"
CHEAP = Cost(passes=1, kib=8)
"""The least that Argon2 does, for tests in which nobody guesses."""
KILLED = 9
OURS = str(Path(meshnode.store.__file__).parent)


def _deed(name: str, home: Path) -> Callable[[], object]:
    if name == "protect":
        return lambda: protect(home, NEW, CHEAP)
    main_key = open_home(home, OLD)
    return (lambda: change(home, main_key, NEW, CHEAP)) if name == "change" else (lambda: unprotect(home, main_key))


def _killed_after(lines: int, deed: Callable[[], object]) -> bool:
    """Do it in a process that ends before the next line of ours once so many were begun; whether that happened."""
    child = os.fork()
    if child == 0:
        left = lines

        def trace(frame: FrameType, event: str, what: Any) -> Any:
            nonlocal left
            if not frame.f_code.co_filename.startswith(OURS):
                return None
            if event == "line":
                left -= 1
                if left < 0:
                    os._exit(KILLED)
            return trace

        sys.settrace(trace)
        deed()
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert code in (0, KILLED), code
    return code == KILLED


def main(name: str, home: Path, folder: Path) -> None:
    """Leave a folder for each line."""
    for lines in range(1, sys.maxsize):
        copy = folder / str(lines)
        shutil.copytree(home, copy)
        if not _killed_after(lines, _deed(name, copy)):
            return


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
