"""The bounded queue in front of the core.

Two lanes: what the node itself reports (commits, alarms, the owner's requests) is taken first and never waits, since
its makers are bounded themselves; what comes from peers waits for room, each peer within its share.
"""

from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

import trio

from meshnode.runtime.settings import EVENT_WEIGHT, INBOX_BYTES, INBOX_BYTES_PER_PEER, INBOX_EVENTS_PER_PEER

E = TypeVar("E")


class Inbox(Generic[E]):
    """Events on their way to the core; one part of the node takes them out, and is called whenever one came in."""

    def __init__(self) -> None:
        self.filled: Callable[[], None] = lambda: None
        """Called with every event that is put in; may take it out at once, and must not wait."""
        self._own: deque[E] = deque()
        self._from_peers: deque[tuple[int, int, E]] = deque()
        self._bytes = 0
        self._bytes_of: dict[int, int] = {}
        self._events_of: dict[int, int] = {}
        self._givers = trio.lowlevel.ParkingLot()
        self._empty = trio.lowlevel.ParkingLot()

    def __len__(self) -> int:
        return len(self._own) + len(self._from_peers)

    def put_own(self, event: E) -> None:
        """Queue an event of the node itself; never waits."""
        self._own.append(event)
        self.filled()

    async def put(self, conn: int, event: E, weight: int = 0) -> None:
        """Queue an event of the peer on connection `conn`, waiting until there is room for `weight` bytes of it."""
        await self.room(conn, weight)
        weight += EVENT_WEIGHT
        self._bytes += weight
        self._bytes_of[conn] = self._bytes_of.get(conn, 0) + weight
        self._events_of[conn] = self._events_of.get(conn, 0) + 1
        self._from_peers.append((conn, weight, event))
        self.filled()

    async def room(self, conn: int, weight: int) -> None:
        """Wait until `put` would not wait; nothing is kept for whoever waited."""
        while not self._has_room(conn, weight + EVENT_WEIGHT):
            await self._givers.park()

    def put_last(self, conn: int, event: E) -> None:
        """Queue the last event of a connection behind all its others; one each, so it need not wait for room."""
        self._bytes_of[conn] = self._bytes_of.get(conn, 0)
        self._events_of[conn] = self._events_of.get(conn, 0) + 1
        self._from_peers.append((conn, 0, event))
        self.filled()

    async def emptied(self) -> None:
        """Wait until every event has been taken, and the last one been dealt with."""
        while len(self):
            await self._empty.park()

    def take(self, *, peers: bool) -> E | None:
        """The next event, the node's own first; None if there is none of the asked kind."""
        if not len(self) and self._empty:
            self._empty.unpark_all()
        if self._own:
            return self._own.popleft()
        if not peers or not self._from_peers:
            return None
        conn, weight, event = self._from_peers.popleft()
        self._bytes -= weight
        self._bytes_of[conn] -= weight
        self._events_of[conn] -= 1
        if not self._events_of[conn]:
            del self._bytes_of[conn], self._events_of[conn]
        if self._givers:
            self._givers.unpark_all()
        return event

    def _has_room(self, conn: int, weight: int) -> bool:
        if self._events_of.get(conn, 0) >= INBOX_EVENTS_PER_PEER:
            return False
        held = self._bytes_of.get(conn, 0)
        # An event larger than its share passes alone; its size was bounded when it was decoded.
        return (not held or held + weight <= INBOX_BYTES_PER_PEER) and (
            not self._bytes or self._bytes + weight <= INBOX_BYTES
        )
