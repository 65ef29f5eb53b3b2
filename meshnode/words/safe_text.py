"""Makes text written by others safe to print: no control, escape or direction characters, and never longer than asked.

A record's title can hold anything its author liked to put there: sequences that clear the screen, that retitle the
window, or that turn the reading direction around so that a name reads as another one (08 P12).
"""

_ESCAPES = (
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor, clearing
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)"  # OSC, DCS, SOS, PM, APC
    r"|\x1b[ -/]*[0-~]"  # the short ones
)
_JOINERS = "\u200c\u200d"
"""Needed to write Persian and to join emoji; they neither move the cursor nor turn the direction."""

MOST_MARKS = 3
"""Combining marks kept on one letter. Vietnamese needs two; a pile of fifty hides the lines above."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, which could send the table elsewhere."""


def clean(text: str) -> str:
    """Return `text` on one line without anything that steers a terminal, and without room to hide in."""
    if text.isascii() and text.isprintable():
        return text
    return " ".join(harmless(text).split())


def harmless(text: str) -> str:
    """Return a line of ours, with whatever of others it holds, without anything that steers a terminal."""
    if text.isascii() and text.isprintable():
        return text
    import re  # Most texts are plain and never come here.

    return "".join(_kept(re.sub(_ESCAPES, "", text)))


def clean_lines(text: str) -> list[str]:
    """Return the lines of a longer text, each of them clean."""
    import re

    return [clean(line) for line in re.split(r"\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]", text)]


def harmless_cell(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, on one line, without characters that steer."""
    cell = clean(text)
    return f"'{cell}" if cell.lstrip().startswith(FORMULA) else cell


def cut(text: str, width: int) -> str:
    """Return clean `text` in at most `width` columns; what is cut off shows as …"""
    plain = clean(text)
    if columns(plain) <= width:
        return plain
    kept, used = [], 0
    for char in plain:
        used += _columns_of(char)
        if used > width - 1:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…" if width > 0 else ""


def columns(text: str) -> int:
    """Return how many terminal columns `text` takes: wide letters take two, combining marks none."""
    return len(text) if text.isascii() else sum(_columns_of(char) for char in text)


def _kept(text: str) -> list[str]:
    import unicodedata

    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MOST_MARKS:
            continue
        if char.isspace() or category in ("Zl", "Zp"):
            kept.append(" ")
        elif category[0] != "C" or char in _JOINERS:
            kept.append(char)
    return kept


def _columns_of(char: str) -> int:
    import unicodedata

    if unicodedata.combining(char) or char in _JOINERS or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in ("W", "F") else 1
