"""The founders of an organisation decide by the same steps as those of a network; a network takes one as its face."""

from pathlib import Path

import pytest

from meshnode.core.drafts import Draft
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import decided, decisions, orders, organisations
from meshnode.runtime.requests.bodies import find_body
from meshnode.runtime.requests.charters import Wish
from meshproto.records.ids import AgentId
from meshproto.types import authority
from tests.support.meshes import Mesh


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def test_an_organisation_signs_what_is_sensitive_by_a_decision(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds()
        assert await ben.joins(ana.line(studio))
        await ana.learns(lambda: ana.office.lookups.name(ben.office.me) == "Ben")
        firm = await organisations.found(ana.office, organisations.Founding("Acme", sensitive=("grant",)))
        await ana.office.projector.caught_up()
        assert await find_body(ana.office, "acme") == firm
        with pytest.raises(Refusal) as refusal:
            await organisations.hire(ana.office, firm, ben.office.me, organisations.Job())
        assert refusal.value.code == Code.NEEDS_DECISION
        job = Draft(firm, "grant", authority.grant(ben.office.me, "staff"), agent=firm)
        (record,) = await orders.propose_order(ana.office, firm, [job], "We need help")
        told = await decisions.settle(ana.office, record, own=True)
        assert told.decision.state == "done"
        people = [(each.agent, each.state) for each in organisations.people(ana.office, firm)]
        assert (ben.office.me, "invited") in people


async def test_an_organisation_becomes_the_face_of_a_network_and_changes_its_own_charter(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        studio = await ana.founds(is_open=False)
        firm = await organisations.found(ana.office, organisations.Founding("Acme"))
        await ana.office.projector.caught_up()
        for scope, wish in ((studio, Wish(face=AgentId(firm))), (firm, Wish(quorum="3/4"))):
            (record,) = await decisions.propose(ana.office, scope, wish, "")
            assert (await decisions.settle(ana.office, record, own=True)).decision.state == "done"
        charters = [decided.charter_of(ana.office, scope) for scope in (studio, firm)]
        assert [each.fields.get("face") for each in charters if each] == [firm, None]
        assert [each.fields["quorum"] for each in charters if each] == [[2, 3], [3, 4]]
        with pytest.raises(Refusal, match="has no way to join"):
            await decisions.propose(ana.office, firm, Wish(join="open"), "")
