"""What is kept of others: following, blocking, relaying, and how full each bound is."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.keeping import Choice, ChoiceRequest, Keeping, Room
from meshnode.api.models.shared import Page
from meshnode.api.paging import page_of
from meshnode.api.settings import LONGEST_WAIT_MS
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.core.rows import FollowEntry, JoinedEntry
from meshnode.runtime import traces
from meshnode.runtime.office import Office
from meshnode.runtime.requests import choices
from meshproto.records.ids import ScopeId, to_text


async def show_keeping(site: Site, call: Call[Nothing]) -> Keeping:
    """What is kept of others, and how full each bound is."""
    office = site.office
    await office.fresh()
    settings = office.settings
    return Keeping(
        private_parts=settings.private_parts,
        networks=settings.networks,
        retention_days=settings.retention_days,
        rooms=rooms_here(office),
        clearing=traces.remain(office.truth, office.lookups.views),
    )


def rooms_here(office: Office) -> list[Room]:
    """Every bound that the owner can do something about."""
    return [
        Room(
            name=room.name,
            about=office.name(room.about) if room.about else "",
            id=to_text(room.about) if room.about else "",
            held=room.held,
            limit=room.limit,
            unit=room.unit,
            state=room.state,
            text=room.text,
            fix=room.fix if room.state != "ok" else "",
        )
        for room in office.rooms()
    ]


async def list_follows(site: Site, call: Call[Nothing]) -> Page[Choice]:
    """Who is followed, and which networks are relayed, in the order in which that was chosen."""
    office = site.office
    await office.fresh()
    found: list[FollowEntry | JoinedEntry] = [*office.followed(), *office.relayed()]
    page, following = page_of(call, found, lambda row: (row.at, row[0]))
    return Page([_chosen(office, row) for row in page], following)


def _chosen(office: Office, row: FollowEntry | JoinedEntry) -> Choice:
    return _relayed(office, row) if isinstance(row, JoinedEntry) else _followed(office, row.agent, row.at)


async def follow(site: Site, call: Call[ChoiceRequest]) -> Choice:
    """Follow somebody, or relay a network."""
    office, who = site.office, call.body.who
    seconds = min(max(call.body.wait_ms, 0), LONGEST_WAIT_MS) / 1000
    (chosen,) = await office.once(call.key, call.digest, lambda rows: choices.follow(office, who, seconds, rows))
    return _choice(office, chosen)


async def unfollow(site: Site, call: Call[Nothing]) -> None:
    """Follow somebody, or relay a network, no more."""
    office, who = site.office, call.path["id"]
    await office.once(call.key, call.digest, lambda rows: choices.unfollow(office, who, rows))


async def list_blocks(site: Site, call: Call[Nothing]) -> Page[Choice]:
    """Who is blocked, in the order in which that was chosen."""
    office = site.office
    await office.fresh()
    page, following = page_of(call, office.blocked(), lambda row: (row.at, row.agent))
    return Page([_followed(office, row.agent, row.at) for row in page], following)


async def block(site: Site, call: Call[ChoiceRequest]) -> Choice:
    """Block somebody."""
    office, who = site.office, call.body.who
    (chosen,) = await office.once(call.key, call.digest, lambda rows: choices.block(office, who, rows))
    return _choice(office, chosen)


async def unblock(site: Site, call: Call[Nothing]) -> None:
    """Block somebody no more."""
    office, who = site.office, call.path["id"]
    await office.once(call.key, call.digest, lambda rows: choices.unblock(office, who, rows))


def _choice(office: Office, chosen: bytes) -> Choice:
    """What was just chosen."""
    row = office.truth.entry(JoinedEntry, (chosen,))
    if row is not None and row.relayed and not row.left:
        return _relayed(office, row)
    return _followed(office, chosen, office.node.now())


def _followed(office: Office, agent: bytes, at: int) -> Choice:
    return Choice(agent=Names(office).agent(agent), network=None, since=time_text(at))


def _relayed(office: Office, row: JoinedEntry) -> Choice:
    scope, partial = Names(office).scope(row.network), office.is_partial(ScopeId(row.network))
    return Choice(agent=None, network=scope, since=time_text(row.at), partial=partial)
