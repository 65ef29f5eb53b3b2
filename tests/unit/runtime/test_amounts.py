import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.runtime.refusals import Refusal
from meshnode.runtime.requests.amounts import day, difference, in_unit_of, local_day, measure, seconds
from meshproto.types.value import Measure

numbers = st.integers(1, 10**9)
scales = st.integers(0, 6)


@given(numbers, scales, numbers, scales)
def test_what_is_added_makes_what_was_wanted(wanted: int, fine: int, now: int, coarse: int) -> None:
    delta = difference(Measure(wanted, fine, "HUR"), Measure(now, coarse, "HUR"))
    assert now * 10 ** (delta.s - coarse) + delta.n == wanted * 10 ** (delta.s - fine)


@given(st.integers(1, 10**6))
def test_minutes_and_seconds_convert_exactly_or_not_at_all(number: int) -> None:
    assert in_unit_of(Measure(number, 0, "MIN"), Measure(1, 0, "SEC")) == Measure(number * 60, 0, "SEC")
    if number % 3:
        with pytest.raises(Refusal):
            in_unit_of(Measure(number, 0, "SEC"), Measure(1, 0, "HUR"))


def test_other_units_do_not_convert() -> None:
    assert in_unit_of(Measure(2, 0, "LTR"), Measure(1, 0, "LTR")) == Measure(2, 0, "LTR")
    with pytest.raises(Refusal, match="LTR"):
        in_unit_of(Measure(2, 0, "HUR"), Measure(1, 0, "LTR"))


@pytest.mark.parametrize("number", [0, -1, 10_000 * 3600 + 1])
def test_a_length_of_time_must_be_one(number: int) -> None:
    with pytest.raises(Refusal):
        seconds(number)


@pytest.mark.parametrize(
    ("n", "s", "u"), [(0, 0, "HUR"), (1, 7, "HUR"), (1, 0, "h r"), (1, 0, "ÄHM"), (2**53, 0, "HUR")]
)
def test_a_quantity_must_be_one(n: int, s: int, u: str) -> None:
    with pytest.raises(Refusal):
        measure(n, s, u)


def test_days_are_written_one_way() -> None:
    assert day("2026-03-09") == "2026-03-09"
    for text in ("2026-3-9", "9.3.2026", "", "2026-02-30"):
        with pytest.raises(Refusal):
            day(text)


def test_a_moment_falls_on_the_day_that_people_here_have() -> None:
    assert local_day(1_773_057_600_000) in ("2026-03-09", "2026-03-10", "2026-03-08")
