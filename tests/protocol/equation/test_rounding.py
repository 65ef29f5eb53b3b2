"""Largest remainders and water-filling."""

from fractions import Fraction
from math import floor

from hypothesis import given
from hypothesis import strategies as st

from meshproto.equation.rounding import common, fill, fill_among, fullness, on_scale, share, share_among

WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=8).filter(any)
TOTALS = st.integers(0, 10**12)


def test_the_odd_units_go_to_the_first_of_equals() -> None:
    assert share(5, [1, 1, 1]) == [2, 2, 1]


def test_the_odd_unit_goes_to_the_largest_remainder() -> None:
    assert share(10, [1, 2, 3]) == [2, 3, 5]
    assert share_among(10, {b"z": 3, b"b": 2, b"a": 1}) == {b"a": 2, b"b": 3, b"z": 5}


def test_who_is_full_leaves_the_rest_to_the_others() -> None:
    assert fill(100, [1, 1, 2], [40, None, 30]) == ([35, 35, 30], 0)
    assert fill(100, [1, 1, 2], [20, None, 30]) == ([20, 50, 30], 0)


def test_when_all_are_full_something_is_left() -> None:
    assert fill_among(100, {b"a": 1, b"b": 0}, {b"a": 30}) == ({b"a": 30, b"b": 0}, 70)


def test_nobody_with_a_weight_takes_nothing() -> None:
    assert fill(100, [0, 0], [None, None]) == ([0, 0], 100)


def test_the_order_in_which_some_fill_up_plays_no_part() -> None:
    weights, rooms = [50, 30, 19, 1], [10, 30, 60, 0]
    assert fill(100, weights, rooms) == ([10, 30, 60, 0], 0)
    assert fullness(100, weights, rooms) == ({0, 1, 3}, 60)


def test_fractions_share_a_scale() -> None:
    halves = [Fraction(1, 2), Fraction(1, 3)]
    assert common(halves) == 6
    assert [on_scale(each, 6) for each in halves] == [3, 2]


@given(TOTALS, WEIGHTS)
def test_each_gets_the_quota_to_within_a_unit_and_nothing_is_lost(total: int, weights: list[int]) -> None:
    amounts = share(total, weights)
    quotas = [Fraction(total * weight, sum(weights)) for weight in weights]
    assert sum(amounts) == total
    assert all(abs(amount - quota) < 1 for amount, quota in zip(amounts, quotas, strict=True))
    assert all(amount >= floor(quota) for amount, quota in zip(amounts, quotas, strict=True))


@given(TOTALS, WEIGHTS, st.integers(1, 10**6))
def test_the_scale_of_weights_plays_no_part(total: int, weights: list[int], scale: int) -> None:
    assert share(total, weights) == share(total, [weight * scale for weight in weights])


@given(
    TOTALS,
    st.dictionaries(st.binary(min_size=1, max_size=3), st.integers(0, 99), min_size=1).filter(
        lambda w: any(w.values())
    ),
)
def test_the_order_of_listing_plays_no_part(total: int, weights: dict[bytes, int]) -> None:
    backwards = dict(reversed(list(weights.items())))
    assert share_among(total, weights) == share_among(total, backwards)


@given(st.integers(0, 10**6), st.lists(st.tuples(st.integers(0, 99), st.none() | st.integers(0, 10**5)), min_size=1))
def test_no_room_is_ever_exceeded_and_nothing_is_lost(total: int, found: list[tuple[int, int | None]]) -> None:
    weights, rooms = [weight for weight, _ in found], [room for _, room in found]
    amounts, left = fill(total, weights, rooms)
    assert sum(amounts) + left == total
    assert all(room is None or amount <= room for amount, room in zip(amounts, rooms, strict=True))
    assert not left or all(
        amount == room for amount, weight, room in zip(amounts, weights, rooms, strict=True) if weight
    )
