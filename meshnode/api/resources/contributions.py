"""What was contributed, as it is listed, added up and shown."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TypeVar

from meshnode.api.breath import Breath
from meshnode.api.edge import Call, Nothing, is_number
from meshnode.api.models.shared import Page, Quantity
from meshnode.api.models.terms import Evidence, Share, Sums, Total, Worth
from meshnode.api.models.work import Contribution, ContributionRequest, Hours, ProjectName
from meshnode.api.paging import LARGEST_PAGE, USUAL_PAGE
from meshnode.api.shapes import Names, money_model, time_text
from meshnode.api.site import Site
from meshnode.core.details import Details
from meshnode.runtime.answers.contributed import Wanted, contributions, doubles, hours, sums
from meshnode.runtime.answers.restated import first_of
from meshnode.runtime.naming import text_of_id
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.details import Terms
from meshnode.runtime.requests.somebody import find_agent
from meshnode.store.querying import Plain
from meshnode.views.claims import read_more
from meshnode.views.rows import ContributionRow
from meshproto.records.ids import IdError, RecordId, from_text, to_text
from meshproto.types import value
from meshproto.types.value import Measure

T = TypeVar("T")

COLUMNS = {"day": "day_from", "project": "project", "agent": "agent"}
"""By what hours can be told apart."""

LINK_SIZE = 33
"""Bytes of a reference from outside what a network may reach: an `ext`, where 32 are a record's id."""

LISTED = 16
"""Names and files told of each entry of a list: whoever names 256 must not make a list of 500 look up 100,000."""
PIECE = Measure(1, 0, "C62")
"""The quantity of what only its value is told of: one piece."""


async def list_contributions(site: Site, call: Call[Nothing]) -> Page[Contribution]:
    """Contributions, the latest first."""
    office = site.office
    wanted = await _wanted(office, call)
    limit = call.number("limit", USUAL_PAGE, LARGEST_PAGE)
    rows = contributions(await office.fresh(), wanted, read_cursor(call.query.get("cursor", "")), limit + 1)
    more = f"{rows[limit - 1].at}-{to_text(rows[limit - 1].record)}" if len(rows) > limit else None
    names, items = Names(office), []
    flags = office.lookups.flags([row.record for row in rows[:limit]])
    breath = Breath()
    for row in rows[:limit]:
        items.append(_contribution(office, row, names, flags, LISTED))
        await breath.take()  # whoever has many co-authors takes many reads
    return Page(items=items, next=more)


async def sum_contributions(site: Site, call: Call[Nothing]) -> Sums:
    """What contributions make together, by unit and by currency; what stands in several places counts once."""
    office = site.office
    wanted = await _wanted(office, call)
    await office.fresh()
    found = await office.slowly(lambda lookups: sums(lookups, wanted, office.notebook))
    return Sums(
        contributions=found.contributions,
        quantities=[Total(Quantity(n, s, u), count) for (n, s, u), count in found.quantities],
        values=[Worth(money_model(amt, cur), count) for (amt, cur), count in found.values],
        more=found.more,
    )


async def hours_of(site: Site, call: Call[Nothing]) -> Page[Hours]:
    """The time of contributions by day, project or person."""
    office = site.office
    wanted, by = await _wanted(office, call), call.query.get("by") or "day"
    if by not in COLUMNS:
        raise Refusal(Code.BAD_REQUEST, f"hours are not told by {by!r}", f"one of {', '.join(COLUMNS)}")
    first, last = (_day(call.query.get(name, "")) for name in ("from", "to"))
    await office.fresh()
    found = await office.slowly(lambda lookups: hours(lookups, wanted, COLUMNS[by], first, last, office.notebook))
    return Page([Hours(*_told(office, each.of), each.seconds, each.contributions) for each in found])


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat() if text else ""
    except ValueError as error:
        raise Refusal(Code.BAD_REQUEST, f"{text!r} is not a day", "write it like 2026-03-09") from error


def _told(office: Office, of: Plain) -> tuple[str, str]:
    """What hours are told of, as an id or a day, and its name."""
    if not isinstance(of, bytes):
        return str(of or ""), str(of or "")
    project = office.lookups.project(of)
    return link_text(of), project.title if project else office.name(of)


async def show_contribution(site: Site, call: Call[Nothing]) -> Contribution:
    """One contribution."""
    record = await site.office.find(call.path["id"])
    return await shown(site.office, record)


async def shown(office: Office, record: RecordId) -> Contribution:
    """A contribution that must be in the views by now. Raises Refusal."""
    await office.fresh(office.node.written_about(record))
    row = office.lookups.contribution(record) or (await office.certain()).contribution(record)
    if row is None:
        found = office.truth.record(record)
        if found is not None and found.type == "contribution":
            hint = f"meshnode why {to_text(record)}"
            raise Refusal(Code.NOT_FOUND, f"{to_text(record)} is here, but not in effect", hint)
        raise Refusal(Code.NOT_FOUND, f"{to_text(record)} is no contribution", "meshnode contribution ls")
    return _contribution(office, row, Names(office), office.lookups.flags([row.record]))


