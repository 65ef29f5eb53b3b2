"""An upgrade stopped at any step leaves a working store (P16): the old one or the new one, never something between."""

import shutil
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from meshnode.core.ports import Batch
from meshnode.core.rows import NoteEntry
from meshnode.store.check import examine
from meshnode.store.database import RECORDS, Layout, StoreSettings, copies, layout_of, open_database
from meshnode.store.home import Home
from meshnode.store.store import open_store
from meshnode.store.view_tables import FINGERPRINT
from meshnode.store.views import Progress, open_views
from meshproto.records.log import Run
from tests.support.authors import Author, parts_of
from tests.support.crashes.disk import RecordingDisk
from tests.support.crashes.old_stores import RECORDS_DB, SMALL, VIEWS_DB, as_of
from tests.support.crashes.power import image, lay_out
from tests.support.meshes import Mesh

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


@pytest.mark.parametrize("version", range(len(RECORDS.steps)))
def test_an_old_store_opens_however_often_its_upgrade_is_killed(tmp_path: Path, version: int) -> None:
    alice = Author("alice")
    runs = (alice.genesis, alice.writes(30, text="words"))
    (tmp_path / "now").mkdir()
    fill(tmp_path / "now" / RECORDS_DB, alice, runs if version else ())
    old = as_of(version, tmp_path / "now" / RECORDS_DB, tmp_path / "old") if version else tmp_path / "old" / RECORDS_DB
    deaths = killed_at_every_statement(old, tmp_path / "killed")
    assert deaths > 20
    for number in range(1, deaths + 2):
        path = tmp_path / "killed" / str(number) / RECORDS_DB
        store = open_store(path, SMALL)
        assert layout_of(store.source.connection) == len(RECORDS.steps)
        assert list(examine(store.source)) == []
        if version:
            assert [store.reader().private(each.id) for each in runs[1].records] == [*alice.parts.values()]
            assert dict(store.reader().part_bytes()) == {alice.id: sum(map(len, alice.parts.values()))}
            assert store.reader().rows(NoteEntry) == (NoteEntry("kept", b"1"),)
        store.writer.commit(Batch(2, (Author("bob").genesis,)))
        store.close()
        assert all(layout_of(open_database(kept, RECORDS, SMALL)) for kept in copies(path))


def test_views_of_another_program_are_made_anew_however_often_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    views = open_views(tmp_path / "old" / VIEWS_DB)
    with views.slice():
        views.advance(Progress(5, 0, 0))
    views._source.rows(f"PRAGMA user_version = {FINGERPRINT ^ 1}")
    views.close()
    deaths = killed_at_every_statement(tmp_path / "old" / VIEWS_DB, tmp_path / "killed")
    assert deaths > 20
    for number in range(1, deaths + 2):
        views = open_views(tmp_path / "killed" / str(number) / VIEWS_DB, SMALL)
        assert views.progress == Progress(0, 0, 0)
        views.close()


@pytest.mark.parametrize("version", range(1, len(RECORDS.steps)))
async def test_a_node_goes_on_with_the_home_of_an_older_program(tmp_path: Path, version: int) -> None:
    mesh = Mesh(tmp_path)
    async with mesh.node("ana") as ana:
        studio = await ana.founds()
        record = await ana.logs("Landing page", "studio")
        text = ana.text_of(record)
    home = ana.opened.home
    shutil.copyfile(as_of(version, home.records, tmp_path / "old"), home.records)
    with Home(home.folder) as still:
        still.stamp()  # it was not copied from elsewhere: it is an older one of the same home
    async with mesh.node("ana") as ana:
        assert (ana.text_of(record), ana.opened.reader.forked_logs()) == (text, ())
        later = await ana.logs("One more", "studio")
        assert later in [tip.id for head in ana.opened.reader.logs_of_scope(studio) for tip in head.tips]
    assert [kept.name for kept in copies(home.records)] == [f"records.db.kept-{version}"]


def fill(path: Path, author: Author, runs: tuple[Run, ...]) -> None:
    """Keep what an author wrote in a store, and a local row."""
    store = open_store(path)
    parts = tuple(part for run in runs for part in parts_of(author, run))
    store.writer.commit(Batch(1, runs, parts, local=(NoteEntry("kept", b"1"),)))
    store.close()


def killed_at_every_statement(path: Path, folder: Path) -> int:
    """Open copies of a database in processes that die at the first statement, the second …; how many there are."""
    folder.mkdir()
    command = [sys.executable, "-m", "tests.support.crashes.old_stores", str(path), str(folder)]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert told == [str(number + 1) for number in range(len(told))]
    return len(told)
