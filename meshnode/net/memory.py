"""Transports that meet in memory, for tests and demonstrations: no sockets, no keys, no cryptography.

A `MemoryMesh` joins them by name and can cut and heal the links between them. They keep every promise of
`transport.py`; the same conformance tests run against them and against libp2p.
"""

import logging
from collections import Counter
from collections.abc import Mapping

import trio

from meshnode.net.transport import (
    RECEIVE_BYTES,
    AlreadyConnected,
    ChannelClosed,
    ChannelHandler,
    CloseReason,
    DialError,
    DialReason,
    ListeningStatus,
    NotRunning,
    PeerId,
    PortInUse,
)

WINDOW = 256 * 1024
"""Bytes one side may send before the other reads, as on a real stream."""

log = logging.getLogger(__name__)


class MemoryMesh:
    """The network between memory transports."""

    def __init__(self, *, window: int = WINDOW) -> None:
        self.window = window
        self._listening: dict[PeerId, MemoryTransport] = {}
        self._cut: dict[frozenset[PeerId], None] = {}

    def transport(self, name: str) -> "MemoryTransport":
        """Return a new transport for the peer `name`; it can be reached once it runs."""
        return MemoryTransport(self, PeerId(name))

    def cut(self, one: PeerId, other: PeerId) -> None:
        """Break the link between two peers: their channel breaks, and dialling fails until it is healed."""
        self._cut[frozenset((one, other))] = None
        if transport := self._listening.get(one):
            transport._drop(other)

    def heal(self, one: PeerId, other: PeerId) -> None:
        """Undo `cut`. Nobody reconnects by itself."""
        self._cut.pop(frozenset((one, other)), None)

    def _reachable(self, one: PeerId, other: PeerId) -> "MemoryTransport | None":
        return None if frozenset((one, other)) in self._cut else self._listening.get(other)


class MemoryTransport:
    """A `Transport` inside one process.

    Counters: connections, dialled, accepted, dials_failed, handler_failures.
    """

    def __init__(self, mesh: MemoryMesh, peer_id: PeerId) -> None:
        self.peer_id = peer_id
        self._mesh = mesh
        self._channels: dict[PeerId, MemoryChannel] = {}
        self._counted: Counter[str] = Counter()
        self._nursery: trio.Nursery | None = None
        self._on_channel: ChannelHandler | None = None

    def addresses(self) -> tuple[str, ...]:
        """Return the one address of this transport while it runs."""
        return () if self._nursery is None else (f"/memory/{self.peer_id}/p2p/{self.peer_id}",)

    async def run(self, on_channel: ChannelHandler, *, task_status: ListeningStatus = trio.TASK_STATUS_IGNORED) -> None:
        """See `Transport.run`."""
        if self.peer_id in self._mesh._listening:
            raise PortInUse(f"/memory/{self.peer_id}")
        try:
            async with trio.open_nursery() as nursery:
                self._nursery, self._on_channel = nursery, on_channel
                self._mesh._listening[self.peer_id] = self
                task_status.started(self.addresses())
                await trio.sleep_forever()
        finally:
            del self._mesh._listening[self.peer_id]
            self._nursery = None
            for channel in list(self._channels.values()):
                channel._end(CloseReason.SHUTDOWN, None)

    async def dial(self, address: str) -> "MemoryChannel":
        """See `Transport.dial`."""
        if self._nursery is None:
            raise NotRunning
        await trio.lowlevel.checkpoint()
        peer = self._peer_of(address)
        if peer in self._channels:
            raise AlreadyConnected(peer)
        other = self._mesh._reachable(self.peer_id, peer)
        if other is None:
            self._counted["dials_failed"] += 1
            raise DialError(DialReason.UNREACHABLE, address)
        return self._join(other)

    def counters(self) -> Mapping[str, int]:
        """See `Transport.counters`."""
        return {**self._counted, "connections": len(self._channels)}

    def _peer_of(self, address: str) -> PeerId:
        match address.split("/"):
            case ["", "memory", name, "p2p", peer] if name == peer:
                if peer == self.peer_id:
                    raise DialError(DialReason.SELF, address)
                return PeerId(peer)
        raise DialError(DialReason.BAD_ADDRESS, address)

    def _join(self, other: "MemoryTransport") -> "MemoryChannel":
        there, back = _Pipe(self._mesh.window), _Pipe(self._mesh.window)
        near = MemoryChannel(self, other.peer_id, outbound=True, sending=there, receiving=back)
        far = MemoryChannel(other, self.peer_id, outbound=False, sending=back, receiving=there)
        near.twin, far.twin = far, near
        self._channels[other.peer_id], other._channels[self.peer_id] = near, far
        self._counted["dialled"] += 1
        other._counted["accepted"] += 1
        assert other._nursery is not None
        other._nursery.start_soon(other._serve, far)
        return near

    async def _serve(self, channel: "MemoryChannel") -> None:
        """Run the handler; the supervisor of one channel."""
        assert self._on_channel is not None
        try:
            await self._on_channel(channel)
        except ChannelClosed:
            log.debug("the channel to %s ended under its handler", channel.peer)
        except Exception:  # supervisor: a failing handler ends its own channel alone
            self._counted["handler_failures"] += 1
            log.exception("the handler of the channel to %s failed", channel.peer)
            channel._end(CloseReason.FAILED, CloseReason.RESET)
        finally:
            channel._end(CloseReason.LOCAL, None)

    def _drop(self, peer: PeerId) -> None:
        if channel := self._channels.get(peer):
            channel._end(CloseReason.BROKEN, CloseReason.BROKEN)

    def _forget(self, channel: "MemoryChannel") -> None:
        if self._channels.get(channel.peer) is channel:
            del self._channels[channel.peer]


