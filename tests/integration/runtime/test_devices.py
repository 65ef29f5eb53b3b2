"""Two devices of one owner, with real homes: paired, writing at once, and one of them ended."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from meshnode.app.init import become_device
from meshnode.config.places import locate
from meshnode.core.founding import awaited_founders
from meshnode.core.rows import JoinedEntry, NoteEntry
from meshnode.runtime import notes
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import choices, erasures
from meshproto.fold.standing import Status
from meshproto.records.ids import RecordId, ScopeId, to_text
from tests.support.meshes import Mesh, Node
from tests.support.patience import DEADLINE


async def paired(mesh: Mesh, first: Node, name: str = "laptop") -> str:
    """Make a home that waits to be let in by `first`; returns the words it shows."""
    line = await first.office.pairings.begin(name)
    return become_device(locate(mesh.folder / name, {}), line).words


async def lets_in(first: Node, words: str) -> RecordId:
    """Wait until a device asks, and let in the one with these words."""
    await first.learns(lambda: words in first.office.pairings.asking())
    return (await first.office.pairings.confirm(words))[0]


async def status(node: Node, record: RecordId) -> Status | None:
    standing = await node.office.projector.standing(record)
    return standing.status if standing else None


async def comes_to(node: Node, record: RecordId, wanted: Status) -> None:
    """Wait until a node has folded a record to some status."""
    with trio.fail_after(DEADLINE):
        while await status(node, record) is not wanted:
            await node.office.projector.after_pass(node.office.projector.passes)


def has_notebook(node: Node) -> bool:
    """Whether the founding of the owner's notebook is here: nothing counts there before."""
    facts = node.opened.reader.network(node.office.notebook)
    return facts is not None and not awaited_founders(node.opened.reader, node.office.notebook, facts.founders)


@asynccontextmanager
async def two_laptops(mesh: Mesh) -> AsyncIterator[tuple[Node, Node]]:
    """Ana's first node and her second, let in."""
    async with mesh.node("ana") as ana:
        words = await paired(mesh, ana)
        async with mesh.node("laptop") as laptop:
            await lets_in(ana, words)
            await laptop.learns(lambda: laptop.office.devices.standing() is None)
            await laptop.learns(lambda: has_notebook(laptop))
            yield ana, laptop


