"""An identity that lost every device comes back: from a peer or a file, with the words."""

from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from meshnode.app.compose import Network
from meshnode.app.endings import Ending, Exit
from meshnode.app.init import create
from meshnode.app.recover import Source, finish, holder_of, prepare, source_of
from meshnode.config.load import load
from meshnode.config.places import locate
from meshnode.core.rows import JoinedEntry, NoteEntry
from meshnode.exchange.bundles import Bundles
from meshnode.exchange.office_desk import OfficeDesk
from meshnode.runtime import notes
from meshnode.runtime.lines import vouching
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import erasures
from meshnode.store.keyfile import read_secret
from meshnode.store.protection import WORDS_FILE
from meshproto.fold.standing import Status
from meshproto.records.ids import AgentId
from meshproto.records.signatures import SigningKey
from tests.integration.runtime.test_closed_networks import enters, invites
from tests.integration.runtime.test_devices import comes_to, status, two_laptops
from tests.support.bargains import state
from tests.support.meshes import Mesh, Node, until


def committed(mesh: Mesh, name: str) -> list[SigningKey]:
    """Make a home with recovery words; returns the key they stand for."""
    places = locate(mesh.folder / name, {})
    create(places, name.capitalize(), recovery=True)
    return [holder_of(read_secret(places.data / WORDS_FILE, None).decode().split())]


async def from_peer(helper: Node, agent: bytes, *, suffices: bool = False) -> Source:
    """Where to recover from: a member who vouches."""
    await helper.office.projector.caught_up()
    line = await vouching.vouch(helper.opened.node, AgentId(agent), suffices=suffices)
    return Source(line.agent, secret=line.secret, peer=line.peer, addresses=line.addresses)


async def recovers(mesh: Mesh, source: Source, holders: list[SigningKey], name: str = "new") -> int:
    """Recover into a new home; returns how many devices were ended."""
    places = locate(mesh.folder / name, {})
    prepare(places, source)
    meeting = Network(mesh.links.transport(name))
    return (await finish(places, load(None, {}), source, holders, None, meeting)).ended


