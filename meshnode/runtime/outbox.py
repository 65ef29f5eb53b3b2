"""What waits to be sent to one peer."""

from collections import deque

import trio

from meshnode.runtime.settings import INLINE_BYTES, OUTBOX_BYTES, SEND_BYTES
from meshproto.wire.messages import Headers, Message, Privates

SMALL_MESSAGE = 256
"""What a message without bulk is taken to weigh."""


class Outbox:
    """Messages in order, weighed; one task takes them out in portions for one write each.

    States: open → closed (what is in it still goes out). Putting into a closed one does nothing.
    """

    def __init__(self) -> None:
        self._messages: deque[tuple[int, Message]] = deque()
        self._bytes = 0
        self._closed = False
        self._taker = trio.lowlevel.ParkingLot()

    @property
    def weight(self) -> int:
        """About how many bytes wait."""
        return self._bytes

    @property
    def overfull(self) -> bool:
        """Whether the peer takes its messages too slowly to be kept."""
        return self._bytes > OUTBOX_BYTES

    def put(self, message: Message) -> None:
        """Queue a message; never waits. It stays until `few` is sent, or `wake` is called."""
        if self._closed:
            return
        size = weight(message)
        self._bytes += size
        self._messages.append((size, message))

    def close(self) -> None:
        """Take nothing more; `take` ends once the box is empty."""
        self._closed = True
        self._taker.unpark()

    def drop(self) -> None:
        """Give up what is in it: the peer is gone."""
        self._closed = True
        self._messages.clear()
        self._bytes = 0

    def few(self) -> list[Message]:
        """All that waits, if it is little and whoever takes messages out rests; else nothing."""
        if not self._taker or self._bytes > INLINE_BYTES:
            return []
        return [message for _, message in self._messages]

    def sent(self) -> None:
        """What `few` gave is on its way."""
        self._messages.clear()
        self._bytes = 0

    def wake(self) -> None:
        """Let whoever takes messages out go on."""
        self._taker.unpark()

    async def take(self) -> list[Message]:
        """The next messages, together about SEND_BYTES; empty once the box is closed and empty."""
        while not self._messages and not self._closed:
            await self._taker.park()
        portion: list[Message] = []
        size = 0
        while self._messages and size < SEND_BYTES:
            each, message = self._messages.popleft()
            size += each
            portion.append(message)
        self._bytes -= size
        return portion


def weight(message: Message) -> int:
    """About how many bytes a message is on the wire."""
    if isinstance(message, Headers):
        return SMALL_MESSAGE + sum(map(len, message.headers))
    if isinstance(message, Privates):
        return SMALL_MESSAGE + sum(len(raw) for _, raw in message.parts)
    return SMALL_MESSAGE
