"""Agreements: each reads like a contract, with who has signed it, and is signed in front of what is signed."""

import json
from collections.abc import Sequence
from typing import NamedTuple, cast

from meshnode.client import agreement_answers as g
from meshnode.client import answers as a
from meshnode.client import money_answers as m
from meshnode.dashboard.asking import Refused, segment
from meshnode.dashboard.charts.bars import Bar, bars
from meshnode.dashboard.charts.timeline import Mark, timeline
from meshnode.dashboard.colours import colours_of
from meshnode.dashboard.figures import Column, Figure, Sheet, Table
from meshnode.dashboard.pages.distribution import most_first
from meshnode.dashboard.settings import MOST_LISTED
from meshnode.dashboard.view import Given, Sent, View
from meshnode.dashboard.wording import name, plain_moment, worth
from meshnode.words.money import UnclearMoney, parse_plain

WIDTHS = (400, 328)
MOST_SHOWN = 50
"""Agreements of one page."""
MOST_NAMED = 6
"""Parties of an agreement that a list names."""
MOST_SIGNATURES = 40
"""Parties whose signature stands on the page of an agreement, those that are missing first."""
MOST_VERSIONS = 20
MOST_MARKS = 30
"""What happened last, as far as the drawing goes; the table has more."""
PLACES = ("contested", "conflict", "proposed", "in_force")
"""The order of a list, behind what waits for the owner: what is open, then what holds; what has ended comes last."""


async def index(given: Given) -> View:
    """The page of all agreements."""
    everything = given.query.get("all") == "true"
    told = cast(a.Page[g.AgreementBrief], await given.ask.get("/agreements", all=everything, limit=MOST_LISTED))
    found, skipped = told["items"], given.number("skip")
    found.sort(key=lambda each: each["at"], reverse=True)
    found.sort(
        key=lambda each: (not each["awaits"], PLACES.index(each["state"]) if each["state"] in PLACES else len(PLACES))
    )
    values = {
        "found": found[skipped : skipped + MOST_SHOWN],
        "skipped": skipped,
        "later": skipped + MOST_SHOWN if len(found) > skipped + MOST_SHOWN else None,
        "number": len(found),
        "more": told["next"] is not None,
        "everything": everything,
        "open_of": open_of,
        "states": STATES,
        "most_named": MOST_NAMED,
    }
    at = {"all": "true"} if everything else {}
    return View("agreements.html", "Agreements", values, at=at, sheets=(sheet(found),))


def sheet(found: Sequence[g.AgreementBrief]) -> Sheet:
    """The agreements as a list to take along."""
    columns = (Column("Agreement"), Column("State"), Column("Parties"), Column("Proposed"), Column("Id"))
    rows = [
        (each["title"], _word(each["state"]), ", ".join(map(name, each["parties"])), each["at"][:10], each["id"])
        for each in found
    ]
    return Sheet("agreements", "Agreements", Table(columns, rows))


def open_of(says: str, state: str) -> str:
    """What is open about an agreement, without its state, which stands beside it as a mark."""
    return says.removeprefix(_word(state)).removeprefix("; ")


def _word(state: str) -> str:
    return state.replace("_", " ")


async def show(given: Given) -> View:
    """The page of one agreement, in the version that stands, or in another one."""
    which = segment(given.query.get("version") or given.path["id"])
    found = cast(g.Agreement, await given.ask.get(f"/agreements/{which}"))
    record = cast(a.RecordAnswer, await given.ask.get(f"/records/{found['version']}"))
    waits = found["version"] in found["awaits"]
    values = {
        "found": found,
        "waits": waits,
        "canonical": json.dumps(record["header"], indent=2, ensure_ascii=False, sort_keys=True),
        "record": record,
        "states": STATES,
        "open_of": open_of,
        "most_signatures": MOST_SIGNATURES,
        "most_versions": MOST_VERSIONS,
        "signed": sum(each["state"] == "signed" for each in found["signatures"]),
        "marks": (MOST_MARKS, len(marks_of(found))),
    }
    found["signatures"].sort(key=lambda each: each["state"] == "signed")
    typed = given.query.get("amount", "").strip()
    asked = given.query.get("share") == "now"
    supposed = await _supposed(given, found, typed) if asked else Supposed("", None, None)
    figures = (history(found), *filter(None, [supposed.figure]))
    values |= {"why_not": supposed.why_not, "preview": supposed.preview, "typed": typed if asked else ""}
    at = {"share": "now", "amount": typed} if supposed.figure and typed else {"share": "now"} if supposed.figure else {}
    return View("agreement.html", found["title"] or "An agreement", values, figures, at)


