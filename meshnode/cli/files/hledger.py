"""`meshnode export hledger`: incomes, shares and payments under agreements, as a journal of plain-text accounting.

Each agreement has accounts of its own, and each person in it three: what they hold for all, what they are owed, and
what their share came to. Amounts are whole minor units written with a point, so nothing is rounded; each currency is a
commodity, and no price joins two.

    an income          assets:A:held by H   gross      liabilities:A:tax at H  -tax     revenues:A:from P  -net
    a share of it      expenses:A:share of M           liabilities:A:owed to M (or: held back for M)
    a rest of it       expenses:A:carried on           liabilities:A:carried on (and back, when a later one shares it)
    a payment          liabilities:A:owed to M         assets:A:held by H
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit
from meshnode.cli.files.files_out import target, write_text
from meshnode.cli.files.names_apart import NamesApart
from meshnode.words.money import is_exponent, write_money
from meshnode.words.safe_text import clean
from meshnode.words.shown import count

if TYPE_CHECKING:
    from meshnode.client.money_answers import Distribution, Income, Settlement
    from meshnode.client.work_answers import Money

MADE = "Written by meshnode. Every entry names the record behind it."


class Posting(NamedTuple):
    """One line of an entry."""

    account: str
    amount: int


class Entry(NamedTuple):
    """One entry of the journal, whose amounts add up to nothing."""

    day: str
    cleared: bool
    text: str
    tags: tuple[tuple[str, str], ...]
    money: Money
    """The currency; the amount in it means nothing."""
    postings: tuple[Posting, ...]


class Books:
    """Everything that is written down of money, as entries."""

    def __init__(self) -> None:
        self._names, self._places = NamesApart(), NamesApart()

    def entries(
        self, incomes: list[Income], distributions: list[Distribution], settlements: list[Settlement]
    ) -> list[Entry]:
        """All entries by day; of distributions those in force."""
        found = [self._income(each) for each in incomes]
        found += [self._distribution(each) for each in distributions if each["state"] == "effective"]
        found += [self._settlement(each) for each in settlements]
        return sorted(found, key=lambda entry: (entry.day, entry.tags))

    def _income(self, one: Income) -> Entry:
        where, holder = self._places.of(one["agreement"]), self._names.of(one["holder"])
        payer = self._names.of(one["payer"]) if one["payer"] is not None else "elsewhere"
        postings = [Posting(f"assets:{where}:held by {holder}", one["gross"]["amt"])]
        if one["tax"]["amt"]:
            postings.append(Posting(f"liabilities:{where}:tax at {holder}", -one["tax"]["amt"]))
        postings.append(Posting(f"revenues:{where}:from {payer}", -one["net"]["amt"]))
        text = f"Refund to {payer}" if one["gross"]["amt"] < 0 else f"Income from {payer}"
        tags = (("income", one["id"]), *_doubt(one["state"]))
        return Entry(one["on"], one["state"] == "confirmed", text, tags, one["gross"], tuple(postings))

    def _distribution(self, one: Distribution) -> Entry:
        where, postings = self._places.of(one["agreement"]), list[Posting]()
        for line in one["lines"]:
            name = self._names.of(line["agent"])
            parts = ((f"owed to {name}", line["amt"]), (f"held back for {name}", line["held"]))
            postings += [Posting(f"expenses:{where}:share of {name}", line["amt"] + line["held"])]
            postings += [Posting(f"liabilities:{where}:{account}", -amount) for account, amount in parts if amount]
        rest = one["pool"]["amt"] - sum(line["amt"] + line["held"] for line in one["lines"])
        postings += [Posting(f"expenses:{where}:carried on", rest), Posting(f"liabilities:{where}:carried on", -rest)]
        tags = (("distribution", one["id"]), ("digest", one["digest"]))
        return Entry(one["to"], True, "Shares", tags, one["pool"], tuple(each for each in postings if each.amount))

    def _settlement(self, one: Settlement) -> Entry:
        where, amount = self._places.of(one["agreement"]), one["amount"]["amt"]
        payer, payee = self._names.of(one["payer"]), self._names.of(one["payee"])
        postings = (
            Posting(f"liabilities:{where}:owed to {payee}", amount),
            Posting(f"assets:{where}:held by {payer}", -amount),
        )
        text, tags = f"{payer} pays {payee}", (("payment", one["id"]), *_doubt(one["state"]))
        return Entry(one["on"], one["state"] == "confirmed", text, tags, one["amount"], postings)


def journal(entries: list[Entry]) -> str:
    """The entries as hledger reads them, with every account and commodity declared, so that its strict checks hold."""
    accounts = sorted({posting.account for entry in entries for posting in entry.postings})
    commodities = sorted({(_commodity(entry.money), _digits(entry.money)) for entry in entries})
    lines = [f"; {MADE}", "decimal-mark .", ""]
    lines += [f"commodity {_written(0, digits)} {name}" for name, digits in commodities]
    lines += [f"account {name}" for name in accounts]
    for entry in entries:
        lines += ["", f"{entry.day} {'*' if entry.cleared else '!'} {entry.text}"]
        lines += [f"    ; {name}: {clean(value)}" for name, value in entry.tags]
        for posting in entry.postings:
            amount = f"{_written(posting.amount, _digits(entry.money))} {_commodity(entry.money)}"
            lines.append(f"    {posting.account}  {amount}")
    return "\n".join(lines) + "\n"


def export_hledger(desk: Desk, *, file: str, agreement: str | None, force: bool) -> Exit:
    """Write the journal."""
    path, money, books = target(desk, file, force=force), desk.client().money, Books()
    entries = books.entries(
        list(money.incomes(agreement)), list(money.distributions(agreement)), list(money.settlements(agreement))
    )
    write_text(path, journal(entries), force=force)
    waiting = sum(not entry.cleared for entry in entries)
    told = {"entries": len(entries), "unconfirmed": waiting, "bytes": path.stat().st_size}
    said = f"{count(len(entries), 'entry', 'entries')}{f', {waiting} of them not confirmed yet' if waiting else ''}"
    desk.out.give_or_ok(
        "export.hledger", {"path": str(path), "kind": "hledger", **told}, f"Written   {clean(str(path))}   {said}"
    )
    return Exit.OK


def _doubt(state: str) -> tuple[tuple[str, str], ...]:
    """Why an entry is not cleared: nobody has confirmed it yet, or somebody contests it."""
    return () if state == "confirmed" else (("state", state),)


def _commodity(money: Money) -> str:
    """A currency as a commodity; without known decimals its minor units are one of their own."""
    code = "".join(letter for letter in money["cur"] if letter.isascii() and letter.isalpha()) or "unknown"
    return code if is_exponent(money["exp"]) else f'"{code} minor units"'


def _digits(money: Money) -> int:
    return money["exp"] or 0 if is_exponent(money["exp"]) else 0


def _written(amount: int, digits: int) -> str:
    """An amount with its decimals; a point even where there are none, which hledger wants in a declaration."""
    return write_money(amount, digits) if digits else f"{amount}."


COMMAND = Command(
    "export hledger",
    "Write incomes, shares and payments as a journal for hledger.",
    export_hledger,
    (
        Argument(("file",), "The file to write.", complete="file"),
        Argument(("--agreement",), "Only this agreement."),
        Argument(("--force",), "Replace the file if it exists.", kind="flag"),
    ),
    text="Each agreement has its own accounts: what each person holds for all, what each is owed, each one's share, "
    "what came from whom, and what is carried into the next distribution. What is confirmed is marked *, what is only "
    "declared, or contested, ! with its state as a tag (`hledger -C` counts what is confirmed); of distributions only "
    "those in force are in it. No currency is ever turned into another. Every entry carries the id of the record "
    "behind it.",
    examples=(("Who is owed how much", "meshnode export hledger books.journal"),),
    exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
)
