"""Claims: what is outstanding of agreed costs and prices (08-equations 3.1, 4.5)."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from math import floor

from meshproto.equation.confirming import ZERO
from meshproto.equation.rounding import common, on_scale
from meshproto.equation.tallies import CONTRIBUTION, Path, Source, Tally
from meshproto.equation.terms import Match, Reimburse, Weight
from meshproto.equation.view import View, weight_of

COSTS = ("money", "material")
"""The kinds of contributions that are a cost."""


class Claims:
    """What each agent claims in a step, and for which contributions."""

    def __init__(self, outstanding: dict[bytes, dict[Source, Fraction]]) -> None:
        self._outstanding = outstanding
        # SPEC 08-equations 4.5: The claim of a is the sum of w(c, a) over the others, rounded down, less what was paid
        # to a on these others by this step before, got included; at least 0.
        sums = {agent: floor(sum(sources.values(), ZERO)) for agent, sources in outstanding.items()}
        self.of = {agent: claim for agent, claim in sums.items() if claim > 0}

    def sources(self, agent: bytes) -> dict[Source, int]:
        """What is outstanding of each contribution of an agent, on a scale of the agent's own."""
        sources = self._outstanding[agent]
        scale = common(sources.values())
        return {source: on_scale(each, scale) for source, each in sources.items()}


def cost_match(step: Reimburse) -> Match:
    """The costs among what a step matches."""
    kinds = frozenset(COSTS) if step.match.kind is None else step.match.kind & frozenset(COSTS)
    return replace(step.match, kind=kinds)


def costs(step: Reimburse, view: View, got: Iterable[Tally]) -> Claims:
    """What is outstanding of costs. `got` are the tallies of all steps that reimburse in this distribution."""
    weight = Weight(None, step.match)
    tallies = list(got)

    def paid(which: bytes, agent: bytes) -> int:
        return view.earlier.reimbursed.get((which, agent), 0) + _came(tallies, which, agent)

    # Who has left gets back what he advanced all the same.
    return _claims((weight,), (cost_match(step),), view, paid, frozenset())


def prices(path: Path, weights: tuple[Weight, ...], view: View, tally: Tally) -> Claims:
    """What is outstanding of agreed prices in a step that pays until all is paid."""
    earlier = view.earlier

    def paid(which: bytes, agent: bytes) -> int:
        before = earlier.claimed.get((path, which, agent), 0) + earlier.claimed_before.get((which, agent), 0)
        return before + _came((tally,), which, agent)

    return _claims(weights, tuple(weight.match for weight in weights), view, paid, view.dropped)


def _claims(
    weights: tuple[Weight, ...],
    matches: tuple[Match, ...],
    view: View,
    paid: Callable[[bytes, bytes], int],
    dropped: frozenset[tuple[bytes, bytes]],
) -> Claims:
    found: dict[bytes, dict[Source, Fraction]] = {}
    for weight, match in zip(weights, matches, strict=True):
        for contribution in view.contributions(match):
            if view.is_left_out_as_late(contribution):
                continue
            worth = weight_of(weight, contribution, view.standing(contribution))
            for agent in sorted({*worth, contribution.agent, *(agent for agent, _ in contribution.shares)}):
                if (contribution.id, agent) in dropped:
                    continue
                sources, source = found.setdefault(agent, {}), (CONTRIBUTION, contribution.id)
                if source not in sources:
                    sources[source] = Fraction(-paid(contribution.id, agent))
                sources[source] += worth.get(agent, ZERO)
    return Claims(found)


def _came(tallies: Iterable[Tally], which: bytes, agent: bytes) -> int:
    return sum(tally.came.get((agent, (CONTRIBUTION, which)), 0) for tally in tallies)
