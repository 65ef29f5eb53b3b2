"""Decisions of founders through the local APIs of whole nodes."""

from pathlib import Path

import pytest

from meshnode.runtime.requests import networks
from meshproto.records.ids import from_text
from tests.support.meshes import Api, Mesh
from tests.support.patience import DEADLINE


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def refusal(api: Api, **wish: object) -> tuple[str, str]:
    problem = await api.refuses("POST", "/decisions", {"scope": "studio", **wish})
    return problem["code"], problem["detail"]


async def test_a_founder_alone_decides_at_once(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        await api.does("POST", "/networks", {"name": "Studio", "join": "invite"})
        wish = {
            "scope": "studio",
            "quorum": "4/6",
            "log_records": 9,
            "units": [{"code": "HOUR", "exp": 2}],
            "text": "So",
        }
        made = await api.does("POST", "/decisions", wish, key="d1")
        assert (await api.does("POST", "/decisions", wish, key="d1"))["id"] == made["id"]
        assert (made["state"], made["outcome"], made["next"]) == ("done", "charter", "")
        assert (made["charter"]["quorum"], made["charter"]["log_records"]) == ("2/3", 9)
        assert [(each["agent"]["name"], each["vote"]) for each in made["votes"]] == [("Ana", "accept")]
        assert (await api.does("GET", "/decisions"))["items"] == []
        listed = (await api.does("GET", "/decisions?all=true&scope=studio"))["items"]
        assert [(each["id"], each["text"]) for each in listed] == [(made["id"], "So")]
        assert await api.does("GET", f"/decisions/{made['id']}") == listed[0]


async def test_what_cannot_be_decided_is_refused_with_the_reason(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        api = ana.api()
        studio = await ana.founds("studio", is_open=False)
        await ana.founds("other", is_open=False)
        line = (await networks.invite(ana.office, studio, "core", 1, 3600)).line
        assert await networks.enter(ben.office, line, DEADLINE)
        await ana.learns(lambda: ana.office.lookups.standing_in(ben.office.me, studio) is not None)
        assert await refusal(api) == ("bad-request", "nothing is proposed")
        assert await refusal(api, dissolve=True, quorum="1/1") == (
            "bad-request",
            "to dissolve is a decision of its own",
        )
        for quorum in ("1/2", "5/4", "most", "2", "1/0", "99999999/1"):
            assert (await refusal(api, quorum=quorum))[0] == "bad-request"
        for wrong in ({"join": "shut"}, {"sensitive": ["resolution"]}, {"log_records": 0}, {"face": "Ben"}):
            assert (await refusal(api, **wrong))[0] == "bad-request"
        assert await refusal(api, add_founders=["Ana"]) == ("exists", "Ana is a founder already")
        assert await refusal(api, drop_founders=["Ben"]) == ("conflict", "Ben is no founder there")
        assert (await refusal(api, drop_founders=["Ana"]))[0] == "bad-request"
        assert (await refusal(api, remove=["nobody at all"]))[0] == "not-found"
        elsewhere = await api.refuses("POST", "/decisions", {"scope": "other", "add_founders": ["Ben"]})
        assert (elsewhere["code"], elsewhere["detail"]) == ("conflict", "Ben is no member there")
        nothing = await api.refuses("POST", "/decisions", {"scope": "other", "remove": ["Ben"]})
        assert nothing["detail"] == "Ben holds nothing there"
        for path in ("/decisions/bafkreiaaaa", f"/decisions/{(await api.does('GET', '/me'))['id']}"):
            assert (await api.refuses("GET", path))["code"] == "not-found"
        assert (await api.refuses("POST", "/decisions", {"scope": "nowhere"}))["code"] == "not-found"


async def test_a_sensitive_act_is_proposed_and_signed_by_the_decision(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        api = ana.api()
        await ana.founds("studio", is_open=False)
        await api.does("POST", "/decisions", {"scope": "studio", "sensitive": ["grant", "revoke"]})
        assert (await api.refuses("POST", "/networks/studio/invites", {}))["code"] == "needs-decision"
        invites = {"scope": "studio", "invite": {"uses": 1}}
        made, again = [await api.does("POST", "/decisions", invites, key="k") for _ in range(2)]
        assert (made["id"], made["line"]) == (again["id"], again["line"])
        assert (made["state"], made["orders"][0]["says"][:16]) == ("done", "invite 1 as core")
        assert made["link"] == f"meshnode:join/{made['line']}"
        await ben.api().does("POST", "/joins", {"line": made["line"]})
        await ana.learns(lambda: ana.office.lookups.name(ben.office.me) == "Ben")
        appoints = {"scope": "studio", "appoint": {"agent": "Ben", "role": "steward"}}
        assert (await api.does("POST", "/decisions", appoints))["orders"][0]["says"] == "appoint Ben steward"
        grant = (await api.does("GET", "/networks/studio/invites"))["items"][0]["id"]
        ends = await api.does("POST", "/decisions", {"scope": "studio", "withdraw": grant})
        assert (ends["orders"][0]["says"][:4], ends["orders"][0]["record"] != "") == ("end ", True)
        assert (await api.does("GET", "/networks/studio/invites"))["items"][0]["state"] == "removed"


async def test_who_is_dropped_keeps_what_else_is_held_and_who_dissolves_decides_no_more(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        api, bens = ana.api(), ben.api()
        studio = await ana.founds("studio", is_open=False)
        line = (await networks.invite(ana.office, studio, "core", 1, 3600)).line
        assert await networks.enter(ben.office, line, DEADLINE)
        await ana.learns(lambda: ana.office.lookups.standing_in(ben.office.me, studio) is not None)
        made = await api.does("POST", "/decisions", {"scope": "studio", "add_founders": ["Ben"]})
        assert ([each["name"] for each in made["newcomers"]], made["state"]) == (["Ben"], "done")
        assert "Ben still to accept" in made["says"]
        await ben.learns(lambda: ben.office.lookups.entry(_id(made)) is not None)
        accepted = await bens.does("POST", f"/decisions/{made['id']}/votes", {})
        assert (accepted["newcomers"], accepted["may_vote"]) == ([], False)
        wish = {"scope": "studio", "drop_founders": ["Ben"], "insensitive": ["grant"], "sensitive": ["erasure"]}
        drops = await bens.does("POST", "/decisions", wish)
        assert [(each["agent"]["name"], each["role"]) for each in drops["ends"]] == [("Ben", "founder")]
        await ana.learns(lambda: ana.office.lookups.entry(_id(drops)) is not None)
        done = await api.does("POST", f"/decisions/{drops['id']}/votes", {"text": "As you like"})
        assert (done["state"], len(done["done_by"])) == ("done", 1)
        people = (await api.does("GET", "/networks/studio/members"))["items"]
        assert [(each["role"], each["state"]) for each in people if each["agent"]["name"] == "Ben"] == [
            ("core", "active"),
            ("founder", "removed"),
        ]
        problem = await api.refuses("POST", f"/decisions/{drops['id']}/carry-out")
        assert (problem["code"], problem["detail"]) == ("conflict", "in force")
        await api.does("POST", "/decisions", {"scope": "studio", "dissolve": True})
        assert (
            "was dissolved" in (await api.refuses("POST", "/decisions", {"scope": "studio", "join": "open"}))["detail"]
        )
        closed = await api.refuses("POST", "/contributions", {"title": "x", "seconds": 1, "network": "studio"})
        assert (closed["code"], "dissolved" in closed["detail"]) == ("not-authorised", True)


def _id(made: dict[str, str]) -> bytes:
    return from_text(made["id"])
