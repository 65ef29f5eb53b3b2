"""What protocol/invariants.md names as proof is there."""

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
TEXT = (PROJECT / "protocol" / "invariants.md").read_text(encoding="utf-8")
ROWS = re.findall(r"(?m)^\| (I?\d+) \|(.*)\|$", TEXT)
NAMED = [(row, file, test) for row, text in ROWS for file, test in re.findall(r"`(tests/[^`:]+)::(test_\w+)`", text)]


def test_every_invariant_and_scenario_names_its_tests() -> None:
    invariants, scenarios = ([f"{sign}{number}" for number in range(1, end)] for sign, end in (("I", 13), ("", 25)))
    assert [row for row, _ in ROWS] == [*invariants, *scenarios]
    assert {row for row, _, _ in NAMED} == {row for row, _ in ROWS}


@pytest.mark.parametrize(("row", "file", "test"), NAMED, ids=lambda part: part)
def test_a_named_test_is_there(row: str, file: str, test: str) -> None:
    tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
    functions = {each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert test in functions, f"{row} names {test}, which {file} does not have"
