"""How incomes are shared: drawn up, signed, approved, explained."""

from collections.abc import Container
from dataclasses import replace
from typing import Any

from meshnode.api.breath import Breath
from meshnode.api.edge import Call, Nothing
from meshnode.api.models import distributions as models
from meshnode.api.models.evaluations import AnswerRequest
from meshnode.api.models.shared import Page, Quantity
from meshnode.api.paging import page_of
from meshnode.api.resources.contributions import digest_of
from meshnode.api.resources.explained import explanation_model
from meshnode.api.resources.incomes import origins, passed_on
from meshnode.api.resources.rulings import decided_in
from meshnode.api.shapes import Names, money_model, time_text
from meshnode.api.site import Site
from meshnode.runtime.answers.shared_out import Void, advice, net_of, noticed, steps_of, void_of, void_says, voids
from meshnode.runtime.naming import plain_id
from meshnode.runtime.office import Office
from meshnode.runtime.requests.beyond import doubts_about
from meshnode.runtime.requests.details import somebody
from meshnode.runtime.requests.distributions import (
    Approver,
    Preview,
    Told,
    Wish,
    may_approve,
    outside_of,
    preview,
    propose,
    told_of,
)
from meshnode.runtime.requests.ruled import rests_on
from meshnode.runtime.requests.taking_part import answer, find_dealing, home_of, scopes_here
from meshnode.views.cuts import LeftOut
from meshnode.views.dealings import Dealing, dealings
from meshnode.views.explained import explain_lines
from meshproto.fold.concerns import concern_of
from meshproto.fold.tallies import CONTESTED, NO, YES
from meshproto.records.ids import RecordId, ScopeId, digest33, to_text
from meshproto.types.value import Money

LISTED_WITH = "meshnode distribution ls"
MOST_WORKS = 64
"""Contributions told of one distribution's surroundings; more are counted by whoever lists them."""
LEVELS = {YES: "yes", CONTESTED: "contested"}


async def preview_distribution(site: Site, call: Call[models.PreviewRequest]) -> models.Preview:
    """Work out what a distribution would be now; nothing is signed."""
    office = site.office
    scope = await office.find_agreement(call.body.agreement)
    supposed = call.body.suppose
    suppose = None if supposed is None else Money(supposed.amt, supposed.cur)
    return _preview_model(office, await preview(office, scope, replace(_wish(call.body), suppose=suppose)))


async def propose_distribution(site: Site, call: Call[models.DistributionRequest]) -> models.Distribution:
    """Sign a distribution whose outcome was seen."""
    office, body = site.office, call.body
    scope = await office.find_agreement(body.agreement)
    seen = digest33(digest_of(body.digest))
    ids = await office.once(
        call.key, call.digest, lambda rows: propose(office, scope, _wish(body), seen, rows, as_=body.as_)
    )
    return await _shown(office, to_text(ids[0]))


async def list_distributions(site: Site, call: Call[Nothing]) -> Page[models.Distribution]:
    """The distributions of an agreement, or of all, by day; the void ones among them."""
    office = site.office
    await office.fresh()
    wanted = call.query.get("agreement")
    scopes = [await office.find_agreement(wanted)] if wanted else scopes_here(office)
    found: list[tuple[ScopeId, Dealing | Void]] = []
    for scope in scopes:
        with office.folded.steady():
            found += [(scope, each) for each in dealings(scope, "distribution", office.folded)]
        found += [(scope, each) for each in voids(office, scope)]
    signed = {each.record: _signed_at(office, each) for _, each in found}
    page, following = page_of(
        call,
        found,
        lambda each: (each[1].facts["to"], signed[each[1].record], each[1].record),
        latest=call.flag("latest"),
    )
    items, names, acting = [], Names(office, faces=True), office.acts_as()
    breath = Breath()
    for scope, each in page:
        items.append(_brief(office, names, scope, each, acting))
        await breath.take()  # each takes some reads
    return Page(items, following)


async def show_distribution(site: Site, call: Call[Nothing]) -> models.Distribution:
    """One distribution."""
    return await _shown(site.office, call.path["id"])


