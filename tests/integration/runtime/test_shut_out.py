"""Who was ended while away, and shares nothing else: the others say nothing, and the own node says what it sees."""

from functools import partial
from pathlib import Path

import pytest

from meshnode.runtime.requests import networks, organisations
from meshnode.runtime.watching import shut_out
from meshnode.runtime.watching.finding import Finding
from meshnode.runtime.watching.health import Watch
from meshproto.records.ids import ScopeId, to_text
from tests.integration.runtime.test_devices import lets_in, paired
from tests.integration.runtime.test_organisations import comes_in, founds, hires, states
from tests.support.meshes import Mesh, Node


@pytest.fixture
def mesh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mesh:
    monkeypatch.setattr(shut_out, "PATIENCE_MS", 0)
    return Mesh(tmp_path)


def told(node: Node) -> list[Finding]:
    """What the owner is told of networks that nobody shares with the node."""
    watch = Watch(node.office, node.opened.home.folder)
    watch.look()
    return [each for each in watch.troubles if each.name == "shut out"]


def says(node: Node, about: str) -> bool:
    return any(about in each.text for each in told(node))


def meets(node: Node, other: Node) -> bool:
    return any(each.agent == other.office.me for each in node.opened.node.presence.connected.values())


async def removes(host: Node, scope: ScopeId, who: Node) -> None:
    await host.learns(lambda: states(host, scope, who.office.me) == ["active"])
    roles = [row.record for row in networks.roles_of(host.office, scope, who.office.me)]
    await networks.remove(host.office, scope, roles, "cause")
    await host.learns(lambda: states(host, scope, who.office.me) == ["removed"])
    await host.office.projector.caught_up()


async def test_a_member_removed_while_away_is_told_who_is_there_and_shares_nothing(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        studio = await ana.founds(is_open=False)
        async with mesh.node("ben") as ben:
            await comes_in(ben, ana, studio)
            assert told(ben) == []
        await removes(ana, studio, ben)
        async with mesh.node("ben") as ben:
            await ben.learns(partial(says, ben, "Ana of studio, connected now, shares it with you no longer"))
            assert [each.fix for each in told(ben)] == [
                "meshnode network leave 'studio', if you are not in it any more"
            ]
            items = (await ben.api().does("GET", "/networks"))["items"]
            (shown,) = [each for each in items if each["id"] == to_text(studio)]
            assert (shown["standing"], [each["name"] for each in shown["withheld_by"]]) == ("active", ["Ana"])
            assert await networks.leave(ben.office, studio)
            assert told(ben) == []
            assert told(ana) == []


async def test_a_dismissed_clerk_who_shares_nothing_else_is_told(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        mates = await ana.founds("mates", is_open=False)
        async with mesh.node("carol") as carol:
            await comes_in(carol, ana, mates)
            firm = await founds(ana)
            await hires(ana, carol, firm)
            assert await networks.leave(carol.office, mates)
        await organisations.dismiss(ana.office, firm, carol.office.me, "cause")
        await ana.learns(lambda: states(ana, firm, carol.office.me) == ["removed"])
        await ana.office.projector.caught_up()
        async with mesh.node("carol") as carol:
            await carol.learns(partial(says, carol, "Ana of Blue, connected now, shares it with you no longer"))
            assert [each.fix for each in told(carol)] == ["meshnode org leave 'Blue', if you are not in it any more"]
            assert await organisations.leave(carol.office, firm)
            assert told(carol) == []


async def test_a_device_ended_while_away_is_told_by_silence_in_a_network_where_its_owner_stands(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ben.founds(is_open=False)
        await comes_in(ana, ben, studio)
        words = await paired(mesh, ana)
        async with mesh.node("laptop") as laptop:
            await lets_in(ana, words)
            key = laptop.opened.node.identity.key.public
            await laptop.learns(lambda: states(laptop, studio, ana.office.me) == ["active"])
            await laptop.learns(lambda: laptop.office.name(ben.office.me) == "Ben")
            await laptop.learns(partial(meets, laptop, ben))
        await ana.office.devices.revoke("laptop", "lost")
        await ben.learns(lambda: ben.office.mandates.is_device(ana.office.me, key) is False)
        mesh.cut("ana", "laptop")
        async with mesh.node("laptop") as laptop:
            await laptop.learns(partial(says, laptop, "Ben of studio, connected now, shares it with you no longer"))
