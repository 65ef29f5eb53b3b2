"""`export csv`, against a fake node."""

import csv
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from meshnode.api.models.shared import Page
from meshnode.api.models.terms import Money
from meshnode.cli.exits import Exit
from meshnode.cli.files.csv_export import COLUMNS, line_of
from meshnode.words.safe_text import FORMULA, harmless_cell
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode, contribution, project
from tests.support.fakes.rich_answers import rich_contribution
from tests.support.fakes.sample_people import text_id


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_of_a_contribution_is_in_its_line(node: FakeNode, tmp_path: Path) -> None:
    entry = rich_contribution("Paper")
    entry.project = msgspec.convert(msgspec.to_builtins(project("Acme site")), type(entry).__annotations__["project"])
    node.contributions.append(entry)
    ran = run("export", "csv", str(tmp_path / "all.csv"), "--kind", "material", home=node)
    assert (ran.code, ran.out) == (Exit.OK, f"✓ Written   {tmp_path / 'all.csv'}   1 contribution\n")
    (row,) = rows(tmp_path / "all.csv")
    assert tuple(row) == COLUMNS
    assert (row["quantity"], row["unit"], row["seconds"], row["value"], row["currency"]) == (
        "12.5", "KGM", "", "31.90", "EUR",
    )  # fmt: skip
    assert (row["title"], row["project"], row["shares"]) == ("Paper", "Acme site", "Ben 300; Ana López 700")
    assert (row["for"], row["terms"], row["stream"], row["licence"]) == ("Ben", "deferred", "love", "CC-BY-SA-4.0")
    assert (row["evidence"], row["rests_on"], row["corrected"]) == ("ab" * 32, text_id("earlier"), "yes")
    assert node.asked[0].query == {"kind": "material", "limit": "500"}


def test_every_page_is_written(node: FakeNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = [Page([contribution("One")], "later"), Page([contribution("Two")], None)]

    def answer(asked: object, rest: list[str]) -> object:
        return pages.pop(0)

    monkeypatch.setattr(node, "get_contributions", answer)
    run("export", "csv", str(tmp_path / "all.csv"), home=node)
    assert [row["title"] for row in rows(tmp_path / "all.csv")] == ["One", "Two"]
    assert [asked.query.get("cursor") for asked in node.asked] == [None, "later"]


@pytest.mark.parametrize("text", [f"{sign}cmd|' /C calc'!A0" for sign in FORMULA if sign.isprintable()])
def test_no_cell_is_a_formula(text: str) -> None:
    entry = rich_contribution("x")
    told = msgspec.to_builtins(entry)
    told["title"] = told["text"] = told["licence"] = told["agent"]["name"] = text
    told["shares"][0]["agent"]["name"] = told["classes"][0] = told["value"]["cur"] = text
    cells = line_of(told)
    assert not [cell for cell in cells if cell.startswith(FORMULA)]
    assert sum(cell.startswith(f"'{text}") for cell in cells) >= 5


def test_what_steers_is_left_out_before_a_formula_is_looked_for() -> None:
    assert harmless_cell("\x1b[2J\u202e\t=1+1") == "'=1+1"
    assert harmless_cell("a\r\nb") == "a b"


def test_money_without_a_known_exponent_is_marked() -> None:
    entry = rich_contribution("x")
    entry.value = Money(1234, "XYZ", None)
    cells = dict(zip(COLUMNS, line_of(msgspec.to_builtins(entry)), strict=True))
    assert (cells["value"], cells["currency"]) == ("1234", "XYZ (minor units)")


def test_a_file_is_replaced_only_when_that_is_said_and_nothing_but_a_file(node: FakeNode, tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_text("mine")
    assert run("export", "csv", str(path), home=node).code == Exit.CONFLICT
    assert path.read_text() == "mine"
    assert objects(run("export", "csv", str(path), "--force", "--json", home=node))[0]["rows"] == 0
    assert (path.stat().st_mode & 0o777, [*tmp_path.iterdir()]) == (0o600, [path])
    assert run("export", "csv", str(tmp_path), "--force", home=node).code == Exit.USAGE
    assert run("export", "csv", str(tmp_path / "no" / "all.csv"), home=node).code == Exit.FAILURE


def test_a_table_that_fails_leaves_what_was_there(node: FakeNode, tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_text("mine")
    node.hang_up()
    assert run("export", "csv", str(path), "--force", home=node).code == Exit.NOT_RUNNING
    assert (path.read_text(), [*tmp_path.iterdir()]) == ("mine", [path])
