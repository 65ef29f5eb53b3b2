import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest
import trio

from meshnode.core.ports import Batch
from meshnode.runtime.settings import (
    ASKED_BACKLOG,
    ASKED_GROUP_RECORDS,
    GROUP_BATCHES,
    STAGE_RECORDS,
    WRITER_BACKLOG,
)
from meshnode.runtime.writer import Writer
from tests.support.authors import Author
from tests.support.patience import DEADLINE


class Disk:
    """A store that can be held up while it flushes, and made to fail; remembers the groups."""

    def __init__(self) -> None:
        self.free = threading.Event()
        self.free.set()
        self.begun = threading.Event()
        self.staged: list[int] = []
        self.staging: list[str] = []
        self.groups: list[list[int]] = []
        self.fail_staging = self.fail_flushing = self.fail_tidying = self.fail_making_room = False
        self.crowded = False
        self.roomy = threading.Event()
        self.tidied = threading.Semaphore(0)
        self.untidy = 0

    @property
    def last_arrival(self) -> int:
        return 10 * (len(self.groups) + bool(self.staged))

    def stage(self, group: Sequence[Batch]) -> None:
        assert not self.staged, "one group at a time"
        self.staging.append(threading.current_thread().name)
        if self.fail_staging:
            raise OSError("refused")
        self.staged = [batch.number for batch in group]

    def finish(self) -> None:
        self.begun.set()
        assert self.free.wait(DEADLINE)
        if self.fail_flushing:
            raise OSError("no space left")
        self.groups.append(self.staged)
        self.staged = []

    def make_room(self) -> None:
        assert not self.staged, "one thing at a time"
        assert self.roomy.wait(DEADLINE)
        self.crowded = False
        if self.fail_making_room:
            raise OSError("worn out")

    def tidy(self) -> bool:
        self.tidied.release()
        if self.fail_tidying:
            raise OSError("read-only")
        self.untidy -= 1
        return self.untidy > 0

    def wait_until_tidied(self) -> None:
        assert self.tidied.acquire(timeout=DEADLINE)


