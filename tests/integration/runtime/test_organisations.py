"""Organisations between whole nodes: founding, staff, signing for them, and what others hold of it."""

from functools import partial
from pathlib import Path

import pytest

from meshnode.core.founding import awaited_founders
from meshnode.runtime.requests import amounts, networks, organisations, work
from meshnode.runtime.requests.organisations import Founding, Job
from meshnode.runtime.signers import signer_of
from meshproto.fold.standing import Status
from meshproto.records.ids import RecordId, ScopeId
from tests.support.meshes import Mesh, Node
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
    assert await status(node, record) is Status.YES


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
