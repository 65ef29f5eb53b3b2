"""Agreements are told of: whom a version is the first to name has never heard of its scope, and can show no tag.

At who tells: of each agreement that a peer may read and shows no tag of, once in a connection.
At who is told: told of → (carried, its tag is shown) expected → (its first version is here) looked at
    → (the fold says that it concerns somebody here) kept;  → (that takes too long) dropped

So nobody fills a disk with agreements of others: few are carried at once that concern nobody here.

See protocol/spec/03-sync.md, section 3.5.
"""

from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.policy import Policy
from meshnode.core.rows import AgreementEntry, Forget
from meshnode.core.scopes import Scopes
from meshnode.core.turn import Turn
from meshproto.records.ids import ScopeId
from meshproto.wire.limits import MAX_IDS
from meshproto.wire.messages import Agreements
from meshproto.wire.session import ANSWERER, DIALLER, tag

PATIENCE = 600_000
"""How long (ms) an agreement is carried of which nothing says that it concerns anybody here."""


class Telling:
    """Tells of agreements, and takes up those it is told of."""

    def __init__(self, ground: Ground, scopes: Scopes, gate: Gate, policy: Policy) -> None:
        self._ground = ground
        self._scopes = scopes
        self._gate = gate
        self._policy = policy
        self._since: dict[ScopeId, int] = {}
        """Agreements that may concern nobody here, and since when (ticks)."""

    def load(self, ticks: int) -> None:
        """Look again at all that earlier lives carried."""
        for entry in self._ground.ledger.rows(AgreementEntry):
            self._since[ScopeId(entry.agreement)] = ticks

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
        session.agreements_told.update(dict.fromkeys(fresh))
        news = [scope for scope in sorted(fresh) if tag(scope, session.transcript, theirs) not in heard]
        for at in range(0, len(news), MAX_IDS):
            turn.send(session.conn, Agreements(tuple(news[at : at + MAX_IDS])))  # type: ignore[arg-type]  # ids of either kind

    def take(self, session: Session, message: Agreements, turn: Turn) -> bool:
        """Carry what a peer tells of, as far as there is room; true if any tags are to be shown anew."""
        taken = False
        for each in message.ids:
            scope = ScopeId(each)
            if self._gate.concerns_us(scope) or not self._may_be_had_from(session, scope):
                continue
            if scope not in self._scopes.carried:
                if self.open >= self._ground.settings.agreements_told:
                    continue
                self._since[scope] = turn.moment.ticks
                if not self._ground.flight.has(scope):
                    self._scopes.expected[scope] = None
                else:
                    turn.local.append(AgreementEntry(scope, turn.moment.wall, session.peer))
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

    def _may_be_had_from(self, session: Session, scope: ScopeId) -> bool:
        """Whether a peer may be one to have an agreement from, of which nothing says yet that it concerns us.

        Whoever says so as long as nothing of it is here. Then only who takes part, by the fold, for he is served what
        is here.
        """
        if not self._ground.flight.has(scope):
            return scope in self._scopes.expected or scope not in self._scopes.carried
        return session.known and self._gate.takes_part(session.agent, scope)
