"""Turns the bytes of one message into the event the core takes: decoded, chained, signature checked.

All of it happens on the loop: hashing and decoding need the interpreter, so a worker thread would only take turns with
the loop, and each turn costs. What bounds it: small messages are quick, large well-formed ones take turns of some
milliseconds each, one in each round of the scheduler. Large ones of another shape are read slowly, to name what is
wrong with them; that can take a second for a megabyte made to be slow, so it is done in a thread.
"""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec
import trio

from meshnode.core.check import event_of
from meshnode.core.events import BreachIn, MessageIn, PrivatesIn, RunIn
from meshnode.runtime.settings import DECODED_WEIGHT, INLINE_BYTES
from meshproto.wire.breaches import Breached
from meshproto.wire.codec import decode

Checked = MessageIn | RunIn | PrivatesIn | BreachIn

_HEADERS, _PARTS = b"\x06", b"\x09"
"""What the messages are tagged with that consist of long strings of bytes, so that they hardly grow when decoded."""
_RUN = msgspec.msgpack.Decoder(tuple[Literal[6], list[bytes], bytes, int])
_PRIVATES = msgspec.msgpack.Decoder(tuple[Literal[9], list[tuple[bytes, bytes]], list[bytes], list[bytes]])


async def at_once() -> None:
    """There is room already."""


class Verifier:
    """Checks what peers send."""

    def __init__(self) -> None:
        self._turn = trio.Lock()
        self._slow = trio.Lock()

    async def check(self, conn: int, raw: bytes, room: Callable[[], Awaitable[None]] = at_once) -> Checked:
        """The event for one frame's body; BreachIn if anything about it does not hold.

        `room` is to wait until there is room for what comes of it. Many wait here at once, so it is called before the
        body is decoded, which makes several times as much of it; of the slow ones one at a time gets so far.
        """
        if len(raw) <= INLINE_BYTES:
            await room()
            return check(conn, raw)
        if not is_bulk(raw):
            # One thread only: more would fight for the interpreter.
            async with self._slow:
                await room()
                return await trio.to_thread.run_sync(check, conn, raw)
        async with self._turn:
            await room()
            return check(conn, raw)


def weight_of(raw: bytes) -> int:
    """About how many bytes the event for a body will hold."""
    return len(raw) if raw[1:2] in (_HEADERS, _PARTS) else len(raw) * DECODED_WEIGHT


def is_bulk(raw: bytes) -> bool:
    """Whether a body has the outer shape of a run or of private parts, so that reading it is quick."""
    decoder = _RUN if raw[1:2] == _HEADERS else _PRIVATES
    try:
        decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def check(conn: int, raw: bytes) -> Checked:
    """Decode and check one frame's body."""
    try:
        message = decode(raw)
    except Breached as breached:
        return BreachIn(conn, breached.breach, breached.detail)
    return event_of(conn, message)
