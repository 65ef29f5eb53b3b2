"""Which recovery keys an identity has, as their owner knows them; the records tell digests only."""

from typing import NamedTuple

from meshnode.core.rows import NoteEntry
from meshnode.runtime import notes
from meshproto.records.encoding import decode, encode

WORDS, FILE, GUARDIAN, UNKNOWN = "words", "file", "guardian", "unknown"
LONGEST_LABEL = 100
"""Characters of what an owner calls a holder."""


class Holder(NamedTuple):
    """One recovery key: its digest of 32 bytes, and where it is: words on paper, a file, somebody trusted."""

    kind: str
    digest: bytes
    label: str = ""


def holder_row(holders: list[Holder]) -> NoteEntry:
    """How a home remembers them."""
    return NoteEntry(notes.HOLDERS, encode([[each.kind, each.digest, each.label.encode()] for each in holders]))


def holders_of(note: bytes | None, digests: list[bytes]) -> list[Holder]:
    """The holders with these digests, by what the home remembers."""
    rows = decode(note) if note else []
    known: dict[bytes, Holder] = {}
    for row in rows if isinstance(rows, list) else []:
        match row:
            case [str(kind), bytes(digest), bytes(label)]:
                known[digest] = Holder(kind, digest, label.decode(errors="replace"))
    return [known.get(each, Holder(UNKNOWN, each)) for each in digests]


def in_words(holders: list[Holder], need: int) -> str:
    """Which recovery keys there are, and how many it takes."""
    if not holders:
        return "there are no recovery keys: if this machine is lost, so is this identity"
    named = {WORDS: "12 words", FILE: "the file", GUARDIAN: "kept by", UNKNOWN: "one not known to this machine"}
    listed = ", ".join(f"{named[each.kind]} {each.label}".strip() for each in holders)
    return f"{need} of {len(holders)} recovery keys bring the identity back: {listed}"


def read_holder_text(text: str) -> Holder:
    """A holder as the command line hands it over: `kind:digest:label`. Raises ValueError."""
    kind, digest, label = text.split(":", 2)
    raw = bytes.fromhex(digest)
    if kind not in (FILE, GUARDIAN) or len(raw) != 32 or len(label) > LONGEST_LABEL:
        raise ValueError(text)
    return Holder(kind, raw, label)
