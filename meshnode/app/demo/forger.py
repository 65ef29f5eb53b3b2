"""A forger: speaks the protocol flawlessly, proves its own key, and then says somebody else signed what it made up."""

import secrets
from hashlib import sha256
from typing import TypeVar

import trio

from meshnode.net.transport import Channel, Transport
from meshproto.records.ids import AgentId, Key
from meshproto.records.record import Record, build_header
from meshproto.records.signatures import SigningKey
from meshproto.types import value
from meshproto.types.value import Measure
from meshproto.wire.codec import decode
from meshproto.wire.codec import encode as encode_message
from meshproto.wire.frames import FrameReader, frame
from meshproto.wire.limits import NONCE_SIZE, VERSION
from meshproto.wire.messages import Auth, Bye, Headers, Hello, Message, Part
from meshproto.wire.session import DIALLER, sign_hello, transcript

PATIENCE = 120.0
"""Seconds the victim has to answer."""
CREDIT = 1 << 20

M = TypeVar("M", bound=Message)


def forge(last: Record, hours: int) -> bytes:
    """A header that would come next after `last` in its author's log, and gives its author so many hours."""
    return build_header(
        scope=last.home,
        key=last.key,
        seq=last.seq + 1,
        prev=last.id,
        deps=(),
        at=last.at + 1,
        type="contribution",
        agent=last.agent,
        auth=(),
        facts=value.contribution(kind="work", qty=Measure(hours, 0, "HUR"), when=("2026-01-01", "2026-01-01")),
        private=None,
    )


class Forger:
    """One dishonest peer with a key of its own."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._key = SigningKey.from_seed(secrets.token_bytes(32))
        self._frames = FrameReader()
        self._heard: list[bytes] = []

    async def attack(self, address: str, header: bytes) -> Bye:
        """Push a forged header at `address`, signed with the forger's own key; what the victim says to it."""
        with trio.fail_after(PATIENCE):
            async with trio.open_nursery() as nursery:
                await nursery.start(self._transport.run, _serve_nobody)
                channel = await self._transport.dial(address)
                await self._introduce(channel)
                signature = self._key.sign(sha256(header).digest())
                await self._say(channel, Headers((header,), signature, Part.PUSHED))
                bye = await self._hear(channel, Bye)
                nursery.cancel_scope.cancel()
        return bye

    async def _introduce(self, channel: Channel) -> None:
        nonce = secrets.token_bytes(NONCE_SIZE)
        await self._say(channel, Hello((VERSION,), nonce, (), CREDIT, ()))
        hello = await self._hear(channel, Hello)
        session = transcript(self._transport.peer_id, channel.peer, nonce, hello.nonce)
        nobody = AgentId(b"")
        proof = sign_hello(self._key, session, DIALLER, nobody)
        await self._say(channel, Auth(nobody, Key(self._key.public), proof))
        await self._hear(channel, Auth)

    async def _say(self, channel: Channel, message: Message) -> None:
        await channel.send(frame(encode_message(message)))

    async def _hear(self, channel: Channel, kind: type[M]) -> M:
        """The next message of this kind; others are passed over."""
        while True:
            while self._heard:
                message = decode(self._heard.pop(0))
                if isinstance(message, kind):
                    return message
            received = await channel.receive()
            if not received:
                raise EOFError(f"the victim hung up before it said {kind.__name__}")
            self._heard += self._frames.feed(received)


async def _serve_nobody(_channel: Channel) -> None:
    """The forger only dials."""
