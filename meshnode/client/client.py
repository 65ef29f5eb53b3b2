"""The node's API as Python calls: one method per route, plain dictionaries with types in and out.

    node = Client.of(Path("~/.local/share/meshnode").expanduser())
    node.work.log("Landing page, first draft", seconds=12600)

Every method raises the errors of `meshnode.client.errors`. What writes takes an idempotency key of its own, so that a
caller who got no answer can repeat the call with the same `key` and nothing is written twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.connection import Connection, read_node_file
from meshnode.client.errors import NodeNotRunning
from meshnode.client.groups import Groups
from meshnode.client.transport import Address

if TYPE_CHECKING:
    from pathlib import Path

    from meshnode.client.events import Events
    from meshnode.client.listening import Chosen


class Client(Groups[Connection]):
    """One node, reached over its Unix socket, or at a TCP port with a token."""

    def __init__(self, socket: str, seconds: float | None = None, *, proposing: bool = False) -> None:
        """With `proposing`, what the founders of an organisation decide on is proposed to them, and raises Proposed."""
        super().__init__(Connection(Address(socket), seconds, proposing=proposing))

    @classmethod
    def at(cls, url: str, token: str, seconds: float | None = None) -> Client:
        """Return the client of the node that listens at a URL such as http://127.0.0.1:4480; raises ValueError."""
        made = cls("", seconds)
        made.link.address = Address.of(url, token)
        return made

    @classmethod
    def of(cls, data: Path, seconds: float | None = None) -> Client:
        """Return the client of the node whose data folder is `data`; raises NodeNotRunning if none ever ran."""
        found = read_node_file(data)
        if found is None:
            raise NodeNotRunning(str(data), "no node.json")
        return cls(found["socket"], seconds)

    def events(self, after: int | None = None, chosen: Chosen | None = None) -> Events:
        """What happens at the node, as it happens; with `after` first what arrived after that number, 0 for all.

        Keep `place` of the last event that was dealt with, and give it as `after` to go on there, whenever that is.
        """
        from meshnode.client.events import Events
        from meshnode.client.listening import Chosen, Listening

        return Events(self.link.address, Listening(chosen or Chosen(), after))
