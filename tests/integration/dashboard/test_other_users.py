"""Another user of this machine, who has the cookie or saw the link: neither opens anything for programs of theirs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
import trio

from meshnode.api.server import serve
from meshnode.api.socket_users import made_by
from meshnode.app import front
from meshnode.app.front import open_doors
from meshnode.app.run import site_of
from meshnode.config.load import load
from meshnode.config.places import locate
from meshnode.dashboard.sessions import Sessions
from meshnode.dashboard.site import House, pages
from meshnode.runtime.callers import Area
from meshnode.runtime.tokens import Wish
from tests.support.meshes import Mesh, Node
from tests.support.visitor import Visitor


@asynccontextmanager
async def served(node: Node) -> AsyncIterator[tuple[Sessions, str]]:
    """A node at its real port, as the program serves it: who is logged in there, and where."""
    home, stopping = node.opened.home.folder, trio.Event()
    loaded = load(None, {}, {"api.port": 0})
    doors = open_doors(home / "run" / "api.sock", loaded, node.opened.reader)
    sessions = Sessions(doors.port)
    site = site_of(node.opened, locate(home, {}), loaded, home / "node.log", doors.url, sessions)
    known = (node.site().tokens, sessions)
    entrances = doors.entrances(site, 30, known, lambda api: pages(House(api, sessions, node.opened.node)))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, entrances, stopping)
        yield sessions, doors.url
        stopping.set()


async def status(visitor: Visitor, path: str, **headers: str) -> int:
    answer = await trio.to_thread.run_sync(partial(visitor.asks, path, **headers))
    return answer.status


async def test_the_owners_own_programs_are_let_in(tmp_path: Path) -> None:
    async with Mesh(tmp_path).node("ana") as ana, served(ana) as (sessions, url):
        link = f"{url}/in/{sessions.make_link()}"
        visitor = await trio.to_thread.run_sync(Visitor.logged_in, link)
        assert [await status(visitor, path) for path in ("/", "/v1/health")] == [200, 200]


async def test_who_is_another_user_gets_in_by_neither_cookie_nor_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A test may not become another user, so the node is taken to be one: whoever comes next after its own.
    monkeypatch.setattr(front, "made_by", lambda users, listener: made_by([each + 1 for each in users], listener))
    async with Mesh(tmp_path).node("ana") as ana, served(ana) as (sessions, url):
        visitor, seen = Visitor(url), sessions.make_link()
        assert await status(visitor, f"/in/{seen}") == 403
        secret = sessions.open_link(seen)
        assert secret is not None, "a link that others tried is still good for the owner"
        visitor.cookie = sessions.set_cookie(secret).split(";")[0]
        assert [await status(visitor, path) for path in ("/", "/live", "/v1/health")] == [403] * 3
        _, token = await ana.site().tokens.create(Wish("bot", frozenset({Area.READ}), 3600))
        visitor.cookie = ""
        assert await status(visitor, "/v1/health", Authorization=f"Bearer {token}") == 200
