"""CV: what the owner tells of themselves, what they did, and what others say of it; to read, to print, to prove."""

from collections.abc import Sequence
from typing import cast

from meshnode.client import answers as a
from meshnode.client import network_answers as n
from meshnode.client import work_answers as w
from meshnode.dashboard.figures import Column, Sheet, Table
from meshnode.dashboard.pages.work import by_name
from meshnode.dashboard.settings import MOST_LISTED
from meshnode.dashboard.view import Given, View
from meshnode.dashboard.wording import hours, name

MOST_SAID = 30
"""Words of others on the page, the latest; what is taken along has as many as the node tells at once."""
MOST_PLACES = 20
"""Networks of the page."""
SAID = {"thanks": "thanks you", "kudos": "gives you kudos", "skill": "confirms a skill"}
"""What each kind of recognition does."""


async def show(given: Given) -> View:
    """The page."""
    ask = given.ask
    me = cast(a.Me, await ask.get("/me"))
    networks = cast(list[n.Network], await ask.items("/networks", limit=MOST_LISTED))
    projects = cast(list[w.Hours], await ask.items("/contributions/hours", by="project", mine=True))
    said = cast(a.Page[w.Recognition], await ask.get("/recognitions", to="me", limit=MOST_LISTED))
    places = [each for each in networks if not each["notebook"]]
    values = {
        "me": me,
        "profile": me["profile"],
        "belongs": places[:MOST_PLACES],
        "more_networks": len(places) - MOST_PLACES,
        "said": said["items"][:MOST_SAID],
        "more_said": len(said["items"]) - MOST_SAID,
        "words": SAID,
        "skills": confirmed(me["profile"]["skills"], said["items"]),
        "contributions": sum(each["contributions"] for each in projects),
        "total": hours(sum(each["seconds"] for each in projects)),
    }
    figures = (by_name("projects", "Hours per project", "no project", projects),) if projects else ()
    return View("cv.html", "Your CV", values, figures, sheets=(heard(said["items"]),))


def confirmed(skills: Sequence[str], said: Sequence[w.Recognition]) -> list[tuple[str, list[a.Agent]]]:
    """Each skill with those who confirm it: the ones that are claimed first, then what others say besides."""
    by: dict[str, dict[str, a.Agent]] = {each: {} for each in skills}
    for each in said:
        if each["kind"] == "skill" and each["skill"]:
            by.setdefault(each["skill"], {})[each["agent"]["id"]] = each["agent"]
    return [(skill, list(agents.values())) for skill, agents in by.items()]


def heard(said: Sequence[w.Recognition]) -> Sheet:
    """What others say, to take along."""
    columns = tuple(map(Column, ("Day", "Who", "Kind", "Skill", "For", "Words", "Id")))
    rows = [
        (
            *(each["at"][:10], name(each["agent"]), each["kind"], each["skill"]),
            *(each["title"], each["text"], each["id"]),
        )
        for each in said
    ]
    return Sheet("said", "What others say", Table(columns, rows))
