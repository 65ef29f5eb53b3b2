"""Holds the conversations with peers: one supervisor for each channel, bytes on one side and events on the other.

A conversation: PeerUp → messages both ways → (we close: flush, then end | the channel ends | the peer breaks the
framing: BreachIn, and the core closes) → PeerDown, always, as the last event of its connection.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from traceback import clear_frames
from typing import NamedTuple

import trio

from meshnode.core.events import BreachIn, Event, PeerDown, PeerUp, RunIn
from meshnode.net.transport import RECEIVE_BYTES, Channel, ChannelClosed
from meshnode.net.turns import turn
from meshnode.runtime.burden import Burden
from meshnode.runtime.inbox import Inbox
from meshnode.runtime.outbox import Outbox
from meshnode.runtime.settings import (
    CLOSE_SECONDS,
    INLINE_BYTES,
    PING_SECONDS,
    SEND_SECONDS,
    STRANGERS_READ,
)
from meshnode.runtime.verifier import Verifier, weight_of
from meshproto.wire.breaches import Breached
from meshproto.wire.codec import encode
from meshproto.wire.frames import FrameReader, frame
from meshproto.wire.limits import LENGTH_SIZE
from meshproto.wire.messages import Message

log = logging.getLogger(__name__)


async def _at_once() -> None:
    """Nobody else needs the loop."""


def _nothing(records: int) -> None:
    """What happens when nobody wants to know."""


class Pace(NamedTuple):
    """How what peers send is taken in beside all else that the node does."""

    give_way: Callable[[], Awaitable[None]] = _at_once
    """Waited for before each piece of work on a large message."""
    came: Callable[[int], None] = _nothing
    """Called with how many records have come."""


class Conversations:
    """All conversations of a node, by the number of their connection."""

    def __init__(
        self,
        inbox: Inbox[Event],
        verifier: Verifier,
        local_peer: str,
        busy: Callable[[], None],
        is_stranger: Callable[[int], bool] = lambda conn: True,
        pace: Pace | None = None,
    ) -> None:
        """`busy` is called whenever much came or goes: what can wait should wait.

        `is_stranger` tells whether the peer of a connection shares no network with this node.
        """
        self._is_stranger, self._pace = is_stranger, pace or Pace()
        self._burden = Burden(is_stranger, self._unburden)
        self._inbox, self._verifier, self._local_peer, self._busy = inbox, verifier, local_peer, busy
        self._numbers = count(1)
        self._outboxes: dict[int, Outbox] = {}
        self._channels: dict[int, Channel] = {}
        self._scopes: dict[int, trio.CancelScope] = {}
        self._stirred: dict[int, Outbox] = {}
        """Whose outbox got something since the last `hand_over`."""
        self._last_ended = trio.Event()

    def send(self, conn: int, message: Message) -> None:
        """Queue a message for a peer until `hand_over`.

        One that is gone gets nothing, one that does not read is dropped.
        """
        outbox = self._outboxes.get(conn)
        if outbox is None:
            return
        outbox.put(message)
        self._stirred[conn] = outbox
        self._burden.unsent(conn, outbox.weight)
        if outbox.overfull:
            log.warning("peer %s takes too little of what it asked for and is dropped", self._channels[conn].peer)
            self._channels[conn].abort()

    def hand_over(self) -> None:
        """Let out what was queued: at once if it is little and the peer's line is free, else as the line takes it."""
        while self._stirred:
            conn, outbox = self._stirred.popitem()
            messages = outbox.few()
            if messages and self._send_now(self._channels.get(conn), messages):
                outbox.sent()
                self._burden.unsent(conn, 0)
            else:
                outbox.wake()

    def close(self, conn: int) -> None:
        """Send what is queued for a peer, then end its conversation."""
        outbox = self._outboxes.get(conn)
        if outbox is not None:
            outbox.close()

    def address(self, conn: int) -> str:
        """Where a connection leads; empty for one that has ended."""
        channel = self._channels.get(conn)
        return channel.address if channel else ""

    async def ping(self, peer: str) -> float | None:
        """How many seconds it takes to a peer's transport and back; None if it is not connected or does not answer."""
        seconds: float | None = None
        with trio.move_on_after(PING_SECONDS), suppress(ChannelClosed):
            for channel in [each for each in self._channels.values() if each.peer == peer]:
                seconds = await channel.ping()
        return seconds

    def __len__(self) -> int:
        return len(self._channels)

    async def ended(self) -> None:
        """Wait until there is no conversation."""
        while self._channels:
            await self._last_ended.wait()

    async def hold(self, channel: Channel) -> None:
        """Hold one conversation until it ends; whatever goes wrong with it ends it alone."""
        conn = next(self._numbers)
        outbox = self._outboxes[conn] = Outbox()
        self._channels[conn] = channel
        scope = self._scopes[conn] = trio.CancelScope()
        up = PeerUp(conn, channel.peer, channel.address, channel.outbound, self._local_peer)
        self._inbox.put_own(up)
        reason = "closed"
        try:
            with scope:
                async with trio.open_nursery() as both:
                    both.start_soon(lightly, self._listen, conn, channel)
                    await lightly(self._speak, conn, channel, outbox)
                    both.cancel_scope.cancel()
        except* ChannelClosed as ended:
            reason = str(_first(ended))
        except* Exception as failed:  # supervisor: what one peer causes must not end the node
            log.exception("the conversation with %s failed", channel.peer)
            reason = f"failed: {_first(failed)!r}"
        finally:
            self._forget(conn)
            self._inbox.put_last(conn, PeerDown(conn, reason))
            with trio.move_on_after(CLOSE_SECONDS) as closing:
                closing.shield = True
                await channel.aclose()
            channel.abort()

    def _unburden(self, conn: int) -> None:
        """Drop the stranger who holds most."""
        log.warning("peer %s leaves too much unfinished or unread and is dropped", self._channels[conn].peer)
        self._channels[conn].abort()
        # What it said may wait long for its turn, and would be held all the while.
        self._scopes[conn].cancel()

    def _send_now(self, channel: Channel | None, messages: Sequence[Message]) -> bool:
        try:
            return channel is not None and channel.send_now(_frames(messages))
        except ChannelClosed:
            return False  # its conversation finds out by itself

    def _forget(self, conn: int) -> None:
        # What waited goes now: the exception that ended the conversation remembers its frames until Python looks for
        # cycles, and then a flood of these would take it a quarter of a second.
        self._outboxes.pop(conn).drop()
        del self._channels[conn], self._scopes[conn]
        self._stirred.pop(conn, None)
        self._burden.forget(conn)
        if not self._channels:
            self._last_ended.set()
            self._last_ended = trio.Event()

    async def _listen(self, conn: int, channel: Channel) -> None:
        """Turn what the peer says into events until it stops or breaks the protocol."""
        frames, held = FrameReader(), 0
        try:
            while received := await channel.receive(STRANGERS_READ if self._is_stranger(conn) else RECEIVE_BYTES):
                bodies = frames.feed(received)
                held += len(received)
                # What is complete weighs until it was dealt with: it waits for its turn, and for room.
                self._burden.unfinished(conn, held)
                if not await self._take_in(conn, bodies):
                    return
                if bodies:
                    held -= sum(LENGTH_SIZE + len(raw) for raw in bodies)
                    self._burden.unfinished(conn, held)
            self.close(conn)
        except Breached as breached:
            await self._inbox.put(conn, BreachIn(conn, breached.breach, breached.detail))
        finally:
            del frames  # likewise: see `_forget`

    async def _take_in(self, conn: int, bodies: Iterable[bytes]) -> bool:
        """Turn the bodies of frames into events; false if one broke the protocol."""
        for raw in bodies:
            if len(raw) > INLINE_BYTES:
                self._busy()
                await self._pace.give_way()
            await turn()
            weight = weight_of(raw)
            event = await self._verifier.check(conn, raw, partial(self._inbox.room, conn, weight))
            if len(raw) > INLINE_BYTES:
                await trio.lowlevel.checkpoint()  # checking it and deciding about it are two pieces of work
                await self._pace.give_way()
            if isinstance(event, RunIn):
                self._pace.came(len(event.run.records))
            await self._inbox.put(conn, event, weight)
            if isinstance(event, BreachIn):
                # The core answers with a goodbye and a close; what follows is not worth reading.
                return False
        return True

    async def _speak(self, conn: int, channel: Channel, outbox: Outbox) -> None:
        """Send what is queued, gathered into large writes, until the outbox is closed and empty."""
        while messages := await outbox.take():
            self._burden.unsent(conn, outbox.weight)
            data = _frames(messages)
            if len(data) > INLINE_BYTES:
                self._busy()
            with trio.move_on_after(SEND_SECONDS) as deadline:
                await channel.send(data)
            if deadline.cancelled_caught:
                log.warning("peer %s has not read for %g s and is dropped", channel.peer, SEND_SECONDS)
                return


async def lightly(half: Callable[..., Awaitable[None]], *about: object) -> None:
    """Run one half of a conversation; what ends it takes no text along.

    An exception remembers the frames it came through, and their variables, until Python looks for cycles: in a flood of
    conversations that break off, tens of megabytes of what they had just read or were about to send.
    """
    try:
        await half(*about)
    except BaseException as ended:
        clear_frames(ended.__traceback__)
        raise


def _frames(messages: Iterable[Message]) -> bytes:
    return b"".join([frame(encode(message)) for message in messages])


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    found: BaseException = group
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
