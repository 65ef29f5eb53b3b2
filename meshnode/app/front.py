"""The doors of one node: its Unix socket, and its port on loopback unless that is switched off."""

import contextlib
import os
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from starlette.types import ASGIApp

from meshnode.api.edge import application
from meshnode.api.guard import Guard, socket_door, tcp_door
from meshnode.api.listening import LOOPBACK, listen_on_loopback, listen_on_socket
from meshnode.api.routes import ROUTES
from meshnode.api.server import Entrance
from meshnode.api.site import Site
from meshnode.api.socket_users import ROOT, made_by
from meshnode.app.compose import Opened
from meshnode.config.load import Loaded
from meshnode.config.sections import API_PORT
from meshnode.core.rows import NoteEntry
from meshnode.runtime import notes
from meshnode.runtime.callers import Credentials
from meshnode.runtime.refusals import Refusal
from meshnode.store.reading import Reader

ANY = 0
"""The port that stands for any that is free."""


@dataclass(frozen=True, slots=True)
class Doors:
    """Both listening sockets; whoever connects waits until they are served."""

    path: Path
    unix: socket.socket
    tcp: socket.socket | None
    usual: int = 0
    """The port that needs not be remembered, because it is the first to be tried anyway; 0: none is remembered."""

    @property
    def port(self) -> int:
        """The port on loopback, 0 if there is none."""
        return 0 if self.tcp is None else int(self.tcp.getsockname()[1])

    @property
    def url(self) -> str:
        """Where the node answers on loopback, empty if it does not."""
        return f"http://{LOOPBACK}:{self.port}" if self.tcp is not None else ""

    def entrances(
        self,
        site: Site,
        seconds: float,
        credentials: Sequence[Credentials] = (),
        pages: Callable[[ASGIApp], ASGIApp] | None = None,
    ) -> list[Entrance]:
        """What is served at each door. On loopback, `credentials` are asked in turn who comes.

        There, what `pages` makes over the API is served beside it.
        """
        asked = site.office.node.asked
        app = application(ROUTES, site, seconds, asked=asked)
        served = [Entrance(self.unix, Guard(app, socket_door()), os.geteuid())]
        if self.tcp is not None:
            app = application(ROUTES, site, seconds, None if pages is None else pages(app), asked)
            is_owners = made_by((os.geteuid(), ROOT), self.tcp)
            served.append(Entrance(self.tcp, Guard(app, tcp_door(self.port, credentials, is_owners))))
        return served

    async def remember(self, opened: Opened) -> None:
        """Note the port if it is not the usual one, so that bookmarks and programs find this node again."""
        note = opened.reader.entry(NoteEntry, (notes.API_PORT,))
        value = self.port.to_bytes(2, "big")
        if self.usual and self.port != self.usual and (note is None or note.value != value):
            with contextlib.suppress(Refusal):  # a home that may be an old copy writes nothing yet
                await opened.node.write((), local=[NoteEntry(notes.API_PORT, value)])


def open_doors(path: Path, loaded: Loaded, reader: Reader) -> Doors:
    """Listen at both doors. Raises SocketInUse."""
    api = loaded.settings.api
    unix = listen_on_socket(path, os.geteuid())
    if not api.tcp:
        return Doors(path, unix, None)
    said = "api.port" in loaded.origins
    ports = (api.port,) if said else (_remembered(reader), API_PORT, ANY)
    try:
        return Doors(path, unix, listen_on_loopback(ports), 0 if said else API_PORT)
    except BaseException:
        unix.close()
        path.unlink(missing_ok=True)
        raise


def _remembered(reader: Reader) -> int:
    """The port this home took before, else the usual one."""
    note = reader.entry(NoteEntry, (notes.API_PORT,))
    return int.from_bytes(note.value, "big") if note else API_PORT
