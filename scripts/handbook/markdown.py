"""Markdown as the handbook's own pages need it: texts of the program made safe to stand in it, tables, targets."""

import re
from collections.abc import Iterable, Sequence

_CODE = re.compile(r"(`+[^`]+`+)")
_SIGNS = re.compile(r"([\\*\[\]<>{}#])")


def text(words: str) -> str:
    """A text of the program on one line; what stands in backticks stays code, no other sign of it means anything."""
    pieces = _CODE.split(" ".join(words.split()))
    return "".join(piece if index % 2 else _SIGNS.sub(r"\\\1", piece) for index, piece in enumerate(pieces))


def paragraphs(words: str) -> Iterable[str]:
    """The paragraphs of a text of the program, each followed by an empty line; lists stay lists."""
    for block in filter(None, re.split(r"\n\s*\n|\n(?=- )", words)):
        lead, rest = ("- ", block.strip()[2:]) if block.strip().startswith("- ") else ("", block)
        yield from (f"{lead}{text(rest)}", "")


def code(words: str) -> str:
    """A word of the program as code."""
    return f"`{words}`"


def fenced(lines: Iterable[str], kind: str = "text") -> list[str]:
    """A block of code, followed by an empty line."""
    body = list(lines)
    longest = max((len(found) for line in body for found in re.findall(r"`+", line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}{kind}", *body, fence, ""]


def heading(level: int, words: str, target: str = "") -> list[str]:
    """A heading, which other pages reach by `[…](#target)`."""
    return [*([f"({target})="] if target else []), f"{'#' * level} {words}", ""]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table of cells that are Markdown already, followed by an empty line; nothing where there is no row."""
    lines = [_row(row) for row in rows]
    return [_row(heads), _row(["---"] * len(heads)), *lines, ""] if lines else []


def slug(words: str) -> str:
    """A name for a target."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
