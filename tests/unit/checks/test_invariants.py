"""What protocol/invariants.md names as proof is there."""

import ast
import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
ROWS = re.findall(r"(?m)^\| (I\d+) \|(.*)\|$", (PROJECT / "protocol" / "invariants.md").read_text(encoding="utf-8"))
NAMED = [(row, file, test) for row, text in ROWS for file, test in re.findall(r"`(tests/[^`:]+)::(test_\w+)`", text)]


def test_every_invariant_names_its_tests() -> None:
    assert [row for row, _ in ROWS] == [f"I{number}" for number in range(1, 13)]
    assert {row for row, _, _ in NAMED} == {row for row, _ in ROWS}


@pytest.mark.parametrize(("row", "file", "test"), NAMED, ids=lambda part: part)
def test_a_named_test_is_there(row: str, file: str, test: str) -> None:
    tree = ast.parse((PROJECT / file).read_text(encoding="utf-8"))
    functions = {each.name for each in tree.body if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert test in functions, f"{row} names {test}, which {file} does not have"
