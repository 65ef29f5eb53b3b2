"""Who weighs how much in `pro_rata`."""

from fractions import Fraction

import pytest

from meshproto.equation.inputs import Ballot
from meshproto.equation.tallies import BALLOT, CONTRIBUTION
from meshproto.equation.terms import Component, Factor, Late, ProRata, Weight
from meshproto.equation.weighing import weigh
from meshproto.types.value import Measure
from tests.support.looking import view_of
from tests.support.sharing import ANA, BO, CY, DEE, HOURS, by_hours, hours, round_, terms

PATH = (0,)
WORK = (hours("w", ANA, 3), hours("x", BO, 1))


def proportions(of: dict[bytes, int]) -> dict[bytes, Fraction]:
    return {agent: Fraction(weight, sum(of.values())) for agent, weight in of.items()}


def test_weights_rest_on_contributions_and_enter() -> None:
    weights = weigh(PATH, by_hours(), view_of(terms(), round_(0, *WORK)))
    assert proportions(weights.of) == {ANA: Fraction(3, 4), BO: Fraction(1, 4)}
    assert weights.sources(ANA).keys() == {(CONTRIBUTION, b"w")}
    assert weights.entered == {(0, b"w", ANA): 3, (0, b"x", BO): 1}


def test_only_so_much_is_kept_of_what_others_that_are_alike_weigh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshproto.equation.view.ALIKE_REMEMBERED", 1)
    work = (*WORK, hours("y", CY, 3), hours("z", DEE, 1))
    weights = weigh(PATH, by_hours(), view_of(terms(), round_(0, *work)))
    assert proportions(weights.of) == {ANA: Fraction(3, 8), BO: Fraction(1, 8), CY: Fraction(3, 8), DEE: Fraction(1, 8)}


def test_what_was_weighed_enters_no_more() -> None:
    view = view_of(terms(), round_(0, *WORK))
    view.earlier.weighed[PATH] = {(0, b"w", ANA): Fraction(2)}
    weights = weigh(PATH, by_hours(), view)
    assert weights.entered == {(0, b"w", ANA): 1, (0, b"x", BO): 1}
    assert proportions(weights.of) == {ANA: Fraction(1, 2), BO: Fraction(1, 2)}


def test_who_is_below_nothing_weighs_nothing_and_enters_nothing() -> None:
    view = view_of(terms(), round_(0, *WORK))
    view.earlier.weighed[PATH] = {(0, b"w", ANA): Fraction(5)}
    weights = weigh(PATH, by_hours(), view)
    assert weights.of.keys() == {BO}
    assert weights.entered == {(0, b"x", BO): 1}


def test_catching_up_counts_all_and_enters_what_is_new() -> None:
    view = view_of(terms(late=Late.CATCH_UP), round_(0, *WORK))
    view.earlier.weighed[PATH] = {(0, b"w", ANA): Fraction(3)}
    weights = weigh(PATH, by_hours(), view)
    assert proportions(weights.of) == {ANA: Fraction(3, 4), BO: Fraction(1, 4)}
    assert weights.entered == {(0, b"x", BO): 1}


def test_a_mix_weighs_each_part_by_itself() -> None:
    mix = ProRata((Component(Fraction(1, 4), (HOURS,)), Component(Fraction(3, 4), None)))
    weights = weigh(PATH, mix, view_of(terms(), round_(0, *WORK, ballots=(Ballot(ANA, ((CY, 5),)),))))
    assert proportions(weights.of) == {ANA: Fraction(3, 16), BO: Fraction(1, 16), CY: Fraction(3, 4)}
    assert weights.sources(CY).keys() == {(BALLOT, ANA)}


def test_who_owes_weighs_by_what_is_done() -> None:
    factor = Factor(Weight("MIN"), {ANA: Measure(6, 0, "HUR")})
    weights = weigh(PATH, by_hours(factor=factor), view_of(terms(), round_(0, *WORK)))
    assert proportions(weights.of) == {ANA: Fraction(3, 5), BO: Fraction(2, 5)}
    assert weights.entered[-1, b"w", ANA] == 180
