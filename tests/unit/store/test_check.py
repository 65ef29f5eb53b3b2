"""The self-check finds what is not as it was written, and setting it aside loses nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from meshnode.core.author import End, Pen, sign_drafts
from meshnode.core.drafts import Draft
from meshnode.core.ports import Batch
from meshnode.core.rows import NoteEntry, PeerEntry, SearchEntry
from meshnode.store import aside
from meshnode.store.check import Damage, examine
from meshnode.store.database import copies
from meshnode.store.records import proof_of
from meshnode.store.repair import Repaired, repair
from meshnode.store.source import Source, Values, damage_mark
from meshnode.store.store import Store, open_store
from meshproto.records.ids import AgentId, RecordId, ScopeId
from meshproto.records.log import Run
from meshproto.types.repair import erasure
from tests.support.authors import Author, parts_of
from tests.support.core_rig import NOON, Dice


class Damaged:
    """A store with a log of three runs, a branch, private parts and local rows, to which a test does something."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "records.db"
        self.alice = Author("alice")
        self.runs = [self.alice.genesis, *(self.alice.writes(4, text="words") for _ in range(3))]
        trunk = self.runs[1].records[1]
        self.branch = self.alice.writes(2, after=(trunk.seq, trunk.id))
        store = open_store(self.path)
        parts = tuple(part for run in self.runs for part in parts_of(self.alice, run))
        store.writer.commit(Batch(1, runs=(*self.runs, self.branch), privates=parts))
        store.writer.commit(Batch(2, local=(PeerEntry("12D3KooW"), NoteEntry("colour", b"blue"))))
        self.erased = self.runs[2].records[0].id
        store.writer.commit(Batch(3, erasures=(self.erased,)))
        store.close()

    def orders(self, *targets: bytes) -> Run:
        """An order to erase, which alice signs next."""
        seq, tip = self.alice._tips[self.alice.id]
        draft = Draft(ScopeId(self.alice.id), "erasure", erasure(targets))
        pen = Pen(self.alice.id, self.alice.key, NOON, Dice())
        return sign_drafts(pen, [draft], End(seq, RecordId(tip))).runs[0]

    def change(self, statement: str, *values: int) -> None:
        """Change something behind the store's back."""
        store = open_store(self.path)
        store.source.rows(statement, values)
        store.close()

    def found(self) -> list[Damage]:
        """What the self-check says; it marks the file when it finds something."""
        store = open_store(self.path)
        damage = list(examine(store.reader().source))
        store.close()
        assert damage_mark(self.path).exists() == bool(damage)
        return damage

    def repaired(self) -> tuple[Repaired, Store]:
        """Set the damage aside and open what is left."""
        result = repair(self.path)
        assert result is not None
        store = open_store(self.path)
        assert list(examine(store.reader().source)) == []
        return result, store


@pytest.fixture
def damaged(tmp_path: Path) -> Damaged:
    return Damaged(tmp_path)


def test_nothing_is_wrong_with_a_store_that_is_well(damaged: Damaged) -> None:
    assert damaged.found() == []


class Interrupted(Source):
    """A source that lets something else happen between the records and their tips."""

    __slots__ = ("interrupt",)

    def __init__(self, source: Source, interrupt: Callable[[], None]) -> None:
        super().__init__(source.connection, source.path)
        self.interrupt = interrupt

    def rows(self, question: str, values: Values = ()) -> list[Any]:
        if "tip_seq" in question:
            self.interrupt()
        return super().rows(question, values)


def test_a_node_may_write_meanwhile(damaged: Damaged) -> None:
    store = open_store(damaged.path)

    def write() -> None:
        run = damaged.alice.writes(1, text="words")
        store.writer.commit(Batch(0, runs=(run,), privates=parts_of(damaged.alice, run)))

    assert list(examine(Interrupted(store.reader().source, write))) == []
    assert store.reader().counts().records > 15
    store.close()


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE records SET header = zeroblob(90) WHERE arrival = 3", "header is unreadable"),
        ("UPDATE records SET proof = proof + 1 WHERE arrival = 3", "bytes are not those"),
        ("UPDATE records SET signature = zeroblob(64) WHERE arrival = 5", "bytes are not those"),
        ("UPDATE records SET seq = 99 WHERE arrival = 3", "another number"),
        ("DELETE FROM records WHERE arrival = 3", "the record before it is missing"),
        ("DELETE FROM records WHERE arrival = 13", "last record is not the one noted"),
        ("UPDATE lanes SET tip_id = zeroblob(32)", "last record is not the one noted"),
        ("DELETE FROM fresh_ids WHERE arrival = 3", "does not lead to it"),
        ("UPDATE logs SET name = zeroblob(32)", "another log"),
        ("UPDATE parts SET content = CAST('x' || content AS BLOB) WHERE part = 1", "not the one its record names"),
        ("DELETE FROM parts WHERE part = 1", "became of its private part"),
        ("DELETE FROM records WHERE arrival = 2", "not the one its record names"),
        ("UPDATE personal SET body = CAST(body || 'x' AS BLOB)", "checksum"),
        ("UPDATE local SET key = CAST('x' AS BLOB)", "checksum"),
    ],
)
def test_every_change_is_found(damaged: Damaged, statement: str, what: str) -> None:
    damaged.change(statement)
    assert any(what in each.what for each in damaged.found())