def terms_of(body: ContributionRequest) -> Terms:
    """What a request says of a contribution besides what, how much and when. Raises Refusal."""
    details = Details(
        value=value.Money(body.value.amt, body.value.cur) if body.value else None,
        evidence=tuple(value.Evidence(digest_of(each.sha256), each.size, each.media) for each in body.evidence),
        comp=body.comp,
        stream=body.stream,
        licence=body.licence,
        warrants=tuple(body.warrants),
        classes=tuple(body.classes),
    )
    shares = tuple((each.who, each.part) for each in body.shares)
    return Terms(details=details, shares=shares, beneficiaries=tuple(body.beneficiaries), of=body.of)


def digest_of(text: str) -> bytes:
    """The SHA-256 that a request names in hexadecimal. Raises Refusal."""
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != 32 or len(text) != 64:
        raise Refusal(Code.BAD_REQUEST, f"{text[:64]!r} is no SHA-256", "64 hexadecimal digits")
    return found


async def _wanted(office: Office, call: Call[Nothing]) -> Wanted:
    """Which contributions the query means. Raises Refusal."""
    query = call.query
    for name, known in (("kind", value.KINDS), ("stream", value.STREAMS), ("comp", value.COMPENSATIONS)):
        if query.get(name) and query[name] not in known:
            raise Refusal(Code.BAD_REQUEST, f"{query[name]!r} is no {name}", f"one of {', '.join(known)}")
    scope = await office.find_network(query["network"]) if query.get("network") else None
    scope = await office.find_agreement(query["agreement"]) if query.get("agreement") else scope
    return Wanted(
        scope=scope,
        agent=office.me if call.flag("mine") else None,
        who=await find_agent(office, query["who"]) if query.get("who") else None,
        project=await _done_for(office, query["project"], scope) if query.get("project") else None,
        batch=query.get("batch") or None,
        kind=query.get("kind") or None,
        stream=query.get("stream") or None,
        comp=query.get("comp") or None,
        several=call.flag("coauthored"),
        besides=tuple(row.agent for row in office.blocked()),
    )


async def _done_for(office: Office, text: str, scope: bytes | None) -> bytes:
    """The project that a title, a short name or an id means; or one that is not here, as `link_text` tells it."""
    try:
        return (await office.find_project(text, scope)).project
    except Refusal as refusal:
        link = _read_link(text)
        if refusal.code is not Code.UNKNOWN_PROJECT or link is None:
            raise
        return link


def read_cursor(text: str) -> tuple[int, bytes] | None:
    """Where a page begins: after this claimed time and id. Raises Refusal."""
    if not text:
        return None
    at, _, record = text.partition("-")
    try:
        if is_number(at):
            return int(at), from_text(record)
    except IdError:
        pass
    raise Refusal(Code.BAD_REQUEST, f"{text[:64]!r} is no cursor", "take it from `next` of the page before")


def _contribution(
    office: Office, row: ContributionRow, names: Names, flags: Mapping[bytes, list[str]], most: int | None = None
) -> Contribution:
    project = office.known.get((ProjectName, row.project), lambda: _project(office, row.project))
    more = read_more(row.details)
    return Contribution(
        id=text_of_id(row.record),
        title=row.title,
        text=row.text,
        kind=row.kind,
        quantity=Quantity(n=row.quantity, s=row.scale, u=row.unit),
        seconds=row.seconds,
        day_from=row.day_from,
        day_to=row.day_to,
        project=project,
        scope=names.scope(row.scope),
        agent=names.agent(row.agent),
        at=time_text(row.at),
        status=row.status,
        claim=row.claim,
        corrected=row.corrected,
        reason=_reason(office, row),
        held_by=len(office.node.holders(row.record)),
        part=row.part,
        source=row.ext_scheme,
        batch=row.batch,
        value=None if row.value is None else money_model(row.value, row.currency),
        comp=row.comp,
        stream=row.stream,
        licence=row.licence,
        warrants=_first(more.warrants, most),
        classes=_first(more.classes, most),
        authors=row.authors,
        shares=[Share(names.agent(agent), part) for agent, part in _first(more.shares, most)],
        beneficiaries=[names.agent(agent) for agent in _first(more.beneficiaries, most)],
        evidence=[Evidence(sha256.hex(), size, media) for sha256, size, media in _first(more.evidence, most)],
        of=link_text(row.restates),
        doubles=[to_text(each) for each in doubles(office.lookups, row)] if most is None else [],
        signed_by=names.signer(row.record) if row.agent != office.me else None,
        flags=flags.get(row.record, []),
        shared_from=to_text(first) if (first := first_of(office.lookups, row)) else "",
    )


def _project(office: Office, project: bytes | None) -> ProjectName | None:
    shown = office.lookups.project(project) if project else None
    return ProjectName(id=to_text(shown.project), title=shown.title, slug=shown.slug) if shown else None


def _first(items: Sequence[T], most: int | None) -> list[T]:
    return list(items if most is None else items[:most])


def link_text(link: bytes | None) -> str:
    """A reference as text: an id, or what stands for one elsewhere in hexadecimal."""
    if link is None:
        return ""
    return to_text(link) if len(link) == 32 else link.hex()


def _read_link(text: str) -> bytes | None:
    """What `link_text` gave; None if it did not."""
    try:
        return bytes.fromhex(text) if len(text) == 2 * LINK_SIZE else from_text(text)
    except (ValueError, IdError):
        return None


def _reason(office: Office, row: ContributionRow) -> str:
    if row.status == "yes":
        return ""
    entry = office.lookups.entry(row.record)
    return entry.reason if entry else ""
