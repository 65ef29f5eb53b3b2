"""Homes: one node at a time, and a copy is told from the original."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from meshnode.store.errors import HomeInUse, HomeNotUsable
from meshnode.store.home import Home, HomeState


def used_home(folder: Path) -> Path:
    """A home in which a node has worked and stopped in good order."""
    with Home(folder) as home:
        home.records.write_bytes(b"records")
        home.stamp()
    return folder


def state_of(folder: Path) -> HomeState:
    with Home(folder) as home:
        return home.state()


def test_a_home_without_a_store_is_new(tmp_path: Path) -> None:
    assert state_of(tmp_path / "home") is HomeState.NEW
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_a_home_that_stayed_where_it_was_is_unchanged(tmp_path: Path) -> None:
    home = used_home(tmp_path / "home")
    assert state_of(home) is HomeState.UNCHANGED
    assert state_of(home) is HomeState.UNCHANGED


def test_a_home_that_was_killed_is_unchanged(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom meshnode.store.home import Home\n"
        "home = Home(Path(sys.argv[1])); home.records.write_bytes(b'1'); home.stamp()\n"
        "home.records.write_bytes(b'more'); os._exit(1)"
    )
    subprocess.run([sys.executable, "-c", program, str(folder)], check=False)
    assert state_of(folder) is HomeState.UNCHANGED


def test_a_home_that_was_moved_as_a_whole_is_unchanged(tmp_path: Path) -> None:
    used_home(tmp_path / "home").rename(tmp_path / "elsewhere")
    assert state_of(tmp_path / "elsewhere") is HomeState.UNCHANGED


def test_a_copied_home_is_told_from_the_original(tmp_path: Path) -> None:
    shutil.copytree(used_home(tmp_path / "home"), tmp_path / "copy")
    assert state_of(tmp_path / "copy") is HomeState.COPIED
    assert state_of(tmp_path / "home") is HomeState.UNCHANGED


def test_a_backup_written_over_the_same_files_is_noticed(tmp_path: Path) -> None:
    home = used_home(tmp_path / "home")
    shutil.copytree(home, tmp_path / "backup")
    for kept in (tmp_path / "backup").iterdir():  # the inodes stay those of the home
        shutil.copyfile(kept, home / kept.name)
        shutil.copystat(kept, home / kept.name)
    assert state_of(home) is HomeState.COPIED


def test_a_home_from_another_machine_is_a_copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = used_home(tmp_path / "home")
    other = tmp_path / "machine-id"
    other.write_text("0123456789abcdef\n")
    monkeypatch.setattr("meshnode.store.home._MACHINE_FILES", (other,))
    assert state_of(home) is HomeState.COPIED


def test_a_machine_without_a_name_is_known_by_its_hardware_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshnode.store.home._MACHINE_FILES", (tmp_path / "none",))
    assert state_of(used_home(tmp_path / "home")) is HomeState.UNCHANGED


def test_another_number_of_the_same_file_system_is_no_copy(tmp_path: Path) -> None:
    home = used_home(tmp_path / "home")
    stamp = home / "home.json"
    device = home.stat().st_dev
    stamp.write_text(stamp.read_text().replace(f'"device":{device}', f'"device":{device + 1}'))
    assert state_of(home) is HomeState.UNCHANGED


@pytest.mark.parametrize("content", [None, "", "{}", "not json"])
def test_a_store_without_a_readable_stamp_is_a_copy(tmp_path: Path, content: str | None) -> None:
    home = used_home(tmp_path / "home")
    (home / "home.json").unlink()
    if content is not None:
        (home / "home.json").write_text(content)
    assert state_of(home) is HomeState.COPIED


def test_a_home_whose_store_is_gone_is_no_new_one(tmp_path: Path) -> None:
    home = used_home(tmp_path / "home")
    (home / "records.db").unlink()
    assert state_of(home) is HomeState.COPIED


def test_a_copy_stays_a_copy_until_it_is_stamped(tmp_path: Path) -> None:
    shutil.copytree(used_home(tmp_path / "home"), tmp_path / "copy")
    assert state_of(tmp_path / "copy") is HomeState.COPIED
    with Home(tmp_path / "copy") as home:
        assert home.state() is HomeState.COPIED
        home.stamp()
    assert state_of(tmp_path / "copy") is HomeState.UNCHANGED


def test_a_home_is_for_one_node_at_a_time_and_says_which(tmp_path: Path) -> None:
    with Home(tmp_path / "home"), pytest.raises(HomeInUse, match=str(os.getpid())) as refused:
        Home(tmp_path / "home")
    assert refused.value.pid == os.getpid()
    Home(tmp_path / "home").close()


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.close()
    home.close()


def test_a_home_in_which_others_may_write_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home").chmod(0o777)
    with pytest.raises(HomeNotUsable, match="chmod 700"):
        Home(tmp_path / "home")


def test_a_file_in_the_place_of_a_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("")
    with pytest.raises(HomeNotUsable):
        Home(tmp_path / "home")


def test_all_files_of_a_home_stand_in_its_folder(tmp_path: Path) -> None:
    with Home(tmp_path / "home") as home:
        names = [each.name for each in (home.records, home.views, home.device_key, home.transport_key)]
    assert names == ["records.db", "views.db", "device.key", "transport.key"]
