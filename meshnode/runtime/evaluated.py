"""How a contribution stands under its agreement: who said what of it, whose word counts, and what is lacking."""

from typing import Any, NamedTuple

from meshnode.runtime.office import Office
from meshnode.views.cuts import Everything
from meshnode.views.dealings import Dealing, terms_now
from meshproto.equation.measures import converts, in_unit
from meshproto.fold.attesting import heads_of
from meshproto.fold.concerns import Concern, concern_of
from meshproto.fold.contributions import corrections_of, quantity_after
from meshproto.fold.lineage import state_of_contribution
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


def evaluated(office: Office, scope: ScopeId, work: Dealing) -> Evaluated:
    """How a contribution stands."""
    acting = {office.me, *office.mandates.acts_for()}
    with office.folded.steady():
        memory = office.folded
        known = Everything(memory)
        terms = terms_now(scope, memory)
        heads = heads_of(work.record, known.counts, memory)
        eligible = [each for each in attesters_of(terms) if each not in _interested(work)]
        kinds = [each.kind for each in corrections_of(work.record, memory)]
        state = "retracted" if "retract" in kinds else state_of_contribution(work.record, scope, memory)
        current = {each for agent, ids in heads.items() if agent in eligible for each in ids}
        ids = [key[len(work.record) :] for key, _ in memory.scan("attested", work.record)]
        words = tuple(Word(each, concern_of(memory, each), each in current) for each in ids)
        claimed = quantity_after(_measure(work.facts["qty"]), corrections_of(work.record, memory))
        answers = tuple((agent, _answer(office, work.record, agent)) for agent, _ in work.facts.get("shares", ()))
        said = {agent: [concern_of(memory, each) for each in heads[agent]] for agent in eligible if agent in heads}
    confirming = [agent for agent, ones in said.items() if all(one.facts["verdict"] == "confirm" for one in ones)]
    waits = state in ("claimed", "rejected")
    return Evaluated(
        scope,
        state,
        len(confirming),
        terms["ack"]["min"],
        _median(claimed, list(said.values())) if state == "acknowledged" else None,
        tuple(eligible),
        words,
        answers,
        tuple(each for each in eligible if each in acting and each not in said) if waits else (),
    )


def _interested(work: Dealing) -> set[bytes]:
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


def _median(claimed: Measure, said: list[list[Concern]]) -> Measure:
    """The low median of what attesters said, at most the claim (08-equations 2.2)."""
    figures = [min((_figure(one, claimed) for one in ones), key=_size(claimed)) for ones in said]
    if not figures:
        return claimed
    middle = sorted(figures, key=_size(claimed))[(len(figures) - 1) // 2]
    return min(claimed, middle, key=_size(claimed))


def _figure(said: Concern, claimed: Measure) -> Measure:
    if said.facts["verdict"] == "reject":
        return Measure(0, 0, claimed.u)
    qty = _measure(said.facts["qty"]) if "qty" in said.facts else claimed
    return qty if converts(qty.u, claimed.u) else claimed


def _size(like: Measure) -> Any:
    return lambda each: in_unit(each, like.u)
