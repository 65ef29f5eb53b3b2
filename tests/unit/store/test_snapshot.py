"""A database copied while it is written to is the database of one moment, and leaves nothing behind."""

import shutil
from pathlib import Path
from random import Random

import pytest

from meshnode.core.ports import Batch
from meshnode.core.rows import NoteEntry
from meshnode.store.errors import StoreError
from meshnode.store.reading import Reader
from meshnode.store.snapshot import snapshot
from meshnode.store.store import Store, open_reader, open_store
from tests.support.crashes.store_work import Work


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(tmp_path / "records.db")


def last(reader: Reader) -> bytes:
    note = reader.entry(NoteEntry, ("last",))
    return b"" if note is None else note.value


def note(number: int) -> Batch:
    return Batch(number, local=(NoteEntry("last", number.to_bytes(2, "big")),))


def test_what_is_written_meanwhile_is_not_in_the_copy(store: Store, tmp_path: Path) -> None:
    work = Work(Random(1), lambda number: None)
    for _ in range(20):
        work.step(store)

    def look(reader: Reader) -> tuple[int, bytes]:
        seen = reader.counts().records, last(reader)
        store.writer.commit(note(99))
        store.writer.tidy()
        return seen

    with snapshot(tmp_path / "records.db", tmp_path, look) as copy, open(tmp_path / "copy.db", "wb") as out:
        shutil.copyfileobj(copy.file, out)
    reader = open_reader(tmp_path / "copy.db")
    assert (reader.counts().records, last(reader)) == copy.seen
    assert (last(store.reader()), (tmp_path / "copy.db").stat().st_size) == (b"\x00\x63", copy.size)
    reader.close()
    store.close()


def test_the_copy_has_no_name_and_nothing_of_it_stays(store: Store, tmp_path: Path) -> None:
    before = sorted(tmp_path.iterdir())
    with snapshot(tmp_path / "records.db", tmp_path, last):
        assert sorted(tmp_path.iterdir()) == before
    with pytest.raises(StoreError), snapshot(tmp_path / "none.db", tmp_path, last):
        raise AssertionError("there is nothing to copy")
    assert sorted(tmp_path.iterdir()) == before
    store.close()


def test_a_folder_that_cannot_be_written_to_is_told(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be copied"), snapshot(store.path or tmp_path, tmp_path / "no", last):
        raise AssertionError("there is no such folder")
    store.close()
