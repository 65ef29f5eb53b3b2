"""Finds the record that an abbreviated id means.

People write ids whole (`bafkrei` and 52 more letters), by their beginning, by their end (`q3xw4yeq`), or by both with
dots between (`bafkreid…4yeq`). Any of them will do as long as one record fits.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from meshnode.runtime.refusals import Code, Refusal
from meshproto.records.ids import IdError, RecordId, from_text, short, to_text

PREFIX = "bafkrei"
"""How every id begins: a CIDv1 in base32, raw, SHA-256."""
LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
LENGTH = len(PREFIX) + 52
LEAST = 4
"""Letters one must give at least; fewer fit by accident."""
IDS_REMEMBERED = 4_096
"""Ids of which the text is remembered, 1 MB: turning one into the other takes as long as reading a row."""
SHOWN = 4
"""How many candidates an ambiguous id lists."""
_ID_BITS = 256
_HEAD_BITS = 32
_TEXT_BITS = 290
"""58 letters of 5 bits after the leading b: 32 bits of head, 256 of id, 2 of nothing."""


class Abbreviation(NamedTuple):
    """The letters given of an id; `beginning` includes the prefix all ids share, or is empty."""

    beginning: str
    end: str

    def bounds(self) -> tuple[bytes, bytes]:
        """The least and greatest 32-byte id with this beginning."""
        given = self.beginning[1:]
        low, high = (_id_of(given.ljust(_TEXT_BITS // 5, filler)) for filler in (LETTERS[0], LETTERS[-1]))
        return low, high

    def fits(self, record: bytes) -> bool:
        """Whether an id may be meant."""
        text = to_text(record)
        return text.startswith(self.beginning) and text.endswith(self.end)


def read_abbreviation(text: str) -> Abbreviation:
    """Split what somebody typed. Raises Refusal if it can be no id."""
    plain = text.strip().lower().replace("...", "…")
    beginning, dots, end = plain.partition("…")
    if not dots and not plain.startswith(PREFIX):
        beginning, end = "", plain
    letters = beginning.removeprefix(PREFIX) + end
    if (beginning and not beginning.startswith(PREFIX)) or len(letters) < LEAST or set(letters) - set(LETTERS):
        raise Refusal(Code.BAD_REQUEST, f"{text!r} is no id", f"an id begins with {PREFIX}; its last 8 letters will do")
    return Abbreviation(beginning, end)


def whole_id(text: str) -> RecordId | None:
    """The id a whole text names, None if it is abbreviated. Raises Refusal for a mistyped one."""
    if len(text.strip()) < LENGTH or "…" in text:
        return None
    try:
        return _id(text.strip().lower())
    except IdError as error:
        raise Refusal(Code.BAD_REQUEST, f"{text!r} is no id: {error}", "copy it again") from error


def plain_id(text: str) -> RecordId | None:
    """The id that a text is, where it may be a name as well; None if it is none."""
    try:
        return _id(text.strip().lower())
    except IdError:
        return None


@lru_cache(IDS_REMEMBERED)
def text_of_id(record: bytes) -> str:
    """An id as people write it; `to_text` for those that are asked for again and again."""
    return to_text(record)


@lru_cache(IDS_REMEMBERED)
def _id(text: str) -> RecordId:
    return from_text(text)


def the_one(text: str, found: Sequence[RecordId], describe: Callable[[RecordId], str]) -> RecordId:
    """The only candidate. Raises Refusal if there is none, or several (which are listed)."""
    if not found:
        raise Refusal(Code.NOT_FOUND, f"nothing here has the id {text}", "meshnode contribution ls")
    if len(found) > 1:
        listed = ", ".join(f"{short(each)} ({describe(each)})" for each in found[:SHOWN])
        more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise Refusal(Code.AMBIGUOUS, f"{text} fits {listed}{more}", "give more letters of the id")
    return found[0]


def _id_of(letters: str) -> bytes:
    number = 0
    for letter in letters:
        number = number << 5 | LETTERS.index(letter)
    return ((number >> 2) & ((1 << _ID_BITS) - 1)).to_bytes(32, "big")
