"""`import git|csv|bundle|ls|undo`, against a fake node."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.api.models.records import ImportAnswer, RefusedRow
from meshnode.cli.exits import Exit
from meshnode.cli.files.import_options import CSV, GIT
from meshnode.exchange import options
from tests.support.command_line import objects, run
from tests.support.fakes.fake_node import FakeNode


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "hours.csv"
    path.write_text("Task,Time\nx,1h\n")
    return path


def test_the_options_are_those_that_imports_know() -> None:
    for declared, own in ((GIT, options.GIT), (CSV, options.CSV)):
        named = {argument.keyword for argument in declared} - {"path", "dry_run"}
        assert named == {*options.COMMON, *own}


def test_only_options_that_were_given_are_sent(node: FakeNode, tmp_path: Path) -> None:
    words = ("--per", "day", "--email", "a@x", "--email", "b@x", "--merges", "--since", "2026-01-01")
    assert run("import", "git", str(tmp_path), *words, home=node).code == Exit.OK
    sent = node.asked[0].body
    assert sent["options"] == {"per": "day", "email": ["a@x", "b@x"], "merges": True, "since": "2026-01-01"}
    assert (sent["kind"], sent["path"], sent["dry_run"]) == ("git", str(tmp_path), False)


def test_an_import_says_what_it_did_and_how_to_take_it_back(node: FakeNode, tmp_path: Path) -> None:
    out = run("import", "git", str(tmp_path), home=node).out
    assert out.startswith("✓ Imported 12 entries, 2 h\n  already here  3\n  left out      5 ")
    assert out.endswith(" import undo b1\n")


def test_a_dry_run_says_that_nothing_was_written(node: FakeNode, tmp_path: Path) -> None:
    out = run("import", "git", str(tmp_path), "--dry-run", home=node).out
    assert out.startswith("Would import 12 entries, 2 h; nothing was written.\n")
    assert "undo" not in out


def test_refused_rows_are_listed_with_line_and_reason(node: FakeNode, sheet: Path) -> None:
    ran = run("import", "csv", str(sheet), home=node)
    assert ran.out.startswith("✗ line 17: ends before it starts\n")
    assert (ran.code, ran.last) == (Exit.PROBLEMS, "meshnode: 1 row refused; the list says where and why")


def test_what_was_held_back_is_not_called_imported(node: FakeNode, sheet: Path) -> None:
    node.answers["POST", "/imports"] = ImportAnswer("", "csv", "x", False, 0, 0, 0, 0, [RefusedRow(3, "no date")], [])
    assert "✗ Nothing was imported\n" in run("import", "csv", str(sheet), home=node).out


def test_many_refused_rows_are_cut_for_people_and_whole_for_programs(node: FakeNode, sheet: Path) -> None:
    rows = [RefusedRow(line, "no\x1b[2J date") for line in range(1, 31)]
    node.answers["POST", "/imports"] = ImportAnswer("", "csv", "x", True, 0, 0, 0, 0, rows, ["read as Windows-1252"])
    out = run("import", "csv", str(sheet), "--dry-run", home=node).out
    assert out.count("no date") == 20
    assert "… and 10 more (all with --json)\n! read as Windows-1252\n" in out
    assert len(objects(run("import", "csv", str(sheet), "--dry-run", "--json", home=node))[0]["refused"]) == 30


def test_a_source_that_is_not_there_is_said_before_asking(node: FakeNode, tmp_path: Path) -> None:
    ran = run("import", "csv", str(tmp_path / "nothing.csv"), home=node)
    assert (ran.code, node.asked) == (Exit.FAILURE, [])
    assert ran.last.startswith(f"meshnode: there is no {tmp_path / 'nothing.csv'}")


def test_a_bundle_is_imported(node: FakeNode, sheet: Path) -> None:
    ran = run("import", "bundle", str(sheet), home=node)
    assert (ran.code, ran.out.startswith("✓ Imported 12 records")) == (Exit.OK, True)
    assert node.asked[0].body["options"] == {}


def test_imports_are_listed_and_taken_back(node: FakeNode) -> None:
    lines = run("import", "ls", home=node).out.splitlines()
    assert lines[1].split() == ["b1", "2026-03-09", lines[1].split()[2], "git", "12", "/src/acme"]
    assert run("import", "undo", "b1", home=node).out == "✓ Taken back   12 entries retracted\n"


def test_no_imports_say_the_next_step(node: FakeNode) -> None:
    node.answers["GET", "/imports"] = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"items":[]}'
    assert run("import", "ls", home=node).out.startswith("Nothing was imported yet.\n")
    assert objects(run("import", "ls", "--json", home=node))[0]["items"] == []
