"""Networks by invitation between whole nodes: people are let in, get and lose roles, and go."""

from functools import partial
from pathlib import Path

import pytest

from meshnode.runtime.lines.invitations import Invitation
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import networks
from meshproto.records.ids import ScopeId
from tests.support.meshes import Mesh, Node
from tests.support.patience import DEADLINE


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def invites(node: Node, network: ScopeId, *, uses: int = 1, role: str = "core") -> Invitation:
    return (await networks.invite(node.office, network, role, uses, 3600)).line


async def enters(node: Node, line: Invitation) -> ScopeId:
    entered = await networks.enter(node.office, line, DEADLINE)
    assert entered is not None, "nobody answered"
    await node.office.projector.caught_up()
    return entered


def state_of(node: Node, network: ScopeId, who: Node) -> list[str]:
    return [row.standing for row in node.office.lookups.standings(network) if row.agent == who.office.me]


async def test_who_is_invited_comes_in_and_writes(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds(is_open=False)
        secret = await ana.logs("Before", "studio")
        assert await enters(ben, await invites(ana, studio)) == studio
        await ben.sees(lambda: ben.has(secret))
        work = await ben.logs("After", "studio")
        await ana.sees(lambda: ana.has(work))
        await ana.office.projector.caught_up()
        assert state_of(ana, studio, ben) == ["active"]
        standing = await ana.office.projector.standing(work)
        assert standing is not None
        assert standing.counts


async def test_an_invitation_leads_into_an_open_network_in_the_role_that_it_names(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds(is_open=True)
        line = await invites(ana, studio, role="client")
        assert await enters(ben, line) == studio
        assert [row.role for row in networks.roles_of(ben.office, studio, ben.office.me)] == ["client"]
        work = await ben.logs("After", "studio")
        await ana.sees(lambda: ana.has(work))
        await ana.office.projector.caught_up()
        standing = await ana.office.projector.standing(work)
        assert standing is not None
        assert standing.counts
        assert await enters(ben, line) == studio  # as after a crash, when nobody knows whether it was done
        assert state_of(ana, studio, ben) == ["active"]


async def shut_out(node: Node, line: Invitation) -> tuple[Code, str]:
    with pytest.raises(Refusal) as refusal:
        await networks.enter(node.office, line, DEADLINE)
    return refusal.value.code, refusal.value.detail


async def test_an_invitation_is_used_up_withdrawn_expired_or_nobodys(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("carol") as carol:
        studio = await ana.founds(is_open=False)
        once = await invites(ana, studio)
        await enters(ben, once)
        await ana.learns(lambda: state_of(ana, studio, ben) == ["active"])
        await ana.office.projector.caught_up()
        assert await shut_out(carol, once) == (Code.CONFLICT, "this invitation is used up")
        made = await networks.invite(ana.office, studio, "core", 1, 3600)
        await networks.remove(ana.office, studio, [made.grant], "end")
        await ana.office.projector.caught_up()
        assert await shut_out(carol, made.line) == (Code.NOT_AUTHORISED, "this invitation was withdrawn")
        late = Invitation(made.line.secret, 1, made.line.peer, made.line.addresses)
        assert await shut_out(carol, late) == (Code.NOT_AUTHORISED, "this invitation has expired")
        wrong = Invitation(b"?" * 16, 0, made.line.peer, made.line.addresses)
        assert await shut_out(carol, wrong) == (Code.NOT_AUTHORISED, "nobody at this invitation's address knows it")
        assert carol.opened.reader.network(studio) is None


async def test_who_is_removed_is_served_nothing_more(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds(is_open=False)
        await enters(ben, await invites(ana, studio))
        await ana.learns(lambda: state_of(ana, studio, ben) == ["active"])
        roles = [row.record for row in networks.roles_of(ana.office, studio, ben.office.me)]
        await networks.remove(ana.office, studio, roles, "cause")
        await ana.learns(lambda: state_of(ana, studio, ben) == ["removed"])
        await ana.office.projector.caught_up()
        secret = await ana.logs("After", "studio")
        await ben.hears(lambda: studio in ben.opened.node.presence.closed)
        assert not ben.has(secret)
        await ben.learns(lambda: state_of(ben, studio, ben) == ["removed"])
        with pytest.raises(Refusal):
            await ben.logs("From outside", "studio")


async def test_who_leaves_is_told_to_those_who_stay(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds(is_open=False)
        await enters(ben, await invites(ana, studio))
        assert await networks.leave(ben.office, studio)
        await ana.learns(lambda: state_of(ana, studio, ben) == ["left"])
        assert studio not in ben.opened.node.standings or not ben.opened.node.standings[studio].roles


async def test_leaving_while_nobody_is_there_is_finished_later(mesh: Mesh) -> None:
    async with mesh.node("ben") as ben:
        async with mesh.node("ana") as ana:
            studio = await ana.founds(is_open=False)
            await enters(ben, await invites(ana, studio))
            await ana.learns(lambda: state_of(ana, studio, ben) == ["active"])
        assert not await networks.leave(ben.office, studio)
        async with mesh.node("ana") as ana:
            await ana.learns(lambda: state_of(ana, studio, ben) == ["left"])
            await ben.hears(lambda: not ben.office.joins.is_leaving(studio))


async def test_a_steward_invites_and_a_relay_only_carries(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("carol") as carol:
        studio = await ana.founds(is_open=False)
        await enters(ben, await invites(ana, studio))
        await ana.learns(lambda: state_of(ana, studio, ben) == ["active"])
        with pytest.raises(Refusal):
            await invites(ben, studio)
        await networks.appoint(ana.office, studio, ben.office.me, "steward", delegate=False, rows=())
        await ben.learns(lambda: "invited" in state_of(ben, studio, ben))
        await networks.accept(ben.office, studio)
        await ben.office.projector.caught_up()
        await enters(carol, await invites(ben, studio, role="observer"))
        await ana.learns(lambda: state_of(ana, studio, carol) == ["active"])
        with pytest.raises(Refusal):
            await carol.logs("Observers do not work", "studio")


async def test_two_stewards_race_over_one_invitation_and_all_see_the_same(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("carol") as carol, mesh.node("dan") as dan:
        studio = await ana.founds(is_open=False)
        await enters(ben, await invites(ana, studio))
        await ana.learns(lambda: state_of(ana, studio, ben) == ["active"])
        line = await invites(ana, studio)
        await ben.learns(lambda: any(door.state == "open" for door in ben.opened.node.standings[studio].doors))
        mesh.cut("ana", "ben")
        mesh.cut("carol", "dan")
        mesh.cut("ana", "dan")
        mesh.cut("ben", "carol")
        other = Invitation(line.secret, line.expires, ben.opened.node.peer, ben.opened.node.listening)
        await enters(carol, line)
        await enters(dan, other)
        for one, two in (("ana", "ben"), ("carol", "dan"), ("ana", "dan"), ("ben", "carol")):
            mesh.heal(one, two)
        for node in (ana, ben, carol, dan):
            for who in (carol, dan):
                await node.learns(partial(is_excess, node, studio, who))
        nodes = (ana, ben, carol, dan)
        await ana.learns(lambda: len({node.opened.node.standings[studio].doors for node in nodes}) == 1)


def is_excess(node: Node, network: ScopeId, who: Node) -> bool:
    """Whether a node shows that somebody came in by an invitation that was used too often."""
    rows = [row.record for row in node.office.lookups.standings(network) if row.agent == who.office.me]
    entries = [node.office.lookups.entry(each) for each in rows]
    return [each.flags for each in entries if each is not None] == ["excess"]
