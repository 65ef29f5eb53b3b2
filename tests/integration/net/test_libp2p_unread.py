"""What strangers sent and nobody has read yet stays bounded, whatever becomes of their connections (P8)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio

import meshnode.net.libp2p.connection as connection_module
from meshnode.net.libp2p import frames
from meshnode.net.libp2p.channel import StreamChannel
from meshnode.net.transport import Channel
from tests.support.attacks.raw_peer import RawPeer, raw_peer
from tests.support.transports import eventually, libp2p, running

BOUND = 100_000
PORTION = 60_000
"""Two of these are too much."""


class Slow:
    """A handler that reads nothing until it is told to."""

    def __init__(self) -> None:
        self.channels: list[StreamChannel] = []
        self.goes_on = trio.Event()

    async def __call__(self, channel: Channel) -> None:
        """Wait, however much the peer says and when it is gone."""
        assert isinstance(channel, StreamChannel)
        self.channels.append(channel)
        await self.goes_on.wait()

    def held(self) -> list[int]:
        """How many bytes wait on each channel, the oldest first."""
        return [channel._stream.unread for channel in self.channels]


@asynccontextmanager
async def saying(address: str, name: str) -> AsyncIterator[RawPeer]:
    """Say a portion, and hang up in the end."""
    async with raw_peer(address, name) as peer:
        await peer.open(1)
        await peer.frame(frames.DATA, 0, 1, PORTION, bytes(PORTION))
        yield peer


async def test_of_a_stranger_who_was_dropped_nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "STRANGERS_BYTES", BOUND)
    alice, slow = libp2p("alice"), Slow()
    async with running(alice, slow) as address, saying(address, "mallory"):
        await eventually(lambda: slow.held() == [PORTION])
        async with saying(address, "mallet"):
            await eventually(lambda: slow.held() == [0, PORTION])
            assert alice.counters()["closed_flood"] == 1


async def test_what_strangers_said_weighs_on_when_they_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "STRANGERS_BYTES", BOUND)
    alice, slow = libp2p("alice"), Slow()
    async with running(alice, slow) as address:
        for number in range(4):
            async with saying(address, f"mallory {number}"):
                await eventually(lambda known=number: len(slow.held()) > known and slow.held()[-1] == PORTION)
            await eventually(lambda: alice.counters()["connections"] == 0)
            assert sum(slow.held()) == PORTION
        slow.goes_on.set()
        await eventually(lambda: not alice._shared.unread._sizes)
