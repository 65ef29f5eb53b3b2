"""Files appear whole or not at all, and only files are read."""

import errno
import os
import resource
from contextlib import suppress
from pathlib import Path

import pytest

from meshnode.exchange.entries import ImportRefused
from meshnode.exchange.files import FileTrouble, open_regular, read_file, written_whole


class Interrupted(Exception):
    """Something else went wrong while writing."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.bundle"
    with written_whole(path) as write:
        write(b"one ")
        assert not path.exists()
        write(b"two")
    assert (path.read_bytes(), names(tmp_path), path.stat().st_mode & 0o777) == (b"one two", ["out.bundle"], 0o600)


def test_whatever_goes_wrong_the_old_file_stays_and_nothing_is_left(tmp_path: Path) -> None:
    path = tmp_path / "out.bundle"
    path.write_bytes(b"old")
    with suppress(Interrupted), written_whole(path) as write:
        write(b"new")
        raise Interrupted
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["out.bundle"])


def test_what_a_killed_process_left_goes_and_what_others_still_write_stays(tmp_path: Path) -> None:
    path, left, alien = tmp_path / "out.bundle", tmp_path / ".out.bundle.1.part", tmp_path / ".out.bundle.old.part"
    left.write_bytes(b"half")
    alien.write_bytes(b"not ours")
    with written_whole(path) as write:
        write(b"one")
        being_written = tmp_path / f".out.bundle.{os.getpid()}.part"
        with pytest.raises(FileTrouble, match="file exists"), written_whole(path):
            raise Interrupted
        assert being_written.exists()
    assert names(tmp_path) == [alien.name, path.name]


def test_a_file_that_is_about_to_get_its_name_is_still_written(tmp_path: Path) -> None:
    path = tmp_path / "out.bundle"

    def write_too() -> None:
        with suppress(FileTrouble), written_whole(path) as write:  # it has the same name for its neighbour
            write(b"two")

    with written_whole(path, write_too) as write:
        write(b"one")
    assert (names(tmp_path), path.read_bytes()) == ([path.name], b"one")


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(FileTrouble, match="no space left"), written_whole(tmp_path / "out") as write:
        write(b"x")
    assert names(tmp_path) == []


def test_a_file_that_may_not_grow_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(FileTrouble, match="too large"), written_whole(tmp_path / "out") as write:
            write(bytes(500_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["missing/out", "."])
def test_a_place_where_nothing_can_be_written_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileTrouble), written_whole(tmp_path / name):
        pass
    assert names(tmp_path) == []


def test_relative_paths_are_refused_both_ways() -> None:
    with pytest.raises(FileTrouble, match="not absolute"):
        open_regular(Path("x"))
    with pytest.raises(FileTrouble, match="not absolute"), written_whole(Path("x")):
        pass


def test_only_regular_files_are_read_and_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero"), tmp_path / "none"):
        with pytest.raises(FileTrouble):
            open_regular(path)


def test_a_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"12345")
    assert read_file(path, 5) == b"12345"
    with pytest.raises(ImportRefused):
        read_file(path, 4)
