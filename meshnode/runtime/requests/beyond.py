"""What is signed for an organisation beyond a mandate: told before and at once, and who can stand by it."""

from collections.abc import Container, Iterable, Iterator
from typing import NamedTuple

from meshnode.core.drafts import Draft
from meshnode.core.mandates import Denied
from meshnode.runtime.office import Office
from meshnode.terms.wording import money
from meshproto.fold.entries import Entry
from meshproto.fold.memory import Memory
from meshproto.fold.standing import SETTLED, Status, row_of
from meshproto.records.ids import RecordId, ScopeId, short, to_text
from meshproto.records.record import Record
from meshproto.types import identity

MOST_CONTESTED = 200
"""Contested records of the owner's looked at, the oldest: who has more must settle some before others are told."""


class Shaken(NamedTuple):
    """A contested record of somebody for whom the owner signs, by which the owner can stand."""

    record: RecordId
    scope: ScopeId
    agent: bytes
    type: str
    at: int


def accept_of(office: Office, record: bytes, agent: bytes) -> Draft:
    """An accept of a record that is here, as it would be signed for an agent."""
    return Draft(
        _found(office, record).home,
        "countersign",
        identity.accept(record),
        agent=b"" if agent == office.me else agent,
    )


def stand_by(office: Office, record: bytes) -> Draft:
    """The accept by which the owner stands by a contested record that is here, for whoever is its author."""
    found = _found(office, record)
    # SPEC 04-fold 6: whose target is x, or, if x itself is an accept, whose target is that of x
    target = found.facts["target"] if found.type == "countersign" else record
    return accept_of(office, record, found.author)._replace(facts=identity.accept(target))


def doubts_about(office: Office, record: bytes, asked: Iterable[bytes] = ()) -> list[str]:
    """What whoever signs something of an agreement should know: what is, and what would be, beyond a mandate.

    `asked` are those of whom an answer is awaited.
    """
    mine, author = office.acts_as(), _found(office, record).author
    with office.folded.steady():
        signed = [*_contested(record, author, mine, office.folded)]
    told = [
        f"what was signed here for {_name(office, agent)} goes beyond the mandate of who signed it: it counts once "
        f"somebody with a wider one stands by it: meshnode reaffirm {to_text(each)}"
        for each, agent in signed
    ]
    said = {agent for _, agent in signed}
    for agent in asked:
        limits = office.mandates.exceeded(accept_of(office, record, agent)) if agent in mine else None
        if limits is not None and agent not in said:
            told.append(
                f"to sign this for {_name(office, agent)} goes beyond your mandate ({reach_of(limits)}): it would be "
                "contested until somebody with a wider one stands by it"
            )
    return told


def reach_of(limits: Entry) -> str:
    """How far a mandate reaches, in words."""
    parts = [f"up to {money(*limits.most)}"] if limits.most else []
    parts += [f"until {limits.until}"] if limits.until else []
    parts += ["for one project"] if limits.project else []
    return ", ".join(parts)


def shaken(office: Office) -> list[Shaken]:
    """What is contested, and would stand by an accept of the owner's, for itself or an organisation; oldest first."""
    return [
        Shaken(RecordId(row.record), ScopeId(row.scope), row.agent, row.type, row.at)
        for row in office.lookups.contested(office.acts_as(), MOST_CONTESTED)
        if helps(office, row.record)
    ]


def helps(office: Office, record: bytes) -> bool:
    """Whether the owner's accept would make a contested record stand: by a mandate, and none that it goes beyond."""
    draft = stand_by(office, record)
    return not isinstance(office.mandates.answer(draft), Denied) and office.mandates.exceeded(draft) is None


def _contested(record: bytes, author: bytes, agents: Container[bytes], memory: Memory) -> Iterator[tuple[bytes, bytes]]:
    """A record of some agents, and their accepts of it, that go beyond a mandate; each with its agent."""
    accepts = [key[-64:] for key, _ in memory.scan("accepts", record)]
    settled = {each[:32] for each in accepts if row_of(memory, each[32:]).status in SETTLED}
    if author in agents and _is_shaken(record, memory):
        yield record, author
    for each in accepts:
        agent, accept = each[:32], each[32:]
        if agent in agents and agent not in settled and _is_shaken(accept, memory):
            yield accept, agent


def _is_shaken(record: bytes, memory: Memory) -> bool:
    return memory.get("beyond", record) is not None and row_of(memory, record).status == Status.CONTESTED


def _found(office: Office, record: bytes) -> Record:
    found = office.truth.record(RecordId(record))
    assert found is not None  # whoever asks has found it
    return found


def _name(office: Office, agent: bytes) -> str:
    return office.name(agent) or short(agent)
