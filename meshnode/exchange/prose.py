"""Text from elsewhere, made fit for a private part: valid, normalised, without steering characters, cut with a note."""

import re
import unicodedata

MAX_TITLE = 200
"""Characters of a title: more does not fit a line on any screen."""

MAX_TEXT = 16_000
"""Characters of a text: at most 64,000 bytes of UTF-8 would not fit beside the rest, 48,000 of usual text do."""

MAX_TEXT_BYTES = 40_000
"""Bytes of a text, so that title, text and extras together stay below the 64 KiB of a private part."""

_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
"""Unicode categories that print nothing but may move, hide or turn what stands around them."""

_JOINERS = "\u200c\u200d"
"""Needed to write Persian and to join emoji."""


def one_line(raw: str, most: int = MAX_TITLE) -> str:
    """Return `raw` as one clean line of at most `most` characters, `…` standing for what was cut."""
    line = " ".join(_clean(raw[: most * 8], "").split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def paragraphs(raw: str) -> tuple[str, int]:
    """Return `raw` cleaned, with its line ends kept, and how many characters were cut off its end."""
    if not raw:
        return "", 0
    text = _clean(raw[: MAX_TEXT * 2].replace("\r\n", "\n").replace("\r", "\n"), "\n\t").strip()
    text = re.sub(r"\n{3,}", "\n\n", text)
    kept = text[:MAX_TEXT].encode()[:MAX_TEXT_BYTES].decode("utf-8", "ignore")
    cut = len(text) - len(kept) + max(0, len(raw) - MAX_TEXT * 2)
    return (kept, 0) if cut <= 0 else (f"{kept.rstrip()}\n… [{cut} more characters were cut]", cut)


def title_and_text(raw: str) -> tuple[str, str, int]:
    """Split a message into its first line and the rest; what does not fit the title begins the text."""
    message = raw.strip()
    first, _, rest = message.partition("\n")
    title = one_line(first)
    text, cut = paragraphs(rest if len(first) <= MAX_TITLE else message)
    return title, text, cut


def _clean(raw: str, kept: str) -> str:
    if raw.isascii() and raw.isprintable():
        return raw
    chars = []
    for char in unicodedata.normalize("NFC", raw):
        if char in kept or char in _JOINERS or unicodedata.category(char) not in _STEERING:
            chars.append(char)
        elif char.isspace():
            chars.append(" ")
    return "".join(chars)
