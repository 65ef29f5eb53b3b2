"""Tokens: made, used on loopback, bounded, taken back; over the API of a whole node."""

from pathlib import Path
from typing import Any

import pytest

import meshnode.runtime.tokens as tokens
from meshnode.api.edge import application
from meshnode.api.guard import Guard, tcp_door
from meshnode.api.routes import ROUTES
from meshnode.api.site import Site
from meshnode.core.rows import TokenEntry
from meshnode.runtime.callers import Area
from meshnode.runtime.tokens import MAX_TOKENS
from tests.support.meshes import Api, Mesh
from tests.support.neighbours import anybody

LOG = {"title": "Landing page", "seconds": 3600}


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


def on_loopback(site: Site, secret: str = "") -> Api:
    """The API as a program with a token reaches it."""
    return Api(
        Guard(application(ROUTES, site, seconds=30), tcp_door(4480, [site.tokens], anybody)),
        base="http://127.0.0.1:4480",
        headers={"Authorization": f"Bearer {secret}"} if secret else {},
    )


async def given(api: Api, *may: str, name: str = "bot", key: str = "") -> str:
    """The secret of a new token."""
    made = await api.does("POST", "/tokens", {"name": name, "may": list(may)}, key=key)
    assert made["secret"].startswith("mnt_")
    return str(made["secret"])


async def test_a_token_lets_in_for_what_it_was_given(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        site = ana.site()
        bot = on_loopback(site, await given(ana.api(site), "read", "work"))
        await bot.does("POST", "/contributions", LOG)
        assert [each["title"] for each in (await bot.does("GET", "/contributions"))["items"]] == ["Landing page"]
        for method, path in (("POST", "/incomes"), ("GET", "/tokens"), ("POST", "/node/stop")):
            assert (await bot.refuses(method, path, {} if method == "POST" else None))["code"] == "out-of-scope"


async def test_without_a_token_that_counts_nothing_is_told(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        site = ana.site()
        secret = await given(ana.api(site), "read")
        for wrong in ("", "mnt_", secret[:-1], secret + "a", secret.upper()):
            assert (await on_loopback(site, wrong).refuses("GET", "/me"))["code"] == "not-authenticated"
        await on_loopback(site, secret).does("GET", "/me")
        basic = on_loopback(site)
        basic.headers["Authorization"] = "Basic YTpi"
        assert (await basic.refuses("GET", "/me"))["code"] == "not-authenticated"


async def test_a_token_expires(mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    async with mesh.node("ana") as ana:
        site = ana.site()
        bot = on_loopback(site, await given(ana.api(site), "read"))
        await bot.does("GET", "/me")
        (row,) = site.tokens.all()
        monkeypatch.setattr(type(ana.opened.node), "now", lambda node: row.expires)
        assert "has expired" in (await bot.refuses("GET", "/me"))["detail"]
        assert [each["state"] for each in (await ana.api(site).does("GET", "/tokens"))["items"]] == ["expired"]


async def test_a_token_that_was_taken_back_counts_no_more(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        site = ana.site()
        owner = ana.api(site)
        bot = on_loopback(site, await given(owner, "read"))
        await bot.does("GET", "/me")
        assert (await owner.does("DELETE", "/tokens/bot"))["name"] == "bot"
        assert (await bot.refuses("GET", "/me"))["code"] == "not-authenticated"
        assert (await owner.refuses("DELETE", "/tokens/bot"))["code"] == "not-found"


async def test_only_a_digest_is_kept_and_it_outlives_the_node(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        secret = await given(ana.api(), "read")
    for file in ana.opened.home.folder.iterdir():
        assert file.is_dir() or secret.encode() not in file.read_bytes(), file
    async with mesh.node("ana") as ana:
        site = ana.site()
        await on_loopback(site, secret).does("GET", "/me")
        await site.tokens._note_used()
        assert ana.opened.reader.rows(TokenEntry)[0].used > 0


async def test_asking_again_with_the_same_key_makes_no_second_token(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        site = ana.site()
        owner = ana.api(site)
        first, second = [await given(owner, "read", key="k1") for _ in range(2)]
        assert len(site.tokens.all()) == 1
        assert (await on_loopback(site, first).refuses("GET", "/me"))["code"] == "not-authenticated"
        await on_loopback(site, second).does("GET", "/me")
        again: Any = {"name": "bot", "may": ["read"]}
        assert (await owner.refuses("POST", "/tokens", again, key="k1"))["code"] == "conflict"


async def test_there_may_be_only_so_many_and_those_that_expired_make_room(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "MAX_TOKENS", 2)
    async with mesh.node("ana") as ana:
        site = ana.site()
        owner = ana.api(site)
        for name in ("one", "two"):
            await given(owner, "read", name=name)
        assert (await owner.refuses("POST", "/tokens", {"name": "three"}))["code"] == "conflict"
        late = max(row.expires for row in site.tokens.all())
        monkeypatch.setattr(type(ana.opened.node), "now", lambda node: late)
        await given(owner, "read", name="three")
        assert [row.name for row in site.tokens.all()] == ["three"]
    assert MAX_TOKENS == 64


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "x" * 101},
        {"name": "a\nb"},
        {"name": "x", "may": []},
        {"name": "x", "may": ["all"]},
        {"name": "x", "seconds": 59},
        {"name": "x", "seconds": 10**12},
    ],
)
async def test_what_cannot_be_a_token_is_refused(mesh: Mesh, body: dict[str, Any]) -> None:
    async with mesh.node("ana") as ana:
        assert (await ana.api().refuses("POST", "/tokens", body))["code"] == "bad-request"


async def test_nobody_gives_more_than_they_have(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        site = ana.site()
        bot = on_loopback(site, await given(ana.api(site), "admin"))
        assert (await bot.refuses("POST", "/tokens", {"name": "x", "may": ["money"]}))["code"] == "out-of-scope"
        await given(bot, "admin", name="y")


async def test_a_token_for_one_thing_lets_nobody_log_in_for_everything(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        site = ana.site()
        bot = on_loopback(site, await given(ana.api(site), "admin"))
        assert (await bot.refuses("POST", "/login-links"))["code"] == "out-of-scope"


async def test_two_tokens_with_one_name_are_told_apart_by_id(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        owner = ana.api()
        for _ in range(2):
            await given(owner, "read")
        refused = await owner.refuses("DELETE", "/tokens/bot")
        assert refused["code"] == "ambiguous-id"
        first = (await owner.does("GET", "/tokens"))["items"][0]["id"]
        assert (await owner.does("DELETE", f"/tokens/{first}"))["id"] == first


def test_every_route_has_an_area_and_what_tells_secrets_is_the_owners() -> None:
    areas = {(entry.method, entry.path): entry.area for entry in ROUTES}
    assert areas["GET", "/me"] is Area.READ
    assert areas["GET", "/networks/{id}/invites"] is Area.ADMIN
    assert areas["POST", "/contributions/{id}/correct"] is Area.WORK
    assert areas["POST", "/distributions/{id}/approvals"] is Area.MONEY
    assert {area for (method, _), area in areas.items() if method != "GET"} == {Area.WORK, Area.MONEY, Area.ADMIN}
