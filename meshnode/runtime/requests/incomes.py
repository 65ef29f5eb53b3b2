"""Money that comes in under an agreement, or goes back, and who says that it did."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from meshnode.core.details import Unfit, check_money
from meshnode.runtime.office import Ids, Office, Rows
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.requests.amounts import day, local_day
from meshnode.runtime.requests.cascades import SOURCES
from meshnode.runtime.requests.details import somebody
from meshnode.runtime.requests.taking_part import acting_in, find_dealing, home_of, sign
from meshnode.views.dealings import Dealing, terms_now
from meshproto.records.ids import ScopeId, digest33, ext, short, to_text
from meshproto.types import accounts
from meshproto.types.agreement import bearers, parties_of
from meshproto.types.value import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Income:
    """What came in, or (with `refunds`) went back; amounts are positive either way, in minor units."""

    gross: Money
    tax: int = 0
    payer: str | None = None
    on: str | None = None
    invoice: bytes | None = None
    """SHA-256 of the invoice."""
    refunds: str | None = None
    part_of: str | None = None
    """The distribution or payment of another agreement by which it came."""


async def add(office: Office, scope: ScopeId, income: Income, rows: Rows = (), *, as_: str | None = None) -> Ids:
    """Declare an income that the owner, or the organisation `as_`, holds. Raises Refusal."""
    agent = await acting_in(office, scope, as_)
    _must_be_money(income)
    came = day(income.on) if income.on else local_day(office.node.now())
    _must_be_shared(office, scope, income.gross.cur, came)
    refunded = None
    if income.refunds is not None:
        refunded = await find_dealing(office, income.refunds, "income", "meshnode income ls")
        _must_be_refundable(office, scope, income, refunded, agent or office.me)
    sign_ = -1 if refunded else 1
    gross, tax = sign_ * income.gross.amt, sign_ * income.tax
    facts = accounts.income(
        agent or office.me,
        net=Money(gross - tax, income.gross.cur),
        tax=tax,
        on=came,
        payer=await _payer(office, scope, income),
        invoice=digest33(income.invoice) if income.invoice else None,
        part_of=await _part_of(office, scope, income),
        refunds=refunded.record if refunded else None,
    )
    return await sign(office, scope, "income", facts, rows, agent=agent)


def confirmers(terms: Mapping[str, Any], income: Dealing) -> list[bytes]:
    """Who is asked whether an income came in."""
    match terms["income_confirm"]:
        case "client":
            return bearers(terms, "client")
        case "party":
            return [each for each in parties_of(terms) if each != income.agent]
        case _:
            return []


def asked_of(office: Office, income: Dealing) -> list[bytes]:
    """Who is asked about an income by the terms of its agreement."""
    scope = home_of(office, income.record)
    with office.folded.steady():
        return confirmers(terms_now(scope, office.folded), income)


def doubles(incomes: list[Dealing]) -> dict[bytes, list[bytes]]:
    """Of an agreement's incomes others with the same invoice or source: perhaps the same money, reported twice."""
    alike: dict[bytes, list[bytes]] = {}
    for each in incomes:
        for name in ("invoice", "part_of") if "refunds" not in each.facts else ():
            if name in each.facts:
                alike.setdefault(each.facts[name], []).append(each.record)
    found: dict[bytes, dict[bytes, None]] = {}
    for group in alike.values():
        for each_id in group if len(group) > 1 else ():
            found.setdefault(each_id, {}).update(dict.fromkeys(other for other in group if other != each_id))
    return {each: [*others] for each, others in found.items()}


async def _payer(office: Office, scope: ScopeId, income: Income) -> bytes | None:
    if income.payer is None:
        return None
    if income.payer.strip().casefold() != "client":
        return await somebody(office, income.payer, scope)
    with office.folded.steady():
        clients = bearers(terms_now(scope, office.folded), "client")
    if len(clients) != 1:
        raise Refusal(Code.BAD_REQUEST, f"there are {len(clients)} clients in this agreement", "name the payer")
    return clients[0]


async def _part_of(office: Office, scope: ScopeId, income: Income) -> bytes | None:
    """What stands for the share or payment of another agreement. Raises Refusal."""
    if income.part_of is None:
        return None
    record = office.truth.record(await office.find(income.part_of))
    type_ = record.type if record is not None and record.type in SOURCES else "settlement"
    found = await find_dealing(office, income.part_of, type_, f"meshnode {type_} ls")
    if home_of(office, found.record) == scope:
        why = f"{short(found.record)} stands in the same agreement"
        raise Refusal(Code.BAD_REQUEST, why, "what was shared or paid here comes in nowhere but elsewhere")
    return ext(found.record)


def _must_be_money(income: Income) -> None:
    try:
        check_money(income.gross)
    except Unfit as unfit:
        raise Refusal(Code.BAD_REQUEST, unfit.why, unfit.hint) from unfit
    if not 0 <= income.tax <= income.gross.amt:
        raise Refusal(Code.BAD_REQUEST, "the tax lies between nothing and the whole amount", "the gross holds the tax")


def _must_be_shared(office: Office, scope: ScopeId, cur: str, came: str) -> None:
    """Refuse money that no distribution of the agreement would ever share. Raises Refusal."""
    with office.folded.steady():
        terms = terms_now(scope, office.folded)
    equation, until = terms.get("value_equation"), terms.get("until")
    if equation is None:
        why = "this agreement shares no money: an income would never be shared under it"
        raise Refusal(Code.BAD_REQUEST, why, "agree on how to share it first: meshnode agreement amend --help")
    shared = equation["cur"]
    if cur != shared:
        why = f"this agreement shares {shared}: an income in {cur} would never be shared under it"
        raise Refusal(Code.BAD_REQUEST, why, f"declare what it became in {shared}")
    # SPEC 09-agreements 4: its `on` is not after the `until` of v
    if until is not None and came > until:
        why = f"this agreement ends on {until}: what comes in, or goes back, on {came} would never be shared under it"
        raise Refusal(Code.BAD_REQUEST, why, "say when it came in (--on), or agree on a later end or anew")


def _must_be_refundable(office: Office, scope: ScopeId, income: Income, refunded: Dealing, who: bytes) -> None:
    """Refuse what would be invalid for ever. Raises Refusal."""
    facts, text = refunded.facts, to_text(refunded.record)
    why = ""
    if home_of(office, refunded.record) != scope:
        why = f"{short(refunded.record)} came in under another agreement"
    elif refunded.agent != who:
        why = "only who holds an income gives it back"
    elif "refunds" in facts:
        why = f"{short(refunded.record)} is a refund itself"
    elif facts["gross"]["cur"] != income.gross.cur:
        why = f"that income was in {facts['gross']['cur']}"
    elif (
        income.gross.amt > facts["gross"]["amt"]
        or income.tax > facts["tax"]["amt"]
        or income.gross.amt - income.tax > facts["net"]["amt"]
    ):
        why = "that is more than came in"
    if why:
        raise Refusal(Code.BAD_REQUEST, why, f"meshnode income show {text}")
