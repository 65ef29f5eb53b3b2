"""Organisations between whole nodes: founding, staff, signing for them, and what others hold of it."""

from functools import partial
from pathlib import Path

import pytest
import trio

from meshnode.core.founding import awaited_founders
from meshnode.runtime.answers.signers import signer_of
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import amounts, networks, organisations, people, work
from meshnode.runtime.requests.organisations import Founding, Job
from meshproto.fold.standing import Status
from meshproto.records.ids import AgentId, RecordId, ScopeId, from_text, to_text
from tests.support.meshes import Mesh, Node, until
from tests.support.patience import DEADLINE


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def comes_in(node: Node, host: Node, network: ScopeId, agent: bytes = b"") -> None:
    """Let somebody into a closed network by an invitation."""
    line = (await networks.invite(host.office, network, "core", 1, 3600)).line
    assert await networks.enter(node.office, line, DEADLINE, agent) == network
    who = agent or node.office.me
    await host.learns(lambda: "active" in states(host, network, who))


async def founds(node: Node, *others: Node, name: str = "Blue") -> ScopeId:
    """Found an organisation; the other founders accept by its line."""
    firm = await organisations.found(node.office, Founding(name, others=tuple(each.office.me for each in others)))
    await node.office.projector.caught_up()
    for each in others:
        await accepts(each, node, firm)
    for each in (node, *others):
        await each.learns(partial(is_founded, each, firm))
    return firm


async def accepts(node: Node, host: Node, firm: ScopeId) -> None:
    """Accept what an organisation offers, by the line of somebody there."""
    assert await organisations.enter(node.office, host.line(firm), DEADLINE)
    await organisations.accept(node.office, firm)
    await node.office.projector.caught_up()


async def hires(host: Node, node: Node, firm: ScopeId, job: Job | None = None) -> RecordId:
    """Let somebody sign for an organisation, and let them accept."""
    (grant,) = await organisations.hire(host.office, firm, node.office.me, job or Job())
    await host.office.projector.caught_up()
    await accepts(node, host, firm)
    await host.learns(lambda: states(host, firm, node.office.me) == ["active"])
    return grant


def is_founded(node: Node, firm: ScopeId) -> bool:
    founders = organisations.founders_of(node.office, firm)
    return bool(founders) and not awaited_founders(node.opened.reader, firm, founders)


def states(node: Node, scope: ScopeId, who: bytes) -> list[str]:
    return [row.standing for row in node.office.lookups.standings(scope) if row.agent == who]


async def logs_as(node: Node, firm: str, title: str, network: str) -> RecordId:
    wish = work.Work(title=title, quantity=amounts.seconds(3600), network=network, as_=firm)
    return (await work.log(node.office, wish))[0]


async def status(node: Node, record: RecordId) -> Status | None:
    await node.office.projector.caught_up()
    found = await node.office.projector.standing(record)
    return None if found is None else found.status


async def counts(node: Node, record: RecordId) -> None:
    """Wait until a record is here and counts."""
    await node.sees(lambda: node.has(record))
    await until(lambda: status(node, record), Status.YES)


