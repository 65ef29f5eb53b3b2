"""Restore drills: a home saved while its node works comes back whole, or not at all."""

import subprocess
import sys
from itertools import count
from pathlib import Path

import msgspec
import pytest
import trio

from meshnode.app.init import create
from meshnode.config.places import locate
from meshnode.core.drafts import Draft
from meshnode.core.ports import Batch
from meshnode.core.rows import FollowEntry, NoteEntry
from meshnode.exchange import backup_in
from meshnode.exchange.backup_file import BackupRefused, Opened, Sealer
from meshnode.exchange.backup_in import HomeTaken, check_backup, restore
from meshnode.exchange.backup_out import Source, Written, write_backup
from meshnode.exchange.files import FileTrouble
from meshnode.store.errors import KeyfileError
from meshnode.store.home import Home, HomeState
from meshnode.store.protection import protect
from meshnode.store.store import open_store
from meshproto.records.ids import ScopeId
from meshproto.types import value
from meshproto.types.value import Measure
from tests.support.crashes.killed_at import CHEAP
from tests.support.crashes.killed_backup import SECRET
from tests.support.lone_node import lone_node

ROOT = Path(__file__).parents[3]


def save(home: Path, path: Path, at: int = 1_790_000_000_000) -> Written:
    return write_backup(Source(home, home / "config.toml", "0.1", at), path, SECRET, "passphrase", CHEAP)


def bring_back(path: Path, home: Path, *, dry_run: bool = False) -> backup_in.Restored:
    return restore(path, SECRET, home, home / "config.toml", dry_run=dry_run)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A backup of Ana's home, in which she follows somebody and has settings."""
    ana = tmp_path / "ana"
    create(locate(ana, {}), "Ana", recovery=False)
    with Home(ana) as home:
        store = open_store(home.records)
        store.writer.commit(Batch(1, local=(FollowEntry(b"b" * 32, 5),)))
        store.close()
    (ana / "config.toml").write_text("[work]\ntimer_cap_hours = 8\n")
    save(ana, tmp_path / "ana.backup")
    return tmp_path / "ana.backup"


def work(n: int, scope: ScopeId) -> Draft:
    facts = value.contribution(kind="work", qty=Measure(n, 0, "HUR"), when=("2026-03-02", "2026-03-02"))
    return Draft(scope, "contribution", facts, {"title": f"Work {n}"})


async def test_what_was_saved_under_load_is_one_moment_and_comes_back_whole(tmp_path: Path) -> None:
    async with lone_node(tmp_path / "ana") as ana, trio.open_nursery() as nursery:
        node, enough = ana.opened.node, trio.Event()

        async def load() -> None:
            for n in count(1):
                await node.write([work(n, ana.opened.notebook)], local=[NoteEntry("n", bytes([n % 256]))])
                if n == 20:
                    enough.set()

        nursery.start_soon(load)
        await enough.wait()
        told = (await trio.to_thread.run_sync(save, tmp_path / "ana", tmp_path / "one")).manifest
        after = ana.opened.reader.counts().records
        nursery.cancel_scope.cancel()
    bring_back(tmp_path / "one", tmp_path / "new")
    store = open_store(tmp_path / "new" / "records.db")
    reader = store.reader()
    note = reader.entry(NoteEntry, ("n",))
    assert 23 <= reader.counts().records == told.records <= after
    # What was committed with a record is there if and only if the record is.
    assert note == NoteEntry("n", bytes([(told.records - 3) % 256]))
    store.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_local_rows_keys_and_settings_come_back(saved: Path, tmp_path: Path) -> None:
    found = bring_back(saved, tmp_path / "new")
    assert names(tmp_path / "new") == ["config.toml", "device.key", "records.db", "transport.key"]
    for name in ("config.toml", "device.key", "transport.key"):
        assert (tmp_path / "new" / name).read_bytes() == (tmp_path / "ana" / name).read_bytes()
    store = open_store(tmp_path / "new" / "records.db")
    assert store.reader().rows(FollowEntry) == (FollowEntry(b"b" * 32, 5),)
    store.close()
    assert (found.manifest.name, found.manifest.keys, found.config_kept) == ("Ana", "clear", False)


def test_a_restored_home_knows_that_it_is_a_copy(saved: Path, tmp_path: Path) -> None:
    bring_back(saved, tmp_path / "new")
    with Home(tmp_path / "new") as home:
        assert home.state() is HomeState.COPIED


def test_a_dry_run_leaves_nothing(saved: Path, tmp_path: Path) -> None:
    before = names(tmp_path)
    assert bring_back(saved, tmp_path / "new", dry_run=True).manifest == check_backup(saved, SECRET)
    assert names(tmp_path) == before


