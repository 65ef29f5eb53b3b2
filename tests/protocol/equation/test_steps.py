"""What each step does with what it takes."""

from fractions import Fraction

import pytest

from meshproto.equation.steps import take_step
from meshproto.equation.tallies import Tally
from meshproto.equation.terms import Cap, Claim, Equal, Fixed, Leaf, Percent, Residual, Shares
from tests.support.looking import view_of
from tests.support.sharing import ANA, BO, CY, DEE, by_hours, hours, round_, terms

HALF = Fraction(1, 2)
WORK = (hours("w", ANA, 3), hours("x", BO, 1))


@pytest.mark.parametrize(
    ("step", "given", "left"),
    [
        (Equal(), {ANA: 3, BO: 3, CY: 2, DEE: 2}, 0),
        (Shares({ANA: 2, BO: 1}), {ANA: 7, BO: 3}, 0),
        (Shares({ANA: 0}), {}, 10),
        (Residual(CY), {CY: 10}, 0),
        (Fixed({ANA: 3, BO: 4}), {ANA: 3, BO: 4}, 3),
        (Fixed({ANA: 30, BO: 10}), {ANA: 8, BO: 2}, 0),
        (Percent({ANA: HALF}, False), {ANA: 5}, 5),
        (Percent({ANA: HALF}, True), {ANA: 10}, 0),
        (by_hours(), {ANA: 8, BO: 2}, 0),
        (by_hours(cap={ANA: Cap(amt=1), BO: Cap(amt=2)}), {ANA: 1, BO: 2}, 7),
    ],
)
def test_a_step_gives_and_leaves(step: Leaf, given: dict[bytes, int], left: int) -> None:
    tally = Tally(took=10)
    view = view_of(terms(), round_(0, *WORK))
    assert take_step((0,), step, 10, 40, tally, view, []) == left
    assert {agent: amount for agent, amount in tally.got.items() if amount} == given


def test_what_was_got_already_is_due_no_more() -> None:
    for step in (Fixed({ANA: 8}), Percent({ANA: Fraction(1, 5)}, True)):
        tally = Tally(took=50, got={ANA: 6})
        take_step((0,), step, 10, 40, tally, view_of(terms(), round_(0)), [])
        assert tally.got == {ANA: 8}


def test_an_amount_agreed_once_is_paid_once_however_little_it_was() -> None:
    view, tally = view_of(terms(), round_(0)), Tally(took=10)
    view.earlier.times[0,] = 1
    view.earlier.paid[(0,), ANA] = 3
    assert take_step((0,), Fixed({ANA: 8}, Claim.ONCE), 10, 10, tally, view, []) == 10
    assert take_step((0,), Fixed({ANA: 8}, Claim.UNTIL_PAID), 10, 10, tally, view, []) == 5


def test_a_step_that_pays_nobody_weighs_nothing() -> None:
    tally = Tally(took=10)
    take_step((0,), by_hours(cap={b"*": Cap(amt=0)}), 10, 10, tally, view_of(terms(), round_(0, *WORK)), [])
    assert (tally.weighed, tally.sharings) == ({}, [])
