"""Files with a secret: whole or not there, for their owner only, and overwritten when they are replaced."""

import os
from pathlib import Path

import pytest

from meshnode.store.errors import KeyfileError, KeyfileMissing
from meshnode.store.secretfile import LONGEST, read_private, remove_secret, replace_secret, write_durably


def test_a_file_is_written_for_its_owner_only(tmp_path: Path) -> None:
    write_durably(tmp_path / "secret", b"one")
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600
    assert read_private(tmp_path / "secret") == b"one"
    assert [each.name for each in tmp_path.iterdir()] == ["secret"]


def test_replacing_a_file_leaves_the_old_one_when_it_fails(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    with pytest.raises(OSError):
        write_durably(tmp_path / "place", b"new")
    assert [each.name for each in tmp_path.iterdir()] == ["place"]


def test_what_stood_in_a_replaced_file_is_overwritten(tmp_path: Path) -> None:
    write_durably(tmp_path / "secret", b"the old one")
    with (tmp_path / "secret").open("rb") as old:
        replace_secret(tmp_path / "secret", b"new")
        assert old.read() == bytes(11)
    assert read_private(tmp_path / "secret") == b"new"


def test_what_stood_in_a_removed_file_is_overwritten(tmp_path: Path) -> None:
    write_durably(tmp_path / "secret", b"the old one")
    with (tmp_path / "secret").open("rb") as old:
        remove_secret(tmp_path / "secret")
        assert old.read() == bytes(11)
    remove_secret(tmp_path / "secret")
    assert list(tmp_path.iterdir()) == []


def test_a_copy_under_another_name_is_left_alone(tmp_path: Path) -> None:
    write_durably(tmp_path / "secret", b"the old one")
    os.link(tmp_path / "secret", tmp_path / "kept")
    replace_secret(tmp_path / "secret", b"new")
    assert read_private(tmp_path / "kept") == b"the old one"


def test_a_file_that_is_too_large_for_a_secret_is_refused(tmp_path: Path) -> None:
    write_durably(tmp_path / "secret", bytes(LONGEST + 1))
    with pytest.raises(KeyfileError, match="no key file"):
        read_private(tmp_path / "secret")


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    write_durably(tmp_path / "secret", b"one")
    (tmp_path / "secret").chmod(0o640)
    with pytest.raises(KeyfileError, match="chmod 600"):
        read_private(tmp_path / "secret")


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyfileMissing, match="meshnode init"):
        read_private(tmp_path / "secret")
