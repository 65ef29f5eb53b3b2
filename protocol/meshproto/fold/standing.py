"""What a fold says about one record, and what it remembers of it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple, cast

import msgspec

from meshproto.fold.memory import Memory
from meshproto.records.encoding import Value
from meshproto.records.reasons import Reason
from meshproto.records.record import Record


class Status(IntEnum):
    """The verdict on a record. PENDING and ASIDE end, YES and CONTESTED may follow each other; nothing else changes."""

    PENDING = 0
    """Something in its past is missing."""
    YES = 1
    """Valid: it has the effect of its type."""
    INVALID = 2
    """It breaks a rule, for ever."""
    FOREIGN = 3
    """Invalid because it, or what it names, reaches beyond its scope. So is whatever names it."""
    UNKNOWN = 4
    """This version does not know what it means."""
    ASIDE = 5
    """Valid, but a stranger's that no member's record reaches: without effect."""
    CONTESTED = 6
    """Valid, but what it rests on was ended without knowing of it, or it goes beyond its mandate."""


REAFFIRMED = 7
"""What a row says of a record that is YES only because a clean accept makes up for a contest."""

VALID = frozenset((Status.YES, Status.ASIDE, Status.CONTESTED, REAFFIRMED))
SETTLED = frozenset((Status.YES, REAFFIRMED))


def told(status: int) -> Status:
    """What people are told of the status in a row."""
    return Status.YES if status in SETTLED else Status(status)


STANDS = ("revoke", "rotate")
BADGES = ("beyond-mandate", "concurrent-with-removal")
"""Flags of what is contested and has its effect all the same."""
COUNTS_CONTESTED = frozenset(
    ("profile", "contribution", "recognition", "checkpoint", "agreement", "distribution", *STANDS)
)
"""Types whose records have their effect though contested: what one says of oneself, and endings."""


_YES = int(Status.YES)
_with = msgspec.structs.replace


class Row(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What is remembered of a decided record. There are very many: none of them concerns Python's search for cycles."""

    status: int
    """A Status, or REAFFIRMED."""
    type: str
    home: int
    """Local number of its scope."""
    author: int
    """Local number of the agent it is of, else 0."""
    size: int
    """Bytes of all headers of its log up to it."""
    personal: bool
    """Whether it stands in the stream of a person or organisation, which every scope may reach."""
    child: bytes
    """Id of the record that first continued it in its log."""
    lane: int
    """Local number of its unforked piece of a log."""
    seq: int
    known: int
    """Local number of what is known to those who name it, itself included (see knowledge.py)."""
    mandate: int
    """Local number of the authority by which it speaks (see mandates.py); 0 where there is none to look at."""
    crossed: int
    """The seq of the newest record of its lane, itself included, that brings news of other lanes; 0 if none does."""

    @property
    def valid(self) -> bool:
        """Whether it is valid."""
        return self.status in VALID

    @property
    def counts(self) -> bool:
        """Whether it has the effect of its type."""
        return self.status in SETTLED or (self.status == Status.CONTESTED and self.type in COUNTS_CONTESTED)

    def with_status(self, status: int) -> "Row":
        """The row of the same record, of which something else was found."""
        return _with(self, status=status)


def write_row(memory: Memory, record_id: bytes, row: Row) -> None:
    """Remember what became of a record."""
    memory.put("record", record_id, cast(Value, row))


# What follows is done for nearly every record, so it is written in the quickest way.


def with_child(row: Row, child: bytes) -> Row:
    """The row of a record that another continues."""
    return _with(row, child=child)


def continued(before: Row, record: Record, crossed: int) -> Row:
    """The row of a record that is YES and in everything else like the one before."""
    return Row(
        _YES,
        record.type,
        before.home,
        before.author,
        before.size + len(record.raw),
        before.personal,
        b"",
        before.lane,
        record.seq,
        before.known,
        before.mandate,
        crossed,
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """What a record is worth now: its status and, if that is not YES, the reason and the records that cause it.

    state   by type: contribution, recognition `claimed` | `retracted`; profile, project, replacing correction
            `current` | `superseded`; grant, and accept by which somebody stands, `invited` | `active` | `left` |
            `removed` | `void`, of invitations `open` | `used` …; resolution `open` | `carried`; else empty. In an
            agreement those of 09-agreements, for which there may be a reason though the status is YES
    flags   sorted: `beyond-mandate`, `concurrent-with-removal`, `conflict` (another edit of the same label is current
            too), `corrected`, `erased`, `excess` (more than an invitation allows accepted it), `forked`, `reaffirmed`,
            `vacant` (somebody who is to answer for an agreement does not, or no longer)
    """

    status: Status
    reason: Reason | None = None
    detail: str = ""
    ids: tuple[bytes, ...] = ()
    state: str = ""
    flags: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether it has the effect of its type: so does what is YES, and some of what is CONTESTED."""
        return self.status is Status.YES or (
            self.status is Status.CONTESTED and any(each in self.flags for each in BADGES)
        )


class Change(NamedTuple):
    """A record newly decided, or one whose standing may have changed through another; then `record` is None."""

    id: bytes
    standing: Standing
    record: Record | None


CLAIMS = {"contribution": "claimed", "recognition": "claimed"}


def read_row(memory: Memory, record_id: bytes) -> Row | None:
    """What is remembered of a decided record, if it is one."""
    row = memory.get("record", record_id)
    return row if row is None or isinstance(row, Row) else as_row(row)


def as_row(row: Value) -> Row:
    """What a memory gives back: one in RAM the very row, one on a disk perhaps a plain array."""
    return row if isinstance(row, Row) else Row(*cast(list[Any], row))


def row_of(memory: Memory, record_id: bytes) -> Row:
    """What is remembered of a record that is decided."""
    row = memory.get("record", record_id)
    assert row is not None  # the caller knows that it is decided
    return row if isinstance(row, Row) else as_row(row)


def flags_of_contest(row: Row, reason: Reason | None) -> list[str]:
    """How a contest shows on a record that has its effect all the same, or goes beyond its mandate."""
    if row.status == REAFFIRMED:
        return ["reaffirmed"]
    if row.status != Status.CONTESTED or not row.counts:
        return []
    return [BADGES[0] if reason is Reason.T_LIMIT else BADGES[1]]
