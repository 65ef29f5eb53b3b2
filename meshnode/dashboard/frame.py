"""What stands around every page: who this is, where one can go, and whether the node keeps its promises."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from meshnode.dashboard.asking import Asking, Refused


class Place(NamedTuple):
    """An entry of the navigation."""

    name: str
    path: str
    word: str


PLACES = (
    Place("today", "/", "Today"),
    Place("work", "/work", "Work"),
    Place("money", "/money", "Money"),
    Place("agreements", "/agreements", "Agreements"),
    Place("people", "/people", "People"),
    Place("mesh", "/mesh", "Mesh"),
    Place("sync", "/sync", "Sync"),
)


async def frame_of(ask: Asking, place: str, now: int) -> Mapping[str, Any]:  # templates take values of any shape
    """The values that `frame.html` needs."""
    unknown = ""
    try:
        me = await ask.get("/me")
    except Refused as refused:  # This device is not let in yet, or nothing can be read; the health says so.
        me, unknown = None, refused.problem.code
    return {
        "me": me,
        "unknown": unknown,
        "health": await ask.get("/health"),
        "places": PLACES,
        "place": place,
        "as_of": datetime.fromtimestamp(now / 1000, UTC),
    }
