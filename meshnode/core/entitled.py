"""Who may begin a log in a network by invitation: whoever names what lets him in, and that speaks of him.

In an agreement: whoever is named there, or names what names him.

Nothing is folded here: whether it still lets him in is for the fold. So nobody fills the network with logs of agents
who were never let in, and no node refuses what another stores because its fold is a moment ahead.
"""

from meshnode.core.closure import named_by
from meshnode.core.flight import Flight
from meshnode.core.named import Named
from meshnode.core.ports import NetworkFacts
from meshnode.core.standing import KEY_SIZE
from meshproto.records.ids import RecordId, ScopeId
from meshproto.records.record import Record, ids_in
from meshproto.records.signatures import verify_bytes
from meshproto.types.authority import JOIN_CONTEXT
from meshproto.types.catalogue import check_facts


def entitled_by(first: Record, facts: NetworkFacts, flight: Flight) -> bool | RecordId:
    """Whether a log in a network by invitation may begin with this record; an id: that must be here first."""
    if first.agent in facts.founders:
        return True
    missing: RecordId | None = None
    for each in _named(first):
        entry = flight.record(each)
        if entry is None:
            missing = missing or RecordId(each)
        elif entry.home == first.home and _speaks_of(entry, first):
            return True
    return missing or False


def entitled_to_agreement(first: Record, named: Named, flight: Flight) -> bool | RecordId:
    """Whether a log in an agreement may begin with this record; an id: that must be here first."""
    scope, genesis = ScopeId(first.scope), flight.record(first.scope)
    if (genesis is not None and first.agent in ids_in(genesis.facts)) or named.is_named(first.agent, scope):
        return True
    # What it names may be the version by which he takes part, and that may still be on its way.
    return next((RecordId(each) for each in named_by(first) if not flight.has(each)), False)


def _named(first: Record) -> list[bytes]:
    """What a record may name that lets its author in: its entries, and what it accepts, decides or gives back."""
    named: list[bytes] = [*first.auth]
    if first.type in ("countersign", "revoke") and check_facts(first) is None:
        named += [first.facts["target"]] if first.type == "countersign" else first.facts["targets"]
    return named


def _speaks_of(entry: Record, first: Record) -> bool:
    """Whether a record of the network lets the author of another in, or shows that he was."""
    if check_facts(entry) is not None:
        return False
    facts = entry.facts
    if entry.type == "grant":
        if first.type == "countersign" and len(facts["to"]) == KEY_SIZE:
            return _holds_secret(first, entry.id, facts["to"][1:])
        return bool(first.agent == first.scope or facts["to"] == first.agent)
    if entry.type == "countersign":
        return bool(first.agent in (entry.agent, first.scope))
    if entry.type == "resolution":
        return first.agent in facts.get("charter", {}).get("founders", ())
    return False


def _holds_secret(accept: Record, grant: bytes, key: bytes) -> bool:
    proof = accept.facts.get("proof")
    return isinstance(proof, bytes) and verify_bytes(key, JOIN_CONTEXT, grant + accept.agent, proof)
