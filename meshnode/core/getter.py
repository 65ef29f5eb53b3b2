"""Asking for single records by id: what stored records name and nobody has listed.

Most of it comes by itself with the next round, so there is a pause before asking, and a longer one after each try;
each try asks another peer.
"""

from heapq import heappop, heappush

from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.turn import Turn
from meshproto.records.ids import RecordId, ScopeId
from meshproto.wire.messages import Get

PAUSE_DOUBLINGS = 6
"""How often the pause doubles: from 1 s to about a minute."""


class Getter:
    """Remembers what is missing and asks for it. Bounded by what the closure remembers."""

    def __init__(self, ground: Ground, gate: Gate) -> None:
        self._ground = ground
        self._gate = gate
        self._missing: dict[RecordId, ScopeId] = {}
        self._due: list[tuple[int, int, RecordId]] = []

    def __len__(self) -> int:
        return len(self._missing)

    def want(self, record: RecordId, scope: ScopeId, turn: Turn, *, conn: int | None = None) -> None:
        """Begin to ask for a record; `scope` is where it is named: who shares that may be asked.

        `conn` is asked at once: it sent what names the record, so it should have it.
        """
        if record in self._missing or len(self._missing) >= self._ground.settings.waits_max:
            return
        self._missing[record] = scope
        heappush(self._due, (turn.moment.ticks + self._ground.settings.get_interval, 0, record))
        self._set_alarm()
        if conn is not None and self._ground.session(conn) is not None:
            turn.send(conn, Get((record,)))

    def ask(self, turn: Turn) -> None:
        """Ask for what is due."""
        asked: dict[int, list[RecordId]] = {}
        settings = self._ground.settings
        for _ in range(settings.get_batch):
            if not self._due or self._due[0][0] > turn.moment.ticks:
                break
            _, tries, record = heappop(self._due)
            if self._ground.flight.has(record):
                del self._missing[record]
                continue
            session = self._whom(self._missing[record], tries)
            if session is not None:
                asked.setdefault(session.conn, []).append(record)
            pause = settings.get_interval << min(tries, PAUSE_DOUBLINGS)
            heappush(self._due, (turn.moment.ticks + pause, tries + 1, record))
        for conn, ids in asked.items():
            turn.send(conn, Get(tuple(ids)))
        self._set_alarm()

    def _whom(self, scope: ScopeId, tries: int) -> Session | None:
        """The peer whose turn it is among those that share the scope in which the record is named."""
        sharing = [each for each in self._ground.open_sessions() if self._gate.names_of(each, scope)]
        return sharing[tries % len(sharing)] if sharing else None

    def _set_alarm(self) -> None:
        if self._due:
            self._ground.agenda.set("get", 0, self._due[0][0])