def test_a_home_that_is_there_is_never_written_over(saved: Path, tmp_path: Path) -> None:
    ana = tmp_path / "ana"
    before = content(ana)
    with pytest.raises(HomeTaken, match="is the home of Ana: homes never mix"):
        bring_back(saved, ana)
    # Whose home it is was looked up in its database, which leaves an empty journal.
    assert {name: raw for name, raw in content(ana).items() if not name.endswith(("-shm", "-wal"))} == before


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_empty_folder_and_what_looking_into_one_leaves_are_no_home(saved: Path, tmp_path: Path) -> None:
    with Home(tmp_path / "new"):
        pass
    assert names(tmp_path / "new") == ["lock"]
    bring_back(saved, tmp_path / "new")
    assert "records.db" in names(tmp_path / "new")


def test_settings_that_are_there_already_are_kept(saved: Path, tmp_path: Path) -> None:
    config = tmp_path / "etc" / "config.toml"
    assert not restore(saved, SECRET, tmp_path / "one", config).config_kept
    assert config.read_text() == "[work]\ntimer_cap_hours = 8\n"
    assert not restore(saved, SECRET, tmp_path / "two", config).config_kept
    config.write_text("[log]\nkeep = 5\n")
    assert restore(saved, SECRET, tmp_path / "three", config).config_kept
    assert config.read_text() == "[log]\nkeep = 5\n"
    assert names(tmp_path / "three") == ["device.key", "records.db", "transport.key"]


def test_sealed_keys_are_saved_sealed_with_what_opens_them(tmp_path: Path, saved: Path) -> None:
    main_key = protect(tmp_path / "ana", "correct horse", CHEAP)
    told = save(tmp_path / "ana", tmp_path / "sealed").manifest
    bring_back(tmp_path / "sealed", tmp_path / "new")
    assert told.keys == "passphrase"
    assert any("passphrase" in line for line in told.lacks)
    for name in ("device.key", "passphrase.key"):
        assert (tmp_path / "new" / name).read_bytes() == (tmp_path / "ana" / name).read_bytes()
    assert main_key.id in (tmp_path / "new" / "device.key").read_text()


@pytest.mark.parametrize("damage", ["cut", "bit", "swap"])
def test_a_damaged_file_leaves_nothing_of_a_home(saved: Path, tmp_path: Path, damage: str) -> None:
    raw, before = bytearray(saved.read_bytes()), names(tmp_path)
    if damage == "cut":
        raw = raw[:-70_000]
    elif damage == "bit":
        raw[-5] ^= 1
    else:
        raw[-70_000:-40_000], raw[-40_000:-10_000] = raw[-40_000:-10_000], raw[-70_000:-40_000]
    saved.write_bytes(raw)
    with pytest.raises(BackupRefused, match="damaged or cut off"):
        bring_back(saved, tmp_path / "new")
    assert names(tmp_path) == before


def forged(saved: Path, path: Path, **changed: object) -> Path:
    """A backup of the same content with another manifest, sealed anew."""
    with open(saved, "rb") as file:
        opened = Opened(saved, file, SECRET)
        manifest = msgspec.structs.replace(opened.manifest, **changed)
        written: list[bytes] = []
        sealer = Sealer(written.append, SECRET, "passphrase", CHEAP)
        content = [b"".join(pieces) for _, pieces in opened.files()]
        if changed.get("version") == "broken":
            content[-1] = content[-1].replace(b"Ana", b"Eva")
        told = msgspec.json.encode(manifest)
        for piece in (len(told).to_bytes(4, "big") + told, *content):
            sealer.feed(piece)
        sealer.close()
    path.write_bytes(b"".join(written))
    return path


def test_a_backup_of_a_newer_program_is_refused(saved: Path, tmp_path: Path) -> None:
    newer = forged(saved, tmp_path / "newer", layout=99, version="9.9")
    with pytest.raises(BackupRefused, match=r"meshnode 9\.9 made it, which is newer"):
        bring_back(newer, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_records_that_were_damaged_when_they_were_saved_are_refused(saved: Path, tmp_path: Path) -> None:
    broken = forged(saved, tmp_path / "broken", version="broken")
    with pytest.raises(BackupRefused, match="damaged when it was made"):
        bring_back(broken, tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_file_that_cannot_be_written_leaves_none(saved: Path, tmp_path: Path) -> None:
    with pytest.raises(FileTrouble):
        save(tmp_path / "ana", tmp_path / "no" / "x")
    with pytest.raises(KeyfileError):
        save(tmp_path / "nobody", tmp_path / "x")
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("deed", ["create", "restore"])
def test_whatever_is_killed_at_any_line_leaves_all_or_nothing(saved: Path, tmp_path: Path, deed: str) -> None:
    home, file = (tmp_path / "ana", tmp_path / "new.backup") if deed == "create" else (tmp_path / "new", saved)
    command = [sys.executable, "-m", "tests.support.crashes.killed_backup", deed, str(home), str(file)]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    assert len(told) > 50
    assert [*dict.fromkeys(told)] == ["nothing", "whole"]
    if deed == "restore":
        # The last one was killed after the home was there: what it had no time to tidy goes with the next one.
        bring_back(saved, tmp_path / "other")
    assert not [name for name in names(tmp_path) if name.startswith((".new.backup", ".other"))]
