"""`meshnode statement`: what became of somebody's money in a period; as a table, a CSV ledger or a page to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.cli.files.files_out import target, write_table, write_text
from meshnode.cli.money.days import read_day
from meshnode.words.money import is_exponent, show_money, tell_money, write_money
from meshnode.words.safe_text import clean, harmless_cell
from meshnode.words.shown import short_id, where, who
from meshnode.words.statements import AMOUNTS, ASIDE, amount_of, nothing, period, said

if TYPE_CHECKING:
    from meshnode.client.money_answers import Account, Columns, Statement

HEADS = (
    "agreement", "agreement id", "currency", "day", "kind", "record", "income", "other", "other id",
    "entitled", "held", "contested", "received", "paid", "in hand", "contested received", "contested paid", "open",
    "open after", "digest",
)  # fmt: skip
"""Columns of the ledger. Each account's opening and closing stand around its entries, the statement's digest last."""


def statement(
    desk: Desk,
    *,
    person: str | None,
    first: str | None,
    last: str | None,
    agreement: str | None,
    csv: str | None,
    html: str | None,
    force: bool,
) -> Exit:
    """Show what became of somebody's money."""
    table, paper = (None if name is None else target(desk, name, force=force) for name in (csv, html))
    found = desk.client().money.statement(
        person, first=read_day(desk, first), last=read_day(desk, last), agreement=agreement
    )
    if table is not None:
        write_table(table, HEADS, ledger(found), force=force)
    if paper is not None:
        from meshnode.cli.money.statement_page import page  # It takes escaping, which only a page needs.

        write_text(paper, page(found), force=force)
    if desk.out.as_json:
        desk.out.give("statement", found)
        return Exit.OK
    for name in (csv, html):
        if name is not None:
            desk.out.ok(f"Written   {name}   digest {found['digest'][:16]}…")
    if csv is None and html is None:
        _show(desk, found)
    return Exit.OK


def ledger(found: Statement) -> list[list[str]]:
    """The statement as rows below `HEADS`: amounts with a point, one row for each entry."""
    rows = [row for account in found["accounts"] for row in _rows(account, found)]
    agent = found["agent"]
    whole = ["", "", "", found["last"], "statement", "", "", agent["name"], agent["id"]]
    rows.append([*whole, *[""] * (len(AMOUNTS) + 1), found["digest"]])
    return [[harmless(cell) for cell in row] for row in rows]


def _rows(account: Account, found: Statement) -> list[list[str]]:
    exp, cur = account["exp"], account["cur"]
    currency = cur if is_exponent(exp) else f"{cur} (minor units)"
    head = [account["agreement"]["name"], account["agreement"]["id"], currency]
    opening, closing = account["opening"], account["closing"]
    rows = [[*head, found["first"], "opening", "", "", "", "", *_columns(opening, opening["open"], exp), ""]]
    for each in account["entries"]:
        other = each["other"]
        named = (other["name"], other["id"]) if other is not None else ("", "")
        what = (each["on"], each["kind"], each["record"], each["about"])
        rows.append([*head, *what, *named, *_columns(each["change"], each["after"], exp), ""])
    last = [*head, found["last"], "closing", "", "", "", "", *_columns(closing, closing["open"], exp)]
    return [*rows, [*last, account["digest"]]]


def _columns(one: Columns, after: int, exp: int | None) -> list[str]:
    return [write_money(number, exp) for number in (*(one[name] for name in AMOUNTS), after)]


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula, and that stays a number if it is one."""
    # An amount may be negative; it is a number and no formula.
    return cell if cell.lstrip("-").replace(".", "", 1).isdigit() else harmless_cell(cell)


def _show(desk: Desk, found: Statement) -> None:
    out = desk.out
    out.line(f"{who(found['agent'])}   {period(found)}", "bold")
    if not found["accounts"]:
        out.line(f"  {nothing(found)}")
        desk.next_steps(("Who is owed what", "meshnode balance"))
        return
    for account in found["accounts"]:
        cur, exp = clean(account["cur"]), account["exp"]
        out.line()
        out.line(f"{where(account['agreement'])} · {cur}", "bold")
        rows = [("", "opening", "", "", tell_money(account["opening"]["open"], exp))]
        rows += [
            (
                each["on"],
                said(each),
                short_id(each["record"]),
                tell_money(amount_of(each), exp),
                tell_money(each["after"], exp),
            )
            for each in account["entries"]
        ]
        rows.append(("", "closing", "", "", tell_money(account["closing"]["open"], exp)))
        out.table(("DAY", "WHAT", "RECORD", "AMOUNT", "OPEN"), rows, flexible=1, right=(3, 4), whole=(2,))
        closing = account["closing"]
        told = [(words, show_money(closing[name], cur, exp) if closing[name] else "") for name, words in ASIDE]
        out.fields([*told, ("digest", account["digest"])])
    out.line()
    out.fields([("digest", found["digest"])])


COMMAND = Command(
    "statement",
    "Show what became of your money, or somebody's, in a period.",
    statement,
    (
        Argument(("person",), "Whose; yours unless you say so.", metavar="PERSON", optional=True),
        Argument(("--from",), "The first day: 2026-01-01.", metavar="DATE", into="first"),
        Argument(("--to",), "The last day.", metavar="DATE", into="last"),
        Argument(("--agreement",), "Only this agreement."),
        Argument(("--csv",), "Write a ledger for spreadsheets.", metavar="FILE", complete="file"),
        Argument(("--html",), "Write a page to print.", metavar="FILE", complete="file"),
        Argument(("--force",), "Replace files that exist.", kind="flag"),
    ),
    text="For each agreement and currency what was open before, each share, income and payment in the period, and what "
    "is open after it. Shares count once their distribution is in force, payments once they are confirmed. The digest "
    "says what was found and names nobody: every node that holds the same records prints the same one, on the screen, "
    "in the ledger and on paper, also after names and texts were erased.",
    examples=(
        ("The first quarter, to print", "meshnode statement --from 2026-01-01 --to 2026-03-31 --html q1.html"),
        ("Ben's, for a spreadsheet", "meshnode statement Ben --csv ben.csv"),
    ),
    exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
)
COMMANDS = {COMMAND.name: COMMAND}
