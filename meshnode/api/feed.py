"""What happens at the node, as events: every record that arrives, and every change in how one stands.

Nothing waits here for anybody: the store is the queue. Each reader knows up to which arrival it was told, and reads on
from there whenever the views have moved. What many readers read at once is composed once.

An arrival is told when the views show it, so that whoever hears of it finds it in every list. It has an id, its number;
from any such number a stream can be resumed, for ever. A change has none: it is told to whoever listens when it is
made, and after a break the record itself says how it stands.
"""

from collections.abc import Callable
from typing import NamedTuple, Protocol

from meshnode.api.codec import encode
from meshnode.api.models.events import Happening
from meshnode.api.settings import EVENTS_AT_ONCE
from meshnode.api.shapes import Names, time_text
from meshnode.runtime.hub import Hub
from meshnode.runtime.office import Office
from meshnode.views.rows import EntryRow
from meshproto.records.ids import to_text

PAGES_KEPT = 64
"""Pages of events kept for other readers until the views move on; readers who keep up all read the same one."""


class Told(NamedTuple):
    """One event, and by what it can be chosen."""

    number: int
    """What to read on from: of arrivals or of changes."""
    arrival: int
    type: str
    agent: bytes
    scope: bytes
    text: bytes
    """The event as it is sent."""


class Wish(NamedTuple):
    """Which events a reader wants; empty: all. What is left out takes its number along, so filters change no ids."""

    kinds: frozenset[str] = frozenset()
    agents: frozenset[bytes] = frozenset()
    scopes: frozenset[bytes] = frozenset()
    changes: bool = True
    """Whether to tell of changes, too."""

    def wants(self, told: Told) -> bool:
        """Whether this reader is to hear of it."""
        return (
            (not self.kinds or told.type in self.kinds)
            and (not self.agents or told.agent in self.agents)
            and (not self.scopes or told.scope in self.scopes)
        )


class Horizon(NamedTuple):
    """How far can be told now."""

    change: int
    arrival: int


class Page(NamedTuple):
    """Some events in order, and up to which number there are no others."""

    events: list[Told]
    last: int


class Feed:
    """The events of one node, for any number of readers in the event loop's thread."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._seen = -1
        self._horizon = Horizon(0, 0)
        self._pages: dict[tuple[str, int, int], Page] = {}
        self.readers = 0
        """Streams that are open."""

    @property
    def moved(self) -> Hub:
        """Moves when there may be more to tell."""
        return self._office.projector.advanced

    def horizon(self) -> Horizon:
        """How far can be told now. Raises StoreError, Refusal if the views are broken."""
        self._office.projector.must_be_whole()
        if self._seen != self.moved.moves:
            self._seen = self.moved.moves
            self._horizon = Horizon(*self._office.lookups.views.reach())
            self._pages.clear()
        return self._horizon

    def arrivals(self, after: int, upto: int) -> Page:
        """The next records that arrived after one number and up to another. Raises StoreError."""
        return self._page("record", after, upto, self._arrivals)

    def changes(self, after: int, upto: int) -> Page:
        """The next entries that changed after one change and up to another. Raises StoreError."""
        return self._page("changed", after, upto, self._changes)

    def _page(self, name: str, after: int, upto: int, read: Callable[[int, int], Page]) -> Page:
        key = (name, after, upto)
        if key not in self._pages:
            if len(self._pages) >= PAGES_KEPT:
                self._pages.clear()
            self._pages[key] = read(after, upto)
        return self._pages[key]

    def _arrivals(self, after: int, upto: int) -> Page:
        office, names = self._office, Names(self._office)
        found = [each for each in office.truth.records_after(after, EVENTS_AT_ONCE) if each[0] <= upto]
        rows = [(arrival, office.lookups.entry(record.id)) for arrival, record in found]
        events = [_told("record", arrival, arrival, row, names) for arrival, row in rows if row is not None]
        return Page(events, found[-1][0] if len(found) == EVENTS_AT_ONCE else upto)

    def _changes(self, after: int, upto: int) -> Page:
        office, names = self._office, Names(self._office)
        rows = office.lookups.views.changes(after, upto, EVENTS_AT_ONCE)
        places = [(number, office.truth.arrival(row.record), row) for number, row in rows]
        events = [_told("changed", number, place, row, names) for number, place, row in places if place is not None]
        return Page(events, rows[-1][0] if len(rows) == EVENTS_AT_ONCE else upto)


class Source(Protocol):
    """What a reader reads from."""

    def horizon(self) -> Horizon:
        """How far can be told now."""
        ...

    def arrivals(self, after: int, upto: int) -> Page:
        """The next records that arrived after one number and up to another."""
        ...

    def changes(self, after: int, upto: int) -> Page:
        """The next entries that changed after one change and up to another."""
        ...


class Reading:
    """Where one reader is; each turn gives what is to be sent next.

    A round goes up to a horizon that is taken at its start: first the arrivals, then the changes. Changes of records
    that were told in the same round are left out: those were read later than the horizon was, and so told changed.
    A change may be told again in the next round, though what was told before had it in it already.
    """

    def __init__(self, feed: Source, wish: Wish, after: int | None) -> None:
        """`after` is the arrival up to which the reader was told before; None: it wants only what comes."""
        self._feed, self._wish = feed, wish
        self._goal = feed.horizon()
        self._after = self._goal.arrival if after is None else after
        self._settled = self._after  # the last arrival told before this round
        self._changed = self._goal.change

    def mark(self) -> bytes:
        """An event without content: readers take the id from it, and are told nothing."""
        return b"id: %d\n\n" % self._after

    def turn(self) -> tuple[bytes, bool]:
        """What to send now, and whether there is more to look at already. Raises StoreError."""
        if self._after < self._goal.arrival:
            page = self._feed.arrivals(self._after, self._goal.arrival)
            self._after = page.last
            return self._wanted(page.events), True
        if self._wish.changes and self._changed < self._goal.change:
            page = self._feed.changes(self._changed, self._goal.change)
            self._changed = page.last
            return self._wanted([each for each in page.events if each.arrival <= self._settled]), True
        self._settled, self._changed = self._after, self._goal.change
        before, self._goal = self._goal, self._feed.horizon()
        return b"", self._goal != before

    def _wanted(self, events: list[Told]) -> bytes:
        return b"".join([each.text for each in events if self._wish.wants(each)])


def _told(name: str, number: int, arrival: int, row: EntryRow, names: Names) -> Told:
    happening = Happening(
        arrival=arrival,
        id=to_text(row.record),
        type=row.type,
        agent=names.agent(row.agent),
        scope=names.scope(row.scope),
        at=time_text(row.at),
        status=row.status,
        state=row.state,
        flags=row.flags.split(),
        part=row.part,
    )
    # JSON has no line breaks in it, so it is one line of the event.
    head = b"id: %d\nevent: record\n" % arrival if name == "record" else b"event: changed\n"
    text = head + b"data: " + encode(happening) + b"\n\n"
    return Told(number, arrival, row.type, row.agent, row.scope, text)
