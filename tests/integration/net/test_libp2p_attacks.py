"""Raw sockets against a real listener with its real limits, in another process (P8).

Whatever they do, the node lives, takes at most 64 MB more memory, lets its event loop run at least every 100 ms,
keeps an honest peer's channel working, and lets another honest peer in.
"""

import errno
import os
import resource
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from typing import Any

import pytest
import trio

from meshnode.net.libp2p import frames
from meshnode.net.libp2p.negotiation import HungUp, NotAgreed
from meshnode.net.libp2p.transport import Libp2pTransport
from meshnode.net.libp2p.violation import Violation
from meshnode.net.settings import TransportSettings
from meshnode.net.transport import Channel
from tests.support.attacks.raw_peer import RawPeer, connect, delimited, raw_peer
from tests.support.node_process import NodeProcess, node_process
from tests.support.patience import DEADLINE
from tests.support.transports import libp2p, receive_exactly, running

pytestmark = pytest.mark.xdist_group("libp2p attacks")  # its node is started once

MORE_MEMORY = 64 * 1024 * 1024
STALL = 0.1
SECONDS = 1.2
WORK = 1_000_000
"""Bytes that an honest peer has to send and get back during an attack."""
ATTACKER = "127.0.0.66"
HELLO = delimited("/multistream/1.0.0")
ENDS = (OSError, trio.BrokenResourceError, trio.ClosedResourceError, HungUp, NotAgreed, Violation, EOFError)

NONSENSE = (
    b"\x00\x20" + os.urandom(32),
    b"\x00\x20" + bytes(32),
    b"\x00\x60" + os.urandom(96) + b"\x00\x80" + os.urandom(128),
    b"\xff\xff" + os.urandom(3000),
    b"\x00\x00",
    os.urandom(500),
)

Attack = Callable[[str], Awaitable[None]]


@pytest.fixture(scope="module")
def node() -> Iterator[NodeProcess]:
    """One node for all attacks, as a real one would have it, with the limits it would have."""
    _many_descriptors()
    defaults = TransportSettings(seed=bytes(32))
    kept = ("accepts_per_address_per_second", "accepts_per_address_burst", "max_connections_per_address")
    with node_process("alice", **{name: getattr(defaults, name) for name in kept}) as process:
        yield process


def _many_descriptors() -> None:
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65536), hard))


async def _under(
    attack: Attack, node: NodeProcess, *, tasks: int = 1, enough: Callable[[], bool] = lambda: True
) -> None:
    """Run `attack` over and over in so many tasks while honest peers do their work, then look how the node is.

    Goes on for `SECONDS`, and until there was `enough` of it and the honest have got some work done.
    """
    before = await _report(node)
    async with _honest("friend", node.address) as (friend, channel), trio.open_nursery() as nursery:
        for _ in range(tasks):
            nursery.start_soon(_again_and_again, attack, node.address)
        with trio.fail_after(DEADLINE):
            await _transfer(channel, enough)
        nursery.cancel_scope.cancel()
        assert friend.counters()["connections"] == 1
    after = await _report(node)
    assert after["rss"] - before["rss"] < MORE_MEMORY
    assert after["stall"] < STALL
    assert not any(after["counters"].get(name, 0) for name in ("handshake_errors", "connection_errors"))
    async with _honest("another", node.address):
        pass


async def _transfer(channel: Channel, enough: Callable[[], bool]) -> None:
    """Send and receive meanwhile."""
    transferred, end = 0, trio.current_time() + SECONDS
    while trio.current_time() < end or transferred < WORK or not enough():
        await channel.send(bytes(100_000))
        transferred += len(await receive_exactly(channel, 100_000))


async def _again_and_again(attack: Attack, address: str) -> None:
    for _ in count():
        with suppress(*ENDS), trio.fail_after(DEADLINE):
            await attack(address)
        await trio.lowlevel.checkpoint()


@asynccontextmanager
async def _honest(name: str, address: str) -> AsyncIterator[tuple[Libp2pTransport, Channel]]:
    transport = libp2p(name, listen=())
    async with running(transport):
        channel = await transport.dial(address)
        await channel.send(b"hello")
        assert await receive_exactly(channel, 5) == b"hello"
        yield transport, channel


async def _report(node: NodeProcess) -> Mapping[str, Any]:
    return await trio.to_thread.run_sync(node.report)


async def test_random_bytes(node: NodeProcess) -> None:
    async def attack(address: str) -> None:
        wire = connect(address, ATTACKER)
        try:
            await wire.send(os.urandom(4000))
            while await wire.receive(65536):
                pass
        finally:
            wire.close()

    await _under(attack, node, tasks=20)


