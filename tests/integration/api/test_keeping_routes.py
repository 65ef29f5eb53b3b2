"""Following, blocking, relaying and bounds through the local APIs of whole nodes."""

from pathlib import Path
from typing import Any

import pytest

from meshnode.core.events import AddPeer
from meshproto.records.ids import to_text
from tests.support.meshes import Api, Mesh, Node, until

STRANGE_ID = to_text(b"\x07" * 32)


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def shared(ana: Node, ben: Node) -> tuple[Api, Api]:
    """Ana founds a network, Ben joins and logs something there, and Ana has it."""
    anas, bens = ana.api(), ben.api()
    await ben.joins(ana.line(await ana.founds("Studio")))
    work = {"title": "Bens words", "seconds": 60, "network": "studio"}
    await bens.does("POST", "/contributions", work)
    await until(lambda: titles(anas), ["Bens words"])
    return anas, bens


async def titles(api: Api) -> list[str]:
    return sorted(each["title"] for each in (await api.does("GET", "/contributions"))["items"])


async def found(api: Api, words: str) -> list[str]:
    return [each["title"] for each in (await api.does("GET", f"/search?q={words}"))["items"]]


async def test_somebody_is_followed_by_name(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        api, _ = await shared(ana, ben)
        chosen = await api.does("POST", "/follows", {"who": "ben"})
        assert (chosen["agent"]["name"], chosen["network"]) == ("Ben", None)
        assert [each["agent"]["id"] for each in (await api.does("GET", "/follows"))["items"]] == [chosen["agent"]["id"]]
        await api.does("DELETE", f"/follows/{chosen['agent']['id']}")
        assert (await api.does("GET", "/follows"))["items"] == []
        assert (await api.refuses("DELETE", "/follows/Ben"))["code"] == "conflict"


async def test_whom_one_blocks_is_neither_listed_nor_found_and_comes_back(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        api, _ = await shared(ana, ben)
        assert await found(api, "words") == ["Bens words"]
        chosen = await api.does("POST", "/blocks", {"who": "Ben"})
        assert chosen["agent"]["blocked"]
        assert await titles(api) == []
        assert await found(api, "words") == []
        (member,) = [each for each in (await api.does("GET", "/networks"))["items"] if not each["notebook"]]
        assert [each["blocked"] for each in member["members"]] == [False, True]
        await until(lambda: parts(ana), 1)  # Ana's own name is left
        assert (await api.refuses("POST", "/follows", {"who": chosen["agent"]["id"]}))["code"] == "conflict"
        await api.does("DELETE", f"/blocks/{chosen['agent']['id']}")
        await until(lambda: titles(api), ["Bens words"])


async def parts(node: Node) -> int:
    """How many private parts of others and of one's own name are held: those of the owner's network not counted."""
    office = node.opened.office
    held = [part for _, part in office.truth.parts_held(0, office.truth.last_arrival(), 99)]
    mine = {office.me, office.notebook}
    networks = {row.record for row in office.lookups.networks()}
    return sum(1 for each in held if each.record in mine - {office.notebook} or each.record not in mine | networks)


async def test_a_network_that_is_relayed_is_carried_and_not_joined(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        made = await ana.founds("Studio")
        await ben.office.node.ask(lambda ticket: AddPeer(ticket, "ana", ana.office.node.listening))
        api = ben.api()
        chosen = await api.does("POST", "/follows", {"who": to_text(made)})
        assert (chosen["network"]["id"], chosen["agent"]) == (to_text(made), None)
        await until(lambda: names(api), ["Studio"])
        (network,) = [each for each in (await api.does("GET", "/networks"))["items"] if not each["notebook"]]
        assert (network["standing"], [each["name"] for each in network["members"]]) == ("relaying", ["Ana"])
        assert network["line"].startswith(to_text(made))
        problem = await api.refuses("POST", "/contributions", {"title": "x", "seconds": 1, "network": "studio"})
        assert (problem["code"], problem["detail"].startswith("you have not joined")) == ("not-authorised", True)
        room = await of(api, "relayed")
        assert (room["about"], room["state"]) == ("Studio", "ok")
        await api.does("DELETE", "/follows/studio")
        assert (await api.does("GET", "/follows"))["items"] == []
        assert (await api.refuses("DELETE", "/follows/studio"))["code"] == "conflict"


async def names(api: Api) -> list[str]:
    return [each["network"]["name"] for each in (await api.does("GET", "/follows"))["items"]]


async def of(api: Api, room: str) -> dict[str, Any]:
    rooms = (await api.does("GET", "/keeping"))["rooms"]
    return next(each for each in rooms if each["name"] == room)


async def test_a_network_is_relayed_by_its_id_before_anything_of_it_is_here(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        chosen = await api.does("POST", "/follows", {"who": STRANGE_ID, "wait_ms": 0})
        assert chosen["network"]["id"] == STRANGE_ID
        await api.does("DELETE", f"/follows/{STRANGE_ID}")


async def test_what_one_belongs_to_or_is_cannot_be_followed(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        made = await api.does("POST", "/networks", {"name": "Studio"})
        refused = {
            who: (await api.refuses("POST", "/follows", {"who": who}))["code"] for who in ("Ana", "Zoe", "studio")
        }
        assert refused == {"Ana": "bad-request", "Zoe": "not-found", "studio": "conflict"}
        assert (await api.refuses("POST", "/follows", {"who": made["id"]}))["code"] == "conflict"
        blocked = {
            who: (await api.refuses("POST", "/blocks", {"who": who}))["code"] for who in ("Ana", "Zoe", "studio")
        }
        assert blocked == {"Ana": "bad-request", "Zoe": "not-found", "studio": "not-found"}
        assert (await api.refuses("DELETE", "/blocks/Ana"))["code"] == "conflict"


async def test_the_doctor_tells_how_full_each_bound_is(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        api, _ = await shared(ana, ben)
        keeping = await api.does("GET", "/keeping")
        assert (keeping["private_parts"], keeping["networks"], keeping["retention_days"]) == ("all", "followed", 0)
        rooms = {(each["name"], each["about"]): each for each in keeping["rooms"]}
        assert set(rooms) == {
            ("others", ""), ("allowance", "Studio"), ("allowance-bytes", "Studio"), ("strangers", "Studio")
        }  # fmt: skip
        assert rooms["others", ""]["held"] > 0
        assert rooms["allowance", "Studio"]["held"] == 1
        checks = {each["name"]: each for each in (await api.does("GET", "/doctor"))["checks"]}
        assert checks["others"]["state"] == "ok"
        assert "what Studio allows each member" in checks["allowance"]["text"]


async def test_a_bound_that_is_nearly_reached_is_told_with_what_helps(mesh: Mesh) -> None:
    async with mesh.node("ana", relay__author_mib=1) as ana, mesh.node("ben") as ben:
        api, bens = await shared(ana, ben)
        for number in range(19):
            long = {"title": f"{number}", "text": "x" * 19_999, "seconds": 60, "network": "studio"}
            for _ in range(3):
                await bens.does("POST", "/contributions", long)
        await until(lambda: state_of(api, "author"), "warn")
        status = await api.does("GET", "/node")
        (reason,) = [each for each in status["health"]["reasons"] if each["name"] == "author"]
        assert reason["text"].startswith("texts of Ben take up 1.0 MB of 1.0 MB")
        assert reason["fix"].startswith("meshnode block 'Ben'")


async def state_of(api: Api, room: str) -> str:
    rooms = (await api.does("GET", "/keeping"))["rooms"]
    return next((each["state"] for each in rooms if each["name"] == room), "")
