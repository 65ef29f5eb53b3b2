"""One connection to one peer: reads, writes, notices silence, closes.

    running --aclose()--> leaving: everything queued is sent, then a farewell; waits for the peer to leave too
    running, leaving --the peer leaves, it breaks, abort()--> over, with a reason

Two tasks: one reads and feeds the muxer, one writes what the outbox holds. Neither waits for the other.
"""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import trio

from meshnode.net.libp2p.handshake import Greeted
from meshnode.net.libp2p.muxer import Muxer
from meshnode.net.libp2p.stream import MuxedStream
from meshnode.net.libp2p.violation import Violation
from meshnode.net.libp2p.windows import Allowance
from meshnode.net.libp2p.wire import Wire
from meshnode.net.settings import TransportSettings
from meshnode.net.transport import ChannelClosed, CloseReason, PeerId
from meshnode.net.turns import turn

READ_BYTES = 64 * 1024
"""The first size of reads; doubled while they come back full, halved when they come back nearly empty."""

MAX_READ_BYTES = 128 * 1024
"""Bulky data pays for larger reads, up to here: still larger blocks come fresh from the system each time."""

STRANGERS_READ = 16 * 1024
"""The same for a peer that is not known: hundreds of them may keep this node busy at once."""

STRANGERS_BYTES = 4 * 1024 * 1024
"""What all peers that are not known may together have sent and nobody read: their windows would hold far more."""

WRITE_BYTES = 60 * 1024
"""About how much is sealed and handed over at a time: one frame of the longest. More at once cost twice the time,
measured, because the system has to make room for such blocks anew each time."""

RUSH_WITHIN = 0.00005
"""Seconds after a write in which another one is put off to the writer's next turn."""


class Unread:
    """What peers that are not known have sent and nobody has read; if it is too much, the heaviest has to go.

    What a peer sent weighs on when it is gone, until whoever reads it comes to its end: it may wait long for its turn.
    """

    def __init__(self) -> None:
        self._sizes: dict[Connection, int] = {}
        self._total = 0

    def note(self, connection: "Connection") -> None:
        """Look how much a connection holds, and at all of them if that may be too much together."""
        self._weigh(connection)
        if self._total > STRANGERS_BYTES:
            for each in list(self._sizes):
                self._weigh(each)
        while self._total > STRANGERS_BYTES:
            heaviest = max(self._sizes, key=self._sizes.__getitem__)
            self.forget(heaviest)
            heaviest.abort(CloseReason.FLOOD)
            heaviest.muxer.abandon()

    def forget(self, connection: "Connection") -> None:
        """A connection is over, and nobody reads from it any more."""
        self._total -= self._sizes.pop(connection, 0)

    def _weigh(self, connection: "Connection") -> None:
        self.forget(connection)
        self._sizes[connection] = connection.unread
        self._total += self._sizes[connection]


@dataclass(frozen=True, slots=True)
class Shared:
    """What all connections of a transport share."""

    settings: TransportSettings
    allowance: Allowance
    counted: Counter[str]
    unread: Unread = field(default_factory=Unread)


