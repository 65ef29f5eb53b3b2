"""Brings the views up to date with the truth: folds what arrived and replaces the rows that hang on it.

The queues of the store (records, private parts, erasures, parts let go) are read by number from where views.db says it
stands, slice by slice, in a worker thread. While records stream in or out it waits: a sync and a fold at once would
only take turns at the interpreter. Whoever must see their own write in the views calls `caught_up`.

States: following → (the disk is full or read-only) waiting → following; → (the views are damaged) broken, until the
next start makes them anew.
"""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import trio

from meshnode.core.standing import NetworkStanding, circles_in, circles_read_through, standing_of
from meshnode.runtime.hub import Hub
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.settings import (
    PROJECT_BREATH_SECONDS,
    PROJECT_BUSY_SLICE,
    PROJECT_LAG_SECONDS,
    PROJECT_QUIET_SECONDS,
    PROJECT_SHARE,
    PROJECT_SLICE,
    PROJECT_SLICES,
    RETRY_SECONDS,
    SCRUB_AGAIN_SECONDS,
    SCRUB_SHARE,
)
from meshnode.store.errors import StoreBusy, StoreError, StoreFull, StoreReadOnly
from meshnode.store.reading import PartIn, Reader
from meshnode.store.views import Progress, Views
from meshnode.views.projection import rows_of
from meshnode.views.rows import Row
from meshnode.views.words import touched_by_part
from meshproto.fold.fold import Fold
from meshproto.fold.memory import Memory
from meshproto.fold.standing import Standing
from meshproto.fold.state import digests
from meshproto.records.encoding import Value, decode
from meshproto.records.ids import ScopeId
from meshproto.records.record import Record

log = logging.getLogger(__name__)


MEND = "meshnode down, then meshnode up"
"""What helps where the views are broken: the next start makes them anew."""
AUTHORITY = frozenset(("agent", "grant", "revoke", "countersign", "rotate", "resolution", "agreement"))
"""Types whose records say who may act for whom, and who takes part in what."""


def _nothing() -> None:
    """What happens when nobody wants to know."""


def _nobody(standings: tuple[NetworkStanding, ...]) -> None:
    """What happens when nobody wants to know."""


class _Slice:
    """What one slice of the queues brings."""

    def __init__(self, after: Progress, fresh: dict[bytes, Record]) -> None:
        self.after = after
        self.fresh = fresh
        """Records that arrived with it, so that none of their rows stands anywhere yet."""
        self.purged = False
        """Whether texts are to go without trace, though nobody ordered it."""
        self.touched: dict[bytes, Record] = {}
        """Records whose rows are to be computed."""

    @property
    def changed(self) -> list[bytes]:
        """Records whose earlier rows must go."""
        return [each for each in self.touched if each not in self.fresh]


