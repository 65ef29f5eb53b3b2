"""What a request waits for before it reads: whatever was written here, but not a sync of others without end."""

from pathlib import Path

import pytest
import trio

import meshnode.runtime.freshness as freshness_module
import meshnode.runtime.node as node_module
import meshnode.runtime.streaming as streaming_module
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import work
from meshproto.records.ids import to_text
from tests.support.meshes import Mesh
from tests.support.patience import DEADLINE


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may take longer than people wait."""
    monkeypatch.setattr(freshness_module, "FRESH_SECONDS", DEADLINE)


@pytest.mark.usefixtures("patient")
async def test_what_was_just_written_is_waited_for(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        for number in range(5):
            record = await ana.logs(f"Entry {number}")
            assert (await ana.office.fresh()).contribution(record) is not None


async def test_records_of_others_are_not_waited_for_once_there_are_many(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mesh.node("ana") as ana:
        office = ana.office
        await ana.logs("Entry")
        await office.projector.caught_up()
        monkeypatch.setattr(freshness_module, "FEW_BEHIND", -1)
        passes, office.projector._news = office.projector.passes, True
        await office.fresh()
        assert office.projector.passes == passes
        ana.opened.node.written += 1  # as if more of our own were on its way
        await office.fresh()
        assert office.projector.passes > passes


async def test_nor_is_what_was_written_here_behind_more_than_can_be_shown_in_time(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mesh.node("ana") as ana:
        office = ana.office
        await office.projector.caught_up()
        monkeypatch.setattr(freshness_module, "FEW_BEHIND", -1)
        monkeypatch.setattr(freshness_module, "MOST_BEHIND", -1)
        passes, office.projector._news = office.projector.passes, True
        ana.opened.node.written += 1
        await office.fresh()
        assert office.projector.passes == passes


async def test_views_that_are_broken_are_not_read_however_far_behind_they_are(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mesh.node("ana") as ana:
        office = ana.office
        monkeypatch.setattr(freshness_module, "FEW_BEHIND", -1)
        office.projector.broken, office.projector.trouble = True, "views.db is damaged (page 7)"
        with pytest.raises(Refusal, match=r"the lists cannot be read: views\.db is damaged"):
            await office.fresh()


async def test_names_given_before_are_found_while_the_views_are_behind(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        office = ana.office
        studio = await ana.founds("Harbour studio")
        with trio.fail_after(DEADLINE):
            assert await office.find_network("harbour studio", at_once=True) == studio  # just founded: it is waited for
            await ana.logs("Entry", "Harbour studio")
        passes, office.projector._news = office.projector.passes, True
        assert await office.find_network("Harbour Studio", at_once=True) == studio
        assert office.projector.passes == passes  # nothing was named since, so nothing is waited for


@pytest.mark.usefixtures("patient")
async def test_a_name_that_nothing_has_is_looked_for_in_what_comes(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        await ana.logs("Entry")
        with pytest.raises(Refusal) as raised:
            await ana.office.find_network("nowhere", at_once=True)
        assert raised.value.code is Code.UNKNOWN_NETWORK
        assert ana.office.projector.is_current


async def test_a_network_is_found_by_its_whole_id_without_waiting(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        studio = await ana.founds()
        await ana.office.projector.caught_up()
        await ana.logs("Entry")
        passes = ana.office.projector.passes
        assert await ana.office.find_network(f" {to_text(studio).upper()} ", at_once=True) == studio
        assert ana.office.projector.passes == passes


async def test_who_asks_about_one_record_waits_only_for_what_was_written_about_it(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mesh.node("ana") as ana:
        office, node = ana.office, ana.opened.node
        one, two = await ana.logs("One"), await ana.logs("Two")
        await office.projector.caught_up()
        await work.retract(office, one, "error")
        assert (node.written_about(one), node.written_about(two)) == (node.arrival, node.arrival - 1)
        await office.projector.caught_up()
        monkeypatch.setattr(freshness_module, "FEW_BEHIND", -1)
        passes, office.projector._news = office.projector.passes, True
        node.written += 1
        await office.fresh(node.written_about(two))
        assert office.projector.passes == passes
        node._note_touched([two])
        await office.fresh(node.written_about(two))
        assert office.projector.passes > passes


async def test_what_is_forgotten_counts_as_written_about_every_record(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mesh.node("ana") as ana:
        monkeypatch.setattr(node_module, "TOUCHED", 2)
        first = await ana.logs("First")
        for number in range(3):
            await ana.logs(f"Entry {number}")
        assert ana.opened.node.written_about(first) >= ana.opened.node.arrival - 1


async def test_while_records_stream_in_nobody_waits_for_those_of_others(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        office, node = ana.office, ana.opened.node
        await ana.logs("Entry")
        await office.projector.caught_up()
        assert not node.streaming.now
        node.streaming.came(streaming_module.STREAM_RECORDS + 1)
        passes, office.projector._news = office.projector.passes, True
        await office.fresh()
        assert office.projector.passes == passes


@pytest.mark.usefixtures("patient")
async def test_who_waits_for_those_of_others_goes_on_once_they_stream_in(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        office, node = ana.office, ana.opened.node
        await office.projector.caught_up()
        async with office.projector._turn:  # the views stand still
            office.projector.nudge()
            async with trio.open_nursery() as nursery:
                nursery.start_soon(office.fresh)
                while not node.streaming._hoping:
                    await trio.lowlevel.checkpoint()
                node.streaming.came(streaming_module.STREAM_RECORDS + 1)


async def test_what_was_written_here_far_behind_a_sync_is_not_waited_for(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        office, node = ana.office, ana.opened.node
        await office.projector.caught_up()
        node.streaming.came(streaming_module.STREAM_RECORDS + 1)
        passes, office.projector._news = office.projector.passes, True
        node.written = office.projector.reached + freshness_module.FEW_BEHIND + 1
        await office.fresh()
        assert office.projector.passes == passes
        node.written = office.projector.reached + freshness_module.FEW_BEHIND
        await office.fresh()
        assert office.projector.passes > passes
