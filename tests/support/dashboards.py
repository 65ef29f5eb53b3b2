"""A browser without eyes: asks for pages of a dashboard in this process, logged in or not."""

from collections.abc import Callable
from typing import Any

import httpx
from starlette.types import ASGIApp

from meshnode.api.edge import application
from meshnode.api.guard import Guard, tcp_door
from meshnode.api.routes import ROUTES
from meshnode.app.run import site_of
from meshnode.config.load import Loaded
from meshnode.config.places import locate
from meshnode.dashboard.sessions import Sessions
from meshnode.dashboard.site import House, pages
from tests.support.meshes import Node
from tests.support.neighbours import anybody

PORT = 4480
OWN = {"Sec-Fetch-Site": "same-origin"}
"""What a browser says of a request that a page of ours makes."""
COOKIE = f"meshnode-{PORT}"


def _as_it_is(api: ASGIApp) -> ASGIApp:
    return api


class Reader:
    """Somebody at a dashboard."""

    def __init__(self, node: Node, between: Callable[[ASGIApp], ASGIApp] = _as_it_is) -> None:
        """`between` stands between the pages and the API."""
        self.sessions = Sessions(PORT)
        self.cookie = ""
        self._app = dashboard(node, self.sessions, PORT, between)

    async def logs_in(self) -> httpx.Response:
        """Open a fresh link."""
        answer = await self.get(f"/in/{self.sessions.make_link()}")
        self.cookie = answer.headers["set-cookie"].split(";")[0]
        return answer

    async def get(self, path: str) -> httpx.Response:
        """Ask for a page."""
        return await self.asks("GET", path)

    async def reads(self, path: str) -> str:
        """The HTML of a page that must be there."""
        answer = await self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.text

    async def sends(self, path: str, key: str = "", **fields: str) -> httpx.Response:
        """Send a form as the script does."""
        return await self.asks("POST", path, json=fields, headers={**OWN, **({"Idempotency-Key": key} if key else {})})

    async def asks(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request and its answer."""
        headers = {**more.pop("headers", {}), **({"Cookie": self.cookie} if self.cookie else {})}
        transport = httpx.ASGITransport(self._app)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://localhost:{PORT}") as client:
            return await client.request(method, path, headers=headers, **more)


def dashboard(node: Node, sessions: Sessions, port: int, between: Callable[[ASGIApp], ASGIApp] = _as_it_is) -> ASGIApp:
    """Somebody's dashboard with its API and its guard, as they stand at a port on loopback."""
    places = locate(node.opened.home.folder, {})
    site = site_of(node.opened, places, Loaded(node.opened.settings), places.state / "node.log")
    api = application(ROUTES, site, seconds=30)
    joined = application(ROUTES, site, 30, pages(House(between(api), sessions, node.opened.node)))
    return Guard(joined, tcp_door(port, [sessions], anybody))
