"""`meshnode income …`: money that comes in under an agreement, or goes back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.contributions.evidence import look_at
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.money.days import read_day
from meshnode.words.money import UnclearMoney, parse_money, parse_plain
from meshnode.words.safe_text import clean
from meshnode.words.shown import short_id, signed, where, who, who_briefly, worth
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from meshnode.client.money_answers import Income


def add(
    desk: Desk,
    *,
    agreement: str,
    gross: str,
    tax: str | None,
    payer: str | None,
    on: str | None,
    invoice: str | None,
    refunds: str | None,
    part_of: str | None,
    as_: str | None,
) -> Exit:
    """Declare an income."""
    try:
        amount, cur = parse_money(gross)
        duty = parse_plain(tax, cur) if tax else 0
    except UnclearMoney as unclear:
        raise Failure(Exit.USAGE, str(unclear), "meshnode income add --help") from unclear
    made = desk.client().money.add_income(
        agreement,
        {"amt": amount, "cur": cur},
        tax=duty,
        payer=payer,
        on=read_day(desk, on),
        invoice=look_at(invoice).sha256 if invoice else None,
        refunds=refunds,
        part_of=part_of,
        as_=as_,
    )
    what = "to give back" if made["refunds"] else "to share"
    desk.out.give_or_ok("income.add", made, f"Declared   {worth(made['net'])} {what}   {short_id(made['id'])}")
    if not desk.out.as_json:
        _tell(desk, made)
    return Exit.OK


def confirm(desk: Desk, *, income: str, decline: bool, as_: str | None) -> Exit:
    """Say that an income came in."""
    told = desk.client().money.confirm_income(income, "decline" if decline else "accept", as_=as_)
    verb = "Declined" if decline else "Confirmed"
    desk.out.give_or_ok("income.confirm", told, f"{verb}   {worth(told['gross'])}   it is {_state(told)}")
    desk.warn_of(told["warnings"])
    return Exit.OK


def ls(desk: Desk, *, agreement: str | None) -> Exit:
    """List incomes."""
    found = [*desk.client().money.incomes(agreement)]
    if desk.out.as_json:
        desk.out.give("income.ls", {"items": found})
    elif not found:
        desk.out.line("No incomes yet.")
        desk.next_steps(("Declare one", 'meshnode income add AGREEMENT "1210.00 EUR" --tax 210.00 --from client'))
    else:
        rows = [
            (
                short_id(each["id"]),
                each["on"],
                worth(each["net"]),
                who_briefly(each["holder"]),
                where(each["agreement"]),
                _state(each) + (" duplicate?" if each["doubles"] else "") + (" refund" if each["refunds"] else ""),
                "shared" if each["shared_by"] else "",
            )
            for each in found
        ]
        heads = ("ID", "DAY", "TO SHARE", "HOLDER", "AGREEMENT", "STATE", "")
        desk.out.table(heads, rows, flexible=4, right=(2,), whole=(0, 5))
    return Exit.OK


def show(desk: Desk, *, income: str) -> Exit:
    """Show an income."""
    one = desk.client().money.income(income)
    if desk.out.as_json:
        desk.out.give("income.show", one)
        return Exit.OK
    desk.out.line(f"{worth(one['gross'])}   {one['id']}", "bold")
    desk.out.fields(
        [
            ("agreement", where(one["agreement"])),
            ("came from", who(one["payer"])),
            ("held by", signed(one["holder"], one["signed_by"])),
            ("tax", worth(one["tax"])),
            ("to share", worth(one["net"])),
            ("day", one["on"]),
            ("state", _state(one) + (f", to be confirmed by: {one['confirm']}" if one["state"] == "declared" else "")),
            ("confirmed by", ", ".join(who(each) for each in one["confirmed_by"])),
            ("declined by", ", ".join(who(each) for each in one["declined_by"])),
            ("invoice", one["invoice"]),
            ("refunds", one["refunds"]),
            ("part of", _source(one)),
            ("shared by", ", ".join(short_id(each) for each in one["shared_by"])),
            ("signed", show_moment(one["at"])),
        ]
    )
    _tell(desk, one)
    return Exit.OK


def _state(one: Income) -> str:
    """How an income stands; that somebody declined it is no state, but what its holder must know."""
    return "declined" if one["state"] == "declared" and one["declined_by"] else clean(one["state"])


def _source(one: Income) -> str:
    """What an income is part of, and in which agreement that stands."""
    if one["source"] is None:
        return f"something that is not here ({one['part_of']})" if one["part_of"] else ""
    return f"{one['part_of']} in {where(one['source'])}"


def _tell(desk: Desk, one: Income) -> None:
    """What else should be known, and what comes next."""
    if one["doubles"]:
        listed = ", ".join(short_id(each) for each in one["doubles"])
        desk.out.warn(
            f"duplicate? The same invoice or payment stands behind {listed}; who approves a distribution decides"
        )
    desk.warn_of(one["warnings"])
    if one["state"] == "declared":
        label = "Confirm" if one["may_confirm"] else "They confirm with"
        desk.next_steps((label, f"meshnode income confirm {one['id']}"))
    elif not one["shared_by"]:
        desk.next_steps(("Share it out", f"meshnode distribution new {quoted(where(one['agreement']))}"))


_ID = Argument(("income",), "Its id, or the title of the agreement where it is the one that waits.", metavar="ID")
_EXITS = (Exit.NOT_RUNNING, Exit.NOT_AUTHORISED)
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "income add",
            "Declare money that came in, or went back.",
            add,
            (
                Argument(("agreement",), "The agreement, by title or id."),
                Argument(("gross",), 'All that came in, tax included: "12,100.00 EUR".', metavar="MONEY"),
                Argument(("--tax",), "The tax in it, which is not shared: 2,100.00.", metavar="AMOUNT"),
                Argument(("--from",), "Who paid: a name, or client for the only one.", metavar="WHO", into="payer"),
                Argument(
                    ("--holder", "--as"),
                    "The organisation that holds it, if you sign for it; else you hold it.",
                    metavar="ORG",
                    into="as_",
                ),
                Argument(("--on",), "The day it came in: 2026-03-09. Today unless you say so.", metavar="DATE"),
                Argument(
                    ("--invoice",),
                    "The invoice: its digest is signed, the file stays where it is.",
                    metavar="FILE",
                    complete="file",
                ),
                Argument(("--refunds",), "The income of which this much goes back.", metavar="ID"),
                Argument(
                    ("--part-of",),
                    "The payment or distribution of another agreement by which it came.",
                    metavar="ID",
                ),
            ),
            text="Whoever holds the money declares it; nobody else can. What is left after tax is shared by the next "
            "distribution, once the income is confirmed by whom the agreement names for that. Two incomes with the "
            "same invoice, or part of the same payment, are both shown, marked duplicate?. What a network's face got "
            "under one agreement comes in under another with --part-of: so a network shares on what it earned.",
            examples=(
                (
                    "An invoice was paid",
                    'meshnode income add acme-site "12,100.00 EUR" --tax 2,100.00 --from client --invoice 2026-07.pdf',
                ),
                (
                    "What a network's face was paid elsewhere",
                    'meshnode income add studio-shares "855.46 EUR" --holder "Studio Ltd" --part-of bafkreidbnzqs4l',
                ),
                ("Some of it goes back", 'meshnode income add acme-site "1,000.00 EUR" --refunds bafkreidbnzqs4l'),
            ),
            exits=_EXITS,
        ),
        Command(
            "income confirm",
            "Say that an income came in, where the agreement asks you.",
            confirm,
            (
                _ID,
                Argument(("--decline",), "Say that it did not.", kind="flag"),
                Argument(("--as",), "Sign for this organisation, which has let you.", metavar="ORG", into="as_"),
            ),
            exits=_EXITS,
        ),
        Command(
            "income ls",
            "List incomes with what they leave to share.",
            ls,
            (Argument(("agreement",), "Only those of this agreement.", optional=True),),
            exits=(Exit.NOT_RUNNING,),
        ),
        Command("income show", "Show an income.", show, (_ID,), exits=(Exit.NOT_RUNNING,)),
    )
}
