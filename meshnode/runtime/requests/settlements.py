"""Payments under an agreement: declared by one side, confirmed by the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from meshnode.core.details import Unfit, check_money
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.amounts import day, local_day
from meshnode.runtime.requests.details import somebody
from meshnode.runtime.requests.taking_part import acting_in, sign
from meshnode.views.dealings import Dealing, dealings
from meshproto.fold.ledger import Balance, Transfer, balances, settlement_plan
from meshproto.fold.memory import Memory
from meshproto.records.ids import ScopeId, digest33, short
from meshproto.types import accounts
from meshproto.types.value import Money

METHODS = accounts.METHODS


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment; people are named as somebody typed them, and one side is whoever signs."""

    payer: str | None = None
    payee: str | None = None
    amount: Money
    on: str | None = None
    method: str = "bank"
    paid: Money | None = None
    """What was actually paid, where that was another currency."""
    ref: bytes | None = None
    """SHA-256 of what shows it."""


class Owed(NamedTuple):
    """An agreement's balances, and the payments that would bring all of them to zero, by currency."""

    scope: ScopeId
    balances: dict[tuple[bytes, str], Balance]
    plan: list[tuple[str, Transfer]]


async def add(office: Office, scope: ScopeId, payment: Payment, rows: Rows = (), *, as_: str | None = None) -> Ids:
    """Declare a payment that the owner, or the organisation `as_`, made or got. Raises Refusal."""
    agent = await acting_in(office, scope, as_)
    who = agent or office.me
    payer = await somebody(office, payment.payer, scope) if payment.payer else who
    payee = await somebody(office, payment.payee, scope) if payment.payee else who
    if payer == payee or who not in (payer, payee):
        raise Refusal(
            Code.BAD_REQUEST, "you pay somebody else, or somebody else pays you", "say --to WHO, or --from WHO"
        )
    if payment.method not in METHODS:
        raise Refusal(Code.BAD_REQUEST, f"{payment.method!r} is no way to pay", f"one of {', '.join(METHODS)}")
    for each in (payment.amount, payment.paid):
        _must_be_money(each)
    facts = accounts.settlement(
        payer,
        payee,
        payment.amount,
        on=day(payment.on) if payment.on else local_day(office.node.now()),
        method=payment.method,
        paid=payment.paid,
        ref=digest33(payment.ref) if payment.ref else None,
    )
    return await sign(office, scope, "settlement", facts, rows, agent=agent)


async def owed(office: Office, scopes: Iterable[ScopeId]) -> list[Owed]:
    """The balances of agreements, each with its plan; agreements in which nothing ever was are left out."""
    columns = await office.work_out(lambda folded: [(scope, balances(scope, folded)) for scope in scopes])
    return [Owed(scope, each, plan_of(each)) for scope, each in columns if each]


def plan_of(columns: dict[tuple[bytes, str], Balance]) -> list[tuple[str, Transfer]]:
    """The payments that bring everybody to zero as far as others owe, each currency by itself."""
    plan: list[tuple[str, Transfer]] = []
    for cur in sorted({cur for _, cur in columns}):
        open_ = {agent: each.planned for (agent, own), each in columns.items() if own == cur}
        plan += [(cur, each) for each in settlement_plan(open_)]
    return plan


async def payments(office: Office, scopes: Iterable[ScopeId], state: str = "") -> list[tuple[ScopeId, Dealing]]:
    """The payments of agreements, by agreement and id; all, or those that stand so."""

    def found(folded: Memory) -> list[tuple[ScopeId, Dealing]]:
        listed = [(scope, each) for scope in scopes for each in dealings(scope, "settlement", folded)]
        return [(scope, each) for scope, each in listed if state in ("", each.state)]

    return await office.work_out(found)


def other_side(payment: Dealing) -> bytes:
    """Who is asked about a payment: the side that did not declare it."""
    return bytes(payment.facts["to"] if payment.agent == payment.facts["from"] else payment.facts["from"])


def advice(office: Office, payment: Dealing, *, declined: bool) -> str:
    """How a payment stands, in words."""
    other = other_side(payment)
    match payment.state:
        case "confirmed":
            return "both sides say that it took place"
        case "contested":
            return "contested: it is not certain that who signed was allowed to, so it settles nothing yet"
        case _ if declined:
            return f"{office.name(other) or short(other)} says that it did not take place, so it counts for nothing"
        case _:
            return f"it counts once {office.name(other) or short(other)} has confirmed it"


def _must_be_money(money: Money | None) -> None:
    try:
        if money is not None:
            check_money(money)
    except Unfit as unfit:
        raise Refusal(Code.BAD_REQUEST, unfit.why, unfit.hint) from unfit
