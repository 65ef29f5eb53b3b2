"""The one thread that writes: it takes all batches that wait and commits them in one transaction.

While a commit flushes, the next batches gather, so a slow disk makes larger groups instead of a longer queue. A
dedicated thread with `run_sync_soon` answers in two thirds of the time of `trio.to_thread` (measured 181 µs against
264 µs for a round trip), which is why it is not used here.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import trio

from meshnode.core.ports import Batch
from meshnode.runtime.settings import GROUP_BATCHES, GROUP_RECORDS, TIDY_SECONDS, WRITER_BACKLOG


class Store(Protocol):
    """What the writing thread needs of the store; all of it is called from that thread alone."""

    def commit_all(self, batches: Sequence[Batch]) -> None:
        """Commit batches in order, durably, all or none. Raises whatever stops the store."""
        ...

    @property
    def last_arrival(self) -> int:
        """The number of the last record that arrived, 0 for none."""
        ...

    def tidy(self) -> None:
        """Do what can wait, while nothing waits. Raises like `commit_all`."""
        ...


class Writer:
    """Hands batches to the writing thread and tells when they are on the disk.

    States: running → (the store failed) broken → ended. After a failure nothing more is committed, and every batch that
    was waiting is reported as failed too: the core must not believe that a later one survived an earlier one.
    """

    def __init__(
        self,
        store: Store,
        landed: Callable[[Sequence[Batch]], None],
        failed: Callable[[Sequence[Batch], BaseException], None],
    ) -> None:
        """`landed` and `failed` are called in the event loop's thread, in the order of submission."""
        self._store, self._landed, self._failed = store, landed, failed
        self._waiting: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._under_way = 0
        self._thread: threading.Thread | None = None
        self._token: trio.lowlevel.TrioToken | None = None
        self._ended = trio.Event()
        self._failure: BaseException | None = None
        self._last = False
        self.arrival = store.last_arrival
        """The arrival of the last record that is committed."""
        self.groups = 0
        """Transactions committed so far, and the batches in them."""
        self.batches = 0

    @property
    def backlog(self) -> int:
        """Batches submitted and neither landed nor failed."""
        return self._under_way

    @property
    def full(self) -> bool:
        """Whether peers should wait before more is taken in."""
        return self._under_way >= WRITER_BACKLOG

    def start(self) -> None:
        """Start the thread; call inside trio."""
        self._token = trio.lowlevel.current_trio_token()
        self._thread = threading.Thread(target=self._write, name="meshnode-writer")
        self._thread.start()

    def submit(self, batch: Batch) -> None:
        """Queue a batch; never waits."""
        self._under_way += 1
        self._waiting.put(batch)

    async def aclose(self) -> None:
        """Commit what was submitted and end the thread. Shielded: a batch under way is never abandoned."""
        if self._thread is None:
            return
        self._waiting.put(None)
        with trio.CancelScope(shield=True):
            await self._ended.wait()
        self._thread.join()
        self._thread = None

    # What follows runs in the thread, `_tell` excepted.

    def _write(self) -> None:
        """Gather, commit, tell, until the end is asked for."""
        assert self._token is not None
        while (batch := self._next()) is not None:
            group = self._gather(batch)
            self._try(partial(self._store.commit_all, group))
            self._token.run_sync_soon(self._tell, group, self._failure, self._store.last_arrival)
        self._token.run_sync_soon(self._ended.set)

    def _next(self) -> Batch | None:
        """Wait for a batch, and tidy when none has come for a while; None at the end."""
        assert self._token is not None
        if self._last:
            return None
        try:
            return self._waiting.get(timeout=TIDY_SECONDS)
        except queue.Empty:
            whole = self._failure is None
            self._try(self._store.tidy)
            if whole and self._failure is not None:
                self._token.run_sync_soon(self._tell, [], self._failure, self.arrival)
        return self._waiting.get()

    def _gather(self, batch: Batch) -> list[Batch]:
        """Take what else waits, within the bounds of a group."""
        group, records = [batch], sum(len(run.records) for run in batch.runs)
        while len(group) < GROUP_BATCHES and records < GROUP_RECORDS:
            try:
                more = self._waiting.get_nowait()
            except queue.Empty:
                break
            if more is None:
                self._last = True
                break
            group.append(more)
            records += sum(len(run.records) for run in more.runs)
        return group

    def _try(self, work: Callable[[], None]) -> None:
        if self._failure is None:
            try:
                work()
            except BaseException as error:  # supervisor: whatever ends a commit stops the node, told by the driver
                self._failure = error

    def _tell(self, group: list[Batch], error: BaseException | None, arrival: int) -> None:
        self._under_way -= len(group)
        if error is None:
            self.arrival = arrival
            self.groups += 1
            self.batches += len(group)
            self._landed(group)
        else:
            self._failed(group, error)
