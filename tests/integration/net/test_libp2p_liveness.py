"""Peers that fall silent, come back, or leave, and this node leaving (09: liveness, one connection, shutdown)."""

import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest
import trio

from meshnode.net.libp2p import book, frames
from meshnode.net.libp2p.book import OVERSLEPT
from meshnode.net.libp2p.transport import Libp2pTransport
from meshnode.net.settings import TransportSettings
from meshnode.net.transport import Channel, ChannelClosed, CloseReason, NotRunning
from tests.support.attacks.raw_peer import raw_peer
from tests.support.node_process import node_process
from tests.support.patience import DEADLINE
from tests.support.transports import Callers, eventually, libp2p, receive_exactly, running

QUICK = {"ping_interval": 0.3, "ping_timeout": 0.4}
"""For peers in this process: they stand still whenever we do, and that is seen."""

FAIRLY_QUICK = {"ping_interval": 0.3, "ping_timeout": 2.0}
"""For peers in another process, which may have to wait for its turn."""


def test_a_silent_peer_is_dropped_within_five_seconds() -> None:
    defaults = TransportSettings(seed=bytes(32))
    assert defaults.ping_interval + defaults.ping_timeout < 5


async def test_a_frozen_peer_is_dropped() -> None:
    alice = libp2p("alice", **FAIRLY_QUICK)
    with node_process("bob") as bob:
        async with running(alice):
            channel = await alice.dial(bob.address)
            await channel.send(b"awake")
            assert await receive_exactly(channel, 5) == b"awake"
            os.kill(bob.process.pid, signal.SIGSTOP)
            with pytest.raises(ChannelClosed) as caught, trio.fail_after(DEADLINE):
                await channel.receive()
            assert caught.value.reason is CloseReason.SILENT
            os.kill(bob.process.pid, signal.SIGCONT)


async def test_a_peer_that_freezes_while_it_is_sent_to_is_dropped() -> None:
    alice = libp2p("alice", **FAIRLY_QUICK)
    with node_process("bob") as bob:
        async with running(alice):
            channel = await alice.dial(bob.address)
            os.kill(bob.process.pid, signal.SIGSTOP)
            with pytest.raises(ChannelClosed) as caught, trio.fail_after(DEADLINE):
                await channel.send(bytes(64_000_000))
            assert caught.value.reason is CloseReason.SILENT
            os.kill(bob.process.pid, signal.SIGCONT)


async def test_a_peer_on_a_slow_line_is_not_taken_for_a_silent_one() -> None:
    # It reads slowly and says nothing, as if the answers to our pings were still on their way.
    alice, ended = libp2p("alice", **QUICK), trio.Event()

    async def send_much(channel: Channel) -> None:
        try:
            await channel.send(bytes(100_000_000))
        finally:
            ended.set()

    async with running(alice, send_much) as address, raw_peer(address, "bob") as bob:
        await bob.open(1)
        await bob.frame(frames.WINDOW, 0, 1, 100_000_000)
        end = trio.current_time() + 3 * (QUICK["ping_interval"] + QUICK["ping_timeout"])
        while trio.current_time() < end:
            assert await bob.wire.receive(100_000)
            await trio.sleep(0.02)
        assert not ended.is_set()
        with trio.fail_after(DEADLINE):
            await ended.wait()
        assert alice.counters()["closed_silent"] == 1


async def test_a_killed_peer_is_noticed_without_asking_it() -> None:
    alice = libp2p("alice", ping_interval=2 * DEADLINE)
    with node_process("bob") as bob:
        async with running(alice):
            channel = await alice.dial(bob.address)
            bob.process.kill()
            with pytest.raises(ChannelClosed) as caught, trio.fail_after(DEADLINE):
                await channel.receive()
            assert caught.value.reason in (CloseReason.BROKEN, CloseReason.RESET)
            bob.process.wait()


