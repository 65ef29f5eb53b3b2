"""Whether a network is founded: by its genesis, and an accept of it by each founder."""

from meshnode.core.ports import Ledger, NetworkFacts
from meshproto.records.ids import AgentId, ScopeId, log_id


def awaited_founders(ledger: Ledger, scope: ScopeId, facts: NetworkFacts) -> list[AgentId]:
    """The founders whose accept of the genesis is not on the disk: until it is, nothing else counts in the network."""
    return [founder for founder in facts.founders if not _has_accepted(ledger, scope, founder)]


def _has_accepted(ledger: Ledger, scope: ScopeId, founder: AgentId) -> bool:
    root = ledger.root_of(founder)
    if root is None:
        return False
    first = ledger.id_at(log_id(scope, root), 0, 1)
    record = None if first is None else ledger.record(first)
    return record is not None and record.type == "countersign" and record.facts.get("decision") == "accept"
