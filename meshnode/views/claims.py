"""What the lists keep of a contribution besides what, how much and when."""

from typing import Any, NamedTuple, cast

from meshnode.views.rows import EvidenceRow, Row, ShareRow
from meshproto.fold.contributions import corrections_of, value_after
from meshproto.fold.memory import Memory
from meshproto.records.encoding import Value, decode, encode
from meshproto.records.limits import MAX_INT
from meshproto.records.record import Record
from meshproto.types.value import Money

_KEPT = ("shares", "beneficiaries", "evidence", "warrants", "classified_as", "inputs", "outputs", "fulfills")
"""Facts that are shown and never sorted by: they stand in the row as they are."""


class Evidence(NamedTuple):
    """A file that shows the work."""

    sha256: bytes
    size: int
    media: str


class More(NamedTuple):
    """The facts of a contribution that have no column of their own."""

    shares: tuple[tuple[bytes, int], ...] = ()
    beneficiaries: tuple[bytes, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    warrants: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()


def kept_facts(record: Record) -> bytes:
    """The facts without a column, encoded; nothing if there are none."""
    facts: dict[str, Value] = {name: record.facts[name] for name in _KEPT if record.facts.get(name)}
    return encode(facts) if facts else b""


def read_more(kept: bytes) -> More:
    """What `kept_facts` wrote."""
    if not kept:
        return More()
    facts = cast(dict[str, Any], decode(kept))
    return More(
        shares=tuple((agent, part) for agent, part in facts.get("shares", ())),
        beneficiaries=tuple(facts.get("beneficiaries", ())),
        evidence=tuple(Evidence(each["sha256"][1:], each["size"], each["media"]) for each in facts.get("evidence", ())),
        warrants=tuple(facts.get("warrants", ())),
        classes=tuple(facts.get("classified_as", ())),
    )


def worth_of(record: Record, memory: Memory) -> Money | None:
    """What a contribution is said to be worth, after corrections; as much of it as a row holds."""
    claimed = record.facts.get("value")
    if claimed is None:
        return None
    worth = value_after(Money(claimed["amt"], claimed["cur"]), corrections_of(record.id, memory))
    return Money(min(worth.amt, MAX_INT), worth.cur)


def named_rows(record: Record) -> list[Row]:
    """Who has a share in a contribution, and which files show it."""
    shares: list[Row] = [ShareRow(record.id, agent, part) for agent, part in record.facts.get("shares", ())]
    digests = dict.fromkeys(each["sha256"][1:] for each in record.facts.get("evidence", ()))
    return [*shares, *(EvidenceRow(record.id, each) for each in digests)]
