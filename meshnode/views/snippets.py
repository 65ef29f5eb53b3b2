"""The piece of a text that shows why a search has found it, and how words are compared.

Words are compared as the search index compares them: without regard to case and diacritics, by their beginnings.
"""

import re
import unicodedata
from typing import NamedTuple

LENGTH = 140
"""Characters of a piece: one or two lines."""
BEFORE = 40
"""Characters shown before the first word that was found."""
_WORD = re.compile(r"[^\W_]+")
"""Letters and digits of any language."""


class Snippet(NamedTuple):
    """A piece of a text, with where the words stand in it that were looked for."""

    text: str
    marks: tuple[tuple[int, int], ...]
    """Begin and end of each, in characters."""


def folded(text: str) -> str:
    """A text as it is compared, character by character: each becomes one, so that places stay what they are."""
    return text.lower() if text.isascii() else "".join(map(_plain, text))


def words_of(text: str) -> list[str]:
    """The words somebody looks for, folded."""
    return _WORD.findall(folded(text))


def has_all(text: str, words: list[str]) -> bool:
    """Whether words of a text begin like each of these."""
    present = words_of(text)
    return all(any(each.startswith(word) for each in present) for word in words)


def snippet(text: str, words: list[str]) -> Snippet:
    """The piece of `text` around the first of `words`, or its beginning if none stands there."""
    flat = " ".join(text.split())
    found = _places(flat, words)
    start = max(0, found[0][0] - BEFORE) if found and found[0][1] > LENGTH else 0
    start = flat.find(" ", start, found[0][0]) + 1 if start and found else start
    piece = flat[start : start + LENGTH]
    head, tail = "… " if start else "", " …" if start + LENGTH < len(flat) else ""
    shift = len(head) - start
    marks = tuple((begin + shift, end + shift) for begin, end in found if end <= start + len(piece) and begin >= start)
    return Snippet(f"{head}{piece}{tail}", marks)


def _places(flat: str, words: list[str]) -> list[tuple[int, int]]:
    """Where words begin like one of those looked for, as far as they are alike."""
    plain, found, place = folded(flat), [], 0
    while place < len(plain):
        if plain[place].isalnum() and (place == 0 or not plain[place - 1].isalnum()):
            length = max((len(word) for word in words if plain.startswith(word, place)), default=0)
            if length:
                found.append((place, place + length))
        place += 1
    return found


def _plain(character: str) -> str:
    if character.isascii():
        return character.lower()
    parts = unicodedata.normalize("NFKD", character)
    bare = "".join(part for part in parts if not unicodedata.combining(part)) or " "
    return bare[0].lower()[:1] or character
