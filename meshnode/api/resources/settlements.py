"""Payments under agreements."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.evaluations import AnswerRequest
from meshnode.api.models.settlements import Settlement, SettlementRequest
from meshnode.api.models.shared import Page
from meshnode.api.paging import page_of
from meshnode.api.resources.contributions import digest_of
from meshnode.api.resources.incomes import passed_on
from meshnode.api.resources.rulings import decided_in
from meshnode.api.shapes import Names, money_model, time_text
from meshnode.api.site import Site
from meshnode.runtime.office import Office
from meshnode.runtime.requests.beyond import doubts_about
from meshnode.runtime.requests.settlements import Payment, add, advice, other_side, payments
from meshnode.runtime.requests.taking_part import answer, find_dealing, home_of, scopes_here
from meshnode.views.dealings import Dealing, declined_by
from meshproto.records.ids import ScopeId, to_text
from meshproto.types.value import Money

LISTED_WITH = "meshnode settlement ls"


async def list_settlements(site: Site, call: Call[Nothing]) -> Page[Settlement]:
    """The payments of an agreement, or of all, by day."""
    office, names = site.office, Names(site.office, faces=True)
    found = await payments(office, await scopes_asked(office, call))
    page, following = page_of(
        call, found, lambda each: (each[1].facts["on"], each[1].record), latest=call.flag("latest")
    )
    return Page([settlement_model(office, names, *each) for each in page], following)


async def show_settlement(site: Site, call: Call[Nothing]) -> Settlement:
    """One payment."""
    return await _shown(site.office, call.path["id"])


async def add_settlement(site: Site, call: Call[SettlementRequest]) -> Settlement:
    """Declare a payment."""
    office, body = site.office, call.body
    scope = await office.find_agreement(body.agreement)
    payment = Payment(
        payer=body.payer,
        payee=body.payee,
        amount=Money(body.amount.amt, body.amount.cur),
        on=body.on,
        method=body.method,
        paid=Money(body.paid.amt, body.paid.cur) if body.paid else None,
        ref=digest_of(body.ref) if body.ref else None,
    )
    ids = await office.once(call.key, call.digest, lambda rows: add(office, scope, payment, rows, as_=body.as_))
    return await _shown(office, to_text(ids[0]))


async def confirm_settlement(site: Site, call: Call[AnswerRequest]) -> Settlement:
    """Say that a payment took place, or did not."""
    office, body = site.office, call.body
    payment = await find_dealing(office, call.path["id"], "settlement", LISTED_WITH)
    await office.once(
        call.key,
        call.digest,
        lambda rows: answer(
            office, payment.record, body.answer, rows, as_=body.as_, text=body.text, asked=[other_side(payment)]
        ),
    )
    return await _shown(office, to_text(payment.record))


async def scopes_asked(office: Office, call: Call[Nothing]) -> list[ScopeId]:
    """The agreement that a request names, or all that are here. Raises Refusal."""
    await office.fresh()
    wanted = call.query.get("agreement")
    return [await office.find_agreement(wanted)] if wanted else scopes_here(office)


async def _shown(office: Office, text: str) -> Settlement:
    await office.projector.caught_up()  # What was just written must show.
    payment = await find_dealing(office, text, "settlement", LISTED_WITH)
    names, scope = Names(office, faces=True), home_of(office, payment.record)
    model = settlement_model(office, names, scope, payment)
    model.disputes, model.decisions = await decided_in(office, names, scope, {payment.record})
    model.passed_on = passed_on(office, names, payment.record)
    asked = [other_side(payment)] if model.state == "declared" else []
    model.warnings = doubts_about(office, payment.record, asked)
    return model


def settlement_model(office: Office, names: Names, scope: ScopeId, payment: Dealing) -> Settlement:
    """A payment as the API tells it."""
    facts, record = payment.facts, office.truth.record(payment.record)
    other = other_side(payment)
    paid = facts.get("paid")
    with office.folded.steady():
        declined = declined_by(payment.record, other, office.folded)
    return Settlement(
        id=to_text(payment.record),
        agreement=names.scope(scope),
        payer=names.agent(facts["from"]),
        payee=names.agent(facts["to"]),
        amount=money_model(facts["amount"]["amt"], facts["amount"]["cur"]),
        paid=money_model(paid["amt"], paid["cur"]) if paid else None,
        on=facts["on"],
        method=facts["method"],
        state=payment.state,
        reason=payment.reason,
        causes=[to_text(each) for each in payment.ids],
        says=advice(office, payment, declined=declined),
        declared_by=names.agent(payment.agent),
        declined=declined,
        may_confirm=payment.state == "declared" and other in office.acts_as(),
        ref=facts["ref"][1:].hex() if "ref" in facts else "",
        at=time_text(record.at if record else 0),
        signed_by=names.signer(payment.record),
    )
