"""How long the campaigns may take: the tests that look for trouble for as long as they are given time."""

from collections.abc import Mapping
from enum import Enum


class Pace(Enum):
    """How thoroughly the suite runs."""

    QUICK = "quick"
    CI = "ci"
    LONG = "long"

    @classmethod
    def of_environment(cls, environment: Mapping[str, str]) -> "Pace":
        """The pace that `scripts/test` asked for; that of CI when it was not asked."""
        if environment.get("MESHNODE_LONG") == "1":
            return cls.LONG
        return cls.QUICK if environment.get("MESHNODE_QUICK") == "1" else cls.CI

    @property
    def explained(self) -> str:
        """What it means for the campaigns, for people."""
        return ", ".join(f"{name} {seconds:g} s" for name, seconds in BUDGETS[self].items())


BUDGETS: Mapping[Pace, Mapping[str, float]] = {
    Pace.QUICK: {"simulation": 5, "kills": 5, "byzantine": 5, "fuzz": 3, "routes": 5, "browser": 150},
    Pace.CI: {"simulation": 120, "kills": 90, "byzantine": 60, "fuzz": 60, "routes": 20, "browser": 150},
    Pace.LONG: {"simulation": 3600, "kills": 1800, "byzantine": 900, "fuzz": 1800, "routes": 1800, "browser": 150},
}
"""Seconds for each campaign. Those of CI leave two cores time for everything else within twenty minutes; those of a
long run are ceilings: there a campaign ends when it has done the number of cases it promises."""


SHARES: Mapping[str, Mapping[str, float]] = {
    "kills": {
        "node": 25,
        "bundle": 16,
        "file": 9,
        "writes": 14,
        "erasure": 10,
        "import": 4,
        "writer": 4,
        "damage": 4,
        "power": 4,
    },
    "byzantine": {"authority": 36, "money": 24},
    "fuzz": {
        "verdicts": 24,
        "authority": 8,
        "incomes": 12,
        "amendments": 6,
        "sheets": 6,
        "git": 3,
        "options": 1,
    },
}
"""What each campaign of a family takes of its budget, by weight: together they take no more than it."""


def seconds_for(name: str, pace: Pace) -> float:
    """The budget of one campaign, or of one of a family: `kills/node`. Raises KeyError for a name that has none."""
    family, _, member = name.partition("/")
    budget = BUDGETS[pace][family]
    if not member and family not in SHARES:
        return budget
    return budget * SHARES[family][member] / sum(SHARES[family].values())
