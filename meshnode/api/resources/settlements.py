"""Payments under agreements, and who owes whom."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.evaluations import AnswerRequest
from meshnode.api.models.settlements import Balance, Balances, Settlement, SettlementRequest, Transfer
from meshnode.api.models.shared import Page
from meshnode.api.resources.contributions import digest_of
from meshnode.api.shapes import Names, money_model, time_text
from meshnode.api.site import Site
from meshnode.runtime.office import Office
from meshnode.runtime.requests.settlements import Owed, Payment, add, owed
from meshnode.runtime.requests.taking_part import answer, find_dealing, home_of, scopes_here
from meshnode.views.dealings import Dealing, dealings
from meshproto.fold import ledger
from meshproto.records.ids import ScopeId, to_text
from meshproto.types.currencies import EXPONENTS
from meshproto.types.value import Money

LISTED_WITH = "meshnode settlement ls"


async def list_settlements(site: Site, call: Call[Nothing]) -> Page[Settlement]:
    """The payments of an agreement, or of all, by day."""
    office, names = site.office, Names(site.office)
    items = []
    for scope in await _scopes(office, call):
        with office.folded.steady():
            found = dealings(scope, "settlement", office.folded)
        items += [_model(office, names, scope, each) for each in found]
    return Page(sorted(items, key=lambda each: (each.on, each.id)))


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
        lambda rows: answer(office, payment.record, body.answer, rows, as_=body.as_, text=body.text),
    )
    return await _shown(office, call.path["id"])


async def show_balances(site: Site, call: Call[Nothing]) -> Balances:
    """Who has what, and the payments that would bring all to zero; of one agreement, or of all."""
    office, names = site.office, Names(site.office)
    found = owed(office, await _scopes(office, call))
    return Balances(
        balances=[each for one in found for each in _balances(names, one)],
        plan=[
            Transfer(
                names.scope(one.scope), names.agent(each.payer), names.agent(each.payee), money_model(each.amount, cur)
            )
            for one in found
            for cur, each in one.plan
        ],
    )


async def _scopes(office: Office, call: Call[Nothing]) -> list[ScopeId]:
    await office.fresh()
    wanted = call.query.get("agreement")
    return [await office.find_agreement(wanted)] if wanted else scopes_here(office)


def _balances(names: Names, one: Owed) -> list[Balance]:
    return [
        Balance(
            agreement=names.scope(one.scope),
            agent=names.agent(agent),
            cur=cur,
            exp=EXPONENTS.get(cur),
            **each._asdict(),
            open=each.open,
        )
        for (agent, cur), each in one.balances.items()
    ]


def _transfer(names: Names, scope: ScopeId, cur: str, one: ledger.Transfer) -> Transfer:
    return Transfer(names.scope(scope), names.agent(one.payer), names.agent(one.payee), money_model(one.amount, cur))


async def _shown(office: Office, text: str) -> Settlement:
    await office.projector.caught_up()  # What was just written must show.
    payment = await find_dealing(office, text, "settlement", LISTED_WITH)
    return _model(office, Names(office), home_of(office, payment.record), payment)


def _model(office: Office, names: Names, scope: ScopeId, payment: Dealing) -> Settlement:
    facts, record = payment.facts, office.truth.record(payment.record)
    other = facts["to"] if payment.agent == facts["from"] else facts["from"]
    paid = facts.get("paid")
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
        declared_by=names.agent(payment.agent),
        may_confirm=payment.state == "declared" and other in {office.me, *office.mandates.acts_for()},
        ref=facts["ref"][1:].hex() if "ref" in facts else "",
        at=time_text(record.at if record else 0),
        signed_by=names.signer(payment.record),
    )
