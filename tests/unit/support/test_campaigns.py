"""The pace of a test run."""

import pytest

from tests.support.campaigns import BUDGETS, Pace, seconds_for


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


def test_campaign_without_a_budget_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        seconds_for("holiday", Pace.CI)
