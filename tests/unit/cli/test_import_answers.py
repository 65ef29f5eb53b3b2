"""What `import` says of a preview, and of what was held back: the ways out work when pasted."""

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.api.models.records import ImportAnswer, RefusedRow, SampleEntry
from meshnode.api.models.shared import Quantity
from meshnode.cli.exits import Exit
from tests.support.command_line import Ran, run
from tests.support.fakes.fake_node import FakeNode

SAMPLE = [
    SampleEntry("line 2", "Landing\x1b[2J page", "2026-03-09", "2026-03-09", Quantity(12600, 0, "SEC"), 12600, "Zoo")
]
BAD = [RefusedRow(3, "no date")]


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def imported(node: FakeNode, path: Path, *words: str, **said: object) -> Ran:
    """Import a sheet of whose answer some things are said."""
    sheet = path / "my hours.csv"
    sheet.write_text("Task,Time\nx,1h\n")
    answer = ImportAnswer("", "csv", "x", "--dry-run" in words, 0, 0, 0, 0, [], [], sample=SAMPLE)
    for name, value in said.items():
        setattr(answer, name, value)
    node.answers["POST", "/imports"] = answer
    return run("import", "csv", str(sheet), *words, home=node)


def last_command(ran: Ran) -> list[str]:
    """The words that the last line on stderr says to run."""
    return shlex.split(ran.last.partition(". Run: ")[2].partition(" import ")[2])


def test_a_preview_shows_the_first_entries_as_they_would_stand(node: FakeNode, tmp_path: Path) -> None:
    ran = imported(node, tmp_path, "--dry-run", written=3)
    day, shown, more = ran.out.splitlines()[1:]
    assert day.split() == ["DAY", "HOW", "MUCH", "WHAT", "PROJECT"]
    assert (shown, more) == ("2026-03-09     3.5 h  Landing page  Zoo", "  … and 2 more")


def test_refused_rows_that_hold_all_back_say_how_to_take_the_others(node: FakeNode, tmp_path: Path) -> None:
    ran = imported(node, tmp_path, "--map", "title=Task, or so", refused=BAD, held_back=True)
    assert (ran.code, "✗ Nothing was imported\n" in ran.out) == (Exit.PROBLEMS, True)
    assert ran.last.startswith("meshnode: nothing was written: 1 row refused. Run: ")
    path = str(tmp_path / "my hours.csv")
    assert last_command(ran) == ["csv", path, "--map", "title=Task, or so", "--accept-partial"]


def test_projects_that_are_not_here_are_named_with_what_may_become_of_them(node: FakeNode, tmp_path: Path) -> None:
    ran = imported(node, tmp_path, held_back=True, undecided={"Zoo": 1, "Acme\x1b[1m": 2})
    assert ran.code == Exit.PROBLEMS
    assert "! project 'Zoo' is not here (1 entry)\n! project 'Acme' is not here (2 entries)\n" in ran.out
    assert ran.last.startswith("meshnode: nothing was written: 2 projects of the source not here. Run: ")
    assert last_command(ran)[-1] == "--create-projects"
    assert "--without-projects\n" in ran.out


def test_a_preview_of_what_would_be_held_back_is_no_success(node: FakeNode, tmp_path: Path) -> None:
    ran = imported(node, tmp_path, "--dry-run", "--max-hours", "9", held_back=True, refused=BAD, undecided={"Zoo": 1})
    assert ran.code == Exit.PROBLEMS
    assert "meshnode: nothing would be written: 1 row refused and 1 project of the source not here. " in ran.last
    assert last_command(ran)[2:] == ["--max-hours", "9", "--dry-run", "--accept-partial", "--create-projects"]


def test_nothing_is_offered_where_all_is_refused(node: FakeNode, tmp_path: Path) -> None:
    ran = imported(node, tmp_path, held_back=True, refused=BAD, sample=[])
    assert ran.last.startswith("meshnode: 1 row refused, and nothing else is new. Run: ")
    assert last_command(ran) == ["csv", "--help"]


def test_what_has_no_line_is_refused_by_its_place(node: FakeNode, tmp_path: Path) -> None:
    rows = [RefusedRow(0, "commit 1a2b3c: its dates are impossible")]
    assert imported(node, tmp_path, refused=rows).out.startswith("✗ commit 1a2b3c: its dates are impossible\n")


def test_of_many_projects_some_are_listed(node: FakeNode, tmp_path: Path) -> None:
    names = {f"P{number}": 1 for number in range(11)}
    assert (
        "  … and 3 more projects (all with --json)\n" in imported(node, tmp_path, held_back=True, undecided=names).out
    )
