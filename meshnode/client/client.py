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

if TYPE_CHECKING:
    from pathlib import Path


class Client(Groups[Connection]):
    """One node, reached over its Unix socket."""

    def __init__(self, socket: str, seconds: float | None = None, *, proposing: bool = False) -> None:
        """With `proposing`, what the founders of an organisation decide on is proposed to them, and raises Proposed."""
        super().__init__(Connection(socket, seconds, proposing=proposing))

    @classmethod
    def of(cls, data: Path, seconds: float | None = None) -> Client:
        """Return the client of the node whose data folder is `data`; raises NodeNotRunning if none ever ran."""
        found = read_node_file(data)
        if found is None:
            raise NodeNotRunning(str(data), "no node.json")
        return cls(found["socket"], seconds)
