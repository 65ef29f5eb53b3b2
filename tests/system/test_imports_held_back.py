"""An import that waits for its user, by the commands one types, on a real node."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit
from tests.support.homes import Household, Person

COLUMNS = ("--map", "title=Task,date=Day,duration=Time,project=Client", "--tz", "Europe/Madrid")


@pytest.fixture
def ana() -> Iterator[Person]:
    with Household() as people:
        yield people.person("ana")


def test_the_last_line_of_an_import_that_was_held_back_gets_it_on_when_pasted(ana: Person, tmp_path: Path) -> None:
    sheet = tmp_path / "ana's hours.csv"
    sheet.write_text('Task,Day,Time,Client\nLogo,2026-03-12,2:00,"Zoo; old"\nPoster,some day,1:30,Acme\n')
    held = ana.tries("import", "csv", str(sheet), *COLUMNS)
    assert (held.code, ana.titles()) == (Exit.PROBLEMS, [])
    assert held.last.startswith("meshnode: nothing was written: 1 row refused and 1 project of the source not here. ")
    pasted = ana.pastes(held.last.partition(" Run: ")[2])
    assert (pasted.code, ana.titles()) == (Exit.PROBLEMS, ["Logo"])
    assert [project["title"] for project in ana.asks("project", "ls")["items"]] == ["Zoo; old"]
    again = ana.pastes(held.last.partition(" Run: ")[2])
    assert ("already here  1" in again.out, ana.titles()) == (True, ["Logo"])


def test_a_preview_and_its_import_name_the_same_first_entries(ana: Person, tmp_path: Path) -> None:
    sheet = tmp_path / "hours.csv"
    sheet.write_text("Task,Day,Time,Client\n" + "".join(f"Day {day},2026-03-{day},1:00,\n" for day in range(10, 19)))
    seen = ana.asks("import", "csv", str(sheet), *COLUMNS, "--dry-run")
    assert (seen["written"], seen["held_back"], ana.titles()) == (9, False, [])
    assert [entry["title"] for entry in seen["sample"]] == [f"Day {day}" for day in range(10, 15)]
    assert re.search(r"2026-03-10\s+1 h\s+Day 10\n", ana.does("import", "csv", str(sheet), *COLUMNS, "--dry-run"))
    assert ana.asks("import", "csv", str(sheet), *COLUMNS)["written"] == 9
