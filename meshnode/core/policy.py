"""Relay policy: whose private parts this node keeps, and which networks it exchanges with others.

Headers and facts of a network that is carried are always kept, whoever wrote them: a fold over a part of them would be
another state. What may be chosen is private parts and whole networks. No fold reads any of this.
"""

from meshnode.core.flight import LogNow
from meshnode.core.ground import Ground
from meshnode.core.rows import (
    BearingEntry,
    BlockEntry,
    FollowEntry,
    Forget,
    JoinedEntry,
    ReviewEntry,
)
from meshnode.core.turn import Turn
from meshproto.records.ids import AgentId, RecordId, ScopeId
from meshproto.records.record import Record, ids_in


class Policy:
    """What the owner chose, by settings and about single agents."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self.followed: dict[AgentId, None] = {}
        self.blocked: dict[AgentId, None] = {}
        self.relayed: dict[ScopeId, None] = {}
        """Networks carried for their members, without belonging to them."""
        self._bearing: dict[RecordId, None] = {}
        self._written: dict[ScopeId, None] = {}

    def load(self) -> None:
        """Take up what was chosen in earlier lives."""
        ledger = self._ground.ledger
        self.followed = {AgentId(row.agent): None for row in ledger.rows(FollowEntry)}
        self.blocked = {AgentId(row.agent): None for row in ledger.rows(BlockEntry)}
        self.relayed = {ScopeId(row.network): None for row in ledger.rows(JoinedEntry) if row.relayed and not row.left}
        self._bearing = {RecordId(row.record): None for row in ledger.rows(BearingEntry)}

    def keeps(self, now: LogNow) -> bool:
        """Whether private parts of a log are kept here."""
        keep, agent = self._ground.settings.keep_privates, now.agent
        if self.is_own(agent) or self.is_bound_by(now.scope):
            return keep != "none"
        if agent in self.blocked:
            return False
        # What a network is called stands in its genesis: whoever carries it must be able to name it.
        return keep == "all" or self._names_network(now) or self._follows(now, keep)

    def is_safe(self, now: LogNow, record: RecordId) -> bool:
        """Whether a private part is never let go: it is one's own, or something rests on it that one has accepted."""
        if self.is_own(now.agent) or self.is_bound_by(now.scope):
            return True
        return record in self._bearing or self._names_network(now)

    def is_bound_by(self, scope: ScopeId) -> bool:
        """Whether a scope is an agreement in which the owner has written, or who it acts for: that is kept whole."""
        return self._ground.flight.is_agreement(scope) and self.has_written_in(scope)

    def has_written_in(self, scope: ScopeId) -> bool:
        """Whether anything in a scope was signed by the owner, or for an organisation the owner stands in."""
        if scope not in self._written and scope in self._ground.ledger.scopes_of(self._ground.identity.agent):
            self._written[scope] = None
        return scope in self._written

    def is_own(self, agent: bytes) -> bool:
        """Whether an agent is the owner."""
        return agent == self._ground.identity.agent

    def shares(self, scope: ScopeId) -> bool:
        """Whether a network that is carried is exchanged with others."""
        share = self._ground.settings.share_scopes
        return share != "none" and (share != "own" or scope not in self.relayed)

    def follow(self, agent: AgentId, on: bool, turn: Turn) -> None:
        """Follow an agent, or no more."""
        self._choose(self.followed, FollowEntry, agent, on, turn)

    def block(self, agent: AgentId, on: bool, turn: Turn) -> None:
        """Block an agent, who is then not followed any more; or no more."""
        if on:
            self.follow(agent, False, turn)
        self._choose(self.blocked, BlockEntry, agent, on, turn)

    def note_standing(self, stream: LogNow, turn: Turn) -> None:
        """Somebody stands in a network now. Their stream came before that, when it was not known to be kept."""
        if self._ground.settings.keep_privates == "followed" and self._stands_in_relayed(stream):
            turn.local.append(ReviewEntry(stream.agent))
            turn.after.keeping = True

    def note_accepts(self, records: tuple[Record, ...], turn: Turn) -> None:
        """Remember what rests on what the owner accepts: else naming somebody would buy storage with them."""
        for record in records:
            if record.type == "countersign" and self.is_own(record.author) and record.facts.get("decision") == "accept":
                target = record.facts.get("target")
                if isinstance(target, bytes):
                    self._bear(RecordId(target), turn)

    def _choose(
        self,
        chosen: dict[AgentId, None],
        entry: type[FollowEntry] | type[BlockEntry],
        agent: AgentId,
        on: bool,
        turn: Turn,
    ) -> None:
        """Take an agent up among the followed or the blocked, or out again; what is held of him is looked at anew."""
        if on == (agent in chosen):
            return
        if on:
            chosen[agent] = None
            turn.local.append(entry(agent, turn.moment.wall))
        else:
            del chosen[agent]
            turn.local.append(Forget(entry, (agent,)))
        turn.local.append(ReviewEntry(agent))
        turn.after.keeping = True

    def _bear(self, target: RecordId, turn: Turn) -> None:
        accepted = self._ground.flight.record(target)
        for each in (target, *(ids_in(accepted.facts) if accepted is not None else ())):
            if each not in self._bearing:
                self._bearing[RecordId(each)] = None
                turn.local.append(BearingEntry(each))

    def _names_network(self, now: LogNow) -> bool:
        return bytes(now.agent) == bytes(now.scope) and self._ground.flight.network(now.scope) is not None

    def _follows(self, now: LogNow, keep: str) -> bool:
        if keep != "followed":
            return False
        return now.agent in self.followed or now.scope in self.relayed or self._stands_in_relayed(now)

    def _stands_in_relayed(self, now: LogNow) -> bool:
        """Whether a log is the stream of somebody in a network that is relayed: what they are called is said there."""
        if not self.relayed or bytes(now.agent) != bytes(now.scope):
            return False
        return any(scope in self.relayed for scope in self._ground.ledger.scopes_of(now.agent))
