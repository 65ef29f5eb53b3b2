"""Whatever somebody put into any text, what is written for browsers and spreadsheets holds it as a text."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.attacks.payloads import NASTY
from tests.support.attacks.skeletons import cells, is_formula, leading_elsewhere, skeleton, steering
from tests.support.command_line import run
from tests.support.fakes.rich_answers import rich_contribution
from tests.support.fakes.sample_money import answers as money_answers
from tests.unit.cli.test_hostile_answers import HostileNode

TABLES = (
    ("statement", "--csv"),
    ("export", "csv"),
    ("export", "ledger"),
)


@pytest.fixture(scope="module")
def node() -> Iterator[HostileNode]:
    with HostileNode() as fake:
        fake.contributions.append(rich_contribution("Landing page"))
        fake.answers.update(money_answers())
        yield fake


@pytest.mark.parametrize("words", TABLES, ids=" ".join)
def test_no_cell_of_a_table_is_a_formula_or_steers(node: HostileNode, tmp_path: Path, words: tuple[str, str]) -> None:
    for before in (True, False):
        node.before = before
        for name, node.nasty in NASTY.items():
            path = tmp_path / "table.csv"
            ran = run(*words, str(path), "--force", home=node)
            assert ran.code == 0, ran.err
            sheet = path.read_text("utf-8")
            assert [cell for cell in cells(sheet) if is_formula(cell)] == [], (name, before)
            assert steering(sheet.replace("\r\n", "\n")) <= {"\ufeff"}, (name, before)


def test_no_text_becomes_an_element_of_a_printed_statement(node: HostileNode, tmp_path: Path) -> None:
    path, usual = tmp_path / "statement.html", set[object]()
    node.before = False
    for plain in ("", "Quince", " Quinces " * 40):
        node.nasty = plain
        assert run("statement", "--html", str(path), "--force", home=node).code == 0
        usual.update(skeleton(path.read_text("utf-8")).elements)
    for name, nasty in NASTY.items():
        node.nasty = nasty
        run("statement", "--html", str(path), "--force", home=node)
        page = path.read_text("utf-8")
        assert {*skeleton(page).elements} - usual == set(), name
        assert leading_elsewhere(skeleton(page)) == [], name
        assert steering(page) == set(), name
