"""Where somebody sits at their node: its API asked as any program would, and its dashboard for a browser."""

import os
import socket
from functools import partial

import trio

from meshnode.api.edge import application
from meshnode.api.guard import Guard, tcp_door
from meshnode.api.listening import LOOPBACK, listen_on_loopback
from meshnode.api.routes import ROUTES
from meshnode.api.server import Entrance, serve
from meshnode.api.socket_users import ROOT, made_by
from meshnode.app.compose import Opened
from meshnode.app.front import ANY
from meshnode.app.run import site_of
from meshnode.config.load import Loaded
from meshnode.config.places import Places
from meshnode.dashboard.asking import Asking
from meshnode.dashboard.sessions import Sessions
from meshnode.dashboard.site import House, pages
from meshnode.runtime.callers import OWNER


class Seat:
    """One person at one running node."""

    def __init__(self, name: str, opened: Opened, places: Places, loaded: Loaded) -> None:
        self.name, self.opened = name, opened
        self._listener: socket.socket | None = None
        self._sessions: Sessions | None = None
        self._site = partial(site_of, opened, places, loaded, places.state / "node.log")
        self.ask = Asking(
            application(ROUTES, self._site(), opened.settings.api.request_seconds, asked=opened.node.asked), OWNER
        )
        """Asks the API as the owner."""
        self.url = ""
        """Where the dashboard is, once it is served."""

    def link(self) -> str:
        """A fresh link that logs one browser in."""
        assert self._sessions is not None, "the dashboard is not served"
        return f"{self.url}/in/{self._sessions.make_link()}"

    def open(self) -> None:
        """Listen for browsers; whoever connects waits until `serve` runs."""
        self._listener = listen_on_loopback([ANY])
        port = int(self._listener.getsockname()[1])
        self._sessions, self.url = Sessions(port), f"http://{LOOPBACK}:{port}"

    async def serve(self, stopping: trio.Event) -> None:
        """Serve the dashboard until it is to stop."""
        assert self._listener is not None
        assert self._sessions is not None
        site, seconds = self._site(self.url, self._sessions), self.opened.settings.api.request_seconds
        house = House(application(ROUTES, site, seconds), self._sessions, self.opened.node)
        is_owners = made_by((os.geteuid(), ROOT), self._listener)
        door = tcp_door(self._sessions.port, [self._sessions], is_owners)
        await serve([Entrance(self._listener, Guard(application(ROUTES, site, seconds, pages(house)), door))], stopping)
