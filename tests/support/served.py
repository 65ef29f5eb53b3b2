"""Dashboards of nodes in this process, served on loopback beside the test, which may wait as it likes."""

import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from functools import partial
from typing import Any, TypeVar

import trio
from starlette.types import ASGIApp

from meshnode.api.edge import application
from meshnode.api.guard import Guard, tcp_door
from meshnode.api.listening import listen_on_loopback
from meshnode.api.routes import ROUTES
from meshnode.api.server import Entrance, serve
from meshnode.app.run import site_of
from meshnode.config.load import Loaded
from meshnode.config.places import locate
from meshnode.dashboard.sessions import Sessions
from meshnode.dashboard.site import House, pages
from tests.support.bargains import Table
from tests.support.meshes import Node

T = TypeVar("T")


class Served:
    """Tables with their dashboards: where each is, and links to log in by."""

    def __init__(self) -> None:
        self.table: Table | None = None
        self.urls: dict[str, str] = {}
        self._sessions: dict[str, Sessions] = {}
        self._token: trio.lowlevel.TrioToken | None = None
        self._ready = threading.Event()
        self._stop = trio.Event()
        self._failed: BaseException | None = None

    def link(self, name: str) -> str:
        """A fresh link that logs a browser in to somebody's dashboard."""
        return f"{self.urls[name]}/in/{self._sessions[name].make_link()}"

    def does(self, action: Callable[..., Awaitable[T]], *arguments: Any) -> T:
        """Do something at the nodes, from the thread of the test."""
        return trio.from_thread.run(partial(action, *arguments), trio_token=self._token)

    def run(self, scene: Callable[[], AbstractAsyncContextManager[Table]]) -> None:
        """The thread: everything there is, until `_stop`."""
        try:
            trio.run(self._main, scene)
        except BaseException as error:
            self._failed = error
            self._ready.set()
            raise

    async def _main(self, scene: Callable[[], AbstractAsyncContextManager[Table]]) -> None:
        self._token = trio.lowlevel.current_trio_token()
        async with scene() as table, trio.open_nursery() as nursery:
            self.table = table
            for name, node in table.nodes.items():
                await self._open(name, node, nursery)
            self._ready.set()
            await self._stop.wait()
            nursery.cancel_scope.cancel()

    async def _open(self, name: str, node: Node, nursery: trio.Nursery) -> None:
        listener = listen_on_loopback([0])
        port = int(listener.getsockname()[1])
        sessions = Sessions(port)
        nursery.start_soon(serve, [Entrance(listener, dashboard(node, sessions, port))], self._stop)
        self.urls[name], self._sessions[name] = f"http://127.0.0.1:{port}", sessions


def dashboard(node: Node, sessions: Sessions, port: int) -> ASGIApp:
    """Somebody's dashboard with its API and its guard, as they stand at a port on loopback."""
    places = locate(node.opened.home.folder, {})
    site = site_of(node.opened, places, Loaded(node.opened.settings), places.state / "node.log")
    api = application(ROUTES, site, seconds=30)
    joined = application(ROUTES, site, 30, pages(House(api, sessions, node.opened.node)))
    return Guard(joined, tcp_door(port, [sessions]))


@contextmanager
def served(scene: Callable[[], AbstractAsyncContextManager[Table]]) -> Iterator[Served]:
    """The dashboards of all nodes of a scene, in a thread of their own."""
    found = Served()
    thread = threading.Thread(target=found.run, args=(scene,), name="nodes")
    thread.start()
    found._ready.wait()
    try:
        if found._failed is not None:
            raise found._failed
        yield found
    finally:
        if found._failed is None and found._token is not None:
            found._token.run_sync_soon(found._stop.set)
        thread.join()
