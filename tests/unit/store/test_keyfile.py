"""Key files: whole or not there, for their owner only, and clear about what is wrong with them."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.store.errors import KeyfileError, KeyfileLocked, KeyfileMissing
from meshnode.store.keyfile import read_key, write_key
from meshnode.store.sealed import PASSPHRASE_FILE, MainKey

SEED = bytes(range(32))


def test_a_key_reads_back_as_it_was_written_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "device.key"
    write_key(path, SEED)
    assert read_key(path) == SEED
    assert path.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["device.key"]


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    write_key(tmp_path / "device.key", SEED)
    with pytest.raises(KeyfileError, match="there is a key already"):
        write_key(tmp_path / "device.key", bytes(32))
    assert read_key(tmp_path / "device.key") == SEED


def test_a_missing_key_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(KeyfileMissing, match="meshnode init"):
        read_key(tmp_path / "device.key")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    write_key(tmp_path / "device.key", SEED)
    (tmp_path / "device.key").chmod(mode)
    with pytest.raises(KeyfileError, match="chmod 600"):
        read_key(tmp_path / "device.key")


def test_a_key_of_the_wrong_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeyfileError, match="31"):
        write_key(tmp_path / "device.key", SEED[1:])
    assert list(tmp_path.iterdir()) == []


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_flipped_bit_is_noticed(tmp_path_factory: pytest.TempPathFactory, place: int, bit: int) -> None:
    path = tmp_path_factory.mktemp("key") / "device.key"
    write_key(path, SEED)
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 1 << bit
    path.write_bytes(content)
    try:
        assert read_key(path) == SEED  # only where nothing is said: upper case of a hexadecimal digit, white space
    except KeyfileError:
        return


@pytest.mark.parametrize("content", ["", "something else\n", "meshnode key 1\n", "meshnode key 1\nseed zz\ncheck 00\n"])
def test_what_is_no_key_file_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "device.key"
    path.write_text(content)
    path.chmod(0o600)
    with pytest.raises(KeyfileError):
        read_key(path)


def test_a_folder_in_the_place_of_a_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / "device.key").mkdir()
    with pytest.raises(KeyfileError):
        read_key(tmp_path / "device.key")


def test_a_pipe_in_the_place_of_a_key_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "device.key", 0o600)
    handle = os.open(tmp_path / "device.key", os.O_RDWR)  # so that reading it would not wait for a writer
    with pytest.raises(KeyfileError, match="not a file"):
        read_key(tmp_path / "device.key")
    os.close(handle)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(KeyfileError, match="could not be written"):
        write_key(tmp_path / "nowhere" / "device.key", SEED)


def test_a_file_left_by_a_crash_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / ".device.key.partial").write_text("half")
    write_key(tmp_path / "device.key", SEED)
    assert read_key(tmp_path / "device.key") == SEED


def test_a_sealed_key_reads_back_with_its_main_key_alone(tmp_path: Path) -> None:
    main_key = MainKey.new()
    write_key(tmp_path / "device.key", SEED, main_key)
    (tmp_path / PASSPHRASE_FILE).touch()
    assert read_key(tmp_path / "device.key", main_key) == SEED
    with pytest.raises(KeyfileLocked, match="protected by a passphrase"):
        read_key(tmp_path / "device.key")
    with pytest.raises(KeyfileError, match=r"another passphrase\.key"):
        read_key(tmp_path / "device.key", MainKey.new())


def test_a_key_in_clear_opens_with_or_without_a_main_key(tmp_path: Path) -> None:
    write_key(tmp_path / "device.key", SEED)
    assert read_key(tmp_path / "device.key", MainKey.new()) == SEED


def test_a_sealed_key_without_its_passphrase_file_says_what_is_missing(tmp_path: Path) -> None:
    write_key(tmp_path / "device.key", SEED, MainKey.new())
    with pytest.raises(KeyfileError, match=r"passphrase\.key is missing"):
        read_key(tmp_path / "device.key")