class Told:
    """What the writer told, in order; and an event for each."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.errors: list[str] = []
        self.changed = trio.Event()

    def landed(self, group: Sequence[Batch]) -> None:
        self.numbers += [batch.number for batch in group]
        self.changed.set()

    def failed(self, group: Sequence[Batch], error: BaseException) -> None:
        self.errors += [f"{batch.number}: {error}" for batch in group] or [str(error)]
        self.changed.set()

    async def until(self, count: int) -> None:
        with trio.fail_after(DEADLINE):
            while len(self.numbers) + len(self.errors) < count:
                self.changed = trio.Event()
                await self.changed.wait()


@asynccontextmanager
async def writing(disk: Disk, *, asked: bool = False) -> AsyncIterator[tuple[Writer, Told]]:
    told = Told()
    writer = Writer(disk, told.landed, told.failed, lambda: asked)
    writer.start()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(writer.run)
        try:
            yield writer, told
        finally:
            disk.free.set()
            await writer.aclose()
            nursery.cancel_scope.cancel()


async def test_batches_that_gather_during_a_commit_land_together() -> None:
    disk = Disk()
    disk.free.clear()
    async with writing(disk) as (writer, told):
        writer.submit(Batch(1))
        await trio.to_thread.run_sync(disk.begun.wait, DEADLINE)
        for number in (2, 3, 4):
            writer.submit(Batch(number))
        disk.free.set()
        await told.until(4)
        assert writer.arrival == 20
    assert disk.groups == [[1], [2, 3, 4]]
    assert told.numbers == [1, 2, 3, 4]


async def test_a_group_never_grows_beyond_its_bound() -> None:
    disk = Disk()
    disk.free.clear()
    async with writing(disk) as (writer, told):
        for number in range(1, GROUP_BATCHES + 3):
            writer.submit(Batch(number))
        disk.free.set()
        await told.until(GROUP_BATCHES + 2)
    assert max(map(len, disk.groups)) <= GROUP_BATCHES


@pytest.mark.parametrize("staging", [True, False])
async def test_after_a_failure_nothing_is_committed_and_all_is_told_as_failed(staging: bool) -> None:
    disk = Disk()
    async with writing(disk) as (writer, told):
        writer.submit(Batch(1))
        await told.until(1)
        disk.fail_staging, disk.fail_flushing = staging, not staging
        writer.submit(Batch(2))
        await told.until(2)
        disk.fail_staging = disk.fail_flushing = False
        writer.submit(Batch(3))
        await told.until(3)
    cause = "refused" if staging else "no space left"
    assert (told.numbers, disk.groups) == ([1], [[1]])
    assert told.errors == [f"2: {cause}", f"3: {cause}"]


async def test_the_disk_goes_on_before_what_has_landed_is_dealt_with() -> None:
    disk = Disk()
    disk.free.clear()
    async with writing(disk) as (writer, told):
        writer.submit(Batch(1))
        await trio.to_thread.run_sync(disk.begun.wait, DEADLINE)
        writer.submit(Batch(2))
        disk.begun.clear()
        writer._landed = lambda group: told.landed(group) if disk.begun.wait(DEADLINE) else None
        disk.free.set()
        await told.until(2)
    assert told.numbers == [1, 2]


async def test_what_landed_is_told_before_what_failed_after_it() -> None:
    disk, order = Disk(), list[str]()
    disk.free.clear()
    async with writing(disk) as (writer, told):
        writer._landed = lambda group: order.append("landed") or told.landed(group)  # type: ignore[func-returns-value]  # for brevity
        writer._failed = lambda group, error: order.append("failed") or told.failed(group, error)  # type: ignore[func-returns-value]  # as above
        writer.submit(Batch(1))
        await trio.to_thread.run_sync(disk.begun.wait, DEADLINE)
        writer.submit(Batch(2))
        disk.fail_staging = True
        disk.free.set()
        await told.until(2)
    assert order == ["landed", "failed"]


async def test_closing_commits_what_was_submitted() -> None:
    disk = Disk()
    async with writing(disk) as (writer, told):
        for number in (1, 2, 3):
            writer.submit(Batch(number))
        await writer.aclose()
        assert told.numbers == [1, 2, 3]


async def test_closing_is_not_cut_short_by_cancellation() -> None:
    disk = Disk()
    disk.free.clear()
    async with writing(disk) as (writer, told):
        writer.submit(Batch(1))
        with trio.CancelScope() as scope:
            scope.cancel()
            disk.free.set()
            await writer.aclose()
        assert told.numbers == [1]


async def test_the_writer_is_full_when_too_much_is_under_way() -> None:
    disk = Disk()
    disk.free.clear()
    async with writing(disk) as (writer, told):
        for number in range(1, WRITER_BACKLOG + 1):
            assert not writer.full
            writer.submit(Batch(number))
        assert writer.full
        disk.free.set()
        await told.until(WRITER_BACKLOG)
        assert not writer.full


@pytest.mark.parametrize(("asked", "groups"), [(True, [[1], [2], [3, 4]]), (False, [[1], [2, 3, 4]])])
async def test_while_the_api_is_asked_less_stands_before_a_write(*, asked: bool, groups: list[list[int]]) -> None:
    disk, alice = Disk(), Author("alice")
    disk.free.clear()
    async with writing(disk, asked=asked) as (writer, told):
        for number in range(1, ASKED_BACKLOG + 1):
            assert not writer.full
            writer.submit(Batch(number))
        assert writer.full == asked
        for number in (2, 3, 4):
            writer.submit(Batch(number, runs=(alice.writes(ASKED_GROUP_RECORDS),) if number == 2 else ()))
        disk.free.set()
        await told.until(4)
    assert disk.groups == groups


async def test_a_writer_at_rest_tidies_once() -> None:
    disk = Disk()
    async with writing(disk) as (writer, told):
        writer.submit(Batch(1))
        await told.until(1)
        await trio.to_thread.run_sync(disk.wait_until_tidied)
        writer.submit(Batch(2))
        await told.until(2)
    assert told.numbers == [1, 2]


async def test_what_could_not_be_tidied_is_tried_again() -> None:
    disk = Disk()
    disk.untidy = 3
    async with writing(disk) as (writer, told):
        writer.submit(Batch(1))
        await told.until(1)
        for _ in range(3):
            await trio.to_thread.run_sync(disk.wait_until_tidied)
    assert disk.untidy == 0


async def test_what_a_crash_cut_short_is_tidied_before_anything_is_written() -> None:
    disk = Disk()
    disk.untidy = 2
    async with writing(disk):
        for _ in range(2):
            await trio.to_thread.run_sync(disk.wait_until_tidied)
    assert (disk.untidy, disk.groups) == (0, [])


async def test_a_failure_while_tidying_is_told_without_a_batch() -> None:
    disk = Disk()
    disk.fail_tidying = True
    async with writing(disk) as (writer, told):
        writer.submit(Batch(1))
        await told.until(2)
    assert (told.numbers, told.errors) == ([1], ["read-only"])


async def test_what_has_landed_is_told_before_room_is_made_and_what_comes_then_waits() -> None:
    disk = Disk()
    disk.crowded = True
    async with writing(disk) as (writer, told):
        writer.submit(Batch(1))
        await told.until(1)
        writer.submit(Batch(2))
        assert (disk.crowded, disk.staging, writer.backlog) == (True, [threading.current_thread().name], 1)
        disk.roomy.set()
        await told.until(2)
    assert (disk.groups, told.numbers, told.errors) == ([[1], [2]], [1, 2], [])


async def test_after_a_failure_while_making_room_nothing_is_committed() -> None:
    disk = Disk()
    disk.crowded = disk.fail_making_room = True
    disk.roomy.set()
    async with writing(disk) as (writer, told):
        writer.submit(Batch(1))
        await told.until(2)
        writer.submit(Batch(2))
        await told.until(3)
    assert (told.numbers, disk.groups) == ([1], [[1]])
    assert told.errors == ["worn out", "2: worn out"]


async def test_a_large_group_is_staged_beside_the_loop_and_a_small_one_in_it() -> None:
    disk, alice = Disk(), Author("alice")
    async with writing(disk) as (writer, told):
        writer.submit(Batch(1, runs=(alice.writes(STAGE_RECORDS),)))
        await told.until(1)
        writer.submit(Batch(2, runs=(alice.writes(STAGE_RECORDS + 1),)))
        await told.until(2)
    assert disk.staging == [threading.current_thread().name, "meshnode-writer"]
    assert disk.groups == [[1], [2]]


async def test_a_large_group_that_cannot_be_staged_breaks_the_writer_like_a_small_one() -> None:
    disk, alice = Disk(), Author("alice")
    disk.fail_staging = True
    async with writing(disk) as (writer, told):
        writer.submit(Batch(1, runs=(alice.writes(STAGE_RECORDS + 1),)))
        await told.until(1)
    assert told.errors == ["1: refused"]
    assert disk.groups == []
