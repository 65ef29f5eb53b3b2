"""Whether a network or organisation is founded: by its genesis, and an accept of it by each founder."""

from collections.abc import Iterable

from meshnode.core.ports import Ledger
from meshproto.records.ids import AgentId, LogId, ScopeId, log_id


def awaited_founders(ledger: Ledger, scope: ScopeId, founders: Iterable[AgentId]) -> list[AgentId]:
    """The founders whose accept of the genesis is not on the disk: until it is, nothing else counts in the scope."""
    return [founder for founder in founders if not _has_accepted(ledger, scope, founder)]


def _has_accepted(ledger: Ledger, scope: ScopeId, founder: AgentId) -> bool:
    root = ledger.root_of(founder)
    if root is not None and _begins_with_accept(ledger, log_id(scope, root)):
        return True
    # Who recovered the identity, or signs on another device, accepts with another key.
    others = [head for head in ledger.logs_of_scope(scope) if head.agent == founder and head.key != root]
    return any(_begins_with_accept(ledger, head.log) for head in others)


def _begins_with_accept(ledger: Ledger, log: LogId) -> bool:
    first = ledger.id_at(log, 0, 1)
    record = None if first is None else ledger.record(first)
    return record is not None and record.type == "countersign" and record.facts.get("decision") == "accept"
