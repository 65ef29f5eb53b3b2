"""`meshnode export csv`: contributions as a table for spreadsheets, one line each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.contributions.contribution import CHOICE, chosen_query
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.cli.files.files_out import target, write_table
from meshnode.cli.parsing import Value
from meshnode.words.safe_text import clean, harmless_cell
from meshnode.words.shown import count
from meshnode.words.units import show_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshnode.client.answers import Agent
    from meshnode.client.work_answers import Contribution, Money

COLUMNS = (
    *("id", "from", "to", "kind", "title", "text", "quantity", "unit", "seconds", "value", "currency", "project"),
    *("in", "by", "by_id", "shares", "for", "terms", "stream", "licence", "warrants", "classes", "evidence"),
    *("rests_on", "shared_from", "status", "claim", "corrected", "signed", "source"),
)
PAGE = 500
"""Contributions asked for at once."""


def export_csv(desk: Desk, *, file: str, force: bool, **chosen: Value) -> Exit:
    """Write contributions to a CSV file."""
    path = target(desk, file, force=force)
    written = write_table(path, COLUMNS, _lines(desk, chosen), force=force)
    answer = {"path": str(path), "kind": "csv", "rows": written, "bytes": path.stat().st_size}
    text = f"Written   {clean(str(path))}   {count(written, 'contribution')}"
    desk.out.give_or_ok("export.csv", answer, text)
    return Exit.OK


def _lines(desk: Desk, chosen: dict[str, Value]) -> Iterator[list[str]]:
    client, (query, _), cursor = desk.client(), chosen_query(chosen), ""
    while True:
        page = client.work.contributions({**query, "limit": PAGE, **({"cursor": cursor} if cursor else {})})
        yield from (line_of(entry) for entry in page["items"])
        cursor = page["next"] or ""
        if not cursor:
            return


def line_of(entry: Contribution) -> list[str]:
    """The cells of one contribution, in the order of `COLUMNS`, none of which a spreadsheet takes for a formula."""
    quantity = entry["quantity"]
    cells = [
        *(entry["id"], entry["day_from"], entry["day_to"], entry["kind"], entry["title"], entry["text"]),
        *(show_number(quantity["n"], quantity["s"]), quantity["u"]),
        "" if entry["seconds"] is None else str(entry["seconds"]),
        *money_cells(entry["value"]),
        entry["project"]["title"] if entry["project"] else "",
        entry["scope"]["name"] or entry["scope"]["kind"],
        *(name_of(entry["agent"]), entry["agent"]["id"]),
        "; ".join(f"{name_of(each['agent'])} {each['part']}" for each in entry["shares"]),
        "; ".join(name_of(each) for each in entry["beneficiaries"]),
        *(entry["comp"], entry["stream"], entry["licence"]),
        *("; ".join(entry[name]) for name in ("warrants", "classes")),
        "; ".join(each["sha256"] for each in entry["evidence"]),
        *(entry["of"], entry["shared_from"], entry["status"], entry["claim"], "yes" if entry["corrected"] else ""),
        *(entry["at"], entry["source"]),
    ]
    return [harmless_cell(cell) for cell in cells]


def money_cells(value: Money | None) -> tuple[str, str]:
    """An amount with its decimals and its currency; without a known exponent the minor units, marked as such."""
    if value is None:
        return "", ""
    from meshnode.words.money import is_exponent, write_money  # It takes the list of all currencies.

    known = is_exponent(value["exp"])
    return write_money(value["amt"], value["exp"]), value["cur"] if known else f"{value['cur']} (minor units)"


def name_of(agent: Agent) -> str:
    """A name, or the id of who has none."""
    return agent["name"] or agent["id"]


COMMAND = Command(
    "export csv",
    "Write contributions to a table for spreadsheets.",
    export_csv,
    (
        Argument(("file",), "The file to write.", complete="file"),
        *CHOICE,
        Argument(("--force",), "Replace the file if it exists.", kind="flag"),
    ),
    text="One line for each contribution, newest first, as it stands after corrections: amounts with a point, days and "
    "moments as in ISO 8601, at most 16 names and files of each. Retracted ones are in it, marked in the column claim. "
    "An entry that was shared from another names it in the column shared_from: both are the same work. A cell "
    "that a spreadsheet would take for a formula begins with an apostrophe.",
    examples=(("What a project was given", "meshnode export csv acme.csv --project acme-site"),),
    exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
)
