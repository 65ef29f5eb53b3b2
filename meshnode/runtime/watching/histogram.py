"""Counts how often something took how long."""

from bisect import bisect_left

COMMIT_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
"""Seconds: a flash disk flushes in one to five thousandths, a tired one in tenths."""


class Histogram:
    """How many observations were at most each of some bounds."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.total = 0.0
        """The sum of all observations."""
        self._counted = [0] * (len(bounds) + 1)

    def observe(self, value: float) -> None:
        """Count one."""
        self._counted[bisect_left(self.bounds, value)] += 1
        self.total += value

    @property
    def count(self) -> int:
        """How many were observed."""
        return sum(self._counted)

    def upto(self) -> list[tuple[float, int]]:
        """For each bound how many were at most that."""
        found, sofar = [], 0
        for bound, counted in zip(self.bounds, self._counted, strict=False):
            sofar += counted
            found.append((bound, sofar))
        return found
