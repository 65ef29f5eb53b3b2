"""A stranger who speaks our protocol through a raw connection, as far as it likes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from meshnode.net.address import parse
from meshnode.net.libp2p import frames
from meshnode.net.libp2p.identity import identity_of
from meshproto.records.ids import AgentId
from meshproto.records.signatures import SigningKey
from meshproto.wire.codec import decode, encode
from meshproto.wire.frames import FrameReader, frame
from meshproto.wire.messages import Auth, Hello
from meshproto.wire.session import DIALLER, sign_hello, transcript
from tests.support.attacks.raw_peer import RawPeer, raw_peer
from tests.support.transports import settings_of

STREAM = 1
PIECE_BYTES = 60_000
NONCE = bytes(32)
HELLO = frame(encode(Hello((1,), NONCE, (), 0, ())))


class Speaker:
    """What it says is sent in frames that the other side's window takes."""

    def __init__(self, raw: RawPeer, name: str, address: str) -> None:
        self._raw, self._name, self._address = raw, name, address
        self._granted = frames.INITIAL_WINDOW
        self._reader = FrameReader()
        self._listens, self._heard = False, trio.lowlevel.ParkingLot()

    async def say(self, words: bytes) -> None:
        """Send words in our protocol."""
        for at in range(0, len(words), PIECE_BYTES):
            piece = words[at : at + PIECE_BYTES]
            while self._granted < len(piece):
                await (self._heard.park() if self._listens else self._hear())
            self._granted -= len(piece)
            await self._raw.frame(frames.DATA, 0, STREAM, len(piece), piece)

    async def prove(self) -> None:
        """Greet, and prove that one has a key, which nobody knows."""
        await self.say(HELLO)
        bodies: list[bytes] = []
        while not bodies:
            bodies = self._reader.feed(await self._hear())
        theirs = decode(bodies[0])
        answerer = parse(self._address).peer
        assert isinstance(theirs, Hello)
        assert answerer is not None
        seed = settings_of(self._name).seed
        key, agent = SigningKey(seed), AgentId(seed)
        session = transcript(identity_of(seed).peer, answerer, NONCE, theirs.nonce)
        await self.say(frame(encode(Auth(agent, key.public, sign_hello(key, session, DIALLER, agent)))))

    async def until_cut(self) -> None:
        """Listen until the other side ends it; raises EOFError then."""
        self._listens = True
        while True:
            await self._hear()
            self._heard.unpark_all()

    async def _hear(self) -> bytes:
        """Take in a frame, answer it if it is a ping, and return what it carries of our protocol."""
        (kind, flags, stream, value), body = await self._raw.next()
        if kind == frames.PING and flags == frames.SYN:
            await self._raw.frame(frames.PING, frames.ACK, 0, value)
        if stream != STREAM:
            return b""
        if kind == frames.WINDOW:
            self._granted += value
        return body


@asynccontextmanager
async def speaker(address: str, name: str, source: str) -> AsyncIterator[Speaker]:
    """Connect from a loopback address of choice, shake hands, and agree on our protocol."""
    async with raw_peer(address, name, source) as raw:
        await raw.open(STREAM)
        yield Speaker(raw, name, address)