async def test_nonsense_inside_the_handshake(node: NodeProcess) -> None:
    async def attack(address: str) -> None:
        for nonsense in NONSENSE:
            wire = connect(address, ATTACKER)
            try:
                await wire.send(HELLO + delimited("/noise") + nonsense)
                while await wire.receive(65536):
                    pass
            finally:
                wire.close()

    await _under(attack, node, tasks=10)


async def test_a_message_announced_as_endless(node: NodeProcess) -> None:
    async def attack(address: str) -> None:
        wire = connect(address, ATTACKER)
        try:
            await wire.send(b"\xff\xff\xff\xff\xff\xff\xff\xff\x7f")
            while True:
                await wire.send(bytes(65536))
        finally:
            wire.close()

    await _under(attack, node, tasks=10)


async def test_two_thousand_idle_connections_of_one_address(node: NodeProcess) -> None:
    await _idle(node, lambda _: ATTACKER)


async def test_two_thousand_idle_connections_of_as_many_addresses(node: NodeProcess) -> None:
    await _idle(node, lambda number: f"127.9.{number // 250}.{number % 250 + 1}")


async def _idle(node: NodeProcess, source: Callable[[int], str]) -> None:
    idle: list[socket.socket] = []

    async def attack(address: str) -> None:
        if len(idle) < 2000:
            sock = socket.socket()
            idle.append(sock)
            sock.bind((source(len(idle)), 0))
            sock.setblocking(False)
            assert sock.connect_ex(("127.0.0.1", int(address.split("/")[4]))) in (0, errno.EINPROGRESS)
        else:
            await trio.sleep_forever()

    await _under(attack, node, enough=lambda: len(idle) == 2000)
    for sock in idle:
        sock.close()


async def test_slow_loris(node: NodeProcess) -> None:
    async def attack(address: str) -> None:
        wire = connect(address, ATTACKER)
        try:
            for byte in HELLO + delimited("/noise"):
                await wire.send(bytes([byte]))
                await trio.sleep(0.1)
        finally:
            wire.close()

    await _under(attack, node, tasks=40)


async def test_a_flood_of_connections(node: NodeProcess) -> None:
    async def attack(address: str) -> None:
        connect(address, ATTACKER).close()

    await _under(attack, node, tasks=2)


async def test_a_flood_of_handshakes(node: NodeProcess) -> None:
    sources = count(1)

    async def attack(address: str) -> None:
        async with raw_peer(address, f"mallory {next(sources)}", f"127.8.0.{next(sources) % 250 + 1}"):
            pass

    await _under(attack, node, tasks=4)


async def _against_the_muxer(node: NodeProcess, misbehave: Callable[[RawPeer], Awaitable[None]]) -> None:
    """Shake hands honestly and misbehave behind that, from several addresses."""
    numbers = count()

    async def attack(address: str) -> None:
        number = next(numbers)
        async with raw_peer(address, f"mallory {number}", f"127.7.0.{number % 200 + 1}") as mallory:
            await misbehave(mallory)

    await _under(attack, node, tasks=4)


async def test_garbage_instead_of_frames(node: NodeProcess) -> None:
    async def misbehave(mallory: RawPeer) -> None:
        while True:
            await mallory.send(os.urandom(60_000))

    await _against_the_muxer(node, misbehave)


async def test_a_flood_of_tiny_frames(node: NodeProcess) -> None:
    tiny = frames.header(frames.PING, frames.SYN, 0, 1) * 5000

    async def misbehave(mallory: RawPeer) -> None:
        while True:
            await mallory.send(tiny)

    await _against_the_muxer(node, misbehave)


async def test_a_storm_of_streams(node: NodeProcess) -> None:
    storm = b"".join(frames.header(frames.WINDOW, frames.SYN, number, 0) for number in range(1, 10_000, 2))

    async def misbehave(mallory: RawPeer) -> None:
        while True:
            await mallory.send(storm)

    await _against_the_muxer(node, misbehave)


async def test_oversized_frames_and_overrun_windows(node: NodeProcess) -> None:
    async def misbehave(mallory: RawPeer) -> None:
        await mallory.open(1)
        await mallory.frame(frames.DATA, 0, 1, 2**24)
        while True:
            await mallory.send(bytes(60_000))

    await _against_the_muxer(node, misbehave)


async def test_one_byte_at_a_time(node: NodeProcess) -> None:
    drop = frames.header(frames.DATA, 0, 1, 1) + b"x"

    async def misbehave(mallory: RawPeer) -> None:
        await mallory.open(1)
        while True:
            await mallory.send(drop * 4000)
            await mallory.next()

    await _against_the_muxer(node, misbehave)


async def test_everything_it_sends_is_left_unread(node: NodeProcess) -> None:
    async def misbehave(mallory: RawPeer) -> None:
        await mallory.open(1)
        for _ in range(4):
            await mallory.frame(frames.DATA, 0, 1, 60_000, bytes(60_000))
        await trio.sleep_forever()

    await _against_the_muxer(node, misbehave)
