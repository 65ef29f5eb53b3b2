"""What waits for the owner."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.inbox import Inbox, Waiting
from meshnode.api.paging import page_of
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.runtime.answers.waiting import waiting
from meshproto.records.ids import to_text


async def show_inbox(site: Site, call: Call[Nothing]) -> Inbox:
    """Signatures, votes, work to confirm and money to approve, the oldest first."""
    office = site.office
    await office.fresh()
    names, found = Names(office), await waiting(office)
    page, following = page_of(call, found, lambda each: (each.since, each.record, each.agent, each.kind))
    items = [
        Waiting(
            kind=each.kind,
            record=to_text(each.record),
            scope=names.scope(each.scope),
            agent=names.agent(each.agent),
            about=each.about,
            since=time_text(each.since),
            command=each.command,
        )
        for each in page
    ]
    return Inbox(items, len(found), following)
