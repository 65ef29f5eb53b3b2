"""What somebody who tries an equation, or signs one, should be told: money and work that do not meet."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from meshproto.equation.book import Book
from meshproto.equation.claims import cost_match
from meshproto.equation.earlier import NO_TALLY, leaves
from meshproto.equation.entries import Entry
from meshproto.equation.matching import matches
from meshproto.equation.settled import Settled
from meshproto.equation.tallies import Path
from meshproto.equation.terms import Claim, Leaf, Match, ProRata, Reimburse


class Concern(StrEnum):
    """What a notice is about."""

    TOO_SMALL = "too-small"
    """The income was used up before a step that has something to pay for."""
    NO_WEIGHT = "no-weight"
    """A step got money and found nothing to pay for."""
    UNCONFIRMED = "unconfirmed"
    """Contributions that too few have confirmed."""
    CARRIED = "carried"
    """Something is left for the next distribution."""
    NEEDS = "needs"
    """A reopened distribution takes no effect before all who lose agree."""


class Notice(NamedTuple):
    """A concern, the step it is about if there is one, and the contributions or agents."""

    concern: Concern
    path: Path | None = None
    names: tuple[bytes, ...] = ()


def notices(settled: Settled, book: Book) -> Iterator[Notice]:
    """All that should be told of a round."""
    made = [change.new for change in settled.changes if change.old is None]
    for entry in made:
        yield from _of_steps(entry, book)
        waiting = tuple(
            each.id
            for each in settled.round.contributions
            if not book.knowledge.standing(each.id, settled.place, settled.place, entry.terms).usable
        )
        if waiting:
            yield Notice(Concern.UNCONFIRMED, None, waiting)
    if settled.carry:
        yield Notice(Concern.CARRIED)
    if settled.needs:
        yield Notice(Concern.NEEDS, None, settled.needs)


def _of_steps(entry: Entry, book: Book) -> Iterator[Notice]:
    if entry.income <= 0:
        return
    for path, step in leaves(entry.terms.steps):
        tally = entry.outcome.tallies.get(path, NO_TALLY)
        if tally.took and tally.left == tally.took and isinstance(step, ProRata) and step.claim is Claim.ONCE:
            yield Notice(Concern.NO_WEIGHT, path)
        elif not tally.took and len(path) == 1:
            waiting = tuple(_unpaid(step, entry, book))
            if waiting:
                yield Notice(Concern.TOO_SMALL, path, waiting)


def _unpaid(step: Leaf, entry: Entry, book: Book) -> Iterator[bytes]:
    """What a step would look at that no distribution has paid anything for."""
    wanted = _matches(step)
    paid = book.paid_for(entry)
    for each in book.knowledge.contributions(entry.as_of):
        usable = book.knowledge.standing(each.id, entry.as_of, entry.as_of, entry.terms).usable
        if usable and each.id not in paid and any(matches(match, each) for match in wanted):
            yield each.id


def _matches(step: Leaf) -> list[Match]:
    match step:
        case Reimburse():
            return [cost_match(step)]
        case ProRata():
            return [weight.match for each in step.components for weight in each.weights or ()]
        case _:
            return []
