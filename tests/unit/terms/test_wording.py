"""Value equations in words."""

from fractions import Fraction
from typing import Any

import pytest

from meshnode.terms.wording import in_words, money, said_of, share
from meshproto.equation.preview.equations import read_steps
from meshproto.equation.preview.places import Place
from meshproto.equation.terms import Match


def words(*steps: Any, cur: str = "EUR") -> list[str]:
    return in_words(read_steps(Place([*steps])), cur, lambda name: name.decode().capitalize())


@pytest.mark.parametrize(
    ("amount", "cur", "shown"),
    [
        (1_210_000, "EUR", "12,100.00 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (1_000, "JPY", "1,000 JPY"),
        (1_000, "BHD", "1.000 BHD"),
        (150, "HOUR", "1.50 HOUR"),
    ],
)
def test_money_is_told_with_the_decimals_of_its_currency(amount: int, cur: str, shown: str) -> None:
    assert money(amount, cur) == shown


@pytest.mark.parametrize(
    ("ratio", "shown"), [((1, 20), "5 %"), ((1, 8), "12.5 %"), ((1, 3), "1/3"), ((1, 1), "100 %"), ((1, 1000), "0.1 %")]
)
def test_shares_are_told_in_per_cent_where_these_end(ratio: tuple[int, int], shown: str) -> None:
    assert share(Fraction(*ratio)) == shown


def test_a_waterfall_is_told_step_by_step() -> None:
    assert words(
        {"do": "reimburse"},
        {"do": "fixed", "claim": "until_paid", "pay": [["cy", 50_000]]},
        {"do": "percent", "of": "gross", "pay": [["dee", [1, 20]]]},
        {"do": "percent", "of": "remaining", "pay": [["commons", [1, 10]]]},
        {"do": "pro_rata", "weights": [{"unit": "HUR", "rate": [["ana", [800, 1]], ["*", [600, 1]]], "quality": True}]},
        {"do": "residual", "agent": "commons"},
    ) == [
        "1. Costs that were laid out are paid back, as far as the income reaches.",
        "2. Agreed amounts, until it is paid: Cy 500.00 EUR.",
        "3. Dee 5 %: that part of the whole income.",
        "4. Commons 10 %: that part of what is left here.",
        "5. The rest is shared by the hours at agreed rates (Ana 8.00 EUR per hour, everybody else 6.00 EUR per hour), "
        "times their rating; each contribution counts once.",
        "6. All that is left goes to Commons.",
    ]


def test_what_is_left_stays_unless_somebody_gets_it() -> None:
    assert words({"do": "equal"}) == [
        "1. The rest is shared among all parties alike.",
        "What is left then stays for the next distribution.",
    ]


def test_parts_are_told_as_agreed() -> None:
    (line, _) = words({"do": "shares", "parts": [["ana", 600], ["bo", 400]]})
    assert line == "1. The rest is shared in agreed parts: Ana 600, Bo 400, of 1000."
    (line, _) = words({"do": "shares", "parts": [["ana", 1], ["bo", 1]]})
    assert line == "1. The rest is shared in equal parts among Ana, Bo."


def test_mixes_caps_and_factors_are_told() -> None:
    mix = [
        {"part": [7, 10], "weights": [{"unit": "value"}, {"unit": "KGM", "rate": [["ana", [1, 2]]]}]},
        {"part": [3, 10], "ballots": "round"},
    ]
    factor = {"done": {"unit": "HUR", "match": {"stream": ["care"]}}, "owed": [["*", {"n": 25, "s": 1, "u": "HUR"}]]}
    cap = [["ana", {"of_step": [2, 5], "amt": 1_000}], ["*", {"lifetime": 9_000}]]
    (line, _) = words({"do": "pro_rata", "mix": mix, "factor": factor, "cap": cap})
    assert line == (
        "1. The rest is shared 70 % by the value and the kilograms at agreed rates (Ana 1/2) and 30 % by the points "
        "that the parties give each other; each contribution counts once. Whose the hours out of care stays below what "
        "is due (everybody else 2.5 hours) weighs less. At most: Ana 40 % of this step, 10.00 EUR each time, everybody "
        "else 90.00 EUR in all; what is beyond goes to the others."
    )


def test_values_have_rates_without_a_unit() -> None:
    (line, _) = words({"do": "pro_rata", "weights": [{"unit": "value", "rate": [["ana", [3, 1]]]}]})
    assert "the value at agreed rates (Ana × 3)" in line


def test_claims_until_they_are_paid_are_told_as_what_is_owed() -> None:
    (line, _) = words({"do": "pro_rata", "claim": "until_paid", "weights": [{"unit": "HUR"}]})
    assert line == (
        "1. What is owed for the hours is paid until nothing is owed any more; if there is too little, in proportion."
    )


def test_brackets_are_told_one_by_one() -> None:
    brackets = [{"to": 1_000_000, "steps": [{"do": "equal"}]}, {"steps": [{"do": "residual", "agent": "ana"}]}]
    assert words({"do": "tiers", "brackets": brackets}) == [
        "1. Of all income up to 10,000.00 EUR together:",
        "   steps[0].brackets[0].steps[0] The rest is shared among all parties alike.",
        "1. Of all income beyond 10,000.00 EUR:",
        "   steps[0].brackets[1].steps[0] All that is left goes to Ana.",
        "What is left then stays for the next distribution.",
    ]


def test_which_contributions_are_meant_is_told() -> None:
    match = Match(
        kind=frozenset(["work"]),
        classes=frozenset([b"code"]),
        project=frozenset([b"site"]),
        stream=frozenset(["love"]),
        comp=frozenset(["gift"]),
        start="2027-01-01",
        end="2027-12-31",
    )
    told = "of work, out of love, gift, classed as code, in Site, from 2027-01-01, until 2027-12-31"
    assert said_of(match, lambda name: name.decode().capitalize()) == told
    assert said_of(Match(), bytes.decode) == ""
