"""Syncs and joins that somebody waits for."""

from dataclasses import dataclass

from meshnode.core.effects import Joined, Synced
from meshnode.core.ground import Ground
from meshnode.core.peers import PeerBook
from meshnode.core.rounds import Rounds
from meshnode.core.scopes import Scopes
from meshnode.core.turn import Turn
from meshproto.records.ids import ScopeId

SETTLED = 15_000
"""How long a peer may neither want anything nor have anything for us before a sync with it is over, in milliseconds.

Longer than it may wait for what it has asked of another.
"""

COMPARE_AGAIN = 250
"""Pause between two comparisons with a peer while somebody waits for a sync, in milliseconds."""


@dataclass(slots=True)
class Sync:
    """A sync asked for: the peers it is about, when it began and must end (ticks), and records received before it.

    `again` (ticks) is when whoever is not level by then is compared with anew: what a round found may have come by
    another way meanwhile, and then nobody else opens the next one.
    """

    ticket: int
    peers: list[str]
    since: int
    until: int
    received: int
    again: int


class Waiters:
    """Answers tickets whose moment has come."""

    def __init__(self, ground: Ground, scopes: Scopes, rounds: Rounds, book: PeerBook) -> None:
        self._ground = ground
        self._scopes = scopes
        self._rounds = rounds
        self._book = book
        self._syncs: list[Sync] = []
        self._joins: list[tuple[int, ScopeId]] = []
        self.received = 0

    def sync(self, ticket: int, peer: str | None, turn: Turn) -> None:
        """Reconcile with one peer or all that are connected or kept, and answer when that is done."""
        connected = [session.peer for session in self._ground.sessions.values()]
        peers = [peer] if peer is not None else list(dict.fromkeys([*connected, *self._book.kept()]))
        until = turn.moment.ticks + self._ground.settings.sync_wait
        again = turn.moment.ticks + COMPARE_AGAIN
        self._syncs.append(Sync(ticket, peers, turn.moment.ticks, until, self.received, again))
        self._book.hasten(peer, turn)
        for session in self._ground.open_sessions():
            if session.peer in peers:
                self._rounds.open(session, turn)
        self.look(turn)

    def join(self, ticket: int, scope: ScopeId, turn: Turn) -> None:
        """Answer when the founding of a network is here."""
        self._joins.append((ticket, scope))
        self.look(turn)

    def look(self, turn: Turn) -> None:
        """Answer whatever can be answered by now."""
        for sync in list(self._syncs):
            level = [peer for peer in sync.peers if self._is_level(peer, sync.since)]
            failed = [peer for peer in sync.peers if peer not in level and self._is_hopeless(peer, sync.since, turn)]
            over = turn.moment.ticks >= sync.until
            if over or len(level) + len(failed) == len(sync.peers):
                rest = tuple(peer for peer in sync.peers if peer not in level)
                turn.answer(sync.ticket, Synced(tuple(level), rest, self.received - sync.received))
                self._syncs.remove(sync)
            elif turn.moment.ticks >= sync.again:
                sync.again = turn.moment.ticks + COMPARE_AGAIN
                self._compare(sync, level, turn)
        for ticket, scope in list(self._joins):
            carried = self._scopes.carried.get(scope)
            # An organisation waits for nobody here: whoever joins may be the founder it waits for.
            if carried is None or carried.founded or self._ground.flight.founders_of(scope) is not None:
                turn.answer(ticket, Joined(scope))
                self._joins.remove((ticket, scope))
        if self._syncs:
            self._ground.agenda.set("syncs", 0, min(min(sync.until, sync.again) for sync in self._syncs))

    def _compare(self, sync: Sync, level: list[str], turn: Turn) -> None:
        """Open another round with every connected peer of a sync that is not level."""
        for session in self._ground.open_sessions():
            if session.peer in sync.peers and session.peer not in level:
                self._rounds.open(session, turn)

    @property
    def are_waiting(self) -> bool:
        """Whether somebody waits."""
        return bool(self._syncs or self._joins)

    def _is_hopeless(self, peer: str, since: int, turn: Turn) -> bool:
        """Whether a peer cannot be reached, or is one that holds a part and takes no more."""
        earlier = turn.moment.ticks - SETTLED
        idle = (self._rounds.is_idle(each.conn, earlier) for each in self._ground.open_sessions() if each.peer == peer)
        return self._book.is_hopeless(peer) or (since <= earlier and any(idle))

    def _is_level(self, peer: str, since: int) -> bool:
        """Whether a peer was found level since then, or shares nothing with us."""
        return any(
            not session.shared or self._rounds.level_at(session.conn) >= since
            for session in self._ground.open_sessions()
            if session.peer == peer and session.tags_heard is not None
        )