async def test_identity_records_and_networks_come_back_from_one_peer(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    async with mesh.node("ben") as ben:
        network = await ben.founds()
        async with mesh.node("ana") as ana:
            await ana.joins(ben.line(network))
            before = await ana.logs("Before the theft", "studio")
            await ben.sees(lambda: ben.has(before))
            me = ana.office.me
        assert await recovers(mesh, await from_peer(ben, me), holders) == 1
        async with mesh.node("new") as new:
            assert new.office.me == me
            assert new.office.devices.standing() is None
            assert new.has(before)
            after = await new.logs("After it", "studio")
            private = await new.logs("In the new notebook")
            await comes_to(new, private, Status.YES)
            await comes_to(ben, after, Status.YES)
            assert await status(ben, before) is Status.YES
            assert new.office.lookups.forks() == ben.office.lookups.forks() == ()
            await erasures.erase(new.office, [before], "art17")
            await ben.learns(lambda: ben.text_of(before) is None)
            assert new.text_of(before) is None


async def test_agreements_come_back_and_stay_signed(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    async with mesh.node("ben") as ben:
        network = await ben.founds()
        async with mesh.node("ana") as ana:
            await ana.joins(ben.line(network))
            await ben.learns(lambda: ben.office.lookups.standing_in(ana.office.me, network) is not None)
            parties = [{"who": who, "roles": ["provider"]} for who in ("me", "Ana")]
            made = await ben.api().does("POST", "/agreements", {"title": "Shop", "parties": parties})
            await until(partial(state, ana, made["id"]), "proposed")
            await ana.api().does("POST", "/agreements/shop/signatures", {})
            await until(partial(state, ben, made["id"]), "in_force")
            me = ana.office.me
        assert await recovers(mesh, await from_peer(ben, me), holders) == 1
        async with mesh.node("new") as new:
            for node in (new, ben):
                await until(partial(state, node, made["id"]), "in_force")
            change = await ben.api().does("POST", f"/agreements/{made['id']}/versions", {"notice_days": 30})
            await until(partial(state, new, change["version"]), "proposed")
            await new.api().does("POST", "/agreements/shop/signatures", {})
            await until(partial(state, ben, change["version"]), "in_force")


async def test_a_lost_device_that_comes_up_again_signs_no_more(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    async with mesh.node("ben") as ben:
        network = await ben.founds()
        async with mesh.node("ana") as ana:
            await ana.joins(ben.line(network))
            await ana.logs("Before", "studio")
            me = ana.office.me
        await recovers(mesh, await from_peer(ben, me), holders)
        async with mesh.node("ana") as thief:
            await thief.learns(lambda: thief.office.devices.standing() is not None)
            with pytest.raises(Refusal) as refused:
                await thief.logs("Stolen", "studio")
            assert refused.value.code is Code.NOT_AUTHORISED
            await thief.learns(lambda: thief.opened.reader.entry(NoteEntry, (notes.ENDED,)) is not None)


async def test_recovery_ends_every_device(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    async with two_laptops(mesh) as (ana, laptop):
        me, network = ana.office.me, await ana.founds()
        await laptop.learns(lambda: laptop.opened.reader.network(network) is not None)
        source = await from_peer(laptop, me)
        assert await recovers(mesh, source, holders) == 2
        await laptop.learns(lambda: laptop.office.devices.standing() is not None)
        assert [each.state for each in laptop.office.devices.all()] == ["replaced", "active", "revoked"]


async def test_everything_comes_back_from_a_file_the_notebook_too(tmp_path: Path) -> None:
    mesh, file = Mesh(tmp_path), tmp_path / "all.bundle"
    holders = committed(mesh, "ana")
    async with mesh.node("ana") as ana:
        network = await ana.founds()
        entries = [await ana.logs("Alone"), await ana.logs("Shared", "studio")]
        await Bundles(OfficeDesk(ana.office), ana.opened.store.reader).write(file)
        notebook = ana.office.notebook
    source = source_of(None, file, holders)
    assert (source.notebook, source.networks) == (notebook, ((network, "studio"),))
    assert await recovers(mesh, source, holders) == 1
    async with mesh.node("new") as new:
        assert new.has(*entries)
        assert new.office.notebook == notebook
        assert {row.slug for row in new.opened.reader.rows(JoinedEntry)} == {"notebook", "studio"}
        await comes_to(new, await new.logs("Going on"), Status.YES)
        assert await status(new, entries[0]) is Status.YES
        assert new.office.rootkeys.recovery().need == 1


async def test_other_words_recover_nothing_and_the_right_ones_finish_it(tmp_path: Path) -> None:
    mesh, file = Mesh(tmp_path), tmp_path / "all.bundle"
    holders = committed(mesh, "ana")
    async with mesh.node("ana") as ana:
        await Bundles(OfficeDesk(ana.office), ana.opened.store.reader).write(file)
    others = [SigningKey(sha256(b"others").digest())]
    with pytest.raises(Ending) as ended:
        source_of(None, file, others)
    assert ended.value.exit is Exit.VERIFICATION
    source = source_of(None, file, holders)
    with pytest.raises(Ending) as ended:
        await recovers(mesh, source, others)
    assert ended.value.exit is Exit.VERIFICATION
    assert await recovers(mesh, source, holders) == 1
    assert await recovers(mesh, source, holders) == 0


async def test_a_recovered_identity_is_recovered_again_with_the_same_words(tmp_path: Path) -> None:
    mesh, file = Mesh(tmp_path), tmp_path / "all.bundle"
    holders = committed(mesh, "ana")
    async with mesh.node("ana") as ana:
        await Bundles(OfficeDesk(ana.office), ana.opened.store.reader).write(file)
    await recovers(mesh, source_of(None, file, holders), holders)
    async with mesh.node("new") as new:
        await Bundles(OfficeDesk(new.office), new.opened.store.reader).write(file)
    assert await recovers(mesh, source_of(None, file, holders), holders, "newest") == 1
    async with mesh.node("newest") as newest:
        await comes_to(newest, await newest.logs("Third machine"), Status.YES)
        assert [each.state for each in newest.office.devices.all()].count("active") == 1


async def test_a_closed_network_comes_back_from_a_member(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    async with mesh.node("ben") as ben, mesh.node("carol") as carol:
        studio = await ben.founds(is_open=False)
        await enters(carol, await invites(ben, studio))
        async with mesh.node("ana") as ana:
            await enters(ana, await invites(ben, studio))
            before = await ana.logs("Before the theft", "studio")
            await comes_to(carol, before, Status.YES)
            me = ana.office.me
        assert await recovers(mesh, await from_peer(ben, me), holders) == 1
        async with mesh.node("new") as new:
            assert {row.network for row in new.opened.reader.rows(JoinedEntry)} == {studio, new.office.notebook}
            await comes_to(new, before, Status.YES)
            after = await new.logs("After it", "studio")
            for each in (ben, carol):
                await comes_to(each, after, Status.YES)
                assert await status(each, before) is Status.YES
                assert each.office.lookups.forks() == ()


async def test_who_cannot_show_a_recovery_key_learns_nothing_of_a_closed_network(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    committed(mesh, "ana")
    async with mesh.node("ben") as ben:
        studio = await ben.founds(is_open=False)
        async with mesh.node("ana") as ana:
            await enters(ana, await invites(ben, studio))
            await comes_to(ben, await ana.logs("Secret", "studio"), Status.YES)
            me = ana.office.me
        for number, holders in enumerate(([SigningKey(bytes(32))], [])):
            with pytest.raises(Ending) as ended:
                await recovers(mesh, await from_peer(ben, me), holders, f"eve{number}")
            assert ended.value.exit is Exit.VERIFICATION
            async with mesh.node(f"eve{number}") as eve:
                assert eve.opened.reader.network(studio) is None
                assert eve.opened.reader.record(me) is None


async def test_a_second_member_brings_back_another_network(tmp_path: Path) -> None:
    mesh = Mesh(tmp_path)
    holders = committed(mesh, "ana")
    async with mesh.node("ben") as ben, mesh.node("dora") as dora:
        studio, choir = await ben.founds(is_open=False), await dora.founds("choir", is_open=False)
        async with mesh.node("ana") as ana:
            await enters(ana, await invites(ben, studio))
            await enters(ana, await invites(dora, choir))
            sung = await ana.logs("Sung", "choir")
            await comes_to(dora, sung, Status.YES)
            await comes_to(ben, await ana.logs("Drawn", "studio"), Status.YES)
            me = ana.office.me
        await recovers(mesh, await from_peer(ben, me), holders)
        assert await recovers(mesh, await from_peer(dora, me), holders) == 0
        async with mesh.node("new") as new:
            await comes_to(new, sung, Status.YES)
            await comes_to(dora, await new.logs("Sung again", "choir"), Status.YES)
            assert await status(dora, sung) is Status.YES
            assert await status(new, sung) is Status.YES
