"""Opening a database: what it is, how old it is, and what happens before and while it is brought up to date."""

import sqlite3
from pathlib import Path

import pytest

from meshnode.core.ports import Batch
from meshnode.store.database import (
    RECORDS,
    Layout,
    StoreSettings,
    connect,
    copies,
    layout_of,
    open_database,
    statements,
)
from meshnode.store.errors import NotAStore, StoreDamaged, StoreError, StoreReadOnly, StoreTooNew
from meshnode.store.store import open_store
from tests.support.authors import Author

SETTINGS = StoreSettings()


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    """A layout of which a test can write the next migration."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "0001_begin.sql").write_text(
        "-- a comment; with a semicolon\nCREATE TABLE a (x);\nINSERT INTO a VALUES (1);"
    )
    return Layout("test", 0x1234, folder)


def later(layout: Layout, script: str) -> Layout:
    """The same layout in the next version of the program."""
    (layout.folder / f"{len(layout.steps) + 1:04}_more.sql").write_text(script)
    return Layout(layout.name, layout.mark, layout.folder)


def test_a_new_database_is_for_its_owner_only_and_has_its_mark(tmp_path: Path) -> None:
    open_store(tmp_path / "records.db").close()
    path = tmp_path / "records.db"
    connection = sqlite3.connect(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert connection.execute("PRAGMA application_id").fetchone() == (RECORDS.mark,)
    assert layout_of(connection) == len(RECORDS.steps)


def test_the_pragmas_of_the_house_are_in_force(tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.db")
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "trusted_schema": 0,
        "cell_size_check": 1,
        "mmap_size": 0,
        "secure_delete": 1,
        "temp_store": 2,
        "query_only": 0,
    }
    assert {name: store.source.row(f"PRAGMA {name}")[0] for name in expected} == expected
    assert store.reader().source.row("PRAGMA query_only") == (1,)
    store.close()


def test_every_table_checks_the_types_of_its_columns() -> None:
    tables = open_store(None).source.rows("SELECT name, strict FROM pragma_table_list WHERE schema = 'main'")
    assert [name for name, strict in tables if not strict and not name.startswith("sqlite_")] == []


def test_the_folder_is_flushed_after_the_log_of_the_database_was_made(tmp_path: Path) -> None:
    flushed: list[bool] = []
    settings = StoreSettings(flush_folder=lambda folder: flushed.append((folder / "records.db-wal").exists()))
    open_store(tmp_path / "records.db", settings).close()
    open_store(tmp_path / "records.db", settings).close()
    assert flushed == [True, True]


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(RECORDS.steps) + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(StoreTooNew, match="newer meshnode"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE photographs (x)")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(NotAStore):
        open_store(path)
    assert path.read_bytes() == before


def test_what_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(b"something else entirely, " * 100)
    with pytest.raises(NotAStore):
        open_store(path)
    assert path.read_bytes() == b"something else entirely, " * 100


def test_an_empty_file_left_by_a_crash_becomes_a_store(tmp_path: Path) -> None:
    (tmp_path / "records.db").touch()
    store = open_store(tmp_path / "records.db")
    store.writer.commit(Batch(1, runs=(Author("alice").genesis,)))
    store.close()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreReadOnly):
        open_store(tmp_path / "nowhere" / "records.db")


def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    (tmp_path / "records.db").mkdir()
    with pytest.raises(StoreReadOnly):
        open_store(tmp_path / "records.db")


def test_a_damaged_first_page_is_told(tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    open_store(path).close()
    content = bytearray(path.read_bytes())
    content[100:108] = b"\xff" * 8
    path.write_bytes(content)
    with pytest.raises(StoreDamaged):
        open_store(path)


def test_a_migration_is_applied_once_and_the_old_store_is_kept(tmp_path: Path, layout: Layout) -> None:
    path = tmp_path / "test.db"
    open_database(path, layout, SETTINGS).close()
    assert copies(path) == ()
    newer = later(layout, "ALTER TABLE a ADD COLUMN y;\nUPDATE a SET y = x + 1;")
    for _ in range(2):
        connection = open_database(path, newer, SETTINGS)
        assert connection.execute("SELECT * FROM a").fetchall() == [(1, 2)]
        connection.close()
    (kept,) = copies(path)
    old = sqlite3.connect(kept)
    assert (layout_of(old), old.execute("SELECT * FROM a").fetchall()) == (1, [(1,)])
    assert kept.stat().st_mode & 0o777 == 0o600


def test_a_migration_that_fails_leaves_the_store_as_it_was(tmp_path: Path, layout: Layout) -> None:
    path = tmp_path / "test.db"
    open_database(path, layout, SETTINGS).close()
    broken = later(layout, "ALTER TABLE a ADD COLUMN y;\nUPDATE nothing SET y = 1;")
    with pytest.raises(StoreError, match="nothing"):
        open_database(path, broken, SETTINGS)
    connection = connect(path, SETTINGS)
    assert layout_of(connection) == 1
    assert connection.execute("SELECT * FROM a").fetchall() == [(1,)]


def test_a_copy_that_was_torn_by_a_crash_is_made_anew(tmp_path: Path, layout: Layout) -> None:
    path = tmp_path / "test.db"
    open_database(path, layout, SETTINGS).close()
    (tmp_path / "test.db.partial-1").write_bytes(b"half of a copy")
    open_database(path, later(layout, "CREATE TABLE b (x);"), SETTINGS).close()
    assert [kept.name for kept in copies(path)] == ["test.db.kept-1"]
    assert not (tmp_path / "test.db.partial-1").exists()


def test_several_migrations_are_applied_in_order(tmp_path: Path, layout: Layout) -> None:
    path = tmp_path / "test.db"
    open_database(path, layout, SETTINGS).close()
    newest = later(later(layout, "CREATE TABLE b (x);"), "INSERT INTO b SELECT x FROM a;")
    connection = open_database(path, newest, SETTINGS)
    assert connection.execute("SELECT * FROM b").fetchall() == [(1,)]
    assert layout_of(connection) == 3


def test_a_script_is_cut_at_the_ends_of_statements() -> None:
    script = "CREATE TABLE a (x); -- one\nINSERT INTO a\n  VALUES (';');\n"
    assert [each.strip() for each in statements(script)] == [
        "CREATE TABLE a (x); -- one",
        "INSERT INTO a\n  VALUES (';');",
    ]


def test_names_that_mean_something_in_an_address_are_taken_literally(tmp_path: Path) -> None:
    path = tmp_path / "50% of #1?mode=ro" / "records.db"
    path.parent.mkdir()
    store = open_store(path)
    store.writer.commit(Batch(1, runs=(Author("alice").genesis,)))
    store.close()
    assert path.stat().st_size > 0
