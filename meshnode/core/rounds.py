"""Anti-entropy: rounds of reconciliation with each peer.

A round is opened by either side: by the dialler at once when a connection opens or more is shared (by the answerer a
second later, if nothing was compared by then), then half a minute after the last, and again as soon as what a round
found has been fetched, until both are **level**: a round that found nothing.

Who relays a network in part is never level with those who hold all of it. Rounds that find what neither side wants of
the other are **idle**: each such one doubles the pause, until there is news or somebody wants something.

    quiet → (open) → open → (a step that asks nothing) → quiet, level or not
"""

from dataclasses import dataclass

from meshnode.core.fill import Fill
from meshnode.core.ground import Ground, Session
from meshnode.core.scopes import Scopes
from meshnode.core.turn import Turn
from meshproto.wire.messages import Compare
from meshproto.wire.reconcile import Side, answer, asks, opening

IDLE_MOST = 4
"""How often the pause between idle rounds is doubled: from half a minute to eight."""


@dataclass(slots=True)
class Standing:
    """Where reconciliation with one peer stands.

    `open` is the number of our round, 0 if none; `found` what it and their round have found so far; `gained` whether
    anything new came since, from whomever: what this peer offered may have come from another first. `level_at` (ticks)
    is when both were last found level, −1 if never. `lacked` is what of the found is lacking here, `cut` whether some
    had no room, `moved` whether there was news, or a want of theirs, since the last round; `idle` counts idle rounds,
    of which the first was at `idle_since` (ticks).
    """

    number: int = 0
    open: int = 0
    found: int = 0
    behind: bool = False
    gained: bool = False
    level_at: int = -1
    lacked: int = 0
    cut: bool = False
    moved: bool = False
    idle: int = 0
    idle_since: int = 0


class Rounds:
    """Holds the rounds with every connection."""

    def __init__(self, ground: Ground, scopes: Scopes, fill: Fill) -> None:
        self._ground = ground
        self._scopes = scopes
        self._fill = fill
        self._standings: dict[int, Standing] = {}

    def begin(self, session: Session, turn: Turn) -> None:
        """More is shared than before: compare, or leave it to the dialler for a moment, since one round serves both."""
        # SPEC 03-sync 4: The answerer SHOULD leave that to the dialler and open
        # one itself if none of the dialler's has ended after 1 s
        if session.outbound:
            self.open(session, turn)
        else:
            self._ground.agenda.hasten("sync", session.conn, turn.moment.ticks + self._ground.settings.answerer_waits)

    def open(self, session: Session, turn: Turn) -> None:
        """quiet → open: say our fingerprints. Nothing happens if a round of ours is open or nothing is shared."""
        standing = self._standing(session)
        if standing.open or not session.shared:
            return
        standing.number += 2
        # The dialler's rounds have even numbers, the answerer's odd ones, so that both may open one.
        standing.open = standing.number + (0 if session.outbound else 1)
        standing.found, standing.gained = 0, False
        turn.send(session.conn, opening(self._side(session), standing.open))
        deadline = turn.moment.ticks + self._ground.settings.answer_deadline
        self._ground.agenda.set("round", session.conn, deadline)

    def take(self, session: Session, step: Compare, turn: Turn) -> int | None:
        """Answer a step. Returns how much was found if a round has ended by it, else None."""
        standing = self._standing(session)
        ours = step.round == standing.open
        if not ours and step.round % 2 == (0 if session.outbound else 1):
            return None  # a late answer to a round of ours that is over
        result = answer(self._side(session), step)
        items = [item for _, item in result.differing]
        standing.found += len(items) + (sum(len(each.items) for each in result.reply.listings) if result.reply else 0)
        if result.reply is not None:
            turn.send(session.conn, result.reply)
        lacked = self._fill.offer(session, items)
        standing.lacked += lacked
        standing.cut = standing.cut or result.cut
        if lacked and not standing.behind:
            standing.behind, standing.gained = True, False
        if result.reply is not None and asks(result.reply):
            if ours:
                deadline = turn.moment.ticks + self._ground.settings.answer_deadline
                self._ground.agenda.set("round", session.conn, deadline)
            return None
        return self._end(session, standing, ours, turn)

    def note_gain(self) -> None:
        """Something new came."""
        for standing in self._standings.values():
            standing.gained = True

    def note_news(self, turn: Turn) -> None:
        """Something was committed, wherever it came from: idle rounds are worth while again."""
        for conn, standing in self._standings.items():
            standing.moved = True
            if standing.idle > 1:
                standing.idle = 0
                self._ground.agenda.hasten("sync", conn, turn.moment.ticks + self._pause(standing))

    def note_want(self, conn: int) -> None:
        """A peer wants something: the rounds with it lead somewhere."""
        standing = self._standings.get(conn)
        if standing is not None:
            standing.moved = True

    def look_again(self, session: Session, turn: Turn) -> None:
        """What was found has been fetched: compare once more, if it led anywhere."""
        standing = self._standings.get(session.conn)
        if standing is not None and standing.behind and standing.gained and not standing.open:
            standing.behind = False
            self.open(session, turn)

    def level_at(self, conn: int) -> int:
        """When we were last found level with a peer (ticks), −1 if never on this connection."""
        standing = self._standings.get(conn)
        return -1 if standing is None else standing.level_at

    def is_idle(self, conn: int, since: int) -> bool:
        """Whether rounds with a peer have found only what neither wants of the other, since then (ticks) or earlier."""
        standing = self._standings.get(conn)
        return standing is not None and standing.idle > 1 and standing.idle_since <= since

    def parted(self, conn: int) -> None:
        """A connection is gone."""
        self._standings.pop(conn, None)

    def _end(self, session: Session, standing: Standing, ours: bool, turn: Turn) -> int:
        """open → quiet."""
        found, standing.found = standing.found, 0
        if ours:
            standing.open = 0
            self._ground.agenda.drop("round", session.conn)
        if found == 0:
            standing.level_at = turn.moment.ticks
            standing.behind = False
        leads_somewhere = found == 0 or standing.lacked or standing.cut or standing.moved
        if not standing.idle:
            standing.idle_since = turn.moment.ticks
        standing.idle = 0 if leads_somewhere else standing.idle + 1
        standing.lacked, standing.cut, standing.moved = 0, False, False
        self._ground.agenda.set("sync", session.conn, turn.moment.ticks + self._pause(standing))
        return found

    def _pause(self, standing: Standing) -> int:
        """How long after a round the next one is opened."""
        doublings = min(max(standing.idle - 1, 0), IDLE_MOST)
        return self._ground.jitter(self._ground.settings.sync_interval << doublings)

    def _standing(self, session: Session) -> Standing:
        return self._standings.setdefault(session.conn, Standing())

    def _side(self, session: Session) -> Side:
        indexes = {name: self._scopes.carried[scope].index for name, scope in session.shared.items()}
        return Side(indexes, self._scopes.item_of, self._ground.settings.compare_bytes)
