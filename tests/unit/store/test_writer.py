"""What a commit stores, where it stores it, and what it refuses."""

from pathlib import Path

import pytest

from meshnode.core.ports import Batch
from meshnode.core.rows import JoinedEntry, NoteEntry
from meshnode.store.database import StoreSettings, reserve
from meshnode.store.errors import BatchRefused, StoreError
from meshnode.store.records import prefix_of
from meshnode.store.store import Store, open_store
from meshproto.records.log import Run
from tests.support.authors import Author, parts_of


@pytest.fixture
def store() -> Store:
    return open_store(None)


@pytest.fixture
def alice() -> Author:
    return Author("alice")


def test_records_of_a_run_are_read_back_as_they_came(store: Store, alice: Author) -> None:
    run = alice.writes(3)
    store.writer.commit(Batch(1, runs=(alice.genesis, run)))
    reader = store.reader()
    assert [reader.record(each.id) for each in run.records] == list(run.records)
    assert reader.run_after(alice.log(), 0, 1, 512, 1 << 20) == (tuple(r.raw for r in run.records), run.signature)


def test_arrival_numbers_count_up_without_gaps(store: Store, alice: Author) -> None:
    for number in range(3):
        store.writer.commit(Batch(number, runs=(alice.writes(2) if number else alice.genesis,)))
    assert [arrival for arrival, _ in store.reader().records_after(0, 99)] == [1, 2, 3, 4, 5]
    assert store.writer.last_arrival == 5


def test_a_run_that_is_stored_already_changes_nothing(store: Store, alice: Author) -> None:
    run = alice.writes(3)
    store.writer.commit(Batch(1, runs=(alice.genesis, run)))
    store.writer.commit(Batch(2, runs=(run, alice.genesis)))
    assert store.writer.last_arrival == 4
    assert len(store.reader().lanes(alice.log())) == 1


def test_only_what_is_new_of_an_overlapping_run_is_stored(store: Store, alice: Author) -> None:
    first, second = alice.writes(2), alice.writes(2)
    both = Run(first.records + second.records, second.signature)
    store.writer.commit(Batch(1, runs=(alice.genesis, first)))
    store.writer.commit(Batch(2, runs=(both,)))
    assert store.writer.last_arrival == 5
    assert store.reader().tips(alice.log())[0].id == second.records[-1].id


def test_a_signature_inside_a_run_is_kept_when_it_comes_later(store: Store, alice: Author) -> None:
    first, second = alice.writes(2), alice.writes(2)
    both = Run(first.records + second.records, second.signature)
    store.writer.commit(Batch(1, runs=(alice.genesis, both)))
    store.writer.commit(Batch(2, runs=(first,)))
    served = store.reader().run_after(alice.log(), 0, 1, 2, 1 << 20)
    assert served is not None
    assert served.signature == first.signature


def test_a_second_record_with_the_same_number_begins_a_branch(store: Store, alice: Author) -> None:
    trunk = alice.writes(3)
    fork = alice.writes(2, after=(2, trunk.records[0].id))
    store.writer.commit(Batch(1, runs=(alice.genesis, trunk, fork)))
    lanes = store.reader().lanes(alice.log())
    assert [(lane.number, lane.parent, lane.base, lane.tip.seq) for lane in lanes] == [(0, 0, 0, 4), (1, 0, 2, 4)]
    assert [lane.tip.id for lane in lanes] == [trunk.records[-1].id, fork.records[-1].id]


def test_two_first_records_of_a_log_are_two_branches_without_parent(store: Store, alice: Author) -> None:
    network = Author("network").id
    left = alice.writes(1, scope=network)
    right = alice.writes(1, scope=network, after=(0, b""))
    store.writer.commit(Batch(1, runs=(left,)))
    other = alice.writes(2, scope=network, after=(0, b""))
    store.writer.commit(Batch(2, runs=(right, other)))
    lanes = store.reader().lanes(alice.log(network))
    assert [(lane.number, lane.parent, lane.base) for lane in lanes] == [(0, 0, 0), (1, 1, 0), (2, 2, 0)]


