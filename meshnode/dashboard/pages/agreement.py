"""Agreements: each reads like a contract, with who has signed it, and is signed in front of what is signed."""

import json
from typing import cast

from meshnode.client import agreement_answers as g
from meshnode.client import answers as a
from meshnode.dashboard.asking import segment
from meshnode.dashboard.charts.timeline import Mark, timeline
from meshnode.dashboard.figures import Column, Figure, Table
from meshnode.dashboard.view import Given, Sent, View
from meshnode.dashboard.wording import name, plain_moment

WIDTHS = (400, 328)
MOST_SHOWN = 100


async def index(given: Given) -> View:
    """The page of all agreements."""
    everything = given.query.get("all") == "true"
    found = cast(list[g.AgreementBrief], await given.ask.items("/agreements", all=everything, limit=MOST_SHOWN))
    return View("agreements.html", "Agreements", {"found": found, "everything": everything})


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
    }
    figures = (history(found),)
    return View("agreement.html", found["title"] or "An agreement", values, figures)


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
    """Versions and signatures over time."""
    versions = sorted(found["versions"], key=lambda each: each["at"])
    marks = [
        Mark(each["at"], f"Version {place + 1} by {name(each['proposer'])}", 0) for place, each in enumerate(versions)
    ]
    marks += [
        Mark(each["at"], f"{name(each['agent'])} {_did(each)}", 1 if each["state"] == "signed" else -1)
        for each in found["signatures"]
        if each["at"]
    ]
    marks.sort(key=lambda mark: (mark.at, mark.colour))
    says = "; ".join(f"{plain_moment(mark.at)}: {mark.name}" for mark in marks)
    wide, narrow = (timeline(marks, width, says) for width in WIDTHS)
    rows = [(plain_moment(mark.at), mark.name) for mark in marks]
    return Figure("history", "How it came about", says, wide, narrow, Table((Column("When"), Column("What")), rows))


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
