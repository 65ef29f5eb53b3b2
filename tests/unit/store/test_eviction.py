"""Private parts that are let go: gone for readers, wanted again on demand, and their room won back."""

import shutil
from pathlib import Path

import pytest

from meshnode.core.ports import Batch
from meshnode.store import eviction
from meshnode.store.check import examine
from meshnode.store.database import RECORDS, Layout, StoreSettings, open_database
from meshnode.store.errors import BatchRefused
from meshnode.store.repair import repair
from meshnode.store.store import Store, open_store
from meshproto.records.ids import AgentId, RecordId
from meshproto.records.log import Run
from tests.support.authors import Author, parts_of

CANARY = "canary-4711"
EAGER = StoreSettings(blank_mib=0)
"""Wins room back as soon as half of it is blank."""


@pytest.fixture
def alice() -> Author:
    return Author("alice")


def held(store: Store, author: Author, run: Run) -> list[bool]:
    return [store.reader().private(record.id) == author.parts[record.id] for record in run.records]


def taken(store: Store, author: Author, many: int = 4, text: str = "words") -> Run:
    """A run that is stored with its private parts, these in a batch of their own."""
    run = author.writes(many, text=text)
    store.writer.commit(Batch(1, runs=(author.genesis, run)))
    store.writer.commit(Batch(2, privates=parts_of(author, run)))
    return run


def files_with(folder: Path, needle: str = CANARY) -> list[str]:
    return [path.name for path in folder.iterdir() if path.is_file() and needle.encode() in path.read_bytes()]


def test_an_evicted_part_is_neither_held_nor_missing(alice: Author) -> None:
    store = open_store(None)
    run = taken(store, alice)
    store.writer.commit(Batch(3, evictions=(run.records[0].id,)))
    reader = store.reader()
    assert held(store, alice, run) == [False, True, True, True]
    assert reader.private_missing(9) == []
    assert reader.evicted(run.records[0].id)
    assert not reader.erased(run.records[0].id)
    assert [found for found, _ in reader.privates([record.id for record in run.records])] == [
        record.id for record in run.records[1:]
    ]
    assert (reader.counts().parts, reader.counts().evicted) == (3, 1)


def test_a_part_that_was_never_held_can_be_let_go_with_its_record(alice: Author) -> None:
    store = open_store(None)
    run = alice.writes(2, text="words")
    store.writer.commit(Batch(1, runs=(alice.genesis, run), evictions=(run.records[1].id,)))
    assert [record for _, record in store.reader().private_missing(9)] == [run.records[0].id]
    assert store.reader().evicted(run.records[1].id)


@pytest.mark.parametrize("blank_mib", [0, 16])
def test_an_evicted_part_that_is_wanted_again_comes_back(alice: Author, blank_mib: int) -> None:
    store = open_store(None, StoreSettings(blank_mib=blank_mib))
    run = taken(store, alice)
    gone = tuple(record.id for record in run.records[:3])
    store.writer.commit(Batch(3, evictions=gone))
    store.writer.tidy()
    store.writer.commit(Batch(4, wanted=(*gone, run.records[3].id)))
    assert [record for _, record in store.reader().private_missing(9)] == list(gone)
    store.writer.commit(Batch(5, privates=parts_of(alice, run)))
    assert held(store, alice, run) == [True] * 4
    assert store.reader().private_missing(9) == []
    assert list(examine(store.source)) == []


def test_how_much_of_each_agent_is_held_is_always_known(alice: Author) -> None:
    store, bob = open_store(None), Author("bob")
    run, other = taken(store, alice), taken(store, bob, 2)
    sizes = {author.id: sum(map(len, author.parts.values())) for author in (alice, bob)}
    assert dict(store.reader().part_bytes()) == sizes
    store.writer.commit(Batch(3, evictions=(run.records[0].id,), erasures=(run.records[1].id, other.records[0].id)))
    store.writer.commit(Batch(4, evictions=(run.records[0].id,), erasures=(run.records[0].id,)))
    left = sum(len(alice.parts[record.id]) for record in run.records[2:])
    assert dict(store.reader().part_bytes()) == {alice.id: left, bob.id: len(bob.parts[other.records[1].id])}
    store.writer.commit(Batch(5, privates=parts_of(alice, run)))
    assert dict(store.reader().part_bytes())[AgentId(alice.id)] == left


