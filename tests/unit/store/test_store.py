"""Opening and closing a store with its readers."""

from pathlib import Path

import pytest

from meshnode.core.ports import Batch
from meshnode.store.errors import StoreDamaged, StoreReadOnly
from meshnode.store.source import damage_mark
from meshnode.store.store import open_store
from tests.support.authors import Author


def test_several_readers_see_the_same(tmp_path: Path) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    readers = [store.reader() for _ in range(3)]
    store.writer.commit(Batch(1, runs=(alice.genesis,)))
    assert [reader.has(alice.id) for reader in readers] == [True] * 3
    store.close()


def test_a_reader_that_was_closed_is_forgotten(tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.db")
    kept, left = store.reader(), store.reader()
    left.close()
    left.close()
    assert store._readers == [kept]
    store.close()


def test_an_orderly_close_leaves_one_file(tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.db")
    store.reader().counts()
    store.writer.commit(Batch(1, runs=(Author("alice").genesis,)))
    store.close()
    assert [each.name for each in tmp_path.iterdir()] == ["records.db"]
    assert store.path == tmp_path / "records.db"


def test_a_store_in_memory_leaves_no_file_and_shares_nothing() -> None:
    one, other, alice = open_store(None), open_store(None), Author("alice")
    one.writer.commit(Batch(1, runs=(alice.genesis,)))
    assert one.reader().has(alice.id)
    assert not other.reader().has(alice.id)
    assert one.path is None
    one.reader().close()
    assert one.reader().has(alice.id)


def test_a_reader_of_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.db")
    (tmp_path / "records.db").unlink()
    with pytest.raises(StoreReadOnly):
        store.reader()


def test_a_store_whose_counters_are_gone_is_damaged(tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.db")
    store.source.rows("DELETE FROM meta")
    store.close()
    with pytest.raises(StoreDamaged):
        open_store(tmp_path / "records.db")
    assert damage_mark(tmp_path / "records.db").exists()
