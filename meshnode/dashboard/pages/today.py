"""Today: the timer, what waits for me, this week, and what comes in."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import cast

from meshnode.client import answers as a
from meshnode.client import money_answers as m
from meshnode.client import work_answers as w
from meshnode.dashboard.asking import Asking
from meshnode.dashboard.figures import Column, Sheet, Table
from meshnode.dashboard.settings import MOST_LISTED
from meshnode.dashboard.view import Done, Given, Sent, Unclear, View
from meshnode.dashboard.wording import amount, asks, local_day, name, place, plain_moment, title
from meshnode.words.times import UnclearTime
from meshnode.words.units import Unclear as UnclearAmount
from meshnode.words.units import parse_amount

FEED = 14
"""Entries of the feed: what fits on a screen."""
MOST_WAITING = 30
"""Things that wait shown at once; who has more does the oldest first."""


async def show(given: Given) -> View:
    """The page."""
    ask = given.ask
    inbox = cast(m.Inbox, await ask.get("/inbox", limit=MOST_WAITING))
    feed = cast(list[w.Contribution], (await ask.get("/contributions", limit=FEED))["items"])
    values = {
        "timers": cast(list[a.Timer], await ask.items("/timers", limit=MOST_LISTED)),
        "waiting": [(each, link_of(each)) for each in inbox["items"]],
        "more_waiting": inbox["total"] - len(inbox["items"]),
        "feed": feed,
        "hours": await hours_lately(ask, local_day(given.now)),
        "where": await places_to_log(ask),
        "day": local_day(given.now).isoformat(),
    }
    return View("today.html", "Today", values, sheets=(waits(inbox["items"]), comes_in(feed)))


async def hours_lately(ask: Asking, today: date) -> tuple[int, int]:
    """The owner's seconds of today, and of this week since its Monday."""
    monday = today - timedelta(days=today.weekday())
    period: dict[str, str | bool] = {"from": monday.isoformat(), "to": today.isoformat(), "mine": True}
    days = cast(list[w.Hours], await ask.items("/contributions/hours", by="day", **period))
    return sum(each["seconds"] for each in days if each["of"] == today.isoformat()), sum(
        each["seconds"] for each in days
    )


def waits(found: Sequence[m.Waiting]) -> Sheet:
    """What waits, to take along."""
    columns = tuple(map(Column, ("Since", "What", "Where", "Command")))
    rows = [(plain_moment(each["since"]), asks(each), place(each["scope"]), each["command"]) for each in found]
    return Sheet("waits", "What waits for you", Table(columns, rows))


def comes_in(found: Sequence[w.Contribution]) -> Sheet:
    """What comes in, to take along."""
    columns = tuple(map(Column, ("When", "What", "Amount", "Who", "Where")))
    rows = [
        (plain_moment(each["at"]), title(each), amount(each), name(each["agent"]), place(each["scope"]))
        for each in found
    ]
    return Sheet("feed", "What comes in", Table(columns, rows))


async def places_to_log(ask: Asking) -> Mapping[str, list[tuple[str, str]]]:
    """Where work can be signed: pairs of what the form sends and what people read."""
    projects = cast(list[a.Project], await ask.items("/projects", limit=MOST_LISTED))
    agreements = await ask.items("/agreements", limit=MOST_LISTED)
    networks = await ask.items("/networks", limit=MOST_LISTED)
    return {
        "Projects": [(f"project:{each['id']}", each["title"]) for each in projects],
        "Agreements": [
            (f"agreement:{each['id']}", each["title"]) for each in agreements if each["state"] == "in_force"
        ],
        "Networks": [
            (f"network:{each['id']}", each["name"])
            for each in networks
            if not each["notebook"] and each["standing"] == "active"
        ],
    }


def link_of(waits: m.Waiting) -> str:
    """The page on which one does what waits; empty where only a command does it yet."""
    pages = {
        "sign": f"/agreements/{waits['scope']['id']}",
        "decide": f"/agreements/{waits['scope']['id']}",
        "approve": f"/money/distributions/{waits['record']}",
        "confirm-income": "/money",
        "confirm-payment": "/money",
        "attest": f"/records/{waits['record']}",
    }
    return pages.get(waits["kind"], "")


async def start(sent: Sent) -> str:
    """Start the timer."""
    title = _title(sent)
    place = _place(sent)
    if "agreement" in place:
        raise Unclear("a timer runs for a project or a network; log work under an agreement once it is done")
    await sent.ask.post("/timers", {"title": title, **place}, sent.key)
    return "/"


async def stop(sent: Sent) -> str:
    """Stop a timer, and log what it measured unless it is discarded."""
    body = {"timer": sent.fields.get("timer") or None, "discard": sent.fields.get("discard") == "yes"}
    await sent.ask.post("/timers/stop", body, sent.key)
    return "/"


async def log(sent: Sent) -> Done:
    """Sign work that is done, and say what it does not count for."""
    try:
        amount = parse_amount(sent.fields.get("amount", ""))
    except (UnclearAmount, UnclearTime) as error:
        raise Unclear(str(error)) from error
    kind = {"kind": "money"} if amount.value is not None else {}
    body = {"title": _title(sent), "day": sent.fields.get("day") or None, **kind, **amount.fields(), **_place(sent)}
    written = cast(a.Written, await sent.ask.post("/contributions", body, sent.key))
    return Done("/", tuple(written["warnings"]))


def _title(sent: Sent) -> str:
    title = sent.fields.get("title", "").strip()
    if not title:
        raise Unclear("say in a few words what it is")
    return title


def _place(sent: Sent) -> dict[str, str]:
    """Where it is to be signed; nothing said: where the node's settings say."""
    kind, _, place = sent.fields.get("place", "").partition(":")
    return {kind: place} if kind in ("project", "agreement", "network") and place else {}
