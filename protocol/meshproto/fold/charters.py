"""Founders and what they decide: resolutions, who may vote on them, and the charter they lead to."""

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any, NamedTuple, cast

from meshproto.fold.entries import ended_in
from meshproto.fold.groups import votes_on
from meshproto.fold.knowledge import EVERYTHING, Knowledge, pair
from meshproto.fold.memory import Memory
from meshproto.fold.places import Place
from meshproto.records.encoding import Value
from meshproto.records.record import Record

CHANGING = ("charter", "dissolve")
"""Outcomes that change the charter, and so who may decide afterwards."""


class Resolution(NamedTuple):
    """What is remembered of a valid resolution."""

    scope: bytes
    agent: bytes
    outcome: str
    prev: list[bytes]
    electors: list[bytes]
    needed: int
    """How many of the electors carry it."""
    namings: list[list[Any]]
    """What sets founders on the way to the charter it stands on, each with the founders it names."""
    charter: dict[str, Any]
    about: list[bytes]
    orders: list[list[Any]]


class Charter(NamedTuple):
    """The charter of an organisation or network for somebody."""

    founders: list[bytes]
    quorum: list[int]
    sensitive: list[str]
    is_open: bool
    log_records: int
    log_bytes: int
    stop: tuple[bytes, ...]
    """The resolutions with which the way to it ends, ascending."""
    namings: tuple[tuple[bytes, list[bytes]], ...]
    dissolved: bytes
    """The resolution by which the scope is dissolved; empty if it is not."""
    ack: Mapping[str, Any]
    """Of a network how many acknowledge a contribution, and who may."""


BY_ANYBODY: Mapping[str, Any] = {"min": 1, "by": "members"}
"""How contributions are acknowledged where a charter does not say it."""


def founding_charter(scope: bytes, place: Place) -> Charter:
    """The charter of the genesis."""
    return _charter(place.charter, (), ((scope, place.charter["founders"]),), b"")


def charter_in(scope: bytes, place: Place, mask: int, knowledge: Knowledge, memory: Memory) -> Charter:
    """The charter of a scope for somebody with this knowledge."""
    if memory.get("changed", scope) is None:
        return founding_charter(scope, place)
    fields, stop, dissolved = place.charter, tuple[bytes, ...](), b""
    namings = [(scope, cast(list[bytes], fields["founders"]))]
    # SPEC 04-fold 2.3: Let C be all `charter` and `dissolve` resolutions of X that are carried in U and whose `prev`
    # is exactly stop.
    while found := [
        (each, one) for each, one in rivals_of(scope, stop, memory) if is_carried(each, one, mask, knowledge)
    ]:
        stop, dissolved = tuple(each for each, _ in found), b""
        if len(found) > 1:
            continue
        [(record, resolution)] = found
        fields = {**fields, **resolution.charter}
        if "founders" in resolution.charter:
            namings.append((record, resolution.charter["founders"]))
        dissolved = record if resolution.outcome == "dissolve" else b""
    return _charter(fields, stop, tuple(namings), dissolved)


def _charter(
    fields: dict[str, Any], stop: tuple[bytes, ...], namings: tuple[tuple[bytes, list[bytes]], ...], dissolved: bytes
) -> Charter:
    return Charter(
        fields["founders"],
        fields["quorum"],
        fields.get("sensitive", []),
        fields.get("join") == "open",
        fields.get("log_records", 0),
        fields.get("log_bytes", 0),
        stop,
        namings,
        dissolved,
        fields.get("default_ack", BY_ANYBODY),
    )


def stands(founder: bytes, namings: list[list[Any]], mask: int, memory: Memory) -> bool:
    """Whether a standing as founder is left for somebody with this knowledge."""
    return any(
        founder in founders and not ended_in(pair(target, founder), mask, memory) for target, founders in namings
    )


