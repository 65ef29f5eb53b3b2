"""What somebody who tries an equation should be told."""

from meshproto.equation.book import Book
from meshproto.equation.inputs import Contribution, Round
from meshproto.equation.notices import Concern, Notice, notices
from meshproto.equation.terms import Bracket, Equal, Fixed, Reimburse, Residual, Terms, Tiers
from meshproto.types.value import Measure, Money
from tests.support.sharing import ANA, BO, CY, by_hours, hours, round_, terms, until_paid

WORK = hours("w", ANA, 1, when=("2026-01-01", "2026-01-02"))
COST = Contribution(b"cost", BO, "money", Measure(1, 0, "C62"), Money(100, "EUR"))


def told(agreed: Terms, *rounds: Round) -> list[Notice]:
    book = Book(agreed)
    settled = [book.take(each) for each in rounds]
    return list(notices(settled[-1], book))


def test_an_income_too_small_for_the_work_is_told() -> None:
    waterfall = terms(Fixed({CY: 100}), Equal(), by_hours(), Reimburse())
    assert told(waterfall, round_(80, WORK, COST)) == [
        Notice(Concern.TOO_SMALL, (2,), (b"w",)),
        Notice(Concern.TOO_SMALL, (3,), (b"cost",)),
    ]


def test_work_that_is_paid_waits_no_more() -> None:
    waterfall = terms(Fixed({CY: 100}), by_hours())
    assert told(waterfall, round_(200, WORK), round_(80)) == []


def test_a_step_without_weights_is_told_and_what_is_carried() -> None:
    assert told(terms(by_hours(), until_paid()), round_(5)) == [
        Notice(Concern.NO_WEIGHT, (0,)),
        Notice(Concern.CARRIED),
    ]


def test_work_that_nobody_confirmed_is_told() -> None:
    assert told(terms(Equal()), round_(4, WORK, attestations=())) == [Notice(Concern.UNCONFIRMED, None, (b"w",))]


def test_a_round_without_income_asks_for_nothing() -> None:
    assert told(terms(by_hours()), round_(0, WORK)) == []


def test_a_bracket_that_is_not_reached_is_no_shortage() -> None:
    tiers = Tiers((Bracket(10, (Residual(ANA),)), Bracket(None, (by_hours(),))))
    assert told(terms(tiers), round_(5, WORK)) == []


def test_who_must_consent_is_told() -> None:
    late = hours("late", BO, 1, when=("2026-01-01", "2026-01-01"))
    reopened = round_(0, late, restates=0)
    assert told(terms(by_hours()), round_(100, WORK), reopened) == [Notice(Concern.NEEDS, None, (ANA,))]
