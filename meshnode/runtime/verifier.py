"""Turns the bytes of one message into the event the core takes: decoded, chained, signature checked.

All of it happens on the loop: hashing and decoding need the interpreter, so a worker thread would only take turns with
the loop, and each turn costs. What bounds it: small messages are quick, large well-formed ones take turns of some
milliseconds each, one in each round of the scheduler. Large ones of another shape are read slowly, to name what is
wrong with them; that can take a second for a megabyte made to be slow, so it is done in a thread.
"""

from typing import Literal

import msgspec
import trio

from meshnode.core.check import event_of
from meshnode.core.events import BreachIn, MessageIn, PrivatesIn, RunIn
from meshnode.runtime.settings import INLINE_BYTES, VERIFY_THREADS
from meshproto.wire.breaches import Breached
from meshproto.wire.codec import decode

Checked = MessageIn | RunIn | PrivatesIn | BreachIn

_RUN = msgspec.msgpack.Decoder(tuple[Literal[6], list[bytes], bytes, int])
_PRIVATES = msgspec.msgpack.Decoder(tuple[Literal[9], list[tuple[bytes, bytes]], list[bytes], list[bytes]])


class Verifier:
    """Checks what peers send."""

    def __init__(self) -> None:
        self._turn = trio.Lock()
        self._threads = trio.CapacityLimiter(VERIFY_THREADS)

    async def check(self, conn: int, raw: bytes) -> Checked:
        """The event for one frame's body; BreachIn if anything about it does not hold."""
        if len(raw) <= INLINE_BYTES:
            return check(conn, raw)
        if not is_bulk(raw):
            return await trio.to_thread.run_sync(check, conn, raw, limiter=self._threads)
        async with self._turn:
            return check(conn, raw)


def is_bulk(raw: bytes) -> bool:
    """Whether a body has the outer shape of a run or of private parts, so that reading it is quick."""
    decoder = _RUN if raw[1:2] == b"\x06" else _PRIVATES
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
