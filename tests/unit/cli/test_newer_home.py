"""A home that a newer version of meshnode wrote: every command that opens it says so, and leaves it as it is."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

from meshnode.app.init import create
from meshnode.cli.exits import Exit
from meshnode.config.places import locate
from meshnode.store.home import Home
from tests.support.command_line import run


@pytest.fixture
def home() -> Iterator[Path]:
    folder = Path(mkdtemp(prefix="mn-")) / "home"
    create(locate(folder, {}), "Ana", recovery=False)
    with Home(folder) as opened, closing(sqlite3.connect(folder / "records.db")) as database:
        database.execute("PRAGMA user_version = 99")
        opened.stamp()
    yield folder
    rmtree(folder.parent)


@pytest.mark.parametrize(
    "words", ["up", "log Work 1h", "db check", "db rebuild", "db vacuum", "backup create b", "doctor"]
)
def test_every_command_says_that_it_is_newer_and_what_helps(
    home: Path, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pass").write_text("seven dull otters sleep\n")
    (tmp_path / "pass").chmod(0o600)
    monkeypatch.chdir(tmp_path)
    before = (home / "records.db").read_bytes()
    ran = run(*words.split(), home=home, environ={"MESHNODE_BACKUP_PASSPHRASE_FILE": str(tmp_path / "pass")})
    assert ran.code == (Exit.PROBLEMS if words == "doctor" else Exit.CONFLICT), ran.err
    assert "was written by a newer meshnode (layout 99, this one knows 3)" in ran.out + ran.err
    assert "install that version again" in ran.out + ran.err
    assert (home / "records.db").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["pass"]
