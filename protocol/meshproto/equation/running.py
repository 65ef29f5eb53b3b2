"""Running the steps on a pool, and on what a rejected dispute sets free (08-equations 3.6, 6, 8.2)."""

from collections.abc import Sequence

from meshproto.equation.earlier import leaves
from meshproto.equation.steps import take_step
from meshproto.equation.tallies import Path, Tally
from meshproto.equation.terms import Leaf, Reimburse, Step, Tiers
from meshproto.equation.view import View


class Run:
    """One distribution in the making: what each step did so far."""

    def __init__(self, view: View, pool: int) -> None:
        self._view = view
        self._gross = pool
        self._taken: dict[Path, int] = {}
        self._freed: dict[Path, int] = {}
        leaf_paths = dict(leaves(view.terms.steps))
        self.tallies: dict[Path, Tally] = {path: Tally() for path in leaf_paths}
        self._costs = [self.tallies[path] for path, step in leaf_paths.items() if isinstance(step, Reimburse)]

    def share(self, pool: int) -> int:
        """Run all steps; what is left."""
        return self._go(self._view.terms.steps, (), pool)

    def share_again(self, rejected: Sequence[bytes], view: View) -> int:
        """Share what came from rejected contributions by a view without them; what is left of it."""
        self._view = view
        # SPEC 08-equations 8.2: all that is held for R is taken, at every step, from those to whom it was attributed;
        # let h be what that is of a step. After that the steps run once more, as they did on Y (section 6) but on 0
        self._freed = {path: tally.take_back(rejected) for path, tally in self.tallies.items()}
        return self.share(0)

    def _go(self, steps: Sequence[Step], above: Path, amount: int) -> int:
        for place, step in enumerate(steps):
            path = (*above, place)
            amount = self._cut(step, path, amount) if isinstance(step, Tiers) else self._take(step, path, amount)
        return amount

    def _take(self, step: Leaf, path: Path, amount: int) -> int:
        tally, freed = self.tallies[path], self._freed.pop(path, 0)
        if not amount + freed:
            return 0
        # SPEC 08-equations 8.2: h does not count as taken anew
        tally.took += amount
        gross = self._taken[path[:-1]] if path[:-1] else self._gross
        left = take_step(path, step, amount + freed, gross, tally, self._view, self._costs)
        tally.left += left
        return left

    def _cut(self, tiers: Tiers, path: Path, amount: int) -> int:
        # SPEC 08-equations 3.6: X lies from p to p + X. The first bracket takes what lies below its `to`, each further
        # one what lies between the `to` before and its own; the last has no `to` or leaves what lies above it.
        start = self._view.earlier.income + self._taken.get(path, 0)
        self._taken[path] = self._taken.get(path, 0) + amount
        end, left = start + amount, 0
        for place, bracket in enumerate(tiers.brackets):
            inside = (*path, place)
            slice_ = max(0, end - start if bracket.to is None else min(end, bracket.to) - start)
            self._taken[inside] = self._taken.get(inside, 0) + slice_
            left += self._go(bracket.steps, inside, slice_)
            start += slice_
        return left + end - start
