"""One distribution: how an amount became lines, who approves it, and why each cent is where it is."""

import re
from collections.abc import Callable, Sequence
from typing import cast

from meshnode.client import money_answers as m
from meshnode.client.work_answers import Money
from meshnode.dashboard.asking import segment
from meshnode.dashboard.charts.waterfall import Step, waterfall
from meshnode.dashboard.colours import colours_of
from meshnode.dashboard.figures import Column, Figure, Sheet, Table
from meshnode.dashboard.shortening import fair
from meshnode.dashboard.view import Given, Sent, View
from meshnode.dashboard.wording import name, worth
from meshnode.words.shares import is_piece, much, shared, step_word

WIDTHS = (560, 328)
MOST_STEPS = 20
"""People of the drawing, those who get most; what the others get stands together in one more. The table has all."""
MOST_OPEN = 30
"""People who stand on the page of a distribution, and lines on the page that says why."""
MOST_BEHIND = 80
"""Contributions and ballots on the page that says why, over all its lines; what can be taken along has all."""


async def show(given: Given) -> View:
    """The page."""
    ask, path = given.ask, f"/distributions/{segment(given.path['id'])}"
    found = cast(m.Distribution, await ask.get(path))
    found["lines"].sort(key=most_first)
    incomes = [cast(m.Income, await ask.get(f"/incomes/{each}")) for each in found["incomes"]]
    values = {"found": found, "incomes": incomes, "word": step_word, "most_open": MOST_OPEN}
    found["approvals"].sort(key=lambda each: each["level"] == "yes")
    title = f"{worth(found['pool'])} of {found['agreement']['name']}"
    return View("distribution.html", title, values, (falls(found, incomes),))


def most_first(line: m.Line | m.Explained) -> tuple[int, str]:
    """Sorts lines: who gets most stands first."""
    return -line["amt"] - line["held"], name(line["agent"])


def falls(found: m.Distribution, incomes: Sequence[m.Income]) -> Figure:
    """From what came in, by way of the tax and each line, to what is left for the next distribution."""
    pool = found["pool"]

    def figure(amount: int) -> str:
        return worth({**pool, "amt": amount})

    steps = [
        Step(
            f"From {name(each['payer'])}" if each["payer"] else "Payer not named",
            each["gross"]["amt"],
            figure(each["gross"]["amt"]),
        )
        for each in incomes
    ]
    tax = sum(each["tax"]["amt"] for each in incomes)
    steps += [Step("Tax", -tax, figure(-tax))] if tax else []
    brought = pool["amt"] - sum(step.amount for step in steps)
    steps += [Step("Brought in from before", brought, figure(brought))] if brought else []
    steps.append(Step("To share", 0, figure(pool["amt"]), is_sum=True))
    people = _gets(found, figure)
    drawn = (
        people if len(people) <= MOST_STEPS else [*people[: MOST_STEPS - 1], _rest(people[MOST_STEPS - 1 :], figure)]
    )
    last = Step("Left for the next", 0, figure(found["carry"]["amt"]), is_sum=True)
    says = "; ".join(f"{step.name} {step.figure}" for step in (*steps, *drawn, last))
    wide, narrow = (waterfall([*steps, *drawn, last], width, says) for width in WIDTHS)
    rows = [(step.name, step.figure) for step in (*steps, *people, last)]
    table = Table((Column("Step"), Column("Amount", is_number=True)), rows)
    return Figure("waterfall", "From what came in to what each gets", says, wide, narrow, table)


def _gets(found: m.Distribution, figure: Callable[[int], str]) -> list[Step]:
    """A step for what each gets."""
    colours, steps = colours_of(line["agent"] for line in found["lines"]), []
    for line in found["lines"]:
        amount = line["amt"] + line["held"]
        who = "You" if line["agent"]["me"] else name(line["agent"])
        steps.append(Step(who, -amount, figure(amount), colours[line["agent"]["id"]]))
    return steps


def _rest(steps: Sequence[Step], figure: Callable[[int], str]) -> Step:
    """What several get, together."""
    amount = sum(step.amount for step in steps)
    return Step(f"{len(steps)} others", amount, figure(-amount))


async def why(given: Given) -> View:
    """Why the lines are what they are, from the amounts down to the signatures."""
    ask, path = given.ask, f"/distributions/{segment(given.path['id'])}"
    person = given.query.get("person")
    found = cast(m.Explanation, await ask.get(f"{path}/explanation", person=person))
    values = {
        "found": found,
        "pool": found["pool"],
        "shared": shared,
        "counted": counted,
        "said": said,
        "word": step_word,
        "step_of": place_of,
        "amount": _amount(found["pool"]),
    }
    found["lines"].sort(key=most_first)
    values |= {"most_open": MOST_OPEN, "kept": kept_of(found["lines"][:MOST_OPEN]), "person": person}
    return View("why.html", "Why each cent", values, (), {"person": person} if person else {}, (causes(found),))


def kept_of(lines: Sequence[m.Explained]) -> list[list[int]]:
    """Of each line and each of its causes, how much of what is behind it stands on the page."""
    lengths = [len(cause["behind"]) for line in lines for cause in line["causes"]]
    kept = iter(fair(lengths, MOST_BEHIND))
    return [[next(kept) for _ in line["causes"]] for line in lines]


def causes(found: m.Explanation) -> Sheet:
    """Each amount with what it came from, to take along: a row for what stands behind a step of somebody's line."""
    columns = (*map(Column, ("Who", "Step", "Of", "By", "Signed", "Holds")), Column("Amount", is_number=True))
    rows: list[tuple[str, ...]] = []
    for line in found["lines"]:
        for cause in line["causes"]:
            step = f"{step_word(cause['do'], cause['path'])}, {place_of(cause['path'])}"
            rows += [(name(line["agent"]), step, *_behind(each, found["pool"])) for each in cause["behind"]]
            if not cause["behind"]:
                rows.append(
                    (name(line["agent"]), step, "", "", "", "", worth({**found["pool"], "amt": cause["amount"]}))
                )
    return Sheet("why", "Why each cent", Table(columns, rows))


def _behind(each: m.Behind, pool: Money) -> tuple[str, ...]:
    signed = each["signature"]
    holds = ("", "") if signed is None else (signed["id"], "yes" if signed["holds"] else "NO")
    return each["title"] or each["id"], name(each["agent"]), *holds, worth({**pool, "amt": each["amount"]})


def place_of(path: str) -> str:
    """Where in the equation a step stands, counted from one: `steps[1]` is step 2."""
    return "step " + ".".join(str(int(number) + 1) for number in re.findall(r"\d+", path))


def counted(behind: m.Behind) -> str:
    """How much of a contribution counts."""
    quality = "" if behind["quality"] == "1" else f" × {behind['quality']}"
    if is_piece(behind) and behind["confirmed"] == "1":
        return f"confirmed as a whole{quality}"
    return f"{much(behind['confirmed'], behind)}{quality} of {much(behind['claim'], behind)} claimed"


def said(word: m.Word, behind: m.Behind) -> str:
    """What an attester said."""
    if word["rejects"]:
        return "rejects it"
    whole = is_piece(behind) and word["figure"] == "1"
    rated = f", rated {word['rating']}" if word["rating"] is not None else ""
    return f"confirms {'it' if whole else much(word['figure'], behind)}{rated}"


def _amount(pool: Money) -> object:
    return lambda amount: worth({**pool, "amt": amount})


async def approve(sent: Sent) -> str:
    """Approve it."""
    which = segment(sent.path["id"])
    await sent.ask.post(f"/distributions/{which}/approvals", {}, sent.key)
    return f"/money/distributions/{which}"
