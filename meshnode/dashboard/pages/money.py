"""Money: from clients through agreements to people, what is still owed, and where each amount comes from."""

from collections.abc import Sequence
from typing import cast

from meshnode.client import money_answers as m
from meshnode.dashboard.asking import segment
from meshnode.dashboard.figures import Column, Sheet, Table
from meshnode.dashboard.pages.flows import flows_of, so_far
from meshnode.dashboard.view import Given, Sent, View
from meshnode.dashboard.wording import local_day, money, name, place, worth

MOST_SHOWN = 100
"""Incomes, distributions and payments of one page."""
MOST_OPEN = 12
"""Balances and transfers that stand open on the page; of more, the others are a click away."""


async def show(given: Given) -> View:
    """The page."""
    ask = given.ask
    incomes = cast(list[m.Income], await ask.items("/incomes", limit=MOST_SHOWN))
    shared = cast(list[m.Distribution], await ask.items("/distributions", limit=MOST_SHOWN))
    balances = cast(list[m.Balance], await ask.items("/balances", limit=MOST_SHOWN))
    plan = cast(list[m.Transfer], await ask.items("/plan", limit=MOST_SHOWN))
    paid = cast(list[m.Settlement], await ask.items("/settlements", limit=MOST_SHOWN))
    balances.sort(key=lambda each: (not each["agent"]["me"], each["open"] == 0, each["cur"], -abs(each["open"])))
    plan.sort(key=lambda each: (not (each["payer"]["me"] or each["payee"]["me"]), -each["amount"]["amt"]))
    values = {
        "incomes": incomes,
        "distributions": shared,
        "balances": balances,
        "plan": plan,
        "settlements": paid,
        "most_open": MOST_OPEN,
        "any": bool(incomes or shared or balances),
    }
    today = local_day(given.now)
    figures = []
    for cur in sorted({each["gross"]["cur"] for each in incomes}):
        figures += [flows_of(cur, incomes, shared), so_far(cur, incomes, shared, today)]
    sheets = (owed(balances), came(incomes), shared_out(shared), payments(paid))
    return View("money.html", "Money", values, tuple(each for each in figures if each is not None), sheets=sheets)


def owed(found: Sequence[m.Balance]) -> Sheet:
    """Who is owed what, to take along."""
    sums = _sums("Still owed", "Entitled", "Received", "Paid", "In hand")
    columns = (*map(Column, ("Who", "Agreement", "Currency")), *sums)
    rows = [
        (
            name(each["agent"]),
            place(each["agreement"]),
            each["cur"],
            *(money(amount, each["exp"]) for amount in _amounts(each)),
        )
        for each in found
    ]
    return Sheet("balances", "Who is owed what", Table(columns, rows))


def _amounts(of: m.Balance) -> tuple[int, ...]:
    return of["open"], of["entitled"], of["received"], of["paid"], of["in_hand"]


def came(found: Sequence[m.Income]) -> Sheet:
    """What came in, to take along."""
    columns = (*map(Column, ("Day", "From", "Agreement", "State", "Currency")), *_sums("Gross", "Tax", "To share"))
    rows = [
        (
            *(each["on"], name(each["payer"]), place(each["agreement"]), each["state"], each["gross"]["cur"]),
            *(money(one["amt"], one["exp"]) for one in (each["gross"], each["tax"], each["net"])),
        )
        for each in found
    ]
    return Sheet("incomes", "What came in", Table(columns, rows))


def shared_out(found: Sequence[m.Distribution]) -> Sheet:
    """How it was shared, to take along: a row for what each got of each distribution."""
    columns = (*map(Column, ("Up to", "Agreement", "State", "Who", "Currency")), *_sums("Amount"))
    rows = [
        (
            *(each["to"], place(each["agreement"]), each["state"], name(line["agent"]), each["pool"]["cur"]),
            money(line["amt"] + line["held"], each["pool"]["exp"]),
        )
        for each in found
        for line in each["lines"]
    ]
    return Sheet("shared", "How it was shared", Table(columns, rows))


def payments(found: Sequence[m.Settlement]) -> Sheet:
    """What was paid, to take along."""
    columns = tuple(map(Column, ("Day", "From", "To", "Agreement", "State", "Amount")))
    rows = [
        (
            *(each["on"], name(each["payer"]), name(each["payee"]), place(each["agreement"])),
            *(each["state"], worth(each["amount"])),
        )
        for each in found
    ]
    return Sheet("paid", "What was paid", Table(columns, rows))


def _sums(*words: str) -> tuple[Column, ...]:
    return tuple(Column(each, is_number=True) for each in words)


async def confirm_income(sent: Sent) -> str:
    """Say that an income was so."""
    income = segment(sent.path["id"])
    await sent.ask.post(f"/incomes/{income}/answers", {}, sent.key)
    return "/money"


async def confirm_payment(sent: Sent) -> str:
    """Say that a payment came."""
    await sent.ask.post(f"/settlements/{segment(sent.path['id'])}/answers", {}, sent.key)
    return "/money"
