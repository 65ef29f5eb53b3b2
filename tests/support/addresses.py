"""The addresses of the dashboard's pages: what tests look at and attack, pictures show and benches measure."""

import re
from typing import NamedTuple

from meshnode.dashboard.table import PAGES


class Things(NamedTuple):
    """What pages are of, by id."""

    shared: str
    """A distribution."""
    agreement: str
    """An agreement in force."""
    record: str
    person: str = ""
    """Of whom pages of one person are; the owner if it is empty."""
    to_sign: str = ""
    """An agreement that waits for the owner's signature, if there is one."""


def pages_of(things: Things) -> dict[str, str]:
    """Every page by a name, and its address; fails if a page of the dashboard has none here."""
    shared, agreement = f"/money/distributions/{things.shared}", f"/agreements/{things.agreement}"
    whose = f"?person={things.person}" if things.person else ""
    found = {
        "today": "/",
        "work": "/work",
        "everybody": "/work?who=all",
        "money": "/money",
        "distribution": shared,
        "why": f"{shared}/why{whose}",
        "statement": f"/money/statement{whose}",
        "agreements": "/agreements",
        "rights": "/agreements/rights",
        "agreement": agreement,
        "shared-now": f"{agreement}?share=now",
        "supposed": f"{agreement}?share=now&amount=10000.00",
        "people": "/people",
        "cv": "/cv",
        "mesh": "/mesh",
        "sync": "/sync",
        "settings": "/settings",
        "record": f"/records/{things.record}",
    }
    if things.to_sign:
        found["to-sign"] = f"/agreements/{things.to_sign}"
    unseen = [page.path for page in PAGES if not any(_is_of(page.path, path) for path in found.values())]
    assert unseen == [], "no address of these pages is named here"
    return found


def _is_of(pattern: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), path.split("?")[0]) is not None
