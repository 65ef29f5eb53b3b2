"""What a peer behind its handshake can make a node hold or do (09: windows, streams, handlers; P8)."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from itertools import count

import pytest
import trio

from meshnode.net.libp2p import frames
from meshnode.net.libp2p.services import PING
from meshnode.net.libp2p.transport import Libp2pTransport
from meshnode.net.settings import SYNC_PROTOCOL
from meshnode.net.transport import Channel
from tests.support.attacks.raw_peer import RawPeer, raw_peer
from tests.support.patience import DEADLINE
from tests.support.transports import echo, eventually, hold, libp2p, receive_exactly, running

SYNC_STREAM = 1
CHUNK = bytes(60_000)
LARGEST = 4 * 1024 * 1024
LARGEST_STEP = 512 * 1024
"""The step in which a window of 4 MiB is renewed: so much may have been read and not been granted again."""


@asynccontextmanager
async def attacked(**changes: object) -> AsyncIterator[tuple[Libp2pTransport, RawPeer]]:
    """Give a node with a friend whose channel must survive, and a peer that is about to misbehave."""
    alice, friend = libp2p("alice", **changes), libp2p("friend")

    async def handler(channel: Channel) -> None:
        await (echo if channel.peer == friend.peer_id else hold)(channel)

    async with running(alice, handler) as address, running(friend), raw_peer(address) as mallory:
        channel = await friend.dial(address)
        yield alice, mallory
        await channel.send(b"still here")
        assert await receive_exactly(channel, 10) == b"still here"


async def test_a_peer_that_overruns_the_window_is_cut() -> None:
    async with attacked() as (alice, mallory):
        await mallory.open(SYNC_STREAM)
        for _ in range(frames.INITIAL_WINDOW // len(CHUNK)):
            await mallory.frame(frames.DATA, 0, SYNC_STREAM, len(CHUNK), CHUNK)
        assert alice.counters().get("closed_overrun", 0) == 0
        await mallory.frame(frames.DATA, 0, SYNC_STREAM, len(CHUNK), CHUNK)
        await mallory.until_cut()
        assert alice.counters()["closed_overrun"] == 1


async def test_a_frame_longer_than_the_window_is_not_waited_for() -> None:
    async with attacked() as (alice, mallory):
        await mallory.open(SYNC_STREAM)
        await mallory.frame(frames.DATA, 0, SYNC_STREAM, frames.INITIAL_WINDOW + 1)
        await mallory.until_cut()
        assert alice.counters()["closed_overrun"] == 1


async def test_a_stream_that_proves_bulky_is_granted_more_and_no_more_than_the_limit() -> None:
    async with running(libp2p("alice"), _swallow) as address, raw_peer(address) as mallory:
        await mallory.open(SYNC_STREAM)
        granted = await _pour(mallory, SYNC_STREAM, 24_000_000)
        window = frames.INITIAL_WINDOW + granted - mallory.sent[SYNC_STREAM]
        while window < LARGEST - LARGEST_STEP:
            (kind, _, number, value), _ = await mallory.next()
            window += value if (kind, number) == (frames.WINDOW, SYNC_STREAM) else 0
        assert window <= LARGEST


async def test_credit_comes_in_large_steps() -> None:
    async with running(libp2p("alice"), _swallow) as address, raw_peer(address) as mallory:
        await mallory.open(SYNC_STREAM)
        for _ in range(200):
            await mallory.frame(frames.DATA, 0, SYNC_STREAM, 1000, CHUNK[:1000])
        steps: list[int] = []
        while sum(steps) < 131_072:
            (kind, flags, _, value), _ = await mallory.next()
            steps += [value] if kind == frames.WINDOW and not flags else []
        assert min(steps) >= 65_536


async def test_streams_beyond_the_limit_are_refused_and_the_others_live() -> None:
    async with attacked(max_streams_per_connection=4) as (alice, mallory):
        assert await mallory.open(1, PING) == ["/multistream/1.0.0", PING]
        for stream in range(3, 2 * 6, 2):
            await mallory.frame(frames.WINDOW, frames.SYN, stream, 0)
        assert [await _until(mallory, frames.RST) for _ in range(2)] == [9, 11]
        assert alice.counters()["streams_refused"] == 2
        await mallory.frame(frames.DATA, 0, 1, 32, b"p" * 32)
        while (await mallory.next())[1] != b"p" * 32:
            pass


async def test_a_closed_stream_makes_room_for_another() -> None:
    async with attacked(max_streams_per_connection=2) as (alice, mallory):
        for stream in range(1, 100, 2):
            await mallory.open(stream, PING)
            await mallory.frame(frames.WINDOW, frames.FIN, stream, 0)
            assert await _until(mallory, frames.FIN) == stream
        assert alice.counters().get("streams_refused", 0) == 0


async def test_a_second_conversation_on_one_connection_is_refused() -> None:
    async with attacked() as (_, mallory):
        await mallory.open(SYNC_STREAM)
        await mallory.frame(frames.WINDOW, frames.SYN, 3, 0)
        await mallory.say(3, "/multistream/1.0.0", SYNC_PROTOCOL)
        assert await _until(mallory, frames.RST) == 3


async def test_pings_whose_answers_are_not_read_are_bounded() -> None:
    async with attacked() as (alice, mallory):
        await mallory.open(1, PING)
        with suppress(trio.BrokenResourceError, EOFError):
            await _pour(mallory, 1, 600_000)
        await mallory.until_cut()
        assert alice.counters()["closed_flood"] == 1


async def test_pings_without_end_are_cut() -> None:
    async with attacked() as (alice, mallory):
        await _until_refused(mallory, lambda _: frames.header(frames.PING, frames.SYN, 0, 7))
        assert alice.counters()["closed_flood"] == 1


async def test_opening_streams_without_end_is_cut() -> None:
    async with attacked() as (alice, mallory):
        await _until_refused(mallory, lambda turn: frames.header(frames.WINDOW, frames.SYN, 2 * turn + 1, 0))
        assert alice.counters()["closed_flood"] == 1


@pytest.mark.parametrize("kind", [frames.WINDOW, frames.DATA])
async def test_empty_frames_without_end_are_cut(kind: int) -> None:
    async with attacked() as (alice, mallory):
        await mallory.open(SYNC_STREAM)
        await _until_refused(mallory, lambda _: frames.header(kind, 0, SYNC_STREAM, 0))
        assert alice.counters()["closed_flood"] == 1


async def test_empty_messages_without_end_are_cut() -> None:
    async with attacked() as (alice, mallory):
        await _until_refused(mallory, lambda _: b"")
        assert alice.counters()["closed_flood"] == 1


async def test_frames_for_a_dead_stream_without_end_are_cut() -> None:
    async with attacked() as (alice, mallory):
        await mallory.frame(frames.WINDOW, frames.SYN, 1, 0)
        await mallory.frame(frames.WINDOW, frames.RST, 1, 0)
        await _until_refused(mallory, lambda _: frames.header(frames.DATA, 0, 1, 8) + b"to spare")
        assert alice.counters()["closed_flood"] == 1


@pytest.mark.parametrize(
    "frame",
    [
        (1, frames.DATA, 0, 1, 0),
        (0, 9, 0, 0, 0),
        (0, frames.DATA, 0, 2, 10),
        (0, frames.DATA, 0, 0, 10),
        (0, frames.WINDOW, frames.SYN, 2, 0),
        (0, frames.WINDOW, frames.SYN, 0, 0),
        (0, frames.DATA, 0, 1, 2**32 - 1),
        (0, frames.WINDOW, 0, 4, 100),
    ],
    ids=["version", "kind", "stream never opened", "stream 0", "our number", "number 0", "4 GiB", "grant for nothing"],
)
async def test_what_yamux_does_not_allow_is_cut(frame: tuple[int, int, int, int, int]) -> None:
    async with attacked() as (alice, mallory):
        await mallory.send(frames.HEADER.pack(*frame))
        await mallory.until_cut()
        assert alice.counters()["closed_malformed"] == 1


async def test_opening_a_stream_twice_is_cut() -> None:
    async with attacked() as (alice, mallory):
        for _ in range(2):
            await mallory.frame(frames.WINDOW, frames.SYN, 1, 0)
        await mallory.until_cut()
        assert alice.counters()["closed_malformed"] == 1


async def test_a_grant_beyond_any_window_is_cut() -> None:
    async with attacked() as (alice, mallory):
        await mallory.frame(frames.WINDOW, frames.SYN, 1, 2**32 - 1)
        await mallory.until_cut()
        assert alice.counters()["closed_malformed"] == 1


async def test_data_behind_the_end_is_cut() -> None:
    async with attacked() as (alice, mallory):
        await mallory.open(SYNC_STREAM)
        await mallory.frame(frames.DATA, frames.FIN, SYNC_STREAM, 3, b"end")
        await mallory.frame(frames.DATA, 0, SYNC_STREAM, 4, b"more")
        await mallory.until_cut()
        assert alice.counters()["closed_malformed"] == 1


@pytest.mark.parametrize("garbage", [b"\x00\x00", b"\x00\x05hello", b"\xff\xff" + bytes(65535)])
async def test_what_was_not_sealed_is_cut(garbage: bytes) -> None:
    async with attacked() as (alice, mallory):
        await mallory.wire.send(garbage)
        await mallory.until_cut()
        assert alice.counters()["closed_malformed"] == 1


async def test_random_frames_end_one_connection_and_nothing_else() -> None:
    alice = libp2p("alice")
    async with running(alice) as address:
        for attempt in range(30):
            async with raw_peer(address, f"mallory {attempt}") as mallory:
                await _until_refused(mallory, lambda _: os.urandom(600))
        await eventually(lambda: alice.counters()["connections"] == 0)
        assert alice.counters().get("connection_errors", 0) == alice.counters().get("handler_failures", 0) == 0


async def test_nonsense_instead_of_a_protocol_name_ends_one_stream() -> None:
    async with attacked() as (_, mallory):
        await mallory.frame(frames.WINDOW, frames.SYN, 1, 0)
        await mallory.say(1, "GET / HTTP/1.1")
        assert await _until(mallory, frames.RST) == 1
        assert await mallory.open(3, PING) == ["/multistream/1.0.0", PING]


async def test_a_name_that_never_ends_is_not_waited_for() -> None:
    async with attacked() as (alice, mallory):
        await mallory.frame(frames.WINDOW, frames.SYN, 1, 0)
        await mallory.say(1, "/multistream/1.0.0")
        endless = b"\xff\xff\xff\xff\x7f" + bytes(8000)
        await mallory.frame(frames.DATA, 0, 1, len(endless), endless)
        await mallory.until_cut()
        assert alice.counters()["closed_flood"] == 1


async def _pour(peer: RawPeer, stream: int, total: int) -> int:
    """Send `total` bytes on a stream as an honest peer would, and return how much was granted meanwhile."""
    end = peer.sent[stream] + total
    granted = 0
    while (sent := peer.sent[stream]) < end:
        body = CHUNK[: min(len(CHUNK), end - sent, frames.INITIAL_WINDOW + granted - sent)]
        if body:
            await peer.frame(frames.DATA, 0, stream, len(body), body)
        else:
            (kind, _, number, value), _ = await peer.next()
            granted += value if (kind, number) == (frames.WINDOW, stream) else 0
    return granted


async def _until_refused(peer: RawPeer, make: Callable[[int], bytes]) -> None:
    """Send what `make(0)`, `make(1)`, ... return, a sealed message each, until the other side has had enough."""
    with trio.fail_after(DEADLINE), suppress(trio.BrokenResourceError):
        for turn in count():
            await peer.send_message(make(turn))


async def _until(peer: RawPeer, flag: int) -> int:
    """Return the stream of the next frame that carries `flag`."""
    while True:
        (kind, flags, stream, _), _ = await peer.next()
        if kind == frames.WINDOW and flags & flag:
            return stream


async def _swallow(channel: Channel) -> None:
    while await channel.receive():
        pass
