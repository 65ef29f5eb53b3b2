"""Money: from clients through agreements to people, what is still owed, and where each amount comes from."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple, cast

from meshnode.client import money_answers as m
from meshnode.client.answers import Agent
from meshnode.dashboard.asking import segment
from meshnode.dashboard.charts.sankey import Flow, Knot, sankey
from meshnode.dashboard.figures import Column, Figure, Table
from meshnode.dashboard.view import Given, Sent, View
from meshnode.dashboard.wording import money, name

WIDTHS = (940, 328)
COLOURS = 6
MOST_SHOWN = 100
"""Incomes, distributions and payments of one page."""
HEADS = ("Clients", "Agreements", "People")


async def show(given: Given) -> View:
    """The page."""
    ask = given.ask
    incomes = cast(list[m.Income], await ask.items("/incomes", limit=MOST_SHOWN))
    shared = cast(list[m.Distribution], await ask.items("/distributions", limit=MOST_SHOWN))
    balances = cast(list[m.Balance], await ask.items("/balances", limit=MOST_SHOWN))
    values = {
        "incomes": incomes,
        "distributions": shared,
        "balances": balances,
        "plan": cast(list[m.Transfer], await ask.items("/plan", limit=MOST_SHOWN)),
        "settlements": cast(list[m.Settlement], await ask.items("/settlements", limit=MOST_SHOWN)),
        "any": bool(incomes or shared or balances),
    }
    currencies = sorted({each["gross"]["cur"] for each in incomes})
    figures = [flows_of(cur, incomes, shared) for cur in currencies]
    return View("money.html", "Money", values, tuple(each for each in figures if each is not None))


class Account(NamedTuple):
    """What came to an agreement and where it went, in minor units of one currency."""

    came: dict[str, int]
    """From each payer."""
    went: dict[str, int]
    """To each person, and as tax; what is left is not shared yet."""

    @property
    def left(self) -> int:
        """What is not shared yet."""
        return sum(self.came.values()) - sum(self.went.values())


def flows_of(cur: str, incomes: Sequence[m.Income], shared: Sequence[m.Distribution]) -> Figure | None:
    """The drawing of one currency: confirmed incomes, and distributions in force."""
    names: dict[str, str] = {"tax": "Tax", "left": "Not shared yet"}
    accounts: dict[str, Account] = defaultdict(lambda: Account(defaultdict(int), defaultdict(int)))
    exponent: int | None = None
    for income in incomes:
        if income["gross"]["cur"] == cur and income["state"] == "confirmed":
            payer, where = _named(income["payer"], names), income["agreement"]
            names[f"a:{where['id']}"] = where["name"] or where["id"]
            account = accounts[f"a:{where['id']}"]
            account.came[f"c:{payer}"] += income["gross"]["amt"]
            account.went["tax"] += income["tax"]["amt"]
            exponent = income["gross"]["exp"]
    for each in shared:
        key = f"a:{each['agreement']['id']}"
        if each["pool"]["cur"] == cur and each["state"] == "effective" and key in accounts:
            for line in each["lines"]:
                accounts[key].went[f"p:{_named(line['agent'], names)}"] += line["amt"] + line["held"]
    flows = _flows(accounts)
    return _figure(cur, exponent, flows, names) if flows else None


def _named(agent: Agent | None, names: dict[str, str]) -> str:
    """The id of somebody; their name is noted for wherever they stand."""
    key = "" if agent is None else agent["id"]
    for prefix in ("c:", "p:"):
        names[prefix + key] = "you" if agent is not None and agent["me"] else name(agent)
    return key


def _flows(accounts: dict[str, Account]) -> list[Flow]:
    """What came and went; who got less than nothing (it was shared again) has no ribbon."""
    found = []
    for key, account in accounts.items():
        found += [Flow(payer, key, amount) for payer, amount in account.came.items() if amount > 0]
        found += [Flow(key, where, amount) for where, amount in account.went.items() if amount > 0]
        found += [Flow(key, "left", account.left)] if account.left > 0 else []
    return found


def _figure(cur: str, exponent: int | None, flows: list[Flow], names: dict[str, str]) -> Figure:
    def figure(amount: int) -> str:
        return f"{money(amount, exponent)} {cur}"

    def column(keys: dict[str, int], colours: bool) -> list[Knot]:
        ordered = sorted(keys, key=lambda key: (key in ("tax", "left"), -keys[key], key))
        return [
            Knot(key, names[key], figure(keys[key]), place % COLOURS if colours and key[1:2] == ":" else -1)
            for place, key in enumerate(ordered)
        ]

    clients, agreements, people = (defaultdict[str, int](int) for _ in range(3))
    for flow in flows:
        if flow.source.startswith("a:"):
            people[flow.target] += flow.amount
        else:
            clients[flow.source] += flow.amount
            agreements[flow.target] += flow.amount
    columns = [column(clients, colours=False), column(agreements, colours=False), column(people, colours=True)]
    total, got = sum(clients.values()), ", ".join(f"{knot.name} {knot.figure}" for knot in columns[2])
    says = f"{figure(total)} came from {len(clients)} {'client' if len(clients) == 1 else 'clients'}; of it: {got}"
    rows = [(names[each.source], names[each.target], money(each.amount, exponent)) for each in flows]
    table = Table((Column("From"), Column("To"), Column(cur, is_number=True)), rows)
    wide, narrow = (sankey(columns, HEADS, flows, width, says) for width in WIDTHS)
    return Figure(f"flows-{cur.lower()}", f"Where the money goes, in {cur}", says, wide, narrow, table)


async def confirm_income(sent: Sent) -> str:
    """Say that an income was so."""
    income = segment(sent.path["id"])
    await sent.ask.post(f"/incomes/{income}/answers", {}, sent.key)
    return "/money"


async def confirm_payment(sent: Sent) -> str:
    """Say that a payment came."""
    await sent.ask.post(f"/settlements/{segment(sent.path['id'])}/answers", {}, sent.key)
    return "/money"
