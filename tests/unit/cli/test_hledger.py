"""`export hledger`: what stands in the journal, and that hledger takes whatever people are called."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from meshnode.api.models.distributions import Line
from meshnode.api.models.shared import Agent, Page, Scope
from meshnode.api.models.terms import Money
from meshnode.cli.exits import Exit
from meshnode.cli.files.hledger import Books, journal
from meshnode.cli.files.names_apart import NamesApart
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode
from tests.support.fakes.sample_money import distribution, euros, income, settlement
from tests.support.fakes.sample_people import BEN, text_id
from tests.support.hledger import asks, balances


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        fake.answers["GET", "/incomes"] = Page([income(state="confirmed")])
        fake.answers["GET", "/distributions"] = Page([distribution(state="effective"), distribution(state="void")])
        fake.answers["GET", "/settlements"] = Page([settlement()])
        yield fake


def written(*things: object) -> str:
    """The journal of incomes, distributions and settlements as the API answers them."""
    plain: list[Any] = [msgspec.to_builtins(each) for each in things]
    incomes = [each for each in plain if "gross" in each]
    distributions = [each for each in plain if "pool" in each]
    return journal(Books().entries(incomes, distributions, [each for each in plain if "payee" in each]))


def test_the_journal_is_written_and_hledger_takes_it(node: FakeNode, tmp_path: Path) -> None:
    path = tmp_path / "books.journal"
    ran = run("export", "hledger", str(path), "--agreement", "Acme site", home=node)
    assert ran.out == f"✓ Written   {path}   3 entries, 1 of them not confirmed yet\n"
    asks(path, "check", "accounts", "commodities", "balancednoautoconversion")
    assert balances(path)["liabilities:Acme site:tax at Ana López"] == "-2100.00 EUR"
    assert text_id("income") in asks(path, "print")
    refused = run("export", "hledger", str(path), home=node)
    assert (refused.code, "add --force" in refused.last) == (Exit.CONFLICT, True)
    (told,) = objects(run("export", "hledger", str(path), "--force", "--json", home=node))
    assert (told["schema"], told["entries"], told["unconfirmed"]) == ("meshnode.export.hledger/1", 3, 1)


def test_what_is_not_in_force_is_left_out_and_what_is_not_confirmed_is_pending(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    path.write_text(written(income(), distribution(state="proposed"), settlement(state="confirmed")))
    assert "Shares" not in path.read_text()
    assert len(asks(path, "print", "--cleared").split("pays")) == 2
    assert "Income from" in asks(path, "print", "--pending")


def test_what_is_contested_is_told_from_what_waits_and_neither_counts_as_cleared(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    path.write_text(written(income(state="confirmed"), settlement(state="contested"), settlement(state="declared")))
    assert len(asks(path, "print", "tag:state=contested").split("pays")) == 2
    assert len(asks(path, "print", "tag:state=declared").split("pays")) == 2
    assert "owed to" not in asks(path, "balance", "--cleared")


def test_what_is_carried_on_has_its_accounts_until_a_later_distribution_shares_it(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    first = distribution(state="effective", pool=euros(1_000_100), carry=euros(100))
    earned = income(state="confirmed", net=euros(1_000_100), gross=euros(1_000_100), tax=euros(0))
    path.write_text(written(earned, first))
    assert balances(path)["liabilities:Acme site:carried on"] == "-1.00 EUR"
    assert balances(path, "revenues", "expenses", "--depth", "1") == {
        "expenses": "10001.00 EUR",
        "revenues": "-10001.00 EUR",
    }
    rest = distribution(
        state="effective", id=text_id("next"), pool=euros(0), lines=[Line(BEN, 100, 0, [])], carry=euros(0)
    )
    path.write_text(written(earned, first, rest))
    assert balances(path)["liabilities:Acme site:carried on"] == "0"


HOSTILE = [
    "Ana; drop: all", "  spaced   out ", "(virtual)", "[balanced]", "* ! 2026-01-01", 'quo"te', "a\nb  1 EUR", "=*@",
    "\u202eevil", "🦊", "x" * 500, "", "expenses:food", "Ana\t\t5 EUR", "%~<>{}",
]  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hledger_takes_whatever_somebody_is_called(tmp_path: Path, name: str) -> None:
    path, odd = tmp_path / "x.journal", Agent(text_id("odd"), name)
    where = Scope(text_id("where"), "agreement", name)
    path.write_text(written(income(holder=odd, payer=odd, agreement=where), settlement(payer=odd, agreement=where)))
    found = balances(path)
    assert len(found) == 4
    assert {account.count(":") for account in found} == {2}


def test_two_of_the_same_name_have_accounts_apart() -> None:
    names = NamesApart()
    one, other = (cast(Any, {"id": text_id(each), "name": "Ben"}) for each in ("one", "other"))
    assert (names.of(one), names.of(other), names.of(one)) == ("Ben", f"Ben {text_id('other')[-8:]}", "Ben")
    assert names.named(text_id("x"), "BEN") == f"BEN {text_id('x')[-8:]}"


def test_currencies_are_never_mixed_and_unknown_ones_stay_minor_units(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    yen, odd = (
        settlement(amount=Money(1234, "JPY", 0), payee=BEN),
        settlement(amount=Money(99, "QQQ", None), payee=BEN),
    )
    path.write_text(written(settlement(), yen, odd))
    asks(path, "check", "commodities", "balancednoautoconversion")
    held = balances(path, "liabilities")["liabilities:Acme site:owed to Ben"]
    assert [word for word in ("1234 JPY", '99 "QQQ minor units"', "EUR") if word not in held] == []


def test_a_refund_goes_the_other_way_and_a_reserve_is_held_back(tmp_path: Path) -> None:
    path = tmp_path / "x.journal"
    refund = income(gross=Money(-121, "EUR", 2), tax=Money(-21, "EUR", 2), net=Money(-100, "EUR", 2), payer=None)
    line = msgspec.structs.replace(distribution().lines[0], held=500)
    shared = distribution(state="effective", lines=[line])
    path.write_text(written(refund, shared))
    assert "Refund to elsewhere" in path.read_text()
    assert balances(path, "held back") == {f"liabilities:Acme site:held back for {line.agent.name}": "-5.00 EUR"}
