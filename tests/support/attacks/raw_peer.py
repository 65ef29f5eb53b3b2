"""A peer that keeps no rules: honest through the handshake if it likes, then whatever the test writes."""

import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator

import trio
from libp2p.peer.id import ID

from meshnode.net.address import parse
from meshnode.net.libp2p import frames
from meshnode.net.libp2p.handshake import Greeted, greet
from meshnode.net.libp2p.identity import Identity, identity_of
from meshnode.net.libp2p.session import Session
from meshnode.net.libp2p.wire import Wire
from meshnode.net.settings import SYNC_PROTOCOL
from tests.support.patience import DEADLINE
from tests.support.transports import settings_of

Frame = tuple[int, int, int, int]
"""Kind, flags, stream and value of a frame."""


def connect(address: str, source: str = "127.0.0.1") -> Wire:
    """Connect a plain socket to `address` from a loopback address of choice."""
    read = parse(address)
    sock = socket.create_connection((read.host, read.port), source_address=(source, 0))
    return Wire(sock)


def delimited(text: str) -> bytes:
    """Return a message of multistream-select."""
    line = text.encode() + b"\n"
    assert len(line) < 128
    return bytes([len(line)]) + line


def messages_in(received: bytes) -> list[str]:
    """Return the complete messages of multistream-select at the beginning of `received`."""
    messages: list[str] = []
    while received and len(received) > received[0]:
        messages.append(received[1 : received[0]].decode())
        received = received[1 + received[0] :]
    return messages


async def read_messages(wire: Wire, count: int) -> list[str]:
    """Return the next `count` messages of multistream-select."""
    received = b""
    with trio.fail_after(DEADLINE):
        while len(messages_in(received)) < count:
            data = await wire.receive(4096)
            assert data, f"hung up after {received!r}"
            received += data
    return messages_in(received)


class RawPeer:
    """A peer behind its handshake, that sends frames of yamux as it pleases."""

    def __init__(self, wire: Wire, session: Session) -> None:
        self.wire, self._session = wire, session
        self._plain = b""
        self.sent: Counter[int] = Counter()
        """How many bytes of data went out on each stream."""

    async def send(self, *pieces: bytes) -> None:
        """Seal and send `pieces`."""
        await self.wire.send(self._session.seal(pieces))

    async def send_message(self, plain: bytes) -> None:
        """Send one sealed message, which may be empty."""
        sealed = self._session._sealing.encrypt_with_ad(None, plain)
        await self.wire.send(len(sealed).to_bytes(2, "big") + sealed)

    async def frame(self, kind: int, flags: int, stream: int, value: int, body: bytes = b"") -> None:
        """Send one frame."""
        self.sent[stream] += len(body)
        await self.send(frames.header(kind, flags, stream, value), body)

    async def open(self, stream: int, protocol: str = SYNC_PROTOCOL) -> list[str]:
        """Open a stream, ask for a protocol on it, and return what was answered."""
        await self.frame(frames.WINDOW, frames.SYN, stream, 0)
        await self.say(stream, "/multistream/1.0.0", protocol)
        return await self.messages(stream, 2)

    async def say(self, stream: int, *texts: str) -> None:
        """Send messages of multistream-select on a stream."""
        body = b"".join(map(delimited, texts))
        await self.frame(frames.DATA, 0, stream, len(body), body)

    async def messages(self, stream: int, count: int) -> list[str]:
        """Return the next messages of multistream-select on a stream."""
        received = b""
        while len(messages_in(received)) < count:
            (kind, _, number, _), body = await self.next()
            received += body if (kind, number) == (frames.DATA, stream) else b""
        return messages_in(received)

    async def next(self) -> tuple[Frame, bytes]:
        """Return the next frame and its body; raises EOFError when the other side is gone."""
        header = await self._exactly(frames.HEADER.size)
        _, kind, flags, stream, value = frames.HEADER.unpack(header)
        body = await self._exactly(value) if kind == frames.DATA else b""
        return (kind, flags, stream, value), body

    async def until_cut(self) -> None:
        """Read until the other side ends the connection; fails the test when it does not."""
        with trio.fail_after(DEADLINE), contextlib.suppress(EOFError):
            while True:
                await self.next()

    async def _exactly(self, count: int) -> bytes:
        while len(self._plain) < count:
            try:
                with trio.fail_after(DEADLINE):
                    data = await self.wire.receive(65536)
            except trio.BrokenResourceError:
                data = b""
            if not data:
                raise EOFError
            self._plain += b"".join(self._session.open(data))
        taken, self._plain = self._plain[:count], self._plain[count:]
        return taken


async def introduce(address: str, identity: Identity, source: str = "127.0.0.1") -> Greeted:
    """Connect and shake hands as `identity`."""
    expected = parse(address).peer
    assert expected is not None
    with trio.fail_after(DEADLINE):
        return await greet(connect(address, source), identity, ID.from_base58(expected))


@contextlib.asynccontextmanager
async def raw_peer(address: str, name: str = "mallory", source: str = "127.0.0.1") -> AsyncIterator[RawPeer]:
    """Connect, shake hands honestly as `name`, and give what can then misbehave."""
    expected = parse(address).peer
    assert expected is not None
    wire = connect(address, source)
    try:
        with trio.fail_after(DEADLINE):
            greeted = await greet(wire, identity_of(settings_of(name).seed), ID.from_base58(expected))
        peer = RawPeer(wire, greeted.session)
        peer._plain = greeted.rest
        yield peer
    finally:
        wire.close()
