"""Money is read and written exactly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.words.money import (
    LARGEST,
    UnclearMoney,
    is_money,
    parse_money,
    parse_plain,
    show_known,
    show_money,
    write_money,
)
from meshproto.types.currencies import EXPONENTS


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("385.40 EUR", (38_540, "EUR")),
        ("385,40 EUR", (38_540, "EUR")),
        ("385 EUR", (38_500, "EUR")),
        ("EUR 385.40", (38_540, "EUR")),
        ("385.40EUR", (38_540, "EUR")),
        ("0.01 eur", (1, "EUR")),
        ("€ 12", (1200, "EUR")),
        ("12.50 £", (1250, "GBP")),
        ("JPY 1000", (1000, "JPY")),
        ("1,234,567 JPY", (1_234_567, "JPY")),
        ("12,100.00 EUR", (1_210_000, "EUR")),
        ("1.234.567,89 EUR", (123_456_789, "EUR")),
        ("1,234.567 KWD", (1_234_567, "KWD")),
        ("1.234 KWD", (1234, "KWD")),
        ("90071992547409.91 EUR", (LARGEST, "EUR")),
    ],
)
def test_an_amount_is_read_in_minor_units(text: str, amount: tuple[int, str]) -> None:
    assert parse_money(text) == amount


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("385.4 EUR", "EUR has 2 decimals: '385.4' has 1"),
        ("385.401 EUR", "EUR has 2 decimals"),
        ("1000.00 JPY", "JPY has no decimals"),
        ("1,234 KWD", "could be thousands or thousandths: write 1.234 or 1234"),
        ("1,234 EUR", "EUR has 2 decimals: '1,234' has 3; for thousands write 1234"),
        ("1,2345.67 EUR", "without separators"),
        ("1,234.56 KWD", "without separators"),
        ("1,234.56 JPY", "without separators"),
        ("12 XYZ", "'XYZ' is no currency known here"),
        ("12 $", "'$' is no currency known here"),
        ("-5 EUR", "has a sign"),
        ("+5 EUR", "has a sign"),
        ("EUR -5", "has a sign"),
        ("0 EUR", "is nothing"),
        ("0.00 EUR", "is nothing"),
        ("90071992547409.92 EUR", "more than a record can hold"),
        ("99999999999999999 EUR", "more than a record can hold"),
        ("EUR", "is no amount"),
        ("12", "is no amount"),
        ("EUR 12 EUR", "is no amount"),
        ("1e3 EUR", "is no amount"),
        ("١٢ EUR", "is no amount"),
        ("", "is no amount"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(UnclearMoney) as refused:
        parse_money(text)
    assert why in str(refused.value)


@given(st.integers(1, LARGEST), st.sampled_from(sorted(EXPONENTS)))
def test_reading_undoes_writing(amount: int, currency: str) -> None:
    assert parse_money(show_known(amount, currency)) == (amount, currency)


def test_it_is_written_with_the_decimals_of_its_currency() -> None:
    shown = [show_money(5, "EUR", 2), show_money(5, "JPY", 0), show_money(-5, "KWD", 3), show_money(12_345, "EUR", 2)]
    assert shown == ["0.05 EUR", "5 JPY", "-0.005 KWD", "123.45 EUR"]


@pytest.mark.parametrize("exponent", [None, -1, 7, 10**9])
def test_without_a_known_exponent_no_point_is_set(exponent: int | None) -> None:
    assert show_money(1234, "XYZ", exponent) == "1234 XYZ (minor units)"


def test_money_is_told_from_other_amounts() -> None:
    assert all(is_money(text) for text in ("12 EUR", "12eur", "€12", "JPY 1000", "12 $", "1.2.3 EUR"))
    assert not any(is_money(text) for text in ("12 kg", "3h30", "90 min", "12", "", "EUR", "12 XYZ"))


@pytest.mark.parametrize(("text", "amount"), [("2,100.00", 210_000), ("210", 21_000), ("210.00 EUR", 21_000)])
def test_a_number_whose_currency_is_known_needs_none(text: str, amount: int) -> None:
    assert parse_plain(text, "EUR") == amount


def test_a_number_is_no_more_than_a_record_can_hold() -> None:
    assert parse_plain("90071992547409.91", "EUR") == LARGEST
    with pytest.raises(UnclearMoney, match="more than a record can hold"):
        parse_plain("90071992547409.92", "EUR")


@pytest.mark.parametrize("text", ["", "some", "210.00 USD"])
def test_a_number_in_another_currency_is_refused(text: str) -> None:
    with pytest.raises(UnclearMoney, match="no amount in EUR"):
        parse_plain(text, "EUR")


@pytest.mark.parametrize(
    ("cur", "told"), [("EUR", "12,345.67 EUR"), ("JPY", "1,234,567 JPY"), ("KWD", "1,234.567 KWD")]
)
def test_thousands_are_apart_for_people_and_what_is_shown_can_be_typed(cur: str, told: str) -> None:
    assert show_known(1_234_567, cur) == told
    assert parse_money(told) == (1_234_567, cur)
    assert show_money(-100_000, cur, 2) == f"-1,000.00 {cur}"
    assert write_money(1_234_567, 2) == "12345.67"
