"""Somebody who speaks the protocol over a real connection, says what a test wants, and keeps all that comes back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from meshnode.net.transport import Channel, Transport
from meshproto.records.ids import ScopeId
from meshproto.wire import session as words
from meshproto.wire.codec import decode, encode
from meshproto.wire.frames import FrameReader, frame
from meshproto.wire.limits import NONCE_SIZE
from meshproto.wire.messages import Auth, Door, Hello, Knock, Message, Scopes
from tests.support.core_rig import Writer
from tests.support.patience import DEADLINE

QUIET = 1.6
"""Seconds after which a node has said all it says by itself: it waits for pushes, and before it asks again, less."""

FENCE = Knock(b"\x5f" * 32, bytes(64))
"""A knock at a wall: its answer shows that all before it was dealt with."""


class Stranger:
    """One conversation, dialled by the stranger."""

    def __init__(self, channel: Channel, me: str, who: Writer) -> None:
        self._channel, self._me, self._who = channel, me, who
        self._frames = FrameReader()
        self.heard: list[Message] = []
        self.transcript = b""
        self.ended = False

    async def greet(self, *, auth: Auth | None = None, nonce: bytes = b"\x07" * NONCE_SIZE) -> None:
        """Say hello and prove who it is, or say another proof instead."""
        await self.say(Hello((1,), nonce, (), 1 << 22, ()))
        theirs = await self.next(Hello)
        assert isinstance(theirs, Hello)
        self.transcript = words.transcript(self._me, self._channel.peer, nonce, theirs.nonce)
        signature = words.sign_hello(self._who.key, self.transcript, words.DIALLER, self._who.agent)
        await self.say(auth or Auth(self._who.agent, self._who.key.public, signature))

    def tags(self, *scopes: ScopeId) -> Scopes:
        """Tags of scopes, filled up as they should be."""
        tags = [words.tag(scope, self.transcript, words.DIALLER) for scope in scopes]
        return Scopes(tuple(sorted([*tags, *(bytes([at]) * 32 for at in range(-len(tags) % 8))])))

    async def say(self, *messages: Message) -> None:
        """Say something."""
        for message in messages:
            await self._channel.send(frame(encode(message)))

    async def next(self, kind: type[Message]) -> Message:
        """Wait for a message of one kind."""
        with trio.fail_after(DEADLINE):
            while not (found := [each for each in self.heard if isinstance(each, kind)]):
                await self._listen()
        return found[-1]

    async def everything(self) -> list[Message]:
        """All that was said until nothing more comes."""
        with trio.move_on_after(QUIET):
            while not self.ended:
                await self._listen()
        if not self.ended:
            await self.say(FENCE)
            before = sum(isinstance(each, Door) for each in self.heard)
            with trio.fail_after(DEADLINE):
                while not self.ended and sum(isinstance(each, Door) for each in self.heard) == before:
                    await self._listen()
        return self.heard

    async def _listen(self) -> None:
        data = await self._channel.receive()
        self.ended = self.ended or not data
        self.heard += [decode(body) for body in self._frames.feed(data)]


@asynccontextmanager
async def stranger(transport: Transport, address: str, who: Writer) -> AsyncIterator[Stranger]:
    """Connect to a node from a transport that runs."""
    channel = await transport.dial(address)
    try:
        yield Stranger(channel, transport.peer_id, who)
    finally:
        channel.abort()
