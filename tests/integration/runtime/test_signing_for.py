"""Signing for an organisation where that cannot be: every refusal names it, and the command it names helps."""

from pathlib import Path

import pytest

from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import amounts, decisions, networks, organisations, people, projects, work
from meshnode.runtime.requests.charters import Wish
from meshnode.runtime.requests.organisations import Founding, Job
from meshproto.records.ids import AgentId, RecordId, ScopeId
from tests.support.meshes import Mesh, Node
from tests.support.patience import DEADLINE


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def logs(node: Node, network: str, firm: str = "Blue") -> RecordId:
    wish = work.Work(title="Hull", quantity=amounts.seconds(3600), network=network, as_=firm)
    return (await work.log(node.office, wish))[0]


async def refused(node: Node, network: str, firm: str = "Blue") -> Refusal:
    with pytest.raises(Refusal) as refusal:
        await logs(node, network, firm)
    return refusal.value


async def joins(node: Node, network: str, firm: ScopeId) -> bool:
    """As `network join NAME --as firm` does."""
    line = await people.named_line(node.office, network)
    done = await people.join(node.office, line, DEADLINE, firm)
    await node.office.projector.caught_up()
    return done


async def founds(
    node: Node, name: str = "Blue", *, others: tuple[AgentId, ...] = (), sensitive: tuple[str, ...] = ()
) -> ScopeId:
    firm = await organisations.found(node.office, Founding(name, others=others, sensitive=sensitive))
    await node.office.projector.caught_up()
    return firm


async def hires(host: Node, node: Node, firm: ScopeId, job: Job | None = None) -> None:
    await organisations.hire(host.office, firm, node.office.me, job or Job())
    assert await organisations.enter(node.office, host.line(firm), DEADLINE)


