"""A command at a terminal of its own: what it shows is read, what it asks is answered, as a person would.

with Terminal(["meshnode", "up"], environ) as terminal:
    terminal.answers("Passphrase: ", "correct horse")
    assert terminal.ends() == 0
"""

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from tests.support.patience import DEADLINE

AGAIN = 0.02
AGAIN_PRESSED = 2.0
"""Seconds until somebody presses a key again."""

# The terminal must be the controlling one of the program, which needs a process that asks for it. And Ctrl-C must
# count: what a script starts in the background, perhaps a run of these tests, ignores it and lets its children inherit
# that.
_STARTER = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.login_tty(0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


class Terminal:
    """One command on a pseudo-terminal; `shown` is all that it has printed there so far."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._master, terminal = pty.openpty()
        self._told = 0
        self.shown = ""
        self.process = subprocess.Popen(
            [sys.executable, "-S", "-c", _STARTER, *command],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env=dict(environ),
        )
        os.close(terminal)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def sees(self, text: str) -> None:
        """Wait until it shows a text that it has not shown before the last answer."""
        until = time.monotonic() + DEADLINE
        while text not in self._new:
            assert self._read(until), f"never showed {text!r} but {self.shown!r}"

    def answers(self, question: str, answer: str) -> None:
        """Wait for a question, and type the answer to it."""
        self.sees(question)
        self._told = len(self.shown)
        os.write(self._master, f"{answer}\n".encode())

    def interrupts(self) -> None:
        """Press Ctrl-C, and again if nothing happens, as a person does.

        Python looks for signals between two of its steps: one that arrives in the instant before it begins to wait for
        an answer is noticed after that.
        """
        until = time.monotonic() + DEADLINE
        while self.process.poll() is None:
            assert time.monotonic() < until, "it did not end"
            os.write(self._master, b"\x03")
            self._read_for(AGAIN_PRESSED)

    def _read_for(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < until:
            self._read(min(until, time.monotonic() + AGAIN))

    def ends(self) -> int:
        """Wait until the command has ended, and return its exit code."""
        until = time.monotonic() + DEADLINE
        while self._read(until):
            pass
        return self.process.wait(max(0.1, until - time.monotonic()))

    @property
    def _new(self) -> str:
        return self.shown[self._told :]

    def _read(self, until: float) -> bool:
        """Take in what it prints; return False once nothing can come any more."""
        ready, _, _ = select.select([self._master], [], [], max(0.0, until - time.monotonic()))
        try:
            found = os.read(self._master, 65536) if ready else b""
        except OSError:  # Nobody holds the other end any more.
            found = b""
        self.shown += found.decode(errors="replace").replace("\r\n", "\n")
        return bool(found)
