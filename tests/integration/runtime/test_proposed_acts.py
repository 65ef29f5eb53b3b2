"""What a firm signs only by a decision is proposed to its founders by the same request, and signed once they agree."""

from functools import partial
from pathlib import Path

import pytest

from meshnode.core.founding import awaited_founders
from meshnode.runtime.requests import networks, organisations, people
from meshnode.runtime.requests.organisations import Founding
from meshproto.records.ids import RecordId, ScopeId, from_text, to_text
from tests.support.meshes import Mesh, Node, until
from tests.support.patience import DEADLINE


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def founds(ana: Node, ben: Node, *sensitive: str) -> ScopeId:
    """A closed network of both, and in it a firm of both, whose decisions need both."""
    mates = await ana.founds("mates", is_open=False)
    line = (await networks.invite(ana.office, mates, "core", 1, 3600)).line
    assert await networks.enter(ben.office, line, DEADLINE) == mates
    await ana.learns(lambda: ana.office.name(ben.office.me) == "Ben")
    founding = Founding("Blue", others=(ben.office.me,), sensitive=sensitive)
    firm = await organisations.found(ana.office, founding)
    assert await organisations.enter(ben.office, ana.line(firm), DEADLINE)
    await organisations.accept(ben.office, firm)
    for node in (ana, ben):
        await node.learns(partial(_is_founded, node, firm))
    return firm


def _is_founded(node: Node, firm: ScopeId) -> bool:
    founders = organisations.founders_of(node.office, firm)
    return bool(founders) and not awaited_founders(node.opened.reader, firm, founders)


async def joins(ana: Node, ben: Node, firm: ScopeId) -> None:
    """The firm takes part in the network."""
    mates = await ana.office.find_network("mates")
    await ana.api().does("POST", "/networks/mates/members", {"agent": "Blue", "role": "core"})
    line = await people.named_line(ana.office, "mates")
    assert await people.join(ana.office, line, DEADLINE, firm)
    for node in (ana, ben):
        await node.learns(partial(_is_active, node, mates, firm))


def _is_active(node: Node, scope: ScopeId, who: bytes) -> bool:
    return "active" in _states(node, scope, who)


def _states(node: Node, scope: ScopeId, who: bytes) -> list[str]:
    return [row.standing for row in node.office.lookups.standings(scope) if row.agent == who]


async def counts(node: Node, record: RecordId) -> None:
    async def status() -> str | None:
        await node.office.projector.caught_up()
        found = await node.office.projector.standing(record)
        return None if found is None else found.status.name

    await node.sees(lambda: node.has(record))
    await until(status, "YES")


async def test_a_contribution_of_a_firm_is_proposed_voted_on_and_signed(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        firm = await founds(ana, ben, "contribution")
        await joins(ana, ben, firm)
        work = {"title": "Hull", "seconds": 60, "network": "mates", "as": "Blue"}
        assert (await ana.api().refuses("POST", "/contributions", work))["code"] == "needs-decision"
        asked = (await ana.api().does("POST", "/contributions?propose=true", work, key="k"))["proposed"]
        assert (asked["state"], asked["orders"][0]["says"]) == ("open", "sign a contribution in mates: Hull")
        again = (await ana.api().does("POST", "/contributions?propose=true", work, key="k"))["proposed"]
        assert again["id"] == asked["id"]
        await ben.learns(lambda: ben.office.lookups.entry(from_text(asked["id"])) is not None)
        await ben.learns(lambda: ben.text_of(RecordId(from_text(asked["id"]))))
        done = await ben.api().does("POST", f"/decisions/{asked['id']}/votes", {})
        assert done["state"] == "done"
        record = RecordId(from_text(done["orders"][0]["record"]))
        for node in (ana, ben):
            await counts(node, record)
        await ana.learns(lambda: ana.text_of(record))
        shown = await ana.api().does("GET", f"/contributions/{to_text(record)}")
        assert (shown["title"], shown["agent"]["name"]) == ("Hull", "Blue")


async def test_staff_is_let_sign_by_a_decision_and_dismissed_by_one(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, mesh.node("carol") as carol:
        firm = await founds(ana, ben, "grant", "revoke")
        line = (await networks.invite(ana.office, await ana.office.find_network("mates"), "core", 1, 3600)).line
        await networks.enter(carol.office, line, DEADLINE)
        await ana.learns(lambda: ana.office.name(carol.office.me) == "Carol")
        asked = (await ana.api().does("POST", "/organisations/Blue/staff?propose=true", {"agent": "Carol"}))["proposed"]
        assert asked["orders"][0]["says"] == "appoint Carol staff"
        await ben.learns(lambda: ben.text_of(RecordId(from_text(asked["id"]))))
        await ben.learns(lambda: ben.office.lookups.entry(from_text(asked["id"])) is not None)
        assert (await ben.api().does("POST", f"/decisions/{asked['id']}/votes", {}))["state"] == "done"
        await ben.office.projector.caught_up()
        assert await organisations.enter(carol.office, ben.line(firm), DEADLINE)
        await organisations.accept(carol.office, firm)
        await ana.learns(lambda: _states(ana, firm, carol.office.me) == ["active"])
        ended = await ana.api().does("POST", "/decisions", {"scope": "Blue", "remove": ["Carol"]})
        await ben.learns(lambda: ben.office.lookups.entry(from_text(ended["id"])) is not None)
        await ben.api().does("POST", f"/decisions/{ended['id']}/votes", {})
        await ana.learns(lambda: _states(ana, firm, carol.office.me) == ["removed"])


async def test_what_is_not_sensitive_is_signed_at_once_though_it_might_be_proposed(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        firm = await founds(ana, ben, "project")
        await joins(ana, ben, firm)
        work = {"title": "Hull", "seconds": 60, "network": "mates", "as": "Blue"}
        assert (await ana.api().does("POST", "/contributions?propose=true", work))["type"] == "contribution"
        assert (await ana.api().refuses("POST", "/contributions?propose=maybe", work))["code"] == "bad-request"