class Projector:
    """Keeps one views.db up to date."""

    def __init__(self, reader: Reader, views: Views, me: bytes = b"") -> None:
        """`reader` and `views` are the projector's own: its worker thread uses them. `me` is the owner."""
        self._reader, self._views, self._me = reader, views, me
        self.tell_standings: Callable[[tuple[NetworkStanding, ...]], None] = _nobody
        """Called in the event loop's thread with how networks stand: at the start, and when that may have changed."""
        self._standings: dict[bytes, NetworkStanding] = {}
        self._knows_networks = False
        self.moved: Callable[[], None] = _nothing
        """Called in the event loop's thread when somebody's authority may have changed by what was folded."""
        self._governed = False
        self._fold = Fold(views.memory)
        self._shelf = _Shelf(reader, views.memory)
        self._turn = trio.CapacityLimiter(1)
        self._digested: tuple[Progress, dict[bytes, bytes]] | None = None
        self._nudged, self._urged = trio.Event(), trio.Event()
        self._stirred_at = self._busy_at = float("-inf")
        """When the node was last busy, by the clock of the loop and by that of threads."""
        self._begun = self._done = self._wanted = 0
        self._upto = -1
        self._news = True
        """Whether something was committed since the last pass began."""
        self._reached = self.reached = -1
        """The last arrival that is shown and of which all have been told who want to know; -1 before the first pass."""
        self._passed, self._sliced = Hub(), Hub()
        self.advanced = Hub()
        """Moves whenever the views show more than before."""
        self._shows_more = False
        self._unclean, self._scrub_from = True, float("-inf")
        self.trouble = ""
        """Why the views are behind and stay so, in people's words; empty while they are not."""
        self.broken = False

    def nudge(self) -> None:
        """Something was committed."""
        self._news = True
        self._nudged.set()
        self.make_way()

    def make_way(self) -> None:
        """The node is busy with what cannot wait: go on when it pauses."""
        # Only the time is noted: waking a task for each record would delay the record.
        self._stirred_at, self._busy_at = trio.current_time(), time.monotonic()

    @property
    def is_current(self) -> bool:
        """Whether the views show everything that was committed."""
        return not self._news and self._done == self._begun and not self.broken

    async def caught_up(self) -> None:
        """Wait until the views show everything that was committed before this call. Raises Refusal if broken."""
        wanted = self._begun + self._news
        while self._done < wanted or self.broken:
            self.must_be_whole()
            self._wanted = max(self._wanted, wanted)
            self._nudged.set()
            self._urged.set()
            await self._passed.after(self._passed.moves)

    def must_be_whole(self) -> None:
        """Raise Refusal if the views can no longer be brought up to date."""
        if self.broken:
            raise Refusal(Code.UNREADABLE, f"the lists cannot be read: {self.trouble}", MEND)

    def give_up(self, trouble: str) -> None:
        """following → broken: whoever read the views found damage. Whoever waits, or listens, hears of it."""
        if not self.broken:
            log.warning("the views are damaged: %s", trouble)
            self.broken, self.trouble = True, trouble
            for hub in (self._sliced, self._passed, self.advanced):
                hub.move()

    async def shows(self, arrival: int) -> None:
        """Wait until the views show what arrived up to a number, however much comes after it.

        If they do already, as `caught_up`: what was committed besides may be of private parts. Raises Refusal if they
        are broken.
        """
        if self.reached >= arrival:
            await self.caught_up()
        while self.reached < arrival:
            self.must_be_whole()
            self._upto = max(self._upto, arrival)
            self._nudged.set()
            self._urged.set()
            await self._sliced.after(self._sliced.moves)

    @property
    def passes(self) -> int:
        """How often the views were brought up to date."""
        return self._passed.moves

    async def after_pass(self, seen: int) -> None:
        """Wait until the views were brought up to date more than `seen` times."""
        await self._passed.after(seen)

    async def scrubbed(self) -> None:
        """Wait until nothing is left in the file of what was erased before this call. Raises Refusal if broken."""
        await self.caught_up()
        self._nudged.set()  # it may be time again
        while self._unclean and not self.broken:
            await self._passed.after(self._passed.moves)

    async def digests(self) -> dict[bytes, bytes]:
        """The digest of every scope, as of the last slice. Reads the whole fold, once for all who ask of one state."""
        return await trio.to_thread.run_sync(self._digest, limiter=self._turn)

    async def standing(self, record: bytes) -> Standing | None:
        """What a record is worth, as of the last slice; None if it was not folded yet. `Office.standing` is quicker."""
        return await trio.to_thread.run_sync(self._fold.standing, record, limiter=self._turn)

    async def ordered(self, record: Record) -> bool:
        """Whether an order that counts, as of the last slice, obliges everyone to erase the record's private part."""
        return await trio.to_thread.run_sync(self._fold.is_erased, record, limiter=self._turn)

    async def replacements(self, record: bytes) -> list[bytes]:
        """The corrections that give a record other texts, as of the last slice; also those that were replaced."""
        return await trio.to_thread.run_sync(self._replacements, record, limiter=self._turn)

    async def run(self) -> None:
        """Follow the truth until cancelled, or until the views are broken."""
        while not self.broken:
            await self._give_way(PROJECT_LAG_SECONDS)
            self._nudged = trio.Event()
            await self._pass()
            await self._scrub()
            if not self.broken:
                with trio.move_on_at(self._scrub_from if self._unclean else math.inf):
                    await self._nudged.wait()

    async def _give_way(self, seconds: float) -> None:
        """Let what keeps the node busy go first: until it pauses, for so long, or until somebody wants to see rows."""
        until = trio.current_time() + seconds
        while not self._is_awaited():
            wait_until = min(until, self._stirred_at + PROJECT_QUIET_SECONDS)
            if trio.current_time() >= wait_until:
                return
            self._urged = trio.Event()
            with trio.move_on_at(wait_until):
                await self._urged.wait()

    async def _pass(self) -> None:
        """Take in everything that was there when the pass began."""
        self._begun += 1
        self._news = False
        number, more = self._begun, True
        while more and not self.broken:
            start = trio.current_time()
            try:
                more = await trio.to_thread.run_sync(self._slice, limiter=self._turn)
                self._pass_on_standings()
                self.reached = self._reached
                self._sliced.move()
                self._tell_of_more()
                self.trouble = ""
            except (StoreFull, StoreReadOnly, StoreBusy) as error:
                self._tell(error)
                await trio.sleep(RETRY_SECONDS)
            except StoreError as error:
                self.give_up(str(error))
            if self._governed:
                self._governed = False
                self.moved()
            # A sync and slices slow each other down, so it does not count whether this very slice was disturbed.
            if trio.current_time() - self._stirred_at < PROJECT_QUIET_SECONDS:
                await self._give_way(PROJECT_SHARE * (trio.current_time() - start))
        if not self.broken:
            self._done = number
        self._passed.move()

    async def _scrub(self) -> None:
        """Remove what is left of erased texts in the file; a part of the time only, since all of it is rewritten."""
        start = trio.current_time()
        if self.broken or not self._unclean or start < self._scrub_from:
            return
        try:
            self._unclean = not await trio.to_thread.run_sync(self._views.scrub, limiter=self._turn)
            end = trio.current_time()
            self._scrub_from = end + (SCRUB_AGAIN_SECONDS if self._unclean else SCRUB_SHARE * (end - start))
        except (StoreFull, StoreReadOnly, StoreBusy) as error:
            self._tell(error)
            self._scrub_from = trio.current_time() + RETRY_SECONDS
        except StoreError as error:
            self.give_up(str(error))
        self._passed.move()

    def _is_awaited(self) -> bool:
        """Whether somebody waits for rows."""
        return self._done < self._wanted or self.reached < self._upto

    def _tell_of_more(self) -> None:
        # Whoever asks for rows makes a pass, so most passes find nothing: nobody need look then.
        if self._shows_more:
            self._shows_more = False
            self.advanced.move()

    def _tell(self, error: StoreError) -> None:
        if not self.trouble:
            log.warning("the views cannot be brought up to date: %s", error)
        self.trouble = str(error)

    def _pass_on_standings(self) -> None:
        standings, self._standings = self._standings, {}
        if standings:
            self.tell_standings(tuple(standings.values()))

    # What follows runs in the worker thread.

    def _digest(self) -> dict[bytes, bytes]:
        progress = self._views.progress
        if self._digested is None or self._digested[0] != progress:
            self._digested = progress, digests(self._views.memory)
        return self._digested[1]

    def _replacements(self, record: bytes) -> list[bytes]:
        rows = self._views.memory.scan("correction", record)
        return [key[len(record) :] for key, row in rows if cast(list[Value], row)[0] == "replace"]

    def _slice(self) -> bool:
        """Take in one slice of the queues, or some; when they are empty, index. Whether more waits."""
        before = self._views.progress
        after, governing = before, list[Record]()
        with self._views.slice():
            for _ in range(PROJECT_SLICES):
                slice_ = self._take_in(after)
                self._show(slice_, after)
                self._shelf.forget()  # what was read may have changed by the next one
                governing += [record for record in slice_.touched.values() if record.type in AUTHORITY]
                after = slice_.after
                if not self._may_go_on(slice_):
                    break
        self._reached = after.arrival
        # Only now, for it may be read by others once it is committed.
        self._governed = self._governed or bool(governing)
        self._look_at_networks(governing)
        return after != before or self._views.index() > 0

    def _show(self, slice_: _Slice, before: Progress) -> None:
        """Write the rows of a slice, if it brings anything."""
        if slice_.after == before:
            return
        self._views.replace(slice_.changed, self._rows(slice_.touched))
        if slice_.purged or slice_.after.erasure > before.erasure:
            self._views.mark_erasure()
            self._unclean = True
        self._views.advance(slice_.after)
        self._shows_more = True

    def _may_go_on(self, slice_: _Slice) -> bool:
        """Whether another slice may be shown together with this one: more waits, and nobody for this one."""
        is_far_behind = len(slice_.fresh) == PROJECT_SLICE
        is_waited_for = self.reached < self._upto <= slice_.after.arrival
        return is_far_behind and self._must_hurry() and not is_waited_for

    def _look_at_networks(self, governing: Sequence[Record]) -> None:
        """Find out how networks stand about which something was said; at first, how all of them do."""
        scopes = dict.fromkeys(record.home for record in governing)
        for scope in list(scopes):
            scopes.update(dict.fromkeys(map(ScopeId, circles_read_through(scope, self._views.memory))))
        if not self._knows_networks:
            scopes.update(dict.fromkeys(map(ScopeId, circles_in(self._views.memory))))
            self._knows_networks = True
        for scope in scopes:
            standing = standing_of(scope, self._me, self._views.memory)
            if standing is not None:
                self._standings[scope] = standing

    def _must_hurry(self) -> bool:
        """Whether nothing else has work to do, or somebody waits for rows."""
        return self._is_awaited() or time.monotonic() - self._busy_at > PROJECT_QUIET_SECONDS

    def _breathe(self) -> None:
        """Between two records, let others have the interpreter: they would have to wrest it from here."""
        if not self._must_hurry():
            time.sleep(PROJECT_BREATH_SECONDS)

    def _take_in(self, before: Progress) -> _Slice:
        """Fold what is new, and find out whose rows change by it."""
        size = PROJECT_SLICE if self._must_hurry() else PROJECT_BUSY_SLICE
        arrived = self._reader.records_after(before.arrival, size)
        parts = self._reader.parts_after(before.part, size)
        erased = self._reader.erasures_after(before.erasure, size)
        turned = self._reader.evictions_after(before.eviction, size)
        after = Progress(
            arrived[-1][0] if arrived else before.arrival,
            parts[-1].part if parts else before.part,
            erased[-1][0] if erased else before.erasure,
            turned[-1].number if turned else before.eviction,
        )
        slice_ = _Slice(after, {record.id: record for _, record in arrived})
        slice_.purged = any(each.purged for each in turned)
        for changed, came in self._fold.add_all([record for _, record in arrived], self._breathe).items():
            self._touch(slice_, changed, came)
        for part in parts:
            self._shelf.remember(part)
        moved = [each.record for each in parts] + [each.record for each in turned] + [record for _, record in erased]
        for record_id in moved:
            of_part = slice_.touched.get(record_id) or self._reader.record(record_id)
            for each in touched_by_part(of_part) if of_part else ():
                self._touch(slice_, each, None)
        return slice_

    def _touch(self, slice_: _Slice, record_id: bytes, record: Record | None) -> None:
        if record_id not in slice_.touched:
            found = record or slice_.fresh.get(record_id) or self._reader.record(record_id)
            if found is not None:
                slice_.touched[record_id] = found

    def _rows(self, touched: Mapping[bytes, Record]) -> list[Row]:
        rows: list[Row] = []
        for record in touched.values():
            self._breathe()
            standing = self._fold.standing(record.id)
            if standing is not None:  # else it arrives in a later slice, and its rows with it
                rows += rows_of(record, standing, self._shelf)
        return rows


