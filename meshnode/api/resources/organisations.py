"""Organisations: founding, people, and standing by what was signed."""

import re
from fractions import Fraction

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.organisations import (
    AcceptRequest,
    DismissRequest,
    Mandate,
    Organisation,
    OrganisationRequest,
    Reaffirmed,
    Resigned,
    StaffRequest,
)
from meshnode.api.models.shared import Page
from meshnode.api.paging import page_of
from meshnode.api.resources.networks import ended_by
from meshnode.api.resources.networks import find_agent as find_member
from meshnode.api.settings import LONGEST_WAIT_MS
from meshnode.api.shapes import Names, time_text
from meshnode.api.site import Site
from meshnode.core.founding import awaited_founders
from meshnode.runtime.lines.reach import reach_of, reachable_first, write_line
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests import organisations, people
from meshnode.runtime.requests.organisations import Founding, Job
from meshnode.runtime.requests.somebody import find_agent
from meshproto.records.encoding import decode
from meshproto.records.ids import AgentId, RecordId, ScopeId, ext, to_text
from meshproto.types.value import Money

KNOWN = "let them give you their card first: meshnode id card --help"
"""What to do to have somebody known here."""


async def list_organisations(site: Site, call: Call[Nothing]) -> Page[Organisation]:
    """The organisations known here, those of the owner first."""
    office = site.office
    await office.fresh()
    own = dict.fromkeys(organisations.carried(office))
    times = {row.record: row.at for row in office.lookups.organisations()}
    found = list(dict.fromkeys([*own, *map(ScopeId, times)]))
    page, following = page_of(call, found, lambda each: (int(each not in own), times.get(each, 0), each))
    return Page([_model(site, each) for each in page], following)


async def show_organisation(site: Site, call: Call[Nothing]) -> Organisation:
    """One organisation, with everybody who acts or acted for it."""
    return _model(site, await site.office.find_organisation(call.path["id"]))


async def create_organisation(site: Site, call: Call[OrganisationRequest]) -> Organisation:
    """Found an organisation."""
    office, body = site.office, call.body
    others = [await find_agent(office, each, hint=KNOWN) for each in body.founders]
    founding = Founding(body.name, body.purpose, tuple(others), _quorum(body.quorum), tuple(body.sensitive))

    async def found(rows: Rows) -> Ids:
        return (RecordId(await organisations.found(office, founding, rows)),)

    founded = await office.once(call.key, call.digest, found)
    await office.projector.caught_up()
    return _model(site, ScopeId(founded[0]))


async def accept(site: Site, call: Call[AcceptRequest]) -> Organisation:
    """Accept what an organisation offers the owner: to be a founder, or to sign for it."""
    office, body = site.office, call.body
    if "@" in body.organisation:
        line = people.read_line(body.organisation)
        if not await organisations.enter(office, line, min(max(body.wait_ms, 0), LONGEST_WAIT_MS) / 1000):
            raise Refusal(Code.UNREACHABLE, "nobody at this line's addresses has let you in yet", "meshnode peer ls")
        organisation = line.network
    else:
        organisation = await office.find_organisation(body.organisation)
    await office.once(call.key, call.digest, lambda rows: organisations.accept(office, organisation, rows))
    await office.projector.caught_up()
    return _model(site, organisation)


async def hire(site: Site, call: Call[StaffRequest]) -> Mandate:
    """Let somebody sign for an organisation; it holds once they accept."""
    office, body = site.office, call.body
    organisation = await office.find_organisation(call.path["id"])
    agent = await find_agent(office, body.agent, hint=KNOWN)
    project = ext((await office.find_project(body.project)).project) if body.project else None
    if (body.most is None) != (body.currency is None):
        raise Refusal(
            Code.BAD_REQUEST, "an amount needs its currency, such as 5000.00 EUR", "meshnode org staff --help"
        )
    job = Job(
        scopes=None if body.may is None else tuple(body.may),
        most=Money(body.most, body.currency) if body.most is not None and body.currency is not None else None,
        until=body.until,
        project=project,
        may_delegate=body.may_delegate,
    )
    (record,) = await office.once(
        call.key, call.digest, lambda rows: organisations.hire(office, organisation, agent, job, rows)
    )
    await office.projector.caught_up()
    return next(each for each in _people(site, organisation) if each.mandate == to_text(record))


async def dismiss(site: Site, call: Call[DismissRequest]) -> Page[Mandate]:
    """End every mandate of somebody: what they signed before stays in force."""
    office, body = site.office, call.body
    organisation = await office.find_organisation(call.path["id"])
    agent = await find_member(office, body.agent, organisation)
    (signed,) = await office.once(
        call.key, call.digest, lambda rows: organisations.dismiss(office, organisation, agent, body.reason, rows)
    )
    await office.projector.caught_up()
    ended = [to_text(each) for each in ended_by(office, signed)]
    return Page(items=[each for each in _people(site, organisation) if each.mandate in ended])


