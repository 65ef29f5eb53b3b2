"""Units."""

from fractions import Fraction

from meshproto.equation.measures import converts, in_unit
from meshproto.types.value import Measure


def test_hours_minutes_and_seconds_are_one() -> None:
    assert in_unit(Measure(15, 1, "HUR"), "MIN") == 90
    assert in_unit(Measure(90, 0, "SEC"), "HUR") == Fraction(1, 40)


def test_a_unit_is_itself() -> None:
    assert in_unit(Measure(25, 1, "KGM"), "KGM") == Fraction(5, 2)


def test_days_and_others_convert_to_nothing_else() -> None:
    assert converts("MIN", "SEC")
    assert converts("DAY", "DAY")
    assert not converts("DAY", "HUR")
    assert not converts("HUR", "C62")
