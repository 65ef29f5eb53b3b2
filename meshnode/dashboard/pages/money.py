"""Money: from clients through agreements to people, what is still owed, and where each amount comes from."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import NamedTuple, cast

from meshnode.client import money_answers as m
from meshnode.client.answers import Agent
from meshnode.client.work_answers import Money
from meshnode.dashboard.asking import segment
from meshnode.dashboard.charts.lines import Line, Size, lines
from meshnode.dashboard.charts.sankey import Flow, Knot, sankey
from meshnode.dashboard.colours import colours_of
from meshnode.dashboard.figures import Column, Figure, Table
from meshnode.dashboard.view import Given, Sent, View
from meshnode.dashboard.wording import local_day, money, name

WIDTHS = (940, 328)
MOST_LINES = 6
"""People of the drawing over time: what has more crosses itself beyond reading."""
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
    figures = [make(cur, incomes, shared) for cur in currencies for make in (flows_of, so_far(local_day(given.now)))]
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
    people = [line["agent"] for each in shared for line in each["lines"]]
    colours = {f"p:{key}": colour for key, colour in colours_of(people).items()}
    return _figure(cur, exponent, flows, names, colours) if flows else None


def so_far(last: date) -> Callable[[str, Sequence[m.Income], Sequence[m.Distribution]], Figure | None]:
    """Makes the drawing of what came in and what each was given until `last`, in one currency."""

    def drawn(cur: str, incomes: Sequence[m.Income], shared: Sequence[m.Distribution]) -> Figure | None:
        came = [(each["on"], each["net"]["amt"]) for each in incomes if _counts(each["net"], each["state"], cur)]
        counting = [each for each in shared if _counts(each["pool"], each["state"], cur)]
        if len(came) + len(counting) < 2:
            return None  # no line can be drawn through one point
        agents = {line["agent"]["id"]: line["agent"] for each in counting for line in each["lines"]}
        colours, exponent = (
            colours_of(agents.values()),
            next(e["net"]["exp"] for e in incomes if e["net"]["cur"] == cur),
        )

        def line(who: str, colour: int, steps: list[tuple[str, int]]) -> Line:
            points, total = [], 0
            for day, amount in sorted(steps):
                total += amount
                points.append((date.fromisoformat(day), total))
            return Line(who, f"{money(total, exponent)} {cur}", colour, points)

        found = [line("In all", -1, came)]
        for key in sorted(agents, key=lambda key: colours[key])[:MOST_LINES]:
            given = [
                (each["to"], one["amt"]) for each in counting for one in each["lines"] if one["agent"]["id"] == key
            ]
            found.append(line("You" if agents[key]["me"] else name(agents[key]), colours[key], given))
        return _rising(cur, exponent, found, last)

    return drawn


def _counts(amount: Money, state: str, cur: str) -> bool:
    return amount["cur"] == cur and state in ("confirmed", "effective")


def _rising(cur: str, exponent: int | None, found: Sequence[Line], last: date) -> Figure:
    says = "; ".join(f"{line.name} {line.figure}" for line in found)
    rows = sorted((day.isoformat(), line.name, money(total, exponent)) for line in found for day, total in line.points)
    table = Table((Column("Until"), Column("Who"), Column(cur, is_number=True)), rows)
    wide, narrow = (lines(found, last, size, says) for size in (Size(940, 260, 150), Size(328, 260, 120)))
    return Figure(f"so-far-{cur.lower()}", f"So far, in {cur}", says, wide, narrow, table)


def _named(agent: Agent | None, names: dict[str, str]) -> str:
    """The id of somebody; their name is noted for wherever they stand."""
    key = "" if agent is None else agent["id"]
    for prefix in ("c:", "p:"):
        names[prefix + key] = "You" if agent is not None and agent["me"] else name(agent)
    return key


def _flows(accounts: dict[str, Account]) -> list[Flow]:
    """What came and went; who got less than nothing (it was shared again) has no ribbon."""
    found = []
    for key, account in accounts.items():
        found += [Flow(payer, key, amount) for payer, amount in account.came.items() if amount > 0]
        found += [Flow(key, where, amount) for where, amount in account.went.items() if amount > 0]
        found += [Flow(key, "left", account.left)] if account.left > 0 else []
    return found


def _figure(
    cur: str, exponent: int | None, flows: list[Flow], names: dict[str, str], colours: Mapping[str, int]
) -> Figure:
    def figure(amount: int) -> str:
        return f"{money(amount, exponent)} {cur}"

    def column(keys: dict[str, int]) -> list[Knot]:
        ordered = sorted(keys, key=lambda key: (key in ("tax", "left"), -keys[key], key))
        return [Knot(key, names[key], figure(keys[key]), colours.get(key, -1)) for key in ordered]

    clients, agreements, people = (defaultdict[str, int](int) for _ in range(3))
    for flow in flows:
        if flow.source.startswith("a:"):
            people[flow.target] += flow.amount
        else:
            clients[flow.source] += flow.amount
            agreements[flow.target] += flow.amount
    columns = [column(clients), column(agreements), column(people)]
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
