"""Records of an agreement in the words of the engine, to which agents and contributions are names."""

from collections.abc import Collection
from fractions import Fraction
from functools import lru_cache
from typing import Any

from meshproto.equation.inputs import Attestation, Ballot, Contribution, Correction
from meshproto.equation.terms import Ack, Late, Terms
from meshproto.fold.concerns import Concern
from meshproto.records.ids import ext
from meshproto.types.agreement import attesters_of, parties_of
from meshproto.types.equations import read_equation
from meshproto.types.value import KINDS, Measure, Money

Facts = dict[str, Any]

_NONE: frozenset[bytes] = frozenset()
NAMES_REMEMBERED = 4096
"""Names, quantities and periods repeat: one object for all that are alike takes a third of the room."""


@lru_cache(NAMES_REMEMBERED)
def name(record_id: bytes) -> bytes:
    """What the engine calls an agent or a record."""
    return record_id.hex().encode()


def terms_of(version: Facts) -> Terms:
    """What a version says about sharing."""
    ack = version["ack"]
    ratings = ack.get("ratings", [[1, 1]] * 5)
    equation = version["value_equation"]
    return Terms(
        cur=equation["cur"],
        parties=frozenset(name(each) for each in parties_of(version)),
        steps=read_equation(equation),
        ack=Ack(
            ack["min"],
            frozenset(name(each) for each in attesters_of(version)),
            tuple(Fraction(*each) for each in ratings),
        ),
        late=Late(version["late"]),
    )


def _measure(facts: Facts | None) -> Measure | None:
    return _quantity(facts["n"], facts["s"], facts["u"]) if facts else None


@lru_cache(NAMES_REMEMBERED)
def _quantity(n: int, s: int, u: str) -> Measure:
    return Measure(n, s, u)


@lru_cache(NAMES_REMEMBERED)
def _period(start: str, end: str) -> tuple[str, str]:
    return start, end


def _money(facts: Facts | None) -> Money | None:
    return Money(facts["amt"], facts["cur"]) if facts else None


def _set(names: Collection[bytes]) -> frozenset[bytes]:
    # Of an iterator without anything Python makes a new empty set each time, of 216 bytes.
    return frozenset(names) if names else _NONE


def work_of(record_id: bytes, said: Concern, declined: Collection[bytes]) -> Contribution:
    """A contribution, and who declined a share of it."""
    facts = said.facts
    if len(facts) == 3:  # Only what must be told is told of most.
        kind, qty, when = facts["kind"], facts["qty"], facts["when"]
        return Contribution(
            name(record_id),
            name(said.agent),
            KINDS[KINDS.index(kind)],
            _quantity(qty["n"], qty["s"], qty["u"]),
            when=_period(when["from"], when["to"]),
            declined=_set(declined),
        )
    project: bytes = facts.get("project", b"")
    return Contribution(
        id=name(record_id),
        agent=name(said.agent),
        kind=KINDS[KINDS.index(facts["kind"])],
        qty=_quantity(facts["qty"]["n"], facts["qty"]["s"], facts["qty"]["u"]),
        value=_money(facts.get("value")),
        comp=facts.get("comp"),
        stream=facts.get("stream"),
        classes=_set([each.encode() for each in facts.get("classified_as", ())]),
        project=name(ext(project) if len(project) == 32 else project) if project else None,
        when=_period(facts["when"]["from"], facts["when"]["to"]),
        shares=tuple((name(agent), part) for agent, part in facts.get("shares", ())),
        declined=_set(declined),
        beneficiaries=_set([name(each) for each in facts.get("beneficiaries", ())]),
    )


def word_of(said: Concern) -> Attestation:
    """An attestation."""
    facts = said.facts
    return Attestation(
        name(facts["subject"]),
        name(said.agent),
        facts["verdict"] == "confirm",
        _measure(facts.get("qty")),
        facts.get("rating"),
    )


def correction_of(facts: Facts) -> Correction:
    """A correction."""
    return Correction(
        name(facts["target"]), facts["kind"] == "retract", _measure(facts.get("qty")), _money(facts.get("value"))
    )


def ballot_of(said: Concern) -> Ballot:
    """A ballot."""
    return Ballot(name(said.agent), tuple((name(agent), points) for agent, points in said.facts["points"]))
