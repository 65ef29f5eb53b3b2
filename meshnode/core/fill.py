"""Asking for what is lacking: which logs, of whom, in which order, and what becomes of the answers.

Of one log and one connection: listed → wanted → done. A log is wanted of one connection at a time; what several
offer waits in each one's queue and is looked at again when its turn comes.

The first want of a log names our tips. Should the other side know none of them (its branch is another, or its log
shorter), a second want names records at doubling distances back, so that the log is filled from the last common one.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush

from meshnode.core.flight import LogNow
from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.scopes import Scopes
from meshnode.core.turn import Turn
from meshproto.records.ids import LogId, ScopeId
from meshproto.records.limits import MAX_BRANCHES
from meshproto.wire.limits import MAX_MARKS
from meshproto.wire.messages import Item, LogWant, Mark, Want

PATIENCE = 10_000
"""How long (ms) a connection may owe a log before another that lists it is asked too: nobody can withhold a log."""

Place = tuple[int, bool, int, LogId]
"""Where a log stands in the order of asking: by rank, own ones first, short ones first."""


@dataclass(slots=True)
class Asking:
    """What is asked of one connection: logs listed, with the order to ask in, and logs wanted (true: by marks).

    `own` are the logs this node signs in, as far as the other side may know of them: he sees what is asked for first.
    `parked` are the listed logs that stand outside that order while somebody is asked for them, and until when (ticks)
    he has time to answer.
    """

    own: Container[LogId] = ()
    listed: dict[LogId, Item] = field(default_factory=dict)
    order: list[Place] = field(default_factory=list)
    wanted: dict[LogId, bool] = field(default_factory=dict)
    parked: dict[LogId, int] = field(default_factory=dict)


class Fill:
    """Asks connections for logs."""

    def __init__(
        self,
        ground: Ground,
        scopes: Scopes,
        gate: Gate,
        is_sought: Callable[[LogId], bool],
        wants_parts: Callable[[Session, LogId], bool],
    ) -> None:
        """`is_sought` tells whether a log holds what is waited for, on a branch that is not here.

        `wants_parts` tells whether the private parts of a log are to come along with it from a connection.
        """
        self._ground = ground
        self._scopes = scopes
        self._gate = gate
        self._is_sought = is_sought
        self._wants_parts = wants_parts
        self._refused: dict[LogId, ScopeId] = {}
        self._asking: dict[int, Asking] = {}
        self._of: dict[LogId, tuple[int, int]] = {}  # log → the connection asked for it, and since when (ticks)

    def offer(self, session: Session, items: Iterable[Item]) -> int:
        """A peer has these tips: remember the logs that we lack something of. Returns how many those are."""
        asking = self._asking.setdefault(session.conn, Asking())
        asking.own, most = self._scopes.own_logs(session.shared.values()), self._ground.settings.fill_queue
        lacking = [item for item in items if self._is_lacking(session, item)]
        if len(asking.listed) + len(lacking) > most:
            # Were it always the same that finds no room, what the rest must come after might be among it for ever.
            start = int(self._ground.chance.random() * len(lacking))
            lacking = lacking[start:] + lacking[:start]
        for item in lacking:
            if item.log not in asking.listed and len(asking.listed) < most:
                asking.listed[item.log] = item
                heappush(asking.order, _place(item, asking.own))
        return len(lacking)

    def pump(self, session: Session, turn: Turn) -> bool:
        """Ask for listed logs, as many as may be open at once, causes before effects; true if any was asked for."""
        asking = self._asking.get(session.conn)
        limit = self._ground.settings.fill_logs
        # A new want goes out when half of what is open has come, so that wants are few and the line stays full.
        if asking is None or not asking.listed or len(asking.wanted) > limit // 2:
            return False
        self._line_up_overdue(asking, turn)
        wants: dict[tuple[int, bool], list[LogWant]] = {}
        while asking.order and len(asking.wanted) < limit:
            log = heappop(asking.order)[3]
            until = self._asked_until(log, session.conn, turn)
            if until:
                asking.parked[log] = until
                continue
            item = asking.listed.pop(log)
            if self._is_lacking(session, item):
                self._of[log] = (session.conn, turn.moment.ticks)
                asking.wanted[log] = False
                with_parts = self._wants_parts(session, log)
                wants.setdefault((item.rank, with_parts), []).append(LogWant(log, self._tips(session, log)))
        for rank, with_parts in sorted(wants):
            turn.send(session.conn, Want(tuple(wants[rank, with_parts]), with_parts))
        return bool(wants)

    def ask_for(self, session: Session, logs: Iterable[LogId], turn: Turn) -> bool:
        """Ask for what follows our tips of logs that nobody listed, as far as there is room; true if for any."""
        asking = self._asking.setdefault(session.conn, Asking())
        free = [log for log in logs if not self._asked_until(log, session.conn, turn)]
        wants = [
            LogWant(log, self._tips(session, log))
            for log in free[: self._ground.settings.fill_logs - len(asking.wanted)]
        ]
        for want in wants:
            self._of[want.log] = (session.conn, turn.moment.ticks)
            asking.wanted[want.log] = True  # our tips are all we have to name
        for with_parts in (False, True):
            some = tuple(want for want in wants if self._wants_parts(session, want.log) == with_parts)
            if some:
                turn.send(session.conn, Want(some, with_parts))
        return bool(wants)

    def take_end(self, conn: int, log: LogId) -> None:
        """wanted → done: all that the other side has of this log has come."""
        asking = self._asking.get(conn)
        if asking is not None and asking.wanted.pop(log, None) is not None:
            self._free(conn, log)

    def take_unknown(self, session: Session, log: LogId, turn: Turn) -> None:
        """The other side knows none of the marks: ask once more, further back; then it has nothing for us."""
        asking = self._asking.get(session.conn)
        if asking is None or asking.wanted.get(log) is None:
            return
        now = self._gate.log(session, log)
        if asking.wanted[log] or now is None:
            self.take_end(session.conn, log)
            return
        asking.wanted[log] = True
        turn.send(session.conn, Want((LogWant(log, self._marks_back(now)),), self._wants_parts(session, log)))

    def refuse(self, log: LogId, scope: ScopeId) -> None:
        """A log that has no room here came in vain: nothing of it is asked for again in this life."""
        self._refused[log] = scope
        if len(self._refused) > self._ground.settings.fill_queue:
            del self._refused[next(iter(self._refused))]

    def wants(self, conn: int, log: LogId) -> bool:
        """Whether this log is asked of this connection."""
        asking = self._asking.get(conn)
        return asking is not None and log in asking.wanted

    def is_idle(self, conn: int) -> bool:
        """Whether nothing is asked of a connection, nor listed."""
        asking = self._asking.get(conn)
        return asking is None or not (asking.listed or asking.wanted)

    def listed(self, conn: int) -> int:
        """How many logs of a connection are listed to be asked for."""
        asking = self._asking.get(conn)
        return 0 if asking is None else len(asking.listed)

    def wanted(self, conn: int) -> int:
        """How many logs a connection is asked for."""
        asking = self._asking.get(conn)
        return 0 if asking is None else len(asking.wanted)

    def parted(self, conn: int) -> None:
        """A connection is gone: what was asked of it may be asked of others."""
        asking = self._asking.pop(conn, None)
        for log in asking.wanted if asking else ():
            self._free(conn, log)

    def _is_lacking(self, session: Session, item: Item) -> bool:
        """Whether a listed log has a tip that is neither here nor on its way, and may still grow here."""
        flight = self._ground.flight
        now = self._gate.log(session, item.log)
        if now is None:
            refused = self._refused.get(item.log)
            return refused is None or self._gate.hides(session, refused)
        longest = max(now.tips.values())  # what lies beyond cannot be here, so most tips need no look into the ledger
        if all(tip.id in now.tips or (tip.seq <= longest and flight.has(tip.id)) for tip in item.tips):
            return False
        if self._scopes.is_full(now.scope):
            return False
        records, size = self._scopes.allowance(now.scope)
        may_branch = len(now.tips) < MAX_BRANCHES or self._is_sought(item.log)
        if may_branch and now.size < size and longest < records:
            return True
        self._scopes.refresh(item.log)  # its fingerprint is to say that it is full
        return False

    def _asked_until(self, log: LogId, conn: int, turn: Turn) -> int:
        """Until when (ticks) a listed log need not be asked for, 0 if it should be: somebody has time to send it."""
        if log in self._asking[conn].wanted:
            return turn.moment.ticks + PATIENCE
        other, since = self._of.get(log, (conn, 0))
        return since + PATIENCE if other != conn and since + PATIENCE > turn.moment.ticks else 0

    def _line_up_overdue(self, asking: Asking, turn: Turn) -> None:
        """Put logs back into the order that somebody else took too long to send."""
        while asking.parked and next(iter(asking.parked.values())) <= turn.moment.ticks:
            self._line_up(asking, next(iter(asking.parked)))

    def _line_up(self, asking: Asking, log: LogId) -> None:
        """Put a parked log back into the order."""
        del asking.parked[log]
        heappush(asking.order, _place(asking.listed[log], asking.own))

    def _free(self, conn: int, log: LogId) -> None:
        """A connection does not owe a log any more."""
        if self._of.get(log, (0, 0))[0] == conn:
            del self._of[log]
        for asking in self._asking.values():
            if log in asking.parked:
                self._line_up(asking, log)

    def _tips(self, session: Session, log: LogId) -> tuple[Mark, ...]:
        """Our tips of a log, newest first; what is on its way to the disk need not be sent again."""
        now = self._gate.log(session, log)
        if now is None:
            return ()
        marks = sorted((Mark(seq, tip) for tip, seq in now.tips.items()), reverse=True)
        return tuple(marks[:MAX_MARKS])

    def _marks_back(self, now: LogNow) -> tuple[Mark, ...]:
        """Committed records of every branch at doubling distances back from its tip, down to the first record."""
        marks: dict[Mark, None] = {}
        head = self._ground.ledger.log(now.log)
        tips = head.tips if head is not None else ()
        for tip in tips:
            seqs = [tip.seq - (1 << step) + 1 for step in range(MAX_MARKS) if tip.seq - (1 << step) + 1 > 1]
            for seq in (*seqs[: MAX_MARKS // len(tips) - 1], 1):
                record = self._ground.ledger.id_at(now.log, tip.lane, seq)
                assert record is not None  # logs have no gaps
                marks[Mark(seq, record)] = None
        return tuple(marks)[:MAX_MARKS]


def _place(item: Item, own: Container[LogId]) -> Place:
    return item.rank, item.log not in own, max(tip.seq for tip in item.tips), item.log
