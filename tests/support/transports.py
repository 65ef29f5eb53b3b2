"""Transports for tests, over memory and over libp2p on loopback, and what every test does with them."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Protocol

import trio

from meshnode.net.libp2p.transport import Libp2pTransport
from meshnode.net.memory import MemoryMesh
from meshnode.net.settings import TransportSettings
from meshnode.net.transport import Channel, ChannelHandler, Transport
from tests.support.patience import DEADLINE

LOOPBACK = "/ip4/127.0.0.1/tcp/0"


def settings_of(name: str, **changes: Any) -> TransportSettings:
    """Return settings whose identity follows from `name`: a free port, no limit on how often to connect, patience."""
    defaults: dict[str, Any] = {
        "seed": hashlib.sha256(name.encode()).digest(),
        "listen": (LOOPBACK,),
        "accepts_per_address_per_second": 1e6,
        "accepts_per_address_burst": 10**6,
        "max_connections_per_address": 200,
        # Nobody is called slow or silent because this machine is busy; a test of that sets its own.
        "dial_deadline": DEADLINE,
        "handshake_deadline": DEADLINE,
        "ping_timeout": DEADLINE,
    }
    return TransportSettings(**{**defaults, **changes})


def libp2p(name: str, **changes: Any) -> Libp2pTransport:
    """Return a transport over libp2p for `name`."""
    return Libp2pTransport(settings_of(name, **changes))


class World(Protocol):
    """Makes transports that can reach each other."""

    def transport(self, name: str) -> Transport:
        """Return a new one."""

    def rival(self, name: str, address: str) -> Transport:
        """Return one that would listen where `address` says somebody listens already."""

    def nowhere(self) -> str:
        """Return a proper address at which nobody is."""


class MemoryWorld:
    """A `World` in memory."""

    def __init__(self) -> None:
        self.mesh = MemoryMesh()

    def transport(self, name: str) -> Transport:
        """See `World.transport`."""
        return self.mesh.transport(name)

    def rival(self, name: str, address: str) -> Transport:
        """See `World.rival`; in memory the place is the name."""
        return self.mesh.transport(address.split("/")[2])

    def nowhere(self) -> str:
        """See `World.nowhere`."""
        return "/memory/nobody/p2p/nobody"


class Libp2pWorld:
    """A `World` on loopback."""

    def transport(self, name: str) -> Transport:
        """See `World.transport`."""
        return libp2p(name)

    def rival(self, name: str, address: str) -> Transport:
        """See `World.rival`."""
        return libp2p(name, listen=(address.partition("/p2p/")[0],))

    def nowhere(self) -> str:
        """See `World.nowhere`; nobody listens on the discard port."""
        return f"/ip4/127.0.0.1/tcp/9/p2p/{libp2p('nobody').peer_id}"


async def echo(channel: Channel) -> None:
    """Send everything back."""
    while data := await channel.receive():
        await channel.send(data)


async def hold(channel: Channel) -> None:
    """Keep the channel without reading from it."""
    await trio.sleep_forever()


class Callers:
    """A handler that hands the channels of those who call to the test."""

    def __init__(self) -> None:
        self._send, self._receive = trio.open_memory_channel[Channel](100)

    async def __call__(self, channel: Channel) -> None:
        """Keep the channel open until the test is over."""
        await self._send.send(channel)
        await trio.sleep_forever()

    async def next(self) -> Channel:
        """Return the next channel that somebody opened."""
        with trio.fail_after(DEADLINE):
            return await self._receive.receive()

    def waiting(self) -> int:
        """Return how many channels nobody asked for yet."""
        return self._receive.statistics().current_buffer_used


@asynccontextmanager
async def running(transport: Transport, on_channel: ChannelHandler = echo) -> AsyncIterator[str]:
    """Run `transport` and give its first address."""
    async with trio.open_nursery() as nursery:
        addresses: tuple[str, ...] = await nursery.start(transport.run, on_channel)
        yield addresses[0] if addresses else ""
        nursery.cancel_scope.cancel()


async def receive_exactly(channel: Channel, count: int) -> bytes:
    """Return the next `count` bytes; fails the test when they do not come."""
    received = bytearray()
    with trio.fail_after(DEADLINE):
        while len(received) < count:
            data = await channel.receive(count - len(received))
            assert data, f"the channel ended after {len(received)} of {count} bytes"
            received += data
    return bytes(received)


async def eventually(condition: Any) -> None:
    """Wait until `condition()` holds; fails the test when it does not within the deadline."""
    with trio.fail_after(DEADLINE):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in the system or in another process
            await trio.sleep(0.002)
