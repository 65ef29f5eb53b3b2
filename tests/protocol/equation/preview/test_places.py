"""Reading values with their paths."""

from fractions import Fraction

import pytest

from meshproto.equation.preview.places import Place
from meshproto.records.reasons import Reason, Refused
from meshproto.types.value import Measure, Money


def test_a_path_tells_keys_and_places() -> None:
    inner = Place({"rounds": [{"pool": 1}]}).fields("rounds").needed("rounds", lambda rounds: rounds.items()[0])
    with pytest.raises(Refused) as refused:
        inner.fields("to", "pool").needed("to", Place.date)
    assert (refused.value.reason, refused.value.detail) == (Reason.I_FIELD, "rounds[0].to")


def test_the_first_unknown_key_by_its_bytes_is_told() -> None:
    with pytest.raises(Refused) as refused:
        Place({"é": 1, "z": 1, "a": 1}).fields("a")
    assert (refused.value.reason, refused.value.detail) == (Reason.Q_KEY, "z")


def test_values_are_read_as_what_they_are() -> None:
    assert Place([3, 5]).ratio() == Fraction(3, 5)
    assert Place({"n": 5, "s": 1, "u": "HUR"}).measure() == Measure(5, 1, "HUR")
    assert Place({"amt": -5, "cur": "EUR"}).money() == Money(-5, "EUR")
    assert Place([["a", 1], ["b", 2]]).pairs(Place.agent, Place.integer) == {b"a": 1, b"b": 2}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ([1, 0], Reason.I_VALUE),
        ([2, 4], Reason.I_VALUE),
        ([2**53, 1], Reason.I_VALUE),
        ([True, 1], Reason.I_FIELD),
        (5, Reason.I_FIELD),
    ],
)
def test_what_is_no_ratio_is_refused(value: object, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        Place({"r": value}).fields("r").needed("r", Place.ratio)  # type: ignore[dict-item]  # on purpose
    assert (refused.value.reason, refused.value.detail) == (reason, "r")