def test_a_branch_can_leave_a_branch(store: Store, alice: Author) -> None:
    trunk = alice.writes(4)
    fork = alice.writes(3, after=(2, trunk.records[0].id))
    twig = alice.writes(1, after=(3, fork.records[0].id))
    store.writer.commit(Batch(1, runs=(alice.genesis, trunk, fork, twig)))
    lanes = store.reader().lanes(alice.log())
    assert [(lane.parent, lane.base) for lane in lanes] == [(0, 0), (0, 2), (1, 3)]
    path = [store.reader().id_at(alice.log(), 2, seq) for seq in range(1, 5)]
    assert path == [alice.id, trunk.records[0].id, fork.records[0].id, twig.records[0].id]


def test_a_run_whose_beginning_is_missing_is_refused_and_nothing_of_its_group_stored(
    store: Store, alice: Author
) -> None:
    alice.writes(1)
    gap = alice.writes(1)
    with pytest.raises(BatchRefused) as refused:
        store.writer.commit_all([Batch(1, runs=(alice.genesis,)), Batch(2, runs=(gap,))])
    assert refused.value.number == 2
    assert not store.reader().has(alice.id)
    store.writer.commit(Batch(3, runs=(alice.genesis,)))
    assert store.writer.last_arrival == 1


def test_what_a_refused_group_would_have_stored_is_not_remembered(store: Store, alice: Author) -> None:
    network, bob = Author("network").id, Author("bob")
    run, abroad = alice.writes(2, text="secret"), alice.writes(1, scope=network)
    store.writer.commit(Batch(1, runs=(alice.genesis,)))
    with pytest.raises(BatchRefused):
        store.writer.commit_all([Batch(2, runs=(run, abroad)), Batch(3, runs=(bob.writes(1),))])
    with pytest.raises(BatchRefused, match="private part"):
        store.writer.commit(Batch(4, privates=parts_of(alice, run)))
    store.writer.commit(Batch(5, runs=(run, abroad)))
    assert [(tip.lane, tip.seq) for tip in store.reader().tips(alice.log())] == [(0, 3)]
    assert list(store.reader().agents_in_scope(network)) == [alice.id]


def test_a_record_that_names_one_of_another_number_before_it_is_refused(store: Store, alice: Author) -> None:
    first = alice.writes(2)
    store.writer.commit(Batch(1, runs=(alice.genesis, first)))
    with pytest.raises(BatchRefused, match="is not stored"):
        store.writer.commit(Batch(2, runs=(alice.writes(1, after=(5, first.records[0].id)),)))
    assert len(store.reader().tips(alice.log())) == 1


def test_a_private_part_without_its_record_is_refused(store: Store, alice: Author) -> None:
    run = alice.writes(1, text="secret")
    with pytest.raises(BatchRefused, match="private part"):
        store.writer.commit(Batch(1, runs=(alice.genesis,), privates=parts_of(alice, run)))


def test_batches_of_a_group_are_stored_together(store: Store, alice: Author) -> None:
    batches = [Batch(0, runs=(alice.genesis,)), *(Batch(n, runs=(alice.writes(1),)) for n in range(1, 9))]
    store.writer.commit_all(batches)
    assert store.reader().tips(alice.log())[0].seq == 9


def test_an_uncounted_log_is_stored_but_does_not_arrive(store: Store, alice: Author) -> None:
    network = Author("network").id
    store.writer.commit(Batch(1, runs=(alice.genesis,)))
    run = alice.writes(3, scope=network, text="note")
    store.writer.commit(Batch(2, runs=(run,), privates=parts_of(alice, run), uncounted=(alice.log(network),)))
    reader = store.reader()
    assert reader.record(run.records[0].id) == run.records[0]
    assert reader.arrival(run.records[0].id) is None
    assert len(reader.records_after(0, 9)) == 1
    assert reader.parts_after(0, 9) == []
    assert list(reader.logs_standing_in(network)) == []
    assert list(reader.scopes_of(alice.id)) == [alice.id]


