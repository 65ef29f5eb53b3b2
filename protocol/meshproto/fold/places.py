"""Scopes: what kind of stream each is, and what its genesis says of who may act there."""

from typing import Any, NamedTuple, cast

from meshproto.fold.memory import Memory
from meshproto.records.encoding import Value
from meshproto.records.record import Record

PERSON, NETWORK, ORGANISATION, LINEAGE, STRANGE = "P", "N", "O", "L", "?"
"""Kinds of scope: streams of persons and organisations, networks, agreements, and what we do not know."""

AGENTS = (PERSON, ORGANISATION, NETWORK)
KNOWN = (*AGENTS, LINEAGE)
"""Kinds of scope of which this version knows what is written there."""
BODIES = (ORGANISATION, NETWORK)
"""Agents made of others: they act through their founders and whom these appoint."""

_KINDS = {"person": PERSON, "network": NETWORK, "organization": ORGANISATION}


class Place(NamedTuple):
    """What is remembered of a scope whose genesis is decided."""

    number: int
    """Local number, from 1; it stands for the scope in rows."""
    kind: str
    valid: bool
    """Whether the genesis is valid; if not, nobody has authority here."""
    key: bytes
    """The key that signed the genesis: a person's first root."""
    charter: dict[str, Any]
    """Of a valid organisation or network what its genesis says; else empty."""

    @property
    def personal(self) -> bool:
        """Whether every scope may reach it: the stream of a person or organisation."""
        return self.kind in (PERSON, ORGANISATION)

    @property
    def is_body(self) -> bool:
        """Whether it is the stream of an organisation or network that may act."""
        return self.valid and self.kind in BODIES


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


def read_agent(memory: Memory, agent: bytes) -> Place | None:
    """The stream of an agent, or None if this is no valid genesis of one."""
    place = read_place(memory, agent)
    return place if place is not None and place.valid and place.kind in AGENTS else None


def begun_by(genesis: Record) -> Place | None:
    """The scope of an agreement, as its first version finds it; None if another kind of genesis is to begin one."""
    # It has no number yet, and must not be taken for one of those whose home is none.
    return Place(-1, LINEAGE, True, genesis.key, {}) if genesis.type == "agreement" else None


def open_place(memory: Memory, genesis: Record, valid: bool) -> Place:
    """Remember the scope that a genesis begins."""
    kind = kind_of(genesis)
    charter = dict(genesis.facts["charter"]) if valid and kind in BODIES else {}
    number = cast(int, memory.get("counter", b"scope") or 0) + 1
    memory.put("counter", b"scope", number)
    place = Place(number, kind, valid, genesis.key, charter)
    memory.put("scope", genesis.id, cast(Value, place))
    if kind == LINEAGE:
        memory.put("lineage", number.to_bytes(8, "big"), genesis.id)
    return place