async def test_a_firm_joins_an_open_network_of_its_person_by_name(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        await ana.founds("choir")
        firm = await founds(ana)
        no = await refused(ana, "choir")
        assert no.detail.startswith("you have not joined choir for Blue: ")
        assert no.hint == "meshnode network join 'choir' --as 'Blue'"
        assert await joins(ana, "choir", firm)
        await logs(ana, "choir")
        assert await joins(ana, "choir", firm), "once more does no harm"


async def test_a_firm_joins_a_closed_network_of_its_person_by_the_role_it_was_offered(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        mates = await ana.founds("mates", is_open=False)
        firm = await founds(ana)
        no = await refused(ana, "mates")
        assert no.detail == "Blue has no role in mates that allows this"
        assert no.hint == "meshnode network join 'mates' --as 'Blue'"
        with pytest.raises(Refusal) as refusal:
            await joins(ana, "mates", firm)
        assert refusal.value.hint == "for a steward there: meshnode network appoint 'mates' 'Blue' --role core"
        await networks.appoint(ana.office, mates, AgentId(firm), "core", delegate=False, rows=())
        assert await joins(ana, "mates", firm)
        await logs(ana, "mates")
        await networks.appoint(
            ana.office, mates, AgentId(await founds(ana, "Red")), "observer", delegate=False, rows=()
        )
        assert await joins(ana, "mates", await ana.office.find_organisation("Red"))
        narrow = await refused(ana, "mates", "Red")
        assert narrow.detail == "the role of Red in mates does not reach so far"
        assert narrow.hint == "meshnode network members 'mates'"


async def test_a_firm_that_left_an_open_network_comes_back_by_name(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        choir = await ben.founds("choir")
        assert await ana.joins(ben.line(choir))
        firm = await founds(ana)
        assert await joins(ana, "choir", firm)
        await networks.leave(ana.office, choir, firm)
        await ana.office.projector.caught_up()
        assert await joins(ana, "choir", firm)
        assert firm in {row.agent for row in ana.office.lookups.members(choir)}


async def test_a_person_joins_by_name_the_network_that_a_firm_is_in(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        choir = await ben.founds("choir")
        firm = await founds(ana)
        assert await people.join(ana.office, ben.line(choir), DEADLINE, firm)
        await ana.office.projector.caught_up()
        line = await people.named_line(ana.office, "choir")
        assert await people.join(ana.office, line, DEADLINE)
        await ana.office.projector.caught_up()
        assert {ana.office.me, firm} <= {row.agent for row in ana.office.lookups.members(choir)}


async def test_who_is_in_no_network_of_that_name_is_told_of_the_line(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        with pytest.raises(Refusal, match="neither a line to join by nor a network known here"):
            await people.named_line(ana.office, "nowhere")


async def test_who_does_not_sign_for_a_firm_is_told_so_before_anything_else(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("carol") as carol:
        mates = await ana.founds("mates", is_open=False)
        line = (await networks.invite(ana.office, mates, "core", 1, 3600)).line
        assert await networks.enter(carol.office, line, DEADLINE) == mates
        await ana.learns(lambda: ana.office.name(carol.office.me) == "Carol")
        firm = await founds(ana)
        await hires(ana, carol, firm, Job(scopes=("contribution",)))
        no = await refused(carol, "mates")
        assert (no.detail, no.hint) == ("you have not accepted yet to sign for Blue", "meshnode org accept 'Blue'")
        await organisations.accept(carol.office, firm)
        await carol.office.projector.caught_up()
        with pytest.raises(Refusal) as refusal:
            await joins(carol, "mates", firm)
        assert (refusal.value.code, refusal.value.detail[:4]) == (Code.NOT_AUTHORISED, "Blue")
        await networks.appoint(ana.office, mates, AgentId(firm), "core", delegate=False, rows=())
        await networks.accept(ana.office, mates, (), firm)
        await carol.learns(lambda: "active" in [r.standing for r in networks.roles_of(carol.office, mates, firm)])
        await logs(carol, "mates")
        with pytest.raises(Refusal) as refusal:
            await projects.create(carol.office, projects.ProjectWish(title="Refit", network="mates", as_="Blue"))
        assert refusal.value.detail == "what you were given for Blue does not reach so far"
        assert refusal.value.hint == "meshnode org show 'Blue'"
        await organisations.dismiss(ana.office, firm, carol.office.me, "end")
        await carol.learns(lambda: [r.standing for r in carol.office.lookups.standings(firm)][-1] == "removed")
        no = await refused(carol, "mates")
        assert no.detail.startswith("your mandate to sign for Blue was ended")
        assert no.hint == "meshnode org show 'Blue'"


async def test_a_firm_that_waits_for_founders_or_a_decision_or_is_over_is_named(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        choir = await ana.founds("choir")
        assert await ben.joins(ana.line(choir))
        await ana.learns(lambda: ana.office.name(ben.office.me) == "Ben")
        red = await founds(ana, "Red", others=(ben.office.me,))
        with pytest.raises(Refusal, match=r"these have not \(Ben\)"):
            await organisations.hire(ana.office, red, ben.office.me, Job())
        blue = await founds(ana, sensitive=("contribution",))
        assert await joins(ana, "choir", blue)
        no = await refused(ana, "choir")
        assert (no.code, no.detail) == (
            Code.NEEDS_DECISION, "the charter of Blue asks for a decision of its founders first",
        )  # fmt: skip
        (record,) = await decisions.propose(ana.office, blue, Wish(dissolve=True), "")
        await decisions.settle(ana.office, record, own=True)
        no = await refused(ana, "choir")
        assert (no.detail, no.hint) == ("Blue was dissolved", "meshnode decision ls 'Blue' --all")


async def test_who_is_in_neither_network_nor_firm_is_told_of_both(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        choir = await ben.founds("choir")
        assert await ana.joins(ben.line(choir))
        await founds(ana)
        await networks.leave(ana.office, choir)
        no = await refused(ana, "choir")
        assert no.detail.startswith("you have left choir, and Blue has not joined it: ")
        assert no.hint == "meshnode network join 'choir' --as 'Blue'"


async def test_a_record_of_ones_own_is_not_changed_in_the_name_of_a_firm(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        await ana.founds("choir")
        await founds(ana)
        record = await ana.logs("Mine", "choir")
        await ana.office.projector.caught_up()
        with pytest.raises(Refusal) as refusal:
            await work.retract(ana.office, record, "error", as_="Blue")
        assert refusal.value.hint == "it is your own: leave out --as"
