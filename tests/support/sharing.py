"""Terms, contributions and rounds of an equation as plain values, with short names."""

from fractions import Fraction
from typing import Any

from meshproto.equation.book import Book
from meshproto.equation.inputs import Attestation, Contribution, Round
from meshproto.equation.settled import Settled
from meshproto.equation.terms import Ack, Claim, Component, Match, ProRata, Step, Terms, Weight
from meshproto.types.value import Measure

ANA, BO, CY, DEE = b"ana", b"bo", b"cy", b"dee"
PARTIES = frozenset((ANA, BO, CY, DEE))
RATINGS = tuple(map(Fraction, ("1/2", "4/5", "1", "6/5", "3/2")))
ACK = Ack(1, None, RATINGS)
HOURS = Weight("HUR", Match(kind=frozenset({"work"})))
VALUE = Weight(None)


def by_hours(**more: Any) -> ProRata:
    """A step that shares by hours of work."""
    return ProRata((Component(Fraction(1), (HOURS,)),), **more)


def until_paid(weight: Weight = VALUE) -> ProRata:
    """A step that pays what contributions are worth."""
    return ProRata((Component(Fraction(1), (weight,)),), Claim.UNTIL_PAID)


def terms(*steps: Step, **more: Any) -> Terms:
    """Terms of an agreement of ana, bo, cy and dee in EUR."""
    return Terms(**{"cur": "EUR", "parties": PARTIES, "steps": steps, "ack": ACK, **more})


def hours(name: str, agent: bytes, count: int, **more: Any) -> Contribution:
    """Some hours of somebody's work."""
    return Contribution(name.encode(), agent, "work", Measure(count, 0, "HUR"), **more)


def confirmed(*contributions: Contribution) -> tuple[Attestation, ...]:
    """A word for each by somebody who has no interest in it."""
    said = []
    for each in contributions:
        interested = {each.agent, *(agent for agent, _ in each.shares)}
        said.append(Attestation(each.id, next(by for by in sorted(PARTIES) if by not in interested), confirms=True))
    return tuple(said)


def round_(pool: int, *contributions: Contribution, **more: Any) -> Round:
    """A round in which all that is contributed is confirmed."""
    return Round(
        **{
            "pool": pool,
            "to": "2026-01-31",
            "contributions": contributions,
            "attestations": confirmed(*contributions),
            **more,
        }
    )


def settle(agreed: Terms, *rounds: Round) -> list[Settled]:
    """What the rounds come to."""
    book = Book(agreed)
    return [book.take(each) for each in rounds]


def amounts(settled: Settled) -> dict[bytes, int]:
    """What became payable to whom."""
    return {agent: line.amt for agent, line in settled.lines.items() if line.amt}
