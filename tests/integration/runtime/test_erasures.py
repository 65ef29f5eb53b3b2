"""Whose words may be erased, by whom and from where: whole nodes over links in memory."""

from pathlib import Path

import pytest

from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.rows import SearchEntry
from meshnode.runtime.answers.searcher import Searcher
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import erasures, networks, work
from meshproto.records.ids import RecordId, ext, log_id
from meshproto.types import repair, value
from tests.support.core_rig import Writer, ids_of
from tests.support.meshes import Mesh, Node
from tests.support.patience import DEADLINE


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def erases(node: Node, *targets: RecordId) -> RecordId:
    return (await erasures.erase(node.office, list(targets), "art17"))[0]


async def thanks(giver: Node, record: RecordId) -> RecordId:
    await giver.office.fresh()
    return (await work.thank(giver.office, record, "thanks", "You carried me home", None))[0]


async def is_gone(node: Node, record: RecordId) -> None:
    await node.learns(lambda: node.opened.reader.erased(record) and node.text_of(record) is None)


async def test_who_is_named_in_a_record_may_have_its_words_erased_everywhere(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds()
        await ben.joins(ana.line(studio))
        record = await ana.logs("Landing page", "studio")
        await ben.sees(lambda: ben.text_of(record) is not None)
        words = await thanks(ben, record)
        await ana.sees(lambda: ana.text_of(words) is not None)
        order = await erases(ana, words)
        await is_gone(ana, words)
        await is_gone(ben, words)
        found = ben.opened.reader.record(order)
        assert found is not None
        assert (found.home, found.facts["targets"]) == (studio, [words])


async def test_a_member_of_a_closed_network_has_their_own_words_erased_everywhere(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds(is_open=False)
        line = (await networks.invite(ana.office, studio, "core", 1, 3600)).line
        assert await networks.enter(ben.office, line, DEADLINE) == studio
        record = await ben.logs("Landing page", "studio")
        await ana.sees(lambda: ana.text_of(record) is not None)
        order = await erases(ben, record)
        await is_gone(ben, record)
        await is_gone(ana, record)
        found = ana.opened.reader.record(order)
        assert found is not None
        assert found.home == studio


async def test_who_is_not_named_may_not(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds()
        await ben.joins(ana.line(studio))
        record = await ana.logs("Landing page", "studio")
        await ben.sees(lambda: ben.text_of(record) is not None)
        with pytest.raises(Refusal) as refusal:
            await erases(ben, record)
        assert refusal.value.code is Code.NOT_YOURS


async def test_what_does_not_count_is_not_brought_in_by_the_order(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds()
        await ben.joins(ana.line(studio))
        facts = value.recognition(to=[ana.office.me], kind="thanks")
        stranger = Writer("mallory")
        words = stranger.sign(Draft(studio, "recognition", facts, {"text": "You owe me"}))
        await ana.opened.node.offer(SignedRecords((*stranger.genesis.runs, *words.runs), words.privates))
        (record,) = ids_of(words)
        assert ana.text_of(record) is not None
        order = await erases(ana, record)
        await is_gone(ana, record)
        found = ana.opened.reader.record(order)
        assert found is not None
        assert (bytes(found.home), found.facts["targets"]) == (ana.opened.node.me, [ext(record)])


async def test_what_is_erased_is_not_erased_again(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        first, second = await ana.logs("Landing page"), await ana.logs("Other page")
        await erases(ana, first)
        with pytest.raises(Refusal) as refusal:
            await erases(ana, first)
        assert (refusal.value.code, "was erased before" in refusal.value.detail) == (Code.EXISTS, True)
        found = ana.opened.reader.record(await erases(ana, first, second))
        assert found is not None
        assert found.facts["targets"] == [second]


async def test_what_cannot_be_erased_is_refused_with_the_reason(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        studio = await ana.founds()
        accept = ana.opened.reader.id_at(log_id(studio, ana.opened.node.identity.key.public), 0, 1)
        assert accept is not None
        for target, code in ((accept, Code.BAD_REQUEST), (RecordId(bytes(32)), Code.NOT_FOUND)):
            with pytest.raises(Refusal) as refusal:
                await erases(ana, target)
            assert refusal.value.code is code


async def test_the_texts_that_replaced_others_go_with_them(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        record = await ana.logs("Landing page")
        replacement = Draft(ana.opened.notebook, "correction", repair.replace(record), {"title": "Better page"})
        (better,) = await ana.opened.node.write([replacement])
        lookups = await ana.office.fresh()
        row = lookups.contribution(record)
        assert row is not None
        assert row.title == "Better page"
        await erases(ana, record)
        await is_gone(ana, better)
        lookups = await ana.office.fresh()
        row = lookups.contribution(record)
        assert row is not None
        assert (row.title, lookups.views.search("page")) == ("", ())


async def test_erasing_what_replaced_a_text_does_not_bring_that_back(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        record = await ana.logs("Landing page")
        replacement = Draft(ana.opened.notebook, "correction", repair.replace(record), {"title": "Better page"})
        await erases(ana, *await ana.opened.node.write([replacement]))
        lookups = await ana.office.fresh()
        assert lookups.views.search("page") == ()
        assert ana.text_of(record) is not None


async def test_copies_that_were_shared_are_told_of(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        for name in ("studio", "choir"):
            await ana.founds(name)
        record = await ana.logs("Landing page")
        one, other = [(await work.share(ana.office, record, name))[0] for name in ("studio", "choir")]
        await ana.office.fresh()
        assert set(await erasures.copies(ana.office, [record])) == {one, other}
        assert await erasures.copies(ana.office, [one]) == [other]
        await erases(ana, other)
        await ana.office.fresh()
        assert await erasures.copies(ana.office, [record]) == [one]


async def test_who_has_left_erases_from_the_own_stream_by_a_name_that_tells_nothing(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio, choir = await ana.founds("studio"), await ana.founds("choir")
        for network in (studio, choir):
            await ben.joins(ana.line(network))
        record = await ben.logs("Landing page", "studio")
        await ana.sees(lambda: ana.text_of(record) is not None)
        await networks.leave(ben.office, studio)
        order = await erases(ben, record)
        await is_gone(ben, record)
        await is_gone(ana, record)
        found = ana.opened.reader.record(order)
        assert found is not None
        assert (bytes(found.home), found.facts["targets"]) == (ben.opened.node.me, [ext(record)])


async def test_words_that_come_after_the_order_are_erased_too(mesh: Mesh) -> None:
    mesh.cut("ana", "dan")
    async with mesh.node("ana") as ana, mesh.node("dan") as dan:
        studio, choir = await ana.founds("studio"), await ana.founds("choir")
        async with mesh.node("ben") as ben:
            for network in (studio, choir):
                await ben.joins(ana.line(network))
            record = await ben.logs("Landing page", "studio")
            await ana.sees(lambda: ana.text_of(record) is not None)
            mesh.cut("ana", "ben")
            await networks.leave(ben.office, studio)
            order = await erases(ben, record)
            await dan.joins(ben.line(choir))
            await dan.sees(lambda: dan.has(order))
        mesh.heal("ana", "dan")
        await dan.joins(ana.line(studio))
        await dan.sees(lambda: dan.has(record))
        await is_gone(dan, record)
        await is_gone(ana, record)


async def test_an_order_whose_execution_was_cut_short_is_carried_out_after_the_next_start(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with mesh.node("ben") as ben:
        with monkeypatch.context() as cut:
            cut.setattr(Searcher, "wake", lambda self: None)
            async with mesh.node("ana") as ana:
                studio, choir = await ana.founds("studio"), await ana.founds("choir")
                for network in (studio, choir):
                    await ben.joins(ana.line(network))
                record = await ben.logs("Landing page", "studio")
                await ana.sees(lambda: ana.text_of(record) is not None)
                await networks.leave(ben.office, studio)
                order = await erases(ben, record)
                await ana.sees(lambda: ana.has(order))
                assert ana.text_of(record) is not None
                assert ana.opened.reader.rows(SearchEntry) == (SearchEntry(order),)
    async with mesh.node("ana") as ana:
        await is_gone(ana, record)
        assert ana.opened.reader.rows(SearchEntry) == ()
