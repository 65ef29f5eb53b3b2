"""Contributions: log one, share it, correct it, take it back, thank for it."""

from dataclasses import dataclass

from meshnode.core.details import NOTHING, Details, Unfit, facts_of
from meshnode.core.drafts import LONGEST_TEXT, LONGEST_TITLE, Draft
from meshnode.runtime.office import Ids, Office, Placed, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.amounts import day, difference, in_unit_of, local_day
from meshnode.runtime.requests.codes import code_of
from meshnode.runtime.requests.details import NO_TERMS, Terms, resolved
from meshnode.runtime.requests.taking_part import must_take_part
from meshnode.views.claims import read_more
from meshnode.views.rows import ContributionRow, ProjectRow
from meshproto.records.encoding import Value
from meshproto.records.ids import AgentId, RecordId, ScopeId, ext, short, to_text
from meshproto.records.limits import MAX_INT
from meshproto.types import repair, value
from meshproto.types.value import Measure, Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One contribution to be logged. Days are `YYYY-MM-DD`; without one it is today's."""

    title: str
    quantity: Measure
    kind: str = "work"
    text: str = ""
    project: str | None = None
    network: str | None = None
    agreement: str | None = None
    """The agreement under which it was done, in place of a network."""
    day: str | None = None
    day_to: str | None = None
    terms: Terms = NO_TERMS
    as_: str | None = None
    """The organisation for which it is signed, None for the owner."""


async def log(office: Office, work: Work, rows: Rows = ()) -> Ids:
    """Sign a contribution. Here as in all requests `rows` are committed along with it. Raises Refusal."""
    agent = await office.acting(work.as_)
    placed = await _placed(office, work, agent)
    details = await resolved(office, work.terms, placed.scope, AgentId(agent or office.me))
    draft = contribution_draft(placed, work, local_day(office.node.now()), details)._replace(agent=agent)
    return await office.node.write([draft], local=rows)


async def _placed(office: Office, work: Work, agent: bytes) -> Placed:
    """Where a contribution goes. Raises Refusal."""
    if work.agreement is None:
        return await office.place(work.network, work.project, agent)
    if work.network is not None:
        raise Refusal(Code.BAD_REQUEST, "it goes into a network or into an agreement, not both", "leave one out")
    scope = await office.find_agreement(work.agreement)
    must_take_part(office, scope, agent)
    return Placed(scope, await office.find_project(work.project, scope) if work.project else None)


def contribution_draft(placed: Placed, work: Work, today: str, details: Details = NOTHING) -> Draft:
    """The draft of a contribution. Raises Refusal."""
    first = day(work.day) if work.day else today
    last = day(work.day_to) if work.day_to else first
    if last < first:
        raise Refusal(Code.BAD_REQUEST, f"{last} is before {first}")
    project = project_link(placed.project, placed.scope)
    try:
        facts = facts_of(work.kind, work.quantity, (first, last), project, details)
    except Unfit as unfit:
        raise Refusal(Code.BAD_REQUEST, unfit.why, unfit.hint) from unfit
    return Draft(placed.scope, "contribution", facts, words(title=work.title, text=work.text))


def words(**texts: str) -> dict[str, Value]:
    """The private part that holds these texts; empty ones are left out. Raises Refusal."""
    for name, text in texts.items():
        most = LONGEST_TITLE if name in ("title", "name") else LONGEST_TEXT
        if len(text) > most:
            raise Refusal(Code.BAD_REQUEST, f"{name} has more than {most} characters")
    if "title" in texts and not texts["title"].strip():
        raise Refusal(Code.BAD_REQUEST, "a title is needed")
    return {name: text for name, text in texts.items() if text}


def project_link(project: ProjectRow | None, scope: ScopeId) -> bytes | None:
    """How a record in `scope` names a project: by its id if it stands there too, else weakly."""
    if project is None:
        return None
    return project.project if project.scope == scope else ext(project.project)


async def share(
    office: Office,
    record: RecordId,
    network: str,
    rows: Rows = (),
    *,
    agreement: str | None = None,
    as_: str | None = None,
) -> Ids:
    """State a contribution again in a network, or under an agreement, naming the first weakly. Raises Refusal.

    Here and below, `as_` is the organisation whose record it is, and for which is signed; None for the owner.
    """
    agent = await office.acting(as_)
    row = await _own(office, record, agent)
    scope = await office.find_agreement(agreement) if agreement else await office.find_network(network)
    if row.scope == scope:
        raise Refusal(Code.EXISTS, f"{short(record)} stands there already")
    if agreement:
        must_take_part(office, scope, agent)
    office.must_write_in(scope, agent)
    before = office.lookups.restating(ext(record), agent or office.me, scope)
    if before is not None:
        hint = f"meshnode contribution show {to_text(before.record)}"
        raise Refusal(Code.EXISTS, f"{short(record)} was shared there already, as {short(before.record)}", hint)
    facts = _restated(office, record, row, scope)
    draft = Draft(scope, "contribution", facts, words(title=row.title or "(no title)", text=row.text), agent=agent)
    return await office.node.write([draft], local=rows)


