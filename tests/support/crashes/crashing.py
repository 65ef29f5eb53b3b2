"""Nodes that go dark in the middle of a request, right after a commit, and are started again on what is on the disk.

For a process it would be a kill -9 between two of its commits: what was committed is there, nobody got an answer, and
whatever was to be done next was not done. The others on the network stay up.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest
import trio

from meshnode.app.compose import Network, open_node
from meshnode.config.load import load
from meshnode.core.ports import Batch
from meshnode.core.rows import DayEntry, Forget, HeldEntry, LocalRow, PeerEntry, SearchEntry, UndecidedEntry, WaitEntry
from meshnode.runtime.failures import StoreFailed
from meshnode.store.writer import Writer
from tests.support.meshes import Api, Mesh, Node

BY_ITSELF = (HeldEntry, PeerEntry, DayEntry, WaitEntry, SearchEntry, UndecidedEntry)
"""What a node notes by itself while others come, go and tell what they hold."""


class PowerLost(Exception):
    """The node ends here."""


class Fuse:
    """Ends one node at a time, after one of the next commits that hold something of its owner's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._home: Path | None = None
        self._key, self.left, self._every = b"", 0, False
        self._concerned: dict[Writer, bool] = {}
        self.blown = trio.Event()
        """Set once the node has gone dark."""
        stage, finish = Writer.stage, Writer.finish

        def staged(writer: Writer, batches: Sequence[Batch]) -> None:
            stage(writer, batches)
            self._concerned[writer] = self._every or any(self._is_own(each) for each in batches)

        def finished(writer: Writer) -> None:
            finish(writer)
            path = writer._source.path
            if not self._concerned.pop(writer) or path is None or path.parent != self._home:
                return
            self.left -= 1
            if not self.left:
                self._home = None
                self._token.run_sync_soon(self.blown.set)
                raise PowerLost

        monkeypatch.setattr(Writer, "stage", staged)
        monkeypatch.setattr(Writer, "finish", finished)

    def arm(self, node: Node, commits: int, *, every: bool = False) -> None:
        """So many commits of its owner's, or `every` one, and this node goes dark; `left` says how many still."""
        self.blown, self._token = trio.Event(), trio.lowlevel.current_trio_token()
        self._home, self._key = node.opened.home.folder, node.opened.node.identity.key.public
        self.left, self._every = commits, every

    def disarm(self) -> None:
        """Nothing happens any more."""
        self._home = None

    def _is_own(self, batch: Batch) -> bool:
        """Whether the owner signs or chooses something in a batch."""
        return any(run.records[-1].key == self._key for run in batch.runs) or any(
            not issubclass(kind_of(row), BY_ITSELF) for row in batch.local
        )


def kind_of(row: LocalRow | Forget) -> type[LocalRow]:
    """The kind of a row, or of one that is forgotten."""
    return row.kind if isinstance(row, Forget) else type(row)


class CrashingNode(Node):
    """A node that can be started again in the middle of whatever is done at it."""

    def __init__(self, mesh: Mesh, name: str, flags: Mapping[str, object], nursery: trio.Nursery) -> None:
        self.name, self._mesh, self._flags, self._nursery = name, mesh, flags, nursery
        self._over, self._ended = trio.Event(), trio.Event()

    async def begin(self) -> None:
        """Run on what is on the disk."""
        self._over, self._ended = trio.Event(), trio.Event()
        await self._nursery.start(self._live)

    async def end(self) -> None:
        """End; what was committed stays."""
        self._over.set()
        await self._ended.wait()

    async def comes_up_again(self) -> None:
        """Go on as another process would."""
        await self.end()
        await self.begin()

    def api(self, site: object = None) -> Api:
        """The API of whatever process the node is by then."""
        return ApiOfNow(self)

    async def _live(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        loaded = load(None, {}, {flag.replace("__", "."): value for flag, value in self._flags.items()})
        network = Network(self._mesh.links.transport(self.name))
        try:
            async with open_node(self._mesh.home(self.name), loaded, network=network) as opened:
                super().__init__(self.name, opened)
                task_status.started()
                await self._over.wait()
        except StoreFailed as failed:
            if not isinstance(failed.cause, PowerLost):
                raise
        finally:
            self._ended.set()


class ApiOfNow(Api):
    def __init__(self, node: CrashingNode) -> None:
        self.node = node

    async def ask(self, method: str, path: str, body: object = None, *, key: str = "") -> httpx.Response:
        return await Node.api(self.node).ask(method, path, body, key=key)


@asynccontextmanager
async def crashing_node(mesh: Mesh, name: str, **flags: object) -> AsyncIterator[CrashingNode]:
    """Somebody's node, running; takes the place of `Mesh.node`."""
    async with trio.open_nursery() as nursery:
        node = CrashingNode(mesh, name, flags, nursery)
        await node.begin()
        yield node
        await node.end()
