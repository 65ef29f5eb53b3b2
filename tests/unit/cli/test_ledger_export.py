"""`export ledger`: every movement of money as a table, against a fake node."""

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from meshnode.api.models.shared import Page
from meshnode.cli.exits import Exit
from meshnode.cli.files.ledger_export import COLUMNS
from tests.support.command_line import objects, run
from tests.support.fakes import sample_money as money
from tests.support.fakes.fake_node import FakeNode
from tests.support.fakes.sample_people import ANA, BEN, text_id


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        fake.answers.update(money.answers())
        yield fake


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        found = list(csv.DictReader(text))
    assert not found or tuple(found[0]) == COLUMNS
    return found


def test_every_movement_is_a_line_with_its_state(node: FakeNode, tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    assert objects(run("export", "ledger", str(path), "--json", home=node))[0]["rows"] == 4
    told = [(each["kind"], each["state"], each["from"], each["to"], each["amount"]) for each in rows(path)]
    assert sorted(told) == [
        ("income", "declared", "Ben", "Ana López", "10000.00"),
        ("payment", "declared", "Ana López", "Ben", "3333.33"),
        ("share", "proposed", "", "Ana López", "6666.67"),
        ("share", "proposed", "", "Ben", "3333.33"),
    ]
    income, payment, share, _ = sorted(rows(path), key=lambda row: (row["kind"], row["to"]))
    assert (income["tax"], income["currency"], payment["method"]) == ("2100.00", "EUR", "bank")
    assert (share["held"], share["rests_on"], share["to_id"]) == ("0.00", text_id("income"), ANA.id)


def test_refunds_and_what_is_carried_on_are_movements(node: FakeNode, tmp_path: Path) -> None:
    back = money.income(refunds=text_id("income"), net=money.euros(-100_000), payer=None)
    node.answers["GET", "/incomes"] = Page([back])
    node.answers["GET", "/distributions"] = Page([money.distribution(lines=[], carry=money.euros(5))])
    node.answers["GET", "/settlements"] = Page([])
    run("export", "ledger", str(tmp_path / "all.csv"), "--agreement", "acme", home=node)
    told = [(each["kind"], each["amount"], each["to"]) for each in rows(tmp_path / "all.csv")]
    assert told == [("carry", "0.05", ""), ("refund", "-1000.00", "Ana López")]
    assert {asked.query.get("agreement") for asked in node.asked} == {"acme"}


def test_a_period_leaves_out_what_is_outside(node: FakeNode, tmp_path: Path) -> None:
    late = money.settlement(on="2026-04-01")
    node.answers["GET", "/settlements"] = Page([late, money.settlement(on="2026-04-30")])
    words = ("--from", "2026-04-01", "--to", "2026-04-29")
    run("export", "ledger", str(tmp_path / "april.csv"), *words, home=node)
    assert [each["day"] for each in rows(tmp_path / "april.csv")] == ["2026-04-01"]


def test_no_cell_is_a_formula(node: FakeNode, tmp_path: Path) -> None:
    hostile = msgspec.structs.replace(BEN, name="=1+1")
    node.answers["GET", "/settlements"] = Page([money.settlement(payee=hostile)])
    run("export", "ledger", str(tmp_path / "all.csv"), home=node)
    assert [each["to"] for each in rows(tmp_path / "all.csv") if each["kind"] == "payment"] == ["'=1+1"]


def test_nothing_is_replaced_unless_that_is_said(node: FakeNode, tmp_path: Path) -> None:
    (tmp_path / "all.csv").write_text("mine")
    ran = run("export", "ledger", str(tmp_path / "all.csv"), home=node)
    assert (ran.code, node.asked, "add --force" in ran.err) == (Exit.CONFLICT, [], True)
    assert run("export", "ledger", str(tmp_path / "all.csv"), "--force", home=node).code == Exit.OK
