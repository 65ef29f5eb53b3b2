"""The owner, networks, joins and peers through the local APIs of whole nodes."""

from pathlib import Path
from typing import Any

import pytest
import trio

from meshnode.core.author import Pen, sign_genesis
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.events import AddPeer
from meshnode.core.rows import JoinedEntry
from meshnode.runtime.chance import SystemChance
from meshnode.runtime.lines.reach import write_line
from meshnode.runtime.requests import people
from meshnode.runtime.requests.people import JoinLine
from meshproto.records.ids import NONE, RecordId, to_text
from meshproto.records.log import check_run
from meshproto.records.signatures import SigningKey
from meshproto.types import identity
from tests.support.meshes import Api, Mesh, Node

PEER = "12D3KooWPoVCmAAJSnBbtjR1Up3MpTr8nNhQ4ZTLdgUmKFbbZEC9"


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def test_the_owner_is_shown(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        me = await ana.api().does("GET", "/me")
    assert (me["name"], me["recovery"], me["notebook"]["kind"]) == ("Ana", False, "notebook")
    assert me["fingerprint"].count("-") == 3
    assert (me["keys"], me["recovery_digests"]) == ("clear", [])
    assert me["profile"] == {"name": "Ana", "bio": "", "contact": "", "languages": [], "skills": []}


async def test_a_profile_keeps_what_is_not_given(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        await api.does("PUT", "/me/profile", {"bio": "Designer", "skills": ["python", "diseño gráfico"]})
        shown = await api.does("PUT", "/me/profile", {"name": "Ana López", "languages": ["es", "en"]})
        assert (await api.refuses("PUT", "/me/profile", {"name": " "}))["code"] == "bad-request"
        assert shown == {
            "name": "Ana López", "bio": "Designer", "contact": "",
            "languages": ["es", "en"], "skills": ["python", "diseno-grafico"],
        }  # fmt: skip
        assert (await api.does("GET", "/me"))["profile"] == shown


async def test_a_founded_network_is_listed_with_its_founder(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        made = await api.does("POST", "/networks", {"name": "Studio"}, key="n1")
        assert await api.does("POST", "/networks", {"name": "Studio"}, key="n1") == made
        assert (made["standing"], made["join"], made["notebook"]) == ("founder", "open", False)
        assert [member["name"] for member in made["members"]] == ["Ana"]
        assert made["line"].startswith(f"{made['id']}@")
        listed = (await api.does("GET", "/networks"))["items"]
        assert [each["name"] for each in listed] == ["notebook", "Studio"]
        assert (await api.refuses("POST", "/networks", {"name": "studio"}))["code"] == "exists"
        assert (await api.refuses("POST", "/networks", {"name": "x", "join": "shut"}))["code"] == "bad-request"
        assert (await api.refuses("POST", "/networks", {"name": " "}))["code"] == "bad-request"


async def test_a_network_that_was_left_is_not_written_into_any_more(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        await api.does("POST", "/networks", {"name": "Studio"})
        await api.does("DELETE", "/networks/studio")
        listed = (await api.does("GET", "/networks"))["items"]
        assert [(each["name"], each["standing"]) for each in listed if not each["notebook"]] == [("Studio", "left")]
        problem = await api.refuses("POST", "/contributions", {"title": "x", "seconds": 1, "network": "studio"})
        assert (problem["code"], problem["detail"].startswith("you have left Studio")) == ("not-authorised", True)
        assert "meshnode network join --help" in problem["hint"]
        await api.does("POST", "/networks", {"name": "Closed", "join": "invite"})
        await api.does("DELETE", "/networks/closed")
        closed = await api.refuses("POST", "/contributions", {"title": "x", "seconds": 1, "network": "closed"})
        assert closed["hint"].startswith("ask a steward there for an invitation")
        assert (await api.refuses("DELETE", "/networks/notebook"))["code"] == "conflict"
        assert (await api.refuses("DELETE", "/networks/nowhere"))["code"] == "unknown-network"


async def test_who_has_not_joined_is_told_how_to(mesh: Mesh, tmp_path: Path) -> None:
    file = str(tmp_path / "all.bundle")
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio, choir = await ana.founds("studio"), await ana.founds("choir")
        for network in (studio, choir):
            await ben.joins(ana.line(network))
        record = to_text(await ben.logs("Landing page", "studio"))
        api = ben.api()
        await api.does("DELETE", "/networks/studio")
        for path, body in (
            ("", {"title": "x", "seconds": 1, "network": "studio"}),
            (f"/{record}/correct", {"seconds": 60}),
            (f"/{record}/retract", {}),
        ):
            problem = await api.refuses("POST", f"/contributions{path}", body)
            assert (problem["code"], problem["status"]) == ("not-authorised", 403)
            assert problem["hint"] == "meshnode network join 'studio'"
        await api.does("POST", "/exports", {"kind": "bundle", "path": file})
    async with mesh.node("carol") as carol:
        api = carol.api()
        await api.does("POST", "/imports", {"kind": "bundle", "path": file})
        problem = await api.refuses("POST", f"/contributions/{record}/thank", {"text": "Lovely"})
        assert problem["detail"].startswith("you have not joined studio: ")


async def test_who_waits_for_the_founding_is_told_so(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds()
        genesis = ana.opened.reader.proof_run(studio)
        assert genesis is not None
        await ben.opened.node.offer(SignedRecords((check_run(genesis.headers, genesis.signature),)))
        await ben.joins(JoinLine(studio, ()), seconds=0)
        await ben.learns(lambda: ben.opened.reader.entry(JoinedEntry, (studio,)) is not None)
        work = {"title": "x", "seconds": 1, "network": to_text(studio)}
        problem = await ben.api().refuses("POST", "/contributions", work)
        assert (problem["code"], problem["hint"]) == ("not-authorised", "meshnode peer ls")


async def test_nothing_is_written_in_a_network_before_all_its_founders_have_accepted(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        me, other, chance = ana.opened.node.identity.agent, ben.opened.node.identity.agent, SystemChance()
        ben_himself = ben.opened.reader.proof_run(RecordId(other))
        assert ben_himself is not None
        await ana.opened.node.offer(SignedRecords((check_run(ben_himself.headers, ben_himself.signature),)))
        facts = identity.network(founders=[me, other], nonce=bytes(16), is_open=True)
        once = Pen(NONE, SigningKey(chance.token(32)), 1, chance)
        scope, genesis = sign_genesis(once, facts, {"name": "studio"})
        accept = Draft(scope, "countersign", identity.accept(scope))
        await ana.opened.node.write([accept], ready=genesis, local=[JoinedEntry(scope, 1, slug="studio")])
        work = {"title": "Early", "seconds": 60, "network": "studio"}
        problem = await ana.api().refuses("POST", "/contributions", work)
    assert (problem["code"], problem["hint"], to_text(other) in problem["detail"]) == (
        "conflict",
        "meshnode sync",
        True,
    )


@pytest.mark.parametrize(
    "line", ["", "x", "bafkreix@/ip4/1.2.3.4/tcp/1/p2p/12D3KooWPoVCmAAJSnBbtjR1Up3MpTr8nNhQ4ZTLdgUmKFbbZEC9"]
)
async def test_a_line_that_cannot_be_read_is_refused(mesh: Mesh, line: str) -> None:
    async with mesh.node("ana") as ana:
        assert (await ana.api().refuses("POST", "/joins", {"line": line}))["code"] == "bad-request"


def test_a_join_line_says_whom_to_expect() -> None:
    address = "/ip4/192.0.2.7/tcp/4401/p2p/12D3KooWPoVCmAAJSnBbtjR1Up3MpTr8nNhQ4ZTLdgUmKFbbZEC9"
    line = write_line(b"n" * 32, (address, address.replace("192.0.2.7", "10.0.0.7")))
    assert people.read_line(f" {line}\n").network == b"n" * 32
    assert [len(addresses) for _, addresses in people.read_line(line).peers] == [2]


async def test_members_see_each_other_and_thank(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        studio = await ana.founds()
        await ben.joins(ana.line(studio))
        record = await ana.logs("Landing page", "studio")
        await ben.sees(lambda: ben.text_of(record) is not None)
        api = ben.api()
        [entry] = (await api.does("GET", "/contributions?network=studio"))["items"]
        assert (entry["agent"]["name"], entry["agent"]["me"]) == ("Ana", False)
        thanks = await api.does("POST", f"/contributions/{entry['id']}/thank", {"text": "Lovely", "kind": "kudos"})
        assert (await api.does("GET", f"/records/{thanks['id']}"))["private"]["text"] == "Lovely"
        skill = await api.does("POST", f"/contributions/{entry['id']}/thank", {"skill": "Übersetzen", "kind": "skill"})
        assert (await api.does("GET", f"/records/{skill['id']}"))["header"]["facts"]["skill"] == "ubersetzen"
        problem = await api.refuses("POST", f"/contributions/{entry['id']}/retract", {})
        assert (problem["code"], "only Ana can" in problem["detail"]) == ("not-yours", True)
        networks = (await api.does("GET", "/networks"))["items"]
        assert [each["standing"] for each in networks] == ["founder", "active"]


async def test_a_peer_is_listed_found_by_name_pinged_and_forgotten(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await met(ana, ben)
        api: Api = ana.api()
        [peer] = (await api.does("GET", "/peers"))["items"]
        assert (peer["id"], peer["state"], peer["agent"]["name"]) == ("ben", "direct", "Ben")
        assert (await api.does("POST", "/peers/Ben/ping"))["milliseconds"] >= 0
        assert (await api.refuses("POST", "/peers/nobody/ping"))["code"] == "unknown-peer"
        await api.does("DELETE", "/peers/ben")
        await ana.hears(lambda: not ana.opened.node.presence.connected)


async def test_a_ping_does_not_wait_for_what_has_to_be_exchanged(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        await ana.opened.node.ask(lambda ticket: AddPeer(ticket, "ben", ben.opened.node.listening))
        await ana.hears(lambda: bool(ana.opened.node.presence.connected))
        with trio.fail_after(5):
            assert (await ana.api().does("POST", "/peers/ben/ping"))["milliseconds"] < 1_000
        mesh.cut("ana", "ben")
        await ana.hears(lambda: not ana.opened.node.presence.connected)
        assert (await ana.api().refuses("POST", "/peers/ben/ping"))["code"] == "unreachable"


@pytest.mark.parametrize("address", ["", "ben", "/ip4/127.0.0.1/tcp/4401"])
async def test_an_address_that_leads_to_nobody_in_particular_is_refused(mesh: Mesh, address: str) -> None:
    async with mesh.node("ana") as ana:
        assert (await ana.api().refuses("POST", "/peers", {"address": address}))["code"] == "bad-request"


async def test_all_addresses_of_a_peer_are_tried_and_each_failure_is_told(mesh: Mesh) -> None:
    wrong, right = (f"/ip4/127.0.0.1/tcp/{port}/p2p/{PEER}" for port in (1, 2))
    async with mesh.node("ana") as ana:
        peer = await ana.api().does("POST", "/peers", {"address": wrong, "more": [right], "wait_ms": 20_000})
        assert peer["addresses"] == [wrong, right]
        assert peer["last_error"].startswith("/ip4/127.0.0.1/tcp/1: ")
        assert "; /ip4/127.0.0.1/tcp/2: " in peer["last_error"]
        other = wrong.replace(PEER, PEER[:-1] + "A")
        problem = await ana.api().refuses("POST", "/peers", {"address": wrong, "more": [other]})
        assert problem["code"] == "bad-request"


async def test_syncing_tells_who_is_level_and_who_is_out_of_reach(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        async with mesh.node("ben") as ben:
            await met(ana, ben)
            answer = await ana.api().does("POST", "/sync", {"wait_ms": 15_000})
            assert states(answer) == {"ben": "in sync"}
        await ana.hears(lambda: not ana.opened.node.presence.connected)
        answer = await ana.api().does("POST", "/sync", {"peer": "ben", "wait_ms": 500})
        assert states(answer) == {"ben": "unreachable"}


async def met(ana: Node, ben: Node) -> None:
    """Let two nodes share a network and know each other's owners."""
    studio = await ana.founds()
    await ben.joins(ana.line(studio))
    record = await ben.logs("Hello", "studio")
    await ana.sees(lambda: ana.has(record))
    await ana.office.projector.caught_up()


def states(answer: dict[str, Any]) -> dict[str, str]:
    return {each["peer"]: each["state"] for each in answer["peers"]}


async def test_a_network_tells_whether_one_lets_others_in(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        line = ana.line(await ana.founds("studio"))
        assert await ben.joins(line)
        told = []
        for each in (ana, ben):
            items = (await each.api().does("GET", "/networks"))["items"]
            told.append([one["steers"] for one in items if one["name"] == "studio"])
    assert told == [[True], [False]]
