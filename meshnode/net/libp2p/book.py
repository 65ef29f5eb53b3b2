"""The connections there are: one per peer, looked after, and closed together at the end."""

from collections import Counter

import trio

from meshnode.net.libp2p.connection import Connection
from meshnode.net.libp2p.pairs import Side, Verdict, settle
from meshnode.net.settings import TransportSettings
from meshnode.net.transport import CloseReason, PeerId

PATROL_INTERVAL = 0.25
"""Seconds between two looks at all connections: how much later than its deadline a silent one is dropped."""

OVERSLEPT = 1.0
"""Seconds between two looks that show that nobody had a turn for a while."""

PROBE_WITHIN = 1.0
"""Seconds a connection has to show that it is alive when its peer opens a second one, whose handshake waits for it."""

PROBE_SHARE = 4
"""At most this fraction of the deadline of that handshake."""


class Book:
    """All connections of a transport, by peer."""

    def __init__(self, local: PeerId, settings: TransportSettings, counted: Counter[str]) -> None:
        self._local, self._settings, self._counted = local, settings, counted
        self._connections: dict[PeerId, Connection] = {}
        self._admitted = trio.lowlevel.ParkingLot()

    def __len__(self) -> int:
        """Return how many connections there are."""
        return len(self._connections)

    def holds(self, peer: PeerId) -> bool:
        """Return whether there is a connection to `peer` that is not about to end."""
        connection = self._connections.get(peer)
        return connection is not None and not connection.ending

    async def comes_to_hold(self, peer: PeerId, within: float) -> bool:
        """Return whether there is a connection to `peer`, waiting up to `within` seconds for one."""
        with trio.move_on_after(within):
            while not self.holds(peer):
                await self._admitted.park()
        return self.holds(peer)

    async def admit(self, new: Connection) -> bool:
        """Enter `new` as the connection to its peer, unless another one stays instead."""
        while (old := self._connections.get(new.peer)) is not None:
            if await self._stays(old, new):
                self._counted["duplicates"] += 1
                return False
            if self._connections.get(new.peer) is old:
                old.abort(CloseReason.DUPLICATE)
                self.remove(old)
        self._connections[new.peer] = new
        self._admitted.unpark_all()
        return True

    def remove(self, connection: Connection) -> None:
        """Forget a connection. Safe to repeat."""
        if self._connections.get(connection.peer) is connection:
            del self._connections[connection.peer]

    async def patrol(self) -> None:
        """Look at every connection for ever: drop the silent, and those that never came to use our protocol."""
        while True:
            before = trio.current_time()
            await trio.sleep(PATROL_INTERVAL)
            now = trio.current_time()
            if now - before > OVERSLEPT:
                # It was this process that stood still; what the peers said meanwhile is about to be read.
                continue
            for connection in list(self._connections.values()):
                connection.check(now)
                if not connection.in_use and now - connection.since > self._settings.handshake_deadline:
                    self._counted["unused"] += 1
                    connection.abort(CloseReason.LOCAL)

    async def close_all(self) -> None:
        """Leave all peers, together and in bounded time."""
        async with trio.open_nursery() as nursery:
            for connection in list(self._connections.values()):
                nursery.start_soon(connection.aclose, CloseReason.SHUTDOWN)

    async def _stays(self, old: Connection, new: Connection) -> bool:
        verdict = settle(
            Side(old.outbound, old.since, old.ending),
            Side(new.outbound, new.since, new.ending),
            local=self._local,
            peer=new.peer,
            simultaneous=self._settings.handshake_deadline,
        )
        if verdict is Verdict.ASK_OLD:
            return await old.answers(min(PROBE_WITHIN, self._settings.handshake_deadline / PROBE_SHARE))
        return verdict is Verdict.KEEP_OLD
