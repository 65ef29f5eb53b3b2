"""Many rows in few statements."""

import sqlite3

import pytest

from meshnode.store import bulk


@pytest.mark.parametrize("count", [0, 1, 3, 256, 257, 700])
def test_rows_go_in_whatever_their_number_and_in_their_order(count: int) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY, a INTEGER UNIQUE, b BLOB)")
    rows = [(7 * each % 1009, b"%d" % each) for each in range(count)]
    bulk.insert(connection, "INTO t (a, b)", rows)
    assert connection.execute("SELECT a, b FROM t ORDER BY n").fetchall() == rows


@pytest.mark.parametrize("count", [0, 1, 3, 256, 257, 700])
def test_values_one_after_another_are_rows_too(count: int) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB)")
    rows = [(each, b"%d" % each) for each in range(count)]
    bulk.insert_flat(connection, "INTO t", 2, [value for row in rows for value in row])
    assert connection.execute("SELECT a, b FROM t ORDER BY a").fetchall() == rows


def test_rows_that_are_there_can_be_passed_over() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    bulk.insert(connection, "INTO t", [(1, "first"), (1, "again"), (2, "other")], "ON CONFLICT DO NOTHING")
    assert connection.execute("SELECT a, b FROM t").fetchall() == [(1, "first"), (2, "other")]


def test_exactly_the_rows_named_are_deleted() -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY)")
    bulk.insert(connection, "INTO t", [(each,) for each in range(1000)])
    bulk.delete(connection, "t WHERE a", [each for each in range(1000) if each % 10])
    assert connection.execute("SELECT a FROM t").fetchall() == [(each,) for each in range(0, 1000, 10)]


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_statement_is_executed_for_every_row(count: int) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b INTEGER)")
    bulk.insert(connection, "INTO t", [(each, 0) for each in range(count)])
    bulk.each(connection, "UPDATE t SET b = ? WHERE a = ?", [(each + 7, each) for each in range(count)])
    assert connection.execute("SELECT a, b FROM t").fetchall() == [(each, each + 7) for each in range(count)]
