"""A stock libp2p host and ours understand each other: identify, ping and our protocol, both ways (09)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import trio
from multiaddr import Multiaddr  # type: ignore[import-untyped]  # it has no types

from libp2p import new_host  # isort: skip
from libp2p.custom_types import TProtocol  # isort: skip
from libp2p.host.ping import PingService  # isort: skip
from libp2p.peer.peerinfo import info_from_p2p_addr  # isort: skip

from meshnode.net.settings import SYNC_PROTOCOL
from tests.support.patience import DEADLINE
from tests.support.transports import eventually, libp2p, receive_exactly, running

SYNC = TProtocol(SYNC_PROTOCOL)


@asynccontextmanager
async def stock_host() -> AsyncIterator[Any]:
    """Give a host as upstream makes it, listening, that echoes on our protocol."""

    async def echo(stream: Any) -> None:
        while data := await stream.read(65536):
            await stream.write(data)

    host = new_host()
    host.set_stream_handler(SYNC, echo)
    async with host.run([Multiaddr("/ip4/127.0.0.1/tcp/0")]):
        yield host
        with trio.move_on_after(3):
            await host.close()


async def test_a_stock_host_connects_pings_and_speaks_with_us() -> None:
    alice = libp2p("alice")
    async with running(alice) as address, stock_host() as host:
        info = info_from_p2p_addr(Multiaddr(address))
        with trio.fail_after(DEADLINE):
            await host.connect(info)
            assert await PingService(host).ping(info.peer_id, 3)
            stream = await host.new_stream(info.peer_id, [SYNC])
            await stream.write(b"hello from upstream")
            assert await stream.read(100) == b"hello from upstream"
        assert alice.counters()["connections"] == 1


async def test_a_stock_host_learns_what_we_speak_by_identify() -> None:
    async with running(libp2p("alice")) as address, stock_host() as host:
        info = info_from_p2p_addr(Multiaddr(address))
        await host.connect(info)
        await eventually(lambda: host.get_peerstore().supports_protocols(info.peer_id, [SYNC_PROTOCOL]))


async def test_we_dial_a_stock_host() -> None:
    alice = libp2p("alice")
    async with running(alice), stock_host() as host:
        channel = await alice.dial(str(host.get_addrs()[0]))
        assert channel.peer == str(host.get_id())
        for size in (1, 1000, 100_000):
            await channel.send(bytes(size))
            assert await receive_exactly(channel, size) == bytes(size)


async def test_bulk_flows_in_both_directions() -> None:
    alice, size = libp2p("alice"), 700_000
    async with running(alice), stock_host() as host, trio.open_nursery() as nursery:
        channel = await alice.dial(str(host.get_addrs()[0]))
        nursery.start_soon(channel.send, bytes(size))
        assert await receive_exactly(channel, size) == bytes(size)
