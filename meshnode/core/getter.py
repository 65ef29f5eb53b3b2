"""Asking for single records by id: what stored records name and nobody has listed.

Most of it comes by itself with the next round, so there is a pause before asking, and a longer one after each try;
each try asks another peer.
"""

from heapq import heappop, heappush
from typing import NamedTuple

from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.turn import Turn
from meshproto.records.ids import RecordId, ScopeId
from meshproto.wire.limits import MAX_IDS
from meshproto.wire.messages import Get

PAUSE_DOUBLINGS = 6
"""How often the pause doubles: from 1 s to about a minute."""


class _Missing(NamedTuple):
    """A record that is asked for."""

    scope: ScopeId
    """Where it is named."""
    beside: tuple[RecordId, ...]
    """What is asked for together with it, of peers who must not notice that it is here."""


class Getter:
    """Remembers what is missing and asks for it. Bounded by what the closure remembers."""

    def __init__(self, ground: Ground, gate: Gate) -> None:
        self._ground = ground
        self._gate = gate
        self._missing: dict[RecordId, _Missing] = {}
        self._due: list[tuple[int, int, RecordId]] = []

    def __len__(self) -> int:
        return len(self._missing)

    def want(
        self,
        record: RecordId,
        scope: ScopeId,
        turn: Turn,
        *,
        conn: int | None = None,
        beside: tuple[RecordId, ...] = (),
    ) -> None:
        """Begin to ask for a record; `scope` is where it is named: who shares that may be asked.

        `conn` is asked at once: it sent what names the record, so it should have it. `beside` is what the run in which
        it is named rests on as well: whoever must not notice that it is here is asked for that, too.
        """
        if record in self._missing or len(self._missing) >= self._ground.settings.waits_max:
            return
        self._missing[record] = _Missing(scope, beside)
        heappush(self._due, (turn.moment.ticks + self._ground.settings.get_interval, 0, record))
        self._set_alarm()
        session = None if conn is None else self._ground.session(conn)
        if session is not None:
            turn.send(session.conn, Get(tuple(self._asked_of(session, record))))

    def ask(self, turn: Turn) -> None:
        """Ask for what is due."""
        asked: dict[int, dict[RecordId, None]] = {}
        settings = self._ground.settings
        for _ in range(settings.get_batch):
            if not self._due or self._due[0][0] > turn.moment.ticks:
                break
            _, tries, record = heappop(self._due)
            if self._ground.flight.has(record):
                del self._missing[record]
                continue
            session = self._whom(self._missing[record].scope, tries)
            if session is not None:
                asked.setdefault(session.conn, {}).update(self._asked_of(session, record))
            pause = settings.get_interval << min(tries, PAUSE_DOUBLINGS)
            heappush(self._due, (turn.moment.ticks + pause, tries + 1, record))
        for conn, ids in asked.items():
            turn.send(conn, Get(tuple(ids)[:MAX_IDS]))
        self._set_alarm()

    # SPEC 03-sync 3.4: Whatever else it says about a log or record that is not visible MUST be what it would say if
    # that were not stored here: in answers, in what it asks for
    def _asked_of(self, session: Session, record: RecordId) -> dict[RecordId, None]:
        """What a peer is asked for where a record is missing."""
        beside = [each for each in self._missing[record].beside if not self._gate.has(session, each)]
        return dict.fromkeys([*beside, record])

    def _whom(self, scope: ScopeId, tries: int) -> Session | None:
        """The peer whose turn it is among those that share the scope in which the record is named."""
        sharing = [each for each in self._ground.open_sessions() if self._gate.names_of(each, scope)]
        return sharing[tries % len(sharing)] if sharing else None

    def _set_alarm(self) -> None:
        if self._due:
            self._ground.agenda.set("get", 0, self._due[0][0])