def test_a_signature_that_does_not_hold_is_found_even_where_the_row_is_consistent(damaged: Damaged) -> None:
    proof = proof_of(damaged.runs[1].records[-1].id, bytes(64))
    damaged.change("UPDATE records SET signature = zeroblob(64), proof = ? WHERE arrival = 5", proof)
    assert [each.what for each in damaged.found()] == ["its signature does not hold"]


def test_repairing_what_is_well_loses_nothing(damaged: Damaged) -> None:
    result, store = damaged.repaired()
    assert result == (15, 0, 0, 0, 0, ())
    reader = store.reader()
    for run in (*damaged.runs, damaged.branch):
        for record in run.records:
            assert reader.record(record.id) == record
            assert reader.erased(record.id) == (record.id == damaged.erased)
            expected = None if record.id == damaged.erased else damaged.alice.parts.get(record.id)
            assert reader.private(record.id) == expected
    assert len(reader.lanes(damaged.alice.log())) == 2
    assert reader.peers() == (PeerEntry("12D3KooW"),)
    assert reader.rows(NoteEntry) == (NoteEntry("colour", b"blue"),)
    store.close()


def test_arrivals_go_on_above_the_old_ones(damaged: Damaged) -> None:
    _, store = damaged.repaired()
    assert [arrival for arrival, _ in store.reader().records_after(0, 99)] == list(range(16, 31))
    store.close()


def test_what_a_damaged_record_carried_waits_aside_and_returns_with_it(damaged: Damaged) -> None:
    damaged.change("UPDATE records SET header = zeroblob(90) WHERE arrival = 4")
    result, store = damaged.repaired()
    # What stands before it is covered by the signature of the branch; the last of its run and two more runs wait.
    assert (result.kept, result.aside, result.lost) == (1 + 2 + 2, 1 + 4 + 4, 1)
    assert [(each.was, each.now) for each in result.shortened] == [(13, 5)]
    assert [tip.id for tip in store.reader().tips(damaged.alice.log())] == [damaged.branch.records[-1].id]
    store.writer.commit(Batch(1, runs=(damaged.runs[1],)))
    store.close()
    store = open_store(damaged.path)
    tips = [damaged.branch.records[-1].id, damaged.runs[3].records[-1].id]
    assert [tip.id for tip in store.reader().tips(damaged.alice.log())] == tips
    assert aside.kept(store.source) == []
    assert list(examine(store.source)) == []
    store.close()


def test_a_damaged_signature_inside_a_log_costs_nothing(damaged: Damaged) -> None:
    damaged.change("UPDATE records SET signature = zeroblob(64) WHERE arrival = 5")
    result, store = damaged.repaired()
    assert (result.kept, result.lost, result.shortened) == (15, 0, ())
    store.close()


def test_a_damaged_signature_at_the_tip_takes_the_last_run_with_it(damaged: Damaged) -> None:
    damaged.change("UPDATE records SET signature = NULL WHERE arrival = 13")
    result, store = damaged.repaired()
    assert (result.kept, result.lost) == (11, 4)
    assert [(each.log, each.was, each.now) for each in result.shortened] == [(damaged.alice.log(), 13, 9)]
    store.close()


def test_a_lost_row_shortens_its_log_even_if_only_the_tip_tells(damaged: Damaged) -> None:
    damaged.change("DELETE FROM records WHERE arrival > 9 AND arrival < 14")
    result, store = damaged.repaired()
    assert [(each.was, each.now) for each in result.shortened] == [(13, 9)]
    store.close()


def test_an_erasure_survives_even_if_its_note_does_not(damaged: Damaged) -> None:
    damaged.change("DELETE FROM erasures")
    _, store = damaged.repaired()
    assert store.reader().erased(damaged.erased)
    store.close()


