"""A distribution as it stands."""

from meshproto.equation.earlier import Outcome
from meshproto.equation.entries import Entry
from meshproto.equation.tallies import BALLOT, CONTRIBUTION, Tally
from tests.support.sharing import ANA, BO, by_hours, terms

TALLY = Tally(left=4, got={ANA: 6, BO: 2}, came={(ANA, (CONTRIBUTION, b"w")): 5, (ANA, (BALLOT, b"w")): 1})


def entry(sign: int = 1, disputed: frozenset[bytes] = frozenset({b"w"})) -> Entry:
    outcome = Outcome({(0,): TALLY}, 4, sign)
    return Entry(3, 0, terms(by_hours()), "2026-01-31", 12, 0, 3, disputed, (), outcome)


def test_only_what_came_from_disputed_work_is_held() -> None:
    assert entry().held() == {ANA: 5}
    assert entry(disputed=frozenset()).held() == {}


def test_a_loss_is_told_with_its_sign_and_holds_nothing() -> None:
    loss = entry(-1)
    assert (loss.amounts((0,)), loss.left((0,)), loss.carry, loss.held()) == ({ANA: -6, BO: -2}, -4, -4, {})


def test_a_step_that_did_not_run_gave_nothing() -> None:
    assert (entry().amounts((1,)), entry().left((1,))) == ({}, 0)


def test_an_entry_with_another_cut_is_restated() -> None:
    assert not entry().is_restated
    assert Entry(3, 0, terms(), "2026-01-31", 12, 0, 5).is_restated
