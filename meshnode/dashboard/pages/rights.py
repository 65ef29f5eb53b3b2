"""Responsibility and rights: of all agreements in force who answers to whom, and who may use which results."""

from collections.abc import Sequence
from typing import NamedTuple, cast

from meshnode.client import agreement_answers as g
from meshnode.client.answers import Page
from meshnode.dashboard.figures import Column, Sheet, Table
from meshnode.dashboard.settings import MOST_LISTED
from meshnode.dashboard.view import Given, View
from meshnode.dashboard.wording import sentence
from meshnode.terms.contract import DUTIES

MOST_SHOWN = 12
"""Agreements of one page: each is read as a whole."""


class Agreed(NamedTuple):
    """What one agreement says of both."""

    found: g.Agreement
    duties: Sequence[str]


async def show(given: Given) -> View:
    """The page."""
    told = cast(Page[g.AgreementBrief], await given.ask.get("/agreements", limit=MOST_LISTED))
    in_force = [each for each in told["items"] if each["state"] == "in_force"]
    in_force.sort(key=lambda each: each["at"], reverse=True)
    skipped = given.number("skip")
    chosen = in_force[skipped : skipped + MOST_SHOWN]
    agreed = [_agreed(cast(g.Agreement, await given.ask.get(f"/agreements/{each['id']}"))) for each in chosen]
    later = skipped + MOST_SHOWN
    values = {
        "agreed": agreed,
        "skipped": skipped,
        "later": later if len(in_force) > later else None,
        "number": len(in_force),
        "more": told["next"] is not None,
    }
    at = {"skip": str(skipped)} if skipped else {}
    return View("rights.html", "Responsibility and rights", values, at=at, sheets=(owned(agreed), answers(agreed)))


def _agreed(found: g.Agreement) -> Agreed:
    return Agreed(found, [line for each in found["sections"] if each["title"] == DUTIES for line in each["lines"]])


def owned(agreed: Sequence[Agreed]) -> Sheet:
    """Whose the results are, to take along."""
    columns = tuple(map(Column, ("Agreement", "What", "Owner", "Others may use it under", "From")))
    rows = [
        (each.found["title"], sentence(one["what"]), one["owner"], one["licence"], one["effective"])
        for each in agreed
        for one in each.found["rights"]
    ]
    return Sheet("rights", "Whose the results are", Table(columns, rows))


def answers(agreed: Sequence[Agreed]) -> Sheet:
    """Who answers to whom, to take along."""
    rows = [(each.found["title"], line) for each in agreed for line in each.duties]
    return Sheet("duties", "Who answers to whom", Table((Column("Agreement"), Column("What is agreed")), rows))
