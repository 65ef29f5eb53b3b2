"""Reading what can still be read of a damaged table."""

import sqlite3
from pathlib import Path

import pytest

from meshnode.store.database import StoreSettings, connect
from meshnode.store.salvage import HIGHEST, PAGE, salvaged
from meshnode.store.source import Source

PAGE_SIZE = 4096
QUESTION = "SELECT number, text FROM entries WHERE number >= ? ORDER BY number LIMIT ?"
ROWS = 3 * PAGE


def table(path: Path, numbers: range) -> None:
    """A table whose rows fill some hundred pages."""
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE entries (number INTEGER PRIMARY KEY, text TEXT)")
    connection.executemany("INSERT INTO entries VALUES (?, ?)", [(n, f"{n} " * 60) for n in numbers])
    connection.commit()
    connection.close()


def spoil(path: Path, pages: list[int], content: bytes = b"\xff" * PAGE_SIZE) -> None:
    """Overwrite whole pages, the first page having number 1."""
    with path.open("r+b") as file:
        for page in pages:
            file.seek((page - 1) * PAGE_SIZE)
            file.write(content)


def read(path: Path, start: int = 0) -> list[int]:
    """The numbers of the rows that can be salvaged."""
    source = Source(connect(path, StoreSettings()), None)
    rows = list(salvaged(source, QUESTION, start))
    source.connection.close()
    assert all(text == f"{number} " * 60 for number, text in rows)
    return [number for number, _ in rows]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "test.db"


@pytest.mark.parametrize("count", [0, 1, PAGE, PAGE + 1, ROWS])
def test_all_rows_of_a_whole_table_are_read_in_order(path: Path, count: int) -> None:
    table(path, range(1, count + 1))
    assert read(path) == list(range(1, count + 1))


def test_rows_far_apart_and_below_zero_are_read(path: Path) -> None:
    numbers = range(-(2**62), 2**62, 2**58)
    table(path, numbers)
    assert read(path, -(2**62)) == [number for number in numbers if number < HIGHEST]


@pytest.mark.parametrize("pages", [[40], [40, 41, 42], [20, 60, 90], [5]])
def test_rows_on_a_spoilt_page_are_stepped_over(path: Path, pages: list[int]) -> None:
    table(path, range(1, ROWS + 1))
    spoil(path, pages)
    found = read(path)
    assert found == sorted(found)
    assert ROWS - 30 * len(pages) <= len(found) < ROWS
    assert found[-1] == ROWS


def test_rows_before_a_spoilt_end_are_read(path: Path) -> None:
    table(path, range(1, ROWS + 1))
    last = path.stat().st_size // PAGE_SIZE
    spoil(path, [last])
    found = read(path)
    assert found == list(range(1, len(found) + 1))
    assert len(found) > ROWS - 40


def test_a_spoilt_root_leaves_nothing_and_comes_to_an_end(path: Path) -> None:
    table(path, range(1, ROWS + 1))
    spoil(path, [2])
    assert read(path) == []


def test_a_page_that_leads_back_does_not_lead_in_circles(path: Path) -> None:
    table(path, range(1, ROWS + 1))
    content = path.read_bytes()
    spoil(path, [60], content[30 * PAGE_SIZE : 31 * PAGE_SIZE])
    found = read(path)
    assert found == sorted(set(found))
    assert len(found) > ROWS - 60
