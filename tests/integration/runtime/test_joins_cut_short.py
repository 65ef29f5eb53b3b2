"""Whoever is let in by an invitation and killed before anybody there has heard of it comes in after the next start.

Nobody repeats the request: its caller is gone, too.
"""

from functools import partial
from pathlib import Path

import pytest

from meshnode.core.rows import JoinedEntry
from meshproto.records.ids import ScopeId
from tests.support.crashes.crashing import CrashingNode, Fuse, crashing_node
from tests.support.crashes.insisting import unless
from tests.support.meshes import Mesh, Node, until


@pytest.fixture
def fuse(monkeypatch: pytest.MonkeyPatch) -> Fuse:
    """Nodes that can go dark."""
    monkeypatch.setattr(Mesh, "node", crashing_node)
    return Fuse(monkeypatch)


async def roles(node: Node, name: str) -> list[str]:
    """The roles of somebody in the network, as a node tells them."""
    found = (await node.api().does("GET", "/networks/studio/members"))["items"]
    return [each["state"] for each in found if each["agent"]["name"] == name]


def row_of(node: Node, network: ScopeId) -> JoinedEntry:
    row = node.opened.reader.entry(JoinedEntry, (network,))
    assert row is not None
    return row


def accepts(node: Node, network: ScopeId) -> int:
    """How often an invitation to a network was accepted."""
    records = [each for _, each in node.opened.reader.records_after(0, 1_000) if each.scope == network]
    return sum(each.type == "countersign" and "proof" in each.facts for each in records)


@pytest.mark.parametrize("commits", [1, 2], ids=["let in", "signed"])
async def test_who_is_killed_on_the_way_in_comes_in_by_itself(tmp_path: Path, fuse: Fuse, commits: int) -> None:
    mesh = Mesh(tmp_path)
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        assert isinstance(ben, CrashingNode)
        studio = await ana.founds("studio", is_open=False)
        line = (await ana.api().does("POST", "/networks/studio/invites", {}))["line"]
        fuse.arm(ben, commits)
        assert await unless(fuse.blown, partial(ben.api().ask, "POST", "/joins", {"line": line})) is None
        assert await roles(ana, "Ben") == []
        await ben.comes_up_again()
        await until(lambda: roles(ana, "Ben"), ["active"])
        await ben.sees(lambda: not row_of(ben, studio).knock)
        assert accepts(ben, studio) == 1


async def test_a_firm_that_is_let_in_accepts_once_though_it_enters_twice(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds("studio", is_open=False)
        line = (await ana.api().does("POST", "/networks/studio/invites", {"uses": 2}))["line"]
        await ben.api().does("POST", "/organisations", {"name": "Ben Ltd"})
        for _ in range(2):
            await ben.api().does("POST", "/joins", {"line": line, "as": "Ben Ltd"})
        await until(lambda: roles(ana, "Ben Ltd"), ["active"])
        await ben.sees(lambda: not row_of(ben, studio).knock)
        assert accepts(ben, studio) == 1
