"""`meshnode settlement …`, `balance` and `plan`: who paid whom, who is owed what, and the fewest payments left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal

from meshnode.cli.commands import AS, Argument, Command
from meshnode.cli.contributions.evidence import look_at
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.money.days import read_day
from meshnode.words.money import UnclearMoney, parse_money, tell_money
from meshnode.words.safe_text import clean
from meshnode.words.shown import faces_of, passed, short_id, signed, where, who, who_briefly, worth
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.answers import Agent
    from meshnode.client.money_answers import Plan, Settlement, Transfer

_SAME: tuple[Literal["payer", "payee", "amount", "on"], ...] = ("payer", "payee", "amount", "on")
_SIDES: tuple[Literal["payer"], Literal["payee"]] = ("payer", "payee")
METHODS = ("bank", "cash", "credit", "offset")


def add(
    desk: Desk,
    *,
    agreement: str,
    amount: str,
    payee: str | None,
    payer: str | None,
    on: str | None,
    method: str | None,
    paid: str | None,
    ref: str | None,
    as_: str | None,
) -> Exit:
    """Declare a payment."""
    if (payee is None) == (payer is None):
        raise Failure(
            Exit.USAGE, "say whom you paid (--to), or who paid you (--from)", "meshnode settlement add --help"
        )
    client = desk.client()
    made = client.money.settle(
        agreement,
        _money(amount),
        payee=payee,
        payer=payer,
        on=read_day(desk, on),
        method=method,
        paid=_money(paid) if paid else None,
        ref=look_at(ref).sha256 if ref else None,
        as_=as_,
    )
    text = (
        f"Declared   {worth(made['amount'])} from {who(made['payer'])} to {who(made['payee'])}   {short_id(made['id'])}"
    )
    desk.out.give_or_ok("settlement.add", made, text)
    if not desk.out.as_json:
        other = made["payee"] if made["declared_by"]["id"] == made["payer"]["id"] else made["payer"]
        desk.out.line(f"  It counts once {who(other)} has confirmed it.")
        for doubt in _doubts(desk, made):
            desk.out.warn(doubt)
        desk.warn_of(made["warnings"])
        desk.next_steps(("They confirm with", f"meshnode settlement confirm {made['id']}"))
    return Exit.OK


def _doubts(desk: Desk, made: Settlement) -> Iterator[str]:
    """What may be a slip: the same payment declared before, or more than the payer owes."""
    money, agreement = desk.client().money, made["agreement"]["id"]
    for each in money.settlements(agreement):
        if each["id"] != made["id"] and not each["declined"] and all(each[name] == made[name] for name in _SAME):
            yield f"the same was declared before ({short_id(each['id'])}): if this is a slip, let it be declined"
    amount, owed = made["amount"], 0
    for one in money.balances(agreement):
        if one["agent"]["id"] == made["payer"]["id"] and one["cur"] == amount["cur"]:
            owed = -one["open"]
    if amount["amt"] > owed and made["state"] == "declared":
        open_ = worth({**amount, "amt": owed}) if owed > 0 else "nothing"
        yield f"by now {who(made['payer'])} owes {open_} in {clean(amount['cur'])} here"


def confirm(desk: Desk, *, settlement: str, decline: bool, as_: str | None) -> Exit:
    """Say that a payment took place."""
    told = desk.client().money.confirm_settlement(settlement, "decline" if decline else "accept", as_=as_)
    verb = "Declined" if decline else "Confirmed"
    desk.out.give_or_ok("settlement.confirm", told, f"{verb}   {worth(told['amount'])}   it is {_state(told)}")
    desk.warn_of(told["warnings"])
    return Exit.OK


def ls(desk: Desk, *, agreement: str | None) -> Exit:
    """List payments."""
    found = [*desk.client().money.settlements(agreement)]
    if desk.out.as_json:
        desk.out.give("settlement.ls", {"items": found})
    elif not found:
        desk.out.line("No payments yet.")
        desk.next_steps(("Who is owed what", "meshnode plan"))
    else:
        rows = [
            (
                short_id(each["id"]),
                each["on"],
                worth(each["amount"]),
                who_briefly(each["payer"]),
                who_briefly(each["payee"]),
                where(each["agreement"]),
                _state(each),
            )
            for each in found
        ]
        desk.out.table(
            ("ID", "DAY", "AMOUNT", "FROM", "TO", "AGREEMENT", "STATE"), rows, flexible=5, right=(2,), whole=(0,)
        )
        mine = [each for each in found if each["may_confirm"] and not each["declined"]]
        if mine:
            desk.next_steps(*(("Confirm", f"meshnode settlement confirm {each['id']}") for each in mine[:3]))
    return Exit.OK


def _state(one: Settlement) -> str:
    """How a payment stands; that the other side declined it is no state, but what matters of it."""
    return "declined" if one["declined"] and one["state"] == "declared" else clean(one["state"])


def show(desk: Desk, *, settlement: str) -> Exit:
    """Show a payment."""
    one = desk.client().money.settlement(settlement)
    if desk.out.as_json:
        desk.out.give("settlement.show", {**one})
        return Exit.OK
    desk.out.line(f"{worth(one['amount'])}   {one['id']}", "bold")
    desk.out.fields(
        [
            ("agreement", where(one["agreement"])),
            ("from", who(one["payer"])),
            ("to", who(one["payee"])),
            ("really paid", worth(one["paid"]) if one["paid"] else ""),
            ("day", one["on"]),
            ("method", one["method"]),
            ("state", f"{_state(one)}: {clean(one['says'])}"),
            ("shown by", one["ref"]),
            ("declared", f"by {signed(one['declared_by'], one['signed_by'])}, {show_moment(one['at'])}"),
        ],
        wrapped=True,
    )
    for each in one["passed_on"]:
        desk.out.line(f"  {passed(each)}")
    desk.warn_of(one["warnings"])
    if one["disputes"] or one["decisions"]:
        from meshnode.cli.agreements import agreement_decided

        agreement_decided.show(desk.out, one["disputes"], one["decisions"])
        agreement_decided.tell_next(desk, one["disputes"], one["decisions"])
    elif one["state"] == "declared":
        label = "Confirm" if one["may_confirm"] else "They confirm with"
        desk.next_steps((label, f"meshnode settlement confirm {one['id']}"))
    elif one["payee"]["face_of"] and not one["passed_on"]:
        holder = quoted(clean(one["payee"]["name"]) or one["payee"]["id"])
        add = f"meshnode income add AGREEMENT {quoted(worth(one['amount']))} --holder {holder} --part-of {one['id']}"
        desk.next_steps((f"{clean(one['payee']['face_of'])} shares it on", add))
    return Exit.OK


def balance(desk: Desk, *, agreement: str | None) -> Exit:
    """Show who has what."""
    found = [*desk.client().money.balances(agreement)]
    if desk.out.as_json:
        desk.out.give("balance", {"items": found})
    elif not found:
        desk.out.line("Nothing was shared yet.")
        desk.next_steps(("Share an income out", "meshnode distribution new --help"))
    else:
        frozen = (
            ("PAID, CONTESTED",) if any(each["contested_received"] or each["contested_paid"] for each in found) else ()
        )
        rows = [
            (
                where(each["agreement"]),
                who_briefly(each["agent"]),
                clean(each["cur"]),
                *(
                    tell_money(number, each["exp"])
                    for number in (
                        each["entitled"],
                        each["held"],
                        each["contested"],
                        each["received"] - each["paid"],
                        each["in_hand"],
                        each["open"],
                        *((each["contested_received"] - each["contested_paid"],) if frozen else ()),
                    )
                ),
            )
            for each in found
        ]
        heads = ("AGREEMENT", "WHO", "CUR", "ENTITLED", "HELD", "CONTESTED", "SETTLED", "IN HAND", "OPEN", *frozen)
        desk.out.table(heads, rows, flexible=0, right=(3, 4, 5, 6, 7, 8, 9))
        _tell_faces(desk, [each["agent"] for each in found])
    return Exit.OK


def plan(desk: Desk, *, agreement: str | None) -> Exit:
    """Show the payments that bring everybody to zero."""
    found = _whole_plan(desk, agreement)
    if desk.out.as_json:
        desk.out.give("plan", {**found})
        return Exit.OK
    if found["items"]:
        rows = [
            (where(each["agreement"]), who_briefly(each["payer"]), who_briefly(each["payee"]), worth(each["amount"]))
            for each in found["items"]
        ]
        desk.out.table(("AGREEMENT", "PAYS", "TO", "AMOUNT"), rows, flexible=0, right=(3,))
        _tell_faces(desk, [each[side] for each in found["items"] for side in _SIDES])
    else:
        desk.out.line("Nobody owes anybody anything.")
    for each in found["contested"]:
        amount = f"{worth(each['amount'])} from {who(each['payer'])} to {who(each['payee'])}"
        desk.out.warn(f"left out: {amount} is contested, so nobody is asked to pay it once more before it is decided")
    for each in desk.client().money.settlements(agreement) if found["items"] else ():
        if each["state"] == "declared" and not each["declined"]:
            amount = f"{worth(each['amount'])} from {who(each['payer'])} to {who(each['payee'])}"
            desk.out.warn(f"still in it: {amount} was declared ({short_id(each['id'])}) and is not confirmed yet")
    steps = [("Settle what is contested", f"meshnode settlement show {each['id']}") for each in found["contested"][:3]]
    steps += [_paying(each) for each in found["items"] if each["payer"]["me"]][:3]
    if steps:
        desk.next_steps(*steps)
    return Exit.OK


def _tell_faces(desk: Desk, agents: list[Agent]) -> None:
    for each in faces_of(agents):
        desk.out.line(f"  {each}")


def _whole_plan(desk: Desk, agreement: str | None) -> Plan:
    money = desk.client().money
    found = money.plan(agreement)
    while found["next"]:
        more = money.plan(agreement, found["next"])
        found = {**found, "items": found["items"] + more["items"], "next": more["next"]}
    return found


def _paying(one: Transfer) -> tuple[str, str]:
    """The command that declares a payment of the plan."""
    payee, amount = clean(one["payee"]["name"]) or one["payee"]["id"], worth(one["amount"])
    command = f"meshnode settlement add {quoted(where(one['agreement']))} {quoted(amount)} --to {quoted(payee)}"
    return f"Paid {payee}", command


def _money(text: str) -> dict[str, object]:
    try:
        amount, cur = parse_money(text)
    except UnclearMoney as unclear:
        raise Failure(Exit.USAGE, str(unclear), "meshnode settlement add --help") from unclear
    return {"amt": amount, "cur": cur}


_ONE = Argument(("agreement",), "Only this agreement.", optional=True)
_ID = Argument(("settlement",), "Its id, or the title of the agreement where it is the one that waits.", metavar="ID")
_EXITS = (Exit.NOT_RUNNING, Exit.NOT_AUTHORISED)
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "settlement add",
            "Declare a payment that you made, or got.",
            add,
            (
                Argument(("agreement",), "The agreement, by title or id."),
                Argument(("amount",), 'How much is settled by it: "2,841.92 EUR".', metavar="MONEY"),
                Argument(("--to",), "Whom you paid.", metavar="WHO", into="payee"),
                Argument(("--from",), "Who paid you.", metavar="WHO", into="payer"),
                Argument(("--on",), "The day. Today unless you say so.", metavar="DATE"),
                Argument(("--method",), "How it was paid.", choices=METHODS),
                Argument(("--paid",), "What was actually paid, if that was another currency.", metavar="MONEY"),
                Argument(("--ref",), "A file that shows it; its digest is signed.", metavar="FILE", complete="file"),
                AS,
            ),
            text="A payment is declared by one side and counts once the other has confirmed it. It changes nobody's "
            "share, only what is open.",
            examples=(("Ben was paid", 'meshnode settlement add acme-site "2,841.92 EUR" --to Ben'),),
            exits=_EXITS,
        ),
        Command(
            "settlement confirm",
            "Say that a payment took place.",
            confirm,
            (_ID, Argument(("--decline",), "Say that it did not.", kind="flag"), AS),
            exits=_EXITS,
        ),
        Command("settlement ls", "List payments.", ls, (_ONE,), exits=(Exit.NOT_RUNNING,)),
        Command(
            "settlement show",
            "Show a payment.",
            show,
            (_ID,),
            text="Of a contested one it says what is not certain, who decides that, and by which command.",
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "balance",
            "Show what everybody is entitled to, was paid, and is still owed.",
            balance,
            (_ONE,),
            text="One line for each agreement, person and currency: currencies are never added to each other. What is "
            "contested or held back stands in columns of its own, contested payments in the last, if there are any; in "
            "hand is what somebody holds for the others. Who has less than nothing open owes it.",
            exits=(Exit.NOT_RUNNING,),
        ),
        Command(
            "plan",
            "Show the payments by which nobody owes anybody anything.",
            plan,
            (_ONE,),
            text="Who owes most pays whom most is owed to, and so on: every node shows the same plan. Nothing is paid "
            "by it; declare what you pay with `settlement add`. Contested payments are left out, and named: they may "
            "have been made, so nobody is asked for them once more before it is decided.",
            exits=(Exit.NOT_RUNNING,),
        ),
    )
}