async def test_a_firm_comes_into_an_open_network_by_an_invitation_and_need_not_wait(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds(is_open=True)
        firm = await founds(ben)
        line = (await networks.invite(ana.office, studio, "client", 1, 3600)).line
        with trio.fail_after(DEADLINE):
            for _ in range(2):
                assert await networks.enter(ben.office, line, 2 * DEADLINE, firm) == studio
        await ana.learns(lambda: states(ana, studio, firm) == ["active"])


async def test_a_firm_of_three_signs_in_a_closed_network_and_a_member_of_it_sees_who_signed(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("carol") as carol, mesh.node("dan") as dan:
        mates = await ana.founds("mates", is_open=False)
        for each in (ben, carol):
            await comes_in(each, ana, mates)
        firm = await founds(ana, ben)
        grant = await hires(ana, carol, firm)
        studio = await dan.founds("studio", is_open=False)
        await comes_in(carol, dan, studio, firm)
        record = await logs_as(carol, "Blue", "For the firm", "studio")
        await counts(dan, record)
        found = dan.opened.reader.record(record)
        assert found is not None
        assert found.agent == firm
        signer = signer_of(found, dan.opened.reader.record)
        assert signer is not None
        assert (signer.agent, signer.role, signer.mandate) == (carol.office.me, "staff", grant)
        assert dan.office.name(carol.office.me) == "Carol"
        assert not dan.opened.reader.has(mates)


async def test_a_dismissed_clerk_is_refused_and_what_she_had_signed_stays(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("carol") as carol:
        mates = await ana.founds("mates", is_open=False)
        for each in (ben, carol):
            await comes_in(each, ana, mates)
        firm = await founds(ana, ben)
        await hires(ana, carol, firm)
        await joins_for(ana, firm, mates)
        await carol.learns(lambda: "active" in states(carol, mates, firm))
        before = await logs_as(carol, "Blue", "Before", "mates")
        await counts(ana, before)
        await organisations.dismiss(ana.office, firm, carol.office.me, "cause")
        await carol.learns(lambda: states(carol, firm, carol.office.me) == ["removed"])
        with pytest.raises(Refusal, match="your mandate to sign for Blue was ended") as refusal:
            await logs_as(carol, "Blue", "After", "mates")
        assert refusal.value.code is Code.NOT_AUTHORISED
        for each in (ana, ben, carol):
            assert await status(each, before) is Status.YES


async def test_what_was_signed_unheard_of_is_contested_until_the_firm_stands_by_it(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("carol") as carol:
        mates = await ana.founds("mates", is_open=False)
        await comes_in(carol, ana, mates)
        firm = await founds(ana)
        await hires(ana, carol, firm)
        await joins_for(ana, firm, mates)
        await carol.learns(lambda: "active" in states(carol, mates, firm))
        mesh.cut("ana", "carol")
        unheard = await logs_as(carol, "Blue", "Unheard of", "mates")
        await organisations.dismiss(ana.office, firm, carol.office.me, "end")
        mesh.heal("ana", "carol")
        await ana.sees(lambda: ana.has(unheard))
        assert await status(ana, unheard) is Status.CONTESTED
        with pytest.raises(Refusal):
            await organisations.reaffirm(ana.office, RecordId(firm))
        done = await ana.api().does("POST", f"/records/{to_text(unheard)}/reaffirm")
        assert (done["target"], done["status"]) == (to_text(unheard), "yes")
        await carol.learns(lambda: states(carol, firm, carol.office.me) == ["removed"])
        with pytest.raises(Refusal):
            await organisations.accept(carol.office, firm)


async def test_who_joins_an_open_network_later_has_all_that_a_firm_rests_on(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("carol") as carol, mesh.node("dan") as dan:
        mates = await ana.founds("mates", is_open=False)
        await comes_in(carol, ana, mates)
        firm = await founds(ana)
        await hires(ana, carol, firm)
        market = await dan.founds("market")
        assert await people.join(carol.office, dan.line(market), DEADLINE, firm)
        record = await logs_as(carol, "Blue", "For the firm", "market")
        await counts(dan, record)
        async with mesh.node("eve") as eve:
            mesh.cut("eve", "carol")
            mesh.cut("eve", "ana")
            assert await eve.joins(dan.line(market))
            await counts(eve, record)
            assert not eve.opened.reader.has(mates)
        await networks.leave(carol.office, market, firm)
        await dan.learns(lambda: firm not in {row.agent for row in dan.office.lookups.members(market)})


async def test_who_gives_a_mandate_back_is_heard_of(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("carol") as carol:
        mates = await ana.founds("mates", is_open=False)
        await comes_in(carol, ana, mates)
        firm = await founds(ana)
        await hires(ana, carol, firm)
        assert await organisations.leave(carol.office, firm)
        await ana.learns(lambda: states(ana, firm, carol.office.me) == ["left"])
        with pytest.raises(Refusal):
            await organisations.dismiss(ana.office, firm, carol.office.me, "end")
        with pytest.raises(Refusal):
            await organisations.dismiss(ana.office, firm, ana.office.me, "end")


async def test_a_firm_is_founded_and_led_over_the_api(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        mates = await ana.founds("mates", is_open=False)
        await comes_in(ben, ana, mates)
        await ana.learns(lambda: ana.office.name(ben.office.me) == "Ben")
        wish = {"name": "Blue", "founders": ["Ben"], "purpose": "Boats", "quorum": "2/4"}
        assert (await ana.api().refuses("POST", "/organisations", wish))["code"] == "bad-request"
        made = await ana.api().does("POST", "/organisations", {**wish, "quorum": "4/6", "sensitive": ["project"]})
        assert (made["quorum"], made["founded"], made["standing"], made["acts"]) == ("2/3", False, "founder", True)
        assert [each["state"] for each in made["people"]] == ["active", "awaited"]
        twice = await ana.api().refuses("POST", "/organisations", {"name": "Blue"})
        assert twice["code"] == "exists"
        firm = ScopeId(from_text(made["id"]))
        await organisations.enter(ben.office, ana.line(firm), DEADLINE)
        shown = await ben.api().does("GET", "/organisations/Blue")
        assert (shown["standing"], shown["purpose"]) == ("invited", "Boats")
        accepted = await ben.api().does("POST", "/organisations/accepts", {"organisation": "Blue"})
        assert (accepted["founded"], accepted["standing"]) == (True, "founder")
        await ana.learns(partial(is_founded, ana, firm))
        for wrong in ({"most": 5}, {"may": ["nonsense"]}, {"agent": "Blue"}):
            await ana.api().refuses("POST", "/organisations/Blue/staff", {"agent": "Ben", **wrong})
        job = {"agent": "Ben", "may": ["contribution"], "until": "9998-01-01", "most": 5, "currency": "EUR"}
        hired = await ana.api().does("POST", "/organisations/Blue/staff", job)
        assert (hired["state"], hired["may"], hired["most"]) == ("invited", ["contribution"], "5 EUR")
        gone = await ana.api().refuses("POST", "/organisations/Blue/dismissals", {"agent": "Ben"})
        assert gone["code"] == "not-authorised"
        listed = await ana.api().does("GET", "/organisations")
        assert [each["name"] for each in listed["items"]] == ["Blue"]
        assert await ana.api().refuses("GET", "/organisations/Red")
        lone = await ana.api().does("POST", "/organisations", {"name": "Lone"})
        assert lone["founded"]
        assert (await ana.api().does("POST", "/organisations/Lone/resignation"))["heard"]


async def test_a_clerk_is_let_sign_and_dismissed_over_the_api(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("carol") as carol:
        mates = await ana.founds("mates", is_open=False)
        await comes_in(carol, ana, mates)
        await ana.learns(lambda: ana.office.name(carol.office.me) == "Carol")
        firm = await founds(ana)
        await hires(ana, carol, firm)
        await joins_for(ana, firm, mates)
        await carol.learns(lambda: "active" in states(carol, mates, firm))
        work_ = {"title": "Hull", "seconds": 60, "network": "mates", "as": "Blue"}
        written = await carol.api().does("POST", "/contributions", work_)
        assert (written["signed_by"]["role"], written["agent"]["name"]) == ("staff", "Blue")
        path = f"/contributions/{written['id']}"
        assert (await carol.api().refuses("POST", f"{path}/retract", {}))["hint"].endswith("--as 'Blue'")
        await carol.api().does("POST", f"{path}/correct", {"seconds": 120, "as": "Blue"})
        await carol.api().does("POST", f"{path}/thank", {})
        await ana.learns(lambda: ana.office.lookups.contribution(from_text(written["id"])) is not None)
        told = await ana.api().does("GET", f"/records/{written['id']}/why")
        assert (told["signed_by"]["agent"]["name"], told["agent"]["name"]) == ("Carol", "Blue")
        project = {"title": "Refit", "network": "mates", "as": "Blue"}
        assert (await carol.api().does("POST", "/projects", project))["agent"]["name"] == "Blue"
        assert (await carol.api().refuses("POST", "/contributions", {**work_, "network": None}))[
            "code"
        ] == "bad-request"
        gone = await ana.api().does("POST", "/organisations/Blue/dismissals", {"agent": "Carol"})
        assert [each["state"] for each in gone["items"]] == ["removed"]
        assert (await ana.api().refuses("POST", f"/records/{written['id']}/reaffirm"))["code"] == "conflict"
        await carol.learns(lambda: states(carol, firm, carol.office.me) == ["removed"])
        assert (await carol.api().does("GET", "/organisations/Blue"))["standing"] == "ended"
        assert (await carol.api().refuses("POST", "/organisations/accepts", {"organisation": "x@y"}))["detail"]


async def joins_for(node: Node, firm: ScopeId, network: ScopeId) -> None:
    """Let a founder of both make an organisation a member of a network."""
    await networks.appoint(node.office, network, AgentId(firm), "core", delegate=False, rows=())
    await node.office.projector.caught_up()
    await networks.accept(node.office, network, (), firm)
    await node.office.projector.caught_up()