def test_the_room_of_evicted_parts_is_won_back_and_the_others_stay(alice: Author, tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.db", EAGER)
    large, small = taken(store, alice, 200, "x" * 2_000), taken(store, alice, 3)
    store.writer.commit(Batch(3, evictions=tuple(record.id for record in large.records)))
    last = store.reader().parts_after(0, 999)[-1].part
    store.writer.tidy()
    assert len(store.reader().parts_after(0, 999)) == 3
    assert held(store, alice, small) == [True] * 3
    more = taken(store, alice, 1)
    assert [part.record for part in store.reader().parts_after(last, 9)] == [more.records[0].id]
    assert list(examine(store.source)) == []
    assert store.source.number("PRAGMA freelist_count") > 80
    store.close()


def test_the_number_of_the_last_part_is_never_given_out_again(alice: Author) -> None:
    store = open_store(None, EAGER)
    run = taken(store, alice)
    last = store.reader().parts_after(0, 9)[-1].part
    store.writer.commit(Batch(3, evictions=tuple(record.id for record in run.records)))
    store.writer.tidy()
    more = taken(store, alice, 1)
    assert [part.record for part in store.reader().parts_after(last, 9)] == [more.records[0].id]


def test_nothing_is_copied_where_the_disk_has_no_room_for_it(
    alice: Author, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eviction, "PLENTY", 1 << 50)
    store = open_store(tmp_path / "records.db", EAGER)
    run = taken(store, alice)
    store.writer.commit(Batch(3, evictions=tuple(record.id for record in run.records[1:])))
    store.writer.tidy()
    assert len(store.reader().parts_after(0, 9)) == 4
    store.close()


def test_what_is_purged_stands_in_no_file(alice: Author, tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.db")
    run = taken(store, alice, text=CANARY)
    store.writer.commit(Batch(3, evictions=tuple(record.id for record in run.records), scrub=True))
    assert files_with(tmp_path) == []
    store.close()
    assert files_with(tmp_path) == []


def test_what_went_before_stands_in_no_file_once_anything_is_purged(alice: Author, tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.db")
    run = taken(store, alice, text=CANARY)
    store.writer.commit(Batch(3, evictions=tuple(record.id for record in run.records)))
    assert files_with(tmp_path) == ["records.db-wal"]
    store.writer.commit(Batch(4, evictions=(run.records[0].id,), scrub=True))
    assert files_with(tmp_path) == []
    assert [each.purged for each in store.reader().evictions_after(0, 9)] == [False, False, False, True]
    store.close()


def test_erasing_leaves_nothing_behind_after_the_table_was_written_anew(alice: Author, tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.db", EAGER)
    other, run = taken(store, alice, 20, "x" * 900), taken(store, alice, 2, CANARY)
    store.writer.commit(Batch(3, evictions=tuple(record.id for record in other.records)))
    store.writer.tidy()
    store.writer.commit(Batch(4, erasures=tuple(record.id for record in run.records)))
    assert files_with(tmp_path) == []
    store.close()


def test_an_erased_part_can_be_evicted_and_stays_erased(alice: Author) -> None:
    store = open_store(None)
    run = taken(store, alice, 2)
    store.writer.commit(Batch(3, erasures=(run.records[0].id,)))
    store.writer.commit(Batch(4, evictions=(run.records[0].id,), wanted=(run.records[0].id,)))
    assert not store.reader().evicted(run.records[0].id)
    assert store.reader().private_missing(9) == []


def test_parts_of_a_log_are_told_with_what_became_of_them(alice: Author) -> None:
    store = open_store(None)
    run = taken(store, alice, 4)
    plain, wanted = alice.writes(1), alice.writes(1, text="late")
    store.writer.commit(Batch(3, runs=(plain, wanted), evictions=(run.records[1].id,), erasures=(run.records[2].id,)))
    found, more = store.reader().parts_in(alice.log(), 0, 0, 99)
    assert [(part.seq, part.state) for part in found] == [(2, "held"), (3, "gone"), (5, "held"), (7, "wanted")]
    assert more is None
    assert found[0].size == len(alice.parts[run.records[0].id])
    first, more = store.reader().parts_in(alice.log(), 0, 0, 3)
    assert ([part.seq for part in first], more) == ([2, 3], 3)


def test_parts_that_are_held_are_told_by_arrival(alice: Author) -> None:
    store = open_store(None)
    run = taken(store, alice, 4)
    store.writer.commit(Batch(3, evictions=(run.records[0].id,)))
    reader = store.reader()
    assert reader.last_arrival() == 5
    assert [part.seq for _, part in reader.parts_held(0, 4, 9)] == [3, 4]
    assert [(log, part.seq) for log, part in reader.parts_held(4, 5, 9)] == [(alice.log(), 5)]
    assert [part.seq for _, part in reader.parts_held(0, 9, 1)] == [3]


def test_whoever_derives_from_parts_hears_of_what_goes_and_what_comes_back(alice: Author) -> None:
    store = open_store(None)
    run = taken(store, alice, 2)
    first = run.records[0].id
    store.writer.commit(Batch(3, evictions=(first,)))
    (gone,) = store.reader().evictions_after(0, 9)
    assert (gone.record, gone.purged) == (first, False)
    store.writer.commit(Batch(4, wanted=(first,)))
    store.writer.commit(Batch(5, privates=parts_of(alice, run)))
    (back,) = store.reader().evictions_after(gone.number, 9)
    assert (back.record, back.purged) == (first, False)
    store.writer.commit(Batch(6, evictions=(first,), scrub=True))
    assert [each.purged for each in store.reader().evictions_after(0, 9)] == [True]


def test_evictions_of_a_stranger_s_log_go_with_it_when_it_counts(alice: Author) -> None:
    store = open_store(None)
    run = alice.writes(2, text="words")
    store.writer.commit(Batch(1, runs=(alice.genesis, run), uncounted=(alice.log(),), evictions=(run.records[0].id,)))
    store.writer.commit(Batch(2, promoted=(alice.log(),)))
    assert store.reader().evicted(run.records[0].id)
    assert [record for _, record in store.reader().private_missing(9)] == [run.records[1].id]
    assert list(examine(store.source)) == []


def test_a_repair_takes_evictions_along_and_takes_none_for_an_erasure(alice: Author, tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    store = open_store(path)
    run = taken(store, alice, 3)
    skipped = alice.writes(1, text="skipped")
    evictions = (run.records[0].id, skipped.records[0].id)
    store.writer.commit(Batch(3, runs=(skipped,), evictions=evictions))
    store.close()
    assert repair(path) is not None
    again = open_store(path)
    assert [again.reader().evicted(each) for each in evictions] == [True, True]
    assert held(again, alice, run) == [False, True, True]
    again.close()


def test_a_rolled_back_eviction_has_let_nothing_go(alice: Author) -> None:
    store = open_store(None)
    run = taken(store, alice, 2)
    before = dict(store.reader().part_bytes())[AgentId(alice.id)]
    with pytest.raises(BatchRefused):
        store.writer.commit(Batch(3, evictions=(run.records[0].id, RecordId(b"x" * 32))))
    store.writer.commit(Batch(4, evictions=(run.records[1].id,)))
    assert held(store, alice, run) == [True, False]
    left = before - len(alice.parts[run.records[1].id])
    assert dict(store.reader().part_bytes())[AgentId(alice.id)] == left


def test_an_older_store_learns_how_much_it_holds(alice: Author, tmp_path: Path) -> None:
    old = tmp_path / "migrations"
    old.mkdir()
    shutil.copy(RECORDS.steps[0], old)
    path = tmp_path / "records.db"
    store = open_database(path, Layout("records", RECORDS.mark, old), StoreSettings())
    header, part = alice.genesis.records[0].raw, b"\x80" * 70
    store.execute(
        "INSERT INTO logs (log, name, scope, key, agent) VALUES (1, ?, ?, x'', ?)", (alice.log(), alice.id, alice.id)
    )
    store.execute("INSERT INTO lanes VALUES (1, 1, 0, 0, 0, 1, ?, 1)", (alice.id,))
    store.execute("INSERT INTO records VALUES (1, 1, 1, 0, ?, NULL), (2, 1, 2, 0, ?, NULL)", (header, header))
    store.execute("INSERT INTO parts (arrival, content) VALUES (1, ?), (2, zeroblob(9))", (part,))
    store.close()
    again = open_store(path)
    assert dict(again.reader().part_bytes()) == {alice.id: 70}
    again.close()