async def approve_distribution(site: Site, call: Call[AnswerRequest]) -> models.Distribution:
    """Approve a distribution, or decline it."""
    office, body = site.office, call.body
    shared = await find_dealing(office, call.path["id"], "distribution", LISTED_WITH)
    await office.once(
        call.key,
        call.digest,
        lambda rows: answer(
            office, shared.record, body.answer, rows, as_=body.as_, text=body.text, asked=_approvers(office, shared)
        ),
    )
    return await _shown(office, to_text(shared.record))


def _approvers(office: Office, shared: Dealing) -> list[bytes]:
    told = told_of(office, home_of(office, shared.record), shared)
    return [each.agent for each in told.approvers]


async def explain_distribution(site: Site, call: Call[Nothing]) -> models.Explanation:
    """Why each amount of a distribution, or that of one agent, is what it is, down to the signatures."""
    office = site.office
    shared = await find_dealing(office, call.path["id"], "distribution", LISTED_WITH)
    who = call.query.get("person")
    agent = await somebody(office, who, home_of(office, shared.record)) if who else None
    agents = [agent] if agent else []
    lines = await office.work_out(lambda folded: explain_lines(shared.record, folded, agents, office.retelling))
    with office.folded.steady():
        pool = net_of(shared.facts, office.folded)
    model = await explanation_model(office, shared, money_model(pool, shared.facts["carry"]["cur"]), lines)
    model.origins = origins(office, Names(office, faces=True), shared.facts["incomes"])
    return model


async def _shown(office: Office, text: str) -> models.Distribution:
    await office.projector.caught_up()  # What was just written must show.
    named = await office.agreement_called(text) if plain_id(text) is None else None
    void = void_of(office, await office.find(text)) if named is None else None
    if void is not None:
        return _void_model(office, Names(office, faces=True), void.scope, void)
    shared = await find_dealing(office, text, "distribution", LISTED_WITH)
    scope = home_of(office, shared.record)
    told = told_of(office, scope, shared, await outside_of(office, scope, shared.record))
    names = Names(office, faces=True)
    model = _model(office, names, told, office.acts_as())
    with office.folded.steady():
        concerned = rests_on(shared.record, office.folded)
    model.disputes, model.decisions = await decided_in(office, names, told.scope, concerned)
    model.passed_on = passed_on(office, names, shared.record)
    asked = [each.agent for each in told.approvers if each.level == NO]
    model.warnings = doubts_about(office, shared.record, asked if model.state == "proposed" else ())
    return model


def _wish(body: models.ChosenRequest) -> Wish:
    return Wish(incomes=tuple(body.incomes), to=body.to, after=body.after, reopens=body.reopens, beside=body.beside)


def _preview_model(office: Office, found: Preview) -> models.Preview:
    names, facts, settled = Names(office, faces=True), found.drawn.facts, found.drawn.settled
    cur = settled.terms.cur
    return models.Preview(
        agreement=names.scope(found.scope),
        version=to_text(facts["agreement"]),
        previous=to_text(facts["prev"]) if "prev" in facts else "",
        incomes=[to_text(each) for each in facts["incomes"]],
        pool=money_model(settled.round.pool, cur),
        to=facts["to"],
        lines=_lines(office, names, facts),
        carry=money_model(settled.carry, cur),
        digest=facts["result_digest"][1:].hex(),
        entered=len(found.drawn.entered.contributions),
        unconfirmed=[work_model(office, names, each) for each in found.unconfirmed[:MOST_WORKS]],
        undeclared=[to_text(each) for each in found.undeclared],
        notices=[models.Notice(each.concern.value, noticed(each, settled)) for each in found.drawn.notices],
    )


