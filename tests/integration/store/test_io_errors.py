"""Every write, cut and flush can fail (P3): the error is told, nothing more is written, and no promise is broken."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from meshnode.core.ports import Batch
from meshnode.store.database import StoreSettings
from meshnode.store.errors import StoreError, StoreFailed, StoreFull
from meshnode.store.store import Store, open_store
from tests.support.crashes.disk import OK, Event, RecordingDisk
from tests.support.crashes.store_work import Work
from tests.support.folders import fleeting_folder

STEPS = 6


class Outcome:
    """What came of some work on a disk that fails."""

    def __init__(self, folder: Path, fails: Callable[[Event, int], int]) -> None:
        self.disk = RecordingDisk()
        self.disk.fails = fails
        self.work = Work(Random(7), self.disk.acknowledge)
        self.path = folder / "records.db"
        self.error: StoreError | None = None
        self.store: Store | None = None
        settings = StoreSettings(
            vfs=self.disk.name, flush_folder=self.disk.flush_folder, checkpoint_mib=0, reserve_mib=1, blank_mib=0
        )
        try:
            self.store = open_store(self.path, settings)
            for _ in range(STEPS):
                self.work.step(self.store)
                self.store.writer.tidy()
        except StoreError as error:
            self.error = error

    @property
    def acknowledged(self) -> int:
        return max((event.offset for event in self.disk.events if event.what == "acknowledged"), default=-1)

    def close(self) -> None:
        """Let go of everything; a disk that fails may fail again here."""
        self.disk.fails = lambda event, number: OK
        if self.store is not None:
            self.store.close()
        self.disk.close()


@pytest.fixture(scope="module")
def total(tmp_path_factory: pytest.TempPathFactory) -> int:
    outcome = Outcome(tmp_path_factory.mktemp("whole"), lambda event, number: OK)
    outcome.close()
    assert outcome.error is None
    return outcome.disk.operations


@pytest.mark.parametrize(("code", "lasts"), [(sqlite3.SQLITE_IOERR_WRITE, False), (sqlite3.SQLITE_FULL, True)])
def test_whichever_operation_fails_the_error_is_told_and_no_promise_broken(total: int, code: int, lasts: bool) -> None:
    told = 0
    for failing in range(1, total + 1):
        with fleeting_folder() as folder:
            outcome = Outcome(folder, failing_at(failing, code, lasts))
            told += outcome.error is not None
            assert_nothing_is_written_any_more(outcome)
            outcome.close()
            broken = outcome.work.broken_promise(outcome.path, outcome.acknowledged)
            assert not broken, f"operation {failing} of {total}: {broken}"
    # SQLite may do without some operations, such as the deletion of a file it has no use for any more.
    assert told >= total - 10


def failing_at(failing: int, code: int, lasts: bool) -> Callable[[Event, int], int]:
    """A disk on which this operation fails, and all after it if that lasts."""
    return lambda event, number: code if (number >= failing if lasts else number == failing) else OK


def assert_nothing_is_written_any_more(outcome: Outcome) -> None:
    """After a failed commit the writer refuses to work, even if the disk is well again."""
    if outcome.error is None or outcome.store is None:
        return
    assert isinstance(outcome.error, StoreFailed)
    outcome.disk.fails = lambda event, number: OK
    before = outcome.disk.operations
    for refuses in (outcome.store.writer.stage, outcome.store.writer.commit_all):
        with pytest.raises(StoreError):
            refuses([Batch(99)])
    assert not outcome.store.source.connection.in_transaction
    assert outcome.disk.operations == before


def test_a_full_disk_is_called_by_its_name(tmp_path: Path) -> None:
    outcome = Outcome(tmp_path, lambda e, n: sqlite3.SQLITE_FULL if n > 60 else OK)
    assert isinstance(outcome.error, StoreFull)
    assert "full" in str(outcome.error)
    outcome.close()


@pytest.mark.parametrize("what", ["write", "sync"])
def test_a_commit_whose_flush_fails_is_not_acknowledged(tmp_path: Path, what: str) -> None:
    wanted, disk = 3, RecordingDisk()

    def acknowledged() -> int:
        return sum(each.what == "acknowledged" for each in disk.events)

    disk.fails = lambda e, n: sqlite3.SQLITE_IOERR_FSYNC if acknowledged() >= wanted and e.what == what else OK
    work = Work(Random(7), disk.acknowledge)
    store = open_store(tmp_path / "records.db", StoreSettings(vfs=disk.name, flush_folder=disk.flush_folder))
    for _ in range(wanted):
        work.step(store)
    with pytest.raises(StoreFailed):
        work.step(store)
    assert acknowledged() == wanted
    disk.fails = lambda event, number: OK
    store.close()
    disk.close()
