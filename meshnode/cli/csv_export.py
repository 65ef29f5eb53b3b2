"""`meshnode export csv`: contributions as a table for spreadsheets, one line each."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.contribution import CHOICE, chosen_query
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.parsing import Value
from meshnode.cli.safe_text import clean, harmless_cell
from meshnode.cli.shown import count
from meshnode.cli.units import show_number

if TYPE_CHECKING:
    from collections.abc import Iterator

    from meshnode.client.answers import Agent
    from meshnode.client.work_answers import Contribution, Money

COLUMNS = (
    *("id", "from", "to", "kind", "title", "text", "quantity", "unit", "seconds", "value", "currency", "project"),
    *("in", "by", "by_id", "shares", "for", "terms", "stream", "licence", "warrants", "classes", "evidence"),
    *("rests_on", "status", "claim", "corrected", "signed", "source"),
)
PAGE = 500
"""Contributions asked for at once."""


def export_csv(desk: Desk, *, file: str, force: bool, **chosen: Value) -> Exit:
    """Write contributions to a CSV file."""
    path = Path(file).expanduser().absolute()
    if path.exists() and not path.is_file():
        raise Failure(Exit.USAGE, f"{clean(str(path))} is no file", "meshnode export csv --help")
    if path.exists() and not force:
        raise Failure(Exit.CONFLICT, f"{clean(str(path))} exists already; add --force to replace it")
    written = _write(path, _lines(desk, chosen))
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


def _write(path: Path, lines: Iterator[list[str]]) -> int:
    """Write a file beside the wanted one and put it in its place once it is whole; only the owner can read it."""
    import csv

    part, number = path.with_name(f"{path.name}.part"), 0
    try:
        with open(
            os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8", newline=""
        ) as out:
            table = csv.writer(out)
            table.writerow(COLUMNS)
            for line in lines:
                table.writerow(line)
                number += 1
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(str(path))} could not be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)
    return number


def line_of(entry: Contribution) -> list[str]:
    """The cells of one contribution, in the order of `COLUMNS`, none of which a spreadsheet takes for a formula."""
    quantity = entry["quantity"]
    cells = [
        *(entry["id"], entry["day_from"], entry["day_to"], entry["kind"], entry["title"], entry["text"]),
        *(show_number(quantity["n"], quantity["s"]), quantity["u"]),
        "" if entry["seconds"] is None else str(entry["seconds"]),
        *_money(entry["value"]),
        entry["project"]["title"] if entry["project"] else "",
        entry["scope"]["name"] or entry["scope"]["kind"],
        *(_who(entry["agent"]), entry["agent"]["id"]),
        "; ".join(f"{_who(each['agent'])} {each['part']}" for each in entry["shares"]),
        "; ".join(_who(each) for each in entry["beneficiaries"]),
        *(entry["comp"], entry["stream"], entry["licence"]),
        *("; ".join(entry[name]) for name in ("warrants", "classes")),
        "; ".join(each["sha256"] for each in entry["evidence"]),
        *(entry["of"], entry["status"], entry["claim"], "yes" if entry["corrected"] else ""),
        *(entry["at"], entry["source"]),
    ]
    return [harmless_cell(cell) for cell in cells]


def _money(value: Money | None) -> tuple[str, str]:
    """An amount with its decimals and its currency; without a known exponent the minor units, marked as such."""
    if value is None:
        return "", ""
    from meshnode.cli.money import is_exponent, write_money  # It takes the list of all currencies.

    known = is_exponent(value["exp"])
    return write_money(value["amt"], value["exp"]), value["cur"] if known else f"{value['cur']} (minor units)"


def _who(agent: Agent) -> str:
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
    "A cell that a spreadsheet would take for a formula begins with an apostrophe.",
    examples=(("What a project was given", "meshnode export csv acme.csv --project acme-site"),),
    exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
)
