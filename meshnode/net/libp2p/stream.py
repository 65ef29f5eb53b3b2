"""One stream of a multiplexed connection.

Each direction is open until its sender finishes it (FIN); a reset (RST), or the end of the connection, closes both.

    open -- finish() --> we sent FIN        open -- FIN arrives --> the peer finished
    open, either half -- RST, reset(), end() --> over, with a reason

What the peer sent before it finished is delivered even when the connection is gone by then.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from meshnode.net.libp2p import frames
from meshnode.net.libp2p.frames import BODY_BYTES, INITIAL_WINDOW, MAX_WINDOW, header
from meshnode.net.libp2p.outbox import Outbox
from meshnode.net.libp2p.violation import Violation
from meshnode.net.libp2p.windows import Allowance, ReceiveWindow
from meshnode.net.transport import RECEIVE_BYTES, ChannelClosed, CloseReason, PeerId

PIECE_BYTES = 256 * 1024
"""How much is queued at a time, so that streams and connections take turns."""

UNCLAIMED_BYTES = 8 * 1024
"""What a peer may send on a stream before, or without, agreeing on our protocol."""


@dataclass(slots=True)
class Surroundings:
    """What the streams of one connection share."""

    peer: PeerId
    outbox: Outbox
    clock: Callable[[], float]
    allowance: Allowance
    window_max: int
    closed: Callable[[int], None]
    """Called with a stream's number once neither side may send on it."""
    round_trip: float = 0.0
    """Seconds to the peer and back, smoothed; 0 until it was measured."""
    unread: int = 0
    """Bytes that all streams together hold for whoever reads them."""
    holding: dict["MuxedStream", None] = field(default_factory=dict)
    """The streams that hold some."""


