"""Decisions of founders: propose, vote, carry out."""

from collections.abc import Sequence
from dataclasses import replace
from functools import wraps
from typing import Any

from meshnode.api.edge import Answer, Call, Handler, Nothing
from meshnode.api.models.charters import CharterChange, Unit
from meshnode.api.models.decisions import Decision, DecisionRequest, Ending, Order, Proposed, Vote, VoteRequest
from meshnode.api.models.shared import Page
from meshnode.api.paging import page_of
from meshnode.api.shapes import Names, text_of, time_text
from meshnode.api.site import Site
from meshnode.core.drafts import Draft
from meshnode.core.mandates import AGENT_SIZE
from meshnode.runtime.lines.invitations import LINK, Invitation, write_invitation
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.requests import decided, decisions, networks, orders
from meshnode.runtime.requests.bodies import find_body, find_somebody
from meshnode.runtime.requests.charters import Wish
from meshnode.runtime.requests.decided import Told
from meshnode.runtime.requests.orders import Ordered
from meshnode.runtime.unwritten import Undecided
from meshproto.fold.entries import read_entry
from meshproto.records.ids import AgentId, ScopeId, short, to_text

ENDED = ("declined", "stale", "done", "settled")
"""States of decisions that wait for nobody."""


async def list_decisions(site: Site, call: Call[Nothing]) -> Page[Decision]:
    """The decisions of founders that wait for somebody, with `all` also the others; by time."""
    office = site.office
    await office.fresh()
    scope = await find_body(office, call.query["scope"]) if call.query.get("scope") else None
    everything, names = call.flag("all"), Names(office)
    told = [each for each in decided.all_told(office, scope) if everything or _waits(each)]
    page, following = page_of(call, told, lambda each: (each.entry.at, each.entry.record))
    return Page([decision_model(office, names, each) for each in page], following)


async def propose(site: Site, call: Call[DecisionRequest]) -> Decision:
    """Propose something, and accept it; a founder who decides alone thereby carries it out."""
    office = site.office
    scope, agent = await find_body(office, call.body.scope), await office.acting(call.body.as_)
    draft: Draft | None = None
    line: Invitation | None = None

    async def write(rows: Rows) -> Ids:
        nonlocal draft, line
        draft, line = await _order(office, scope, call.body, rows)
        if draft is not None:
            return await orders.propose_order(office, scope, [draft], call.body.text, rows, agent=agent)
        wish = await _wish(office, scope, call.body)
        return await decisions.propose(office, scope, wish, call.body.text, rows, agent=agent)

    (record,) = await office.once(call.key, call.digest, write)
    told = await decisions.settle(office, record, own=True, agent=agent)
    made = decision_model(office, Names(office), told)
    if call.body.invite is not None and line is None:
        draft, line = await _order(office, scope, call.body, office.noted(call.key))
    if call.body.invite is not None and line is not None and draft is not None and orders.is_ordered(told, draft):
        line = replace(line, expires=told.entry.at + call.body.invite.seconds * 1000)
        made.line = write_invitation(line)
        made.link = LINK + made.line
    return made


def or_proposed(handle: Handler[Site]) -> Handler[Site]:
    """A handler that, asked with `propose=true`, puts to the founders what needs their decision."""

    @wraps(handle)
    async def handler(site: Site, call: Call[Any]) -> Answer:
        wanted = call.flag("propose")
        try:
            return await handle(site, call)
        except Undecided as undecided:
            if not wanted:
                raise
            drafts = undecided.drafts
        return await _propose_drafts(site.office, drafts, call)

    return handler


async def _propose_drafts(office: Office, drafts: Sequence[Draft], call: Call[Any]) -> Proposed:
    body, key = ScopeId(drafts[0].agent), f"{call.key} proposed" if call.key else ""
    (record,) = await office.once(key, call.digest, lambda rows: orders.propose_order(office, body, drafts, "", rows))
    return Proposed(decision_model(office, Names(office), await decisions.settle(office, record, own=True)))


async def show_decision(site: Site, call: Call[Nothing]) -> Decision:
    """One decision."""
    office = site.office
    record = await office.find(call.path["id"])
    await office.fresh()
    return decision_model(office, Names(office), decided.told_of(office, record))


async def vote(site: Site, call: Call[VoteRequest]) -> Decision:
    """Vote; the accept that carries a decision also carries it out."""
    office, body = site.office, call.body
    record, agent = await office.find(call.path["id"]), await office.acting(body.as_)
    await office.once(
        call.key, call.digest, lambda rows: decisions.vote(office, record, body.vote, body.text, rows, agent=agent)
    )
    return decision_model(office, Names(office), await decisions.settle(office, record))


async def carry_out(site: Site, call: Call[Nothing]) -> Decision:
    """Do what a carried decision says."""
    office = site.office
    record = await office.find(call.path["id"])
    await office.once(call.key, call.digest, lambda rows: decisions.carry_out(office, record, rows))
    await office.fresh()
    return decision_model(office, Names(office), decided.told_of(office, record))


