"""What is wrong with the folder of a node is told with the command that mends it."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from meshnode.runtime.watching import home_watch
from meshnode.runtime.watching.home_watch import disk, free_bytes, secrets


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o700)
    for name in home_watch.SECRETS:
        (folder / name).touch(mode=0o600)
    return folder


def test_a_whole_home_is_well(home: Path) -> None:
    assert (secrets(home).state, disk(home).state) == ("ok", "ok")
    assert (free_bytes(home) or 0) > 0


def open_passphrase(home: Path) -> None:
    """A passphrase file that the group may read."""
    (home / "passphrase.key").touch()
    (home / "passphrase.key").chmod(0o640)


FAULTS: dict[str, Callable[[Path], object]] = {
    "can read": lambda home: (home / "device.key").chmod(0o644),
    "is gone": lambda home: (home / "transport.key").unlink(),
    "passphrase.key": open_passphrase,
    "may look into": lambda home: home.chmod(0o750),
}


@pytest.mark.parametrize("words", FAULTS)
def test_a_secret_that_is_none_any_more_is_told(home: Path, words: str) -> None:
    FAULTS[words](home)
    found = secrets(home)
    assert (found.state != "ok", words in found.text, bool(found.fix)) == (True, True, True)


def test_what_cannot_be_written_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "records.db").touch()
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "records.db")
    found = disk(home)
    assert (found.state, found.fix) == ("fail", f"chmod u+w {home}/records.db")


def test_a_home_that_is_gone_has_no_room(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "nowhere") is None
    assert disk(tmp_path / "nowhere").state == "fail"
