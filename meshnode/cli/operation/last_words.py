"""What a node that runs no more left behind: its log, and what it wrote beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from meshnode.cli.desk import Desk

LOG_FILE = "node.log"
OUTPUT_FILE = "node.out"
"""What the node wrote to stdout and stderr before and beside its log: the traceback of a start that failed, mostly."""
LAST_LINES = 12
"""Lines shown of a node that did not start."""
ENDED = "the node ends: the records could not be written: "
"""What the log of a node says last that could not go on, before the reason."""
_LAST_BYTES = 4_096
"""Bytes of the log in which its last line is looked for."""


def last_words(desk: Desk, log_start: int) -> str:
    """Return the last lines that a node which did not start left behind: its output, else its log since `log_start`."""
    output = _tail(desk.places.state / OUTPUT_FILE, 0)
    return "\n".join((output or _tail(desk.places.state / LOG_FILE, log_start))[-LAST_LINES:])


def why_it_ended(desk: Desk) -> str:
    """Return why the node ended by itself the last time it ran, as its log says; empty if it was stopped, or killed."""
    lines = _tail(desk.places.state / LOG_FILE, max(0, log_size(desk) - _LAST_BYTES))
    _, _, told = lines[-1].partition(ENDED) if lines else ("", "", "")
    return told.split('"')[0].rstrip()  # what follows in a log of JSON is not of it


def log_size(desk: Desk) -> int:
    """Return how long the log is now, so that only what follows is shown."""
    try:
        return (desk.places.state / LOG_FILE).stat().st_size
    except OSError:
        return 0


def _tail(path: Path, start: int) -> list[str]:
    try:
        with path.open("rb") as file:
            file.seek(start)
            return file.read()[-65_536:].decode(errors="replace").splitlines()
    except OSError:
        return []
