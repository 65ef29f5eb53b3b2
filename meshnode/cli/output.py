"""What a command prints: lines and tables for people, one JSON object or NDJSON for programs, the last word on stderr.

Everything that peers wrote passes through `safe_text` here, so that a command cannot forget it. Colour only repeats
what the words and marks say already.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TextIO

from meshnode.words.safe_text import clean, columns, cut, harmless

NARROW = 80
"""Columns assumed where there is no terminal to ask."""
WIDEST = 160
"""Lines longer than this are hard to read, however wide the terminal is."""
WIDEST_CELL = 20
"""Columns that a cell which does not give way may take, however long somebody's name is."""

_STYLES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33"}


class Out:
    """One command's output. `as_json` sends objects to stdout and nothing else."""

    def __init__(self, *, as_json: bool, stdout: TextIO, stderr: TextIO, environ: Mapping[str, str]) -> None:
        self.as_json = as_json
        self.stdout = stdout
        self.stderr = stderr
        self.stderr_is_terminal = stderr.isatty()
        self.is_terminal = stdout.isatty()
        self._colour = self.is_terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb"
        self._plain_marks = not _can_write("✓…·", stdout)
        self.width = _width(stdout, environ)

    # For programs.

    def give(self, schema: str, answer: Mapping[str, object]) -> None:
        """Print one JSON object on one line; `schema` is its name without the `meshnode.` and the version.

        Only ASCII is written, everything else escaped, so that no text of a peer can act on a terminal.
        """
        import json  # Most commands answer people.

        self.stdout.write(json.dumps({"schema": f"meshnode.{schema}/1", **answer}) + "\n")

    def give_or_ok(self, schema: str, answer: Mapping[str, object], text: str) -> None:
        """Print the answer for programs, or `text` as done for people."""
        if self.as_json:
            self.give(schema, answer)
        self.ok(text)

    # For people.

    def line(self, text: str = "", style: str = "") -> None:
        """Print one line: the caller's own words, made harmless in case they quote somebody else's."""
        self._print(self.styled(self._writable(harmless(text)), style))

    def ok(self, text: str) -> None:
        """Say that something was done."""
        self._mark("✓", "ok", "green", text)

    def warn(self, text: str) -> None:
        """Say that something needs the reader's attention."""
        self._mark("!", "!", "yellow", text)

    def bad(self, text: str) -> None:
        """Say that something is wrong."""
        self._mark("✗", "no", "red", text)

    def aside(self, text: str) -> None:
        """Say something to people on stderr, also when the answer is JSON or goes into a file."""
        self.stdout.flush()  # Where both go into one file, what was said first shall stand first.
        self.stderr.write(harmless(text) + "\n")
        self.stderr.flush()

    def text(self, text: str, indent: int = 2) -> None:
        """Print a longer text of somebody's, wrapped and indented."""
        for paragraph in text.splitlines() or [""]:
            for piece in _wrapped(clean(paragraph), self.width - indent):
                self.line(" " * indent + piece)

    def fields(self, rows: Iterable[tuple[str, str]], indent: int = 2, *, wrapped: bool = False) -> None:
        """Print names and values below each other; rows with an empty value are left out."""
        kept = [(name, value) for name, value in rows if value]
        left = max((len(name) for name, _ in kept), default=0) + 2
        for name, value in kept:
            safe = clean(value)
            first, *others = (_wrapped(safe, self.width - indent - left) if wrapped else None) or [safe]
            self._print(" " * indent + self.styled(name.ljust(left), "dim") + self._writable(first))
            for each in others:
                self.line(" " * (indent + left) + each)

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        *,
        flexible: int,
        right: Sequence[int] = (),
        whole: Sequence[int] = (),
    ) -> None:
        """Print a table that fits the width: the column `flexible` gives way, those in `right` are numbers.

        What stands in `whole` is never cut: people type it.
        """
        safe = [[clean(cell) for cell in row] for row in rows]
        widths = [max(columns(line[place]) for line in [list(heads), *safe]) for place in range(len(heads))]
        kept = {flexible, *whole}
        widths = [width if place in kept else min(width, WIDEST_CELL) for place, width in enumerate(widths)]
        room = self.width - sum(widths) + widths[flexible] - 2 * (len(heads) - 1)
        widths[flexible] = min(widths[flexible], max(room, 8))
        self.line(_row(heads, widths, right), "bold")
        for row in safe:
            self.line(_row(row, widths, right))

    def progress(self, text: str) -> None:
        """Show on a terminal's stderr what is going on; the next call, or `done`, overwrites it."""
        if self.stderr_is_terminal:
            self.stderr.write(f"\r\x1b[K{cut(text, self.width - 1)}")
            self.stderr.flush()

    def progress_done(self) -> None:
        """Remove what `progress` showed."""
        if self.stderr_is_terminal:
            self.stderr.write("\r\x1b[K")
            self.stderr.flush()

    def styled(self, text: str, style: str) -> str:
        """Return `text` with a colour or weight where that is wanted."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if style and self._colour and text else text

    def _mark(self, mark: str, plain: str, style: str, text: str) -> None:
        shown = self.styled(plain if self._plain_marks else mark, style)
        self._print(f"{shown} {self._writable(harmless(text))}")

    def _print(self, safe: str) -> None:
        if not self.as_json:
            self.stdout.write(safe + "\n")

    def _writable(self, text: str) -> str:
        return text.replace("…", "..").replace("·", "-").replace("→", "->") if self._plain_marks else text


def _width(stream: TextIO, environ: Mapping[str, str]) -> int:
    if environ.get("COLUMNS", "").isdigit():
        return min(max(int(environ["COLUMNS"]), 40), WIDEST)
    try:
        return min(max(os.get_terminal_size(stream.fileno()).columns, 40), WIDEST)
    except (OSError, ValueError):
        return NARROW


def _can_write(marks: str, stream: TextIO) -> bool:
    try:
        marks.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def _row(cells: Sequence[str], widths: Sequence[int], right: Sequence[int]) -> str:
    pieces = []
    for place, (cell, width) in enumerate(zip(cells, widths, strict=True)):
        shown = cut(cell, width)
        gap = " " * (width - columns(shown))
        pieces.append(gap + shown if place in right else shown + gap)
    return "  ".join(pieces).rstrip()


def _wrapped(text: str, width: int) -> list[str]:
    lines, current = [], ""
    for word in text.split():
        if current and columns(current) + 1 + columns(word) > width:
            lines.append(current)
            current = ""
        current = f"{current} {word}" if current else word
    return [*lines, current]
