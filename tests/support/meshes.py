"""Whole nodes in one process that meet in memory: real homes on the disk, real cores, no sockets."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import trio
from starlette.types import ASGIApp

from meshnode.api.edge import application
from meshnode.api.guard import Guard, socket_door
from meshnode.api.routes import ROUTES
from meshnode.api.site import Site
from meshnode.app.compose import Network, Opened, open_node
from meshnode.app.init import create
from meshnode.app.run import site_of
from meshnode.config.load import Loaded, load
from meshnode.config.places import Places, locate
from meshnode.net.memory import MemoryMesh
from meshnode.net.transport import PeerId
from meshnode.runtime.requests import amounts, networks, people, work
from meshproto.records.ids import RecordId, ScopeId
from tests.support.patience import DEADLINE


class Mesh:
    """A folder with homes, and the network between their nodes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.links = MemoryMesh()

    def home(self, name: str) -> Places:
        """The places of somebody's home; made, with an identity, if it is not there."""
        places = locate(self.folder / name, {})
        if not (places.data / "device.key").exists():
            create(places, name.capitalize(), recovery=False)
        return places

    @contextlib.asynccontextmanager
    async def node(self, name: str, **flags: object) -> AsyncIterator["Node"]:
        """Somebody's node, running; `flags` are settings such as `sync__live=False`."""
        loaded = load(None, {}, {flag.replace("__", "."): value for flag, value in flags.items()})
        network = Network(self.links.transport(name))
        async with open_node(self.home(name), loaded, network=network) as opened:
            yield Node(name, opened)

    def cut(self, one: str, other: str) -> None:
        """Break the link between two nodes."""
        self.links.cut(PeerId(one), PeerId(other))

    def heal(self, one: str, other: str) -> None:
        """Mend it."""
        self.links.heal(PeerId(one), PeerId(other))


class Node:
    """One running node with what tests do at it."""

    def __init__(self, name: str, opened: Opened) -> None:
        self.name, self.opened, self.office = name, opened, opened.office
        self._site: Site | None = None

    def site(self) -> Site:
        """What the API of this node serves; always the same."""
        if self._site is None:
            places = locate(self.opened.home.folder, {})
            self._site = site_of(self.opened, places, Loaded(self.opened.settings), places.state / "node.log")
        return self._site

    def api(self, site: Site | None = None) -> "Api":
        """The local API of this node as on its Unix socket, without the socket in between."""
        return Api(Guard(application(ROUTES, site or self.site(), seconds=30), socket_door()))

    async def logs(self, title: str, network: str | None = None, seconds: int = 3600) -> RecordId:
        """Log some work; returns when it is flushed."""
        wish = work.Work(title=title, quantity=amounts.seconds(seconds), network=network)
        return (await work.log(self.office, wish))[0]

    async def founds(self, name: str = "studio", *, is_open: bool = True) -> ScopeId:
        """Found a network."""
        return await networks.found(self.office, networks.Charter(name, is_open=is_open))

    def line(self, network: ScopeId) -> people.JoinLine:
        """The line by which others join; links in memory have addresses that no text needs to carry."""
        return people.JoinLine(network, ((self.opened.node.peer, self.opened.node.listening),))

    async def joins(self, line: people.JoinLine, seconds: float = DEADLINE) -> bool:
        """Join by a line; whether one stands in the network before the wait is over."""
        return await people.join(self.office, line, seconds)

    def has(self, *records: RecordId) -> bool:
        """Whether all of these are committed here."""
        return all(self.opened.reader.has(record) for record in records)

    def text_of(self, record: RecordId) -> bytes | None:
        """The private part of a record, if it is here."""
        return self.opened.reader.private(record)

    async def sees(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition on what is committed holds."""
        with trio.fail_after(DEADLINE):
            seen = self.opened.node.hub.moves
            while not condition():
                seen = await self.opened.node.hub.after(seen)

    async def learns(self, condition: Callable[[], object]) -> None:
        """Wait until a condition holds that nothing announces."""
        with trio.fail_after(DEADLINE):
            while not condition():  # noqa: ASYNC110 - there is no event to wait for
                await trio.sleep(0.01)

    async def hears(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition on what the core reports holds."""
        with trio.fail_after(DEADLINE):
            while not condition():
                await self.opened.node.news.after(self.opened.node.news.moves)


class Api:
    """Asks a node's API as a program would, and expects success unless told otherwise."""

    def __init__(self, app: ASGIApp, base: str = "http://localhost", headers: Mapping[str, str] | None = None) -> None:
        self._app, self._base, self.headers = app, base, dict(headers or {})

    async def ask(self, method: str, path: str, body: object = None, *, key: str = "") -> httpx.Response:
        """One request and its answer."""
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url=self._base) as client:
            return await client.request(method, f"/v1{path}", json=body, headers=headers)

    async def does(self, method: str, path: str, body: object = None, *, key: str = "") -> Any:
        """The JSON of an answer that must be a success."""
        answer = await self.ask(method, path, body, key=key)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def refuses(self, method: str, path: str, body: object = None, *, key: str = "") -> dict[str, Any]:
        """The problem of an answer that must be one."""
        answer = await self.ask(method, path, body, key=key)
        assert answer.headers["content-type"] == "application/problem+json", f"{method} {path}: {answer.text}"
        problem: dict[str, Any] = answer.json()
        assert problem["detail"]
        return problem


async def until(ask: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Ask again and again until the answer is the one wanted."""
    with trio.fail_after(DEADLINE):
        while await ask() != wanted:  # noqa: ASYNC110 - there is no event to wait for
            await trio.sleep(0.02)


async def together(*waits: Callable[[], Awaitable[object]]) -> None:
    """Wait for several things at once."""
    async with trio.open_nursery() as nursery:
        for wait in waits:
            nursery.start_soon(wait)
