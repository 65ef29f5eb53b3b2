"""What is outstanding of costs and prices."""

from fractions import Fraction

from meshproto.equation.claims import cost_match, costs, prices
from meshproto.equation.inputs import Contribution
from meshproto.equation.tallies import CONTRIBUTION, Tally
from meshproto.equation.terms import Match, Reimburse, Weight
from meshproto.types.value import Measure, Money
from tests.support.looking import view_of
from tests.support.sharing import ANA, BO, HOURS, VALUE, hours, round_, terms

COST = Contribution(b"c", ANA, "money", Measure(1, 0, "C62"), Money(100, "EUR"), shares=((ANA, 2), (BO, 1)))
PRICED = hours("w", ANA, 5)


def test_only_money_and_material_are_costs() -> None:
    assert cost_match(Reimburse()).kind == frozenset({"money", "material"})
    assert cost_match(Reimburse(Match(kind=frozenset({"money", "work"})))).kind == frozenset({"money"})


def test_a_claim_is_rounded_down_and_split_by_shares() -> None:
    found = costs(Reimburse(), view_of(terms(), round_(0, COST)), [])
    assert found.of == {ANA: 66, BO: 33}
    assert found.sources(ANA) == {(CONTRIBUTION, b"c"): 200}


def test_what_any_step_reimbursed_is_taken_off() -> None:
    view = view_of(terms(), round_(0, COST))
    view.earlier.reimbursed[b"c", ANA] = 60
    assert costs(Reimburse(), view, [Tally(came={(ANA, (CONTRIBUTION, b"c")): 5})]).of == {ANA: 1, BO: 33}


def test_a_price_is_quantity_times_rate_less_what_was_paid() -> None:
    view = view_of(terms(), round_(0, PRICED))
    weight = Weight("HUR", HOURS.match, {ANA: Fraction(2500)})
    view.earlier.claimed[(0,), b"w", ANA] = 2000
    view.earlier.claimed_before[b"w", ANA] = 500
    assert prices((0,), (weight,), view, Tally(came={(ANA, (CONTRIBUTION, b"w")): 4000})).of == {ANA: 6000}


def test_what_is_paid_claims_nothing() -> None:
    view = view_of(terms(), round_(0, COST))
    view.earlier.claimed[(0,), b"c", ANA] = 70
    assert prices((0,), (VALUE,), view, Tally()).of == {BO: 33}
