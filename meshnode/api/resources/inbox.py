"""What waits for the owner."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.inbox import Waiting
from meshnode.api.models.shared import Page
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.runtime.waiting import waiting
from meshproto.records.ids import to_text


async def show_inbox(site: Site, call: Call[Nothing]) -> Page[Waiting]:
    """Signatures, votes, work to confirm and money to approve, the oldest first."""
    office = site.office
    await office.fresh()
    names = Names(office)
    return Page(
        [
            Waiting(
                kind=each.kind,
                record=to_text(each.record),
                scope=names.scope(each.scope),
                agent=names.agent(each.agent),
                about=each.about,
                since=time_text(each.since),
                command=each.command,
            )
            for each in waiting(office)
        ]
    )
