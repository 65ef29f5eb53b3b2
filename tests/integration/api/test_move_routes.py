"""Networks that split and merge, through the local APIs of whole nodes."""

from pathlib import Path
from typing import Any

import pytest

from meshnode.core.drafts import Draft
from meshnode.runtime.requests import moves
from meshproto.records.ids import RecordId, ScopeId, from_text, to_text
from meshproto.types import repair
from tests.support.meshes import Mesh, Node


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def joins(node: Node, line: str) -> Any:
    return await node.api().does("POST", "/joins", {"line": line})


async def members(node: Node, network: str) -> list[tuple[str, str, str]]:
    found = (await node.api().does("GET", f"/networks/{network}/members"))["items"]
    return [(each["agent"]["name"], each["role"], each["state"]) for each in found]


async def two_in_studio(ana: Node, ben: Node, **more: str) -> ScopeId:
    api = ana.api()
    await api.does("POST", "/networks", {"name": "studio", "join": "invite", **more})
    await joins(ben, (await api.does("POST", "/networks/studio/invites", {}))["line"])
    studio = await ana.office.find_network("studio")
    await ana.learns(lambda: ana.office.lookups.standing_in(ben.office.me, studio) is not None)
    return studio


async def moves_seen(node: Node, many: int = 1) -> list[dict[str, Any]]:
    studio = await node.office.find_network("studio")
    await node.learns(lambda: len(moves.moves_of(node.office, studio)) >= many)
    listed = (await node.api().does("GET", "/networks"))["items"]
    found: list[dict[str, Any]] = next(each["moves"] for each in listed if each["name"] == "studio")
    return found


async def test_a_network_splits_and_its_people_come_along(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await two_in_studio(ana, ben)
        api = ana.api()
        made = await api.does("POST", "/networks/studio/split", {"name": "Films", "purpose": "Moving ones"}, key="s1")
        again = await api.does("POST", "/networks/studio/split", {"name": "Films", "purpose": "Moving ones"}, key="s1")
        assert (again["id"], made["join"]) == (made["id"], "invite")
        shown = await api.does("GET", "/networks/films")
        assert (shown["forked_from"], shown["purpose"]) == (to_text(studio), "Moving ones")
        assert await members(ana, "films") == [("Ana", "founder", "active"), ("Ben", "core", "invited")]
        (move,) = await moves_seen(ben)
        assert (move["why"], move["by"]["name"], move["name"], move["joined"]) == ("split", "Ana", "", False)
        assert move["line"].startswith(f"{made['id']}@")
        assert await ben.joins(ana.line(ScopeId(from_text(move["network"]))))
        assert (await moves_seen(ben))[0]["joined"]
        work = await ben.logs("In the new one", "Films")
        await ana.sees(lambda: ana.has(work))
        assert await members(ben, "films") == [("Ana", "founder", "active"), ("Ben", "core", "active")]


async def test_who_is_not_chosen_is_not_told_of_a_split(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await two_in_studio(ana, ben)
        api = ana.api()
        made = await api.does("POST", "/networks/studio/split", {"name": "Secret", "only": ["Ana"]})
        assert made["line"].startswith(made["id"])
        assert [each["moves"] for each in (await api.does("GET", "/networks"))["items"]] == [[], [], []]
        assert await members(ana, "secret") == [("Ana", "founder", "active")]
        assert (await api.refuses("POST", "/networks/studio/split", {"name": "Secret"}))["code"] == "exists"
        assert (await api.refuses("POST", "/networks/studio/split", {"name": "x", "join": "shut"}))[
            "code"
        ] == "bad-request"
        assert (await api.refuses("POST", "/networks/notebook/split", {"name": "x"}))["code"] == "bad-request"


async def test_a_network_merges_into_another_and_ends(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await two_in_studio(ana, ben)
        api = ana.api()
        await api.does("POST", "/networks", {"name": "house", "join": "invite"})
        done = await api.does("POST", "/networks/studio/merge", {"into": "house", "text": "One is enough"})
        assert (done["invited"], done["decision"]["outcome"], done["decision"]["state"]) == (1, "dissolve", "done")
        shown = await api.does("GET", "/networks/studio")
        assert (shown["dissolved_by"], shown["network"]["dissolved"]) == (done["decision"]["id"], True)
        (move,) = await moves_seen(ben)
        assert (move["why"], move["network"]) == ("merge", done["into"]["id"])
        assert await ben.joins(ana.line(ScopeId(from_text(move["network"]))))
        assert await members(ben, "house") == [("Ana", "founder", "active"), ("Ben", "core", "active")]
        assert (await api.refuses("POST", "/networks/studio/merge", {"into": "house"}))["code"] == "conflict"


async def test_a_merge_is_decided_by_the_founders_and_may_be_repeated(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await two_in_studio(ana, ben)
        api, bens = ana.api(), ben.api()
        first = await api.does("POST", "/decisions", {"scope": "studio", "add_founders": ["Ben"]})
        await ben.learns(lambda: ben.office.lookups.entry(from_text(first["id"])) is not None)
        await bens.does("POST", f"/decisions/{first['id']}/votes", {})
        await bens.does("POST", "/networks", {"name": "house", "join": "open"})
        assert (await bens.refuses("POST", "/networks/studio/merge", {"into": "studio"}))["code"] == "bad-request"
        asked = await bens.does("POST", "/networks/studio/merge", {"into": "house"})
        again = await bens.does("POST", "/networks/studio/merge", {"into": "house"})
        assert (asked["decision"]["state"], again["decision"]["id"]) == ("open", asked["decision"]["id"])
        assert len(moves.moves_of(ben.office, studio)) == 1
        vote = RecordId(from_text(asked["decision"]["id"]))
        await ana.learns(lambda: ana.office.lookups.entry(vote) is not None)
        assert (await api.does("POST", f"/decisions/{asked['decision']['id']}/votes", {}))["state"] == "done"


async def test_notes_that_say_nothing_sensible_are_passed_over(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        studio = await ana.founds()
        line = f"{to_text(studio)}@/ip4/10.0.0.1/tcp/1/p2p/12D3KooWPoVCmAAJSnBbtjR1Up3MpTr8nNhQ4ZTLdgUmKFbbZEC9"
        notes: list[dict[str, Any]] = [
            {"split": "elsewhere", "line": "elsewhere@there"},
            {"merge": to_text(studio), "line": "no line"},
            {"split": 7, "line": line},
            {"line": line},
        ]
        drafts = [Draft(studio, "checkpoint", repair.checkpoint(), each) for each in notes]
        await ana.office.node.write([*drafts, Draft(studio, "checkpoint", repair.checkpoint())])
        await ana.office.projector.caught_up()
        assert moves.moves_of(ana.office, studio) == []
