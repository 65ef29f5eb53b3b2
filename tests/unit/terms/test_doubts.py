"""What is said of a contribution by which no money is shared, or that is from another time than its agreement."""

from typing import Any

import pytest
from msgspec.structs import replace

from meshnode.terms.doubts import doubts_of
from meshproto.equation.inputs import Contribution
from meshproto.equation.terms import Ack, Late, Terms
from meshproto.types.equations import read_equation
from meshproto.types.value import Measure, Money

ANA, BEN = b"ana", b"ben"
HOURS: dict[str, Any] = {"do": "pro_rata", "weights": [{"unit": "HUR", "match": {"kind": ["work"]}}]}
COSTS: dict[str, Any] = {"do": "reimburse", "match": {"comp": ["deferred"]}}
VERSION = {"from": "2026-01-01", "until": "2026-12-31"}
UNPAID = "no step by which this agreement shares money counts it: nothing is paid for it"
USUAL = Contribution(b"w", ANA, "work", Measure(3, 0, "HUR"), when=("2026-05-04", "2026-05-04"))
TICKETS = replace(USUAL, kind="money", qty=Measure(1, 0, "C62"), value=Money(38_540, "EUR"), comp="deferred")


def terms(*steps: dict[str, Any], late: Late = Late.NEXT) -> Terms:
    """What is shared in euros by some steps."""
    read = read_equation({"cur": "EUR", "steps": list(steps)})
    return Terms("EUR", frozenset({ANA, BEN}), read, Ack(0, None, ()), late)


@pytest.mark.parametrize(
    "work", [USUAL, TICKETS, replace(USUAL, kind="idea"), replace(USUAL, kind="care", comp="gift")]
)
def test_what_counts_or_was_never_meant_to_is_not_doubted(work: Contribution) -> None:
    assert doubts_of(VERSION, terms(COSTS, HOURS), work) == []


@pytest.mark.parametrize(
    "work",
    [
        replace(USUAL, kind="care"),
        replace(USUAL, qty=Measure(3, 0, "DAY")),
        replace(TICKETS, comp=None),
        replace(TICKETS, value=None),
    ],
)
def test_what_no_step_looks_at_is_told(work: Contribution) -> None:
    assert doubts_of(VERSION, terms(COSTS, HOURS), work) == [UNPAID]


def test_whose_work_has_no_rate_is_told() -> None:
    rated = terms({"do": "pro_rata", "weights": [{"unit": "HUR", "rate": [[BEN.decode(), [800, 1]]]}]})
    assert doubts_of(VERSION, rated, USUAL) == [UNPAID]
    assert doubts_of(VERSION, rated, replace(USUAL, agent=BEN)) == []


def test_costs_in_another_currency_are_never_paid_back() -> None:
    (told,) = doubts_of(VERSION, terms(COSTS, HOURS), replace(TICKETS, value=Money(38_540, "USD")))
    assert told == "it is in USD, but this agreement shares EUR only: nothing is paid for it"


def test_where_nothing_is_counted_only_what_was_to_be_paid_for_is_doubted() -> None:
    assert doubts_of(VERSION, terms({"do": "equal"}), USUAL) == []
    assert doubts_of(VERSION, terms({"do": "equal"}), TICKETS) == [UNPAID]


def test_steps_within_brackets_count_as_well() -> None:
    tiers = {"do": "tiers", "brackets": [{"to": 1000, "steps": [{"do": "equal"}]}, {"steps": [HOURS]}]}
    assert doubts_of(VERSION, terms(tiers), USUAL) == []


@pytest.mark.parametrize(
    ("day", "told"),
    [
        ("2025-12-31", ["it was done before 2026-01-01, when this agreement begins; it counts there all the same"]),
        ("2026-01-01", []),
        ("2026-12-31", []),
        ("2027-01-01", ["it was done after 2026-12-31, when this agreement ends: it counts for no income"]),
    ],
)
def test_work_of_another_time_is_told(day: str, told: list[str]) -> None:
    assert doubts_of(VERSION, None, replace(USUAL, when=(day, day))) == told


def test_what_is_too_late_is_told_where_that_is_left_out() -> None:
    late = terms(HOURS, late=Late.EXCLUDE)
    (told,) = doubts_of(VERSION, late, USUAL, "2026-05-04")
    assert told.startswith("what came in up to 2026-05-04 is shared already")
    assert doubts_of(VERSION, late, USUAL, "2026-05-03") == doubts_of(VERSION, terms(HOURS), USUAL, "2026-06-01") == []
