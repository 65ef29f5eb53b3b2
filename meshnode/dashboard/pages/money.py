"""Money: from clients through agreements to people, what is still owed, and where each amount comes from."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from meshnode.client import money_answers as m
from meshnode.dashboard.asking import Asking, segment
from meshnode.dashboard.figures import Column, Sheet, Table
from meshnode.dashboard.pages.flows import MOST_LINES, flows_of, so_far
from meshnode.dashboard.view import Given, Sent, View
from meshnode.dashboard.wording import local_day, money, name, place, worth

MOST_SHOWN = 100
"""Incomes, distributions and payments of one page."""
MOST_BALANCES = 500
"""Balances and transfers: as many as the API tells at once. Of more, those of the owner are there."""
MOST_ASKED = 30
"""Answers that wait for the owner and are older than what is shown, the oldest first."""
MOST_OPEN = 12
"""Balances and transfers that stand open on the page; of more, the others are a click away."""


ASKED = {"/incomes": "confirm-income", "/distributions": "approve", "/settlements": "confirm-payment"}
"""What the inbox calls it where something of a list waits for the owner's answer."""


async def show(given: Given) -> View:
    """The page."""
    ask = given.ask
    latest = {path: await ask.items(path, limit=MOST_SHOWN, latest=True) for path in ASKED}
    if ask.cut:
        latest = await with_asked(ask, latest)
    incomes = cast(list[m.Income], latest["/incomes"])
    shared = cast(list[m.Distribution], latest["/distributions"])
    paid = cast(list[m.Settlement], latest["/settlements"])
    balances = cast(list[m.Balance], await with_own(ask, "/balances"))
    plan = cast(list[m.Transfer], await with_own(ask, "/plan"))
    balances.sort(key=lambda each: (not each["agent"]["me"], each["open"] == 0, each["cur"], -abs(each["open"])))
    plan.sort(key=lambda each: (not (each["payer"]["me"] or each["payee"]["me"]), -each["amount"]["amt"]))
    values = {
        "incomes": incomes,
        "distributions": shared,
        "balances": balances,
        "plan": plan,
        "settlements": paid,
        "most_open": MOST_OPEN,
        "most_lines": MOST_LINES,
        "getters": len({line["agent"]["id"] for each in shared for line in each["lines"]}),
        "any": bool(incomes or shared or balances),
    }
    today = local_day(given.now)
    figures = []
    for cur in sorted({each["gross"]["cur"] for each in incomes}):
        figures += [flows_of(cur, incomes, shared), so_far(cur, incomes, shared, today)]
    sheets = (owed(balances), came(incomes), shared_out(shared), payments(paid))
    return View("money.html", "Money", values, tuple(each for each in figures if each is not None), sheets=sheets)


async def with_asked(ask: Asking, latest: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
    """The lists behind what came earlier and waits for the owner's answer still."""
    inbox = cast(m.Inbox, await ask.get("/inbox", limit=MOST_BALANCES))
    found = {}
    for path, kind in ASKED.items():
        here = {each["id"] for each in latest[path]}
        asked = dict.fromkeys(each["record"] for each in inbox["items"] if each["kind"] == kind)
        earlier = [each for each in asked if each not in here][:MOST_ASKED]
        found[path] = [*[await ask.get(f"{path}/{each}") for each in earlier], *latest[path]]
    return found


async def with_own(ask: Asking, path: str) -> list[Any]:
    """A list, and if it was cut, whatever of it concerns the owner besides."""
    found = await ask.items(path, limit=MOST_BALANCES)
    own = (await ask.get(path, limit=MOST_BALANCES, mine=True))["items"] if path in ask.cut else []
    return [*found, *(each for each in own if each not in found)]


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
