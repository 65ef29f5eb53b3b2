"""What `equation explain` says of each kind of step: what was agreed, in the words of who reads it."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from meshnode.words.reasons import Money, percentage
from scripts.vectors.equation_files import BY_HOURS, FEBRUARY, File, file, hours, paid, round_, work
from tests.support.command_line import run

HALF, THIRD, SEVENTH = [1, 2], [1, 3], [1, 7]
PRICES: File = {"do": "pro_rata", "claim": "until_paid", "weights": [{"unit": "value"}]}


@pytest.fixture
def told(tmp_path: Path) -> Any:
    def explain(agent: str, *parts: Any, **more: Any) -> str:
        path = tmp_path / "ours.json"
        path.write_text(json.dumps(file(*parts, **more)), encoding="utf-8")
        return run("equation", "explain", str(path), "--agent", agent).out

    return explain


def test_a_percentage_is_of_the_gross_or_of_what_remained(told: Any) -> None:
    fee = {"do": "fixed", "pay": [["cy", 50000]]}
    percent = {"do": "percent", "of": "gross", "pay": [["dee", [1, 20]]]}
    rest = {"do": "percent", "of": "remaining", "pay": [["ana", [1, 10]], ["bo", [1, 7]]]}
    steps = [fee, percent, rest]
    assert "5 % of the gross 10,000.00 is 500.00" in told("dee", steps, round_(1000000))
    assert "10 % of the 9,000.00 that remained is 900.00" in told("ana", steps, round_(1000000))
    assert "1/7 of the 9,000.00 that remained is 1,285.714285…, rounded down to 1,285.71" in told(
        "bo", steps, round_(1000000)
    )


def test_percentages_that_do_not_fit_say_so(told: Any) -> None:
    steps = [
        {"do": "fixed", "pay": [["cy", 7000]]},
        {"do": "percent", "of": "gross", "pay": [["ana", HALF], ["bo", HALF]]},
    ]
    assert (
        "50 % of the gross 100.00 would be 50.00, but all percentages together are more than there was: "
        "1/2 of 30.00 is 15.00" in told("ana", steps, round_(10000))
    )


def test_a_percentage_counts_what_was_got_before(told: Any) -> None:
    fonts = {"id": "d", "target": "fonts"}
    steps = [{"do": "reimburse"}, {"do": "percent", "of": "gross", "pay": [["ana", HALF]]}]
    first = round_(10000, [paid("fonts", "bo", 8000)], disputes=[fonts])
    rejected = {"pool": 0, "to": FEBRUARY, "resolved": [["d", "reject"]]}
    assert "50 % of the gross 100.00, less 20.00 got before, is 30.00" in told(
        "ana", steps, first, rejected, reserve=True
    )


def test_losses_are_called_so(told: Any) -> None:
    steps = [{"do": "percent", "of": "gross", "pay": [["ana", HALF]]}, {"do": "equal"}]
    said = told("ana", steps, round_(-10000))
    assert "50 % of the gross loss of 100.00 is -50.00" in said
    assert "1/4 of the loss of 50.00 is -12.50" in said


def test_parts_of_losses_have_the_sign_of_the_amount(told: Any) -> None:
    steps = [{"do": "percent", "of": "gross", "pay": [["ana", THIRD]]}, {"do": "equal"}]
    said = told("ana", steps, round_(-1000))
    assert "1/3 of the gross loss of 10.00 is -3.333333…, rounded towards zero to -3.33" in said
    assert "1/4 of the loss of 6.67 is -1.6675, rounded away from zero to -1.67" in said


def test_percentages_of_a_loss_that_do_not_fit_say_so(told: Any) -> None:
    fee = {"do": "percent", "of": "remaining", "pay": [["cy", [7, 10]]]}
    steps = [fee, {"do": "percent", "of": "gross", "pay": [["ana", HALF], ["bo", HALF]]}]
    assert (
        "50 % of the gross loss of 100.00 would be -50.00, but all percentages together are more than there was: "
        "1/2 of the loss of 30.00 is -15.00" in told("ana", steps, round_(-10000))
    )


def test_costs_and_agreed_amounts_are_met_or_fall_short(told: Any) -> None:
    steps = [{"do": "reimburse"}, {"do": "fixed", "claim": "until_paid", "pay": [["bo", 9000]]}]
    rounds = [round_(5000, [paid("fonts", "bo", 4000)]), round_(20000, to=FEBRUARY)]
    said = told("bo", steps, *rounds)
    assert "40.00 laid out and not paid yet, met in full" in said
    assert "40.00 from fonts, worth 40.00: 1 piece of 1 claimed; ana confirms 1" in said
    assert "90.00 agreed, but all that is owed is more than there was: all of 10.00 is 10.00" in said
    assert "80.00 still due of 90.00 agreed, met in full" in said


def test_prices_have_limits(told: Any) -> None:
    capped = {**PRICES, "cap": [["bo", {"amt": 1000}]]}
    assert "40.00 of the price not paid yet, but the limit is 10.00" in told(
        "bo", [capped], round_(5000, [paid("logo", "bo", 4000)])
    )


def test_to_catch_up_tells_what_is_due_of_all(told: Any) -> None:
    rounds = [round_(1000000, hours()), round_(400000, [work("late", "dee", "12")], to=FEBRUARY)]
    said = told("dee", [BY_HOURS], *rounds, late="catch_up")
    assert "76/611 of the 14,000.00 that this step had in all is 1,741.407528…, of which 1,244.08 is still due" in said


def test_what_is_held_and_released_is_told(told: Any) -> None:
    dispute = {"id": "d", "target": "first dee"}
    released = {"pool": 0, "to": FEBRUARY, "resolved": [["d", "uphold"]]}
    said = told("dee", [BY_HOURS], round_(1000000, hours(), disputes=[dispute]), released, reserve=True)
    assert "497.33, 497.33 of it held, from first dee, 7 hours of 7 claimed; ana confirms 7" in said
    assert "497.33 held until now, and payable from now on, from first dee" in said


def test_who_rejects_is_told_and_whom_nobody_had_to_ask(told: Any) -> None:
    no = {"on": "w", "by": "cy", "verdict": "reject"}
    yes = [{"on": "w", "by": by, "verdict": "confirm"} for by in ("bo", "dee")]
    said = told("ana", [BY_HOURS], round_(100, [work("w", "ana", "1")], attestations=[no, *yes]))
    assert "bo confirms 1; cy rejects it; dee confirms 1" in said
    alone = {"min": 0, "by": "parties", "ratings": [[1, 1]] * 5}
    assert "1 hour of 1 claimed; nobody had to confirm it" in told(
        "ana", [BY_HOURS], round_(100, [work("w", "ana", "1")], attestations=[]), ack=alone
    )


def test_amounts_are_told_as_far_as_they_go() -> None:
    assert [Money("EUR").exactly(Fraction(each)) for each in ("100", "1/2", "85546/1", "1/3")] == [
        "1.00",
        "0.005",
        "855.46",
        "0.003333…",
    ]
    assert Money("JPY").exactly(Fraction(5, 2)) == "2.5"
    points = Money("POINTS")  # Nobody knows its decimals: minor units are told, as everywhere.
    assert (points.shown(-1234), points.exactly(Fraction(1, 3))) == ("-1234", "0.3333…")
    assert [percentage(Fraction(each)) for each in ("1/20", "1/8", "1/7")] == ["5 %", "12.5 %", "1/7"]
