"""What the founders of an organisation or network decide, by all that is folded: charter, proposals, votes, results.

States of a decision:

    open → (enough electors accept) carried → (what it ends is ended, what it orders is written) done
    open → (so many decline that the others are too few) declined
    open → (the charter was changed otherwise meanwhile) stale
    carried, done → (a rival is carried, too) contested → (a later decision names both) settled

One that changes the charter takes effect by being carried; it is done unless it also ends something.
"""

from typing import Any, NamedTuple

from meshproto.fold.charters import (
    CHANGING,
    Resolution,
    contesting,
    is_carried,
    read_resolution,
    rivals_of,
    stands,
)
from meshproto.fold.entries import Entry, endings_of, entry_of, is_accepted, read_entry
from meshproto.fold.knowledge import EVERYTHING, Knowledge
from meshproto.fold.memory import Memory
from meshproto.fold.places import read_place
from meshproto.fold.standing import row_of
from meshproto.fold.states import States, states_over

OPEN, DECLINED, STALE, CARRIED, DONE, CONTESTED, SETTLED = (
    "open",
    "declined",
    "stale",
    "carried",
    "done",
    "contested",
    "settled",
)
STANDING_STATES = ("invited", "active")
"""States of what somebody still holds, or is offered."""


class Charter(NamedTuple):
    """The charter of a scope now, whole, and how it came about."""

    fields: dict[str, Any]
    way: tuple[tuple[bytes, ...], ...]
    """The resolutions that led here, those that are rivals together; the last are what a new one names as `prev`."""
    namings: tuple[tuple[bytes, list[bytes]], ...]
    """What set founders on the way, each with the founders it names."""
    founders: tuple[bytes, ...]
    """Who decides: founders of whom a standing is left."""
    unaccepted: tuple[bytes, ...]
    """Founders who have not accepted what names them."""
    needed: int
    dissolved: bytes

    @property
    def stop(self) -> tuple[bytes, ...]:
        """What a new decision names as `prev`."""
        return self.way[-1] if self.way else ()


class Decision(NamedTuple):
    """A resolution and what came of it so far. `rivals` are set while it is contested."""

    record: bytes
    scope: bytes
    agent: bytes
    outcome: str
    prev: tuple[bytes, ...]
    about: tuple[bytes, ...]
    charter: dict[str, Any]
    orders: tuple[tuple[str, bytes], ...]
    electors: tuple[bytes, ...]
    needed: int
    accepted: tuple[bytes, ...]
    awaited: tuple[bytes, ...]
    """Electors who have not accepted and still may: their standing is left."""
    rivals: tuple[bytes, ...]
    state: str


class Held(NamedTuple):
    """One grant or accept by which somebody stands."""

    record: bytes
    entry: Entry
    state: str


