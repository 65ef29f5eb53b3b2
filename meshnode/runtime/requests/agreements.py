"""Agreements: proposed, signed, declined, amended and ended."""

from collections.abc import Mapping

from meshnode.core.drafts import Draft
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.requests.work import words
from meshproto.records.encoding import Value
from meshproto.records.ids import NONE, RecordId, ScopeId
from meshproto.types import identity

NO_SCOPE = ScopeId(NONE)
"""The first version of an agreement begins a scope of its own."""


async def propose(
    office: Office, facts: Mapping[str, Value], title: str, summary: str = "", agent: bytes = b"", rows: Rows = ()
) -> Ids:
    """Write down the first version of an agreement, for the owner or the organisation `agent`. Raises Refusal.

    It is signed by `countersign`, like every version.
    """
    draft = Draft(NO_SCOPE, "agreement", dict(facts), words(title=title, summary=summary), agent=agent)
    return await office.node.write([draft], local=rows)


async def countersign(
    office: Office, version: RecordId, decision: str = "accept", text: str = "", agent: bytes = b"", rows: Rows = ()
) -> Ids:
    """Accept or decline a version, or anything else in an agreement that asks for it. Raises Refusal."""
    record = office.truth.record(version)
    assert record is not None  # the caller has found it
    facts = {**identity.accept(version), "decision": decision}
    draft = Draft(record.home, "countersign", facts, words(text=text) if text else None, agent=agent)
    return await office.node.write([draft], local=rows)
