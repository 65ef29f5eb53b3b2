"""Answers that do not show on the terminal while they are typed."""

import io
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def unseen(stdin: TextIO) -> Iterator[None]:
    """Let what is typed at the terminal not appear there; what was typed before it was asked for is dropped."""
    try:
        terminal = stdin.fileno()
        before = termios.tcgetattr(terminal)
    except (io.UnsupportedOperation, termios.error):
        yield  # No terminal of the system's: nothing shows there anyway.
        return
    silent = termios.tcgetattr(terminal)
    silent[3] &= ~termios.ECHO
    try:
        termios.tcsetattr(terminal, termios.TCSAFLUSH, silent)
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)
