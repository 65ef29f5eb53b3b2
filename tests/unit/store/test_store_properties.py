"""The store against a model of dicts: whatever is committed, in whatever order, reads back as the model says."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from meshnode.core.ports import Batch
from meshnode.core.rows import NoteEntry
from meshnode.store.store import open_store
from meshproto.records.ids import RecordId
from meshproto.records.log import Run, check_run
from meshproto.records.record import Record
from tests.support.authors import Author

NAMES = st.sampled_from(["alice", "bob", "carol"])


class StoreMachine(RuleBasedStateMachine):
    """Commits runs, forks, duplicates, private parts and erasures, with the writer tidying in between."""

    @initialize()
    def begin(self) -> None:
        self.store = open_store(None)
        self.reader = self.store.reader()
        self.authors = {name: Author(name) for name in ("alice", "bob", "carol")}
        self.records: list[Record] = []
        self.runs: list[Run] = []
        self.parts: dict[RecordId, bytes] = {}
        self.erased: set[RecordId] = set()
        self.notes: dict[str, bytes] = {}
        for author in self.authors.values():
            self.commit(author.genesis)

    def commit(self, *runs: Run) -> None:
        self.store.writer.commit(Batch(0, runs=runs))
        for run in runs:
            self.runs.append(run)
            known = {record.id for record in self.records}
            self.records += [record for record in run.records if record.id not in known]

    @rule(name=NAMES, counts=st.lists(st.integers(1, 4), min_size=1, max_size=3), text=st.sampled_from(["", "words"]))
    def write(self, name: str, counts: list[int], text: str) -> None:
        self.commit(*(self.authors[name].writes(count, text=text) for count in counts))

    @rule(place=st.integers(0), count=st.integers(1, 3))
    def fork(self, place: int, count: int) -> None:
        base = self.records[place % len(self.records)]
        author = next(each for each in self.authors.values() if each.key.public == base.key)
        self.commit(author.writes(count, after=(base.seq, base.id)))

    @rule(place=st.integers(0))
    def repeat(self, place: int) -> None:
        self.commit(self.runs[place % len(self.runs)])

    @rule(place=st.integers(0))
    def repeat_a_part_of_what_is_served(self, place: int) -> None:
        record = self.records[place % len(self.records)]
        served = self.reader.proof_run(record.id)
        assert served is not None
        self.commit(check_run(served.headers, served.signature))

    @rule(place=st.integers(0))
    def keep_a_part(self, place: int) -> None:
        record = self.records[place % len(self.records)]
        author = next(each for each in self.authors.values() if each.key.public == record.key)
        if record.id in author.parts:
            self.store.writer.commit(Batch(0, privates=((record.id, author.parts[record.id]),)))
            if record.id not in self.erased:
                self.parts[record.id] = author.parts[record.id]

    @rule(place=st.integers(0))
    def erase(self, place: int) -> None:
        record = self.records[place % len(self.records)]
        self.store.writer.commit(Batch(0, erasures=(record.id,)))
        self.erased.add(record.id)
        self.parts.pop(record.id, None)

    @rule(name=NAMES, value=st.binary(max_size=9))
    def note(self, name: str, value: bytes) -> None:
        self.store.writer.commit(Batch(0, local=(NoteEntry(name, value),)))
        self.notes[name] = value

    @rule()
    def tidy(self) -> None:
        self.store.writer.tidy()

    @invariant()
    def every_record_reads_back(self) -> None:
        if not hasattr(self, "store"):
            return
        assert [record for _, record in self.reader.records_after(0, 10_000)] == self.records
        for record in self.records:
            assert self.reader.record(record.id) == record
            assert self.reader.private(record.id) == self.parts.get(record.id)
            assert self.reader.erased(record.id) == (record.id in self.erased)
        assert {each.name: each.value for each in self.reader.rows(NoteEntry)} == self.notes

    @invariant()
    def missing_parts_are_those_neither_held_nor_erased(self) -> None:
        if not hasattr(self, "store"):
            return
        missing = [
            record.id
            for record in self.records
            if record.private and record.id not in self.parts and record.id not in self.erased
        ]
        assert [record for _, record in self.reader.private_missing(10_000)] == missing

    @invariant()
    def lanes_lead_to_every_tip_without_gaps(self) -> None:
        if not hasattr(self, "store"):
            return
        for author in self.authors.values():
            own = {record.id: record for record in self.records if record.key == author.key.public}
            tips = own.keys() - {record.prev for record in own.values()}
            lanes = self.reader.lanes(author.log())
            assert tips == {lane.tip.id for lane in lanes}
            for lane in lanes:
                self.check_path(author, lane.number, own[lane.tip.id])

    def check_path(self, author: Author, lane: int, tip: Record) -> None:
        """Everything that is served of a lane is the chain that ends in its tip."""
        headers: list[bytes] = []
        while run := self.reader.run_after(author.log(), lane, len(headers), 2, 1 << 20):
            assert check_run(run.headers, run.signature)
            headers += run.headers
        chain: list[bytes] = []
        by_id = {record.id: record for record in self.records}
        at: Record | None = tip
        while at is not None:
            chain.append(at.raw)
            at = by_id.get(RecordId(at.prev))
        assert headers == chain[::-1]


TestStore = StoreMachine.TestCase
TestStore.settings = settings(stateful_step_count=25, parent=settings())
