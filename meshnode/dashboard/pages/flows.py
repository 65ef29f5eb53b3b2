"""The drawings of the page about money: where it goes, and how much there was by each day. One for each currency."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple

from meshnode.client import money_answers as m
from meshnode.client.answers import Agent
from meshnode.client.work_answers import Money
from meshnode.dashboard.charts.lines import Line, Size, lines
from meshnode.dashboard.charts.sankey import Flow, Knot, sankey
from meshnode.dashboard.colours import colours_of
from meshnode.dashboard.figures import Column, Figure, Table
from meshnode.dashboard.wording import money, name

WIDTHS = (940, 328)
MOST_LINES = 6
"""People of the drawing over time, the owner and those who got most: what has more crosses itself beyond reading. The
table has all."""
MOST_KNOTS = 10
"""Of a column of the drawing of flows; what is less stands together in one more. The table has all."""
HEADS = ("Clients", "Agreements", "People")
OTHERS = "others"
APART = ("tax", "left")
"""Where money goes that nobody gets: last in its column, however much it is."""


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


def so_far(cur: str, incomes: Sequence[m.Income], shared: Sequence[m.Distribution], last: date) -> Figure | None:
    """The drawing of what came in, tax apart, and what each was given until `last`, in one currency."""
    came = [(each["on"], each["net"]["amt"]) for each in incomes if _counts(each["net"], each["state"], cur)]
    counting = [each for each in shared if _counts(each["pool"], each["state"], cur)]
    if len({day for day, _ in came} | {each["to"] for each in counting}) < 2:
        return None  # no line can be drawn through one point
    exponent = next(each["net"]["exp"] for each in incomes if each["net"]["cur"] == cur)
    agents = {line["agent"]["id"]: line["agent"] for each in counting for line in each["lines"]}
    given: dict[str, list[tuple[str, int]]] = {key: [] for key in agents}
    for each in counting:
        for line in each["lines"]:
            given[line["agent"]["id"]].append((each["to"], line["amt"]))
    colours, found = colours_of(agents.values()), [_rises("In all", -1, came, cur, exponent)]
    most = sorted(given, key=lambda key: (not agents[key]["me"], -sum(amount for _, amount in given[key]), key))
    for key in most:
        who = "You" if agents[key]["me"] else name(agents[key])
        found.append(_rises(who, colours[key], given[key], cur, exponent))
    return _rising(cur, exponent, found, last)


def _rises(who: str, colour: int, steps: list[tuple[str, int]], cur: str, exponent: int | None) -> Line:
    """One line from what came by day."""
    points, total = [], 0
    for day, amount in sorted(steps):
        total += amount
        points.append((date.fromisoformat(day), total))
    return Line(who, f"{money(total, exponent)} {cur}", colour, points)


def _counts(amount: Money, state: str, cur: str) -> bool:
    return amount["cur"] == cur and state in ("confirmed", "effective")


def _rising(cur: str, exponent: int | None, found: Sequence[Line], last: date) -> Figure:
    drawn = found[: 1 + MOST_LINES]  # what came in, and people
    says = "; ".join(f"{line.name} {line.figure}" for line in drawn)
    rows = sorted((day.isoformat(), line.name, money(total, exponent)) for line in found for day, total in line.points)
    table = Table((Column("Until"), Column("Who"), Column(cur, is_number=True)), rows)
    wide, narrow = (lines(drawn, last, size, says) for size in (Size(940, 260, 150), Size(328, 260, 120)))
    return Figure(f"so-far-{cur.lower()}", f"So far, in {cur}", says, wide, narrow, table)


def _named(agent: Agent | None, names: dict[str, str]) -> str:
    """The id of somebody; their name is noted for wherever they stand."""
    key = "" if agent is None else agent["id"]
    for prefix in ("c:", "p:"):
        if agent is None:
            names[prefix] = "Payer not named"
        else:
            names[prefix + key] = "You" if agent["me"] else name(agent)
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
        ordered = sorted(keys, key=lambda key: (key in APART, key.endswith(OTHERS), -keys[key], key))
        return [Knot(key, names[key], figure(keys[key]), colours.get(key, -1)) for key in ordered]

    drawn = gathered(flows, names)
    columns = [column(each) for each in amounts_of(drawn)]
    total, got = (
        figure(sum(amounts_of(flows)[0].values())),
        ", ".join(f"{knot.name} {knot.figure}" for knot in columns[2]),
    )
    clients = len(amounts_of(flows)[0])
    says = f"{total} came from {clients} {'client' if clients == 1 else 'clients'}; of it: {got}"
    rows = [(names[each.source], names[each.target], money(each.amount, exponent)) for each in flows]
    table = Table((Column("From"), Column("To"), Column(cur, is_number=True)), rows)
    wide, narrow = (sankey(columns, HEADS, drawn, width, says) for width in WIDTHS)
    return Figure(f"flows-{cur.lower()}", f"Where the money goes, in {cur}", says, wide, narrow, table)


def amounts_of(flows: Sequence[Flow]) -> tuple[dict[str, int], dict[str, int], dict[str, int]]:
    """How much passes each knot: those of the clients, of the agreements, of the people."""
    clients, agreements, people = (defaultdict[str, int](int) for _ in range(3))
    for flow in flows:
        if flow.source.startswith("a:"):
            people[flow.target] += flow.amount
        else:
            clients[flow.source] += flow.amount
            agreements[flow.target] += flow.amount
    return clients, agreements, people


def gathered(flows: Sequence[Flow], names: dict[str, str]) -> list[Flow]:
    """The same flows where of each column only the largest stand alone; the names of what is gathered are noted."""
    into: dict[str, str] = {}
    for column, knots in zip("cap", amounts_of(flows), strict=True):
        alone = sorted((key for key in knots if key not in APART), key=lambda key: (-knots[key], key))
        rest = alone[MOST_KNOTS:] if len(alone) > MOST_KNOTS + 1 else []
        into |= dict.fromkeys(rest, f"{column}:{OTHERS}")
        names[f"{column}:{OTHERS}"] = f"{len(rest)} others"
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for flow in flows:
        sums[into.get(flow.source, flow.source), into.get(flow.target, flow.target)] += flow.amount
    return [Flow(source, target, amount) for (source, target), amount in sums.items()]
