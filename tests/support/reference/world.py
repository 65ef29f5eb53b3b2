"""A closed set of records and the plain questions about it: past, kinds, accepts, who may still be asked."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from meshproto.records.record import Record, references
from meshproto.types.agreement import participants_of

KINDS = {"person": "P", "organization": "O", "network": "N"}
COUNT_CONTESTED = (
    *("profile", "contribution", "recognition", "checkpoint", "agreement", "distribution"),
    *("revoke", "rotate"),
)
VALID = ("yes", "contested", "aside")


@dataclass
class Said:
    """What becomes of a record."""

    status: str
    reason: str = ""
    ids: tuple[bytes, ...] = ()
    detail: str = ""
    state: str = ""
    flags: tuple[str, ...] = ()


Pasts = dict[frozenset[bytes], dict[bytes, Said]]


@dataclass
class World:
    """Records whose past is complete, in an order in which each comes after all it names."""

    records: dict[bytes, Record] = field(default_factory=dict)
    past: dict[bytes, frozenset[bytes]] = field(default_factory=dict)
    said: dict[bytes, Said] = field(default_factory=dict)
    fold: Callable[[Iterable[Record]], dict[bytes, Said]] = lambda _: {}
    """What becomes of each record of another set."""
    pasts: Pasts = field(default_factory=dict)
    holds: dict[bytes, bool] = field(default_factory=dict)
    """Whether a record is of its agent (4.1)."""

    def take(self, records: Iterable[Record]) -> list[bytes]:
        """Take in all that is closed; gives the ids of what is not."""
        left = {record.id: (record, references(record)) for record in records}
        found = True
        while found:
            closed = [each for each, (_, names) in left.items() if all(name in self.records for name in names)]
            for record, names in map(left.pop, closed):
                self.records[record.id] = record
                self.past[record.id] = frozenset(names).union(*(self.past[name] for name in names))
            found = bool(closed)
        return list(left)

    def said_in(self, ids: frozenset[bytes]) -> dict[bytes, Said]:
        """What becomes of some records if there are no others."""
        if ids not in self.pasts:
            self.pasts[ids] = self.fold(self.records[each] for each in sorted(ids))
        return self.pasts[ids]

    def counts_as(self, record_id: bytes, said: Said) -> bool:
        """Whether a record of which this is said has the effect of its type."""
        claims = said.status == "contested" and self.records[record_id].type in COUNT_CONTESTED
        return said.status == "yes" or claims

    def valid(self, record_id: bytes) -> bool:
        """Whether a record that was decided is valid."""
        return record_id in self.said and self.said[record_id].status in VALID

    def kind(self, scope: bytes) -> str:
        """The kind of a scope: P, O, N, L, "?" for others, "" for none."""
        genesis = self.records.get(scope)
        if genesis is None or genesis.scope:
            return ""
        if genesis.type == "agreement":
            return "L"
        kind = genesis.facts.get("kind")
        return KINDS.get(kind, "?") if genesis.type == "agent" and isinstance(kind, str) else "?"

    def is_agent(self, agent: bytes, kinds: str = "PON") -> bool:
        """Whether this is the genesis of an agent of one of these kinds."""
        return self.kind(agent) in tuple(kinds) and self.valid(agent)

    def of(self, record_id: bytes, agent: bytes) -> bool:
        """Whether a record is of an agent (4.1)."""
        record = self.records[record_id]
        if not record.scope and record.type != "agreement":
            return record.type == "agent" and record_id == agent and self.valid(record_id)
        return record.agent == agent and self.holds.get(record_id, False)

    def within(self, ids: Iterable[bytes], *types: str) -> Iterator[Record]:
        """The valid records of these types among the ids, by id."""
        for each in sorted(each for each in ids if self.records[each].type in types and self.valid(each)):
            yield self.records[each]

    def accepts(self, target: bytes, ids: Iterable[bytes]) -> list[Record]:
        """The accepts of a record among these."""
        return [
            each
            for each in self.within(ids, "countersign")
            if each.facts["target"] == target and each.facts["decision"] == "accept"
        ]

    def pairs(self, target: bytes, ids: Iterable[bytes]) -> set[bytes]:
        """Who accepted a record, by the accepts among these."""
        return {each.agent for each in self.accepts(target, ids)}

    def is_accept(self, record: Record) -> bool:
        """Whether a record is an accept."""
        return record.type == "countersign" and self.valid(record.id) and record.facts["decision"] == "accept"

    def is_invitation(self, record: Record) -> bool:
        """Whether a valid record is an invitation."""
        return record.type == "grant" and len(record.facts["to"]) == 33 and self.kind(record.home) == "N"

    def takes_part(self, agent: bytes, record: Record) -> bool:
        """Whether an agent is a participant of the agreement that a record stands in, for that record (2.4)."""
        versions = [each for each in self.within(self.past[record.id], "agreement") if each.home == record.home]
        return any(agent in participants_of(each.facts) for each in versions)

    def founders(self, scope: bytes) -> list[bytes]:
        """Founders by the genesis."""
        found: list[bytes] = self.records[scope].facts["charter"]["founders"]
        return found

    def missing_founders(self, scope: bytes, ids: Iterable[bytes]) -> list[bytes]:
        """Founders whose accept of the genesis is not among these."""
        there = self.pairs(scope, ids)
        return [each for each in self.founders(scope) if each not in there]

    def founds(self, accept: Record) -> bool:
        """Whether an accept is by a founder whom its target names: of a genesis or of a charter resolution."""
        target = self.records[accept.facts["target"]]
        if target.id == accept.scope and self.kind(target.id) in ("O", "N"):
            return accept.agent in self.founders(target.id)
        named: list[bytes] = (
            target.facts.get("charter", {}).get("founders", [])
            if target.type == "resolution" and target.facts["outcome"] == "charter"
            else []
        )
        return target.home == accept.home and accept.agent in named

    def handle(self, record_id: bytes) -> tuple[bytes, ...]:
        """What a revocation of a grant or accept ends; empty if it has no handle."""
        record = self.records[record_id]
        if not self.valid(record_id):
            return ()
        if record.type == "grant":
            return (record_id,)
        if self.is_accept(record):
            target: bytes = record.facts["target"]
            guest = self.is_invitation(self.records[target]) and record.agent != self.records[target].agent
            if self.founds(record) or guest:
                return (target, record.agent)
        return ()

    def listed(self, record: Record, name: str) -> list[Any]:
        """A list in the facts, empty if it is missing."""
        return record.facts.get(name) or []