async def test_a_new_device_is_let_in_by_its_words_and_writes(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with two_laptops(mesh) as (ana, laptop):
        assert laptop.office.me == ana.office.me
        note = await laptop.logs("On the second laptop")
        await ana.sees(lambda: ana.has(note))
        await comes_to(ana, note, Status.YES)
        first, second = ana.office.devices.all()
        assert (first.grant, second.name, second.state) == (b"", "laptop", "active")
        assert second.key == laptop.opened.node.identity.key.public


async def test_before_it_is_let_in_it_says_so_and_writes_nothing(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with mesh.node("ana") as ana:
        words = await paired(mesh, ana)
        async with mesh.node("laptop") as laptop:
            assert laptop.office.devices.words() == words
            with pytest.raises(Refusal) as refused:
                await laptop.logs("Too early")
            assert refused.value.code is Code.NOT_AUTHORISED
            with pytest.raises(Refusal) as refused:
                await ana.office.pairings.confirm("four-words-nobody-shows")
            assert refused.value.code is Code.VERIFICATION_FAILED


async def test_what_one_device_wrote_is_erased_by_the_other(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with two_laptops(mesh) as (ana, laptop):
        one, other = await ana.logs("Of the first"), await laptop.logs("Of the second")
        await ana.sees(lambda: ana.text_of(other) is not None)
        await laptop.sees(lambda: laptop.text_of(one) is not None)
        await erasures.erase(laptop.office, [one], "art17")
        await erasures.erase(ana.office, [other], "art17")
        await ana.learns(lambda: ana.text_of(one) is ana.text_of(other) is None)
        await laptop.learns(lambda: laptop.text_of(one) is laptop.text_of(other) is None)


async def test_both_write_at_once_and_no_log_forks(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with two_laptops(mesh) as (ana, laptop):
        mesh.cut("ana", "laptop")
        here, there = [await ana.logs(f"A{n}") for n in range(3)], [await laptop.logs(f"B{n}") for n in range(3)]
        mesh.heal("ana", "laptop")
        await ana.sees(lambda: ana.has(*there))
        await laptop.sees(lambda: laptop.has(*here))
        for node in (ana, laptop):
            await node.office.projector.caught_up()
            assert node.office.lookups.forks() == ()


async def test_a_network_joined_on_one_device_is_joined_on_the_other(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with two_laptops(mesh) as (ana, laptop):
        network = await ana.founds("studio")
        await laptop.learns(lambda: any(row.network == network for row in laptop.opened.reader.rows(JoinedEntry)))
        await laptop.learns(lambda: laptop.office.name(network) == "studio")
        note = await laptop.logs("From the second laptop", "studio")
        await comes_to(ana, note, Status.YES)


async def test_a_network_followed_on_one_device_is_not_joined_on_the_other(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with two_laptops(mesh) as (ana, laptop), mesh.node("ben") as ben:
        followed = await ben.founds("workshop")
        await choices.follow(ana.office, to_text(followed), 0.5)
        joined = await ana.founds("studio")
        await laptop.learns(lambda: any(row.network == joined for row in laptop.opened.reader.rows(JoinedEntry)))
        assert not any(row.network == followed for row in laptop.opened.reader.rows(JoinedEntry))


async def test_what_an_ended_device_signed_stays_and_it_signs_no_more(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with two_laptops(mesh) as (ana, laptop):
        before = await laptop.logs("Before")
        await comes_to(ana, before, Status.YES)
        (end,) = await ana.office.devices.revoke("laptop", "lost")
        await laptop.learns(lambda: laptop.office.devices.standing() is not None)
        with pytest.raises(Refusal) as refused:
            await laptop.logs("After")
        assert refused.value.code is Code.NOT_AUTHORISED
        assert await status(ana, before) is Status.YES
        await laptop.learns(lambda: laptop.opened.reader.entry(NoteEntry, (notes.ENDED,)) is not None)
        await ana.office.projector.caught_up()
        assert ana.office.devices.find("laptop")[3:5] == ("revoked", end)


async def test_what_an_ended_device_signs_unknowingly_is_contested_everywhere(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with two_laptops(mesh) as (ana, laptop):
        before = await laptop.logs("Before")
        await comes_to(ana, before, Status.YES)
        mesh.cut("ana", "laptop")
        late = await laptop.logs("Signed by a thief")
        await ana.office.devices.revoke("laptop", "compromise")
        mesh.heal("ana", "laptop")
        await ana.logs("Something more")
        await laptop.learns(lambda: laptop.office.devices.standing() is not None)
        await comes_to(laptop, late, Status.CONTESTED)
        assert await status(laptop, before) is Status.YES


async def test_a_device_that_was_let_in_stays_so_after_a_restart(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with two_laptops(mesh) as (_, laptop):
        await laptop.learns(lambda: (note := laptop.opened.reader.entry(NoteEntry, (notes.GRANT,))) and note.value)
    async with mesh.node("laptop") as laptop:
        await laptop.logs("Alone")


async def test_only_the_first_device_lets_others_in(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    async with two_laptops(mesh) as (_, laptop):
        with pytest.raises(Refusal, match="cannot let others in"):
            await laptop.office.pairings.begin("phone")


async def test_what_an_ended_device_signed_stays_however_many_logs_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshnode.runtime.devices.SEEN_MOST", 1)
    mesh = Mesh(tmp_path)
    async with two_laptops(mesh) as (ana, laptop):
        names = ("one", "two", "three")
        for name in names:
            network = await ana.founds(name, is_open=False)
            await laptop.learns(partial(stands_in, laptop, network))
        works = [await laptop.logs("There", name) for name in names]
        await ana.sees(lambda: ana.has(*works))
        for work in works:
            await comes_to(ana, work, Status.YES)
        (end,) = await ana.office.devices.revoke("laptop", "lost")
        await ana.office.projector.caught_up()
        assert [await status(ana, work) for work in works] == [Status.YES] * 3
        assert ana.office.devices.find("laptop")[3:5] == ("revoked", end)


def stands_in(node: Node, network: bytes) -> bool:
    told = node.opened.node.standings.get(ScopeId(network))
    return told is not None and bool(told.roles)
