"""Amounts of any kind, as people write them."""

from fractions import Fraction

import pytest

from meshnode.words.units import SHORT, Amount, Unclear, parse_amount, show_decimals, show_number


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("3h30", Amount(seconds=12_600)),
        ("45 min", Amount(seconds=2700)),
        ("90m", Amount(seconds=5400)),
        ("12.5 kg", Amount(quantity=(125, 1, "KGM"))),
        ("12,50kg", Amount(quantity=(125, 1, "KGM"))),
        ("120 km", Amount(quantity=(120, 0, "KMT"))),
        ("3 pieces", Amount(quantity=(3, 0, "C62"))),
        ("3x", Amount(quantity=(3, 0, "C62"))),
        ("3 ×", Amount(quantity=(3, 0, "C62"))),
        ("2 days", Amount(quantity=(2, 0, "DAY"))),
        ("7 m²", Amount(quantity=(7, 0, "MTK"))),
        ("5 metres", Amount(quantity=(5, 0, "MTR"))),
        ("5 MTR", Amount(quantity=(5, 0, "MTR"))),
        ("0.000001 t", Amount(quantity=(1, 6, "TNE"))),
        ("4 4L", Amount(quantity=(4, 0, "4L"))),
        ("385.40 EUR", Amount(value=(38_540, "EUR"))),
        ("€ 3", Amount(value=(300, "EUR"))),
    ],
)
def test_an_amount_is_read_exactly(text: str, amount: Amount) -> None:
    assert parse_amount(text) == amount


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("12", "12 of what? Write "),
        ("12 XYZ", "'XYZ' is neither a unit nor a currency known here"),
        ("12 parsecs", "'parsecs' is neither a unit nor a currency"),
        ("-5 km", "has a sign"),
        ("+5 km", "has a sign"),
        ("0 kg", "is nothing"),
        ("0.0000001 kg", "more digits than a quantity can hold"),
        ("1234567890123 kg", "more digits than a quantity can hold"),
        ("385.4 EUR", "EUR has 2 decimals"),
        ("12 $", "'$' is no currency"),
        ("much", "'much' is no amount: write "),
        ("1:99", "is not a time"),
        ("99999h", "is longer than"),
        ("", "is no amount"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(Unclear) as refused:
        parse_amount(text)
    assert why in str(refused.value)


def test_things_are_as_likely_in_metres_as_in_minutes() -> None:
    with pytest.raises(Unclear, match="minutes or metres"):
        parse_amount("30m", of_things=True)
    assert parse_amount("30 min", of_things=True) == Amount(seconds=1800)


def test_every_unit_that_is_written_short_is_read_in_that_form() -> None:
    by_time = {"HUR", "MIN", "SEC", "MTR"}  # m is a minute
    read = {code: parse_amount(f"1 {short}").quantity for code, short in SHORT.items() if code not in by_time}
    assert read == {code: (1, 0, code) for code in SHORT if code not in by_time}


def test_numbers_are_written_exactly() -> None:
    assert [show_number(*each) for each in ((125, 1), (1, 6), (1000, 3), (-5, 1), (7, 0))] == [
        "12.5", "0.000001", "1", "-0.5", "7",
    ]  # fmt: skip


def test_an_amount_is_sent_as_the_api_takes_it() -> None:
    assert Amount(seconds=5).fields() == {"seconds": 5}
    assert Amount(quantity=(1, 0, "C62")).fields() == {"quantity": {"n": 1, "s": 0, "u": "C62"}}
    assert Amount(value=(5, "EUR")).fields() == {"value": {"amt": 5, "cur": "EUR"}}


@pytest.mark.parametrize(
    ("number", "text"), [("5/2", "2.5"), ("-3/2", "-1.5"), ("120", "120"), ("0", "0"), ("1/3", "")]
)
def test_a_fraction_is_shown_as_decimals_that_have_an_end(number: str, text: str) -> None:
    assert show_decimals(Fraction(number)) == text
