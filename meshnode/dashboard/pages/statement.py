"""Statement: what became of somebody's money in a period, to read, to print and to take along."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple, cast

from meshnode.client import answers as a
from meshnode.client import money_answers as m
from meshnode.dashboard.figures import Column, Sheet, Table
from meshnode.dashboard.settings import MOST_LISTED
from meshnode.dashboard.shortening import fair
from meshnode.dashboard.view import Given, View
from meshnode.dashboard.wording import local_day, money, name, place
from meshnode.words.statements import ASIDE, amount_of, nothing, period, said

MOST_ENTRIES = 240
"""Entries of one page, the last of each account: what can still be read, and printed on ten sheets."""
MOST_ACCOUNTS = 24
"""Accounts of one page: agreements, each by its currencies."""
MOST_NAMED = 100
"""People whose statement can be chosen from the list, those with whom the owner has accounts."""


class Period(NamedTuple):
    """A period that is a click away; an empty day is no bound."""

    word: str
    first: str
    last: str


class Account(NamedTuple):
    """An account as the page shows it: its last entries, and how many are left out before them."""

    found: m.Account
    shown: Sequence[m.Entry]
    left_out: int

    @property
    def before(self) -> int:
        """What was open before the first entry that is shown."""
        return self.shown[0]["after"] - self.shown[0]["change"]["open"] if self.shown else self.found["closing"]["open"]


async def show(given: Given) -> View:
    """The page."""
    ask, query, today = given.ask, given.query, local_day(given.now)
    periods = usual(today)
    first, last = (query.get("from", ""), query.get("to", "")) if _asks_for_days(given) else periods[0][1:]
    person = query.get("person", "")
    found = cast(m.Statement, await ask.get("/statements", person=person, to=last, **{"from": first}))
    balances = cast(list[m.Balance], await ask.items("/balances", limit=MOST_LISTED))
    values = {
        "found": found,
        "accounts": shown_of(found["accounts"]),
        "more_accounts": max(len(found["accounts"]) - MOST_ACCOUNTS, 0),
        "period": period(found),
        "periods": periods,
        "chosen": (first, last),
        "person": person,
        "people": people_of(found["agent"], balances),
        "said": said,
        "amount_of": amount_of,
        "aside": ASIDE,
        "nothing": nothing,
    }
    title = "Your statement" if found["agent"]["me"] else f"Statement of {name(found['agent'])}"
    at = {"from": first, "to": last, **({"person": person} if person else {})}
    return View("statement.html", title, values, (), at, (ledger(found),))


def _asks_for_days(given: Given) -> bool:
    return "from" in given.query or "to" in given.query


def usual(today: date) -> tuple[Period, ...]:
    """The periods that people ask for, the usual one first: a year that ends today."""
    after = today + timedelta(days=1)
    try:
        first = after.replace(year=after.year - 1)
    except ValueError:  # the 29th of February
        first = date(after.year - 1, 3, 1)
    return (
        Period("Twelve months", first.isoformat(), today.isoformat()),
        Period(f"{today.year}", f"{today.year}-01-01", f"{today.year}-12-31"),
        Period(f"{today.year - 1}", f"{today.year - 1}-01-01", f"{today.year - 1}-12-31"),
        Period("Everything", "", ""),
    )


def shown_of(accounts: Sequence[m.Account]) -> list[Account]:
    """What stands on the page: of each account as many of its last entries as it can have, if all get the same."""
    some = accounts[:MOST_ACCOUNTS]
    lengths = fair([len(each["entries"]) for each in some], MOST_ENTRIES)
    return [
        Account(each, each["entries"][len(each["entries"]) - length :], len(each["entries"]) - length)
        for each, length in zip(some, lengths, strict=True)
    ]


def people_of(of: a.Agent, balances: Sequence[m.Balance]) -> list[a.Agent]:
    """Whose statement can be chosen: the owner and whoever has an account, and the one that is shown."""
    known = {each["agent"]["id"]: each["agent"] for each in balances}
    others = sorted((each for each in known.values() if not each["me"]), key=lambda each: (name(each), each["id"]))
    found = others[:MOST_NAMED]
    return found if of["me"] or any(each["id"] == of["id"] for each in found) else [of, *found]


def ledger(found: m.Statement) -> Sheet:
    """All entries of all accounts, to take along, with what was open before and after them."""
    words = ("Agreement", "Currency", "Day", "What", "Record")
    columns = (*map(Column, words), Column("Amount", is_number=True), Column("Open", is_number=True))
    rows: list[tuple[str, ...]] = []
    for each in found["accounts"]:
        where, exp = (place(each["agreement"]), each["cur"]), each["exp"]
        rows.append((*where, found["first"], "opening", "", "", money(each["opening"]["open"], exp)))
        rows += [
            (
                *(*where, one["on"], said(one), one["record"]),
                *(money(amount_of(one), exp), money(one["after"], exp)),
            )
            for one in each["entries"]
        ]
        rows.append((*where, found["last"], "closing", each["digest"], "", money(each["closing"]["open"], exp)))
    return Sheet("statement", f"Statement, {period(found)}", Table(columns, rows))
