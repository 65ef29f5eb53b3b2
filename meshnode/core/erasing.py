"""Erasure: which private parts a stored record orders to be removed, and from when.

An `erasure` by the author of a record, or by an agent named in its facts, obliges every node to delete the private
part and never to take it in again. What it names and is not here yet is erased when it comes: the record that orders
it waits for it in the closure, and is found there.
"""

from meshnode.core.closure import Closure
from meshnode.core.flight import Flight
from meshnode.core.reports import Erased
from meshnode.core.turn import Turn
from meshproto.records.log import Run
from meshproto.records.record import Record

PARTS = ("private", "agent_private")
"""The values of `part` that concern private parts; blobs are another matter."""


def targets_of(record: Record) -> tuple[bytes, ...]:
    """The records whose private part an erasure orders to be removed; none for any other record."""
    targets = record.facts.get("targets")
    if record.type != "erasure" or record.facts.get("part") not in PARTS or not isinstance(targets, list):
        return ()
    return tuple(each for each in targets if isinstance(each, bytes) and len(each) == 32)


def may_erase(order: Record, target: Record, flight: Flight) -> bool:
    """Whether who signed the order wrote the target or is named in it; both stand in one scope."""
    # Whose log it is was asked of its first record only: a later one may claim to be anybody's.
    if order.home != target.home or order.auth or flight.root_of(order.agent) != order.key:
        return False
    return order.author == target.author or _names(target.facts, order.author)


def apply_erasures(run: Run, flight: Flight, closure: Closure, turn: Turn) -> None:
    """Put into the batch what new records order to be erased, and what earlier orders say of new records."""
    for record in run.records:
        for each in targets_of(record) if record.type == "erasure" else ():
            target = flight.record(each)
            if target is not None:
                _erase(record, target, flight, turn)
        if record.private is not None and closure.is_named(record.id):
            for order in map(flight.record, closure.waiters(record.id)):
                if order is not None and record.id in targets_of(order):
                    _erase(order, record, flight, turn)


def _erase(order: Record, target: Record, flight: Flight, turn: Turn) -> None:
    """Let a private part go, if the order is good and there is one."""
    if target.private is not None and may_erase(order, target, flight):
        turn.erasures[target.id] = None
        turn.after.news.append(Erased(order.id, (target.id,)))


def _names(value: object, agent: bytes) -> bool:
    """Whether an id stands anywhere in facts."""
    if isinstance(value, dict):
        return any(_names(each, agent) for each in value.values())
    if isinstance(value, list):
        return any(_names(each, agent) for each in value)
    return value == agent