class MemoryChannel:
    """A `Channel` inside one process."""

    def __init__(
        self, owner: MemoryTransport, peer: PeerId, *, outbound: bool, sending: "_Pipe", receiving: "_Pipe"
    ) -> None:
        self.peer, self.address, self.outbound = peer, f"/memory/{peer}", outbound
        self._owner, self._sending, self._receiving = owner, sending, receiving
        self.twin: MemoryChannel | None = None
        """The other end."""
        self._turn = trio.Lock()
        self._over: CloseReason | None = None

    async def send(self, data: bytes) -> None:
        """See `Channel.send`."""
        async with self._turn:
            self._check()
            begun = self._sending.put(data)
            try:
                while begun < len(data):
                    await self._sending.changed.wait()
                    self._check()
                    begun += self._sending.put(data[begun:])
            except trio.Cancelled:
                if begun:
                    self._end(CloseReason.CANCELLED, CloseReason.RESET)
                raise
        await trio.lowlevel.checkpoint()

    def send_now(self, data: bytes) -> bool:
        """See `Channel.send_now`."""
        self._check()
        whole = not self._turn.locked() and len(data) <= self._sending.room
        return whole and self._sending.put(data) == len(data)

    async def receive(self, max_bytes: int = RECEIVE_BYTES) -> bytes:
        """See `Channel.receive`."""
        await trio.lowlevel.checkpoint()
        while True:
            if self._over is not None:
                raise ChannelClosed(self.peer, self._over)
            if data := self._receiving.take(max_bytes):
                return data
            if self._receiving.broken is not None:
                raise ChannelClosed(self.peer, self._receiving.broken)
            if self._receiving.ended:
                return b""
            await self._receiving.changed.wait()

    async def ping(self) -> float:
        """See `Channel.ping`."""
        began = trio.current_time()
        await trio.lowlevel.checkpoint()
        self._check()
        return trio.current_time() - began

    async def aclose(self) -> None:
        """See `Channel.aclose`."""
        self._end(CloseReason.LOCAL, None)
        await trio.lowlevel.checkpoint()

    def abort(self) -> None:
        """See `Channel.abort`."""
        self._end(CloseReason.LOCAL, CloseReason.RESET)

    def _check(self) -> None:
        """Raise if nothing can be sent any more."""
        if reason := self._over or self._sending.broken:
            raise ChannelClosed(self.peer, reason)
        if self._sending.abandoned:
            raise ChannelClosed(self.peer, CloseReason.REMOTE)

    def _end(self, here: CloseReason, there: CloseReason | None) -> None:
        """Close this side for the reason `here`; the other side sees `there`, or a clean end if that is None."""
        if self._over is not None:
            return
        self._over = here
        self._sending.end(there)
        self._receiving.abandon(there)
        self._owner._forget(self)
        if self.twin is not None:
            self.twin._owner._forget(self.twin)


class _Pipe:
    """One direction of a channel: at most `limit` bytes on their way."""

    def __init__(self, limit: int) -> None:
        self.changed = trio.Event()
        self.ended = False
        self.abandoned = False
        self.broken: CloseReason | None = None
        self._limit, self._bytes = limit, bytearray()

    @property
    def room(self) -> int:
        """How many bytes may be put in now."""
        return self._limit - len(self._bytes)

    def put(self, data: bytes) -> int:
        """Take in as much of `data` as there is room for and return how much that was."""
        taken = min(len(data), self.room)
        self._bytes += data[:taken]
        self._notify()
        return taken

    def take(self, most: int) -> bytes:
        """Give out up to `most` bytes."""
        data = bytes(self._bytes[:most])
        del self._bytes[:most]
        if data:
            self._notify()
        return data

    def end(self, broken: CloseReason | None) -> None:
        """The writer leaves; what is on its way still arrives unless the pipe broke."""
        self.ended, self.broken = True, broken
        if broken:
            self._bytes.clear()
        self._notify()

    def abandon(self, broken: CloseReason | None) -> None:
        """The reader leaves; nobody will read what is on its way."""
        self.abandoned, self.broken = True, self.broken or broken
        self._notify()

    def _notify(self) -> None:
        self.changed.set()
        self.changed = trio.Event()
