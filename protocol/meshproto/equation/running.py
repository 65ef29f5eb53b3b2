"""Running the steps on a pool, and on what a rejected dispute sets free (08-equations 3.6, 6, 8.2)."""

from collections.abc import Sequence

from meshproto.equation.earlier import leaves
from meshproto.equation.steps import take_step
from meshproto.equation.tallies import Path, Tally
from meshproto.equation.terms import Reimburse, Step, Tiers
from meshproto.equation.view import View


class Run:
    """One distribution in the making: what each step did so far."""

    def __init__(self, view: View, pool: int) -> None:
        self._view = view
        self._gross = pool
        self._taken: dict[Path, int] = {}
        leaf_paths = dict(leaves(view.terms.steps))
        self.tallies: dict[Path, Tally] = {path: Tally() for path in leaf_paths}
        self._costs = [self.tallies[path] for path, step in leaf_paths.items() if isinstance(step, Reimburse)]

    def share(self, pool: int) -> int:
        """Run all steps; what is left."""
        return self._go(self._view.terms.steps, (), 0, pool)

    def share_again(self, rejected: Sequence[bytes], view: View) -> int:
        """Share what came from rejected contributions by a view without them; what is left of it."""
        self._view = view
        left = 0
        for path in self.tallies:
            freed = self.tallies[path].take_back(rejected)
            if freed > 0:
                left += self._again(path, freed)
        return left

    def _again(self, path: Path, freed: int) -> int:
        # SPEC 08-equations 8.2: h does not count as taken anew by the step it came from, and the gross stays.
        self.tallies[path].took -= freed
        steps = self._view.terms.steps
        if len(path) == 1:
            return self._go(steps, (), path[0], freed)
        tiers = steps[path[0]]
        assert isinstance(tiers, Tiers)  # only they have inner steps
        left = self._go(tiers.brackets[path[1]].steps, path[:2], path[2], freed)
        return self._go(steps, (), path[0] + 1, left)

    def _go(self, steps: Sequence[Step], above: Path, first: int, amount: int) -> int:
        for place in range(first, len(steps)):
            if not amount:
                break
            step, path = steps[place], (*above, place)
            if isinstance(step, Tiers):
                amount = self._cut(step, path, amount)
            else:
                tally = self.tallies[path]
                tally.took += amount
                gross = self._taken[above] if above else self._gross
                amount = take_step(path, step, amount, gross, tally, self._view, self._costs)
                tally.left += amount
        return amount

    def _cut(self, tiers: Tiers, path: Path, amount: int) -> int:
        # SPEC 08-equations 3.6: X lies from p to p + X. The first bracket takes what lies below its `to`, each further
        # one what lies between the `to` before and its own; the last has no `to` or leaves what lies above it.
        start = self._view.earlier.income + self._taken.get(path, 0)
        self._taken[path] = self._taken.get(path, 0) + amount
        end, left = start + amount, 0
        for place, bracket in enumerate(tiers.brackets):
            top = end if bracket.to is None else min(end, bracket.to)
            if top > start:
                inside = (*path, place)
                self._taken[inside] = self._taken.get(inside, 0) + top - start
                left += self._go(bracket.steps, inside, 0, top - start)
                start = top
        return left + end - start