class Connection:
    """An authenticated, multiplexed connection; `run` must run for it to work.

    `serve` is called with every stream the peer opens, and must not wait.
    """

    def __init__(
        self,
        wire: Wire,
        greeted: Greeted,
        shared: Shared,
        *,
        address: str,
        outbound: bool,
        serve: Callable[["Connection", MuxedStream], None],
    ) -> None:
        self.peer: PeerId = greeted.peer
        self.address, self.outbound = address, outbound
        self.since = self.heard = self._moved = trio.current_time()
        self._delivered = 0
        self.over: CloseReason | None = None
        self.leaving = False
        self._leaving_for = CloseReason.LOCAL
        self.in_use = False
        """True once our protocol runs on it; what is never used is closed after a while."""
        self._wire, self._session, self._rest = wire, greeted.session, greeted.rest
        self._settings, self._counted = shared.settings, shared.counted
        self._nursery: trio.Nursery | None = None
        self._finished, self._signs = trio.Event(), trio.lowlevel.ParkingLot()
        self._known, self._unread = outbound or shared.settings.known(greeted.peer), shared.unread
        self._unsent: memoryview | None = None
        self._writing, self._written_at = False, 0.0
        self._to_write = trio.lowlevel.ParkingLot()
        self._serving = 0
        self._serve = serve
        self.muxer = Muxer(
            peer=greeted.peer,
            dialled=outbound,
            send_queue=shared.settings.send_queue,
            max_streams=shared.settings.max_streams_per_connection,
            window_max=shared.settings.window_max,
            allowance=shared.allowance,
            clock=trio.current_time,
            accept=self._accept,
            counted=shared.counted,
            filled=self._push,
            pong=self._answered,
        )

    @property
    def ending(self) -> bool:
        """True once nothing new should begin on it."""
        return self.leaving or self.over is not None or self.muxer.leaving

    @property
    def unread(self) -> int:
        """How many bytes of the peer's wait: for the rest of a sealed message, or to be received from a stream."""
        return self._session.unopened + self.muxer.unread

    async def run(self) -> None:
        """Carry bytes until the connection is over. Run this once, as a task."""
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                nursery.start_soon(self._write)
                self.muxer.ping()
                await self._read()
                nursery.cancel_scope.cancel()
        finally:
            self.abort(CloseReason.SHUTDOWN)
            self._finished.set()
            self._nursery = None
            if not self._known:
                self._unread.note(self)
            self._perhaps_forgotten()

    async def aclose(self, reason: CloseReason = CloseReason.LOCAL) -> None:
        """Send what is queued and leave; cut it after the deadline. Safe to repeat or cancel."""
        try:
            with trio.move_on_after(self._settings.close_deadline):
                if not self.leaving and self.over is None:
                    self.leaving, self._leaving_for = True, reason
                    self.muxer.finish()
                # The writer closes our direction when all is sent. The other one is read until the peer leaves too:
                # closing it at once would make the system drop our last words if the peer is still sending.
                await self._finished.wait()
        finally:
            self.abort(reason)

    def served(self) -> None:
        """Take note that a stream the peer had opened is served no more."""
        self._serving -= 1
        self._perhaps_forgotten()

    def abort(self, reason: CloseReason) -> None:
        """End it now, without sending what is queued. Safe to repeat; the first reason counts."""
        self._end(reason, self._wire.cut)

    def check(self, now: float) -> None:
        """Ask a silent peer for a sign of life, and end the connection if it gave none in time."""
        asked = self.muxer.asked_at
        if asked is None:
            if now - self.heard > self._settings.ping_interval:
                self.muxer.ping()
            return
        # On a slow line the ping waits behind what was sent before it; as long as that arrives, so may the ping.
        if (delivered := self._wire.delivered()) > self._delivered:
            self._delivered, self._moved = delivered, now
        if now - max(asked, self.heard, self._moved) > self._settings.ping_timeout:
            self.abort(CloseReason.SILENT)

    async def answers(self, within: float) -> bool:
        """Return whether the peer gives a sign of life within that many seconds."""
        since = self.heard
        self.muxer.ping()
        with trio.move_on_after(within):
            while not self.ending and self.heard <= since:
                await self._signs.park()
        return not self.ending and self.heard > since

    async def ping(self) -> float:
        """Return the seconds to the peer and back, measured now; raises `ChannelClosed`."""
        while not self.ending and self.muxer.asked_at is not None:
            await self._signs.park()  # one question at a time: this one was asked before
        self.muxer.ping()
        answered = self.muxer.answered + 1
        while not self.ending and self.muxer.answered < answered:
            await self._signs.park()
        if self.muxer.answered < answered:
            raise ChannelClosed(self.peer, self.over or CloseReason.REMOTE)
        return self.muxer.measured

    def _accept(self, opened: MuxedStream) -> None:
        self._serving += 1
        self._serve(self, opened)

    def _perhaps_forgotten(self) -> None:
        if self._finished.is_set() and not self._serving:
            self._unread.forget(self)

    def _end(self, reason: CloseReason, close: Callable[[], None]) -> None:
        if self.over is not None:
            return
        self.over = reason
        self._counted[f"closed_{reason}"] += 1
        self.muxer.end(reason)
        self._signs.unpark_all()
        close()
        if self._nursery is not None:
            self._nursery.cancel_scope.cancel()

    async def _read(self) -> None:
        """Take in what the peer sends until it leaves or breaks a rule."""
        try:
            await self._take_in(self._rest)
            size = READ_BYTES
            while data := await self._wire.receive(size if self._known else STRANGERS_READ):
                self._hear(len(data))
                if len(data) == size:
                    size = min(2 * size, MAX_READ_BYTES)
                elif len(data) < size // 4:
                    size = max(size // 2, READ_BYTES)
                await turn()
                for message in self._session.open(data):
                    await self._take_in(message)
                if not self._known:
                    self._unread.note(self)
                self._push()
            self._end(self._farewell(CloseReason.BROKEN), self._wire.close)
        except Violation as violation:
            self.abort(violation.reason)
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self.abort(self._farewell(CloseReason.RESET))

    def _farewell(self, otherwise: CloseReason) -> CloseReason:
        """Return why the connection ended, if that was expected."""
        if self.leaving:
            return self._leaving_for
        return CloseReason.REMOTE if self.muxer.leaving else otherwise

    def _answered(self) -> None:
        """The peer answered a ping."""
        self._signs.unpark_all()

    def _hear(self, count: int) -> None:
        self.heard = trio.current_time()
        self._counted["bytes_in"] += count
        if self._signs:
            self._signs.unpark_all()

    async def _take_in(self, message: bytes) -> None:
        for _ in self.muxer.feed(message):
            await trio.lowlevel.checkpoint()
            await turn()

    def _push(self) -> None:
        """Send what the outbox holds: at once if that is likely to work, else from the writer's task.

        A message on its own leaves at once. In a rush of them the later ones wait for the writer, and leave together.
        """
        outbox = self.muxer.outbox
        rush = self._writing or outbox.finished or time.perf_counter() - self._written_at < RUSH_WITHIN
        if not rush and (pieces := outbox.take(WRITE_BYTES)):
            try:
                self._hand_over(pieces)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                self.abort(self._farewell(CloseReason.RESET))
        if (rush or self._writing or outbox.waiting) and self._to_write:
            self._to_write.unpark()

    def _hand_over(self, pieces: list[bytes | bytearray | memoryview]) -> None:
        data = memoryview(self._session.seal(pieces))
        self._counted["bytes_out"] += len(data)
        self._written_at = time.perf_counter()
        if rest := data[self._wire.send_now(data) :]:
            self._unsent, self._writing = rest, True

    async def _write(self) -> None:
        """Send what `_push` left over until the outbox is finished, then close our direction."""
        outbox = self.muxer.outbox
        try:
            while True:
                if self._unsent is not None:
                    await self._wire.send(self._unsent)
                    self._unsent, self._writing = None, False
                if pieces := outbox.take(WRITE_BYTES):
                    self._hand_over(pieces)
                elif outbox.finished:
                    return self._wire.finish()
                else:
                    await self._to_write.park()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self.abort(self._farewell(CloseReason.RESET))
