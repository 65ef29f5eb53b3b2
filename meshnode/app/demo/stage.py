"""Where the demonstration plays: a temporary folder, one home for each person, and their nodes in one nursery."""

import shutil
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import trio

from meshnode.app.compose import Network, Opened, open_node
from meshnode.app.demo.divide import Divide, DividedTransport
from meshnode.app.init import create
from meshnode.config.load import Loaded
from meshnode.config.places import Places
from meshnode.config.sections import Log, Settings
from meshnode.net.settings import TransportSettings
from meshnode.net.transport import PeerId, Transport
from meshnode.store.keyfile import read_key

LISTEN = ("/ip4/127.0.0.1/tcp/0",)
PATIENCE = 30.0
"""Seconds until something that should happen by itself is said not to have happened."""
LOOK_AGAIN = 0.01
TRANSPORT_KEY = "transport.key"


class Started(Protocol):
    """What `nursery.start` hands to a node's task."""

    def started(self, value: Opened) -> None:
        """The node runs."""


class ClaimFailed(Exception):
    """The demonstration said something that does not hold."""


class Person:
    """Somebody with a home, and with a node while it runs."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.places = Places(config=folder / "config.toml", data=folder, state=folder)
        self.opened: Opened | None = None
        self.stop = trio.Event()
        self.ended = trio.Event()

    @property
    def node(self) -> Opened:
        """The running node."""
        assert self.opened is not None, f"{self.name}'s node does not run"
        return self.opened

    @property
    def peer(self) -> PeerId:
        """The node's name on the network."""
        return self.node.node.peer

    async def digest(self, scope: bytes) -> bytes:
        """The digest of a network's state, as this node computes it."""
        await self.node.office.projector.caught_up()
        return (await self.node.office.projector.digests()).get(scope, b"")


class Stage:
    """Makes homes and runs nodes in them."""

    def __init__(self, folder: Path, nursery: trio.Nursery) -> None:
        self.folder = folder
        self.divide = Divide()
        self._nursery = nursery

    async def enter(self, name: str) -> Person:
        """Make an identity for somebody and start the node."""
        folder = self.folder / name
        person = Person(name, folder)
        await trio.to_thread.run_sync(lambda: create(person.places, name, recovery=False))
        return await self.start(person)

    async def start(self, person: Person) -> Person:
        """Start the node of a home."""
        person.stop, person.ended = trio.Event(), trio.Event()
        person.opened = await self._nursery.start(self._play, person)
        return person

    async def leave(self, person: Person) -> None:
        """Stop a node and wait until nothing of it runs."""
        person.stop.set()
        await person.ended.wait()
        person.opened = None

    def transport(self, seed: bytes) -> Transport:
        """A real libp2p transport on loopback, cut where the mesh is cut."""
        from meshnode.net.libp2p.transport import Libp2pTransport

        return DividedTransport(Libp2pTransport(TransportSettings(seed=seed, listen=LISTEN)), self.divide)

    async def _play(self, person: Person, *, task_status: Started = trio.TASK_STATUS_IGNORED) -> None:
        network = Network(self.transport(read_key(person.places.data / TRANSPORT_KEY)))
        # Neither the user's settings nor the environment have a part in this.
        async with open_node(person.places, Loaded(Settings(log=Log(level="error"))), network=network) as opened:
            task_status.started(opened)
            await person.stop.wait()
        person.ended.set()


class Narrator:
    """Prints what happens while it happens; what is claimed has been checked."""

    def __init__(self, write: Callable[[str, str, bool | None, float], None]) -> None:
        """`write` takes a kind (`scene`, `told`, `claim`), a text, whether a claim holds, and the seconds so far."""
        self._write = write
        self._begun = time.monotonic()
        self.claims = 0

    def scene(self, text: str) -> None:
        """Begin a new scene."""
        self._write("scene", text, None, self._now())

    def tell(self, text: str) -> None:
        """Say what is about to be done, or was done."""
        self._write("told", text, None, self._now())

    def claim(self, text: str, holds: bool) -> None:
        """Say that something is so. Raises ClaimFailed if it is not."""
        self._write("claim", text, holds, self._now())
        if not holds:
            raise ClaimFailed(text)
        self.claims += 1

    def _now(self) -> float:
        return time.monotonic() - self._begun


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, whatever happened."""
    folder = Path(tempfile.mkdtemp(prefix="meshnode-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


async def comes_true(holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> bool:
    """Whether something becomes true within so many seconds."""
    with trio.move_on_after(seconds) as patience:
        while not await holds():  # noqa: ASYNC110 - what is waited for happens in several nodes
            await trio.sleep(LOOK_AGAIN)
    return not patience.cancelled_caught
