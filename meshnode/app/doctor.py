"""Checks this machine and this home, with a fix for whatever is wrong; works with the node stopped."""

import os
import platform
import socket
import stat
import sys
import time
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import trio

from meshnode import __version__
from meshnode.app.descriptors import examine_files
from meshnode.app.maintain import told
from meshnode.config.errors import SettingsError
from meshnode.config.load import load
from meshnode.config.places import MAX_SOCKET_PATH, Places, socket_path
from meshnode.config.sections import Settings
from meshnode.core.rows import NoteEntry
from meshnode.net.address import BadAddress, parse
from meshnode.runtime import notes
from meshnode.runtime.watching.clock_watch import clock
from meshnode.runtime.watching.finding import Finding
from meshnode.runtime.watching.home_watch import disk
from meshnode.runtime.watching.saved import last_backup, of_backup, remind
from meshnode.store.check import examine_file
from meshnode.store.database import SQLITE_VERSION
from meshnode.store.errors import (
    HomeError,
    HomeInUse,
    HomeLeft,
    KeyfileError,
    KeyfileLocked,
    KeyfileMissing,
    StoreError,
)
from meshnode.store.home import Home, HomeState
from meshnode.store.keyfile import read_key
from meshnode.store.passphrase import id_in
from meshnode.store.protection import Protection, protection_of
from meshnode.store.sealed import PASSPHRASE_FILE
from meshnode.store.store import open_reader
from meshproto.records.ids import RecordId

DOORS = 2
"""At which the local API is served: its socket, and a port."""
OLDEST, NEWEST = (3, 11), (3, 13)


def diagnose(places: Places, environ: Mapping[str, str]) -> list[Finding]:
    """Check machine, settings and home. Takes the home's lock for a moment, so it changes nothing of a running node."""
    findings = [_version(), _python(), clock(), *_settings(places, environ)]
    if not places.data.exists():
        return [*findings, Finding("home", "warn", f"there is no home at {places.data} yet", "meshnode init")]
    findings += [disk(places.data), _folder(places.data), _socket(places.data, environ)]
    findings += examine_keys(places.data)
    try:
        with Home(places.data) as home:
            findings += [_stamp(home), *(_store(home.records) if home.records.exists() else ())]
            findings += _backup(home.records, places, environ) if home.records.exists() else ()
    except HomeInUse:
        findings.append(Finding("home", "ok", "a node is running here"))
    except HomeLeft as error:
        findings.append(Finding("home", "warn", str(error), "meshnode export home --help"))
    except HomeError as error:
        findings.append(Finding("home", "fail", str(error), f"chmod 700 {places.data}"))
    return findings


async def examine_home(data: Path, store: Path | None, listening: Sequence[str], peers: int) -> list[Finding]:
    """Check the keys and every record in the store, in a worker thread; a node may be writing meanwhile.

    `peers` is how many connections to peers there may be.
    """
    return [_version(), examine_listening(listening), examine_files(DOORS, peers), *examine_keys(data)] + (
        [] if store is None else await trio.to_thread.run_sync(_store, store)
    )


def examine_keys(data: Path) -> list[Finding]:
    """Check the files of the keys, and say whether a passphrase protects them."""
    return [*(_key(data / name) for name in ("device.key", "transport.key")), _protection(data)]


def _store(path: Path) -> list[Finding]:
    fix = "meshnode down, then meshnode up: what is damaged is set aside and asked of the peers"
    return [told("records", partial(examine_file, path), fix)]


def _version() -> Finding:
    return Finding("version", "ok", f"meshnode {__version__}, SQLite {SQLITE_VERSION}")


def _port(settings: Settings, said: bool) -> Finding:
    """Whether the addresses to listen on are free; where none was chosen, a busy one is replaced."""
    busy = [each for each in settings.net.listen if not _is_free(each)]
    if not busy:
        return Finding("port", "ok", f"{', '.join(settings.net.listen) or 'no address'} can be listened on")
    if not said:
        return Finding("port", "ok", f"{busy[0]} is taken by somebody else, so the node will take another port")
    text = f"{busy[0]} cannot be listened on: another program has it, or this machine has no such address"
    return Finding("port", "fail", text, "meshnode config set net.listen /ip4/0.0.0.0/tcp/4402")