async def resign(site: Site, call: Call[Nothing]) -> Resigned:
    """Give back every mandate the owner has of an organisation."""
    office = site.office
    organisation = await office.find_organisation(call.path["id"])
    heard: list[bool] = []

    async def leave(rows: Rows) -> Ids:
        heard.append(await organisations.leave(office, organisation, rows))
        return ()

    await office.once(call.key, call.digest, leave)
    return Resigned(to_text(organisation), heard[0] if heard else not office.joins.is_leaving(organisation))


async def reaffirm(site: Site, call: Call[Nothing]) -> Reaffirmed:
    """Stand by a contested record."""
    office = site.office
    record = await office.find(call.path["id"])
    (signed,) = await office.once(call.key, call.digest, lambda rows: organisations.reaffirm(office, record, rows))
    await office.projector.caught_up()
    standing = await office.projector.standing(record)
    status = standing.status.name.lower() if standing else "pending"
    return Reaffirmed(to_text(signed), to_text(record), status)


def _model(site: Site, organisation: ScopeId) -> Organisation:
    office, genesis = site.office, site.office.truth.record(organisation)
    assert genesis is not None, "what is in the lists is stored"
    charter, told = genesis.facts["charter"], office.node.standings.get(organisation)
    founders = organisations.founders_of(office, organisation)
    addresses = reachable_first(office.node.listening) if organisation in organisations.carried(office) else ()
    return Organisation(
        id=to_text(organisation),
        name=office.name(organisation),
        purpose=_purpose(office, organisation),
        founded=not awaited_founders(office.truth, organisation, founders),
        quorum="/".join(map(str, charter["quorum"])),
        sensitive=list(charter.get("sensitive", [])),
        dissolved=told is not None and told.is_over,
        standing=_standing(office, organisation),
        acts=organisation in office.mandates.acts_for(),
        people=_people(site, organisation),
        line=write_line(organisation, addresses) if addresses else "",
        reachable=reach_of(addresses) if addresses else "",
        created=time_text(genesis.at),
    )


def _people(site: Site, organisation: ScopeId) -> list[Mandate]:
    office, names = site.office, Names(site.office)
    founders = organisations.founders_of(office, organisation)
    awaited = [
        Mandate(names.agent(each), site.fingerprint_of(each), "founder", "awaited", "", "", None, "", "", "", False)
        for each in awaited_founders(office.truth, organisation, founders)
    ]
    return [*(_person(site, names, each) for each in organisations.people(office, organisation)), *awaited]


def _person(site: Site, names: Names, each: organisations.Standing) -> Mandate:
    record = site.office.truth.record(each.record)
    facts = record.facts if record is not None and record.type == "grant" else {}
    limits = facts.get("limits", {})
    most = limits.get("max")
    return Mandate(
        agent=names.agent(each.agent),
        fingerprint=site.fingerprint_of(each.agent),
        role=each.role,
        state=each.state,
        mandate=to_text(each.record),
        since=time_text(each.at),
        may=facts.get("scopes"),
        until=limits.get("until", ""),
        project=limits["project"].hex() if "project" in limits else "",
        most=f"{most['amt']} {most['cur']}" if most else "",
        may_delegate=each.role == "founder" or facts.get("may_delegate", False),
    )


def _standing(office: Office, organisation: ScopeId) -> str:
    """How the owner stands in an organisation; see `Organisation.standing`."""
    if AgentId(office.me) in awaited_founders(
        office.truth, organisation, organisations.founders_of(office, organisation)
    ):
        return "invited"
    mine = [each for each in organisations.people(office, organisation) if each.agent == office.me]
    for state in ("active", "invited"):
        for each in mine:
            if each.state == state:
                return each.role if state == "active" else state
    return "ended" if mine else "none"


def _purpose(office: Office, organisation: ScopeId) -> str:
    raw = office.truth.private(organisation)
    content = decode(raw, text="utf8") if raw is not None else None
    purpose = content.get("purpose") if isinstance(content, dict) else None
    return purpose if isinstance(purpose, str) else ""


def _quorum(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,3})/(\d{1,3})", text.strip())
    if found is None or not int(found[2]):
        raise Refusal(Code.BAD_REQUEST, f"{text!r} is no share such as 2/3", "meshnode org create --help")
    share = Fraction(int(found[1]), int(found[2]))
    return share.numerator, share.denominator
