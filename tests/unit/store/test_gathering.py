"""Rows of new records, gathered over a transaction."""

import sqlite3

import pytest

from meshnode.core.ports import Batch
from meshnode.store.database import RECORDS, StoreSettings, open_database
from meshnode.store.errors import BatchRefused
from meshnode.store.gathering import Gathering
from meshnode.store.records import prefix_of, proof_of
from meshnode.store.store import open_store
from tests.support.authors import Author, parts_of


def rows(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return connection.execute("SELECT * FROM records ORDER BY arrival").fetchall()


def test_every_column_is_in_its_place() -> None:
    connection = open_database(None, RECORDS, StoreSettings())
    run = Author("alice").writes(2)
    gathering = Gathering(connection)
    gathering.add(5, 70, run.records, run.signature)
    assert rows(connection) == []
    gathering.flush()
    one, two = run.records
    last = (71, 5, two.seq, proof_of(two.id, run.signature), two.raw, run.signature)
    assert rows(connection) == [(70, 5, one.seq, prefix_of(one.id), one.raw, None), last]
    ids = connection.execute("SELECT * FROM fresh_ids ORDER BY arrival").fetchall()
    assert ids == [(prefix_of(one.id), 70), (prefix_of(two.id), 71)]


def test_what_was_written_or_dropped_is_not_written_again() -> None:
    connection = open_database(None, RECORDS, StoreSettings())
    run = Author("alice").writes(1)
    gathering = Gathering(connection)
    gathering.add(1, 1, run.records, run.signature)
    gathering.want([1])
    gathering.flush()
    gathering.flush()
    gathering.add(1, 2, run.records, run.signature)
    gathering.forget()
    gathering.flush()
    assert len(rows(connection)) == 1
    assert connection.execute("SELECT arrival FROM wanted_parts").fetchall() == [(1,)]


def test_no_more_is_gathered_than_the_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.store.gathering.ROWS_GATHERED", 3)
    connection = open_database(None, RECORDS, StoreSettings())
    run = Author("alice").writes(3)
    Gathering(connection).add(1, 1, run.records, run.signature)
    assert len(rows(connection)) == 3


def test_runs_of_one_group_may_build_on_each_other() -> None:
    store, alice = open_store(None), Author("alice")
    trunk, more = alice.writes(3, text="a"), alice.writes(2)
    fork = alice.writes(1, after=(2, trunk.records[0].id))
    parts = tuple(parts_of(alice, trunk))
    batches = [Batch(1, runs=(alice.genesis, trunk)), Batch(2, runs=(more,), privates=parts), Batch(3, runs=(fork,))]
    batches += [Batch(4, runs=(trunk,)), Batch(5, erasures=(parts[0][0],))]
    store.writer.commit_all(batches)
    reader = store.reader()
    assert [lane.tip.id for lane in reader.lanes(alice.log())] == [more.records[-1].id, fork.records[-1].id]
    assert [reader.private(record) for record, _ in parts] == [None, parts[1][1], parts[2][1]]
    assert reader.private_missing(9) == []


def test_nothing_of_a_refused_group_is_left_to_the_next() -> None:
    store, alice = open_store(None), Author("alice")
    stray = Author("bob").writes(1, after=(7, b"x" * 32))
    with pytest.raises(BatchRefused):
        store.writer.commit_all([Batch(1, runs=(alice.genesis,)), Batch(2, runs=(stray,))])
    store.writer.commit(Batch(3, runs=(alice.genesis,)))
    assert [record.id for _, record in store.reader().records_after(0, 9)] == [alice.genesis.records[0].id]
