"""Whole nodes over links in memory: what one writes, others have, verified and durable."""

from pathlib import Path

import pytest

from meshnode.store.store import open_store
from tests.support.meshes import Mesh


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def test_what_one_member_writes_another_has_with_its_text(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds()
        await ben.joins(ana.line(studio))
        record = await ana.logs("Landing page", "studio")
        await ben.sees(lambda: ben.text_of(record) is not None)
        assert ben.text_of(record) == ana.text_of(record)


async def test_the_notebook_is_nobody_elses_business(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds()
        await ben.joins(ana.line(studio))
        secret = await ana.logs("Tax papers")
        shared = await ana.logs("Landing page", "studio")
        await ben.sees(lambda: ben.has(shared))
        assert not ben.has(secret)


async def test_two_who_never_meet_exchange_records_through_a_third(mesh: Mesh) -> None:
    mesh.cut("ana", "carol")
    async with mesh.node("ben") as ben:
        async with mesh.node("ana") as ana:
            studio = await ana.founds()
            await ben.joins(ana.line(studio))
            record = await ana.logs("Landing page", "studio")
            await ben.sees(lambda: ben.has(record))
        async with mesh.node("carol") as carol:
            await carol.joins(ben.line(studio))
            await carol.sees(lambda: carol.text_of(record) is not None)
            found = carol.opened.reader.record(record)
            assert found is not None
            assert found.author == ana.opened.node.me


async def test_both_sides_of_a_partition_have_everything_after_it(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds()
        await ben.joins(ana.line(studio))
        mesh.cut("ana", "ben")
        await ana.hears(lambda: not ana.opened.node.presence.connected)
        mine, theirs = await ana.logs("One side", "studio"), await ben.logs("Other side", "studio")
        mesh.heal("ana", "ben")
        await ana.sees(lambda: ana.has(theirs))
        await ben.sees(lambda: ben.has(mine))


async def test_without_live_relay_the_comparison_brings_everything(mesh: Mesh) -> None:
    async with mesh.node("ana", sync__live=False, sync__interval=1) as ana, mesh.node("ben", sync__live=False) as ben:
        studio = await ana.founds()
        await ben.joins(ana.line(studio))
        record = await ana.logs("Landing page", "studio")
        await ben.sees(lambda: ben.has(record))


async def test_peers_are_remembered_over_a_restart(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        async with mesh.node("ben") as ben:
            studio = await ana.founds()
            await ben.joins(ana.line(studio))
        record = await ana.logs("While ben was away", "studio")
        async with mesh.node("ben") as ben:
            await ben.sees(lambda: ben.has(record))


async def test_an_author_learns_who_holds_their_records(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds()
        await ben.joins(ana.line(studio))
        record = await ana.logs("Landing page", "studio")
        await ana.learns(lambda: ana.opened.node.holders(record) == (ben.opened.node.me,))


async def test_what_was_answered_stands_on_the_disk_when_the_node_is_gone(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        records = [await ana.logs(f"Entry {number}") for number in range(20)]
    store = open_store(mesh.home("ana").data / "records.db")
    reader = store.reader()
    assert all(reader.has(record) for record in records)
    store.close()


async def test_a_join_that_outlasts_its_request_is_finished_later(mesh: Mesh) -> None:
    async with mesh.node("ben") as ben:
        async with mesh.node("ana") as ana:
            studio = await ana.founds()
            line = ana.line(studio)
        assert not await ben.joins(line, seconds=0.2)
        async with mesh.node("ana") as ana:
            mine = ben.opened.node.identity.key.public
            await ben.sees(lambda: any(head.key == mine for head in ben.opened.reader.logs_of_scope(studio)))
