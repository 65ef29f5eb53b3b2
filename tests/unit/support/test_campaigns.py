"""The pace of a test run."""

import re
from collections import Counter
from pathlib import Path

import pytest

from tests.support.campaigns import BUDGETS, SHARES, Pace, seconds_for

TAKEN = re.compile(r'campaign_seconds\("([a-z/]+)"\)')


@pytest.mark.parametrize(
    ("environment", "pace"),
    [({}, Pace.CI), ({"MESHNODE_QUICK": "1"}, Pace.QUICK), ({"MESHNODE_LONG": "1", "MESHNODE_QUICK": "1"}, Pace.LONG)],
)
def test_environment_decides_the_pace(environment: dict[str, str], pace: Pace) -> None:
    assert Pace.of_environment(environment) is pace


def test_every_pace_has_a_budget_for_the_same_campaigns() -> None:
    names = ("simulation", "kills", "byzantine", "fuzz", "routes", "browser")
    assert {tuple(budgets) for budgets in BUDGETS.values()} == {names}


def test_campaigns_of_ci_leave_two_cores_time_for_the_rest() -> None:
    assert sum(BUDGETS[Pace.CI].values()) / 2 <= 5 * 60


@pytest.mark.parametrize("pace", Pace)
def test_the_campaigns_of_a_family_take_no_more_than_its_budget(pace: Pace) -> None:
    for family, members in SHARES.items():
        taken = sum(seconds_for(f"{family}/{member}", pace) for member in members)
        assert taken == pytest.approx(BUDGETS[pace][family])


def test_each_share_is_taken_by_one_campaign() -> None:
    folder = Path(__file__).parents[2]
    taken = Counter(name for path in folder.rglob("test_*.py") for name in TAKEN.findall(path.read_text("utf-8")))
    shares = {f"{family}/{member}" for family, members in SHARES.items() for member in members}
    assert {name for name, times in taken.items() if times == 1} >= shares


@pytest.mark.parametrize("name", ["holiday", "kills", "kills/holiday", "simulation/holiday"])
def test_campaign_without_a_budget_is_a_mistake(name: str) -> None:
    with pytest.raises(KeyError):
        seconds_for(name, Pace.CI)