def electors_for(charter: Charter, mask: int, memory: Memory) -> list[bytes]:
    """Who decides under a charter, for somebody with this knowledge."""
    namings: list[list[Any]] = [[*each] for each in charter.namings]
    return [each for each in charter.founders if stands(each, namings, mask, memory)]


def note_resolution(record: Record, charter: Charter, electors: list[bytes], memory: Memory) -> Resolution:
    """Remember a valid resolution that stands on a charter."""
    facts = record.facts
    num, den = charter.quorum
    resolution = Resolution(
        record.scope,
        record.agent,
        facts["outcome"],
        facts["prev"],
        electors,
        max(1, -(-num * len(electors) // den)),
        [[*each] for each in charter.namings],
        facts.get("charter", {}),
        facts.get("about", []),
        facts.get("orders", []),
    )
    memory.put("resolution", record.id, cast(Value, resolution))
    if resolution.outcome in CHANGING:
        memory.put("changing", _place_of(record.scope, resolution.prev) + record.id, b"")
        memory.put("changed", record.scope, b"")
        if "default_ack" in resolution.charter:
            memory.put("ack_changed", record.scope, b"")
        for each in resolution.prev:
            memory.put("following", each + record.id, b"")
    return resolution


def read_resolution(memory: Memory, record_id: bytes) -> Resolution | None:
    """A valid resolution; None if it is none."""
    row = memory.get("resolution", record_id)
    return row if row is None or isinstance(row, Resolution) else Resolution._make(cast(list[Any], row))


def rivals_of(
    scope: bytes, prev: tuple[bytes, ...] | list[bytes], memory: Memory
) -> Iterator[tuple[bytes, Resolution]]:
    """The resolutions that change the charter after exactly these, by id."""
    place = _place_of(scope, prev)
    for key, _ in memory.scan("changing", place):
        resolution = read_resolution(memory, key[len(place) :])
        assert resolution is not None  # as noted
        yield key[len(place) :], resolution


def is_carried(record_id: bytes, resolution: Resolution, mask: int, knowledge: Knowledge) -> bool:
    """Whether enough electors accept a resolution, for somebody with this knowledge, which may be EVERYTHING."""
    return (mask & knowledge.group(votes_on(record_id))).bit_count() >= resolution.needed


def contesting(
    record_id: bytes, resolution: Resolution, knowledge: Knowledge, memory: Memory, mask: int = EVERYTHING
) -> list[bytes]:
    """The rivals of a resolution that nothing has decided between, if it is carried, as are they, for somebody."""
    # SPEC 04-fold 6: x is a `charter` or `dissolve` resolution carried in the set of all decided records, and so is
    # another with the same scope and `prev`, and none that is so has both in `prev`.
    if resolution.outcome not in CHANGING or not is_carried(record_id, resolution, mask, knowledge):
        return []
    rivals = [
        each
        for each, one in rivals_of(resolution.scope, resolution.prev, memory)
        if each != record_id and is_carried(each, one, mask, knowledge)
    ]
    if not rivals:
        return []
    decided = {
        each
        for later, one in _following(record_id, memory)
        if is_carried(later, one, mask, knowledge)
        for each in one.prev
    }
    return [each for each in rivals if each not in decided]


def related(record_id: bytes, resolution: Resolution, memory: Memory) -> list[bytes]:
    """The resolutions whose contest may begin or end when this one is carried, itself included."""
    if resolution.outcome not in CHANGING:
        return []
    return [each for each, _ in rivals_of(resolution.scope, resolution.prev, memory)] + resolution.prev


def _following(record_id: bytes, memory: Memory) -> Iterator[tuple[bytes, Resolution]]:
    for key, _ in memory.scan("following", record_id):
        resolution = read_resolution(memory, key[len(record_id) :])
        assert resolution is not None  # as noted
        yield key[len(record_id) :], resolution


def _place_of(scope: bytes, prev: tuple[bytes, ...] | list[bytes]) -> bytes:
    return scope + sha256(b"".join(prev)).digest()
