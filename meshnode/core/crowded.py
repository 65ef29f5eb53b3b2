"""Logs with many branches: how many are kept, and how nodes agree on them though no fingerprint tells them apart.

A node keeps 8 branches of a log of its own accord. Of a log that has so many, the fingerprint says only that, since
nodes may hold different ones. So after each round the other side is asked for such logs one by one, by naming our tips:
it answers with what follows them, or that nothing does.

Of one log and one connection: due → (asked, and what came was kept, or nothing came) due
                               due → (what came is not kept here) resting, twice as long each time → due
"""

from itertools import islice

from meshnode.core.closure import Closure
from meshnode.core.fill import Fill
from meshnode.core.flight import LogNow
from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.scopes import Scopes
from meshnode.core.turn import Turn
from meshproto.records.ids import LogId
from meshproto.records.limits import MAX_BRANCHES, MAX_DEPS
from meshproto.records.record import Record

MOST_BRANCHES = MAX_BRANCHES + MAX_DEPS
"""Branches of one log that come in because its own author names them, when he joins them. Beyond, only what another key
names is kept: else whoever forks on purpose could fill our disk with what he names himself."""

ASKED = 16
"""Such logs asked for after one round; each costs some 400 bytes if there is nothing new. The others follow later."""

LOOKED_AT = 64
"""Such logs looked at after one round: most of them may rest, or belong to networks that are not shared."""

PAUSE_MOST = 32
"""Rounds that a log rests at most: a quarter of an hour. What a peer serves and we do not keep costs its length."""


class Crowded:
    """Asks for logs with many branches."""

    def __init__(self, ground: Ground, scopes: Scopes, gate: Gate, fill: Fill) -> None:
        self._scopes = scopes
        self._gate = gate
        self._fill = fill
        self._rounds: dict[int, int] = {}
        self._resting: dict[int, dict[LogId, tuple[int, int]]] = {}  # connection → log → until which round, how long

    def ask(self, session: Session, turn: Turn) -> bool:
        """A round is over: ask for some of these logs; true if any was asked for."""
        number = self._rounds[session.conn] = self._rounds.get(session.conn, 0) + 1
        resting = self._resting.get(session.conn, {})
        crowded = self._scopes.crowded
        due: list[LogId] = []
        for log in list(islice(crowded, LOOKED_AT)):
            if len(due) < ASKED and resting.get(log, (0, 0))[0] <= number and self._gate.log(session, log):
                due.append(log)
                del crowded[log]
                crowded[log] = None  # the others have their turn first
        return self._fill.ask_for(session, due, turn)

    def has_asked(self, conn: int) -> bool:
        """Whether a connection was asked after some round."""
        return conn in self._rounds

    def note_waste(self, conn: int, log: LogId) -> None:
        """due → resting: a connection that was asked for a log has served what is not kept here."""
        number = self._rounds.get(conn, 0)
        if log not in self._scopes.crowded or not self._fill.wants(conn, log):
            return
        resting = self._resting.setdefault(conn, {})
        until, pause = resting.get(log, (0, 1))
        if until <= number:  # once for each time it was asked for
            pause = min(2 * pause, PAUSE_MOST)
            resting[log] = (number + pause, pause)

    def parted(self, conn: int) -> None:
        """A connection is gone."""
        self._rounds.pop(conn, None)
        self._resting.pop(conn, None)


def may_branch(new: tuple[Record, ...], now: LogNow, closure: Closure, *, asked: bool) -> bool:
    """Whether a log may have another branch: it has few, or what is new is named, or leads to what is."""
    # SPEC 03-sync 5.2: a branch of a log that has 8 already, unless a stored record names one of its records; a branch
    # of a log that has 40, unless a stored record of another key names a record of this very run
    if len(now.tips) < MAX_BRANCHES:
        return True
    if not closure.are_waiting:
        return False
    if len(now.tips) < MOST_BRANCHES:
        return any(closure.is_named(record.id) for record in new) or (asked and closure.is_sought(now.log))
    return any(closure.is_named_by_another(record.id, now.key) for record in new)