class MuxedStream:
    """A stream of bytes to the peer and back."""

    __slots__ = (
        "_around",
        "_busy",
        "_finished_here",
        "_finished_there",
        "_granted",
        "_readable",
        "_received",
        "_send_window",
        "_turns",
        "_window",
        "claimed",
        "number",
        "over",
        "torn",
    )

    def __init__(self, number: int, around: Surroundings) -> None:
        self.number = number
        self.over: CloseReason | None = None
        self.torn = False
        self.claimed = False
        """True once somebody reads it who can be trusted to go on reading."""
        self._around = around
        self._send_window = INITIAL_WINDOW
        self._window = ReceiveWindow(around.window_max, around.allowance, around.clock())
        self._received = bytearray()
        self._finished_here = self._finished_there = self._busy = False
        self._readable, self._granted, self._turns = (trio.lowlevel.ParkingLot() for _ in range(3))

    @property
    def unread(self) -> int:
        """How many bytes wait to be received."""
        return len(self._received)

    async def receive(self, max_bytes: int = RECEIVE_BYTES) -> bytes:
        """See `Channel.receive`."""
        await trio.lowlevel.checkpoint_if_cancelled()
        while not self._received:
            if self._finished_there:
                return b""
            if self.over is not None:
                raise ChannelClosed(self._around.peer, self.over)
            await self._readable.park()
        data = bytes(memoryview(self._received)[:max_bytes])
        del self._received[:max_bytes]
        self._around.unread -= len(data)
        if not self._received:
            self._around.holding.pop(self, None)
        if not self._finished_there and self.over is None:
            self._renew(len(data))
        return data

    def send_now(self, data: bytes) -> bool:
        """See `Channel.send_now`."""
        whole = not self._busy and self._around.outbox.has_room and len(data) <= min(self._send_window, PIECE_BYTES)
        return whole and self._queue(memoryview(data)) == len(data)

    async def send(self, data: bytes) -> None:
        """See `Channel.send`. A send cut half way resets the stream and sets `torn`."""
        await trio.lowlevel.checkpoint_if_cancelled()
        while self._busy:
            await self._turns.park()
        self._busy = True
        view = memoryview(data)
        sent = 0
        try:
            while sent < len(view):
                if queued := self._queue(view[sent:]):
                    sent += queued
                else:
                    await self._room()
        except trio.Cancelled:
            if sent:
                self.torn = True
                self.reset(CloseReason.CANCELLED)
            raise
        finally:
            self._busy = False
            if self._turns:
                self._turns.unpark()

    def finish(self) -> None:
        """Tell the peer, after everything sent so far, that no more will come."""
        if self.over is None and not self._finished_here:
            self._finished_here = True
            self._granted.unpark_all()
            self._around.outbox.data(self.number, header(frames.WINDOW, frames.FIN, self.number, 0), memoryview(b""))
            self._around.outbox.push()
            self._perhaps_closed()

    def reset(self, reason: CloseReason = CloseReason.LOCAL) -> None:
        """Give the stream up in both directions, dropping what is queued."""
        if self.over is None and not (self._finished_here and self._finished_there):
            self._around.outbox.forget(self.number)
            self._around.outbox.control(header(frames.WINDOW, frames.RST, self.number, 0))
            self._around.outbox.push()
        self.end(reason)

    def end(self, reason: CloseReason) -> None:
        """Close both directions for `reason`, without telling the peer. Safe to repeat."""
        if self.over is None:
            self.over = reason
            self._window.close()
            self._wake()
            self._around.closed(self.number)

    def abandon(self) -> None:
        """Drop what nobody will receive any more."""
        self._around.unread -= len(self._received)
        self._received = bytearray()
        self._around.holding.pop(self, None)

    # What follows is called by the muxer, for what the peer sent.

    def announced(self, count: int) -> None:
        """The peer begins to send `count` bytes; raises `Violation` if it may not."""
        if self._finished_there:
            raise Violation(CloseReason.MALFORMED, "sent data on a stream it had finished")
        self._window.arrived(count)

    def arrived(self, part: memoryview) -> None:
        """Take in a part of what was announced."""
        self._received += part
        self._around.unread += len(part)
        self._around.holding[self] = None
        if self._readable:
            self._readable.unpark_all()
        if not self.claimed and len(self._received) > UNCLAIMED_BYTES:
            raise Violation(CloseReason.FLOOD, "sends much on a stream that nobody reads yet")

    def granted(self, count: int) -> None:
        """The peer lets us send `count` more bytes."""
        self._send_window += count
        if self._send_window > MAX_WINDOW:
            raise Violation(CloseReason.MALFORMED, "granted more than a window can hold")
        self._granted.unpark_all()

    def finished(self) -> None:
        """The peer will send no more."""
        self._finished_there = True
        self._readable.unpark_all()
        self._perhaps_closed()

    def _queue(self, view: memoryview) -> int:
        """Queue as much of `view` as may be sent now and return how much that was."""
        if self.over is not None or self._finished_here:
            raise ChannelClosed(self._around.peer, self.over or CloseReason.LOCAL)
        outbox = self._around.outbox
        most = min(len(view), self._send_window, PIECE_BYTES) if outbox.has_room else 0
        for start in range(0, most, BODY_BYTES):
            body = view[start : min(start + BODY_BYTES, most)]
            outbox.data(self.number, header(frames.DATA, 0, self.number, len(body)), body)
        if most:
            self._send_window -= most
            outbox.push()
        return most

    async def _room(self) -> None:
        """Wait until more might be sent, or the stream ended."""
        if self._send_window > 0:
            await self._around.outbox.emptied()
        else:
            await self._granted.park()

    def _renew(self, count: int) -> None:
        """Grant the peer what was read, when it is worth a frame."""
        if self._window.consumed(count):
            grant = self._window.renew(self._around.clock(), self._around.round_trip)
            if grant:
                self._around.outbox.control(header(frames.WINDOW, 0, self.number, grant))
                self._around.outbox.push()

    def _perhaps_closed(self) -> None:
        if self._finished_here and self._finished_there:
            self._window.close()
            self._around.closed(self.number)

    def _wake(self) -> None:
        self._readable.unpark_all()
        self._granted.unpark_all()
