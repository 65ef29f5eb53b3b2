"""Pairing and recovery killed between any two lines: done again they are finished with the same key, without a fork."""

import subprocess
import sys
from pathlib import Path

from meshnode.app.init import create, digest_of
from meshnode.config.places import locate
from meshnode.core.rows import NoteEntry
from meshnode.exchange.bundle_out import export_bundle
from meshnode.runtime import notes
from meshnode.store.keyfile import read_key, read_secret
from meshnode.store.protection import WORDS_FILE
from meshnode.store.store import open_reader
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Status
from meshproto.records.signatures import SigningKey
from tests.support.crashes.killed_identity import KEY_LEFT, LINE

PROJECT = Path(__file__).resolve().parents[2]


def killed(what: str, folder: Path, step: int, *words: str) -> list[Path]:
    folder.mkdir()
    command = [sys.executable, "-m", "tests.support.crashes.killed_identity", what, str(folder), str(step), *words]
    subprocess.run(command, cwd=PROJECT, check=True)
    return sorted(folder.iterdir(), key=lambda home: int(home.name))


def kept_its_key(home: Path) -> bool:
    left = home / KEY_LEFT
    return not left.exists() or read_key(left) == read_key(home / "device.key")


def test_a_pairing_killed_anywhere_is_finished_with_the_same_key(tmp_path: Path) -> None:
    homes = killed("pair", tmp_path / "homes", 3)
    assert len(homes) > 20
    for home in homes:
        assert kept_its_key(home)
        reader = open_reader(home / "records.db")
        kept = {each.name: each.value for each in reader.rows(NoteEntry)}
        assert (kept[notes.AGENT], kept[notes.GRANT], kept[notes.PAIRING]) == (LINE.agent, b"", LINE.scope)
        reader.close()


def test_a_recovery_killed_anywhere_is_finished_and_signs_one_rotate(tmp_path: Path) -> None:
    places = locate(tmp_path / "ana", {})
    create(places, "Ana", recovery=True)
    words = read_secret(places.data / WORDS_FILE, None).decode()
    file = tmp_path / "all.bundle"
    export_bundle(lambda: open_reader(places.data / "records.db"), file, None, 1)
    homes = killed("recover", tmp_path / "homes", 40, str(file), words)
    assert len(homes) > 5
    for home in homes:
        assert kept_its_key(home)
        reader, fold = open_reader(home / "records.db"), Fold(DictMemory())
        records = [record for _, record in reader.records_after(0, 100)]
        found = {each.id: fold.add(each) for each in records}
        assert len(found) == len(records)
        (rotate,) = [each for each in records if each.type == "rotate"]
        assert rotate.key == SigningKey(read_key(home / "device.key")).public
        standings = [fold.standing(each.id) for each in records]
        assert {each.status for each in standings if each} == {Status.YES}
        assert not any("forked" in each.flags for each in standings if each)
        reader.close()


def test_a_rotation_killed_anywhere_leaves_one_new_root_and_words_that_fit(tmp_path: Path) -> None:
    places = locate(tmp_path / "ana", {})
    create(places, "Ana", recovery=True)
    words = read_secret(places.data / WORDS_FILE, None).decode()
    homes = killed("rotate", tmp_path / "homes", 60, str(places.data), words)
    assert len(homes) > 5
    for home in homes:
        reader = open_reader(home / "records.db")
        records = [record for _, record in reader.records_after(0, 100)]
        (rotate,) = [each for each in records if each.type == "rotate"]
        assert rotate.key == SigningKey(read_key(home / "device.key")).public
        committed = [each[1:] for each in rotate.facts["recovery"]["digests"]]
        assert committed == [digest_of(read_secret(home / WORDS_FILE, None).decode().split())]
        assert not [each.name for each in home.iterdir() if each.name.startswith("next.")]
        reader.close()
