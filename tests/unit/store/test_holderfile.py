"""Recovery keys in files: in clear or behind a passphrase, and never another key where there is one."""

from pathlib import Path

import pytest

from meshnode.store.errors import KeyfileError, KeyfileMissing, WrongPassphrase
from meshnode.store.holderfile import is_locked, make_holder, read_holder
from meshnode.store.passphrase import Cost

CHEAP = Cost(1, 64)


def test_a_recovery_file_is_made_once_and_read_again(tmp_path: Path) -> None:
    path = tmp_path / "stick.key"
    seed = make_holder(path, None)
    assert (read_holder(path, None), make_holder(path, None), is_locked(path)) == (seed, seed, False)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_passphrase_opens_it_and_another_does_not(tmp_path: Path) -> None:
    path = tmp_path / "stick.key"
    seed = make_holder(path, "seven violins", CHEAP)
    assert (read_holder(path, "seven violins"), is_locked(path)) == (seed, True)
    assert seed not in path.read_bytes()
    with pytest.raises(WrongPassphrase):
        read_holder(path, "eight violas")
    with pytest.raises(KeyfileError, match="protected by a passphrase"):
        read_holder(path, None)


def test_what_is_no_recovery_file_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "notes.txt").chmod(0o600)
    with pytest.raises(KeyfileError):
        make_holder(tmp_path / "notes.txt", None)
    with pytest.raises(KeyfileMissing):
        read_holder(tmp_path / "nothing.key", None)
    with pytest.raises(KeyfileError, match="could not be written"):
        make_holder(tmp_path / "nowhere" / "stick.key", "seven violins", CHEAP)
