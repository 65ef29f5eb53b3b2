"""How much a peer may send on a stream: enforced, and grown only for streams that prove bulky.

Unnecessary once upstream's yamux enforces its receive window, bounds it, and takes the class it is told to use:
0.8.1 logs a warning when a peer overruns the window and keeps the bytes, and doubles it to 16 MiB while a protocol
is still being agreed on.
"""

from dataclasses import dataclass

from meshnode.net.libp2p.frames import INITIAL_WINDOW
from meshnode.net.libp2p.violation import Violation
from meshnode.net.transport import CloseReason

CREDIT_STEP = 64 * 1024
"""Bytes read before the peer is granted as many again: a grant per read would cost more than the reading."""

CREDIT_SHARE = 8
"""A large window is renewed in steps of this fraction, often enough for the sender never to run dry."""

BULKY_WITHIN = 0.1
"""Seconds in which a stream reads a whole window if it is bulky, or four round trips if that is longer."""

SLOW_TIMES = 10
"""A window that takes so many times as long to read through is too large. What was granted cannot be taken back, so it
shrinks by granting less than what was read; a stream on which nothing moves keeps what it has."""


@dataclass(slots=True)
class Allowance:
    """What all streams of a transport together may be granted beyond their initial windows."""

    left: int

    def take(self, amount: int) -> bool:
        """Take `amount` out of it, or nothing if there is not enough."""
        if amount > self.left:
            return False
        self.left -= amount
        return True

    def give_back(self, amount: int) -> None:
        """Return what an ended stream had taken."""
        self.left += amount


class ReceiveWindow:
    """The receiving side's account of one stream."""

    __slots__ = ("_allowance", "_consumed", "_epoch_bytes", "_epoch_start", "_largest", "_size", "_unused")

    def __init__(self, largest: int, allowance: Allowance, now: float) -> None:
        self._size = self._unused = INITIAL_WINDOW
        self._largest, self._allowance = largest, allowance
        self._consumed = self._epoch_bytes = 0
        self._epoch_start = now

    @property
    def size(self) -> int:
        """How much the peer may have sent and we not read; grows, and shrinks again."""
        return self._size

    def arrived(self, count: int) -> None:
        """Account for `count` bytes the peer sends; raises `Violation` if it was not granted that many."""
        if count > self._unused:
            raise Violation(CloseReason.OVERRUN, f"sent {count} bytes into a window of {self._unused}")
        self._unused -= count

    def consumed(self, count: int) -> bool:
        """Account for `count` bytes read and return whether it is time to `renew` the window."""
        self._consumed += count
        return self._consumed >= max(CREDIT_STEP, self._size // CREDIT_SHARE)

    def renew(self, now: float, round_trip: float) -> int:
        """Return how many bytes to grant the peer: what was read, more if the stream proves bulky, less if it does not.

        The answer may be 0.
        """
        self._epoch_bytes += self._consumed
        grant = self._consumed + self._change(now, round_trip)
        self._consumed = 0
        self._unused += grant
        return grant

    def close(self) -> None:
        """Give back what had been taken to grow."""
        self._allowance.give_back(self._size - INITIAL_WINDOW)
        self._size = INITIAL_WINDOW

    def _change(self, now: float, round_trip: float) -> int:
        """Double the window if it was read through quickly, shrink it if slowly; return by how much it changed."""
        took, quick = now - self._epoch_start, max(BULKY_WITHIN, 4 * round_trip)
        slow = took > SLOW_TIMES * quick
        if self._epoch_bytes < self._size and not slow:
            return 0
        self._epoch_bytes, self._epoch_start = 0, now
        if slow:
            less = min(self._consumed, self._size - INITIAL_WINDOW)
            self._allowance.give_back(less)
            self._size -= less
            return -less
        more = min(self._size, self._largest - self._size)
        if took > quick or more <= 0 or not self._allowance.take(more):
            return 0
        self._size += more
        return more
