"""Where the demonstration plays: a temporary folder, one home for each person, and their nodes in one nursery."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import trio

from meshnode.app.compose import Network, Opened, open_node
from meshnode.app.demo.divide import Divide, DividedTransport
from meshnode.app.demo.seat import Seat
from meshnode.app.init import create
from meshnode.config.load import load
from meshnode.config.places import Places
from meshnode.net.settings import TransportSettings
from meshnode.net.transport import PeerId, Transport
from meshnode.store.keyfile import read_key

LISTEN = ("/ip4/127.0.0.1/tcp/0",)
_SAID = {"net.listen": list(LISTEN), "net.discovery": False, "log.level": "error", "backup.remind_days": 0}
QUIET = load(None, {}, _SAID)
"""What the nodes are told for this one start; neither the user's settings nor the environment have a part in it."""
DAY_MS = 86_400_000
TRANSPORT_KEY = "transport.key"


class Started(Protocol):
    """What `nursery.start` hands to a node's task."""

    def started(self, value: Opened) -> None:
        """The node runs."""


class Person:
    """Somebody with a home, and with a node while it runs."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.places = Places(config=folder / "config.toml", data=folder, state=folder)
        self.opened: Opened | None = None
        self.sits: Seat | None = None
        self.stop = trio.Event()
        self.ended = trio.Event()

    @property
    def node(self) -> Opened:
        """The running node."""
        assert self.opened is not None, f"{self.name}'s node does not run"
        return self.opened

    @property
    def seat(self) -> Seat:
        """Where they sit at the running node."""
        assert self.sits is not None, f"{self.name}'s node does not run"
        return self.sits

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
        self.people: list[Person] = []
        self._nursery = nursery
        self._ago = 0.0

    def turn(self, ago: float) -> None:
        """Set all clocks to so many days ago: half a year goes by while one looks on."""
        for person in self.people:
            if person.opened is not None:
                person.node.node.clock.skip(_age(self._ago) - _age(ago))
        self._ago = ago

    async def enter(self, name: str) -> Person:
        """Make an identity for somebody and start the node."""
        folder = self.folder / name.lower()
        person = Person(name, folder)
        at = time.time_ns() // 1_000_000 - _age(self._ago)
        await trio.to_thread.run_sync(lambda: create(person.places, name, recovery=False, at=at))
        self.people.append(person)
        return await self.start(person)

    async def start(self, person: Person) -> Person:
        """Start the node of a home."""
        person.stop, person.ended = trio.Event(), trio.Event()
        person.opened = await self._nursery.start(self._play, person)
        person.sits = Seat(person.name, person.node, person.places, QUIET)
        return person

    async def leave(self, person: Person) -> None:
        """Stop a node and wait until nothing of it runs."""
        person.stop.set()
        await person.ended.wait()
        person.opened = person.sits = None

    def transport(self, seed: bytes) -> Transport:
        """A real libp2p transport on loopback, cut where the mesh is cut."""
        from meshnode.net.libp2p.transport import Libp2pTransport

        return DividedTransport(Libp2pTransport(TransportSettings(seed=seed, listen=LISTEN)), self.divide)

    async def _play(self, person: Person, *, task_status: Started = trio.TASK_STATUS_IGNORED) -> None:
        network = Network(self.transport(read_key(person.places.data / TRANSPORT_KEY)))
        async with open_node(person.places, QUIET, network=network) as opened:
            opened.node.clock.skip(-_age(self._ago))
            task_status.started(opened)
            await person.stop.wait()
        person.ended.set()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, whatever happened."""
    folder = Path(tempfile.mkdtemp(prefix="meshnode-demo-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _age(ago: float) -> int:
    """How many milliseconds back so many days are; not all at the same time of day, for nobody lives like that."""
    minutes = int(ago) * 37 % 8 * 60 + int(ago) * 13 % 60
    return int(ago * DAY_MS) + minutes * 60_000
