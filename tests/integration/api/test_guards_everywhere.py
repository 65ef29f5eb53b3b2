"""What a hostile page, program or user could send is refused at every route, in the stated order, and changes nothing.

The routes come from the API's own description, so a new one is attacked without anybody thinking of it.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from starlette.types import ASGIApp

from meshnode.api.edge import application
from meshnode.api.guard import Guard, tcp_door
from meshnode.api.openapi import document
from meshnode.api.routes import ROUTES
from meshnode.api.settings import MAX_BODY
from meshnode.runtime.callers import Area
from meshnode.runtime.tokens import Tokens, Wish
from tests.support.meshes import Mesh
from tests.support.neighbours import anybody

HOST = "127.0.0.1:4480"
JSON = {"Content-Type": "application/json"}
UNKNOWN = "mnt_" + "a" * 52


class Route(NamedTuple):
    """One way into the node, as its document tells it."""

    method: str
    path: str
    areas: tuple[str, ...]
    """The right it needs; empty if it is told to everybody."""


def routes() -> list[Route]:
    """Every route, with something in place of the names in its path."""
    found = []
    for path, methods in document(ROUTES, "0")["paths"].items():
        for method, told in methods.items():
            areas = tuple(told["security"][0]["token"]) if told["security"] else ()
            found.append(Route(method.upper(), "/v1" + re.sub(r"\{\w+\}", "x", path), areas))
    return found


ALL = routes()
CLOSED = [route for route in ALL if route.areas]
WRITING = [route for route in CLOSED if route.method != "GET"]


async def send(app: ASGIApp, route: Route, headers: Mapping[str, str], content: bytes | None = None) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:4480") as client:
        body = content if content is not None or route.method == "GET" else b"{}"
        return await client.request(route.method, route.path, headers={**JSON, **headers}, content=body)


async def answers(
    app: ASGIApp, routes: list[Route], headers: Mapping[str, str], content: bytes | None = None
) -> dict[Route, tuple[int, str]]:
    """Status and code of what each route answers."""
    found = {}
    for route in routes:
        answer = await send(app, route, headers, content)
        told: Any = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        found[route] = answer.status_code, told.get("code", "")
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
    return found


async def badge(tokens: Tokens, *areas: Area, name: str = "bot") -> dict[str, str]:
    """The header with a new token that has these rights."""
    _, secret = await tokens.create(Wish(name, frozenset(areas), 3600))
    return {"Authorization": f"Bearer {secret}"}


def test_there_are_many_routes_and_some_for_everybody() -> None:
    assert len(ALL) > 100
    assert {route.path for route in ALL} - {route.path for route in CLOSED} == {
        "/v1/openapi.json",
        "/v1/docs",
        "/v1/docs/x",
    }


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:4480", "0.0.0.0:4480", "127.0.0.1", "localhost:80", "[::1]:4480", ""]
)
async def test_another_host_is_misdirected_everywhere(tmp_path: Path, host: str) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        site = ana.site()
        app = Guard(application(ROUTES, site, 30), tcp_door(4480, [site.tokens], anybody))
        # With the best token there is, and with an origin that would be refused next.
        headers = {**await badge(site.tokens, *Area), "Host": host, "Origin": "null"}
        before = ana.opened.node.arrival
        assert set((await answers(app, ALL, headers)).values()) == {(421, "misdirected")}
        assert ana.opened.node.arrival == before


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://0.0.0.0:4480"},
        {"Origin": "http://127.0.0.1:4481"},
        {"Origin": "http://127.0.0.1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://127.0.0.1:4480", "Sec-Fetch-Site": "cross-site"},
    ],
    ids=str,
)
async def test_a_page_from_elsewhere_is_refused_everywhere(tmp_path: Path, headers: dict[str, str]) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        site = ana.site()
        app = Guard(application(ROUTES, site, 30), tcp_door(4480, [site.tokens], anybody))
        before = ana.opened.node.arrival
        found = await answers(app, ALL, {**await badge(site.tokens, *Area), **headers})
        assert set(found.values()) == {(403, "cross-origin")}
        assert set((await answers(app, ALL, headers)).values()) == {(403, "cross-origin")}
        assert ana.opened.node.arrival == before


async def test_whoever_does_not_show_who_asks_is_refused_everywhere(tmp_path: Path) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        site = ana.site()
        app = Guard(application(ROUTES, site, 30), tcp_door(4480, [site.tokens], anybody))
        revoked = await badge(site.tokens, *Area)
        await site.tokens.revoke("bot")
        wrong = ["", "Bearer", "Bearer ", f"Bearer {UNKNOWN}", UNKNOWN, "Basic YTpi", "Bearer null"]
        before = ana.opened.node.arrival
        for headers in ({}, revoked, {"Cookie": "meshnode-4480=x"}, *({"Authorization": each} for each in wrong)):
            # Neither the right nor the body is looked at before it is known who asks.
            found = await answers(app, CLOSED, {**headers, "Content-Type": "text/plain"}, b"\xff")
            assert set(found.values()) == {(401, "not-authenticated")}, headers
        assert ana.opened.node.arrival == before


async def test_a_token_that_has_expired_is_refused_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        site = ana.site()
        app = Guard(application(ROUTES, site, 30), tcp_door(4480, [site.tokens], anybody))
        headers = await badge(site.tokens, *Area)
        expires = site.tokens.all()[0].expires
        monkeypatch.setattr(type(ana.opened.node), "now", lambda node: expires)
        assert set((await answers(app, CLOSED, headers)).values()) == {(401, "not-authenticated")}


async def test_a_token_for_everything_else_is_refused_everywhere(tmp_path: Path) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        site = ana.site()
        app = Guard(application(ROUTES, site, 30), tcp_door(4480, [site.tokens], anybody))
        for area in Area:
            headers = await badge(site.tokens, *(set(Area) - {area}), name=area)
            wanting = [route for route in CLOSED if route.areas == (area,)]
            assert wanting
            found = await answers(app, wanting, {**headers, "Content-Type": "text/plain"}, b"\xff")
            assert set(found.values()) == {(403, "out-of-scope")}, area


async def test_a_body_that_is_no_json_or_too_large_is_refused_everywhere(tmp_path: Path) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        site = ana.site()
        app = Guard(application(ROUTES, site, 30), tcp_door(4480, [site.tokens], anybody))
        token = await badge(site.tokens, *Area)
        before = ana.opened.node.arrival
        for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
            found = await answers(app, WRITING, {**token, "Content-Type": media}, b'{"x": 1}')
            assert set(found.values()) == {(415, "media-type")}, media
        found = await answers(app, WRITING, token, b" " * (MAX_BODY + 1))
        assert set(found.values()) == {(413, "too-large")}
        assert ana.opened.node.arrival == before


async def test_what_no_route_does_is_refused_without_a_word_about_others(tmp_path: Path) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        site = ana.site()
        app = Guard(application(ROUTES, site, 30), tcp_door(4480, [site.tokens], anybody))
        for method in ("OPTIONS", "TRACE", "PATCH", "CONNECT"):
            found = await answers(app, [route._replace(method=method) for route in CLOSED], {})
            assert set(found.values()) == {(401, "not-authenticated")}, method
            token = await badge(site.tokens, Area.READ, name=method)
            found = await answers(app, [route._replace(method=method) for route in CLOSED], token)
            assert set(found.values()) == {(405, "method-not-allowed")}, method
