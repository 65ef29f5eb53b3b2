"""Work on a store whose every acknowledgement can be checked afterwards, whatever happened to the disk meanwhile."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from meshnode.core.ports import Batch
from meshnode.core.rows import NoteEntry
from meshnode.store.check import examine
from meshnode.store.database import StoreSettings
from meshnode.store.store import Store, open_store
from meshproto.records.ids import AgentId, RecordId
from meshproto.records.log import Run
from tests.support.authors import Author, parts_of


@dataclass(frozen=True)
class Promise:
    """What a commit that returned has promised."""

    records: tuple[RecordId, ...]
    parts: tuple[RecordId, ...]
    erased: tuple[RecordId, ...]


@dataclass
class Work:
    """Commits batches of all kinds; `promises[n]` is what is relied on once `n` was acknowledged."""

    chance: Random
    acknowledge: Callable[[int], None]
    author: Author = field(default_factory=lambda: Author("alice"))
    promises: list[Promise] = field(default_factory=list)
    tried_to_erase: set[RecordId] = field(default_factory=set)
    """A commit that failed may have erased all the same."""
    runs: list[Run] = field(default_factory=list)
    tried_to_evict: set[RecordId] = field(default_factory=set)

    def step(self, store: Store) -> None:
        """Commit one batch and acknowledge it."""
        runs = self._next_runs()
        parts = [part for run in runs for part in parts_of(self.author, run) if self.chance.random() < 0.8]
        erased = self._next_erased() if self.chance.random() < 0.15 else ()
        evicted = self._next_erased() if self.chance.random() < 0.3 else ()
        wanted = tuple(sorted(self.tried_to_evict)[:1]) if self.chance.random() < 0.2 else ()
        if self.chance.random() < 0.5:
            parts += [(record, self.author.parts[record]) for record in sorted(self.tried_to_evict)[1:2]]
        number = len(self.promises)
        self.tried_to_erase.update(erased)
        self.tried_to_evict.update(evicted)
        note = NoteEntry("last", number.to_bytes(4, "big"))
        store.writer.commit(Batch(number, tuple(runs), tuple(parts), erased, (note,), evictions=evicted, wanted=wanted))
        records = tuple(record.id for run in runs for record in run.records)
        self.promises.append(Promise(records, tuple(record for record, _ in parts), erased))
        self.acknowledge(number)
        if self.chance.random() < 0.3:
            store.writer.tidy()

    def _next_runs(self) -> list[Run]:
        if not self.runs:
            self.runs.append(self.author.genesis)
            return [self.author.genesis]
        runs = [self.author.writes(self.chance.randint(1, 4), text="canary") for _ in range(self.chance.randint(0, 2))]
        if self.chance.random() < 0.1:
            base = self.chance.choice(self.runs).records[-1]
            runs.append(self.author.writes(1, after=(base.seq, base.id)))
        self.runs += runs
        return runs

    def _next_erased(self) -> tuple[RecordId, ...]:
        held = [record for promise in self.promises for record in promise.parts]
        return (self.chance.choice(held),) if held else ()

    def broken_promise(self, path: Path, acknowledged: int) -> str:
        """Open what the disk holds and name the first promise up to `acknowledged` that is not kept; empty if none."""
        store = open_store(path, StoreSettings(reserve_mib=1, blank_mib=0))
        try:
            return self._broken_in(store, path, acknowledged)
        finally:
            store.close()

    def _broken_in(self, store: Store, path: Path, acknowledged: int) -> str:
        reader = store.reader()
        erased = {record for promise in self.promises[: acknowledged + 1] for record in promise.erased}
        for number, promise in enumerate(self.promises[: acknowledged + 1]):
            for record in promise.records:
                if not reader.has(record):
                    return f"record {record.hex()} of batch {number} is gone"
            for record in promise.parts:
                let_go = record in self.tried_to_erase or record in self.tried_to_evict
                if not let_go and reader.private(record) != self.author.parts[record]:
                    return f"private part of {record.hex()} of batch {number} is gone"
        notes = [int.from_bytes(note.value, "big") for note in reader.rows(NoteEntry)]
        if acknowledged >= 0 and (not notes or notes[0] < acknowledged):
            return f"the note of batch {acknowledged} is gone"
        store.writer.tidy()
        for record in sorted(erased):
            if any(self.author.parts[record] in each.read_bytes() for each in path.parent.glob("records.db*")):
                return f"the erased part of {record.hex()} is still there"
        held = sum(len(part) for _, part in reader.privates([each for run in self.runs for each in _ids(run)]))
        if dict(reader.part_bytes()).get(AgentId(self.author.id), 0) != held:
            return "what is held is not what is counted"
        return "; ".join(f"{where}: {what}" for where, what in examine(reader.source))


def _ids(run: Run) -> list[RecordId]:
    return [record.id for record in run.records]
