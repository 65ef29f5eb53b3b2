"""An upgrade stopped at any step leaves a working store (P16): the old one or the new one, never something between."""

from pathlib import Path
from random import Random

from meshnode.store.database import Layout, StoreSettings, copies, layout_of, open_database
from tests.support.disk import RecordingDisk
from tests.support.power import image, lay_out

ROWS = 400


def layouts(folder: Path) -> tuple[Layout, Layout]:
    """A layout and the next one, which rewrites every row and adds an index."""
    folder.mkdir()
    (folder / "0001_begin.sql").write_text("CREATE TABLE entries (number INTEGER PRIMARY KEY, text TEXT);")
    old = Layout("test", 0x1234, folder)
    assert len(old.steps) == 1
    (folder / "0002_words.sql").write_text(
        "ALTER TABLE entries ADD COLUMN words INTEGER;\n"
        "UPDATE entries SET words = length(text);\n"
        "CREATE INDEX entries_by_words ON entries (words);\n"
    )
    return old, Layout("test", 0x1234, folder)


def test_an_upgrade_cut_off_at_any_step_leaves_a_working_store(tmp_path: Path) -> None:
    old, new = layouts(tmp_path / "migrations")
    disk = RecordingDisk()
    settings = StoreSettings(vfs=disk.name, flush_folder=disk.flush_folder)
    (tmp_path / "home").mkdir()
    path = tmp_path / "home" / "records.db"
    connection = open_database(path, old, settings)
    connection.executemany("INSERT INTO entries VALUES (?, ?)", [(n, "x" * (n % 90)) for n in range(ROWS)])
    connection.close()
    begun = len(disk.events)
    open_database(path, new, settings).close()
    for cut in range(begun, len(disk.events) + 1):
        for seed in range(2):
            at = lay_out(image(disk.events, cut, Random(cut * 2 + seed)), tmp_path / f"{cut}-{seed}")
            connection = open_database(at, new, StoreSettings())
            assert layout_of(connection) == 2
            rows = connection.execute("SELECT number, text, words FROM entries ORDER BY number").fetchall()
            assert rows == [(n, "x" * (n % 90), n % 90) for n in range(ROWS)]
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            connection.close()
    disk.close()


def test_the_copy_made_before_an_upgrade_is_whole_whenever_it_is_there(tmp_path: Path) -> None:
    old, new = layouts(tmp_path / "migrations")
    path = tmp_path / "records.db"
    connection = open_database(path, old, StoreSettings())
    connection.executemany("INSERT INTO entries VALUES (?, ?)", [(n, "x") for n in range(ROWS)])
    connection.close()
    open_database(path, new, StoreSettings()).close()
    (kept,) = copies(path)
    again = open_database(kept, new, StoreSettings())
    assert again.execute("SELECT count(*), sum(words) FROM entries").fetchone() == (ROWS, ROWS)
    again.close()
