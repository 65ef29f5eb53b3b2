"""What a peer may ask besides our own protocol."""

from collections import deque

import pytest
import trio
from libp2p.identity.identify.pb.identify_pb2 import Identify

from meshnode.net.libp2p.identity import identity_of
from meshnode.net.libp2p.services import PING_BYTES, answer_pings, identify
from tests.support.transports import settings_of


class FakeStream:
    """A stream on which the peer says this, in these pieces, and then finishes."""

    def __init__(self, *said: bytes) -> None:
        self._said, self.sent, self.finished = deque(said), b"", False

    async def receive(self, max_bytes: int = 65536) -> bytes:
        await trio.lowlevel.checkpoint()
        if not self._said:
            return b""
        piece = self._said.popleft()
        if len(piece) > max_bytes:
            self._said.appendleft(piece[max_bytes:])
        return piece[:max_bytes]

    async def send(self, data: bytes) -> None:
        await trio.lowlevel.checkpoint()
        self.sent += data

    def finish(self) -> None:
        self.finished = True


@pytest.mark.parametrize("pieces", [(b"a" * 32 + b"b" * 32,), (b"a" * 20, b"a" * 30, b"b" * 14), (b"a" * 64, b"rest")])
async def test_pings_come_back_whole_however_they_arrive(pieces: tuple[bytes, ...]) -> None:
    stream = FakeStream(*pieces)
    await answer_pings(stream)
    said = b"".join(pieces)
    assert stream.sent == said[: len(said) // PING_BYTES * PING_BYTES]
    assert stream.finished


@pytest.mark.parametrize(("protocols", "prefix"), [(("/a",), 1), (("/a" * 100, "/b"), 2)])
async def test_identify_is_one_message_with_its_length_before_it(protocols: tuple[str, ...], prefix: int) -> None:
    stream = FakeStream()
    await identify(stream, identity_of(settings_of("alice").seed), "meshnode", protocols)
    told = Identify.FromString(stream.sent[prefix:])
    length = stream.sent[0] & 0x7F | (stream.sent[1] << 7 if prefix == 2 else 0)
    assert (list(told.protocols), length, stream.finished) == (list(protocols), len(stream.sent) - prefix, True)


class Busy(FakeStream):
    """A stream that need not be waited for: everything has come, and everything goes."""

    async def receive(self, max_bytes: int = 65536) -> bytes:
        return self._said.popleft() if self._said else b""

    async def send(self, data: bytes) -> None:
        self.sent += data


async def test_whoever_sends_many_pings_at_once_leaves_others_their_turn(nursery: trio.Nursery) -> None:
    stream, beats = Busy(*[bytes(PING_BYTES)] * 100), 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await trio.lowlevel.checkpoint()
            beats += 1

    nursery.start_soon(beat)
    await answer_pings(stream)
    nursery.cancel_scope.cancel()
    assert len(stream.sent) == 100 * PING_BYTES
    assert beats > 90
