"""The networks, organisations and agreements this node carries: what stands in them, and their fingerprints.

With a scope goes the stream of every agent that stands in it, and with the stream of an organisation those of its
people. What is in an index is committed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from meshnode.core.flight import LogNow
from meshnode.core.founding import awaited_founders
from meshnode.core.ground import Ground
from meshnode.core.policy import Policy
from meshnode.core.ports import NetworkFacts
from meshnode.core.rows import AgreementEntry, JoinedEntry
from meshnode.core.standing import NetworkStanding
from meshproto.records.ids import AgentId, LogId, RecordId, ScopeId, log_id
from meshproto.records.limits import MAX_BRANCHES, MAX_STREAM_BYTES, MAX_STREAM_RECORDS
from meshproto.wire.index import Index, full_digest, tips_digest
from meshproto.wire.limits import MAX_TIPS
from meshproto.wire.messages import Item, Mark

STANDINGS_REMEMBERED = 8_192
"""Agents of whom it is kept at hand where they stand, about 2 MB: each run in a stream is looked at several times."""


@dataclass(slots=True)
class Carried:
    """One network: its facts once its genesis is here, whether all founders have accepted, and its index.

    An organisation that the owner founds or works for is carried likewise, without facts; so is an agreement, which is
    founded once its first version is here.
    """

    scope: ScopeId
    index: Index
    facts: NetworkFacts | None
    founded: bool = False
    hosts: frozenset[str] = frozenset()
    """The peers at which it is joined; if there are any, no others are told of it before its genesis is here."""


class Scopes:
    """All networks this node carries, by id."""

    def __init__(self, ground: Ground, policy: Policy) -> None:
        self._ground = ground
        self._policy = policy
        self._sizes: dict[ScopeId, int] = {}  # network that is only relayed → bytes of headers
        self._told: dict[ScopeId, NetworkStanding] = {}
        self.carried: dict[ScopeId, Carried] = {}
        self.crowded: dict[LogId, None] = {}
        """Logs with so many branches that their fingerprint says nothing more, in the order of asking for them."""
        self._standings: dict[bytes, list[Carried]] = {}
        self.expected: dict[ScopeId, None] = {}
        """Agreements that peers have told of, and of which nothing is here yet."""
        self.left: dict[ScopeId, None] = {}
        """Networks this node has left: those who stand there still hold our own stream."""
        self.fits: Callable[[ScopeId], bool] = lambda _: True
        """Whether there is room for more records of an agreement, beside others that concern nobody here."""

    def load(self) -> None:
        """Take up the networks joined, and the agreements carried, in earlier lives."""
        for entry in self._ground.ledger.rows(AgreementEntry):
            self.carry(ScopeId(entry.agreement), [entry.host] if entry.host else [])
        for row in self._ground.ledger.rows(JoinedEntry):
            scope = ScopeId(row.network)
            if not row.left:
                self.carry(scope, [row.host] if row.host else [])
            elif not row.relayed and self.goes_on_after_leaving(scope):
                self.carry(scope)
                self.left[scope] = None
            else:
                self.left[scope] = None

    def carry(self, scope: ScopeId, hosts: Iterable[str] = ()) -> Carried:
        """Begin to carry a network, or learn of more peers at which it is joined."""
        self.left.pop(scope, None)
        if scope not in self.carried:
            ledger = self._ground.ledger
            rows = ((log, self._tips_digest(log, tips)) for log, tips in ledger.logs_standing_in(scope))
            self.carried[scope] = Carried(scope, Index(rows), ledger.network(scope))
            self._standings.clear()
            self.look_at_founding(self.carried[scope])
        self.carried[scope].hosts |= frozenset(hosts)
        return self.carried[scope]

    def drop(self, scope: ScopeId) -> None:
        """Stop carrying a network."""
        if self.carried.pop(scope, None) is not None:
            self.left[scope] = None
        self._standings.clear()

    def drop_agreement(self, scope: ScopeId) -> None:
        """Stop carrying an agreement that concerns nobody here."""
        self.carried.pop(scope, None)
        self.expected.pop(scope, None)
        self._standings.clear()

    def goes_on_after_leaving(self, scope: ScopeId) -> bool:
        """Whether a network is carried for those who stay after one has left it: if that is wished, and it is open."""
        facts = self._ground.flight.network(scope)
        return self._ground.settings.share_scopes == "all" and facts is not None and facts.open

    def relayed_bytes(self, scope: ScopeId) -> int:
        """Bytes of headers held of a network that is carried without belonging to it."""
        if scope not in self._sizes:
            self._sizes[scope] = sum(head.size for head in self._ground.ledger.logs_of_scope(scope))
        return self._sizes[scope]

    def grow(self, scope: ScopeId, size: int) -> None:
        """So many bytes of headers of a scope are on their way to the disk."""
        if scope in self._policy.relayed or scope in self._sizes:
            self._sizes[scope] = self.relayed_bytes(scope) + size

    def is_full(self, scope: ScopeId) -> bool:
        """Whether there is no room for more of a network that is only relayed: it is held in part.

        Likewise of an agreement in which nobody of ours has written, or naming us would buy storage.
        """
        if scope in self._policy.relayed:
            return self.relayed_bytes(scope) >= self._ground.settings.relayed_bytes
        if not self._ground.flight.is_agreement(scope) or self._policy.has_written_in(scope):
            return False
        return self.relayed_bytes(scope) >= self._ground.settings.unanswered_bytes or not self.fits(scope)

    def own_logs(self, networks: Iterable[ScopeId] | None = None) -> dict[LogId, None]:
        """The logs this node signs in: in its agent's stream and in these networks, or in all."""
        own = self._ground.identity
        among = self.carried if networks is None else networks
        return {log_id(scope, own.key.public): None for scope in (own.agent, *among)}

    def sets_of(self, scope: ScopeId) -> list[Carried]:
        """The networks that logs of this scope belong to: the scope itself, or where its agent stands."""
        own = self.carried.get(scope)
        if own is not None and (own.facts is not None or self._ground.flight.founders_of(scope) is None):
            return [own]
        standing = self._standings.get(scope)
        if standing is None:
            stands_in = [each for each in self._ground.ledger.scopes_of(scope) if each != scope]
            standing = self._standings[scope] = [self.carried[each] for each in stands_in if each in self.carried]
            if len(self._standings) > STANDINGS_REMEMBERED:
                del self._standings[next(iter(self._standings))]
        return standing if own is None else [own, *standing]

    def note_committed(self, log: LogId, *, speaks_for_more: bool = False) -> list[LogNow]:
        """Bring the indexes up to date after records of a log were committed.

        Returns the logs that became part of a network by it: the log, and streams of agents newly standing.
        """
        now = self._ground.flight.committed(log)
        if now is None or not now.counted:
            return []
        digest = self._digest(now)
        fresh: list[LogNow] = []
        for carried in self.sets_of(now.scope):
            known = carried.index.get(log) is not None
            carried.index.put(log, digest)
            if carried.facts is None:
                carried.facts = self._ground.ledger.network(carried.scope)
            if (speaks_for_more or not known) and not self.is_genesis_log(now):
                fresh += self._let_stand(carried, now)
        return fresh

    def look_at_founding(self, carried: Carried) -> bool:
        """Find out whether all founders' accepts are here; true when that has just become so."""
        if not carried.founded and self._ground.flight.is_agreement(carried.scope):
            carried.founded = self._ground.ledger.has(carried.scope)
            return carried.founded
        founders = None if carried.founded else self.founders_of(carried.scope)
        if founders is None:
            return False
        carried.founded = not awaited_founders(self._ground.ledger, carried.scope, founders)
        return carried.founded

    def founders_of(self, scope: ScopeId) -> tuple[AgentId, ...] | None:
        """The founders of a network or organisation whose genesis is here; None if it is neither."""
        facts = self._ground.flight.network(scope)
        return self._ground.flight.founders_of(scope) if facts is None else facts.founders

    def refresh(self, log: LogId) -> None:
        """Compute anew what stands for a log: after a restart the index does not know yet which logs are full."""
        now = self._ground.flight.committed(log)
        if now is None:
            return
        for carried in self.sets_of(now.scope):
            if carried.index.get(log) is not None:
                carried.index.put(log, self._digest(now))

    def item_of(self, log: LogId) -> Item:
        """How a log is listed in a reconciliation."""
        now = self._ground.flight.committed(log)
        assert now is not None  # what is in an index is stored
        tips = tuple(sorted(Mark(seq, tip) for tip, seq in now.tips.items()))
        return Item(log, self._rank(now), tips[:MAX_TIPS])

    def is_genesis_log(self, now: LogNow) -> bool:
        """Whether a log of a network is the one its genesis begins; others may begin with an act for the network."""
        facts = self._ground.flight.network(now.scope)
        return facts is not None and now.key == facts.key

    def tell(self, standing: NetworkStanding) -> None:
        """The fold says how a network stands now."""
        before = self._told.get(standing.scope)
        self._told[standing.scope] = standing
        if before is not None and before.allowance != standing.allowance:
            for head in self._ground.ledger.logs_of_scope(standing.scope):
                self.refresh(head.log)

    def is_open(self, scope: ScopeId) -> bool:
        """Whether anyone may begin a log in a network: by its genesis, or by what its founders decided since."""
        told, facts = self._told.get(scope), self._ground.flight.network(scope)
        return (facts is not None and facts.open) or (told is not None and told.is_open)

    def allowance(self, scope: ScopeId) -> tuple[int, int]:
        """How many records and header bytes of a log are kept in this scope: as many as were ever allowed, as is told.

        What goes beyond a charter that allows less by now is kept, for it was allowed to whom did not know of that.
        """
        facts, told = self._ground.flight.network(scope), self._told.get(scope)
        if facts is None:
            return MAX_STREAM_RECORDS, MAX_STREAM_BYTES
        records, size = told.allowance if told is not None else (0, 0)
        return max(facts.log_records, records), max(facts.log_bytes, size)

    def own_allowance(self, scope: ScopeId) -> tuple[int, int]:
        """How many records and header bytes the own log may have in this scope now."""
        told = self._told.get(scope)
        return told.allowance if told is not None else self.allowance(scope)

    def _let_stand(self, carried: Carried, now: LogNow) -> list[LogNow]:
        """Take the streams of the agents that stand here now into the index: whom a new log speaks for."""
        fresh: list[LogNow] = []
        for agent in self._ground.ledger.agents_of_log(now.log):
            if bytes(agent) == bytes(now.scope):
                continue  # whose stream this is stands in it without more
            logs = [log for log, _ in self._ground.ledger.logs_standing_in(agent)]
            streams = [stream for stream in map(self._ground.flight.committed, logs) if stream is not None]
            self._note_standing(carried, agent, streams)
            fresh += [stream for stream in streams if stream.log != now.log]
        for stream in fresh:
            carried.index.put(stream.log, self._digest(stream))
        return fresh

    def _note_standing(self, carried: Carried, agent: AgentId, streams: Iterable[LogNow]) -> None:
        """An agent stands somewhere; with it do those who stand in its stream, if that is an organisation."""
        standing = self._standings.get(agent)
        if any(stream.agent != agent for stream in streams):
            self._standings.clear()
        elif standing is not None and carried not in standing:
            standing.append(carried)

    def _rank(self, now: LogNow) -> int:
        """Causes before effects: where a network or person begins, other streams of agents, founders, the others.

        Whoever signed the first version of an agreement comes before that, and that before the rest.
        """
        carried = self.carried.get(now.scope)
        if self._ground.flight.is_agreement(now.scope):
            return 2 if self._ground.flight.begins(now) else 3
        if carried is None or carried.facts is None:
            return 0 if self._ground.ledger.root_of(now.scope) == now.key else 1
        if self.is_genesis_log(now):
            return 0
        return 2 if now.agent in carried.facts.founders else 3

    def _digest(self, now: LogNow) -> bytes:
        """What stands for a log in the index.

        A log that is full, by branches or by its allowance, may differ from node to node in what lies beyond: there the
        fingerprint says only that it is full.
        """
        records, size = self.allowance(now.scope)
        is_full = now.size >= size or any(seq >= records for seq in now.tips.values())
        return full_digest(now.log) if is_full else self._tips_digest(now.log, now.tips)

    def _tips_digest(self, log: LogId, tips: Iterable[RecordId]) -> bytes:
        """What stands for a log in the index, as far as its tips decide it."""
        ids = list(tips)
        if len(ids) < MAX_BRANCHES:
            return tips_digest(ids)
        self.crowded[log] = None
        return full_digest(log)
