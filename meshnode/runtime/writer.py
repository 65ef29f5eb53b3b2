"""Writes batches: staged, then flushed in a thread of its own, several in one transaction.

SQLite's interface gives up the interpreter at every statement, and beside a busy loop taking it back takes half a
millisecond. A small group is a handful of small statements: it is staged in the event loop's thread. A large one goes
in with hundreds of rows in each statement, so the thread stages it while the loop reads what comes next (measured: a
quarter less work for the loop in a sync). The flush waits for the disk without the interpreter. Meanwhile the next
batches gather, so a slow disk makes larger groups instead of a longer queue.

States of the writer: idle → (submit) staged and flushing → idle, or at once the next group; any failure → broken. Once
broken nothing more is written, and every batch that waits or comes is reported as failed: the core must not believe
that a later batch survived an earlier one.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import trio

from meshnode.core.ports import Batch
from meshnode.runtime.settings import (
    ASKED_BACKLOG,
    ASKED_GROUP_RECORDS,
    GROUP_BATCHES,
    GROUP_RECORDS,
    STAGE_RECORDS,
    TIDY_SECONDS,
    WRITER_BACKLOG,
)
from meshnode.runtime.watching.histogram import COMMIT_BOUNDS, Histogram


class Store(Protocol):
    """What the writer needs of the store. One method is called at a time."""

    def stage(self, batches: Sequence[Batch]) -> None:
        """Write batches, in order, into a transaction. Raises whatever stops the store."""
        ...

    def finish(self) -> None:
        """Commit what was staged, and return when it is flushed. Raises whatever stops the store."""
        ...

    @property
    def crowded(self) -> bool:
        """Whether `make_room` should be called before the next group."""
        ...

    def make_room(self) -> None:
        """Do what has been put off for too long. Raises like `finish`."""
        ...

    def tidy(self) -> bool:
        """Do what can wait, while nothing waits; true if some of it must wait longer. Raises like `finish`."""
        ...

    @property
    def last_arrival(self) -> int:
        """The number of the last record that was staged, 0 for none."""
        ...


class Writer:
    """Commits batches in the order of submission and tells when they are on the disk."""

    def __init__(
        self,
        store: Store,
        landed: Callable[[Sequence[Batch]], None],
        failed: Callable[[Sequence[Batch], BaseException], None],
        is_asked: Callable[[], bool] = lambda: False,
    ) -> None:
        """`landed` and `failed` are called in the event loop's thread, in the order of submission.

        While `is_asked`, people write too: less is put in front of what they write.
        """
        self._is_asked = is_asked
        self._store, self._landed, self._failed = store, landed, failed
        self._waiting: deque[Batch] = deque()
        self._flushing: list[Batch] | None = None
        """The group in the other thread; empty while that tidies or makes room, None while it rests."""
        self._work: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._token: trio.lowlevel.TrioToken | None = None
        self._rested = trio.Event()
        self._failure: BaseException | None = None
        self._untidy = True  # a reader may have been in the way of what a crash had cut short
        self.arrival = store.last_arrival
        """The arrival of the last record that is committed."""
        self.groups = 0
        """Transactions committed so far, and the batches in them."""
        self.batches = 0
        self.commit_times = Histogram(COMMIT_BOUNDS)
        """How long each transaction took, staging and flushing, in seconds."""
        self._begun = 0.0

    @property
    def backlog(self) -> int:
        """Batches submitted and neither landed nor failed."""
        return len(self._waiting) + len(self._flushing or ())

    @property
    def full(self) -> bool:
        """Whether peers should wait before more is taken in."""
        return self.backlog >= (ASKED_BACKLOG if self._is_asked() else WRITER_BACKLOG)

    def start(self) -> None:
        """Start the thread; call inside trio."""
        self._token = trio.lowlevel.current_trio_token()
        self._thread = threading.Thread(target=self._flush, name="meshnode-writer")
        self._thread.start()

    def submit(self, batch: Batch) -> None:
        """Queue a batch; never waits for the disk."""
        self._waiting.append(batch)
        if self._flushing is None:
            self._next()

    async def run(self) -> None:
        """Let the store tidy while nothing is written, until cancelled."""
        while True:
            before = self.groups
            await trio.sleep(TIDY_SECONDS)
            if self._untidy and self.groups == before and self._flushing is None and self._failure is None:
                self._flushing = []
                self._work.put(self._tidy)

    async def aclose(self) -> None:
        """Commit what was submitted and end the thread. Shielded: a group under way is never abandoned."""
        if self._thread is None:
            return
        with trio.CancelScope(shield=True):
            while self._flushing is not None:
                await self._rested.wait()
        self._work.put(None)
        self._thread.join()
        self._thread = None

    def _next(self) -> None:
        """idle → staged and flushing, if a batch waits; → broken, if staging fails, which is told soon."""
        group: list[Batch] = []
        records, most = 0, ASKED_GROUP_RECORDS if self._is_asked() else GROUP_RECORDS
        while self._waiting and len(group) < GROUP_BATCHES and records < most:
            group.append(self._waiting.popleft())
            records += sum(len(run.records) for run in group[-1].runs) + len(group[-1].local)
        if not group:
            return
        self._begun = time.perf_counter()
        if self._failure is None and records > STAGE_RECORDS:
            self._flushing = group
            self._work.put(partial(self._stage_and_finish, group))
            return
        if self._failure is None:
            try:
                self._store.stage(group)
            except Exception as error:  # supervisor: whatever ends a commit stops the node, told by the driver
                self._failure = error
        self._flushing = group
        if self._failure is None:
            self._work.put(self._store.finish)
        else:
            assert self._token is not None
            self._token.run_sync_soon(self._tell, self._failure)  # in its turn: those before it are told first

    def _stage_and_finish(self, group: Sequence[Batch]) -> None:
        """Write a large group in the thread: its hundreds of rows go in with few steps, so it takes few turns."""
        self._store.stage(group)
        self._store.finish()

    def _tidy(self) -> None:
        self._untidy = self._store.tidy()

    def _tell(self, failure: BaseException | None) -> None:
        """flushing → idle, or making room, or the next group if batches wait. Called in the loop's thread."""
        group, self._flushing = self._flushing or [], None
        failed = self._failure = self._failure or failure
        if group and failed is None:
            self.arrival = self._store.last_arrival
            self.groups += 1
            self.batches += len(group)
            self.commit_times.observe(time.perf_counter() - self._begun)
            self._untidy = True
        # First of all the disk goes on: what has landed gives the loop work.
        if failed is None and self._store.crowded:
            self._flushing = []
            self._work.put(self._store.make_room)
        else:
            self._next()
        if failed is not None:
            self._failed(group, failed)
        elif group:
            self._landed(group)
        if self._flushing is None:
            self._rested.set()
            self._rested = trio.Event()

    def _flush(self) -> None:
        """The thread: wait for the disk, tell."""
        assert self._token is not None
        while (work := self._work.get()) is not None:
            failure: BaseException | None = None
            try:
                work()
            except BaseException as error:  # supervisor: whatever ends a commit stops the node, told by the driver
                failure = error
            self._token.run_sync_soon(self._tell, failure)
