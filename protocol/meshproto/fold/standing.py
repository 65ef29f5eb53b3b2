"""What a fold says about one record."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple, cast

from meshproto.fold.memory import Memory
from meshproto.records.encoding import Value
from meshproto.records.reasons import Reason
from meshproto.records.record import Record


class Status(IntEnum):
    """The verdict on a record. Only PENDING and ASIDE ever change, both to something else for good."""

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


class Row(NamedTuple):
    """What is remembered of a decided record."""

    status: int
    type: str
    home: int
    """Local number of its scope."""
    author: int
    """Local number of its agent if the agent's own key signed it, else 0."""
    size: int
    """Bytes of all headers of its log up to it."""
    personal: bool
    """Whether it stands in the stream of a person or organisation, which every scope may reach."""
    ready: bytes
    """Which founders' accepts are in its past: a bit each, or READY once all are."""
    child: bytes
    """Id of the record that first continued it in its log."""


READY = b"all"


def write_row(memory: Memory, record_id: bytes, row: Row) -> None:
    """Remember what became of a record."""
    memory.put("record", record_id, cast(Value, row))


@dataclass(frozen=True, slots=True)
class Standing:
    """What a record is worth now: its status and, if that is not YES, the reason and the records that cause it.

    state  by type: contribution, recognition `claimed` | `retracted`; profile, project, replacing correction
           `current` | `superseded`; else empty
    flags  sorted: `conflict` (another edit of the same label is current too), `corrected`, `erased`, `forked`
    """

    status: Status
    reason: Reason | None = None
    detail: str = ""
    ids: tuple[bytes, ...] = ()
    state: str = ""
    flags: tuple[str, ...] = ()


class Change(NamedTuple):
    """A record newly decided, or one whose standing changed through another; then `record` is None."""

    id: bytes
    standing: Standing
    record: Record | None


_STATES = {
    "contribution": "claimed",
    "recognition": "claimed",
    "profile": "current",
    "project": "current",
}


def read_row(memory: Memory, record_id: bytes) -> Row | None:
    """What is remembered of a decided record, if it is one."""
    row = memory.get("record", record_id)
    # A memory in RAM gives back the very row; one on disk gives a plain array.
    return row if row is None or isinstance(row, Row) else Row._make(cast(list[Any], row))


def fresh_standing(record: Record) -> Standing | None:
    """The standing of a valid record that nothing else can have touched yet; None if it must be looked up."""
    return None if record.type in ("profile", "project", "correction") else _FRESH.get(record.type, _PLAIN)


def standing_of(memory: Memory, record_id: bytes, row: Row) -> Standing:
    """The standing of a decided record, with all that later ones did to it."""
    status = Status(row.status)
    reason: Reason | None = None
    detail, ids = "", cast(tuple[bytes, ...], ())
    if status is not Status.YES:
        reason, detail, ids = _why(memory.get("why", record_id))
    flags, state = [], ""
    if status is Status.YES:
        state = _STATES.get(row.type, "")
        kinds = [cast(list[Value], value)[0] for _, value in memory.scan("correction", record_id)]
        if "retract" in kinds and state == "claimed":
            state = "retracted"
        if "delta" in kinds or "replace" in kinds:
            flags.append("corrected")
        label = memory.get("label", record_id)
        if label is not None:
            state = "superseded" if memory.get("superseded", record_id) is not None else "current"
            if state == "current" and is_conflict(memory, cast(bytes, label)):
                flags.insert(0, "conflict")
    if memory.get("erased", record_id) is not None:
        flags.append("erased")
    if memory.get("forked", record_id) is not None:
        flags.append("forked")
    return Standing(status, reason, detail, ids, state, tuple(flags))


def is_conflict(memory: Memory, label: bytes) -> bool:
    """Whether a label has more than one current edit."""
    heads = memory.scan("head", label)
    return next(heads, None) is not None and next(heads, None) is not None


def _why(value: Value) -> tuple[Reason, str, tuple[bytes, ...]]:
    reason, detail, ids = cast(tuple[str, str, list[bytes]], value)
    return Reason(reason), detail, tuple(ids)


_PLAIN = Standing(Status.YES)
_FRESH = {name: Standing(Status.YES, state=state) for name, state in _STATES.items()}
