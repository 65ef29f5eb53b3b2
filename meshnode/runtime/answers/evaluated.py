"""How a contribution stands under its agreement, or in its network: who said what of it, and what is lacking."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast

from meshnode.runtime.office import Office
from meshnode.runtime.requests.evaluations import heads_here, said_of
from meshnode.runtime.requests.taking_part import Work
from meshnode.views.dealings import terms_now
from meshproto.equation.measures import in_unit
from meshproto.fold.acknowledging import confirmed_in, median_of
from meshproto.fold.attesting import state_by
from meshproto.fold.charters import charter_in
from meshproto.fold.concerns import Concern, concern_of
from meshproto.fold.contributions import corrections_of, quantity_after
from meshproto.fold.knowledge import EVERYTHING, Knowledge
from meshproto.fold.memory import Memory
from meshproto.fold.places import Place, read_place
from meshproto.fold.standing import row_of
from meshproto.records.ids import ScopeId
from meshproto.types.agreement import attesters_of
from meshproto.types.value import Measure


class Word(NamedTuple):
    """An attestation, and whether it counts: nothing supersedes it and its author is asked by the agreement."""

    record: bytes
    said: Concern
    counts: bool


class Evaluated(NamedTuple):
    """All that was said of a contribution. `answers` are what co-authors said of their shares."""

    scope: ScopeId
    state: str
    confirming: int
    needed: int
    confirmed: Measure | None
    attesters: tuple[bytes, ...]
    words: tuple[Word, ...]
    answers: tuple[tuple[bytes, str], ...]
    asked: tuple[bytes, ...]
    """For whom of those that the owner acts for a word would count, and is not given yet."""


def evaluated(office: Office, work: Work) -> Evaluated:
    """How a contribution stands under its agreement, or in its network."""
    acting = {*office.acts_as()}
    with office.folded.steady():
        memory = office.folded
        ack, eligible = _rules(work, memory)
        heads = {each: ids for each, ids in heads_here(work, memory).items() if eligible is None or each in eligible}
        current = {each for ids in heads.values() for each in ids}
        words = tuple(Word(each, concern_of(memory, each), each in current) for each in said_of(work, memory))
        said = {agent: [concern_of(memory, each) for each in ids] for agent, ids in heads.items()}
        changes = [*corrections_of(work.record, memory)]
        claimed = quantity_after(_measure(work.facts["qty"]), changes)
        state = "retracted" if any(each.kind == "retract" for each in changes) else state_by(heads, ack["min"], memory)
        answers = tuple((agent, _answer(office, work.record, agent)) for agent, _ in work.facts.get("shares", ()))
        confirmed = _confirmed(work, [*said.values()], claimed, memory) if state == "acknowledged" else None
    confirming = [agent for agent, ones in said.items() if all(one.facts["verdict"] == "confirm" for one in ones)]
    silent = [each for each in eligible or () if each in acting and each not in said]
    return Evaluated(
        work.scope,
        state,
        len(confirming),
        ack["min"],
        confirmed,
        tuple(eligible or ()),
        words,
        answers,
        tuple(silent) if state in ("claimed", "rejected") else (),
    )


def _rules(work: Work, memory: Memory) -> tuple[Mapping[str, Any], list[bytes] | None]:
    """How many must confirm it, and whose word counts but for those who gain by it; None: any member's."""
    if work.agreed:
        terms = terms_now(work.scope, memory)
        return terms["ack"], [each for each in attesters_of(terms) if each not in _interested(work)]
    place = cast(Place, read_place(memory, work.scope))
    ack = charter_in(work.scope, place, EVERYTHING, Knowledge(memory), memory).ack
    return ack, None if ack["by"] == "members" else [each for each in ack["by"] if each not in _interested(work)]


def _interested(work: Work) -> set[bytes]:
    facts = work.facts
    return {work.agent, *(agent for agent, _ in facts.get("shares", ())), *facts.get("beneficiaries", ())}


def _answer(office: Office, work: bytes, agent: bytes) -> str:
    """What a co-author said of their share: an accept stands whatever was said otherwise. Inside `steady`."""
    for table, word in (("accepts", "accept"), ("declines", "decline")):
        found = office.folded.scan(table, work + agent)
        if any(row_of(office.folded, key[-32:]).counts for key, _ in found):
            return word
    return ""


def _measure(facts: dict[str, Any]) -> Measure:
    return Measure(facts["n"], facts["s"], facts["u"])


def _confirmed(work: Work, said: Sequence[Sequence[Concern]], claimed: Measure, memory: Memory) -> Measure:
    """How much of what is claimed is confirmed by what each attester says: by the rules of the agreement or network."""
    if not work.agreed:
        return confirmed_in(work.scope, work.record, claimed, Knowledge(memory), memory)
    figures = [min((_figure(one, claimed) for one in ones), key=_size(claimed)) for ones in said]
    return median_of(figures, claimed) if figures else claimed


def _figure(said: Concern, claimed: Measure) -> Measure:
    if said.facts["verdict"] == "reject":
        return Measure(0, 0, claimed.u)
    return _measure(said.facts["qty"]) if "qty" in said.facts else claimed  # which is in the same unit (04-fold 4.5)


def _size(like: Measure) -> Any:
    return lambda each: in_unit(each, like.u)
