"""Who owes whom under agreements, and which payments would settle it."""

from meshnode.api.edge import Call, Nothing
from meshnode.api.models.settlements import Balance, Plan, Transfer
from meshnode.api.models.shared import Page
from meshnode.api.paging import page_of
from meshnode.api.resources.settlements import scopes_asked, settlement_model
from meshnode.api.shapes import Names, money_model
from meshnode.api.site import Site
from meshnode.runtime.requests.settlements import owed, payments
from meshproto.types.currencies import EXPONENTS

MOST_CONTESTED = 64
"""Contested payments told with a plan; `/settlements` lists all."""


async def list_balances(site: Site, call: Call[Nothing]) -> Page[Balance]:
    """Who has what, in one agreement or in all; by agreement, person and currency."""
    office, names, mine = site.office, Names(site.office, faces=True), call.flag("mine")
    found = [
        (one.scope, agent, cur, each)
        for one in await owed(office, await scopes_asked(office, call))
        for (agent, cur), each in one.balances.items()
        if not mine or agent == office.me
    ]
    page, following = page_of(call, found, lambda each: each[:3])
    items = [
        Balance(
            agreement=names.scope(scope),
            agent=names.agent(agent),
            cur=cur,
            exp=EXPONENTS.get(cur),
            **each._asdict(),
            open=each.open,
        )
        for scope, agent, cur, each in page
    ]
    return Page(items, following)


async def show_plan(site: Site, call: Call[Nothing]) -> Plan:
    """The payments that would bring all to zero, of one agreement or of all; by agreement, currency and payer."""
    office, names = site.office, Names(site.office, faces=True)
    scopes, mine = await scopes_asked(office, call), call.flag("mine")
    found = [
        (one.scope, cur, each.payer, each.payee, each)
        for one in await owed(office, scopes)
        for cur, each in one.plan
        if not mine or office.me in (each.payer, each.payee)
    ]
    page, following = page_of(call, found, lambda each: each[:4])
    items = [
        Transfer(names.scope(scope), names.agent(payer), names.agent(payee), money_model(each.amount, cur))
        for scope, cur, payer, payee, each in page
    ]
    frozen = await payments(office, scopes, "contested")
    return Plan(items, [settlement_model(office, names, *each) for each in frozen[:MOST_CONTESTED]], following)
