"""Files that commands write: whole or not at all, whoever else writes the same one, and however writing ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.cli.exits import Exit, Failure
from meshnode.cli.files.files_out import write_table, write_text

KILLED = (
    "import os, signal, sys; from pathlib import Path; from meshnode.cli.files.files_out import write_table\n"
    "def rows():\n"
    "    yield ['x' * 100_000]\n"
    "    os.kill(os.getpid(), signal.SIGKILL)\n"
    "write_table(Path(sys.argv[1]), ['head'], rows(), force=True)"
)


def rows(meanwhile: Path, force: bool) -> Iterator[list[str]]:
    """Rows during which somebody else writes the same file."""
    yield ["mine"]
    write_text(meanwhile, "theirs\n" * 3, force=force)
    yield ["mine"]


def test_of_two_that_replace_one_file_the_last_stays_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    write_table(path, ["head"], rows(path, True), force=True)
    assert path.read_text() == "head\nmine\nmine\n"
    assert os.listdir(tmp_path) == ["x.csv"]


def test_of_two_that_replace_nothing_the_first_stays(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with pytest.raises(Failure) as refused:
        write_table(path, ["head"], rows(path, False), force=False)
    assert (refused.value.exit, path.read_text()) == (Exit.CONFLICT, "theirs\n" * 3)
    assert os.listdir(tmp_path) == ["x.csv"]


def test_what_was_there_stays_where_writing_is_cut_short_and_nothing_half_with_the_next(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("before\n")
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], check=False)
    assert (ended.returncode, path.read_text()) == (-signal.SIGKILL, "before\n")
    write_text(path, "after\n", force=True)
    assert (path.read_text(), os.listdir(tmp_path)) == ("after\n", ["x.csv"])


@pytest.mark.parametrize("name", [".x.csv.1.part", "x.csv.part"])
def test_a_file_of_somebody_else_beside_it_is_never_written_through(tmp_path: Path, name: str) -> None:
    (tmp_path / "other").write_text("theirs\n")
    (tmp_path / name).symlink_to(tmp_path / "other")
    write_text(tmp_path / "x.csv", "mine\n", force=False)
    assert ((tmp_path / "x.csv").read_text(), (tmp_path / "other").read_text()) == ("mine\n", "theirs\n")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot be written: No such file or directory"):
        write_text(tmp_path / "none" / "x", "", force=False)


def test_on_a_full_disk_nothing_is_left(tmp_path: Path) -> None:
    limited = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from meshnode.cli.exits import Failure\n"
        "from meshnode.cli.files.files_out import write_text\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    write_text(Path(sys.argv[1]), 'x' * 100_000, force=False)\n"
        "except Failure as failure:\n"
        "    print(failure)"
    )
    told = subprocess.run([sys.executable, "-c", limited, str(tmp_path / "x")], capture_output=True, text=True)
    assert "cannot be written: File too large" in told.stdout
    assert os.listdir(tmp_path) == []
