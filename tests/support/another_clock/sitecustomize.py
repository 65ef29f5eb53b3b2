"""Lets a program that a test starts live at another time: so many seconds from now as a file says, which may change.

It is found by PYTHONPATH, and looks for the file that ANOTHER_CLOCK names.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

_FILE = Path(os.environ.get("ANOTHER_CLOCK", "/nowhere"))


def _shift() -> int:
    """Seconds by which the clock is wrong."""
    try:
        return int(_FILE.read_text() or "0")
    except OSError:
        return 0


def _shifted(real: Callable[[], float]) -> Callable[[], float]:
    return lambda: real() + _shift()


def _shifted_ns(real: Callable[[], int]) -> Callable[[], int]:
    return lambda: real() + _shift() * 1_000_000_000


time.time = _shifted(time.time)
time.time_ns = _shifted_ns(time.time_ns)