def test_a_promoted_log_arrives_with_all_its_branches_and_private_parts(store: Store, alice: Author) -> None:
    network = Author("network").id
    run = alice.writes(3, scope=network, text="note")
    fork = alice.writes(1, scope=network, after=(1, run.records[0].id))
    batch = Batch(1, runs=(run, fork), privates=parts_of(alice, run)[:2], uncounted=(alice.log(network),))
    store.writer.commit(batch)
    later = alice.writes(1, scope=network)
    store.writer.commit(Batch(2, runs=(later,), promoted=(alice.log(network),)))
    reader = store.reader()
    arrived = [record for _, record in reader.records_after(0, 9)]
    assert arrived == [*run.records, *fork.records, *later.records]
    assert [part.record for part in reader.parts_after(0, 9)] == [record.id for record in run.records[:2]]
    assert reader.private(run.records[0].id) == alice.parts[run.records[0].id]
    assert [record for _, record in reader.private_missing(9)] == [run.records[2].id]
    assert reader.log(alice.log(network)).counted  # type: ignore[union-attr]  # it was just stored


def test_a_part_that_comes_after_its_log_was_promoted_goes_to_its_record(store: Store, alice: Author) -> None:
    network = Author("network").id
    run = alice.writes(2, scope=network, text="note")
    store.writer.commit(Batch(1, runs=(run,), uncounted=(alice.log(network),)))
    store.writer.commit(Batch(2, promoted=(alice.log(network),)))
    store.writer.commit(Batch(3, privates=parts_of(alice, run)))
    assert store.reader().private(run.records[1].id) == alice.parts[run.records[1].id]


@pytest.mark.parametrize("again", ["opened again", "rolled back"])
def test_what_a_promoted_log_left_behind_is_in_nobodys_way(tmp_path: Path, alice: Author, again: str) -> None:
    network, bob = Author("network").id, Author("bob")
    runs = [each.writes(1, scope=network, text="note") for each in (alice, bob)]
    store = open_store(tmp_path / "records.db")
    store.writer.commit(Batch(1, runs=(runs[0],), privates=parts_of(alice, runs[0]), uncounted=(alice.log(network),)))
    store.writer.commit(Batch(2, promoted=(alice.log(network),)))
    if again == "opened again":
        store.close()
        store = open_store(tmp_path / "records.db")
    else:
        with pytest.raises(BatchRefused):
            store.writer.commit(Batch(3, promoted=(b"unknown",)))  # type: ignore[arg-type]  # no log has this name
    store.writer.commit(Batch(4, runs=(runs[1],), privates=parts_of(bob, runs[1]), uncounted=(bob.log(network),)))
    for who, run in zip((alice, bob), runs, strict=True):
        assert store.reader().private(run.records[0].id) == who.parts[run.records[0].id]
    store.close()


def test_the_size_of_a_log_is_that_of_its_headers(store: Store, alice: Author) -> None:
    runs = (alice.genesis, alice.writes(4))
    store.writer.commit(Batch(1, runs=runs))
    head = store.reader().log(alice.log())
    assert head is not None
    assert head.size == sum(len(record.raw) for run in runs for record in run.records)


def test_local_rows_are_committed_with_the_records_or_not_at_all(store: Store, alice: Author) -> None:
    joined = JoinedEntry(network=b"n" * 32, at=5)
    with pytest.raises(BatchRefused):
        store.writer.commit(Batch(1, runs=(Author("bob").writes(1),), local=(joined,)))
    assert store.reader().rows(JoinedEntry) == ()
    store.writer.commit(Batch(2, runs=(alice.genesis,), local=(joined, NoteEntry("seen", b"x"))))
    assert store.reader().rows(JoinedEntry) == (joined,)


