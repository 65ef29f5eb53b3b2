"""Who weighs how much in `pro_rata`, and what that rests on (08-equations 4.1 to 4.3, 4.6).

Weights are computed on common denominators, as integers; each list of weights has its own scale.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod

import msgspec

from meshproto.equation.confirming import ZERO
from meshproto.equation.inputs import Contribution
from meshproto.equation.measures import ONE, in_unit
from meshproto.equation.rounding import common, on_scale
from meshproto.equation.tallies import BALLOT, CONTRIBUTION, DONE, Entering, Path, Source, works_by_list
from meshproto.equation.terms import EVERYONE, Component, Factor, Late, ProRata, Weight
from meshproto.equation.view import View, Worths


class Weighed(msgspec.Struct, frozen=True, gc=False):
    """One contribution for one agent in one list: what it weighs by now, and what of that was not weighed before."""

    agent: bytes
    source: Source
    weight: Fraction
    difference: Fraction


@dataclass(slots=True)
class Counted:
    """One list of weights, or the ballots: what counts for each agent, in parts of 1/scale, and what enters by it."""

    scale: int = 1
    sources: dict[bytes, dict[Source, int]] = field(default_factory=dict)
    entered: dict[Entering, Fraction] = field(default_factory=dict)
    waiting: set[bytes] = field(default_factory=set)
    """The contributions of which something does not enter yet."""

    def of(self, agent: bytes) -> int:
        """The weight of an agent."""
        return sum(self.sources[agent].values()) if agent in self.sources else 0

    def total(self) -> int:
        """The weight of all."""
        return sum(sum(each.values()) for each in self.sources.values())


@dataclass(slots=True)
class Weights:
    """What each agent weighs in a step, on one scale, and what enters by it."""

    of: dict[bytes, int] = field(default_factory=dict)
    parts: list[tuple[int, Counted]] = field(default_factory=list)
    entered: dict[Entering, Fraction] = field(default_factory=dict)
    waiting: dict[int, set[bytes]] = field(default_factory=dict)
    """By list the contributions of which something does not enter yet."""

    def idle(self) -> Iterator[tuple[int, set[bytes]]]:
        """By list the contributions of which all enters, and so nothing more once it is weighed."""
        for place, works in works_by_list(self.entered).items():
            yield place, works.keys() - self.waiting.get(place, ())

    def sources(self, agent: bytes) -> dict[Source, int]:
        """What an agent's weight rests on, on a scale of the agent's own."""
        if len(self.parts) == 1:
            return self.parts[0][1].sources.get(agent, {})  # the scale of all is of no account
        found: dict[Source, int] = {}
        for scale, counted in self.parts:
            for source, weight in counted.sources.get(agent, {}).items():
                found[source] = found.get(source, 0) + scale * weight
        return found


def weigh(path: Path, step: ProRata, view: View) -> Weights:
    """The weights of all agents in a step."""
    counted = [_component(path, place, each, view) for place, each in enumerate(step.components)]
    weights = Weights(parts=_mixed(step.components, counted))
    for place, each in enumerate(counted):
        weights.entered.update(each.entered)
        weights.waiting[place] = each.waiting
    agents = {agent: None for _, each in weights.parts for agent in each.sources}
    weights.of = {agent: sum(scale * each.of(agent) for scale, each in weights.parts) for agent in agents}
    if step.factor is not None:
        _scale_down(path, step.factor, weights, view)
    return weights


def weighed(path: Path, place: int, weights: Sequence[Weight], view: View) -> Iterator[Weighed]:
    """All that a list of weights finds in the cut."""
    before, dropped = view.earlier.weighed.get(path, {}), view.dropped
    for which, (contribution, found) in _sums(path, place, weights, view).items():
        shares = contribution.shares
        agents = (
            sorted({*found, *(agent for agent, _ in shares), contribution.agent}) if shares else (contribution.agent,)
        )
        for agent in agents:
            if dropped and (which, agent) in dropped:
                continue
            now, then = found.get(agent, ZERO), before.get((place, which, agent)) if before else None
            yield Weighed(agent, (CONTRIBUTION, which), now, now if then is None else now - then)


def _sums(
    path: Path, place: int, weights: Sequence[Weight], view: View
) -> dict[bytes, tuple[Contribution, Mapping[bytes, Fraction]]]:
    """By contribution what it weighs for each agent, by all weights of a list together."""
    sums: dict[bytes, tuple[Contribution, Mapping[bytes, Fraction]]] = {}
    idle, spent, late = view.idle.get((path, place), ()), view.earlier.spent, view.late
    for number, weight in enumerate(weights):
        worths = view.memo.get((path, place, number))
        if worths is None:
            worths = view.memo[path, place, number] = Worths(weight)
        for contribution in view.contributions(weight.match, idle):
            which = contribution.id
            if which in spent or (late is Late.EXCLUDE and _is_left_out(path, place, contribution, view)):
                continue
            worth = worths.of(contribution, view.standing(contribution))
            sums[which] = contribution, _both(sums[which][1], worth) if which in sums else worth
    return sums


def _both(one: Mapping[bytes, Fraction], other: Mapping[bytes, Fraction]) -> dict[bytes, Fraction]:
    return {agent: one.get(agent, ZERO) + other.get(agent, ZERO) for agent in {**one, **other}}


def _is_left_out(path: Path, place: int, contribution: Contribution, view: View) -> bool:
    # SPEC 08-equations 4.2: *exclude*: c is left out if it is late, or was weighed before in this list
    return contribution.id in view.earlier.touched.get((path, place), ()) or view.is_left_out_as_late(contribution)


def _component(path: Path, place: int, component: Component, view: View) -> Counted:
    if component.weights is None:
        return _ballots(view)
    return _counted(path, place, list(weighed(path, place, component.weights, view)), view)


def _counted(path: Path, place: int, found: list[Weighed], view: View) -> Counted:
    _note_idle(path, place, found, view)
    over_life = view.late is Late.CATCH_UP
    values = [each.weight if over_life else each.difference for each in found]
    counted = Counted(scale=common(values))
    for each, value in zip(found, values, strict=True):
        if value:
            counted.sources.setdefault(each.agent, {})[each.source] = on_scale(value, counted.scale)
    # SPEC 08-equations 4.2: If it is less than 0, it is 0, and nothing of a's enters
    #
    # What counts to catch up is never less than 0, so that all differences enter then.
    below = {agent for agent, sources in counted.sources.items() if sum(sources.values()) < 0}
    counted.sources = {agent: sources for agent, sources in counted.sources.items() if agent not in below}
    counted.entered = {
        (place, each.source[1], each.agent): each.difference
        for each in found
        if each.difference and each.agent not in below
    }
    counted.waiting = {each.source[1] for each in found if each.difference and each.agent in below}
    counted.waiting.update(which for which, _ in view.dropped)
    return counted


def _note_idle(path: Path, place: int, found: list[Weighed], view: View) -> None:
    """Note what has been weighed in full: its attestations are those of that time, so only corrections change it."""
    changed = {each.source[1] for each in found if each.difference} | {which for which, _ in view.dropped}
    idle = {each.source[1] for each in found if each.source[1] in view.earlier.heads} - changed
    view.idling.setdefault((path, place), set()).update(idle)


def _ballots(view: View) -> Counted:
    cast = [ballot for ballot in view.ballots() if ballot.giver in view.terms.parties]
    counts: list[tuple[bytes, bytes, Fraction]] = []
    for ballot in cast:
        # SPEC 08-equations 4.3: Points to the giver do not count. If any are left, the ballot has influence 1
        points = [(receiver, each) for receiver, each in ballot.points if receiver != ballot.giver and each]
        whole = sum(each for _, each in points)
        counts += [(ballot.giver, receiver, Fraction(each, whole)) for receiver, each in points]
    counted = Counted(scale=common(each for *_, each in counts))
    for giver, receiver, influence in counts:
        sources = counted.sources.setdefault(receiver, {})
        sources[BALLOT, giver] = sources.get((BALLOT, giver), 0) + on_scale(influence, counted.scale)
    return counted


def _mixed(components: Sequence[Component], counted: Sequence[Counted]) -> list[tuple[int, Counted]]:
    """Each component that does not drop out, with what one part of its scale is on the scale of the mix."""
    full = [
        (component.part, each, total)
        for component, each in zip(components, counted, strict=True)
        if (total := each.total())
    ]
    scale = common(part for part, *_ in full)
    whole = prod(total for *_, total in full)
    return [(on_scale(part, scale) * (whole // total), each) for part, each, total in full]


def _scale_down(path: Path, factor: Factor, weights: Weights, view: View) -> None:
    found = list(weighed(path, DONE, (factor.done,), view))
    done = _counted(path, DONE, found, view)
    weights.entered.update(done.entered)
    weights.waiting[DONE] = done.waiting
    # SPEC 08-equations 4.6: done(a) likewise, against owed(a) times the number of distributions in which this step paid
    # anybody (negative ones pay nobody), this one included.
    times = view.earlier.times.get(path, 0) + 1 if view.late is Late.CATCH_UP else 1
    factors = {agent: _factor(factor, agent, Fraction(done.of(agent), done.scale), times) for agent in weights.of}
    scale = common(factors.values())
    weights.of = {agent: weight * on_scale(factors[agent], scale) for agent, weight in weights.of.items()}


def _factor(factor: Factor, agent: bytes, done: Fraction, times: int) -> Fraction:
    owed = factor.owed.get(agent, factor.owed.get(EVERYONE))
    unit = factor.done.unit
    if owed is None or unit is None or not owed.n:
        return ONE
    return min(ONE, done / (in_unit(owed, unit) * times))
