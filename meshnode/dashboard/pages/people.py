"""People and roles: who belongs to a network and how closely, and who worked on what."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import NamedTuple, cast

from meshnode.client import agreement_answers as g
from meshnode.client import network_answers as n
from meshnode.client import work_answers as w
from meshnode.client.answers import Agent, Page
from meshnode.dashboard.asking import Asking
from meshnode.dashboard.charts.heatmap import first_day
from meshnode.dashboard.charts.matrix import Cell, matrix
from meshnode.dashboard.charts.rings import NARROW, WIDE, Ring, Somebody, rings
from meshnode.dashboard.colours import colours_of
from meshnode.dashboard.figures import Column, Figure, Sheet, Table
from meshnode.dashboard.settings import MOST_LISTED
from meshnode.dashboard.view import Given, View
from meshnode.dashboard.wording import hours, local_day, name

RINGS: Mapping[str, tuple[str, ...]] = {
    "core": ("founder", "steward", "core"),
    "occasional": ("occasional",),
    "clients": ("client",),
    "observers": ("observer", "relay"),
    "known by their work": ("resonance",),
}
"""The rings from the inside, and whose roles stand on each."""
GONE = ("left", "removed", "void")
MOST_SHOWN = 60
"""People on the page; what is taken along has more."""
MOST_ROWS, COLUMNS = 20, (5, 3)
"""People of the drawing of who worked on what, and projects of its wide and its narrow form."""
WIDTHS = ((400, 120), (328, 110))
"""Of that drawing, and of it the names of people."""
CELL = 34
"""Width of a cell: four figures."""
STEPS = (0, 8 * 3600, 40 * 3600, 160 * 3600)
"""Seconds above which a cell is one shade darker: anything, a day, a week, a month of work."""


class Known(NamedTuple):
    """Somebody in a network, with all roles they have there."""

    agent: Agent
    fingerprint: str
    roles: tuple[str, ...]
    states: tuple[str, ...]
    since: str
    seconds: int
    """Of work within a year, wherever it stands."""
    agreements: int
    """Agreements in force in which they are a party, as far as they are known here."""

    @property
    def ring(self) -> int:
        """How closely they belong, 0 for most; one more than there are rings for those who do not any more."""
        here = [role for role, state in zip(self.roles, self.states, strict=True) if state in ("active", "")]
        found = [place for place, roles in enumerate(RINGS.values()) if any(role in roles for role in here)]
        return min(found, default=len(RINGS))


async def show(given: Given) -> View:
    """The page."""
    ask, wanted, last = given.ask, given.query.get("network", ""), local_day(given.now)
    networks = [
        each
        for each in cast(list[n.Network], await ask.items("/networks", limit=MOST_LISTED))
        if not each["notebook"] and each["standing"] != "left"
    ]
    networks.sort(key=lambda each: -len(each["members"]))
    chosen = next((each for each in networks if each["id"] == wanted), networks[0] if networks else None)
    values: dict[str, object] = {"networks": networks, "chosen": chosen, "rings": tuple(RINGS)}
    if chosen is None:
        return View("people.html", "People", values)
    worked = await _worked(ask, last)
    known, more = await _known(ask, chosen["id"], worked)
    here = [each for each in known if each.ring < len(RINGS)]
    values |= {
        "here": here,
        "more": more,
        "gone": [each for each in known if each.ring == len(RINGS)],
        "most_shown": MOST_SHOWN,
        "since": first_day(last).isoformat(),
        "columns": COLUMNS,
        "projects": worked.number,
    }
    figures = (closeness(here), *filter(None, [who_on_what(here, worked)]))
    return View("people.html", "People", values, figures, {"network": chosen["id"]}, (listed(known),))


class Worked(NamedTuple):
    """Seconds of work within a year, wherever it stands: in networks and under agreements."""

    by_agent: Mapping[str, int]
    projects: Sequence[w.Hours]
    """All projects, the most first; work without one has no name."""
    on: Mapping[str, Mapping[str, int]]
    """Of the projects that are drawn, by the project's id and then by the person's."""

    @property
    def number(self) -> int:
        """Of projects."""
        return sum(bool(each["of"]) for each in self.projects)


async def _worked(ask: Asking, last: date) -> Worked:
    """Ask who worked how long within a year, in all and on the projects that are drawn.

    Not in the network alone: an index has all that these sums need only where no network is asked for.
    """
    period: dict[str, str] = {"from": first_day(last).isoformat(), "to": last.isoformat()}

    async def by(what: str, project: str = "") -> list[w.Hours]:
        return cast(list[w.Hours], await ask.items("/contributions/hours", by=what, project=project, **period))

    people, projects = await by("agent"), await by("project")
    named = [each for each in projects if each["of"] and each["name"]]  # a project of which one has only heard has none
    on = {one["of"]: _by_id(await by("agent", one["of"])) for one in named[: max(COLUMNS)]}
    return Worked(_by_id(people), projects, on)


def _by_id(found: Sequence[w.Hours]) -> Mapping[str, int]:
    return {each["of"]: each["seconds"] for each in found}


async def _known(ask: Asking, network: str, worked: Worked) -> tuple[list[Known], bool]:
    """Everybody of a network, those who belong most closely first; and whether there are more than are told."""
    members = cast(Page[n.Member], await ask.get(f"/networks/{network}/members", limit=MOST_LISTED))
    agreements = cast(list[g.AgreementBrief], await ask.items("/agreements", limit=MOST_LISTED))
    return known_of(members["items"], worked.by_agent, agreements), members["next"] is not None


def known_of(
    members: Sequence[n.Member], seconds: Mapping[str, int], agreements: Sequence[g.AgreementBrief]
) -> list[Known]:
    """Each person once, whatever roles they have."""
    standings: dict[str, list[n.Member]] = {}
    for each in members:
        standings.setdefault(each["agent"]["id"], []).append(each)
    parties = [party["id"] for each in agreements if each["state"] == "in_force" for party in each["parties"]]
    found = [
        Known(
            agent=mine[0]["agent"],
            fingerprint=mine[0]["fingerprint"],
            roles=tuple(each["role"] for each in mine),
            states=tuple(each["state"] for each in mine),
            since=mine[0]["since"],
            seconds=seconds.get(key, 0),
            agreements=parties.count(key),
        )
        for key, mine in standings.items()
    ]
    return sorted(found, key=lambda each: (each.ring, -each.seconds, name(each.agent), each.agent["id"]))


def closeness(found: Sequence[Known]) -> Figure:
    """Who belongs how closely, as rings."""
    colours = colours_of(each.agent for each in found)
    drawn = []
    for place, ring in enumerate(RINGS):
        people = [
            Somebody(_who(each), colours[each.agent["id"]], f"{_who(each)}: {', '.join(each.roles)}")
            for each in found
            if each.ring == place
        ]
        drawn += [Ring(ring, people)] if people else []
    says = "; ".join(f"{ring.name}: {', '.join(each.name for each in ring.people)}" for ring in drawn)
    wide, narrow = (rings(drawn, size, says) for size in (WIDE, NARROW))
    rows = [(ring.name, each.name) for ring in drawn for each in ring.people]
    return Figure("rings", "How closely each belongs", says, wide, narrow, Table((Column("Ring"), Column("Who")), rows))


def who_on_what(found: Sequence[Known], worked: Worked) -> Figure | None:
    """Hours by person and project; none where nobody worked on a project."""
    here = {each.agent["id"] for each in found}
    projects = [each for each in worked.projects if here & set(worked.on.get(each["of"], ()))]
    people = [each for each in found if any(each.agent["id"] in worked.on[one["of"]] for one in projects)]
    if not people:
        return None
    people.sort(key=lambda each: (-each.seconds, name(each.agent)))
    names = [each["name"] for each in projects]
    rows = [
        (_who(each), [_cell(worked.on[one["of"]].get(each.agent["id"], 0), one["name"]) for one in projects])
        for each in people
    ]
    most = max(projects, key=lambda each: each["seconds"])
    says = f"{len(people)} people worked on {len(projects)} projects; most on {most['name']}"
    wide, narrow = (
        matrix([(who, cells[:count]) for who, cells in rows[:MOST_ROWS]], names[:count], width, label, says, CELL)
        for (width, label), count in zip(WIDTHS, COLUMNS, strict=True)
    )
    columns = (Column("Who"), *(Column(each, is_number=True) for each in names), Column("In all", is_number=True))
    told = [
        (_who(each), *(hours(worked.on[one["of"]].get(each.agent["id"], 0)) for one in projects), hours(each.seconds))
        for each in people
    ]
    return Figure("worked", "Who worked on what", says, wide, narrow, Table(columns, told))


def _cell(seconds: int, project: str) -> Cell:
    shade = sum(seconds > step for step in STEPS)
    whole = round(seconds / 3600)
    sign = "·" if not seconds else "<1" if not whole else str(whole) if whole < 1000 else f"{whole // 1000}k"
    return Cell(shade, sign, f"{hours(seconds)} h on {project}")


def _who(each: Known) -> str:
    return "You" if each.agent["me"] else name(each.agent)


def listed(found: Sequence[Known]) -> Sheet:
    """Everybody, to take along."""
    columns = (*map(Column, ("Who", "Roles", "State", "Since", "Fingerprint", "Id")), Column("Hours", is_number=True))
    rows = [
        (
            *(name(each.agent), ", ".join(each.roles), ", ".join(filter(None, each.states)), each.since[:10]),
            *(each.fingerprint, each.agent["id"], hours(each.seconds)),
        )
        for each in found
    ]
    return Sheet("people", "People", Table(columns, rows))
