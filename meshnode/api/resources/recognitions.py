"""Thanks, kudos and confirmed skills, as they are listed."""

import trio

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.shared import Page
from meshnode.api.models.terms import Recognition
from meshnode.api.paging import LARGEST_PAGE, USUAL_PAGE
from meshnode.api.resources.contributions import link_text, read_cursor
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.runtime.answers.thanked import Asked, thanks
from meshnode.runtime.requests.details import somebody
from meshproto.records.ids import to_text


async def list_recognitions(site: Site, call: Call[Nothing]) -> Page[Recognition]:
    """Who thanked whom for what, the latest first."""
    office, query = site.office, call.query
    lookups = await office.fresh()
    asked = Asked(
        target=await office.find(query["for"]) if query.get("for") else None,
        to=await somebody(office, query["to"], office.me) if query.get("to") else None,
        by=await somebody(office, query["by"], office.me) if query.get("by") else None,
        besides=tuple(row.agent for row in office.blocked()),
    )
    limit = call.number("limit", USUAL_PAGE, LARGEST_PAGE)
    found = thanks(lookups, asked, read_cursor(query.get("cursor", "")), limit + 1)
    more = f"{found[limit - 1].row.at}-{to_text(found[limit - 1].row.record)}" if len(found) > limit else None
    names, items = Names(office), []
    for row, to in found[:limit]:
        target = office.lookups.contribution(row.target) if row.target is not None else None
        items.append(
            Recognition(
                id=to_text(row.record),
                agent=names.agent(row.agent),
                to=[names.agent(each) for each in to],
                kind=row.kind,
                skill=row.skill,
                text=row.text,
                target=link_text(row.target),
                title=target.title if target else "",
                scope=names.scope(row.scope),
                at=time_text(row.at),
            )
        )
        await trio.lowlevel.checkpoint()  # whoever names many takes many reads
    return Page(items=items, next=more)
