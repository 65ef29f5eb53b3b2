"""Why this cent: for an amount of a round the step, the weight, the quota, the rounding, and what it came from."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from meshproto.equation.confirming import Head, Standing
from meshproto.equation.earlier import NO_TALLY, leaves
from meshproto.equation.entries import Change, Entry
from meshproto.equation.knowledge import Knowledge
from meshproto.equation.rounding import fullness
from meshproto.equation.settled import Settled
from meshproto.equation.tallies import CONTRIBUTION, Path, Sharing, Source, Tally
from meshproto.equation.terms import Fixed, Leaf, Percent

MAX_BITS = 128
"""Most bits of a fraction that is told as it is; of a longer one the first twelve decimals are told."""


class Agreed(NamedTuple):
    """What the step says of the agent in so many words: `ratio` of `base`, which is the gross or what remained.

    Of an agreed amount the ratio is 1. To catch up it is the agent's share of all work, and `base` the income of all
    distributions.
    """

    ratio: Fraction
    base: int
    of_gross: bool = False


class Part(NamedTuple):
    """One sharing of an amount: `of` was shared, of which the agent weighs `weight` (of 1) and so has a `quota`.

    `odd` says that rounding added the missing unit; `tied` are others with the same remainder who fared otherwise.
    `room` is the limit at which the agent is full. A part that is `undone` counts negatively: it was so before. `owed`
    is what the agent had to get, in minor units, where people are owed amounts rather than weigh something.
    """

    amount: int
    of: int
    weight: Fraction
    quota: Fraction
    odd: bool
    tied: tuple[bytes, ...]
    room: int | None
    undone: bool
    owed: Fraction | None = None
    agreed: Agreed | None = None


class Origin(NamedTuple):
    """What an amount came from. `standing` is that of a contribution in the cut; None for the ballot of a giver.

    `heads` are what attesters said of it.
    """

    source: bytes
    amount: int
    held: int
    unit: str
    standing: Standing | None
    heads: tuple[Head, ...] = ()


class Why(NamedTuple):
    """What one step of one distribution changed for an agent.

    `entry` is the round that made the distribution, and `step` is of its equation. The parts, and what was taken away
    with `rejected` contributions (a negative amount), add up to `amount`; so do the origins, where the step has any.
    """

    entry: int
    path: Path
    step: Leaf
    amount: int
    held: int
    parts: tuple[Part, ...]
    rejected: int
    origins: tuple[Origin, ...]


class Reasons:
    """The reasons of one round. What all agents share is worked out once."""

    def __init__(self, settled: Settled, knowledge: Knowledge) -> None:
        self._changes = settled.changes
        self._knowledge = knowledge
        self._views: dict[int, _View] = {}
        self._origins: dict[tuple[int, Path], dict[bytes, list[Origin]]] = {}

    def of(self, agent: bytes) -> Iterator[Why]:
        """All changes for an agent; their amounts add up to the agent's line, payable and held together."""
        for number, change in enumerate(self._changes):
            for path, step in leaves(change.new.terms.steps):
                why = self._why(number, change, path, step, agent)
                if why.amount or why.held:
                    yield why

    def _why(self, number: int, change: Change, path: Path, step: Leaf, agent: bytes) -> Why:
        new, old = _tally(change.new, path), _tally(change.old, path)
        sign = change.new.outcome.sign
        amount = sign * (new.got.get(agent, 0) - old.got.get(agent, 0))
        # What a dispute changes comes after what was shared at first, and that stays as it was.
        same = _in_common(new.sharings, old.sharings)
        parts = tuple(
            self._view(each).part(agent, sign, undone)._replace(agreed=_agreed(step, each, agent))
            for undone, sharings in ((False, new.sharings[same:]), (True, old.sharings[same:]))
            for each in sharings
            if each.amounts.get(agent)
        )
        shared = sum(-part.amount if part.undone else part.amount for part in parts)
        if (number, path) not in self._origins:
            self._origins[number, path] = _origins(change, path, self._knowledge)
        origins = tuple(self._origins[number, path].get(agent, ()))
        held = sum(each.held for each in origins)
        return Why(change.new.place, path, step, amount, held, parts, amount - shared, origins)

    def _view(self, sharing: Sharing) -> "_View":
        if id(sharing) not in self._views:
            self._views[id(sharing)] = _View(sharing)
        return self._views[id(sharing)]


