"""The logs that are stored here, and who else says that they hold them."""

from meshnode.api.breath import Breath
from meshnode.api.edge import Call, Nothing
from meshnode.api.models.logs import Holder, LogState
from meshnode.api.models.shared import Page
from meshnode.api.paging import page_of
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.core.ports import LogHead
from meshnode.core.rows import HeldEntry
from meshnode.runtime.office import Office
from meshproto.records.ids import to_text


async def list_logs(site: Site, call: Call[Nothing]) -> Page[LogState]:
    """The logs that are stored here with who else holds them: the owner's first, then those of others, by their ids."""
    office = site.office
    await office.fresh()
    heads = [head for head in office.truth.logs() if head.tips]
    page, following = page_of(call, heads, lambda head: (int(head.agent != office.me), head.log))
    names, items = Names(office), []
    breath = Breath()
    for head in page:
        items.append(_state(office, names, head))
        await breath.take()  # each takes some reads
    return Page(items, following)


def _state(office: Office, names: Names, head: LogHead) -> LogState:
    last = max(head.tips, key=lambda tip: (tip.seq, tip.id))
    furthest: dict[bytes, HeldEntry] = {}
    for entry in office.truth.rows(HeldEntry, (head.log,)):
        if entry.agent != office.me and entry.seq >= furthest.get(entry.agent, entry).seq:
            furthest[entry.agent] = entry
    return LogState(
        id=head.log.hex(),
        scope=names.scope(head.scope),
        agent=names.agent(head.agent),
        key=head.key.hex(),
        seq=last.seq,
        tip=to_text(last.id),
        branches=len(head.tips),
        held=[
            Holder(names.agent(each.agent), each.seq, each.checked, time_text(each.at))
            for each in (furthest[agent] for agent in sorted(furthest))
        ],
    )