def _model(
    office: Office, names: Names, told: Told, acting: Container[bytes], *, whole: bool = True
) -> models.Distribution:
    shared, facts = told.shared, told.shared.facts
    record, cur = office.truth.record(shared.record), facts["carry"]["cur"]
    with office.folded.steady():
        pool = net_of(facts, office.folded)
    return models.Distribution(
        id=to_text(shared.record),
        agreement=names.scope(told.scope),
        version=to_text(facts["agreement"]),
        agent=names.agent(shared.agent),
        at=time_text(record.at if record else 0),
        to=facts["to"],
        state=shared.state,
        reason=shared.reason,
        causes=[to_text(each) for each in shared.ids],
        says=advice(office, told),
        pool=money_model(pool, cur),
        lines=_lines(office, names, facts),
        carry=money_model(facts["carry"]["amt"], cur),
        incomes=[to_text(each) for each in facts["incomes"]],
        previous=to_text(facts["prev"]) if "prev" in facts else "",
        reopens=to_text(facts["restates"]) if "restates" in facts else "",
        digest=facts["result_digest"][1:].hex(),
        approvals=[_approval(names, each) for each in told.approvers],
        needed=told.needed,
        may_approve=bool(may_approve(told, acting)),
        outside=_outside(office, names, told.outside) if whole else None,
        signed_by=names.signer(shared.record),
    )


def _signed_at(office: Office, one: Dealing | Void) -> int:
    record = office.truth.record(RecordId(one.record))
    return record.at if record is not None else 0


def _brief(
    office: Office, names: Names, scope: ScopeId, one: Dealing | Void, acting: Container[bytes]
) -> models.Distribution:
    """One of a list."""
    if isinstance(one, Void):
        return _void_model(office, names, scope, one)
    return _model(office, names, told_of(office, scope, one), acting, whole=False)


def _approval(names: Names, one: Approver) -> models.Approval:
    level = "declined" if one.declined else LEVELS.get(one.level, "no")
    return models.Approval(names.agent(one.agent), level)


def _void_model(office: Office, names: Names, scope: ScopeId, void: Void) -> models.Distribution:
    """A distribution that is void for ever, with what it says and which sum is wrong."""
    facts, cur = void.facts, void.facts["carry"]["cur"]
    return models.Distribution(
        id=to_text(void.record),
        agreement=names.scope(scope),
        version=to_text(facts["agreement"]),
        agent=names.agent(void.agent),
        at=time_text(void.at),
        to=facts["to"],
        state="void",
        reason=void.reason,
        causes=[to_text(each) for each in void.causes],
        says=void_says(office, void),
        pool=money_model(sum(line[1] + line[2] for line in facts["lines"]) + facts["carry"]["amt"], cur),
        lines=_lines(office, names, facts),
        carry=money_model(facts["carry"]["amt"], cur),
        incomes=[to_text(each) for each in facts["incomes"]],
        previous=to_text(facts["prev"]) if "prev" in facts else "",
        reopens=to_text(facts["restates"]) if "restates" in facts else "",
        digest=facts["result_digest"][1:].hex(),
        approvals=[],
        needed=0,
        may_approve=False,
        outside=None,
        signed_by=names.signer(void.record),
    )


def _outside(office: Office, names: Names, outside: LeftOut) -> models.Outside:
    works = [work_model(office, names, each) for each in outside.contributions[:MOST_WORKS]]
    return models.Outside(works, len(outside.attestations), len(outside.corrections))


def _lines(office: Office, names: Names, facts: dict[str, Any]) -> list[models.Line]:
    with office.folded.steady():
        steps = steps_of(facts["agreement"], office.folded)
    return [
        models.Line(
            names.agent(agent),
            amt,
            held,
            [models.StepPart(path, steps.get(path, ""), part) for path, part in parts],
        )
        for agent, amt, held, parts in facts["lines"]
    ]


def work_model(office: Office, names: Names, record: bytes) -> models.Work:
    """A contribution in a few words."""
    row = office.lookups.contribution(record)
    if row is None:  # it is folded, and not yet in the lists
        with office.folded.steady():
            said = concern_of(office.folded, record)
        qty = said.facts["qty"]
        quantity = Quantity(qty["n"], qty["s"], qty["u"])
        return models.Work(to_text(record), "", names.agent(said.agent), said.facts["kind"], quantity, "")
    quantity = Quantity(row.quantity, row.scale, row.unit)
    return models.Work(to_text(record), row.title, names.agent(row.agent), row.kind, quantity, row.claim)
