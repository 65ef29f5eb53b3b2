import os
from pathlib import Path

import pytest

from meshnode.app.doctor import diagnose
from meshnode.app.init import create
from meshnode.config.places import Places, locate
from meshnode.core.ports import Batch
from meshnode.runtime.watching.finding import Finding
from meshnode.runtime.watching.saved import LastBackup, backup_row
from meshnode.store.home import Home
from meshnode.store.protection import protect, unprotect
from meshnode.store.sealed import PASSPHRASE_FILE
from meshnode.store.store import open_store
from tests.support.crashes.killed_at import CHEAP


@pytest.fixture
def places(tmp_path: Path) -> Places:
    made = locate(tmp_path / "ana", {})
    create(made, "Ana", recovery=False)
    return made


def check(places: Places, name: str) -> Finding:
    return next(each for each in diagnose(places, {}) if each.name == name)


def test_a_healthy_home_has_nothing_to_mend(places: Places) -> None:
    assert [each for each in diagnose(places, {}) if each.state != "ok"] == []


def test_a_missing_home_is_told_with_the_command_that_makes_one(tmp_path: Path) -> None:
    found = check(locate(tmp_path / "nobody", {}), "home")
    assert (found.state, found.fix) == ("warn", "meshnode init")


def test_an_old_backup_is_told_unless_one_wants_no_reminder(places: Places) -> None:
    assert check(places, "backup") == Finding("backup", "ok", "there is none yet")
    with Home(places.data) as home:
        store = open_store(home.records)
        store.writer.commit(Batch(1, local=(backup_row(LastBackup(0, "/x", 1, 2, "words")),)))
        store.close()
    assert (check(places, "backup").state, check(places, "backup").fix) == ("warn", "meshnode backup create FILE")
    places.config.write_text("[backup]\nremind_days = 0\n")
    assert check(places, "backup").state == "ok"
    places.config.write_text("[backup]\nremind_days = -1\n")
    assert [each.name for each in diagnose(places, {}) if each.name in ("backup", "settings")] == ["settings"]


def test_wrong_settings_are_named(places: Places) -> None:
    places.config.write_text("[net]\nx = 1\n")
    assert check(places, "settings").state == "fail"
    assert "net.x" in check(places, "settings").text


def test_keys_must_be_there_whole_and_private(places: Places) -> None:
    key = places.data / "device.key"
    key.chmod(0o644)
    assert check(places, "device.key").state == "fail"
    key.chmod(0o600)
    key.write_text("nonsense")
    assert check(places, "device.key").state == "fail"
    key.unlink()
    assert "missing" in check(places, "device.key").text


def test_it_says_whether_a_passphrase_protects_the_keys(places: Places) -> None:
    assert check(places, "keys").text.startswith("in clear")
    device = (places.data / "device.key").read_bytes()
    main_key = protect(places.data, "correct horse", CHEAP)
    assert check(places, "keys") == Finding("keys", "ok", "protected by a passphrase")
    assert check(places, "device.key").state == "ok"
    (places.data / "device.key").write_bytes(device)
    assert (check(places, "keys").state, check(places, "keys").fix) == ("warn", "meshnode id passphrase --check")
    unprotect(places.data, main_key)
    assert check(places, "keys").text.startswith("in clear")


def test_a_damaged_or_missing_passphrase_file_is_told(places: Places) -> None:
    protect(places.data, "correct horse", CHEAP)
    (places.data / PASSPHRASE_FILE).write_text("nonsense")
    assert check(places, "keys").state == "fail"
    (places.data / PASSPHRASE_FILE).unlink()
    assert "passphrase.key is missing" in check(places, "device.key").text


def test_a_home_that_others_may_read_is_told(places: Places) -> None:
    places.data.chmod(0o755)
    assert check(places, "home").fix == f"chmod 700 {places.data}"
    places.data.chmod(0o777)
    assert "fail" in [each.state for each in diagnose(places, {}) if each.name == "home"]


def test_a_damaged_store_is_found(places: Places) -> None:
    file = places.data / "records.db"
    content = bytearray(file.read_bytes())
    for place in range(8192, len(content), 1000):
        content[place] ^= 0x55
    file.write_bytes(content)
    assert check(places, "records").state == "fail"


def test_a_copied_home_is_told(places: Places) -> None:
    file = places.data / "records.db"
    content = file.read_bytes()
    os.rename(file, places.data / "elsewhere")
    file.write_bytes(content)
    assert check(places, "copy").state == "warn"
