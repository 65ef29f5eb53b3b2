"""What a hostile page, or another program, could send is refused at every address of the dashboard, and does nothing.

The addresses are those of the application itself, so a new one is attacked without anybody thinking of it. The owner is
logged in, and the cookie comes along, as if nothing had kept a browser from sending it.
"""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from meshnode.api.edge import application
from meshnode.api.routes import ROUTES
from meshnode.dashboard.site import House, pages
from tests.support.dashboards import COOKIE, OWN, PORT, Reader
from tests.support.meshes import Mesh, Node

Address = tuple[str, str]
"""A method, and a path with something in place of its names."""
HERE = f"127.0.0.1:{PORT}"
FOR_EVERYBODY = ("/in/x", "/static/x/x")
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": f"http://0.0.0.0:{PORT}"},
    {"Origin": f"http://127.0.0.1:{PORT + 1}"},
    {"Origin": "http://127.0.0.1"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": f"http://127.0.0.1:{PORT}", "Sec-Fetch-Site": "cross-site"},
]
HOSTS = ["evil.example", f"evil.example:{PORT}", f"0.0.0.0:{PORT}", "127.0.0.1", "localhost:80", f"[::1]:{PORT}", ""]


@pytest.fixture
async def node(tmp_path: Path) -> AsyncIterator[Node]:
    async with Mesh(tmp_path).node("ana") as node:
        yield node


def addresses(node: Node, reader: Reader) -> list[Address]:
    """Every address that the application knows."""
    app = pages(House(application(ROUTES, node.site(), 30), reader.sessions, node.opened.node))
    assert isinstance(app, Starlette)
    routes = [each for each in app.routes if isinstance(each, Route)]
    assert len(routes) == len(app.routes)
    return [(method, re.sub(r"\{\w+\}", "x", each.path)) for each in routes for method in sorted(each.methods or ())]


async def statuses(reader: Reader, found: list[Address], headers: Mapping[str, str]) -> set[int]:
    """How each address answers; whatever it is, it may neither be framed nor read from elsewhere."""
    answers = []
    for method, path in found:
        more = {"json": {"title": "x", "amount": "1h"}} if method == "POST" else {}
        answer: httpx.Response = await reader.asks(method, path, headers={"Host": HERE, **headers}, **more)
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
        assert "access-control-allow-origin" not in answer.headers, path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        answers.append(answer.status_code)
    return {*answers}


async def test_another_host_is_misdirected_everywhere(node: Node) -> None:
    reader = await logged_in(node)
    found, before = addresses(node, reader), node.opened.node.arrival
    for host in HOSTS:
        assert await statuses(reader, found, {**OWN, "Host": host}) == {421}, host
    assert node.opened.node.arrival == before


async def test_a_page_from_elsewhere_is_refused_everywhere(node: Node) -> None:
    reader = await logged_in(node)
    found, before = addresses(node, reader), node.opened.node.arrival
    for headers in FOREIGN:
        assert await statuses(reader, found, headers) == {403}, headers
    acting = [each for each in found if each[0] == "POST"]
    assert await statuses(reader, acting, {}) == {403}, "a session counts only for a page that says it is ours"
    assert node.opened.node.arrival == before


async def test_who_shows_no_session_of_this_node_is_shown_nothing(node: Node) -> None:
    reader = await logged_in(node)
    found = [each for each in addresses(node, reader) if each[1] not in FOR_EVERYBODY and each[1] != "/out"]
    real, before = reader.cookie, node.opened.node.arrival
    for cookie in ("", f"{COOKIE}=", f"{COOKIE}=x", real[:-1], real.replace(str(PORT), "1"), f"{real}x"):
        reader.cookie = cookie
        assert await statuses(reader, found, OWN) == {401}, cookie
    wrong = {**OWN, "Authorization": "Bearer mnt_" + "a" * 52}
    assert await statuses(reader, found, wrong) == {401}
    assert node.opened.node.arrival == before


async def test_no_other_method_does_anything_anywhere(node: Node) -> None:
    reader = await logged_in(node)
    paths, before = list(dict.fromkeys(path for _, path in addresses(node, reader))), node.opened.node.arrival
    for method in ("OPTIONS", "TRACE", "PATCH", "PUT", "DELETE", "CONNECT", "BREW"):
        assert await statuses(reader, [(method, each) for each in paths], OWN) <= {404, 405}, method
    assert node.opened.node.arrival == before


async def test_a_form_that_is_no_json_does_nothing_anywhere(node: Node) -> None:
    reader = await logged_in(node)
    before = node.opened.node.arrival
    for method, path in addresses(node, reader):
        if method == "POST" and path != "/out":
            for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
                headers = {**OWN, "Host": HERE, "Content-Type": media}
                answer = await reader.asks(method, path, content=b"title=x&amount=1h", headers=headers)
                assert answer.status_code in (400, 404, 415), (path, media)
    assert node.opened.node.arrival == before


async def logged_in(node: Node) -> Reader:
    reader = Reader(node)
    await reader.logs_in()
    return reader
