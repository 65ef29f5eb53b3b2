"""Searching: records by their words, and by who, where, what for and when."""

from datetime import datetime
from typing import cast

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.records import Found
from meshnode.api.models.shared import Page
from meshnode.api.paging import read_place, written_place
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.amounts import day
from meshnode.runtime.requests.somebody import find_agent
from meshnode.store.querying import Among, FoundAt, Is, Where, found_at
from meshnode.views.rows import ContributionRow
from meshnode.views.snippets import snippet, words_of
from meshproto.records.ids import to_text
from meshproto.types.value import KINDS

USUAL_FOUND = 20
LARGEST_FOUND = 200
DAY_MS = 86_400_000
FIRST = FoundAt(0, 0, b"")


async def search(site: Site, call: Call[Nothing]) -> Page[Found]:
    """Find records by their words, and by who, where, what for and when; those with all words in the title first."""
    office = site.office
    await office.fresh()
    words, limit = call.query.get("q", ""), call.number("limit", USUAL_FOUND, LARGEST_FOUND)
    place = read_place(call, FIRST)
    after = FoundAt(*cast(FoundAt, place)) if place else None
    besides = await _besides(office, call)
    rows = await office.slowly(lambda lookups: lookups.views.search(words, limit + 1, after, besides))
    looked_for = words_of(words)
    more = written_place(found_at(rows[limit - 1], looked_for)) if len(rows) > limit else None
    names = Names(office)
    items = [
        Found(
            id=to_text(row.record),
            type=row.type,
            title=row.title,
            text=row.text,
            snippet=(piece := snippet(row.text, looked_for)).text,
            marks=list(piece.marks),
            scope=names.scope(row.scope),
            agent=names.agent(row.agent),
            at=time_text(row.at),
        )
        for row in rows[:limit]
        if not office.is_blocked(row.agent)
    ]
    return Page(items=items, next=more)


async def _besides(office: Office, call: Call[Nothing]) -> list[Where]:
    """What is asked of a record besides its words. Raises Refusal."""
    query, found = call.query, list[Where]()
    scope = await office.find_network(query["network"]) if query.get("network") else None
    scope = await office.find_agreement(query["agreement"]) if query.get("agreement") else scope
    if scope is not None:
        found.append(Where("scope", Is.EQUAL, scope))
    if query.get("who"):
        found.append(Where("agent", Is.EQUAL, await find_agent(office, query["who"])))
    if query.get("project"):
        project = (await office.find_project(query["project"], scope)).project
        found.append(Where("record", Is.RECORD_OF, Among(ContributionRow, "project", project)))
    if query.get("kind"):
        if query["kind"] not in KINDS:
            raise Refusal(Code.BAD_REQUEST, f"{query['kind']!r} is no kind", f"one of {', '.join(KINDS)}")
        found.append(Where("record", Is.RECORD_OF, Among(ContributionRow, "kind", query["kind"])))
    if query.get("type"):
        found.append(Where("type", Is.EQUAL, query["type"]))
    if query.get("since"):
        found.append(Where("at", Is.AT_LEAST, _begin(query["since"])))
    if query.get("until"):
        found.append(Where("at", Is.BELOW, _begin(query["until"]) + DAY_MS))
    return found


def _begin(text: str) -> int:
    """When a day begins in UTC. Raises Refusal."""
    return int(datetime.fromisoformat(f"{day(text)}T00:00:00+00:00").timestamp() * 1000)
