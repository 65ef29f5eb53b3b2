"""Who signed a record for an organisation or network, and by which mandate: what stands beside the author's name.

Read from the record and what it names, so it is told of every record, whatever it is worth: that says its standing.
"""

from collections.abc import Callable
from typing import NamedTuple

from meshproto.records.ids import AgentId, RecordId
from meshproto.records.record import Record
from meshproto.types.catalogue import check_facts

AGENT_SIZE = 32
"""Bytes of an agent's id; a key has one more."""


class Signer(NamedTuple):
    """The person whose key signed for somebody else. `role` is `founder`, `staff` or `steward`."""

    agent: AgentId
    role: str
    mandate: RecordId
    """The grant, or the founder's accept, by which the author let this person act: the last one on the way."""


def signer_of(record: Record, find: Callable[[bytes], Record | None]) -> Signer | None:
    """Who signed a record in the name of its author; None if that was the author, or is not to be found here."""
    agent: bytes = record.author
    signer: Signer | None = None
    for each in record.auth:
        entry = find(each)
        step = None if entry is None or entry.scope != agent else _step(entry, agent)
        if step is None:
            return signer
        agent, role = step
        signer = Signer(AgentId(agent), role, RecordId(each))
    return signer


def _step(entry: Record, giver: bytes) -> tuple[bytes, str] | None:
    """To which agent an entry leads from its giver, and as what; None if it leads to a key, or nowhere."""
    if check_facts(entry) is not None:
        return None
    facts = entry.facts
    if entry.type == "countersign":
        return entry.agent, "founder"
    if entry.type == "grant" and entry.agent == giver and len(facts["to"]) == AGENT_SIZE:
        return facts["to"], facts["role"]
    return None
