"""Asking a database: complete answers, errors in our terms, and a mark where damage was met."""

import sqlite3
from pathlib import Path

import pytest

from meshnode.store.errors import StoreDamaged, StoreError
from meshnode.store.source import Source, damage_mark


@pytest.fixture
def source(tmp_path: Path) -> Source:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE numbers (number INTEGER, text)")
    connection.executemany("INSERT INTO numbers VALUES (?, 'x')", [(number,) for number in range(1, 8)])
    return Source(connection, tmp_path / "records.db")


def test_answers_are_complete(source: Source) -> None:
    assert source.rows("SELECT number FROM numbers WHERE number > ?", (5,)) == [(6,), (7,)]
    assert source.row("SELECT number FROM numbers ORDER BY number") == (1,)
    assert source.row("SELECT number FROM numbers WHERE number = 0") is None
    assert source.number("SELECT count(*) FROM numbers") == 7


def test_pages_put_together_are_the_whole(source: Source) -> None:
    question = "SELECT number FROM numbers WHERE number > ? ORDER BY number LIMIT ?"
    assert [len(page) for page in source.pages(question, 0, 3)] == [3, 3, 1]
    assert list(source.pages(question, 7, 3)) == []


def test_pages_that_lead_back_are_damage(source: Source) -> None:
    with pytest.raises(StoreDamaged, match="out of order"):
        list(source.pages("SELECT 5 WHERE ?1 < 100 LIMIT ?2", 0, 3))


@pytest.mark.parametrize("question", ["SELECT number FROM numbers WHERE number = 0", "SELECT text FROM numbers"])
def test_a_number_that_is_not_there_or_none_is_damage_and_leaves_a_mark(source: Source, question: str) -> None:
    with pytest.raises(StoreDamaged, match="no number"):
        source.number(question)
    assert source.path is not None
    assert damage_mark(source.path).exists()


def test_a_mistake_in_a_statement_is_no_damage(source: Source) -> None:
    with pytest.raises(StoreError, match="syntax") as raised:
        source.rows("SELEKT 1")
    assert type(raised.value) is StoreError
    assert source.path is not None
    assert not damage_mark(source.path).exists()


def test_damage_that_cannot_be_marked_says_so(tmp_path: Path) -> None:
    source = Source(sqlite3.connect(":memory:"), tmp_path / "nowhere" / "records.db")
    assert "could not be marked" in str(source.damaged("torn"))


def test_damage_in_memory_needs_no_mark() -> None:
    assert ":memory:" in str(Source(sqlite3.connect(":memory:"), None).damaged("torn"))
