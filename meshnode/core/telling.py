"""Agreements are told of: whom a version is the first to name has never heard of its scope, and can show no tag.

At who tells: of each agreement that a peer may read and shows no tag of, once in a connection.
At who is told: told of → (carried, its tag is shown) expected → (its first version is here) looked at
    → (the fold says that it concerns somebody here) kept;  → (that takes too long) dropped

So nobody fills a disk with agreements of others: few are carried at once that concern nobody here, and what is on the
disk of them, dropped ones included, has a bound. Nothing is taken off the disk again: folds rest on it.

See protocol/spec/03-sync.md, section 3.5.
"""

from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.policy import Policy
from meshnode.core.rows import AgreementEntry, DroppedEntry, Forget
from meshnode.core.scopes import Scopes
from meshnode.core.turn import Turn
from meshproto.records.ids import RecordId, ScopeId
from meshproto.wire.limits import MAX_IDS
from meshproto.wire.messages import Agreements
from meshproto.wire.session import ANSWERER, DIALLER, tag

PATIENCE = 600_000
"""How long (ms) an agreement is carried of which nothing says that it concerns anybody here."""

STRANGE_LEAST = 16 * 1024
"""Bytes that such an agreement takes up at least, so that there are never very many."""

SPARE = 4
"""One of so many places among all that is carried is left to what the owner joins and proposes."""


class Telling:
    """Tells of agreements, and takes up those it is told of."""

    def __init__(self, ground: Ground, scopes: Scopes, gate: Gate, policy: Policy) -> None:
        self._ground = ground
        self._scopes = scopes
        self._gate = gate
        self._policy = policy
        self._since: dict[ScopeId, int] = {}
        """Agreements that may concern nobody here, and since when (ticks)."""
        self._dropped: dict[ScopeId, int] = {}
        """Agreements that concerned nobody here, and what they take up on the disk."""

    def load(self, ticks: int) -> None:
        """Look again at all that earlier lives carried."""
        for entry in self._ground.ledger.rows(AgreementEntry):
            self._since[ScopeId(entry.agreement)] = ticks
        for dropped in self._ground.ledger.rows(DroppedEntry):
            self._dropped[ScopeId(dropped.agreement)] = max(dropped.size, STRANGE_LEAST)

    @property
    def open(self) -> int:
        """How many agreements are carried that may concern nobody here."""
        return sum(1 for scope in self._since if not self._gate.concerns_us(scope))

    def tell(self, session: Session, turn: Turn) -> None:
        """Tell a peer of agreements it may read and shows no tag of, unless it was told."""
        heard = session.tags_heard
        if heard is None:
            return
        theirs = ANSWERER if session.outbound else DIALLER
        fresh = [
            carried.scope
            for carried in self._scopes.carried.values()
            if carried.scope not in session.agreements_told
            and carried.founded
            and self._ground.flight.is_agreement(carried.scope)
            and self._policy.shares(carried.scope)
            and self._gate.admits(session, carried)
        ]
        still = [each for each in session.agreements_told if each in self._scopes.carried]
        session.agreements_told = dict.fromkeys((*still, *fresh))
        news = [RecordId(scope) for scope in sorted(fresh) if tag(scope, session.transcript, theirs) not in heard]
        for at in range(0, len(news), MAX_IDS):
            turn.send(session.conn, Agreements(tuple(news[at : at + MAX_IDS])))

    def take(self, session: Session, message: Agreements, turn: Turn) -> bool:
        """Carry what a peer tells of, as far as there is room; true if any tags are to be shown anew."""
        taken = False
        for each in message.ids:
            scope = ScopeId(each)
            if scope in self._scopes.carried and self._gate.concerns_us(scope):
                continue
            if not self._may_be_had_from(session, scope):
                continue
            if scope not in self._scopes.carried:
                if not self._has_room_for(session, scope):
                    continue
                self._take_up(session, scope, turn)
            self._scopes.carry(scope, [session.peer])
            taken = True
        return taken

    def sweep(self, turn: Turn) -> None:
        """looked at → kept or dropped."""
        for scope, since in list(self._since.items()):
            if self._gate.concerns_us(scope):
                del self._since[scope]
            elif since + PATIENCE <= turn.moment.ticks:
                del self._since[scope]
                self._scopes.drop_agreement(scope)
                turn.local.append(Forget(AgreementEntry, (scope,)))
                if self._ground.flight.has(scope):
                    self._dropped[scope] = self._size(scope)
                    turn.local.append(DroppedEntry(scope, self._dropped[scope]))

    def fits(self, scope: ScopeId) -> bool:
        """Whether there is room for more records of an agreement that is carried."""
        if scope not in self._since or self._gate.concerns_us(scope):
            return True
        return self._strange_bytes() < self._ground.settings.strange_bytes

    def _take_up(self, session: Session, scope: ScopeId, turn: Turn) -> None:
        """told of or dropped → expected or looked at."""
        self._since[scope] = turn.moment.ticks
        if not self._ground.flight.has(scope):
            self._scopes.expected[scope] = None
            return
        self._dropped.pop(scope, None)
        turn.local += [AgreementEntry(scope, turn.moment.wall, session.peer), Forget(DroppedEntry, (scope,))]

    def _has_room_for(self, session: Session, scope: ScopeId) -> bool:
        """Whether one more agreement may be carried that a peer tells of."""
        settings, concerns_us = self._ground.settings, self._gate.concerns_us(scope)
        if len(self._scopes.carried) >= settings.scopes_max - settings.scopes_max // SPARE:
            return False
        if concerns_us or self._ground.flight.has(scope):
            return concerns_us or self.open < settings.agreements_told
        most = settings.strange_bytes if self._is_of_our_circles(session) else settings.strange_bytes // 2
        return self.open < settings.agreements_told and self._strange_bytes() < most

    def _strange_bytes(self) -> int:
        """What agreements take up that concern nobody here."""
        ours = self._policy.has_written_in
        carried = [scope for scope in self._since if not self._gate.concerns_us(scope) and not ours(scope)]
        return sum(self._dropped.values()) + sum(map(self._size, carried))

    def _size(self, scope: ScopeId) -> int:
        return max(STRANGE_LEAST, self._scopes.relayed_bytes(scope))

    def _is_of_our_circles(self, session: Session) -> bool:
        """Whether a peer stands in a closed network with us, or in an agreement in which somebody of ours has signed.

        Anybody may join an open network, or name us in an agreement.
        """
        for scope in self._scopes.carried:
            is_agreement = self._ground.flight.is_agreement(scope)
            is_ours = self._policy.has_written_in(scope) if is_agreement else self._gate.is_open(scope) is False
            if is_ours and self._gate.stands(session, scope):
                return True
        return False

    def _may_be_had_from(self, session: Session, scope: ScopeId) -> bool:
        """Whether a peer may be one to have an agreement from.

        Whoever says so as long as nothing of it is here. Then only who takes part, by the fold, for he is served what
        is here.
        """
        if not self._ground.flight.has(scope):
            return scope in self._scopes.expected or scope not in self._scopes.carried
        if self._gate.concerns_us(scope):
            return self._gate.stands(session, scope)
        return session.known and self._gate.takes_part(session.agent, scope)