def charter_now(scope: bytes, memory: Memory) -> Charter | None:
    """The charter of an organisation or network, None if `scope` is none that is folded."""
    place = read_place(memory, scope)
    if place is None or not place.is_body:
        return None
    knowledge = Knowledge(memory)
    fields, dissolved = dict(place.charter), b""
    namings: list[tuple[bytes, list[bytes]]] = [(scope, fields["founders"])]
    way = tuple(_way(scope, memory, knowledge))
    for step in way:
        dissolved = b""
        if len(step) == 1:
            one = _resolution(step[0], memory)
            fields |= one.charter
            dissolved = step[0] if one.outcome == "dissolve" else b""
            if "founders" in one.charter:
                namings.append((step[0], one.charter["founders"]))
    named = [[*each] for each in namings]
    founders = [each for each in fields["founders"] if stands(each, named, EVERYTHING, memory)]
    accepted = {
        each
        for target, founders_named in namings
        for each in founders_named
        if is_accepted(target, each, EVERYTHING, knowledge)
    }
    num, den = fields["quorum"]
    return Charter(
        fields,
        way,
        tuple(namings),
        tuple(founders),
        tuple(each for each in founders if each not in accepted),
        max(1, -(-num * len(founders) // den)),
        dissolved,
    )


def decision_of(record: bytes, memory: Memory, declined: frozenset[bytes], written: int) -> Decision | None:
    """A resolution, None if it is none that is folded and valid.

    `declined` are agents who have declined it, `written` is how many records of what it orders are there.
    """
    one = read_resolution(memory, record)
    if one is None:
        return None
    knowledge = Knowledge(memory)
    accepted = [each for each in one.electors if is_accepted(record, each, EVERYTHING, knowledge)]
    able = [each for each in one.electors if stands(each, one.namings, EVERYTHING, memory)]
    awaited = [each for each in able if each not in accepted]
    carried = is_carried(record, one, EVERYTHING, knowledge)
    way = tuple(_way(one.scope, memory, knowledge)) if one.outcome in CHANGING else ()
    rivals = tuple(contesting(record, one, knowledge, memory))
    if carried and one.outcome in CHANGING and (record,) not in way and way and len(way[-1]) > 1:
        rivals = rivals or way[-1]  # It stands on what is in dispute now.
    if carried:
        state = _state_when_carried(record, one, way, rivals, written, memory)
    else:
        state = _state_before(one, way, len(accepted) + sum(each not in declined for each in awaited))
    return Decision(
        record,
        one.scope,
        one.agent,
        one.outcome,
        tuple(one.prev),
        tuple(one.about),
        one.charter,
        tuple((type_, digest) for type_, digest in one.orders),
        tuple(one.electors),
        one.needed,
        tuple(accepted),
        tuple(awaited),
        rivals,
        state,
    )


def held_by(agent: bytes, scope: bytes, memory: Memory) -> list[Held]:
    """The grants and accepts by which somebody stands, or is to stand, in an organisation or network."""
    states = states_over(memory)
    found = [_held(key[-32:], states, memory) for key, _ in memory.scan("member", scope + agent)]
    return [each for each in found if each.state in STANDING_STATES]


def still_to_end(decision: Decision, memory: Memory) -> list[bytes]:
    """Of the grants and accepts that a decision is about, those that nothing has ended yet."""
    return _unended(decision.about, memory)


def _state_before(one: Resolution, way: tuple[tuple[bytes, ...], ...], hoped: int) -> str:
    """The state before it is carried; `hoped` is how many have accepted or may still do so."""
    if one.outcome in CHANGING and tuple(one.prev) != (way[-1] if way else ()):
        return STALE
    return OPEN if hoped >= one.needed else DECLINED


def _state_when_carried(
    record: bytes,
    one: Resolution,
    way: tuple[tuple[bytes, ...], ...],
    rivals: tuple[bytes, ...],
    written: int,
    memory: Memory,
) -> str:
    if rivals:
        return CONTESTED
    if one.outcome in CHANGING and (record,) not in way:
        return SETTLED
    if written < len(one.orders) or _unended(one.about, memory):
        return CARRIED
    return DONE


def _unended(about: tuple[bytes, ...] | list[bytes], memory: Memory) -> list[bytes]:
    entries = [(each, read_entry(memory, each)) for each in about]
    return [each for each, entry in entries if entry is not None and not any(endings_of(entry.handle, memory))]


def _way(scope: bytes, memory: Memory, knowledge: Knowledge) -> list[tuple[bytes, ...]]:
    """The steps by which the charter came to what it is, as in 04-fold 2.3."""
    found: list[tuple[bytes, ...]] = []
    stop: tuple[bytes, ...] = ()
    while step := tuple(
        each for each, one in rivals_of(scope, stop, memory) if is_carried(each, one, EVERYTHING, knowledge)
    ):
        found.append(step)
        stop = step
    return found


def _resolution(record: bytes, memory: Memory) -> Resolution:
    found = read_resolution(memory, record)
    assert found is not None  # the caller has it from the memory
    return found


def _held(record: bytes, states: States, memory: Memory) -> Held:
    return Held(record, entry_of(memory, record), states.state(record, row_of(memory, record)))
