"""What a connection is about to send: bounded, and emptied by one writer.

Frames go into a queue instead of straight to the socket, so that a cancelled send never leaves half a frame on the
wire, the reader never waits for the writer (two nodes whose readers wait for their writers wait for ever), small
frames leave together, and answers to pings overtake data.
"""

from collections import deque
from collections.abc import Callable

import trio

from meshnode.net.libp2p.violation import Violation
from meshnode.net.transport import CloseReason

CONTROL_BYTES = 64 * 1024
"""Answers a peer may leave unread. An honest one never comes near; another asks without listening."""

FRAME_BYTES = 480
"""What a queued frame takes besides its body, so that many tiny ones are bounded too: measured, with its objects."""


class Outbox:
    """Frames on their way out of one connection.

    Control frames overtake data; data leaves in the order it came. `has_room` is about data only. `filled` is called
    by `push`, when everything that belongs together has been queued.
    """

    def __init__(self, room: int, filled: Callable[[], None]) -> None:
        self.push = filled
        self.finished = False
        self._room = room
        self._control = bytearray()
        self._data: deque[tuple[int, bytes, memoryview]] = deque()
        self._queued = 0
        self._emptied = trio.lowlevel.ParkingLot()

    @property
    def waiting(self) -> bool:
        """Whether there is anything to send."""
        return bool(self._control or self._data)

    @property
    def has_room(self) -> bool:
        """Whether another piece of data may be queued; it may be longer than what is left."""
        return self._queued < self._room

    def control(self, frame: bytes) -> None:
        """Queue a frame without data, unless this side is leaving: nobody waits for its answers then."""
        if not self.finished:
            self._control += frame

    def check(self) -> None:
        """Raise `Violation` if the peer let too many control frames pile up; call it after taking in its frames."""
        if len(self._control) > CONTROL_BYTES:
            raise Violation(CloseReason.FLOOD, "asks for more answers than it reads")

    def data(self, stream: int, header: bytes, body: memoryview) -> None:
        """Queue a frame of `stream` that keeps its place among the data."""
        self._data.append((stream, header, body))
        self._queued += len(body) + FRAME_BYTES

    def forget(self, stream: int) -> None:
        """Drop what is queued of a stream that is given up."""
        kept = [entry for entry in self._data if entry[0] != stream]
        self._data = deque(kept)
        self._queued = sum(len(body) + FRAME_BYTES for _, _, body in kept)
        self._emptied.unpark_all()

    def finish(self) -> None:
        """Let the writer come to an end when it has sent what is queued."""
        self.finished = True

    def take(self, most: int) -> list[bytes | bytearray | memoryview]:
        """Return the next frames, about `most` bytes of them."""
        pieces: list[bytes | bytearray | memoryview] = []
        taken = 0
        if self._control:
            pieces.append(self._control)
            self._control = bytearray()
        while self._data and taken < most:
            _, header, body = self._data.popleft()
            pieces += (header, body)
            taken += len(header) + len(body)
            self._queued -= len(body) + FRAME_BYTES
        if taken and self._emptied:
            self._emptied.unpark_all()
        return pieces

    async def emptied(self) -> None:
        """Wait until the writer took some data, so that there may be room."""
        await self._emptied.park()

    def drop(self) -> None:
        """Give up what is queued, because the connection ended, and let everybody who waits look again."""
        self._data.clear()
        self._control = bytearray()
        self._queued = 0
        self._emptied.unpark_all()
