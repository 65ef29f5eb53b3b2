"""Backups: by a running node, and where none runs by this program itself; checking one; making a home of one."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import trio

from meshnode import __version__
from meshnode.api.models.backups import Backup
from meshnode.api.shapes import time_text
from meshnode.app.endings import Ending, Exit
from meshnode.config.places import Places
from meshnode.core.ports import Batch
from meshnode.core.rows import NoteEntry
from meshnode.exchange import backup_in
from meshnode.exchange.backup_file import BACKUP, BackupRefused, Manifest, WrongSecret, head_of
from meshnode.exchange.backup_out import Source, Written, write_backup
from meshnode.exchange.files import FileTrouble
from meshnode.runtime import notes
from meshnode.runtime.office import Office
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.watching.saved import LastBackup, backup_row, last_backup
from meshnode.store.errors import KeyfileError, StoreError
from meshnode.store.home import Home, HomeState
from meshnode.store.store import open_store

MANUAL = "meshnode backup --help"
TOO_LITTLE_MEMORY = "there is not enough free memory for a passphrase"


class NodeBackups:
    """Implements `meshnode.api.site.Backups` for one node. One at a time."""

    def __init__(self, office: Office, places: Places) -> None:
        self._office, self._places = office, places
        self._turn = trio.Lock()

    async def create(self, path: Path, secret: str, lock: str) -> Backup:
        """See Backups."""
        office = self._office
        async with self._turn:
            source = Source(self._places.data, self._places.config, __version__, office.node.now())
            try:
                written = await trio.to_thread.run_sync(write_backup, source, path, secret, lock)
            except (FileTrouble, StoreError, KeyfileError) as error:
                raise Refusal(Code.FILE, str(error), "meshnode doctor") from error
            except ValueError as error:
                raise Refusal(Code.BAD_REQUEST, str(error), "choose another passphrase") from error
            except MemoryError:
                raise Refusal(Code.BUSY, TOO_LITTLE_MEMORY, "try again later") from None
            try:
                await office.node.write([], local=[backup_row(_last(written, lock))])
            except Refusal as refusal:
                # A home that may be an old copy writes nothing, not even that it was saved. The backup is there.
                if refusal.code is not Code.COPIED_HOME:
                    raise
        return _answer(written, lock)

    def last(self) -> LastBackup | None:
        """See Backups."""
        return last_backup(self._office.truth.entry(NoteEntry, (notes.BACKUP,)))


class Told(NamedTuple):
    """What was made, checked, or would be made. `kind`: whether it is a backup, or a home that moves, or did."""

    manifest: Manifest
    path: str
    size: int
    config_kept: bool = False
    kind: str = BACKUP


def create(places: Places, path: Path, secret: str, lock: str) -> Told:
    """Save a home whose node does not run. Raises Ending, and what `endings.KNOWN` names."""
    with endings(), Home(places.data) as home:
        if not home.records.exists():
            raise Ending(Exit.NOT_INITIALISED, f"there is no identity in {places.data} yet", "meshnode init")
        is_ours = home.state() is HomeState.UNCHANGED
        source = Source(places.data, places.config, __version__, time.time_ns() // 1_000_000)
        written = write_backup(source, path, secret, lock)
        if is_ours:
            store = open_store(home.records)
            try:
                home.stamp()
                store.writer.commit(Batch(1, local=(backup_row(_last(written, lock)),)))
            finally:
                store.close()
        return Told(written.manifest, str(path), written.size)


def verify(path: Path, secret: str) -> Told:
    """Read a backup to its end. Raises Ending."""
    with endings():
        found = backup_in.check_backup(path, secret)
        return Told(found, str(path), path.stat().st_size, kind=head_of(path).kind)


def restore(places: Places, path: Path, secret: str, *, dry_run: bool) -> Told:
    """Make this home of a backup. Raises Ending."""
    with endings():
        found = backup_in.restore(path, secret, places.data, places.config, dry_run=dry_run)
        return Told(found.manifest, str(path), path.stat().st_size, found.config_kept)


@contextmanager
def endings(manual: str = MANUAL) -> Iterator[None]:
    """Let what the files of backups raise end the program; `manual` is where more is said."""
    try:
        yield
    except WrongSecret as error:
        raise Ending(Exit.WRONG_PASSPHRASE, str(error), manual) from error
    except BackupRefused as error:
        raise Ending(Exit.VERIFICATION, str(error), manual) from error
    except backup_in.HomeTaken as error:
        raise Ending(Exit.CONFLICT, str(error), manual) from error
    except FileTrouble as error:
        raise Ending(Exit.FAILURE, str(error), manual) from error
    except ValueError as error:
        raise Ending(Exit.USAGE, str(error), manual) from error
    except MemoryError:
        raise Ending(Exit.FAILURE, TOO_LITTLE_MEMORY, "meshnode doctor") from None


def _last(written: Written, lock: str) -> LastBackup:
    manifest = written.manifest
    return LastBackup(manifest.made, str(written.path), written.size, manifest.records, lock)


def _answer(written: Written, lock: str) -> Backup:
    manifest = written.manifest
    return Backup(
        path=str(written.path),
        bytes=written.size,
        made=time_text(manifest.made),
        records=manifest.records,
        lock=lock,
        keys=manifest.keys,
        holds=list(manifest.holds),
        lacks=list(manifest.lacks),
    )