class Supposed(NamedTuple):
    """What would be if what came in were shared now, or what somebody typed; else why it cannot be."""

    why_not: str
    preview: m.Preview | None
    figure: Figure | None


async def _supposed(given: Given, found: g.Agreement, typed: str) -> Supposed:
    """Ask what each would get, of an amount that was typed if there is one. Nothing is signed by that."""
    asked: dict[str, object] = {"agreement": found["id"]}
    try:
        if typed:
            asked["suppose"] = {"amt": parse_plain(typed, found["currency"]), "cur": found["currency"]}
        seen = cast(m.Preview, await given.ask.post("/distributions/preview", asked))
    except (UnclearMoney, Refused) as error:
        return Supposed(str(error), None, None)
    seen["lines"].sort(key=most_first)
    pool, colours = seen["pool"], colours_of(line["agent"] for line in seen["lines"])

    def figure(amount: int) -> str:
        return worth({**pool, "amt": amount})

    parts = [("You" if e["agent"]["me"] else name(e["agent"]), colours[e["agent"]["id"]], e) for e in seen["lines"]]
    bits = [Bar(who, ((e["amt"] + e["held"], colour),), figure(e["amt"] + e["held"])) for who, colour, e in parts]
    if seen["carry"]["amt"]:
        bits.append(Bar("Left for the next", ((seen["carry"]["amt"], -1),), figure(seen["carry"]["amt"])))
    says = f"Of {figure(pool['amt'])}: " + ", ".join(f"{bar.name} {bar.figure}" for bar in bits)
    wide, narrow = (bars(bits, width, says) for width in WIDTHS)
    rows = [(bar.name, bar.figure) for bar in bits]
    table = Table((Column("Who"), Column("Amount", is_number=True)), rows)
    return Supposed(
        "",
        seen,
        Figure(
            "supposed",
            f"If {figure(pool['amt'])} were shared now" if typed else "If it were shared now",
            says,
            wide,
            narrow,
            table,
        ),
    )


STATES = {
    "in_force": ("in force", "ok"),
    "proposed": ("proposed", "warn"),
    "contested": ("contested", "bad"),
    "conflict": ("in conflict", "bad"),
    "superseded": ("replaced", ""),
    "ended": ("ended", ""),
}
"""How states are told, and how they are marked."""


def history(found: g.Agreement) -> Figure:
    """Versions and signatures over time, the last of them drawn."""
    marks = marks_of(found)
    drawn = marks[-MOST_MARKS:]
    says = "; ".join(f"{plain_moment(mark.at)}: {mark.name}" for mark in drawn)
    wide, narrow = (timeline(drawn, width, says) for width in WIDTHS)
    rows = [(plain_moment(mark.at), mark.name) for mark in marks]
    return Figure("history", "How it came about", says, wide, narrow, Table((Column("When"), Column("What")), rows))


def marks_of(found: g.Agreement) -> list[Mark]:
    """What happened to an agreement, from first to last."""
    versions = sorted(found["versions"], key=lambda each: each["at"])
    marks = [
        Mark(each["at"], f"Version {place + 1} by {name(each['proposer'])}", 0) for place, each in enumerate(versions)
    ]
    marks += [
        Mark(each["at"], f"{name(each['agent'])} {_did(each)}", 1 if each["state"] == "signed" else -1)
        for each in found["signatures"]
        if each["at"]
    ]
    return sorted(marks, key=lambda mark: (mark.at, mark.colour))


def _did(signature: g.Signature) -> str:
    return {"signed": "signed", "declined": "declined", "contested": "signed (contested)"}.get(signature["state"], "")


async def sign(sent: Sent) -> str:
    """Sign or decline the version that was shown: refused if it reads otherwise by now."""
    agreement = segment(sent.path["id"])
    decision = "decline" if sent.fields.get("decision") == "decline" else "accept"
    body = {"version": sent.fields.get("version"), "seen": sent.fields.get("seen"), "decision": decision}
    note = {"text": sent.fields["text"]} if sent.fields.get("text") else {}
    await sent.ask.post(f"/agreements/{agreement}/signatures", {**body, **note}, sent.key)
    return f"/agreements/{agreement}"
