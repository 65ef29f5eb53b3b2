"""Contact cards between whole nodes: who shares no network becomes known, can be named, and is then carried."""

from functools import partial
from pathlib import Path

import pytest

from meshnode.app.init import become_device
from meshnode.config.places import locate
from meshnode.core.drafts import SignedRecords
from meshnode.runtime.lines.cards import LONGEST_LINE, read_card, write_card
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import cards, networks, organisations, people
from meshnode.runtime.requests.organisations import Founding, Job
from meshnode.runtime.requests.somebody import find_agent
from meshproto.records.ids import AgentId, ScopeId, log_id
from tests.support.meshes import Mesh, Node
from tests.support.patience import DEADLINE


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


def stands(node: Node, scope: ScopeId, who: bytes) -> list[str]:
    return [row.standing for row in node.office.lookups.standings(scope) if row.agent == who]


async def test_a_card_names_somebody_who_shares_no_network(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await people.set_profile(ben.office, {"name": "Ben Ruiz", "contact": "ben@example.org"})
        line = (await cards.own_card(ben.office)).line
        assert len(line) <= LONGEST_LINE
        seen = cards.look_at(ana.office, line)
        assert seen.told()["contact"] == "ben@example.org"
        with pytest.raises(Refusal, match="nobody is known here as"):
            await find_agent(ana.office, "Ben Ruiz")
        await cards.take_in(ana.office, line)
        assert await find_agent(ana.office, "Ben Ruiz") == ben.office.me


async def test_who_is_known_by_a_card_founds_and_works_for_an_organisation(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("carol") as carol:
        for each in (ben, carol):
            await cards.take_in(ana.office, (await cards.own_card(each.office)).line)
        others = (await find_agent(ana.office, "Ben"),)
        firm = await organisations.found(ana.office, Founding("Blue", others=others))
        await ana.office.projector.caught_up()
        assert await organisations.enter(ben.office, ana.line(firm), DEADLINE)
        await organisations.accept(ben.office, firm)
        await ana.learns(lambda: stands(ana, firm, ben.office.me) == ["active"])
        await organisations.hire(ana.office, firm, await find_agent(ana.office, "Carol"), Job())
        assert await organisations.enter(carol.office, ana.line(firm), DEADLINE)
        await organisations.accept(carol.office, firm)
        for each in (ana, ben):
            await each.learns(partial(lambda node: stands(node, firm, carol.office.me) == ["active"], each))
            assert each.office.name(carol.office.me) == "Carol"


async def test_who_is_known_by_a_card_is_offered_a_role_by_name(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds(is_open=False)
        await cards.take_in(ana.office, (await cards.own_card(ben.office)).line)
        await networks.appoint(ana.office, studio, await find_agent(ana.office, "Ben"), "core", delegate=False, rows=())
        assert await ben.joins(ana.line(studio))
        await ana.learns(lambda: "active" in stands(ana, studio, ben.office.me))


async def test_the_card_of_an_organisation_names_it_where_nobody_shares_anything(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        firm = await organisations.found(ana.office, Founding("Blue", "Boats"))
        await ana.office.projector.caught_up()
        made = await cards.own_card(ana.office, firm)
        seen = await cards.take_in(ben.office, made.line)
        assert (bytes(seen.agent), seen.person, seen.told()["purpose"]) == (bytes(firm), ana.office.me, "Boats")
        assert await ben.office.find_organisation("Blue") == firm
        assert await find_agent(ben.office, "Blue") == AgentId(firm)
        studio = await ben.founds(is_open=False)
        await networks.appoint(ben.office, studio, AgentId(firm), "core", delegate=False, rows=())
        with pytest.raises(Refusal, match="nobody has let you sign for Blue"):
            await cards.own_card(ben.office, firm)


async def test_a_second_device_gives_a_card_that_proves_it_and_is_let_in(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        async with mesh.node("ben") as ben:
            words = become_device(locate(mesh.folder / "laptop", {}), await ben.office.pairings.begin("laptop")).words
            async with mesh.node("laptop") as laptop:
                await ben.learns(lambda: words in ben.office.pairings.asking())
                await ben.office.pairings.confirm(words)
                await laptop.learns(lambda: laptop.office.devices.standing() is None)
        async with mesh.node("laptop") as laptop:  # The first device is gone: only this one can show who it is.
            card = await cards.take_in(ana.office, (await cards.own_card(laptop.office)).line)
            assert (card.agent, card.key) == (laptop.office.me, laptop.office.node.identity.key.public)
            firm = await organisations.found(ana.office, Founding("Blue", others=(card.agent,)))
            assert await organisations.enter(laptop.office, ana.line(firm), DEADLINE)
            await organisations.accept(laptop.office, firm)
            await ana.learns(lambda: stands(ana, firm, card.agent) == ["active"])


async def test_a_card_says_only_what_its_signer_may_say(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("eve") as eve:
        card, mine = (await cards.own_card(ben.office)).card, (await cards.own_card(eve.office)).card
        key, me = eve.office.node.identity.key, ana.office.node.identity
        both = SignedRecords(card.records.runs + mine.records.runs, card.records.privates)
        for forged in (
            card._replace(addresses=mine.addresses, peer=mine.peer),
            card._replace(records=both),
            card._replace(records=both, person=mine.person),
        ):
            with pytest.raises(Refusal) as refusal:
                read_card(write_card(forged, key), me)
            assert refusal.value.code is Code.VERIFICATION_FAILED
        with pytest.raises(Refusal, match="your own card"):
            cards.look_at(eve.office, write_card(mine, key))
        assert ana.opened.reader.log(log_id(ben.office.me, ben.office.node.identity.key.public)) is None
