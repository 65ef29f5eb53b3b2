"""Erasure: which private parts a stored record orders to be removed, and from when.

An `erasure` by the author of a record, or by an agent named in its facts, obliges every node to delete the private
part and never to take it in again. What it names and is not here yet is erased when it comes: the record that orders
it waits for it in the closure, and is found there.

Who does not write in the scope of a record, as who has left, orders from the own stream and names it weakly, by `ext`:
only who holds the record can tell that it is meant. Such names are kept, and compared with every record that comes.
What was stored before them is looked for by whoever carries out effects:

    taken in, names and a search stored → (committed) Look → (Looked) erased and no search any more

A search that a crash cut short is begun again at the next start. An order counts before its past is complete: that it
is the author's, or theirs who are named, shows by the root's key alone. What another device of theirs orders, or a new
root, waits until the fold says whether that key speaks for them, over restarts, too.
"""

from collections.abc import Iterable, Iterator

from meshnode.core.closure import Closure
from meshnode.core.events import Found
from meshnode.core.flight import Flight
from meshnode.core.reports import Erased
from meshnode.core.rows import (
    Forget,
    OrderEntry,
    SearchEntry,
    UndecidedEntry,
)
from meshnode.core.speaking import speaks
from meshnode.core.turn import Turn
from meshproto.records.ids import RecordId, ext
from meshproto.records.log import Run
from meshproto.records.record import Record, ids_in
from meshproto.types.catalogue import check_facts

UNDECIDED_MOST = 1_024
"""Orders that wait for the fold, which is a moment behind; more than that were no person's."""
ID_SIZE = 32
"""Bytes of an id among the targets; an `ext` has one more."""


def apply_erasures(run: Run, flight: Flight, closure: Closure, turn: Turn) -> None:
    """Put into the batch what new records order to be erased, and what earlier orders say of new records."""
    for record in run.records:
        if record.type == "erasure" and not _take_order(record, flight, turn):
            _let_wait(record, flight, turn)
        if record.private is not None:
            for order in _orders_for(record, flight, closure):
                _erase(order, record, flight, turn)


def decide_orders(flight: Flight, turn: Turn) -> None:
    """More is folded: follow the orders of which it is known now that they count, and forget those that do not."""
    waiting, flight.undecided = flight.undecided, {}
    for each in waiting:
        order = flight.record(each)
        if order is not None and not _take_order(order, flight, turn):
            flight.undecided[each] = None
        else:
            turn.local.append(Forget(UndecidedEntry, (each,)))


def take_up_orders(flight: Flight, entries: Iterable[UndecidedEntry], turn: Turn) -> None:
    """Decide about orders that waited for the fold in an earlier life; it may know more by now."""
    flight.undecided = {RecordId(entry.order): None for entry in entries}
    decide_orders(flight, turn)


def _take_order(order: Record, flight: Flight, turn: Turn) -> bool:
    """Follow an order if it counts; false if only the fold can tell, and has not."""
    if _is_own(order, flight) is None:
        return False
    if _obey(order, flight, turn):
        turn.local.append(SearchEntry(order.id))
        turn.after.search = True
    return True


def _let_wait(order: Record, flight: Flight, turn: Turn) -> None:
    """Remember an order until the fold tells whether it counts."""
    if order.id not in flight.undecided and len(flight.undecided) < UNDECIDED_MOST:
        flight.undecided[order.id] = None
        turn.local.append(UndecidedEntry(order.id))


def finish_search(found: Iterable[Found], flight: Flight, turn: Turn) -> None:
    """Put into the batch what orders name among the records that were here before them: their searches are over."""
    for each, targets in found:
        order = flight.record(each)
        if order is not None and _is_own(order, flight) is None:
            _let_wait(order, flight, turn)  # as after records were set aside, and what was folded with them
        elif order is not None:
            _obey(order, flight, turn)  # the store may have lost what it says
            for target in map(flight.record, targets):
                if target is not None and names_weakly(order, target, flight):
                    _erase(order.id, target, flight, turn)
        turn.local.append(Forget(SearchEntry, (each,)))


def may_erase(order: Record, target: Record, flight: Flight) -> bool:
    """Whether who signed the order wrote the target or is named in it; both stand in one scope."""
    # Whose log it is was asked of its first record only: a later one may claim to be anybody's.
    if order.home != target.home or not _is_own(order, flight):
        return False
    return _concerns(target, order.author)


def names_weakly(order: Record, target: Record, flight: Flight) -> bool:
    """Whether an order from its author's own stream names the target by `ext` and may have its part erased."""
    if bytes(order.home) != order.author or not _is_own(order, flight):
        return False
    return ext(target.id) in _targets_of(order) and _concerns(target, order.author)


def _obey(order: Record, flight: Flight, turn: Turn) -> bool:
    """Erase what an order names and is here; remember what it names weakly. True if there is such."""
    weak = False
    for each in _targets_of(order):
        if len(each) == ID_SIZE:
            target = flight.record(each)
            if target is not None and may_erase(order, target, flight):
                _erase(order.id, target, flight, turn)
        elif bytes(order.home) == order.author and _is_own(order, flight):
            entry = OrderEntry(each, order.author, order.id)
            flight.note_order(turn.number, entry)
            turn.local.append(entry)
            weak = True
    return weak


def _orders_for(record: Record, flight: Flight, closure: Closure) -> Iterator[RecordId]:
    """The orders here that name a new record and may have its private part erased."""
    if closure.is_named(record.id):
        for order in map(flight.record, closure.waiters(record.id)):
            if order is not None and record.id in _targets_of(order) and may_erase(order, record, flight):
                yield order.id
    if flight.has_orders:
        for entry in flight.orders(ext(record.id)):
            if _concerns(record, entry.agent):
                yield RecordId(entry.order)


def _targets_of(order: Record) -> tuple[bytes, ...]:
    """The records whose private part an erasure orders to be removed; none for any other record."""
    if order.type != "erasure" or check_facts(order) is not None or order.facts["part"] != "private":
        return ()
    return tuple(order.facts["targets"])


def _is_own(order: Record, flight: Flight) -> bool | None:
    """Whether an order is signed by a key that speaks for its author; None if only the fold can tell, and has not."""
    is_first = not order.auth and flight.root_of(order.author) == order.key
    if not is_first and speaks(order, flight) is not True:
        return False
    folded = flight.may_order(order)
    return True if is_first and folded is None else folded


def _concerns(target: Record, agent: bytes) -> bool:
    """Whether an agent wrote a record or is named in its facts."""
    return target.author == agent or agent in ids_in(target.facts)


def _erase(order: RecordId, target: Record, flight: Flight, turn: Turn) -> None:
    """Let a private part go, if there is one and it is not gone already."""
    if target.private is not None and target.id not in turn.erasures and not flight.erased(target.id):
        turn.erasures[target.id] = None
        turn.after.news.append(Erased(order, (target.id,)))
