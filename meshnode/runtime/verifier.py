"""Turns the bytes of one message into the event the core takes: decoded, chained, signature checked.

Small messages are done at once, on the loop. Larger ones go to a worker thread, where the signature's arithmetic runs
beside the loop and everything else takes turns with it, so that no peer can hold the loop up.
"""

import trio

from meshnode.core.check import event_of
from meshnode.core.events import BreachIn, MessageIn, PrivatesIn, RunIn
from meshnode.runtime.settings import INLINE_BYTES, VERIFY_THREADS
from meshproto.wire.breaches import Breached
from meshproto.wire.codec import decode

Checked = MessageIn | RunIn | PrivatesIn | BreachIn


class Verifier:
    """Checks what peers send, a bounded number of large messages at once."""

    def __init__(self) -> None:
        self._threads = trio.CapacityLimiter(VERIFY_THREADS)

    async def check(self, conn: int, raw: bytes) -> Checked:
        """The event for one frame's body; BreachIn if anything about it does not hold."""
        if len(raw) <= INLINE_BYTES:
            return _check(conn, raw)
        return await trio.to_thread.run_sync(_check, conn, raw, limiter=self._threads)


def _check(conn: int, raw: bytes) -> Checked:
    try:
        message = decode(raw)
    except Breached as breached:
        return BreachIn(conn, breached.breach, breached.detail)
    return event_of(conn, message)
