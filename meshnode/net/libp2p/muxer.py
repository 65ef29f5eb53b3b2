"""Yamux without sockets: takes in what arrived, and puts what is to be sent into the outbox.

What the peer may not do raises `Violation`, and the connection is closed; what it may do but should not do often
(ask for pings, open streams only to drop them, send frames that mean nothing) draws on a budget that refills slowly.

Unnecessary once upstream's yamux bounds what a peer can make it hold, wakes a waiting writer by an event (0.8.1
polls every 10 ms and gives up after 5 s), and grants credit in larger steps than single reads.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from meshnode.net.libp2p import frames
from meshnode.net.libp2p.frames import HEADER, MAX_BODY_BYTES, VERSION, header
from meshnode.net.libp2p.outbox import Outbox
from meshnode.net.libp2p.rates import Bucket
from meshnode.net.libp2p.stream import MuxedStream, Surroundings
from meshnode.net.libp2p.violation import Violation
from meshnode.net.libp2p.windows import Allowance
from meshnode.net.transport import ChannelClosed, CloseReason, PeerId

NUISANCE_BURST = 2000
"""Frames in a row that serve nobody, which an honest but chatty implementation may send."""

NUISANCE_PER_SECOND = 200.0
"""How many of them are forgiven per second."""

TURN_WORK = 64
"""Frames taken in before other tasks get their turn: a hundred peers that send tiny ones must not stall the rest."""

MESSAGE_WORK = 16
"""What a message counts besides its frames; a large one takes as long to open as so many small frames."""

STREAM_NUISANCE = 10
"""What opening a stream counts: it costs a task and a negotiation."""


def _nothing(_ended: object = None) -> None:
    """What is called once the connection is gone."""


class Muxer:
    """The streams of one connection.

    `accept` is called with every stream the peer opens, `filled` when there is something to send, `pong` when the peer
    answered a ping; none of them may wait.
    What `feed` queues is only announced by whoever calls it. `counted` is the transport's.
    """

    def __init__(
        self,
        *,
        peer: PeerId,
        dialled: bool,
        send_queue: int,
        max_streams: int,
        window_max: int,
        allowance: Allowance,
        clock: Callable[[], float],
        accept: Callable[[MuxedStream], None],
        counted: Counter[str],
        filled: Callable[[], None],
        pong: Callable[[], None],
    ) -> None:
        self.outbox = Outbox(send_queue, filled)
        self.leaving = False
        self._around = Surroundings(peer, self.outbox, clock, allowance, window_max, self._closed)
        self._streams: dict[int, MuxedStream] = {}
        self._next, self._theirs = (1, 0) if dialled else (2, 1)
        self._max_streams, self._accept, self._counted = max_streams, accept, counted
        self._nuisance = Bucket(NUISANCE_PER_SECOND, NUISANCE_BURST, clock())
        self._partial = bytearray()
        self._body_left = 0
        self._into: MuxedStream | None = None
        self._finish_after = False
        self._pings, self._ping_sent = 0, 0.0
        self._pong = pong
        self.answered, self.measured = 0, 0.0
        """How many pings were answered, and how many seconds the last one took."""
        self._work = 0

    @property
    def streams(self) -> int:
        """How many streams are open, both sides' together."""
        return len(self._streams)

    @property
    def asked_at(self) -> float | None:
        """When the ping was sent that the peer has not answered yet."""
        return self._ping_sent or None

    @property
    def unread(self) -> int:
        """How many bytes wait to be received from all streams."""
        return self._around.unread

    def open(self) -> MuxedStream:
        """Open a stream to the peer; raises `ChannelClosed` when it is leaving."""
        if self.leaving:
            raise ChannelClosed(self._around.peer, CloseReason.REMOTE)
        stream = self._streams[self._next] = MuxedStream(self._next, self._around)
        self.outbox.control(header(frames.WINDOW, frames.SYN, self._next, 0))
        self.outbox.push()
        self._next += 2
        return stream

    def ping(self) -> None:
        """Ask the peer for a sign of life, unless it already owes one."""
        if not self._ping_sent:
            self._pings = (self._pings + 1) % 2**32
            self._ping_sent = self._around.clock()
            self.outbox.control(header(frames.PING, frames.SYN, 0, self._pings))
            self.outbox.push()

    def finish(self) -> None:
        """Finish all streams and say farewell, after everything sent so far."""
        for stream in list(self._streams.values()):
            stream.finish()
        self.outbox.data(0, header(frames.FAREWELL, 0, 0, frames.NORMAL), memoryview(b""))
        self.outbox.finish()
        self.outbox.push()

    def end(self, reason: CloseReason) -> None:
        """End all streams, because the connection is gone."""
        self.leaving = True
        for stream in list(self._streams.values()):
            stream.end(reason)
        self.outbox.drop()
        # Whoever made this is referred to no more: what ended shall leave memory at once, not when Python next looks
        # for cycles. A flood of connections left so many that looking took a tenth of a second.
        self._accept, self._pong, self.outbox.push, self._around.closed = _nothing, _nothing, _nothing, _nothing

    def abandon(self) -> None:
        """Drop what waits to be received from all streams, those that ended too."""
        for stream in list(self._around.holding):
            stream.abandon()

    def feed(self, data: bytes) -> Iterator[None]:
        """Take in a message that arrived, with a pause whenever others should get their turn.

        Iterate to the end before feeding the next one. Raises `Violation`.
        """
        self._work += MESSAGE_WORK
        if not data:
            self._bother(1)
        view = memoryview(data)
        at = 0
        while at < len(view):
            at += self._body(view[at:]) if self._body_left else self._head(view, at)
            self._work += 1
            if self._work >= TURN_WORK:
                self._work = 0
                self.outbox.check()
                yield
        self.outbox.check()

    def _head(self, view: memoryview, at: int) -> int:
        """Take in the next header, or what there is of it, and return how long that was."""
        if not self._partial and len(view) - at >= HEADER.size:
            self._frame(*HEADER.unpack_from(view, at))
            return HEADER.size
        part = view[at : at + HEADER.size - len(self._partial)]
        self._partial += part
        if len(self._partial) == HEADER.size:
            head = HEADER.unpack(self._partial)
            self._partial.clear()
            self._frame(*head)
        return len(part)

    def _body(self, view: memoryview) -> int:
        """Hand the next part of a body to its stream and return how long it was."""
        part = view[: self._body_left]
        self._body_left -= len(part)
        if self._into is not None:
            self._into.arrived(part)
            if not self._body_left and self._finish_after:
                self._into.finished()
        return len(part)

    def _frame(self, version: int, kind: int, flags: int, number: int, value: int) -> None:
        if version != VERSION:
            raise Violation(CloseReason.MALFORMED, f"yamux version {version}")
        match kind:
            case frames.DATA:
                self._data(flags, number, value)
            case frames.WINDOW:
                self._window(flags, number, value)
            case frames.PING:
                self._pinged(flags, value)
            case frames.FAREWELL:
                self.leaving = True
            case _:
                raise Violation(CloseReason.MALFORMED, f"frame of kind {kind}")

    def _data(self, flags: int, number: int, length: int) -> None:
        if length > MAX_BODY_BYTES:
            raise Violation(CloseReason.MALFORMED, f"a frame of {length} bytes")
        stream = self._stream(flags, number)
        self._body_left = length
        self._into = stream
        if stream is None:
            return
        if length:
            stream.announced(length)
            self._finish_after = bool(flags & frames.FIN)
        elif flags & frames.FIN:
            stream.finished()
        elif not flags:
            self._bother(1)

    def _window(self, flags: int, number: int, count: int) -> None:
        stream = self._stream(flags, number)
        if stream is None:
            return
        if count:
            stream.granted(count)
        elif not flags:
            self._bother(1)
        if flags & frames.FIN:
            stream.finished()

    def _stream(self, flags: int, number: int) -> MuxedStream | None:
        """Return the stream a frame belongs to, or None if there is none (any more)."""
        if flags & frames.SYN:
            self._opened(number)
        stream = self._streams.get(number)
        if stream is None:
            if not number or (number % 2 != self._theirs and number >= self._next):
                raise Violation(CloseReason.MALFORMED, f"a frame of stream {number}, which was never opened")
            self._bother(1)
        elif flags & frames.RST:
            stream.end(CloseReason.RESET)
            return None
        return stream

    def _opened(self, number: int) -> None:
        """The peer opens a stream: accept it, or refuse it if it has too many."""
        if not number or number % 2 != self._theirs or number in self._streams:
            raise Violation(CloseReason.MALFORMED, f"opened stream {number}, which is not its to open")
        self._bother(STREAM_NUISANCE)
        theirs = sum(1 for other in self._streams if other % 2 == self._theirs)
        if self.leaving or self.outbox.finished or theirs >= self._max_streams:
            self._counted["streams_refused"] += 1
            self.outbox.control(header(frames.WINDOW, frames.RST, number, 0))
            return
        stream = self._streams[number] = MuxedStream(number, self._around)
        self.outbox.control(header(frames.WINDOW, frames.ACK, number, 0))
        self._accept(stream)

    def _pinged(self, flags: int, number: int) -> None:
        if flags & frames.SYN:
            self._bother(1)
            self.outbox.control(header(frames.PING, frames.ACK, 0, number))
        elif self._ping_sent and number == self._pings:
            self.measured = self._around.clock() - self._ping_sent
            known = self._around.round_trip
            self._around.round_trip = (known + self.measured) / 2 if known else self.measured
            self._ping_sent = 0.0
            self.answered += 1
            self._pong()

    def _bother(self, count: int) -> None:
        """Draw on the budget of frames that serve nobody; raises `Violation` when it is used up."""
        if not self._nuisance.draw(count, self._around.clock()):
            raise Violation(CloseReason.FLOOD, "sends too many frames that serve nobody")

    def _closed(self, number: int) -> None:
        self._streams.pop(number, None)