async def test_an_idle_peer_that_answers_stays() -> None:
    # This side may stand still for a second without calling others silent, so they have as long to answer.
    alice, bob = libp2p("alice", ping_interval=0.05, ping_timeout=OVERSLEPT), libp2p("bob", ping_interval=DEADLINE)
    async with running(alice), running(bob) as address:
        channel = await alice.dial(address)
        end = trio.current_time() + 1.5 * OVERSLEPT
        await eventually(lambda: trio.current_time() > end)
        await channel.send(b"x")
        assert await channel.receive() == b"x"


async def test_a_peer_that_lost_its_old_connection_gets_a_new_one() -> None:
    # The old one does not answer: its owner is gone, and nothing has told this node so far.
    alice, callers = libp2p("alice"), Callers()
    async with running(alice, callers) as address, raw_peer(address, "bob") as old:
        await old.open(1)
        lost = await callers.next()
        _age(alice)
        async with raw_peer(address, "bob") as new:
            await new.open(1)
            assert (await callers.next()).peer == lost.peer
            with pytest.raises(ChannelClosed) as caught:
                await lost.receive()
            assert caught.value.reason is CloseReason.DUPLICATE
            assert alice.counters()["connections"] == 1


async def test_a_second_connection_of_a_peer_that_is_well_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "PROBE_WITHIN", DEADLINE)
    async with _well_connected() as (alice, channel, address):
        async with raw_peer(address, "bob") as copy:
            await copy.until_cut()
        assert alice.counters()["duplicates"] == 1
        await channel.send(b"x")
        assert await receive_exactly(channel, 1) == b"x"


@asynccontextmanager
async def _well_connected() -> AsyncIterator[tuple[Libp2pTransport, Channel, str]]:
    """Give a node, a channel to it that is too old to have crossed with another dial, and its address."""
    alice, bob = libp2p("alice", handshake_deadline=4 * DEADLINE), libp2p("bob")
    async with running(alice) as address, running(bob):
        channel = await bob.dial(address)
        await channel.send(b"hello")
        assert await receive_exactly(channel, 5) == b"hello"
        _age(alice)
        yield alice, channel, address


def _age(transport: Libp2pTransport) -> None:
    """Let the connections be so old that another one cannot be the other half of two dials at the same moment."""
    for connection in transport._book._connections.values():
        connection.since -= transport._settings.handshake_deadline + 1


async def test_leaving_frees_every_socket_task_and_thread() -> None:
    process, before = psutil.Process(), _holdings()
    for _ in range(3):
        alice, bob = libp2p("alice"), libp2p("bob")
        async with running(alice), running(bob) as address:
            channel = await alice.dial(address)
            await channel.send(bytes(100_000))
            async with raw_peer(address, "mallory"):
                assert len(process.net_connections()) >= 6
    # Less is well: what earlier tests left to the garbage collector, or an idle thread, may have gone meanwhile.
    await eventually(lambda: all(now <= was for now, was in zip(_holdings(), before, strict=True)))


async def test_leaving_does_not_wait_for_a_handler_that_does_not_care() -> None:
    async def stubborn(channel: Channel) -> None:
        while True:
            try:
                await channel.receive()
            except ChannelClosed:
                await trio.sleep(3600)

    alice, bob = libp2p("alice"), libp2p("bob")
    async with running(alice):
        with trio.fail_after(DEADLINE):
            async with running(bob, stubborn) as address:
                await alice.dial(address)


async def test_leaving_ends_a_dial_under_way() -> None:
    alice, ended = libp2p("alice", handshake_deadline=2 * DEADLINE), trio.Event()

    async def dial(address: str) -> None:
        with pytest.raises(NotRunning):
            await alice.dial(address)
        ended.set()

    with socket.create_server(("127.0.0.1", 0)) as mute:
        async with trio.open_nursery() as nursery:
            async with running(alice):
                nursery.start_soon(dial, f"/ip4/127.0.0.1/tcp/{mute.getsockname()[1]}/p2p/{libp2p('bob').peer_id}")
                await eventually(lambda: alice._gate._settled)
            with trio.fail_after(DEADLINE):
                await ended.wait()


def _holdings() -> tuple[int, int, int]:
    process = psutil.Process()
    return process.num_fds(), process.num_threads(), trio.lowlevel.current_statistics().tasks_living
