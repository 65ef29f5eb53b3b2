"""Money under an agreement: `income`, `distribution`, `settlement` and `commitment`."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, cast

from meshproto.records.encoding import Value
from meshproto.records.ids import DIGEST, EXT
from meshproto.records.limits import MAX_INT
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from meshproto.types.schema import (
    Check,
    Facts,
    Field,
    Schema,
    array,
    check_each,
    code,
    day,
    either,
    ids,
    integer,
    measure,
    money,
    pairs,
    record_id,
    tagged,
    text,
)
from meshproto.types.value import Measure, Money

METHODS = ("bank", "cash", "credit", "offset")

_AMOUNT = integer(-MAX_INT)
_MONEY = money(-MAX_INT)
_EXT_OR_ID: Check = either(tagged(EXT), record_id)


def _part(value: Value) -> None:
    if not isinstance(value, list) or len(value) != 2:
        raise Refused(Reason.I_FIELD)
    check_each(((text(32), value[0]), (_AMOUNT, value[1])))


_PARTS = array(_part)


def _line(value: Value) -> None:
    if not isinstance(value, list) or len(value) != 4:
        raise Refused(Reason.I_FIELD)
    check_each(((record_id, value[0]), (_AMOUNT, value[1]), (_AMOUNT, value[2]), (_PARTS, value[3])))


_ANY_LINES = array(_line)


def _lines(value: Value) -> None:
    _ANY_LINES(value)
    agents = [line[0] for line in cast(list[list[bytes]], value)]
    if not all(one < other for one, other in pairwise(agents)):
        raise Refused(Reason.I_LIST)


def _holder_declares(record: Record) -> None:
    if record.facts["holder"] != record.agent:
        raise Refused(Reason.I_RULE, "holder")


def _tax_is_told_apart(record: Record) -> None:
    gross, tax, net = (record.facts[name] for name in ("gross", "tax", "net"))
    if not gross["cur"] == tax["cur"] == net["cur"] or gross["amt"] != tax["amt"] + net["amt"]:
        raise Refused(Reason.I_RULE, "gross")
    sign = -1 if "refunds" in record.facts else 1
    if gross["amt"] * sign <= 0 or tax["amt"] * sign < 0 or net["amt"] * sign < 0:
        raise Refused(Reason.I_RULE, "net")


def _parts_add_up(record: Record) -> None:
    for index, (_, payable, held, parts) in enumerate(record.facts["lines"]):
        if payable + held != sum(amount for _, amount in parts):
            raise Refused(Reason.I_RULE, f"lines[{index}]")


def _restates_without_income(record: Record) -> None:
    facts = record.facts
    if "restates" in facts and (facts["incomes"] or "prev" not in facts):
        raise Refused(Reason.I_RULE, "restates")


def _two_sides(record: Record, one: str, other: str) -> None:
    first, second = record.facts[one], record.facts[other]
    if first == second:
        raise Refused(Reason.I_RULE, other)
    if record.agent not in (first, second):
        raise Refused(Reason.I_RULE, one)


def _payer_or_payee_declares(record: Record) -> None:
    _two_sides(record, "from", "to")


def _no_more_is_applied(record: Record) -> None:
    if sum(amount for _, amount in record.facts.get("applied", ())) > record.facts["amount"]["amt"]:
        raise Refused(Reason.I_RULE, "applied")


def _one_side_commits(record: Record) -> None:
    _two_sides(record, "provider", "receiver")


INCOME = Schema(
    (
        Field("holder", record_id),
        Field("gross", _MONEY),
        Field("tax", _MONEY),
        Field("net", _MONEY),
        Field("on", day),
        Field("from", record_id, optional=True),
        Field("invoice", tagged(DIGEST), optional=True),
        Field("part_of", tagged(EXT), optional=True),
        Field("refunds", record_id, optional=True),
    ),
    (_holder_declares, _tax_is_told_apart),
)
DISTRIBUTION = Schema(
    (
        Field("agreement", record_id),
        Field("incomes", ids()),
        Field("to", day),
        Field("engine", text(32)),
        Field("lines", _lines),
        Field("carry", _MONEY),
        Field("inputs_digest", tagged(DIGEST)),
        Field("result_digest", tagged(DIGEST)),
        Field("prev", record_id, optional=True),
        Field("restates", record_id, optional=True),
    ),
    (_parts_add_up, _restates_without_income),
)
SETTLEMENT = Schema(
    (
        Field("from", record_id),
        Field("to", record_id),
        Field("amount", money(1)),
        Field("on", day),
        Field("method", code(*METHODS)),
        Field("paid", money(1), optional=True),
        Field("applied", pairs(integer(1)), optional=True),
        Field("ref", tagged(DIGEST), optional=True),
    ),
    (_payer_or_payee_declares, _no_more_is_applied),
)
COMMITMENT = Schema(
    (
        Field("provider", record_id),
        Field("receiver", record_id),
        Field("action", text(32)),
        Field("qty", measure(1)),
        Field("due", day),
        Field("satisfies", _EXT_OR_ID, optional=True),
        Field("price", money(0), optional=True),
    ),
    (_one_side_commits,),
)


def _given(**facts: Value) -> Facts:
    return {name: each for name, each in facts.items() if each is not None}


def income(
    holder: bytes,
    *,
    net: Money,
    on: str,
    tax: int = 0,
    payer: bytes | None = None,
    invoice: bytes | None = None,
    part_of: bytes | None = None,
    refunds: bytes | None = None,
) -> Facts:
    """Facts of money that came in, or of a refund with negative amounts; `tax` are minor units beside `net`."""
    gross, duty = Money(net.amt + tax, net.cur), Money(tax, net.cur)
    sums: Facts = {"holder": holder, "gross": gross.facts(), "tax": duty.facts(), "net": net.facts(), "on": on}
    return {**sums, **_given(**{"from": payer, "invoice": invoice, "part_of": part_of, "refunds": refunds})}


def settlement(
    payer: bytes,
    payee: bytes,
    amount: Money,
    *,
    on: str,
    method: str = "bank",
    paid: Money | None = None,
    applied: Mapping[bytes, int] | None = None,
    ref: bytes | None = None,
) -> Facts:
    """Facts of a payment from one agent to another, as either of them declares it."""
    facts: Facts = {"from": payer, "to": payee, "amount": amount.facts(), "on": on, "method": method}
    shown: list[Value] | None = [[each, part] for each, part in sorted((applied or {}).items())] or None
    return {**facts, **_given(paid=paid and paid.facts(), applied=shown, ref=ref)}


def commitment(
    provider: bytes, receiver: bytes, action: str, qty: Measure, *, due: str, price: Money | None = None
) -> Facts:
    """Facts of a promise by one agent to do something for another."""
    sides: Facts = {"provider": provider, "receiver": receiver, "action": action, "qty": qty.facts(), "due": due}
    return {**sides, **_given(price=price and price.facts())}


Line = tuple[bytes, int, int, Sequence[tuple[str, int]]]
"""An agent, what is payable, what is held, and how much of both came of which step."""


def distribution(
    agreement: bytes,
    incomes: Iterable[bytes],
    *,
    to: str,
    engine: str,
    lines: Iterable[Line],
    carry: Money,
    inputs_digest: bytes,
    result_digest: bytes,
    prev: bytes | None = None,
    restates: bytes | None = None,
) -> Facts:
    """Facts of a distribution of incomes under a version of an agreement; digests are 33 bytes."""
    told: list[Value] = [[who, amt, held, [[*part] for part in parts]] for who, amt, held, parts in sorted(lines)]
    return {
        "agreement": agreement,
        "incomes": [*sorted({*incomes})],
        "to": to,
        "engine": engine,
        "lines": told,
        "carry": carry.facts(),
        "inputs_digest": inputs_digest,
        "result_digest": result_digest,
        **_given(prev=prev, restates=restates),
    }


def losers_of(facts: Mapping[str, Any]) -> list[bytes]:
    """Who must consent to a distribution that restates an earlier one, by id: whoever has less by it than before."""
    return [agent for agent, payable, held, _ in facts["lines"] if "restates" in facts and payable + held < 0]
