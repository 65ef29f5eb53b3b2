"""What of a statement stands on its page, and the periods that are a click away."""

from datetime import date
from typing import Any

from meshnode.client import money_answers as m
from meshnode.dashboard.pages.statement import MOST_ACCOUNTS, MOST_ENTRIES, people_of, shown_of, usual


def account(entries: int) -> m.Account:
    """An account in which each entry brings one cent."""
    told: list[Any] = [{"after": number + 1, "change": {"open": 1}} for number in range(entries)]
    return {"entries": told, "closing": {"open": entries}}  # type: ignore[typeddict-item]  # only these are read


def test_all_of_a_short_statement_is_shown() -> None:
    assert [(len(each.shown), each.left_out) for each in shown_of([account(3), account(0)])] == [(3, 0), (0, 0)]


def test_of_long_accounts_the_last_entries_are_shown_and_what_was_open_before_them() -> None:
    short, long = shown_of([account(5), account(1_000)])
    assert (len(short.shown), short.left_out) == (5, 0)
    assert (len(long.shown), long.left_out) == (MOST_ENTRIES - 5, 1_000 - MOST_ENTRIES + 5)
    assert long.before == long.left_out
    assert long.shown[-1]["after"] == 1_000


def test_of_very_many_accounts_some_are_shown_and_no_more_entries_than_a_page_holds() -> None:
    found = shown_of([account(50)] * 100)
    assert len(found) == MOST_ACCOUNTS
    assert sum(len(each.shown) for each in found) == MOST_ENTRIES
    assert shown_of([]) == []


def test_an_account_of_which_nothing_is_shown_stands_where_it_ends() -> None:
    (only,) = shown_of([account(0)])
    assert only.before == 0


def test_twelve_months_begin_the_day_after_the_same_day_a_year_ago() -> None:
    assert usual(date(2026, 11, 23))[0][1:] == ("2025-11-24", "2026-11-23")
    assert usual(date(2026, 12, 31))[0][1:] == ("2026-01-01", "2026-12-31")
    assert usual(date(2028, 2, 28))[0][1:] == ("2027-03-01", "2028-02-28")
    assert usual(date(2028, 2, 29))[0][1:] == ("2027-03-01", "2028-02-29")


def test_twelve_months_stand_before_the_years() -> None:
    assert [each.word for each in usual(date(2026, 5, 1))] == ["Twelve months", "2026", "2025", "Everything"]


def test_who_is_shown_can_be_chosen_again_without_an_account() -> None:
    nobody: Any = {"id": "x", "name": "Xia", "me": False}
    kim: Any = {"id": "k", "name": "Kim", "me": True}
    lea: Any = {"id": "l", "name": "Lea", "me": False}
    balances: Any = [{"agent": lea}, {"agent": kim}, {"agent": lea}]
    assert people_of(nobody, balances) == [nobody, lea]
    assert people_of(lea, balances) == [lea]
    assert people_of(kim, []) == []
