"""One record, checked in front of whoever looks: its bytes, its signature, its chain, its standing and why."""

import json
from base64 import b64decode
from typing import cast

from meshnode.client import answers as a
from meshnode.client import money_answers as m
from meshnode.dashboard.asking import Refused, segment
from meshnode.dashboard.figures import Column, Sheet, Table
from meshnode.dashboard.view import Given, Sent, View
from meshproto.records.ids import to_text

MOST_SAID = 60
"""Words of others on the page of a piece of work, and people who hold a record."""


async def show(given: Given) -> View:
    """The page."""
    ask, path = given.ask, f"/records/{segment(given.path['id'])}"
    record = cast(a.RecordAnswer, await ask.get(path))
    # The check is made now, from the stored bytes: it is no note of an earlier one.
    checked = cast(a.Verified, await ask.post(f"{path}/verify", {}))
    why = cast(a.Why, await ask.get(f"{path}/why"))
    raw = b64decode(record["raw"])
    values = {
        "record": record,
        "checked": checked,
        "why": why,
        "previous": _previous(record),
        "raw": raw.hex(" "),
        "size": len(raw),
        "canonical": json.dumps(record["header"], indent=2, ensure_ascii=False, sort_keys=True),
        "private": None if record["private"] is None else json.dumps(record["private"], indent=2, ensure_ascii=False),
        "most_said": MOST_SAID,
        "entry": None,
        "evaluation": None,
    }
    if record["type"] == "contribution" and record["standing"]["status"] in ("yes", "contested"):
        values |= await _of_work(given, record["id"])
    return View("record.html", f"Record {record['id'][:15]}…", values, sheets=(fields(record),))


def fields(record: a.RecordAnswer) -> Sheet:
    """What was signed, field by field, to take along."""
    told = {"id": record["id"], "type": record["type"], "at": record["at"], "signature": record["signature"] or ""}
    rows = [*told.items(), *((f"header.{each}", _text(value)) for each, value in sorted(record["header"].items()))]
    rows += [(f"private.{each}", _text(value)) for each, value in sorted((record["private"] or {}).items())]
    return Sheet("record", "The record", Table((Column("Field"), Column("Value")), [*rows, ("raw", record["raw"])]))


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _previous(record: a.RecordAnswer) -> str:
    """The id of the record before it in its log; empty for the first."""
    named = record["header"]["prev"]
    return to_text(bytes.fromhex(named)) if isinstance(named, str) and named.strip("0") else ""


async def _of_work(given: Given, record: str) -> dict[str, object]:
    """What a contribution is, and what others said of it."""
    try:
        entry = await given.ask.get(f"/contributions/{record}")
    except Refused:  # It is here and has no effect: the page shows why.
        return {}
    try:
        evaluation = cast(m.Evaluation, await given.ask.get(f"/contributions/{record}/evaluation"))
    except Refused:  # It stands where nobody else speaks of it.
        return {"entry": entry}
    return {"entry": entry, "evaluation": evaluation}


async def attest(sent: Sent) -> str:
    """Confirm or reject somebody's work, as far as one has seen it."""
    record = segment(sent.path["id"])
    note = {"note": sent.fields["note"]} if sent.fields.get("note") else {}
    rejected = {"reject": True} if sent.fields.get("verdict") == "reject" else {}
    await sent.ask.post("/attestations", {"contribution": record, **rejected, **note}, sent.key)
    return f"/records/{record}"
