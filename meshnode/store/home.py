"""The folder a node lives in: its files, its lock, and the stamp that tells a home from a copy of it.

Two copies of a home that both sign fork their owner's logs. The stamp says on which machine, device and inode the store
stood, and, after an orderly stop, when its file was last changed. A store restored beside or over the old one differs
in at least one of them. A whole machine rolled back in place does not, and cannot be noticed.

States of a home: new → (stamp) unchanged; copied → (stamp: the peers were asked, or the owner says so) unchanged.
Its owner can move out, and come back: `leaving.py`.
"""

import fcntl
import os
import stat
import uuid
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from meshnode.store.database import flush_folder
from meshnode.store.errors import HomeError, HomeInUse, HomeNotUsable
from meshnode.store.leaving import Left, left_mark, remove_mark, write_mark
from meshnode.store.secretfile import write_durably

_MACHINE_FILES = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))
_RANDOM_NODE = 1 << 40
"""Set in `uuid.getnode()` when it found no hardware address and made one up."""


class HomeState(StrEnum):
    """What the stamp says about the store in this home."""

    NEW = "new"
    UNCHANGED = "unchanged"
    COPIED = "copied"


class Stamp(msgspec.Struct, frozen=True):
    """Where the store stood when this home last worked."""

    machine: str
    """SHA-256 over the machine's id, so that the file does not tell it."""
    device: int
    filesystem: int
    inode: int
    changed: int | None = None
    """The store's ctime in ns after an orderly stop, None while a node works in the home or after it was killed."""
    format: str = "meshnode.home/1"

    def matches(self, now: "Stamp") -> bool:
        """Whether both speak of the same file, last written by us."""
        if (self.machine, self.inode) != (now.machine, now.inode):
            return False
        if self.changed is not None and self.changed != now.changed:
            return False
        # Some file systems get another device number at each start of the machine.
        return self.device == now.device or self.filesystem == now.filesystem


class Home:
    """A home that this process has locked. Use it as a context, or call `close`."""

    def __init__(self, folder: Path, *, left_too: bool = False) -> None:
        """Make the folder if need be, 0700, and lock it.

        Raises HomeInUse, HomeNotUsable; HomeLeft where its owner moved out, unless `left_too`.
        """
        self.folder = folder
        self._handle = -1
        _make_folder(folder)
        self._handle = _lock(folder / "lock")
        try:
            mark = self.left()
            if mark is not None and not left_too:
                raise mark.error(folder)
            self._ours = mark is None and self.state() is not HomeState.COPIED
        except HomeError:
            self._give_up_lock()
            raise

    @property
    def records(self) -> Path:
        """The database of the truth."""
        return self.folder / "records.db"

    @property
    def views(self) -> Path:
        """The database of what is derived."""
        return self.folder / "views.db"

    @property
    def device_key(self) -> Path:
        """The key that signs records."""
        return self.folder / "device.key"

    @property
    def transport_key(self) -> Path:
        """The key of the node's network address."""
        return self.folder / "transport.key"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def state(self) -> HomeState:
        """Whether the store is new, where it was, or came from elsewhere. Ask before opening the store."""
        now, before = self._stamp_now(), self._stamp_kept()
        if now is None:
            # A store that is gone is like an old copy: what its owner signed may be with others.
            return HomeState.NEW if before is None else HomeState.COPIED
        return HomeState.UNCHANGED if before is not None and before.matches(now) else HomeState.COPIED

    def stamp(self) -> None:
        """Say that the store in this home is the one to go on with; call it when the store is open.

        Once for a new home, once at each start of an unchanged one, and for a copied one when it was found out that
        no newer copy exists. Raises HomeNotUsable.
        """
        self._ours = True
        self._write(orderly=False)

    def left(self) -> Left | None:
        """The mark of its owner's moving out, None if they did not. Raises HomeNotUsable."""
        try:
            return left_mark(self.folder)
        except OSError as error:
            raise HomeNotUsable(self.folder, f"its mark cannot be read: {error.strerror}") from error

    def leave(self, mark: Left) -> None:
        """Say durably that its owner moves out: from now on nothing is signed here. Raises HomeNotUsable."""
        self._ours = False
        try:
            write_mark(self.folder, mark)
        except OSError as error:
            raise HomeNotUsable(self.folder, f"it could not be marked: {error.strerror}") from error
        self._remove_stamp()

    def stay(self) -> None:
        """Take back `leave` in the process that began it; nothing may have come of it. Raises HomeNotUsable."""
        self.stamp()
        self._remove_mark()

    def come_back(self) -> None:
        """Take the mark away on its owner's word; the home is a copied one then. Raises HomeNotUsable."""
        self._remove_stamp()
        self._remove_mark()

    def close(self) -> None:
        """Leave the home after the store was closed. Raises HomeNotUsable."""
        if self._handle < 0:
            return
        try:
            if self._ours:
                self._write(orderly=True)
        finally:
            self._give_up_lock()

    def _give_up_lock(self) -> None:
        os.close(self._handle)
        self._handle = -1

    def _remove_stamp(self) -> None:
        try:
            (self.folder / "home.json").unlink(missing_ok=True)
            flush_folder(self.folder)
        except OSError as error:
            raise HomeNotUsable(self.folder, f"home.json could not be removed: {error.strerror}") from error

    def _remove_mark(self) -> None:
        try:
            remove_mark(self.folder)
        except OSError as error:
            raise HomeNotUsable(self.folder, f"its mark could not be removed: {error.strerror}") from error

    def _write(self, *, orderly: bool) -> None:
        now = self._stamp_now()
        if now is None:
            return
        kept = now if orderly else msgspec.structs.replace(now, changed=None)
        try:
            write_durably(self.folder / "home.json", msgspec.json.encode(kept) + b"\n")
        except OSError as error:
            raise HomeNotUsable(self.folder, f"home.json could not be written: {error.strerror}") from error

    def _stamp_now(self) -> Stamp | None:
        try:
            found = self.records.stat()
            filesystem = os.statvfs(self.records).f_fsid
        except FileNotFoundError:
            return None
        return Stamp(_machine(), found.st_dev, filesystem, found.st_ino, found.st_ctime_ns)

    def _stamp_kept(self) -> Stamp | None:
        try:
            return msgspec.json.decode((self.folder / "home.json").read_bytes(), type=Stamp)
        except (FileNotFoundError, msgspec.DecodeError):
            return None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise HomeNotUsable(folder, f"cannot be used as a folder: {error.strerror}") from error
    if found.st_uid != os.geteuid():
        raise HomeNotUsable(folder, f"belongs to user {found.st_uid}: choose another folder with --home")
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise HomeNotUsable(folder, f"others may write in it: run `chmod 700 {folder}`")


def _lock(path: Path) -> int:
    """Take the lock for as long as the process lives; the file holds the number of the process."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise HomeNotUsable(path.parent, f"the lock could not be opened: {error.strerror}") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.read(handle, 32).strip()
        os.close(handle)
        raise HomeInUse(path.parent, int(text) if text.isdigit() else 0) from None
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    return handle


def _machine() -> str:
    """A name for this machine that outlives restarts."""
    for file in _MACHINE_FILES:
        try:
            return sha256(b"meshnode home\n" + file.read_bytes().strip()).hexdigest()
        except OSError:
            continue
    node = uuid.getnode()
    return "" if node & _RANDOM_NODE else sha256(b"meshnode home\n" + node.to_bytes(6, "big")).hexdigest()
