"""Scopes: what kind of stream each is, and who may do what there."""

from typing import Any, NamedTuple, cast

from meshproto.fold.memory import Memory
from meshproto.records.encoding import Value
from meshproto.records.record import Record

PERSON, NETWORK, ORGANISATION, LINEAGE, STRANGE = "P", "N", "O", "L", "?"
"""Kinds of scope: streams of persons and organisations, networks, agreements, and what we do not know."""

_KINDS = {"person": PERSON, "network": NETWORK, "organization": ORGANISATION}


class Place(NamedTuple):
    """What is remembered of a scope whose genesis is decided."""

    number: int
    """Local number, from 1; it stands for the scope in rows."""
    kind: str
    valid: bool
    """Whether the genesis is valid; if not, nobody has authority here."""
    key: bytes
    """The key that signed the genesis: a person's root."""
    is_open: bool
    founders: list[bytes]
    log_records: int
    log_bytes: int


def kind_of(genesis: Record) -> str:
    """The kind of scope a genesis begins, whether it is valid or not: this decides who may name it."""
    if genesis.type == "agreement":
        return LINEAGE
    kind = genesis.facts.get("kind")
    if genesis.type == "agent" and isinstance(kind, str):
        return _KINDS.get(kind, STRANGE)
    return STRANGE


def read_place(memory: Memory, scope: bytes) -> Place | None:
    """The scope with this id, or None if its genesis is not decided or this is no scope."""
    row = memory.get("scope", scope)
    if row is None:
        return None
    return row if isinstance(row, Place) else Place._make(cast(list[Any], row))


def open_place(memory: Memory, genesis: Record, valid: bool) -> None:
    """Remember the scope that a genesis begins."""
    kind = kind_of(genesis)
    is_open, founders, log_records, log_bytes = False, [], 0, 0
    if valid and kind == NETWORK:
        charter = genesis.facts["charter"]
        is_open, founders = charter["join"] == "open", charter["founders"]
        log_records, log_bytes = charter["log_records"], charter["log_bytes"]
    number = cast(int, memory.get("counter", b"scope") or 0) + 1
    memory.put("counter", b"scope", number)
    place = Place(number, kind, valid, genesis.key, is_open, founders, log_records, log_bytes)
    memory.put("scope", genesis.id, cast(Value, place))