def test_memory_of_logs_is_bounded_and_forgetting_loses_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.store.logs.LOGS_REMEMBERED", 2)
    monkeypatch.setattr("meshnode.store.writer.WRITERS_REMEMBERED", 2)
    people = [Author(str(number)) for number in range(5)]
    store.writer.commit(Batch(1, runs=tuple(each.genesis for each in people)))
    store.writer.commit(Batch(2, runs=tuple(each.writes(2) for each in people)))
    assert [head.tips[0].seq for head in store.reader().logs()] == [3] * 5
    assert all(list(store.reader().agents_in_scope(each.id)) == [each.id] for each in people)


def test_numbering_goes_on_after_reopening(tmp_path: Path, alice: Author) -> None:
    store = open_store(tmp_path / "records.db")
    store.writer.commit(Batch(1, runs=(alice.genesis, alice.writes(2))))
    store.close()
    store = open_store(tmp_path / "records.db")
    store.writer.commit(Batch(1, runs=(alice.writes(1),)))
    assert [arrival for arrival, _ in store.reader().records_after(0, 9)] == [1, 2, 3, 4]
    store.close()


def test_ids_are_found_before_and_after_they_are_put_in_order(
    tmp_path: Path, alice: Author, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshnode.store.records.FRESH_LIMIT", 4)
    store = open_store(tmp_path / "records.db")
    runs = [alice.genesis, *(alice.writes(3) for _ in range(6))]
    for number, run in enumerate(runs):
        store.writer.commit(Batch(number, runs=(run,)))
    reader = store.reader()
    assert all(reader.has(record.id) for run in runs for record in run.records)
    store.writer.tidy()
    assert all(reader.record(record.id) == record for run in runs for record in run.records)
    store.close()


def test_ids_that_begin_alike_are_told_apart(store: Store, alice: Author) -> None:
    bob, carol = Author("bob"), Author("carol")
    store.writer.commit(Batch(1, runs=(alice.genesis, bob.genesis)))
    # As if the ids of all three began like that of the other two.
    others = [(prefix_of(bob.id), 1), (prefix_of(alice.id), 2), (prefix_of(carol.id), 1), (prefix_of(carol.id), 2)]
    store.source.connection.executemany("INSERT INTO fresh_ids VALUES (?, ?)", others)
    reader = store.reader()
    assert reader.record(alice.id) == alice.genesis.records[0]
    assert reader.record(bob.id) == bob.genesis.records[0]
    assert not reader.has(carol.id)


def test_a_writer_that_failed_refuses_everything_after(tmp_path: Path, alice: Author) -> None:
    store = open_store(tmp_path / "records.db")
    store.writer.commit(Batch(1, runs=(alice.genesis,)))
    store.source.connection.execute("PRAGMA query_only = ON")
    run = alice.writes(1)
    with pytest.raises(StoreError):
        store.writer.commit(Batch(2, runs=(run,)))
    store.source.connection.execute("PRAGMA query_only = OFF")
    with pytest.raises(StoreError):
        store.writer.commit(Batch(3, runs=(run,)))
    with pytest.raises(StoreError):
        store.writer.tidy()
    with pytest.raises(StoreError):
        store.writer.make_room()
    store.close()
    assert not open_store(tmp_path / "records.db").reader().has(run.records[0].id)


def test_room_is_reserved_in_the_log_of_the_database_once_and_again_after_it_was_emptied(
    tmp_path: Path, alice: Author
) -> None:
    reserved: list[int] = []
    settings = StoreSettings(reserve_mib=1, reserve=lambda path, size: reserved.append(size))
    store = open_store(tmp_path / "records.db", settings)
    run = alice.writes(1, text="words")
    store.writer.commit(Batch(1, runs=(alice.genesis, run), privates=parts_of(alice, run)))
    assert reserved == []
    store.writer.tidy()
    store.writer.tidy()
    assert reserved == [1 << 20]
    store.writer.commit(Batch(2, erasures=(run.records[0].id,)))
    store.writer.tidy()
    assert reserved == [1 << 20] * 2
    store.close()


def test_reserved_room_is_zeroes_that_change_nothing(tmp_path: Path, alice: Author) -> None:
    path = tmp_path / "records.db"
    store = open_store(path, StoreSettings(reserve_mib=1))
    store.writer.commit(Batch(1, runs=(alice.genesis,)))
    store.writer.tidy()
    wal = (tmp_path / "records.db-wal").read_bytes()
    assert len(wal) == 1 << 20
    assert not any(wal[-(1 << 19) :])
    run = alice.writes(1)
    store.writer.commit(Batch(2, runs=(run,)))
    left = tmp_path / "left" / "records.db"
    left.parent.mkdir()
    for name in ("records.db", "records.db-wal"):  # what a crash leaves behind
        (left.parent / name).write_bytes((tmp_path / name).read_bytes())
    again = open_store(left)
    assert again.reader().has(run.records[0].id)
    again.close()
    store.close()


def test_no_room_is_reserved_where_the_disk_is_tight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.store.database.PLENTY", 1 << 60)
    (tmp_path / "file").write_bytes(b"x")
    reserve(tmp_path / "file", 1 << 20)
    assert (tmp_path / "file").read_bytes() == b"x"


def test_a_commit_leaves_copying_the_log_to_whoever_makes_room(tmp_path: Path, alice: Author) -> None:
    store = open_store(tmp_path / "records.db", StoreSettings(reserve_mib=1))
    store.writer.commit(Batch(1, runs=(alice.genesis,)))
    store.writer.tidy()
    before = (tmp_path / "records.db").stat().st_size
    for number in range(2, 40):
        store.writer.stage([Batch(number, runs=(alice.writes(1),))])
        store.writer.finish()
    assert (tmp_path / "records.db").stat().st_size == before
    crowded = [store.writer.crowded]
    store.writer.make_room()
    crowded.append(store.writer.crowded)
    assert crowded == [True, False]
    assert (tmp_path / "records.db").stat().st_size > before
    store.close()


def test_a_writer_at_rest_copies_the_log_when_half_the_room_is_used(tmp_path: Path, alice: Author) -> None:
    store = open_store(tmp_path / "records.db", StoreSettings(reserve_mib=1))
    store.writer.commit(Batch(1, runs=(alice.genesis,)))
    store.writer.tidy()
    before = (tmp_path / "records.db").stat().st_size
    for number in range(2, 22):
        store.writer.commit(Batch(number, runs=(alice.writes(1),)))
    assert (tmp_path / "records.db").stat().st_size == before
    store.writer.tidy()
    assert (tmp_path / "records.db").stat().st_size > before
    store.close()


def test_a_commit_writes_no_index_of_logs_that_do_not_change(tmp_path: Path, alice: Author) -> None:
    store = open_store(tmp_path / "records.db")
    store.writer.commit(Batch(1, runs=(alice.genesis, alice.writes(1))))
    end = (tmp_path / "records.db-wal").stat().st_size
    for number in range(2, 12):
        store.writer.commit(Batch(number, runs=(alice.writes(1),)))
    pages = ((tmp_path / "records.db-wal").stat().st_size - end) / (4096 + 24) / 10
    assert pages < 7.5  # the row, its two indexes, the log, its branch, and the order of branches; sometimes a new page
    store.close()


def test_single_commits_stay_within_the_room_that_is_reserved(tmp_path: Path, alice: Author) -> None:
    store = open_store(tmp_path / "records.db", StoreSettings(reserve_mib=1))
    store.writer.commit(Batch(1, runs=(alice.genesis,)))
    store.writer.tidy()
    for number in range(150):
        store.writer.commit(Batch(number, runs=(alice.writes(1),)))
    assert (tmp_path / "records.db-wal").stat().st_size == 1 << 20
    store.close()
