"""Erased bytes are in no file of the store any more: found by looking for them in every file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.core.ports import Batch
from meshnode.core.rows import Forget, TimerEntry
from meshnode.store.erasure import PATIENCE_MS
from meshnode.store.store import Store, open_store
from meshproto.records.log import Run
from tests.support.authors import Author, parts_of

CANARY = "canary-4711"


def files_with(folder: Path, needle: str = CANARY) -> list[str]:
    """The files in a folder in which the text stands, whatever they are."""
    return [path.name for path in folder.iterdir() if needle.encode() in path.read_bytes()]


def commit(store: Store, *runs: Run) -> None:
    store.writer.commit(Batch(0, runs=runs))


def test_an_erased_part_stands_in_no_file_while_the_store_is_open(tmp_path: Path) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    run = alice.writes(2, text=CANARY)
    store.writer.commit(Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run)))
    assert files_with(tmp_path) == ["records.db-wal"]
    store.writer.commit(Batch(0, erasures=tuple(record.id for record in run.records)))
    assert files_with(tmp_path) == []
    store.close()
    assert files_with(tmp_path) == []


def test_the_files_are_told_to_be_cleared_while_a_reader_is_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshnode.store.writer.PATIENCE_MS", 1)
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    run = alice.writes(1, text=CANARY)
    store.writer.commit(Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run)))
    reader, other = store.reader(), store.reader()
    clearing = [reader.is_clearing(0, 0)]
    with other.steady():
        assert other.private(run.records[0].id)
        store.writer.commit(Batch(0, erasures=(run.records[0].id,)))
        clearing += [reader.is_clearing(0, 0), reader.is_clearing(1, 0)]
        assert files_with(tmp_path)
    assert not store.writer.tidy()
    clearing += [reader.is_clearing(0, 0), reader.is_clearing(1, 0)]
    assert (clearing, files_with(tmp_path)) == ([False, True, True, True, False], [])
    store.close()


def test_the_record_of_an_erased_part_stays_as_it_was(tmp_path: Path) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    run = alice.writes(1, text=CANARY)
    store.writer.commit(Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run)))
    store.writer.commit(Batch(0, erasures=(run.records[0].id,)))
    reader = store.reader()
    assert reader.record(run.records[0].id) == run.records[0]
    assert reader.private(run.records[0].id) is None
    assert reader.erased(run.records[0].id)
    store.close()


def test_an_erasure_while_its_part_is_being_read_is_no_damage(tmp_path: Path) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    run = alice.writes(1, text=CANARY)
    store.writer.commit(Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run)))
    reader, erasing = store.reader(), Batch(0, erasures=(run.records[0].id,))

    def meanwhile(question: str) -> None:
        if "FROM parts" in question:
            store.writer.commit(erasing)

    reader.source.connection.set_trace_callback(meanwhile)
    assert reader.private(run.records[0].id) is None
    assert reader.erased(run.records[0].id)
    store.close()


def test_an_erased_part_is_never_taken_in_again(tmp_path: Path) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    run = alice.writes(2, text=CANARY)
    commit(store, alice.genesis, run)
    store.writer.commit(Batch(0, erasures=(run.records[0].id,)))
    store.writer.commit(Batch(0, privates=parts_of(alice, run)[:1]))
    assert store.reader().private(run.records[0].id) is None
    assert [record for _, record in store.reader().private_missing(9)] == [run.records[1].id]
    store.close()
    assert files_with(tmp_path) == []


def test_an_erasure_that_came_before_its_record_holds(tmp_path: Path) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    run = alice.writes(1, text=CANARY)
    commit(store, alice.genesis)
    store.writer.commit(Batch(0, erasures=(run.records[0].id,)))
    store.writer.commit(Batch(0, runs=(run,), privates=parts_of(alice, run)))
    assert store.reader().private(run.records[0].id) is None
    assert store.reader().private_missing(9) == []
    store.close()


def test_a_part_that_was_erased_before_its_record_came_is_not_asked_for(tmp_path: Path) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    run = alice.writes(2, text=CANARY)
    commit(store, alice.genesis)
    store.writer.commit(Batch(0, erasures=(run.records[0].id,)))
    store.writer.commit(Batch(0, runs=(run,)))
    assert [record for _, record in store.reader().private_missing(9)] == [run.records[1].id]
    store.close()


def test_a_reader_in_the_way_delays_the_erasure_and_does_not_prevent_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshnode.store.erasure.PATIENCE_MS", 1)
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    run = alice.writes(1, text=CANARY)
    store.writer.commit(Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run)))
    reader = store.reader()
    with reader.steady():
        reader.counts()
        store.writer.commit(Batch(0, erasures=(run.records[0].id,)))
        assert files_with(tmp_path) == ["records.db-wal"]
        assert store.writer.tidy() is True
    assert store.writer.tidy() is False
    assert files_with(tmp_path) == []
    assert PATIENCE_MS <= 1_000
    store.close()


def test_an_erasure_not_finished_before_a_crash_is_finished_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshnode.store.erasure.PATIENCE_MS", 1)
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    run = alice.writes(1, text=CANARY)
    store.writer.commit(Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run)))
    reader = store.reader()
    left = tmp_path / "left"
    left.mkdir()
    with reader.steady():
        reader.counts()
        store.writer.commit(Batch(0, erasures=(run.records[0].id,)))
        for path in tmp_path.glob("records.db*"):  # what a crash at this moment leaves behind
            (left / path.name).write_bytes(path.read_bytes())
    store.close()
    assert files_with(left) == ["records.db-wal"]
    again = open_store(left / "records.db")
    assert files_with(left) == []
    again.close()


def test_copies_of_the_database_go_with_an_erasure(tmp_path: Path) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    run = alice.writes(1, text=CANARY)
    store.writer.commit(Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run)))
    for name in ("kept-1", "kept-damaged", "kept-damaged-wal", "partial-1"):
        (tmp_path / f"records.db.{name}").write_text(CANARY)
    store.writer.commit(Batch(0, erasures=(run.records[0].id,)))
    assert files_with(tmp_path) == []
    store.close()


def test_a_text_that_stood_in_a_timer_goes_with_the_erasure(tmp_path: Path) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    timers = [TimerEntry(str(number), number, text=f"{CANARY} " * 40) for number in range(60)]
    for timer in timers:
        store.writer.commit(Batch(0, local=(timer,)))
    run = alice.writes(1, text=CANARY)
    forgotten = tuple(Forget(TimerEntry, (timer.name,)) for timer in timers[::-1])
    store.writer.commit(Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run), local=forgotten))
    store.writer.commit(Batch(0, erasures=(run.records[0].id,)))
    assert files_with(tmp_path) == []
    store.close()


@given(
    sizes=st.lists(st.integers(1, 9_000), min_size=2, max_size=24),
    order=st.randoms(use_true_random=False),
    erased=st.sets(st.integers(0, 23), min_size=1),
)
def test_parts_of_any_size_in_any_order_leave_nothing_behind(
    sizes: list[int], order: object, erased: set[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("store")
    store, alice = open_store(folder / "records.db"), Author("alice")
    runs = [alice.writes(1, text=f"canary-{number}-" * (size // 10 + 1)) for number, size in enumerate(sizes)]
    commit(store, alice.genesis, *runs)
    shuffled = list(range(len(runs)))
    order.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random from Hypothesis
    for number in shuffled:
        store.writer.commit(Batch(0, privates=parts_of(alice, runs[number])))
    gone = [number for number in shuffled if number in erased]
    for number in gone:
        store.writer.commit(Batch(0, erasures=(runs[number].records[0].id,)))
    assert [number for number in gone if files_with(folder, f"canary-{number}-")] == []
    kept = [run.records[0].id for number, run in enumerate(runs) if number not in erased]
    assert all(store.reader().private(record) == alice.parts[record] for record in kept)
    store.close()
    assert [number for number in gone if files_with(folder, f"canary-{number}-")] == []
