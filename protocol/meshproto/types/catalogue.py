"""All types this version understands, and which facts make a record of such a type one it does not."""

from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from meshproto.types.accounts import COMMITMENT, DISTRIBUTION, INCOME, SETTLEMENT
from meshproto.types.agreement import AGREEMENT
from meshproto.types.authority import COUNTERSIGN, GRANT, LATER_OUTCOMES, RESOLUTION, REVOKE, ROTATE
from meshproto.types.coordination import PROJECT
from meshproto.types.evaluation import ALLOCATION, ATTESTATION
from meshproto.types.identity import NETWORK, ORGANISATION, PERSON, PROFILE
from meshproto.types.repair import CHECKPOINT, CORRECTION, ERASURE
from meshproto.types.rulings import RULING, is_ruling
from meshproto.types.schema import Schema
from meshproto.types.value import CONTRIBUTION, RECOGNITION

SCHEMAS: dict[str, Schema] = {
    "countersign": COUNTERSIGN,
    "grant": GRANT,
    "revoke": REVOKE,
    "rotate": ROTATE,
    "resolution": RESOLUTION,
    "profile": PROFILE,
    "contribution": CONTRIBUTION,
    "recognition": RECOGNITION,
    "project": PROJECT,
    "correction": CORRECTION,
    "erasure": ERASURE,
    "checkpoint": CHECKPOINT,
    "agreement": AGREEMENT,
    "attestation": ATTESTATION,
    "allocation": ALLOCATION,
    "income": INCOME,
    "distribution": DISTRIBUTION,
    "settlement": SETTLEMENT,
    "commitment": COMMITMENT,
}
_VARIED = frozenset(("agent", "resolution", "erasure"))
"""Types whose facts say by which schema they are to be read, and whether there is one."""
AGENTS: dict[str, Schema] = {"person": PERSON, "organization": ORGANISATION, "network": NETWORK}


def schema_of(record: Record) -> Schema | None:
    """The schema for this record, or None if this version does not know such records.

    Unknown are other types, other kinds of agent, resolutions that amend an agreement, and erasures of all that an
    agent wrote.
    They are stored, relayed and left out of the fold.
    """
    if record.type not in _VARIED:
        return SCHEMAS.get(record.type)
    facts = record.facts
    if record.type == "agent":
        kind = facts.get("kind")
        return AGENTS.get(kind) if isinstance(kind, str) else PERSON  # which then refuses the kind
    if record.type == "resolution" and is_ruling(facts):
        return RULING
    if record.type == "resolution" and facts.get("outcome") in LATER_OUTCOMES:
        return None
    if record.type == "erasure" and facts.get("part") == "agent_private":
        return None
    return SCHEMAS.get(record.type)


def check_facts(record: Record) -> Refused | None:
    """The first I-* reason for which the facts are not those of the record's type, or U-TYPE; None if they are."""
    schema = schema_of(record)
    if schema is None:
        return Refused(Reason.U_TYPE, record.type)
    try:
        schema.check(record)
    except Refused as refusal:
        return refusal
    return None
