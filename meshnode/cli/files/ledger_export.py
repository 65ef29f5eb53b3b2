"""`meshnode export ledger`: every movement of money under agreements, as a table for spreadsheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.cli.files.csv_export import money_cells, name_of
from meshnode.cli.files.files_out import target, write_table
from meshnode.cli.money.days import read_day
from meshnode.cli.money.statement import harmless
from meshnode.words.safe_text import clean
from meshnode.words.shown import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshnode.client.answers import Agent, Scope
    from meshnode.client.calls import Asking
    from meshnode.client.money import Money as MoneyCalls
    from meshnode.client.money_answers import Distribution, Income, Settlement
    from meshnode.client.work_answers import Money

COLUMNS = (
    *("day", "kind", "state", "agreement", "agreement_id", "record", "from", "from_id", "to", "to_id"),
    *("amount", "currency", "held", "tax", "rests_on", "method", "signed"),
)


def export_ledger(
    desk: Desk, *, file: str, agreement: str | None, first: str | None, last: str | None, force: bool
) -> Exit:
    """Write all movements of money to a CSV file."""
    path = target(desk, file, force=force)
    begin, end = read_day(desk, first) or "", read_day(desk, last) or ""
    rows = sorted(
        row for row in _rows(desk.client().money, agreement) if begin <= row[0] and (not end or row[0] <= end)
    )
    written = write_table(path, COLUMNS, rows, force=force)
    answer = {"path": str(path), "kind": "ledger", "rows": written, "bytes": path.stat().st_size}
    desk.out.give_or_ok("export.ledger", answer, f"Written   {clean(str(path))}   {count(written, 'movement')}")
    return Exit.OK


def _rows(money: MoneyCalls[Asking], agreement: str | None) -> Iterator[list[str]]:
    for income in money.incomes(agreement):
        yield _income(income)
    for shared in money.distributions(agreement):
        yield from _shared(shared)
    for payment in money.settlements(agreement):
        yield _payment(payment)


def _income(one: Income) -> list[str]:
    kind = "refund" if one["refunds"] else "income"
    head = _head(one["on"], kind, one["state"], one["agreement"], one["id"])
    tax, _ = money_cells(one["tax"])
    rests = one["refunds"] or one["part_of"]
    return _row(head, one["payer"], one["holder"], one["net"], ("", tax, rests, "", one["at"]))


def _shared(one: Distribution) -> Iterator[list[str]]:
    head, rests = _head(one["to"], "share", one["state"], one["agreement"], one["id"]), "; ".join(one["incomes"])
    for line in one["lines"]:
        amount, held = _like(one["pool"], line["amt"]), _like(one["pool"], line["held"])
        yield _row(head, None, line["agent"], amount, (money_cells(held)[0], "", rests, "", one["at"]))
    if one["carry"]["amt"]:
        head[1] = "carry"
        yield _row(head, None, None, one["carry"], ("", "", rests, "", one["at"]))


def _like(money: Money, amount: int) -> Money:
    return {"amt": amount, "cur": money["cur"], "exp": money["exp"]}


def _payment(one: Settlement) -> list[str]:
    head = _head(one["on"], "payment", one["state"], one["agreement"], one["id"])
    return _row(head, one["payer"], one["payee"], one["amount"], ("", "", "", one["method"], one["at"]))


def _head(day: str, kind: str, state: str, agreement: Scope, record: str) -> list[str]:
    return [day, kind, state, agreement["name"], agreement["id"], record]


def _row(head: list[str], payer: Agent | None, payee: Agent | None, amount: Money, more: tuple[str, ...]) -> list[str]:
    people = [cell for each in (payer, payee) for cell in ((name_of(each), each["id"]) if each else ("", ""))]
    return [harmless(cell) for cell in (*head, *people, *money_cells(amount), *more)]


COMMAND = Command(
    "export ledger",
    "Write every movement of money to a table for spreadsheets.",
    export_ledger,
    (
        Argument(("file",), "The file to write.", complete="file"),
        Argument(("--agreement",), "Only this agreement."),
        Argument(("--from",), "The first day: 2026-01-01.", metavar="DATE", into="first"),
        Argument(("--to",), "The last day.", metavar="DATE", into="last"),
        Argument(("--force",), "Replace the file if it exists.", kind="flag"),
    ),
    text="One line for each income and refund, each line of a distribution and what it carries on, and each payment, "
    "by day, with its state: only what is confirmed or effective counts, the rest is declared, proposed, contested or "
    "void. Amounts have a point; of an income it is what is shared, its tax stands beside it. What became of one "
    "person's money is told by `statement --csv`.",
    examples=(
        ("What an accountant needs of a year", "meshnode export ledger 2026.csv --from 2026-01-01 --to 2026-12-31"),
    ),
    exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
)
