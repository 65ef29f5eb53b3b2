"""Reconciliation: how two nodes find out which logs differ, at a cost that grows with the difference.

One side opens a round with the fingerprints of whole scope sets. Each step answers the one before:

- a range whose fingerprints agree is done with;
- a range that holds few logs here is listed, and the other side answers with what differs;
- a range that is empty on one side is listed by the other;
- any other range is split into 16.

A step that asks for nothing ends the round. Both sides keep no state between steps: what a step says is enough.
What does not fit into a step is left for the next round, which begins elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from meshproto.records.ids import LogId
from meshproto.wire.index import EMPTY, WHOLE, Index, parts_of, tips_digest
from meshproto.wire.limits import FINGERPRINT_SIZE, MAX_ITEMS, MAX_RANGES
from meshproto.wire.messages import Compare, Item, Listing, Name, Range

RANGE_SIZE = 560
"""What a range with 16 fingerprints takes in a message at most, in bytes."""

LISTING_SIZE = 60
"""What frames a listing takes at most, in bytes."""

ITEM_SIZE = 40
"""What an item takes without its tips, in bytes."""

TIP_SIZE = 46
"""What a tip takes at most, in bytes."""


@dataclass(frozen=True, slots=True)
class Side:
    """What one side of a round knows: its indexes by the names of the session, and how to list a log.

    `room` bounds a step in bytes. Too little for one listing of 16 logs (1.5 KB, more with branches), and rounds
    lead nowhere.
    """

    indexes: Mapping[Name, Index]
    item_of: Callable[[LogId], Item]
    room: int


@dataclass(frozen=True, slots=True)
class Step:
    """One answer: the message to send (None: the round is over), and what the other side has otherwise than we.

    `differing` pairs each of their items with the name of its scope set. `cut` says that something did not fit.
    """

    reply: Compare | None
    differing: tuple[tuple[Name, Item], ...]
    cut: bool


def opening(side: Side, number: int) -> Compare:
    """The first step of a round: one fingerprint for each scope set."""
    ranges = tuple(Range(name, WHOLE, side.indexes[name].fingerprint(WHOLE)) for name in sorted(side.indexes))
    return Compare(number, ranges[:MAX_RANGES], ())


def asks(step: Compare) -> bool:
    """Whether a step is owed an answer."""
    return bool(step.ranges) or any(listing.answer for listing in step.listings)


def answer(side: Side, step: Compare) -> Step:
    """Answer a step of the other side. Names that are not shared (any more) are passed over."""
    reply = _Reply(side)
    for at in range(len(step.ranges)):
        # Begin elsewhere in each round, so that what did not fit once has its turn.
        reply.take_range(step.ranges[(at + step.round) % len(step.ranges)])
    for listing in step.listings:
        reply.take_listing(listing)
    message = Compare(step.round, tuple(reply.ranges), tuple(reply.listings)) if asks(step) else None
    return Step(message, tuple(reply.differing), reply.cut)


class _Reply:
    """The answer to one step while it is put together."""

    def __init__(self, side: Side) -> None:
        self.side = side
        self.room = side.room
        self.ranges: list[Range] = []
        self.listings: list[Listing] = []
        self.differing: list[tuple[Name, Item]] = []
        self.cut = False

    def take_range(self, theirs: Range) -> None:
        """Compare a range and say what comes of it."""
        index = self.side.indexes.get(theirs.name)
        if index is None:
            return
        prints = theirs.prints
        spans = (theirs.span,) if len(prints) == FINGERPRINT_SIZE else parts_of(theirs.span)
        for at, span in enumerate(spans):
            self._take_span(theirs.name, span, prints[at * FINGERPRINT_SIZE : (at + 1) * FINGERPRINT_SIZE], index)

    def _take_span(self, name: Name, span: bytes, theirs: bytes, index: Index) -> None:
        if index.fingerprint(span) == theirs:
            return
        if theirs == EMPTY:
            self._list_some(name, span, {})
        elif index.is_few(span):
            self._list_all(name, span, index)
        else:
            self._split(name, span, index)

    def take_listing(self, theirs: Listing) -> None:
        """Find what they have otherwise; if they ask, list what we have otherwise."""
        index = self.side.indexes.get(theirs.name)
        if index is None:
            return
        for item in theirs.items:
            if index.get(item.log) != tips_digest([tip.id for tip in item.tips]):
                self.differing.append((theirs.name, item))
        if theirs.answer:
            self._list_some(theirs.name, theirs.span, {item.log: item for item in theirs.items})

    def _split(self, name: Name, span: bytes, index: Index) -> None:
        if len(self.ranges) < MAX_RANGES and self._spend(RANGE_SIZE):
            self.ranges.append(Range(name, span, b"".join(map(index.fingerprint, parts_of(span)))))
        else:
            self.cut = True

    def _list_all(self, name: Name, span: bytes, index: Index) -> None:
        items = tuple(self.side.item_of(log) for log, _ in index.items(span))
        if len(self.listings) < MAX_RANGES and self._spend(LISTING_SIZE + sum(map(_size, items))):
            self.listings.append(Listing(name, span, True, items))
        else:
            self.cut = True

    def _list_some(self, name: Name, span: bytes, theirs: Mapping[LogId, Item]) -> None:
        """List what the other side lacks, as far as there is room."""
        index = self.side.indexes[name]
        items: list[Item] = []
        if len(self.listings) == MAX_RANGES or not self._spend(LISTING_SIZE):
            self.cut = True
            return
        for log, digest in index.items(span):
            other = theirs.get(log)
            if other is not None and tips_digest([tip.id for tip in other.tips]) == digest:
                continue
            mine = self.side.item_of(log)
            if other is not None and is_plainly_behind(mine, other):
                continue
            if len(items) == MAX_ITEMS or not self._spend(_size(mine)):
                self.cut = True
                break
            items.append(mine)
        if items:
            self.listings.append(Listing(name, span, False, tuple(items)))

    def _spend(self, size: int) -> bool:
        """Take room for what is about to be said, if there is as much."""
        if size > self.room:
            return False
        self.room -= size
        return True


def is_plainly_behind(mine: Item, theirs: Item) -> bool:
    """Whether listing `mine` would tell them nothing: one branch each, and theirs is longer.

    Should they stand on different branches after all, the want that follows says so.
    """
    return len(mine.tips) == len(theirs.tips) == 1 and mine.tips[0].seq < theirs.tips[0].seq


def _size(item: Item) -> int:
    return ITEM_SIZE + TIP_SIZE * len(item.tips)
