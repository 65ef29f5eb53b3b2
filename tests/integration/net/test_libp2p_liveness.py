"""Peers that fall silent, come back, or leave, and this node leaving (09: liveness, one connection, shutdown)."""

import os
import signal
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest
import trio

from meshnode.net.libp2p import frames
from meshnode.net.libp2p.transport import Libp2pTransport
from meshnode.net.settings import TransportSettings
from meshnode.net.transport import Channel, ChannelClosed, CloseReason, NotRunning
from tests.support.node_process import node_process
from tests.support.raw_peer import raw_peer
from tests.support.transports import DEADLINE, Callers, eventually, libp2p, receive_exactly, running

QUICK = {"ping_interval": 0.3, "ping_timeout": 0.4}


def test_a_silent_peer_is_dropped_within_five_seconds() -> None:
    defaults = TransportSettings(seed=bytes(32))
    assert defaults.ping_interval + defaults.ping_timeout < 5


async def test_a_frozen_peer_is_dropped() -> None:
    alice = libp2p("alice", **QUICK)
    with node_process("bob") as bob:
        async with running(alice):
            channel = await alice.dial(bob.address)
            await channel.send(b"awake")
            assert await receive_exactly(channel, 5) == b"awake"
            os.kill(bob.process.pid, signal.SIGSTOP)
            begun = time.monotonic()
            with pytest.raises(ChannelClosed) as caught, trio.fail_after(DEADLINE):
                await channel.receive()
            assert caught.value.reason is CloseReason.SILENT
            assert 0.4 < time.monotonic() - begun < 3
            os.kill(bob.process.pid, signal.SIGCONT)


async def test_a_peer_that_freezes_while_it_is_sent_to_is_dropped() -> None:
    alice = libp2p("alice", **QUICK)
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


async def test_a_killed_peer_is_noticed_at_once() -> None:
    alice = libp2p("alice")
    with node_process("bob") as bob:
        async with running(alice):
            channel = await alice.dial(bob.address)
            bob.process.kill()
            begun = time.monotonic()
            with pytest.raises(ChannelClosed) as caught, trio.fail_after(DEADLINE):
                await channel.receive()
            assert caught.value.reason in (CloseReason.BROKEN, CloseReason.RESET)
            assert time.monotonic() - begun < 1
            bob.process.wait()


async def test_an_idle_peer_that_answers_stays() -> None:
    alice, bob = libp2p("alice", ping_interval=0.05, ping_timeout=0.2), libp2p("bob")
    async with running(alice), running(bob) as address:
        channel = await alice.dial(address)
        before = alice.counters()["bytes_in"]
        await eventually(lambda: alice.counters()["bytes_in"] > before + 50)
        await channel.send(b"x")
        assert await channel.receive() == b"x"


async def test_a_peer_that_lost_its_old_connection_gets_a_new_one() -> None:
    # The old one does not answer: its owner is gone, and nothing has told this node so far.
    alice, callers = libp2p("alice", handshake_deadline=0.4), Callers()
    async with running(alice, callers) as address, raw_peer(address, "bob") as old:
        await old.open(1)
        lost = await callers.next()
        await _until_no_dials_can_cross(alice)
        async with raw_peer(address, "bob") as new:
            await new.open(1)
            assert (await callers.next()).peer == lost.peer
            with pytest.raises(ChannelClosed) as caught:
                await lost.receive()
            assert caught.value.reason is CloseReason.DUPLICATE
            assert alice.counters()["connections"] == 1


async def test_a_second_connection_of_a_peer_that_is_well_is_refused() -> None:
    async with _well_connected() as (alice, channel, address):
        async with raw_peer(address, "bob") as copy:
            await copy.until_cut()
        assert alice.counters()["duplicates"] == 1
        await channel.send(b"x")
        assert await receive_exactly(channel, 1) == b"x"


@asynccontextmanager
async def _well_connected() -> AsyncIterator[tuple[Libp2pTransport, Channel, str]]:
    """Give a node, a channel to it that is too old to have crossed with another dial, and its address."""
    alice, bob = libp2p("alice", handshake_deadline=0.4), libp2p("bob")
    async with running(alice) as address, running(bob):
        channel = await bob.dial(address)
        await _until_no_dials_can_cross(alice)
        yield alice, channel, address


async def _until_no_dials_can_cross(transport: Libp2pTransport) -> None:
    """Wait until a second connection cannot be the other half of two dials at the same moment."""
    end = trio.current_time() + transport._settings.handshake_deadline
    await eventually(lambda: trio.current_time() > end)


async def test_leaving_frees_every_socket_task_and_thread() -> None:
    process, before = psutil.Process(), _holdings()
    for _ in range(3):
        alice, bob = libp2p("alice"), libp2p("bob")
        async with running(alice), running(bob) as address:
            channel = await alice.dial(address)
            await channel.send(bytes(100_000))
            async with raw_peer(address, "mallory"):
                assert len(process.net_connections()) >= 6
    await eventually(lambda: _holdings() == before)


async def test_leaving_with_a_handler_that_does_not_care_is_quick() -> None:
    async def stubborn(channel: Channel) -> None:
        while True:
            try:
                await channel.receive()
            except ChannelClosed:
                await trio.sleep(3600)

    alice, bob = libp2p("alice"), libp2p("bob")
    async with running(alice):
        async with running(bob, stubborn) as address:
            await alice.dial(address)
            begun = time.monotonic()
        assert time.monotonic() - begun < 1


async def test_leaving_ends_a_dial_under_way() -> None:
    alice, ended = libp2p("alice"), trio.Event()

    async def dial(address: str) -> None:
        with pytest.raises(NotRunning):
            await alice.dial(address)
        ended.set()

    with socket.create_server(("127.0.0.1", 0)) as mute:
        async with trio.open_nursery() as nursery:
            async with running(alice):
                nursery.start_soon(dial, f"/ip4/127.0.0.1/tcp/{mute.getsockname()[1]}/p2p/{libp2p('bob').peer_id}")
                await eventually(lambda: alice._gate._settled)
            with trio.fail_after(1):
                await ended.wait()


def _holdings() -> tuple[int, int, int]:
    process = psutil.Process()
    return process.num_fds(), process.num_threads(), trio.lowlevel.current_statistics().tasks_living