def shown(fraction: Fraction) -> str:
    """A fraction as people and programs read it: `3/8`, `5`, or `~0.333333333333` of one that is too long."""
    if fraction.denominator.bit_length() <= MAX_BITS and fraction.numerator.bit_length() <= 2 * MAX_BITS:
        return str(fraction)
    whole, places = divmod(fraction.numerator * 10**12 // fraction.denominator, 10**12)
    return f"~{whole}.{places:012d}"


class _View:
    """A sharing as it is told: who is full, what the others share, and who is tied with whom."""

    def __init__(self, sharing: Sharing) -> None:
        self._sharing = sharing
        agents = sorted(sharing.weights)
        weights = [sharing.weights[each] for each in agents]
        full, _ = fullness(sharing.amount, weights, [sharing.rooms.get(each) for each in agents])
        self._full = {agents[place] for place in full}
        # Those who are full have left with what they have; the others share what remains.
        others = [each for each in agents if each not in self._full]
        self._all = sum(weights) + sharing.rest
        self._whole = sum(sharing.weights[each] for each in others) + sharing.rest
        self._of = sharing.amount if sharing.rest else sum(sharing.amounts[each] for each in others)
        self._alike: dict[int, list[tuple[bytes, bool]]] = {}
        for each in others if self._whole else ():
            floor, remainder = divmod(self._of * sharing.weights[each], self._whole)
            self._alike.setdefault(remainder, []).append((each, sharing.amounts[each] > floor))

    def part(self, agent: bytes, sign: int, undone: bool) -> Part:
        """What an agent got, and why."""
        sharing, amount = self._sharing, sign * self._sharing.amounts[agent]
        weight = sharing.weights[agent]
        owed = Fraction(weight, sharing.scale) if sharing.scale else None
        if agent in self._full:
            of, share = sharing.amount, Fraction(weight, self._all)
            return Part(amount, of, share, of * share, False, (), sharing.rooms[agent], undone, owed)
        share, quota = Fraction(weight, self._whole), Fraction(self._of * weight, self._whole)
        alike = self._alike[self._of * weight % self._whole]
        odd = (agent, True) in alike
        tied = tuple(each for each, fared in alike if fared != odd)
        return Part(amount, self._of, share, quota, odd, tied, None, undone, owed)


def _agreed(step: Leaf, sharing: Sharing, agent: bytes) -> Agreed | None:
    match step:
        case Percent():
            return Agreed(step.pay[agent], sharing.base, step.of_gross)
        case Fixed():
            return Agreed(Fraction(1), step.pay[agent])
        case _ if sharing.life:
            return Agreed(Fraction(sharing.life[agent], sum(sharing.life.values())), sharing.base)
        case _:
            return None


def _tally(entry: Entry | None, path: Path) -> Tally:
    return NO_TALLY if entry is None else entry.outcome.tallies.get(path, NO_TALLY)


def _in_common(new: Sequence[Sharing], old: Sequence[Sharing]) -> int:
    count = 0
    for one, other in zip(new, old, strict=False):
        if one != other:
            break
        count += 1
    return count


def _origins(change: Change, path: Path, knowledge: Knowledge) -> dict[bytes, list[Origin]]:
    amounts: dict[tuple[bytes, Source], int] = {}
    held: dict[tuple[bytes, Source], int] = {}
    for entry, sign in ((change.new, 1), *(() if change.old is None else ((change.old, -1),))):
        for key, amount in _tally(entry, path).came.items():
            amounts[key] = amounts.get(key, 0) + sign * entry.outcome.sign * amount
            if entry.holds(key[1]):
                held[key] = held.get(key, 0) + sign * amount
    found: dict[bytes, list[Origin]] = {}
    for (agent, source), amount in sorted(amounts.items()):
        kept = held.get((agent, source), 0)
        if amount or kept:
            found.setdefault(agent, []).append(_origin(source, amount, kept, change.new, knowledge))
    return found


def _origin(source: Source, amount: int, held: int, entry: Entry, knowledge: Knowledge) -> Origin:
    kind, which = source
    if kind != CONTRIBUTION:
        return Origin(which, amount, held, "", None)
    heads_as_of = entry.outcome.heads.get(which, entry.as_of)
    standing = knowledge.standing(which, entry.as_of, heads_as_of, entry.terms)
    heads = knowledge.heads(which, heads_as_of, entry.terms)
    return Origin(which, amount, held, knowledge.contribution(which).qty.u, standing, heads)
