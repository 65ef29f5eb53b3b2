"""`meshnode logs`: the node's own log, read from the disk, so that it also tells why a node no longer runs."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.operation.last_words import LOG_FILE

USUAL_LINES = 40
_POLL = 0.2
"""Seconds between two looks for new lines."""
_BLOCK = 65_536


def logs(desk: Desk, *, follow: bool, lines: int | None) -> Exit:
    """Print the last lines of the log, and go on printing if asked to."""
    path = desk.places.state / LOG_FILE
    if not path.exists() and not follow:
        raise Failure(Exit.NOT_RUNNING, "there is no log yet: no node has run here", "meshnode up")
    last, place = last_lines(path, USUAL_LINES if lines is None else lines)
    for line in last:
        _print(desk, line)
    if follow:
        for line in following(path, place):
            _print(desk, line)
            desk.out.stdout.flush()
    return Exit.OK


def last_lines(path: Path, number: int) -> tuple[list[str], int]:
    """Return the last `number` whole lines of a file and the place after them, reading no more than needed."""
    if not path.exists():
        return [], 0
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        start, text = end, b""
        while start > 0 and text.count(b"\n") <= number:
            step = min(_BLOCK, start)
            start -= step
            file.seek(start)
            text = file.read(step) + text
    whole, _, rest = text.rpartition(b"\n")
    lines = whole.decode(errors="replace").split("\n") if whole else []
    return lines[-number:] if number else [], end - len(rest)


def following(path: Path, place: int) -> Iterator[str]:
    """Yield every line that is written after `place`, also after the file was set aside and begun anew."""
    rest, seen = b"", None
    while True:
        try:
            found = path.stat()
        except FileNotFoundError:
            found = None
        if found is not None:
            if (seen is not None and found.st_ino != seen) or found.st_size < place:
                place, rest = 0, b""
            seen = found.st_ino
        if found is not None and found.st_size > place:
            with path.open("rb") as file:
                file.seek(place)
                rest += file.read(_BLOCK)
                place = file.tell()
            *lines, rest = rest.split(b"\n")
            yield from (line.decode(errors="replace") for line in lines)
        else:
            time.sleep(_POLL)


def _print(desk: Desk, line: str) -> None:
    if desk.out.as_json:
        desk.out.give("logs", {"line": line})
    desk.out.line(line)


COMMANDS = {
    "logs": Command(
        "logs",
        "Show the node's own log.",
        logs,
        (
            Argument(("-f", "--follow"), "Go on showing what is added, until interrupted.", kind="flag"),
            Argument(("-n", "--lines"), f"How many of the last lines ({USUAL_LINES}).", kind="number"),
        ),
        exits=(Exit.NOT_RUNNING, Exit.INTERRUPTED),
    )
}
