"""Reading steps. Each refusal has a vector; here is what is read."""

from fractions import Fraction
from typing import Any

from meshproto.equation.preview.equations import read_ack, read_steps
from meshproto.equation.preview.places import Place
from meshproto.equation.terms import (
    Ack,
    Bracket,
    Cap,
    Claim,
    Component,
    Equal,
    Factor,
    Fixed,
    Match,
    Percent,
    ProRata,
    Reimburse,
    Residual,
    Shares,
    Tiers,
    Weight,
)
from meshproto.types.value import Measure
from scripts.vectors.equation_breaking import whole_file


def place(value: Any) -> Place:
    return Place(value)


def test_every_step_is_read_as_it_stands() -> None:
    match = Match(frozenset({"work"}), frozenset({b"code"}), start="2026-01-01", end="2026-12-31")
    weight = Weight("HUR", match, {b"*": Fraction(1)}, True)
    factor = Factor(Weight("HUR"), {b"ana": Measure(1, 0, "HUR")})
    cap = {b"ana": Cap(Fraction(1, 2), 5, 9)}
    assert read_steps(place(whole_file()["steps"])) == (
        Reimburse(Match(frozenset({"money"}))),
        Fixed({b"cy": 5}, Claim.EACH),
        Percent({b"dee": Fraction(1, 20), b"cy": Fraction(1, 20)}, True),
        ProRata((Component(Fraction(1, 2), (weight,)),), Claim.ONCE, factor, cap),
        Shares({b"ana": 1}),
        Tiers((Bracket(10, (Equal(),)), Bracket(None, ()))),
        Residual(b"commons"),
    )


def test_what_is_left_out_has_its_usual_meaning() -> None:
    steps = [{"do": "fixed", "pay": [["a", 1]]}, {"do": "pro_rata", "weights": [{"unit": "value"}]}]
    assert read_steps(place(steps)) == (
        Fixed({b"a": 1}, Claim.EACH),
        ProRata((Component(Fraction(1), (Weight(None),)),), Claim.ONCE),
    )


def test_who_may_attest_are_the_parties_or_a_list() -> None:
    ratings = [[1, 1]] * 5
    means = (Fraction(1),) * 5
    assert read_ack(place({"min": 2, "by": "parties", "ratings": ratings})) == Ack(2, None, means)
    assert read_ack(place({"min": 0, "by": ["client"], "ratings": ratings})) == Ack(0, frozenset({b"client"}), means)
