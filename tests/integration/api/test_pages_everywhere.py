"""Every list of the API: it comes in pages, read one by one they are the whole, and nothing that comes in between
makes an item appear twice or go missing."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, get_origin, get_type_hints

import pytest
import trio

from meshnode.api.models.shared import Page
from meshnode.api.routes import LISTED, ROUTES
from meshproto.bundle.writer import Part, write_bundle
from meshproto.records.ids import to_text
from tests.support.meshes import Api, Mesh
from tests.support.scribe import NOON, Scribe

WHOLE = {"/contributions/hours", "/backups"}
"""What is bounded by what is asked for, and what has one entry."""


def test_every_list_comes_in_pages() -> None:
    lists = {each.path: each.query for each in ROUTES if each.method == "GET" and _tells_a_page(each.handle)}
    assert {path for path, query in lists.items() if not set(query) >= set(LISTED)} == WHOLE
    assert len(lists) > 20


def _tells_a_page(handle: Callable[..., object]) -> bool:
    told = get_type_hints(handle).get("return")
    return (told is not None and (get_origin(told) or told) is Page) or getattr(told, "__origin__", None) is Page


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


async def one_by_one(api: Api, path: str, between: Callable[[], Awaitable[object]] | None = None) -> list[Any]:
    """All items of a list, each from a page of its own; `between` happens after the first."""
    found, cursor = [], ""
    while True:
        page = await api.does("GET", f"{path}{'&' if '?' in path else '?'}limit=1{cursor}")
        assert len(page["items"]) <= 1
        found += page["items"]
        if between is not None:
            await between()
            between = None
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def whole(api: Api, path: str) -> list[Any]:
    page = await api.does("GET", f"{path}{'&' if '?' in path else '?'}limit=500")
    assert page["next"] is None
    items: list[Any] = page["items"]
    return items


async def same(api: Api, path: str, least: int) -> None:
    """The pages of a list are the list, which has so many items at least."""
    listed = await whole(api, path)
    assert len(listed) >= least, path
    assert await one_by_one(api, path) == listed, path


async def test_lists_of_networks_and_people_are_the_sum_of_their_pages(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben:
        api = ana.api()
        studio = await ana.founds("Studio", is_open=False)
        for name in ("Films", "Garden"):
            await api.does("POST", "/networks", {"name": name})
        for firm in ("Blue", "Red"):
            await api.does("POST", "/organisations", {"name": firm})
        lines = [(await api.does("POST", "/networks/studio/invites", {"uses": 1}))["line"] for _ in range(3)]
        await ben.api().does("POST", "/joins", {"line": lines[0]})
        await ana.learns(lambda: len(ana.office.lookups.members(studio)) == 2)
        for founder in ("Blue", "Red"):
            await api.does("POST", "/decisions", {"scope": founder, "add_founders": ["Ben"]})
        for path, least in (
            ("/networks", 4),
            ("/networks/studio/members", 2),
            ("/networks/studio/invites", 3),
            ("/organisations", 2),
            ("/decisions?all=true", 2),
            ("/peers", 1),
            ("/devices", 1),
        ):
            await same(api, path, least)


def bundle_of(scribe: Scribe) -> bytes:
    parts = [Part(run, scribe.parts_of(run), ()) for run in scribe.runs()]
    return b"".join(write_bundle(NOON, [], parts))


async def hears_of(api: Api, scribe: Scribe, path: Path) -> str:
    """Take in what somebody wrote, from a file; their id."""
    await trio.Path(path).write_bytes(bundle_of(scribe))
    await api.does("POST", "/imports", {"kind": "bundle", "path": str(path)})
    return to_text(scribe.agent)


async def test_lists_of_what_the_owner_chose_and_began_are_the_sum_of_their_pages(mesh: Mesh, tmp_path: Path) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        for name in ("carol", "dan", "eve"):
            who = await hears_of(api, Scribe(name), tmp_path / name)
            await api.does("POST", "/blocks" if name == "eve" else "/follows", {"who": who})
        for number in range(3):
            await api.does("POST", "/timers", {"title": f"Timer {number}"})
            await api.does("POST", "/tokens", {"name": f"bot {number}", "may": ["read"], "seconds": 3600})
            await api.does("POST", "/projects", {"title": f"Project {number}"})
        for path, least in (("/follows", 2), ("/blocks", 1), ("/timers", 3), ("/tokens", 3), ("/projects", 3)):
            await same(api, path, least)


async def test_what_comes_in_between_makes_nothing_appear_twice_or_go_missing(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        api = ana.api()
        for title in ("beta", "delta", "gamma"):
            await api.does("POST", "/projects", {"title": title})

        async def more() -> None:
            for title in ("alpha", "epsilon"):
                await api.does("POST", "/projects", {"title": title})

        found = [each["title"] for each in await one_by_one(api, "/projects", more)]
        assert found == ["beta", "delta", "epsilon", "gamma"]


@pytest.mark.parametrize("path", ["/networks", "/devices", "/networks/notebook/members"])
async def test_a_cursor_of_another_list_is_refused(mesh: Mesh, path: str) -> None:
    async with mesh.node("ana") as ana:
        refused = await ana.api().refuses("GET", f"{path}?cursor=soon")
        assert (refused["code"], "no cursor" in refused["detail"]) == ("bad-request", True)