def _is_free(address: str) -> bool:
    try:
        found = parse(address)
    except BadAddress:
        return False
    family = socket.AF_INET6 if ":" in found.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((found.host, found.port))
        except OSError:
            return False
    return True


def examine_listening(listening: Sequence[str]) -> Finding:
    """Where a running node is reached."""
    if not listening:
        text = "it listens nowhere: it dials others, and nobody can dial it"
        return Finding("port", "ok", text)
    return Finding("port", "ok", f"listening on {', '.join(each.partition('/p2p/')[0] for each in listening)}")


def _backup(path: Path, places: Places, environ: Mapping[str, str]) -> list[Finding]:
    """When the last backup was made; what else is wrong with the store or the settings is told where it belongs."""
    try:
        days = load(places.config, environ).settings.backup.remind_days
        reader = open_reader(path)
        try:
            last, me = (reader.entry(NoteEntry, (name,)) for name in (notes.BACKUP, notes.AGENT))
            born = reader.record(RecordId(me.value)) if me is not None else None
        finally:
            reader.close()
    except (SettingsError, StoreError):
        return []
    now = time.time_ns() // 1_000_000
    return [of_backup(remind(last_backup(last), born.at if born else now, now, days))]


def _python() -> Finding:
    version, found = platform.python_version(), sys.version_info[:2]
    if not OLDEST <= found <= NEWEST:
        wanted = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
        return Finding("python", "fail", f"this is Python {version}", f"use Python {wanted}")
    return Finding("python", "ok", f"Python {version}")


def _settings(places: Places, environ: Mapping[str, str]) -> list[Finding]:
    try:
        loaded = load(places.config, environ)
    except SettingsError as error:
        return [Finding("settings", "fail", str(error), error.hint or f"correct {places.config}")]
    found = Finding("settings", "ok", f"{len(loaded.origins)} set, the others at their defaults")
    return [found, _port(loaded.settings, "net.listen" in loaded.origins)]


def _folder(data: Path) -> Finding:
    found = data.stat()
    if found.st_uid != os.geteuid():
        return Finding("home", "fail", f"{data} belongs to another user", "choose another folder with --home")
    if found.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return Finding("home", "warn", f"others may look into {data}", f"chmod 700 {data}")
    return Finding("home", "ok", f"{data} is yours alone")


def _socket(data: Path, environ: Mapping[str, str]) -> Finding:
    path = socket_path(data, environ, os.geteuid())
    if len(bytes(path)) > MAX_SOCKET_PATH:
        return Finding("socket", "fail", f"{path} is too long for a socket", "choose a shorter --home")
    return Finding("socket", "ok", str(path))


def _key(path: Path) -> Finding:
    try:
        read_key(path)
    except KeyfileLocked:
        return Finding(path.name, "ok", "sealed, and only you can read it")
    except KeyfileMissing:
        return Finding(path.name, "fail", "missing", "meshnode init, or restore a backup")
    except KeyfileError as error:
        return Finding(path.name, "fail", str(error), f"chmod 600 {path}, or restore a backup")
    return Finding(path.name, "ok", "whole, and only you can read it")


def _protection(data: Path) -> Finding:
    match protection_of(data):
        case Protection.NONE:
            return Finding("keys", "ok", "in clear, for you alone to read; no passphrase protects them")
        case Protection.PARTLY:
            text = "a change of the passphrase was cut short: not everything is sealed"
            return Finding("keys", "warn", text, "meshnode id passphrase --check")
        case Protection.WHOLE:
            return _sealed(data / PASSPHRASE_FILE)


def _sealed(path: Path) -> Finding:
    try:
        id_in(path)
    except KeyfileError as error:
        return Finding("keys", "fail", str(error), f"chmod 600 {path}, or restore a backup")
    return Finding("keys", "ok", "protected by a passphrase")


def _stamp(home: Home) -> Finding:
    if home.state() is HomeState.COPIED:
        text = "this home was copied or restored; before it signs, the node asks its peers for newer records"
        return Finding("copy", "warn", text, "meshnode up")
    return Finding("copy", "ok", "this home was not copied")