def test_damaged_parts_and_local_rows_are_dropped_and_counted(damaged: Damaged) -> None:
    damaged.change("UPDATE parts SET content = CAST('x' || content AS BLOB) WHERE part = 1")
    damaged.change("UPDATE personal SET body = CAST(body || 'x' AS BLOB)")
    result, store = damaged.repaired()
    assert (result.parts_lost, result.local_lost) == (1, 1)
    assert [record for _, record in store.reader().private_missing(9)] == [damaged.runs[1].records[0].id]
    store.close()


def test_uncounted_logs_stay_uncounted(tmp_path: Path) -> None:
    path, alice, network = tmp_path / "records.db", Author("alice"), Author("network")
    store = open_store(path)
    run = alice.writes(3, scope=network.id)
    store.writer.commit(Batch(1, runs=(alice.genesis, run), uncounted=(alice.log(network.id),)))
    store.close()
    repair(path)
    store = open_store(path)
    head = store.reader().log(alice.log(network.id))
    assert head is not None
    assert not head.counted
    assert store.reader().arrival(run.records[0].id) is None
    store.close()


def test_the_damaged_file_is_kept_until_something_is_erased(damaged: Damaged) -> None:
    _, store = damaged.repaired()
    assert [each.name for each in copies(damaged.path)] == ["records.db.kept-damaged"]
    store.writer.commit(Batch(1, erasures=(damaged.runs[1].records[0].id,)))
    assert copies(damaged.path) == ()
    store.close()


def test_the_damaged_file_goes_at_once_if_it_may_hold_what_was_erased(damaged: Damaged) -> None:
    damaged.change(
        "UPDATE meta SET value = 1 WHERE name = 'scrub'"
    )  # as a crash before the end of an erasure leaves it
    _, store = damaged.repaired()
    assert copies(damaged.path) == ()
    store.close()


def test_orders_to_erase_are_looked_at_again_after_a_repair(damaged: Damaged) -> None:
    order, store = damaged.orders(damaged.erased), open_store(damaged.path)
    store.writer.commit(Batch(1, runs=(order,)))
    store.close()
    damaged.change("DELETE FROM erasures")
    _, store = damaged.repaired()
    assert store.reader().rows(SearchEntry) == (SearchEntry(order.records[0].id),)
    store.close()


def test_an_order_to_erase_that_had_to_wait_aside_is_looked_at_when_its_log_is_whole(damaged: Damaged) -> None:
    gap, order = damaged.alice.writes(1), damaged.orders(damaged.erased)
    store = open_store(damaged.path)
    aside.keep(store.source, [order])
    store.writer.commit(Batch(1, runs=(gap,)))
    store.close()
    store = open_store(damaged.path)
    assert store.reader().rows(SearchEntry) == (SearchEntry(order.records[0].id),)
    store.close()


def test_what_waits_aside_survives_another_repair(damaged: Damaged) -> None:
    damaged.change("UPDATE records SET header = zeroblob(90) WHERE arrival = 4")
    _, store = damaged.repaired()
    store.close()
    result, store = damaged.repaired()
    assert (result.kept, result.aside) == (5, 9)
    store.close()


@pytest.mark.parametrize("stop", ["before building", "half built", "built", "wal moved", "exchanged"])
def test_a_repair_stopped_at_any_step_is_finished_by_the_next(damaged: Damaged, stop: str) -> None:
    whole = damaged.path.read_bytes()
    damage_mark(damaged.path).touch()
    if stop == "half built":
        damaged.path.with_name("records.db.repairing").write_bytes(whole[:10_000])
    if stop in ("built", "wal moved"):
        damaged.path.with_name("records.db.repaired").write_bytes(whole)
    if stop == "wal moved":
        damaged.path.with_name("records.db.kept-damaged-wal").write_bytes(b"wal")
    result = repair(damaged.path)
    assert (result is None) == (stop in ("built", "wal moved"))
    assert not damage_mark(damaged.path).exists()
    assert damaged.found() == []
    store = open_store(damaged.path)
    assert store.reader().counts().records == 15
    store.close()


def test_for_whom_a_log_speaks_survives_a_repair(damaged: Damaged) -> None:
    log, firm = damaged.alice.log(), AgentId(b"f" * 32)
    store = open_store(damaged.path)
    store.writer.commit(Batch(1, voices=((log, firm),)))
    store.close()
    damaged.change("DELETE FROM ids")
    _, store = damaged.repaired()
    assert set(store.reader().agents_of_log(log)) == {damaged.alice.id, firm}
    store.close()