def decision_model(office: Office, names: Names, told: Told) -> Decision:
    """A decision as the API tells it."""
    decision, entry = told.decision, told.entry
    says, following = decided.advice(office, told)
    return Decision(
        id=to_text(decision.record),
        scope=names.scope(decision.scope),
        outcome=decision.outcome,
        proposer=names.agent(decision.agent),
        at=time_text(entry.at),
        text=text_of(office, decision.record, "text"),
        state=decision.state,
        needed=decision.needed,
        votes=[_vote(office, names, told, each) for each in decision.electors],
        newcomers=[names.agent(each) for each in told.newcomers],
        charter=change_model(names, decision.charter) if decision.charter else None,
        ends=_endings(office, names, told),
        orders=[_order_model(names, each) for each in orders.ordered_by(office, told)],
        rivals=[to_text(each) for each in decision.rivals],
        done_by=[to_text(each.record) for each in told.resting],
        may_vote=decided.may_vote(office, told),
        says=says,
        next=following,
    )


def change_model(names: Names, fields: dict[str, Any]) -> CharterChange:
    """Fields of a charter as the API tells them."""
    founders, quorum, face, units = (fields.get(each) for each in ("founders", "quorum", "face", "units"))
    return CharterChange(
        founders=None if founders is None else [names.agent(each) for each in founders],
        quorum=None if quorum is None else f"{quorum[0]}/{quorum[1]}",
        join=fields.get("join"),
        log_records=fields.get("log_records"),
        log_bytes=fields.get("log_bytes"),
        sensitive=fields.get("sensitive"),
        face=None if face is None else names.agent(face),
        units=None if units is None else [Unit(each["code"], each["exp"]) for each in units],
    )


async def _order(
    office: Office, scope: ScopeId, body: DecisionRequest, rows: Rows
) -> tuple[Draft | None, Invitation | None]:
    """The act that a proposal wants to be ordered, if it wants that; of an invitation the line, too. Raises Refusal.

    `rows` are written with it, or were when it was asked for the first time.
    """
    if body.appoint is not None:
        agent = await find_somebody(office, scope, body.appoint.agent)
        return networks.draft_appointment(scope, agent, body.appoint.role, delegate=body.appoint.delegate), None
    if body.invite is not None:
        secret = networks.invitation_secret(office, rows)
        role, uses, seconds = body.invite.role, body.invite.uses, body.invite.seconds
        return networks.draft_invitation(office, scope, role, uses, seconds, secret)
    if body.withdraw:
        grant = await office.find(body.withdraw)
        return networks.draft_removal(office, scope, [grant], "end"), None
    return None, None


async def _wish(office: Office, scope: ScopeId, body: DecisionRequest) -> Wish:
    async def found(people: list[str]) -> tuple[AgentId, ...]:
        return tuple([await find_somebody(office, scope, each) for each in people])

    return Wish(
        remove=await found(body.remove),
        dissolve=body.dissolve,
        join=body.join,
        quorum=body.quorum,
        log_records=body.log_records,
        log_bytes=body.log_bytes,
        face=None if body.face is None else await find_somebody(office, scope, body.face),
        units=tuple((each.code, each.exp) for each in body.units),
        add_founders=await found(body.add_founders),
        drop_founders=await found(body.drop_founders),
        sensitive=tuple(body.sensitive),
        insensitive=tuple(body.insensitive),
    )


def _waits(told: Told) -> bool:
    return told.decision.state not in ENDED or bool(told.newcomers)


def _vote(office: Office, names: Names, told: Told, elector: bytes) -> Vote:
    """What an elector said: an accept is for good, else the last word."""
    said = [each for each in told.votes if each.agent == elector]
    accepts = [each for each in said if each.decision == "accept"]
    if not said:
        return Vote(names.agent(elector), "accept" if elector in told.decision.accepted else "", "", "")
    row = accepts[0] if accepts else said[-1]
    return Vote(names.agent(elector), row.decision, text_of(office, row.record, "text"), time_text(row.at))


def _endings(office: Office, names: Names, told: Told) -> list[Ending]:
    with office.folded.steady():
        entries = [(each, read_entry(office.folded, each)) for each in told.decision.about]
    return [Ending(to_text(each), names.agent(entry.to), entry.role) for each, entry in entries if entry is not None]


def _order_model(names: Names, ordered: Ordered) -> Order:
    return Order(ordered.type, _said(names, ordered), to_text(ordered.record) if ordered.record else "")


def _said(names: Names, ordered: Ordered) -> str:
    """What an ordered act does, in words."""
    match ordered.facts:
        case {"to": bytes(to), "role": str(role)} if len(to) == AGENT_SIZE:
            return f"appoint {names.agent(to).name or to_text(to)} {role}"
        case {"role": str(role), "limits": {"uses": int(uses), "until": str(until)}}:
            return f"invite {uses} as {role} until {until}"
        case {"targets": list(targets)}:
            return f"end {', '.join(short(each) for each in targets if isinstance(each, bytes))}"
        case {"agreement": bytes(), "outcome": "pick", "pick": bytes(pick)} if ordered.scope:
            return f"decide in {names.scope(ordered.scope).name}: pick {short(pick)}"
        case {"agreement": bytes(), "outcome": "uphold" | "reject" as outcome, "about": list(about)} if ordered.scope:
            subjects = ", ".join(short(each) for each in about if isinstance(each, bytes))
            return f"decide in {names.scope(ordered.scope).name}: {outcome} {subjects}"
        case None:
            return ""
        case _:
            title = (ordered.private or {}).get("title")
            where = f" in {names.scope(ordered.scope).name}" if ordered.scope else ""
            return f"sign a {ordered.type}{where}" + (f": {title}" if isinstance(title, str) else "")
