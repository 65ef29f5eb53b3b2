"""A cut through the mesh: a transport that leads only to peers on the same side.

It stands around a real transport. What is cut are connections, as a broken line cuts them; the nodes are not told.
"""

from collections.abc import Mapping

import trio

from meshnode.net.address import parse
from meshnode.net.transport import (
    Channel,
    ChannelHandler,
    DialError,
    DialReason,
    ListeningStatus,
    PeerId,
    Transport,
)


class Divide:
    """Which peers stand on which side; while there is no cut, all reach all."""

    def __init__(self) -> None:
        self._side: dict[PeerId, int] = {}
        self._open: list[tuple[PeerId, Channel]] = []

    def cut(self, *sides: tuple[PeerId, ...]) -> int:
        """Part the sides and break what connects them; returns how many channel ends were broken."""
        self._side = {peer: number for number, side in enumerate(sides) for peer in side}
        crossing = [channel for peer, channel in self._open if self.parts(peer, channel.peer)]
        for channel in crossing:
            channel.abort()
        return len(crossing)

    def heal(self) -> None:
        """Let all reach all again."""
        self._side = {}

    def parts(self, one: PeerId, other: PeerId) -> bool:
        """Whether the cut runs between two peers; strangers to it are not cut off."""
        return one in self._side and other in self._side and self._side[one] != self._side[other]

    def note(self, peer: PeerId, channel: Channel) -> None:
        """A channel of `peer` is open."""
        self._open.append((peer, channel))

    def forget(self, peer: PeerId, channel: Channel) -> None:
        """A channel of `peer` has ended."""
        self._open.remove((peer, channel))


class DividedTransport:
    """A `Transport` that a Divide runs through."""

    def __init__(self, inner: Transport, divide: Divide) -> None:
        self._inner, self._divide = inner, divide

    @property
    def peer_id(self) -> PeerId:
        """See Transport."""
        return self._inner.peer_id

    def addresses(self) -> tuple[str, ...]:
        """See Transport."""
        return self._inner.addresses()

    def counters(self) -> Mapping[str, int]:
        """See Transport."""
        return self._inner.counters()

    async def dial(self, address: str) -> Channel:
        """See Transport."""
        named = parse(address).peer
        if named is not None and self._divide.parts(self.peer_id, PeerId(named)):
            raise DialError(DialReason.UNREACHABLE, address)
        return _Noted(await self._inner.dial(address), self.peer_id, self._divide)

    async def run(self, on_channel: ChannelHandler, *, task_status: ListeningStatus = trio.TASK_STATUS_IGNORED) -> None:
        """See Transport."""

        async def on_noted(channel: Channel) -> None:
            if self._divide.parts(self.peer_id, channel.peer):
                channel.abort()
            else:
                await on_channel(_Noted(channel, self.peer_id, self._divide))

        await self._inner.run(on_noted, task_status=task_status)


class _Noted:
    """A channel the divide knows of until it ends."""

    def __init__(self, inner: Channel, owner: PeerId, divide: Divide) -> None:
        self._inner, self._owner, self._divide, self._ended = inner, owner, divide, False
        divide.note(owner, self)

    @property
    def peer(self) -> PeerId:
        return self._inner.peer

    @property
    def address(self) -> str:
        return self._inner.address

    @property
    def outbound(self) -> bool:
        return self._inner.outbound

    async def send(self, data: bytes) -> None:
        await self._inner.send(data)

    def send_now(self, data: bytes) -> bool:
        return self._inner.send_now(data)

    async def receive(self, max_bytes: int = 262_144) -> bytes:
        return await self._inner.receive(max_bytes)

    async def ping(self) -> float:
        return await self._inner.ping()

    async def aclose(self) -> None:
        self._end()
        await self._inner.aclose()

    def abort(self) -> None:
        self._end()
        self._inner.abort()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._divide.forget(self._owner, self)
