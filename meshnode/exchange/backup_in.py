"""Checks a backup, and makes a home of one.

A restored home appears as a whole or not at all: it is written beside its place and put there by one renaming. It bears
no stamp, so its node takes it for what it is, a copy, and signs nothing before it has asked the peers that are known to
hold its logs for newer records (`store/home.py`, `core/copies.py`).
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from meshnode.exchange.backup_file import CONFIG, RECORDS, BackupRefused, Kept, Manifest, Opened
from meshnode.exchange.backup_out import owner_of
from meshnode.exchange.files import FileTrouble, need_room, open_regular
from meshnode.store.check import examine_file
from meshnode.store.database import RECORDS as LAYOUT
from meshnode.store.database import flush_folder
from meshnode.store.errors import StoreError
from meshnode.store.store import open_reader

LEAVINGS = ("lock", "keys.lock")
"""What looking into a home that is not there leaves behind; it keeps nobody from restoring."""
LISTED = 3


class Restored(NamedTuple):
    """A home that was made of a backup, or would be."""

    manifest: Manifest
    config_kept: bool
    """There were settings already, which were left as they are."""


class HomeTaken(Exception):
    """Something is there already: a home is never written over. `owner` is whose home it is, if it is one."""

    def __init__(self, folder: Path, names: tuple[str, ...], owner: str = "") -> None:
        super().__init__(folder, names)
        self.folder = folder
        self.names = names
        self.owner = owner

    def __str__(self) -> str:
        if self.owner:
            return f"{self.folder} is the home of {self.owner}: homes never mix, choose another place with --home"
        named = ", ".join(self.names[:LISTED]) + (" …" if len(self.names) > LISTED else "")
        return f"{self.folder} is not empty ({named}): a home is brought into an empty place only"


def check_backup(path: Path, secret: str) -> Manifest:
    """Read a backup from its first byte to its last; blocks. Raises BackupRefused, FileTrouble."""
    with open_regular(path) as file:
        opened = Opened(path, file, secret)
        for _, content in opened.files():
            for _ in content:
                pass
        return opened.manifest


def restore(path: Path, secret: str, data: Path, config: Path, *, dry_run: bool = False) -> Restored:
    """Make the home `data` of a backup; blocks. `config` is where its settings go, unless there are some.

    With `dry_run` all is read and checked, and nothing is left. Raises BackupRefused, FileTrouble, HomeTaken.
    """
    need_empty(data)
    with open_regular(path) as file, beside(data, "restoring") as folder:
        opened = Opened(path, file, secret)
        unpack(path, opened, folder)
        config_kept = is_another(config, folder / CONFIG)
        if not dry_run:
            settle(folder, data, None if config_kept else config)
        return Restored(opened.manifest, config_kept)


def need_empty(data: Path) -> None:
    """Raise HomeTaken unless the home is still to be made."""
    try:
        found = tuple(sorted(each.name for each in data.iterdir() if each.name not in LEAVINGS))
    except FileNotFoundError:
        return
    except OSError as error:
        raise FileTrouble(data, (error.strerror or str(error)).lower()) from None
    if found:
        raise HomeTaken(data, found, _name_in(data / RECORDS) if RECORDS in found else "")


def _name_in(records: Path) -> str:
    """What the owner of a home is called, or their id; empty if it cannot be read."""
    try:
        with closing(open_reader(records)) as reader:
            owner = owner_of(reader)
    except StoreError:
        return ""
    return owner.name or owner.agent


def unpack(path: Path, opened: Opened, folder: Path) -> None:
    """Write all files of a backup into a folder, and look at every record. Raises BackupRefused, FileTrouble."""
    manifest = opened.manifest
    if manifest.layout > len(LAYOUT.steps):
        raise BackupRefused(path, f"meshnode {manifest.version} made it, which is newer: update first")
    need_room([(folder, sum(each.size for each in manifest.files))])
    for kept, content in opened.files():
        _write(folder, kept, content)
    _examine(path, folder / RECORDS)


@contextmanager
def beside(data: Path, what: str, keep: Callable[[Path], bool] = lambda _: False) -> Iterator[Path]:
    """Give a folder beside the home, 0700, on the same disk; it is gone at the end unless it became the home.

    What a process that was killed left there goes first, unless it is to be kept; one that is still at work holds a
    lock.
    """
    folder, lock_file = data.with_name(f".{data.name}.{what}"), data.with_name(f".{data.name}.restoring.lock")
    try:
        data.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise FileTrouble(folder, (error.strerror or str(error)).lower()) from None
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not keep(folder):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(mode=0o700)
        except BlockingIOError:
            raise FileTrouble(data, "something is being restored there right now") from None
        except OSError as error:
            raise FileTrouble(folder, (error.strerror or str(error)).lower()) from None
        try:
            yield folder
        finally:
            if not keep(folder):
                shutil.rmtree(folder, ignore_errors=True)
    finally:
        with suppress(OSError):
            lock_file.unlink()
        os.close(lock)


def _write(folder: Path, kept: Kept, content: Iterator[bytes]) -> None:
    path = folder / kept.name
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    with open(number, "wb") as file:
        try:
            file.writelines(content)
            file.flush()
            os.fsync(number)
        except OSError as error:
            raise FileTrouble(path, (error.strerror or str(error)).lower()) from None


def is_another(config: Path, restored: Path) -> bool:
    """Whether there are settings already, and other ones."""
    try:
        return restored.exists() and config.read_bytes() != restored.read_bytes()
    except FileNotFoundError:
        return False
    except OSError as error:
        raise FileTrouble(config, (error.strerror or str(error)).lower()) from None


def _examine(path: Path, records: Path) -> None:
    """Look at every record as `doctor` does, before anybody relies on them."""
    try:
        damages = examine_file(records)
    except StoreError as error:
        raise BackupRefused(path, f"the records in it cannot be read ({error.detail})") from error
    if damages:
        raise BackupRefused(path, f"the records in it were damaged when it was made: {damages[0].what}")
    for suffix in ("-wal", "-shm"):
        records.with_name(records.name + suffix).unlink(missing_ok=True)


def settle(folder: Path, data: Path, config: Path | None) -> None:
    """Put everything in its place; the home itself comes last and at once."""
    try:
        settings = folder / CONFIG
        if settings.exists() and config is None:
            settings.unlink()
        elif settings.exists() and config is not None and config.parent != data:
            config.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            partial = config.with_name(f".{config.name}.partial")
            shutil.copyfile(settings, partial)
            partial.rename(config)
            settings.unlink()
        flush_folder(folder)
        for name in LEAVINGS:
            (data / name).unlink(missing_ok=True)
        os.rename(folder, data)  # over an empty folder, or none
        flush_folder(data.parent)
    except OSError as error:
        raise FileTrouble(data, f"it could not be put in its place: {error.strerror}") from None