class _Shelf:
    """What the projection of a record reads besides the record; remembers what it read for one slice."""

    def __init__(self, reader: Reader, memory: Memory) -> None:
        self._reader, self.memory = reader, memory
        self._parts: dict[bytes, Mapping[str, Value] | None] = {}
        self._erased: dict[bytes, bool] = {}

    def private(self, record_id: bytes) -> Mapping[str, Value] | None:
        """The decoded private part; it was checked before it was stored."""
        if record_id not in self._parts:
            self._parts[record_id] = _decoded(self._reader.private(record_id))
        return self._parts[record_id]

    def erased(self, record_id: bytes) -> bool:
        """Whether the private part was erased for good."""
        if self._parts.get(record_id) is not None:
            return False
        if record_id not in self._erased:
            self._erased[record_id] = self._reader.erased(record_id)
        return self._erased[record_id]

    def record(self, record_id: bytes) -> Record | None:
        """Another record, if it is here."""
        return self._reader.record(record_id)

    def remember(self, part: PartIn) -> None:
        """A private part that was read already."""
        self._parts[part.record] = _decoded(part.content or None)

    def forget(self) -> None:
        """The slice has ended: what was read may change."""
        self._parts.clear()
        self._erased.clear()


def _decoded(raw: bytes | None) -> Mapping[str, Value] | None:
    return None if raw is None else cast(dict[str, Value], decode(raw, text="utf8"))
