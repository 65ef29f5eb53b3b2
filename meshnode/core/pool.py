"""Runs that wait: whether their author may write where they stand cannot be decided before something is here.

Bounded in bytes for all and in runs for each connection; what falls out is found again by the next round.
"""

from typing import NamedTuple

from meshnode.core.ingest import Source
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import LogId, RecordId
from meshproto.records.log import Run


class Pooled(NamedTuple):
    """A run that waits, where it came from, and what it takes."""

    run: Run
    source: Source
    size: int


class Pool:
    """Keeps runs by log, and knows what each log waits for."""

    def __init__(self, settings: CoreSettings) -> None:
        self._settings = settings
        self._logs: dict[LogId, tuple[RecordId, list[Pooled]]] = {}
        self._awaited: dict[RecordId, dict[LogId, None]] = {}
        self._of: dict[int | None, int] = {}
        self.bytes = 0

    def __len__(self) -> int:
        return sum(len(runs) for _, runs in self._logs.values())

    def put(self, run: Run, source: Source, on: RecordId) -> int:
        """Keep a run until `on` is here. Returns how many runs fell out for lack of room, itself perhaps among them."""
        size = sum([len(record.raw) for record in run.records])
        if size > self._settings.pool_bytes or self._of.get(source.conn, 0) >= self._settings.pool_runs_per_peer:
            return 1
        dropped = 0
        while self.bytes + size > self._settings.pool_bytes:
            dropped += len(self._take(next(iter(self._logs))))
        log = run.records[0].log
        self._logs.setdefault(log, (on, []))[1].append(Pooled(run, source, size))
        self._awaited.setdefault(self._logs[log][0], {})[log] = None
        self._of[source.conn] = self._of.get(source.conn, 0) + 1
        self.bytes += size
        return dropped

    def awaits(self, log: LogId) -> RecordId | None:
        """What a log waits for, None if nothing of it is here."""
        waiting = self._logs.get(log)
        return None if waiting is None else waiting[0]

    def is_awaited(self, record: RecordId) -> bool:
        """Whether a run waits for this record."""
        return record in self._awaited

    def release(self, record: RecordId) -> list[Pooled]:
        """Take out the runs that waited for a record, each log's in the order in which they came."""
        return [pooled for log in self._awaited.pop(record, {}) for pooled in self._take(log)]

    def _take(self, log: LogId) -> list[Pooled]:
        on, runs = self._logs.pop(log, (RecordId(b""), []))
        waiting = self._awaited.get(on, {})
        waiting.pop(log, None)
        if not waiting:
            self._awaited.pop(on, None)
        for pooled in runs:
            self.bytes -= pooled.size
            self._of[pooled.source.conn] -= 1
            if not self._of[pooled.source.conn]:
                del self._of[pooled.source.conn]
        return runs