def _restated(office: Office, record: RecordId, row: ContributionRow, scope: ScopeId) -> dict[str, Value]:
    """The facts by which a contribution is stated again elsewhere: as they count now, the first named weakly."""
    project = office.lookups.project(row.project) if row.project else None
    more = read_more(row.details)
    return value.contribution(
        kind=row.kind,
        qty=Measure(row.quantity, row.scale, row.unit),
        when=(row.day_from, row.day_to),
        project=project_link(project, scope),
        of=ext(record),
        value=None if row.value is None else Money(row.value, row.currency),
        shares=dict(more.shares),
        classified_as=more.classes,
        beneficiaries=more.beneficiaries,
        evidence=[value.Evidence(*each) for each in more.evidence],
        licence=row.licence or None,
        warrants=more.warrants,
        comp=row.comp or None,
        stream=row.stream or None,
        ext_ref=(row.ext_scheme, row.ext_ref) if row.ext_ref else None,
    )


async def correct(
    office: Office, record: RecordId, right: Measure | Money, reason: str, rows: Rows = (), *, as_: str | None = None
) -> Ids:
    """Sign the difference between what a contribution counts, or is worth, and what it should. Raises Refusal."""
    agent = await office.acting(as_)
    row = await _own(office, record, agent)
    office.must_write_in(row.scope, agent)
    if isinstance(right, Money):
        facts = repair.delta(record, value=_worth_lacking(row, right), reason=_reason(reason))
    else:
        now = Measure(row.quantity, row.scale, row.unit)
        delta = difference(in_unit_of(right, now), now)
        if delta.n == 0:
            raise Refusal(Code.EXISTS, f"{short(record)} counts exactly that already")
        facts = repair.delta(record, qty=delta, reason=_reason(reason))
    return await office.node.write([Draft(ScopeId(row.scope), "correction", facts, agent=agent)], local=rows)


def _worth_lacking(row: ContributionRow, right: Money) -> Money:
    """What must be added to a contribution's value to make another of it. Raises Refusal."""
    if row.value is None:
        why = f"{short(row.record)} names no value, and a correction can give it none"
        raise Refusal(Code.BAD_REQUEST, why, "retract it and log it anew")
    if right.cur != row.currency:
        why = f"the value is in {row.currency}, the correction in {right.cur[:12]}"
        raise Refusal(Code.BAD_REQUEST, why, "retract it and log it anew")
    if not 0 <= right.amt <= MAX_INT:
        raise Refusal(Code.BAD_REQUEST, f"{right.amt} {right.cur} is no value", f"from 0 to {MAX_INT}")
    if right.amt == row.value:
        raise Refusal(Code.EXISTS, f"{short(row.record)} is worth exactly that already")
    return Money(right.amt - row.value, right.cur)


async def retract(office: Office, record: RecordId, reason: str, rows: Rows = (), *, as_: str | None = None) -> Ids:
    """Take a contribution out of effect. Raises Refusal."""
    agent = await office.acting(as_)
    row = await _own(office, record, agent)
    office.must_write_in(row.scope, agent)
    facts = repair.retract(record, reason=_reason(reason))
    draft = Draft(ScopeId(row.scope), "correction", facts, agent=agent)
    return await office.node.write([draft], local=rows)


async def thank(
    office: Office,
    record: RecordId,
    kind: str,
    text: str,
    skill: str | None,
    rows: Rows = (),
    *,
    as_: str | None = None,
) -> Ids:
    """Thank whoever made something, oneself excepted, in the scope where it stands. Raises Refusal."""
    agent = await office.acting(as_)
    lookups = await office.fresh()
    entry = lookups.entry(record)
    if entry is None:
        raise Refusal(Code.NOT_FOUND, f"{short(record)} is not in the lists", "meshnode contribution ls")
    row = lookups.contribution(record)
    made_it = [each for each, _ in read_more(row.details).shares] if row else []
    to = [each for each in made_it or [entry.agent] if each != (agent or office.me)]
    if not to:
        raise Refusal(Code.BAD_REQUEST, f"{short(record)} is your own")
    if kind not in value.THANKS or (kind == "skill") != bool(skill):
        raise Refusal(Code.BAD_REQUEST, f"one of {', '.join(value.THANKS)}; `skill` names a skill")
    office.must_write_in(entry.scope, agent)
    facts = value.recognition(to=to, kind=kind, for_=record, skill=skill and code_of(skill))
    draft = Draft(ScopeId(entry.scope), "recognition", facts, words(text=text) or None, agent=agent)
    return await office.node.write([draft], local=rows)


async def _own(office: Office, record: RecordId, agent: bytes) -> ContributionRow:
    """A living contribution of the owner's, or of `agent`. Raises Refusal."""
    lookups = await office.fresh()
    office.mine(record, agent)
    row = lookups.contribution(record)
    if row is None:
        raise Refusal(Code.BAD_REQUEST, f"{short(record)} is no contribution", "meshnode contribution ls")
    if row.claim == "retracted":
        raise Refusal(Code.CONFLICT, f"{short(record)} was retracted")
    return row


def _reason(reason: str) -> str:
    if reason not in ("error", "duplicate", "agreed"):
        raise Refusal(Code.BAD_REQUEST, f"{reason!r} is no reason", "one of error, duplicate, agreed")
    return reason
