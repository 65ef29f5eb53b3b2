"""Distributions of a lineage, round by round. Most of it is told by the vectors; here is what they cannot say."""

from fractions import Fraction

from meshproto.equation.book import Book
from meshproto.equation.inputs import Contribution, Correction, Dispute, Resolution, Round
from meshproto.equation.terms import (
    Bracket,
    Cap,
    Claim,
    Component,
    Equal,
    Factor,
    Fixed,
    Late,
    Match,
    ProRata,
    Reimburse,
    Residual,
    Tiers,
    Weight,
)
from meshproto.types.value import Measure, Money
from tests.support.sharing import (
    ANA,
    BO,
    CY,
    DEE,
    HOURS,
    VALUE,
    amounts,
    by_hours,
    hours,
    round_,
    settle,
    terms,
    until_paid,
)

COMMONS = b"commons"
COST = Contribution(b"cost", ANA, "money", Measure(1, 0, "C62"), Money(100, "EUR"))


def test_work_is_used_up_for_the_next_version_of_the_equation_too() -> None:
    book = Book(terms(by_hours()))
    book.take(round_(100, hours("w", ANA, 1)))
    book.amend(terms(Equal(), by_hours()))
    assert amounts(book.take(round_(4))) == {ANA: 1, BO: 1, CY: 1, DEE: 1}
    book.amend(terms(by_hours(), Residual(COMMONS)))
    assert amounts(book.take(round_(100, hours("x", BO, 9)))) == {BO: 100}
    assert amounts(book.take(round_(100))) == {COMMONS: 100}


def test_what_one_version_paid_the_next_does_not_pay_again() -> None:
    for step in (Reimburse(), until_paid()):
        book = Book(terms(step))
        assert amounts(book.take(round_(30, COST))) == {ANA: 30}
        book.amend(terms(Fixed({BO: 1}), step, Residual(COMMONS)))
        assert amounts(book.take(round_(100))) == {ANA: 70, BO: 1, COMMONS: 29}


def test_brackets_count_the_income_of_all_versions() -> None:
    tiers = Tiers((Bracket(100, (Residual(ANA),)), Bracket(None, (Residual(BO),))))
    book = Book(terms(Residual(ANA)))
    book.take(round_(80))
    book.amend(terms(tiers))
    assert amounts(book.take(round_(80))) == {ANA: 20, BO: 60}


def test_a_lifetime_begins_anew_with_a_version() -> None:
    book = Book(terms(by_hours(), late=Late.CATCH_UP))
    book.take(round_(100, hours("w", ANA, 1)))
    book.amend(terms(by_hours(), late=Late.CATCH_UP))
    assert amounts(book.take(round_(100, hours("x", BO, 1)))) == {BO: 100}


def test_a_refund_of_an_older_version_runs_its_own_steps() -> None:
    book = Book(terms(by_hours()))
    book.take(round_(100, hours("w", ANA, 1)))
    book.amend(terms(Equal()))
    book.take(round_(40))
    assert amounts(book.take(Round(-50, "2026-02-28", refunds=0))) == {ANA: -50}


def test_catching_up_after_losses_leaves_what_it_cannot_place() -> None:
    late = terms(by_hours(), late=Late.CATCH_UP)
    first, second, third = settle(late, round_(-100, hours("w", ANA, 1)), round_(60), round_(80))
    assert amounts(first) == {ANA: -100}
    assert (amounts(second), second.carry) == ({}, 60)
    assert (amounts(third), third.carry) == ({ANA: 140}, 0)


def test_what_is_rejected_in_a_bracket_goes_on_there_and_then_after_it() -> None:
    inner = ProRata((Component(Fraction(1), (HOURS,)),), cap={BO: _cap(10)})
    tiers = Tiers((Bracket(100, (inner, Fixed({CY: 5}))), Bracket(None, (Equal(),))))
    disputed = round_(50, hours("w", ANA, 9), hours("x", BO, 1), disputes=(Dispute(b"d", b"w"),))
    resolved = Round(0, "2026-02-28", resolved=(Resolution(b"d", False),))
    first, second = settle(terms(tiers, Residual(COMMONS), reserve=True), disputed, resolved)
    assert {agent: tuple(line) for agent, line in first.lines.items()} == {ANA: (0, 45), BO: (5, 0)}
    assert {agent: tuple(line) for agent, line in second.lines.items()} == {
        ANA: (0, -45),
        BO: (5, 0),
        COMMONS: (35, 0),
        CY: (5, 0),
    }


def test_catching_up_shares_again_what_was_rejected() -> None:
    disputed = round_(90, hours("w", ANA, 1), hours("x", BO, 2), disputes=(Dispute(b"d", b"w"),))
    resolved = Round(0, "2026-02-28", resolved=(Resolution(b"d", False),))
    late = terms(by_hours(), late=Late.CATCH_UP, reserve=True)
    _, second, third = settle(late, disputed, resolved, round_(30, hours("y", ANA, 1)))
    assert amounts(second) == {BO: 30}
    assert amounts(third) == {ANA: 30}


def test_a_value_is_corrected_in_money() -> None:
    less = Correction(b"cost", value=Money(-40, "EUR"))
    first, second = settle(
        terms(Reimburse(Match(kind=frozenset({"money", "work"})))), round_(20, COST), round_(100, corrections=(less,))
    )
    assert (amounts(first), amounts(second), second.carry) == ({ANA: 20}, {ANA: 40}, 60)


def test_too_much_paid_on_one_claim_is_set_off_against_another() -> None:
    other = Contribution(b"other", ANA, "money", Measure(1, 0, "C62"), Money(100, "EUR"))
    gone = Correction(b"cost", retracts=True)
    first, second = settle(terms(Reimburse()), round_(100, COST), round_(150, other, corrections=(gone,)))
    assert (amounts(first), amounts(second)) == ({ANA: 100}, {})


def _cap(amount: int) -> Cap:
    return Cap(amt=amount)


def test_two_weights_make_one_claim() -> None:
    twice = ProRata((Component(Fraction(1), (VALUE, VALUE)),), Claim.UNTIL_PAID)
    first, second = settle(terms(twice), round_(150, COST), round_(150))
    assert (amounts(first), amounts(second), second.carry) == ({ANA: 150}, {ANA: 50}, 100)


def test_who_owes_nothing_weighs_in_full() -> None:
    factor = Factor(
        Weight("HUR", Match(kind=frozenset({"care"}))), {ANA: Measure(0, 0, "HUR"), BO: Measure(1, 0, "HUR")}
    )
    work = (hours("w", ANA, 1), hours("x", BO, 1), hours("y", CY, 1))
    (first,) = settle(terms(by_hours(factor=factor)), round_(100, *work))
    assert amounts(first) == {ANA: 50, CY: 50}
