"""Whole nodes in trouble: a failing disk, copied and damaged homes, two nodes in one home."""

import re
import shutil
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
import trio
import trio.testing

from meshnode.core.events import TrustThisCopy
from meshnode.core.ports import Batch
from meshnode.runtime.failures import StoreFailed
from meshnode.runtime.refusals import Code, Refusal
from meshnode.store.errors import HomeInUse
from meshnode.store.source import damage_mark
from meshnode.store.writer import Writer
from tests.support.meshes import Mesh, Node

HOUR = {"title": "Landing page", "seconds": 3600}


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


class FailingFlush:
    """A store whose next flush does not come back well, though everything may have reached the disk before."""

    def __init__(self, store: Writer, *, stored: bool) -> None:
        self._store, self._stored = store, stored

    @property
    def last_arrival(self) -> int:
        return self._store.last_arrival

    def stage(self, batches: Sequence[Batch]) -> None:
        self._store.stage(batches)

    def finish(self) -> None:
        if self._stored:
            self._store.finish()
        raise self._store._fail(sqlite3.OperationalError("disk I/O error"))

    @property
    def crowded(self) -> bool:
        return self._store.crowded

    def make_room(self) -> None:
        self._store.make_room()

    def tidy(self) -> bool:
        return self._store.tidy()


@pytest.mark.parametrize("stored", [True, False])
async def test_after_a_failed_flush_the_node_stops_and_the_same_key_settles_what_was_asked(
    mesh: Mesh, stored: bool
) -> None:
    async def flush_fails(ana: Node) -> None:
        break_flush(ana, stored=stored)
        problem = await ana.api().refuses("POST", "/contributions", HOUR, key="k1")
        assert (problem["code"], problem["exit"]) == ("outcome-unknown", 1)
        assert (await ana.api().refuses("POST", "/contributions", HOUR, key="k2"))["code"] == "outcome-unknown"
        assert (await ana.api().does("GET", "/health"))["status"] == "stopping"
        assert ana.opened.node.stopping.is_set()

    await ends_with(StoreFailed, mesh, flush_fails)
    async with mesh.node("ana") as ana:
        await ana.api().does("POST", "/contributions", HOUR, key="k1")
        assert len((await ana.api().does("GET", "/contributions"))["items"]) == 1


async def test_nothing_is_told_to_peers_that_was_not_flushed(mesh: Mesh) -> None:
    async with mesh.node("ben") as ben:
        before: list[int] = []

        async def flush_fails(ana: Node) -> None:
            await ben.joins(ana.line(await ana.founds()))
            await ana.learns(lambda: ana.opened.node.arrival >= ben.opened.node.arrival - 4)
            before.append(ben.opened.node.arrival)
            break_flush(ana, stored=False)
            with pytest.raises(Refusal):
                await ana.logs("Never flushed", "studio")
            await trio.testing.wait_all_tasks_blocked(0.1)

        await ends_with(StoreFailed, mesh, flush_fails)
        assert [ben.opened.node.arrival] == before


async def test_a_home_serves_one_node_at_a_time(mesh: Mesh) -> None:
    async with mesh.node("ana"):
        with pytest.raises(HomeInUse):
            async with mesh.node("ana"):
                pass


async def test_a_copied_home_signs_nothing_until_its_owner_says_so(mesh: Mesh, tmp_path: Path) -> None:
    async with mesh.node("ana") as ana:
        await ana.logs("Before")
    shutil.copytree(tmp_path / "ana", tmp_path / "copy")
    async with mesh.node("copy") as copy:
        problem = await copy.api().refuses("POST", "/contributions", HOUR)
        assert (problem["code"], problem["exit"]) == ("copied-home", 17)
        assert "--i-have-the-newest-copy" in problem["hint"]
        await copy.learns(lambda: "signing" in {each.name for each in copy.opened.watch.troubles})
        assert (await copy.api().does("GET", "/health"))["status"] == "degraded"
        await copy.opened.node.ask(TrustThisCopy)
        await copy.logs("After")
    async with mesh.node("copy") as copy:
        await copy.logs("Not asked again")


async def test_a_copied_home_signs_once_a_peer_that_held_its_records_has_answered(mesh: Mesh, tmp_path: Path) -> None:
    async with mesh.node("ben") as ben:
        async with mesh.node("ana") as ana:
            await ben.joins(ana.line(await ana.founds()))
            old = await ana.logs("In the old copy", "studio")
            await ana.learns(lambda: bool(ana.opened.node.holders(old)))
        shutil.copytree(tmp_path / "ana", tmp_path / "old")
        async with mesh.node("ana") as ana:
            newer = await ana.logs("Not in the old copy", "studio")
            await ben.sees(lambda: ben.has(newer))
        shutil.rmtree(tmp_path / "ana")
        shutil.copytree(tmp_path / "old", tmp_path / "ana")
        async with mesh.node("ana") as ana:
            await ana.hears(lambda: ana.opened.node.presence.may_sign_again)
            assert ana.has(newer)
            after = await ana.logs("After the restore", "studio")
            await ben.sees(lambda: ben.has(after))
            assert ben.opened.reader.forked_logs() == ()


async def test_damage_is_set_aside_at_the_start_and_what_is_lost_comes_back_from_peers(mesh: Mesh) -> None:
    async with mesh.node("ben") as ben:
        async with mesh.node("ana") as ana:
            await ben.joins(ana.line(await ana.founds()))
            records = [await ana.logs(f"Entry {number}", "studio") for number in range(30)]
            await ben.sees(lambda: ben.has(*records))
            await ana.learns(lambda: bool(ana.opened.node.holders(records[-1])))
            path = ana.opened.home.records
            raw = ana.opened.reader.record(records[10])
            assert raw is not None
        content = bytearray(path.read_bytes())
        place = content.find(raw.raw)
        content[place + 40] ^= 1
        path.write_bytes(content)
        damage_mark(path).touch()
        async with mesh.node("ana") as ana:
            await ana.sees(lambda: ana.has(*records))


async def test_thrown_away_views_are_computed_anew_and_say_the_same(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        for number in range(5):
            await ana.logs(f"Entry {number}")
        before = await ana.api().does("GET", "/contributions")
        views = ana.opened.home.views
    views.unlink()
    async with mesh.node("ana") as ana:
        await ana.office.projector.caught_up()
        assert await ana.api().does("GET", "/contributions") == before


async def test_an_unfinished_identity_is_told_from_none(mesh: Mesh, tmp_path: Path) -> None:
    async with mesh.node("ana"):
        pass
    for path in (tmp_path / "ana").glob("records.db*"):
        path.unlink()
    with pytest.raises(Exception, match="never finished"):
        async with mesh.node("ana"):
            pass


def break_flush(node: Node, *, stored: bool) -> None:
    """Let the next flush of a node's store fail."""
    node.opened.node._writer._store = FailingFlush(node.opened.store.writer, stored=stored)


async def ends_with(kind: type[Exception], mesh: Mesh, body: Callable[[Node], Awaitable[None]]) -> None:
    """Run ana's node, which must end with this exception."""

    async def run() -> None:
        async with mesh.node("ana") as ana:
            await body(ana)

    with pytest.raises(kind):
        await run()


def test_every_word_of_not_written_has_a_refusal() -> None:
    from meshnode.core.effects import NotWritten
    from meshnode.runtime.unwritten import refusal_of

    words = re.findall(r'"([a-z]+)"', NotWritten.__doc__ or "")
    assert len(words) > 10
    assert all(refusal_of(NotWritten(why)).code in Code for why in words)
