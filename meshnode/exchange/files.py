"""Files that the user names: read with a limit, written so that a crash or a full disk leaves the old one or none."""

import fcntl
import os
import re
import stat
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from meshnode.exchange.entries import ImportRefused


class FileTrouble(Exception):
    """A file cannot be read or written; `path` and `text` say which and why."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(path, text)
        self.path = path
        self.text = text

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading if it is one: a pipe could block for ever, a device never ends. Raises FileTrouble."""
    if not path.is_absolute():
        raise FileTrouble(path, "the path is not absolute")
    try:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        raise FileTrouble(path, _said(error)) from None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        raise FileTrouble(path, "not a regular file")
    return os.fdopen(number, "rb")


def read_file(path: Path, most: int) -> bytes:
    """Read a whole file of at most `most` bytes. Raises FileTrouble, ImportRefused when it is larger."""
    with open_regular(path) as file:
        try:
            raw = file.read(most + 1)
        except OSError as error:
            raise FileTrouble(path, _said(error)) from None
    if len(raw) > most:
        raise ImportRefused("too-large", f"{path.name} has more than {most >> 20} MiB", "export a shorter period")
    return raw


def need_room(wanted: Sequence[tuple[Path, int]]) -> None:
    """Raise FileTrouble unless so many bytes can be written into each folder; those on one disk are added up."""
    sums: dict[int, int] = {}
    for folder, size in wanted:
        try:
            device, disk = folder.stat().st_dev, os.statvfs(folder)
        except OSError as error:
            raise FileTrouble(folder, _said(error)) from None
        sums[device] = needed = sums.get(device, 0) + size
        if (free := disk.f_bavail * disk.f_frsize) < needed:
            text = f"{megabytes(needed)} have to be free on this disk, and {megabytes(free)} are"
            raise FileTrouble(folder, f"{text}; free some space, or choose another disk")


def megabytes(size: int) -> str:
    """A number of bytes as it is said where disks are spoken of."""
    return f"{-(-size // 1_000_000):,} MB"


@contextmanager
def written_whole(path: Path, before_naming: Callable[[], None] = lambda: None) -> Iterator[Callable[[bytes], None]]:
    """Write a file that appears under its name only once it is whole and flushed. Raises FileTrouble.

    The bytes go to a neighbour with a name of its own; if anything fails, also in the body, that one is removed
    and what stood at `path` before is untouched. What a process that was killed left there goes with the next writing.
    `before_naming` is called when all is flushed and the file is about to get its name.
    """
    if not path.is_absolute():
        raise FileTrouble(path, "the path is not absolute")
    if path.is_dir():
        raise FileTrouble(path, "is a folder")
    _sweep(path)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except (OSError, ValueError) as error:
        raise FileTrouble(path, _said(error)) from None
    _lock(number)
    try:
        with os.fdopen(number, "wb") as file:
            yield _writer(file, path)
            _flush(file, path)
            _flush_folder(part.parent, path)
            before_naming()
            give_name(part, path)  # While it is open it is locked: nobody sweeps it away.
    finally:
        part.unlink(missing_ok=True)


def parts_of(path: Path) -> list[Path]:
    """What processes that still write or were killed have beside `path`, in place of it. Raises OSError."""
    named = re.compile(rf"\.{re.escape(path.name)}\.[0-9]+\.part")
    return [each for each in path.parent.iterdir() if named.fullmatch(each.name)]


def give_name(part: Path, path: Path) -> None:
    """Give a file that is whole its name, durably. Raises FileTrouble."""
    try:
        os.replace(part, path)
    except OSError as error:
        raise FileTrouble(path, _said(error)) from None
    _flush_folder(path.parent, path)


def _sweep(path: Path) -> None:
    """Remove what killed processes left beside `path`; who still writes there holds a lock."""
    with suppress(OSError):  # what cannot be removed is in nobody's way
        for left in parts_of(path):
            number = os.open(left, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            try:
                if _lock(number):
                    left.unlink()
            finally:
                os.close(number)


def _lock(number: int) -> bool:
    """Take the lock on a file that goes with its process; False where another has it or there are no locks."""
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _writer(file: BinaryIO, path: Path) -> Callable[[bytes], None]:
    def write(piece: bytes) -> None:
        try:
            file.write(piece)
        except OSError as error:
            raise FileTrouble(path, _said(error)) from None

    return write


def _flush(file: BinaryIO, path: Path) -> None:
    try:
        file.flush()
        os.fsync(file.fileno())
    except OSError as error:
        raise FileTrouble(path, _said(error)) from None


def _flush_folder(folder: Path, path: Path) -> None:
    """Flush the folder that holds the name of a file. Raises FileTrouble, about `path`."""
    try:
        number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(number)
        finally:
            os.close(number)
    except OSError as error:
        raise FileTrouble(path, _said(error)) from None


def _said(error: Exception) -> str:
    return (error.strerror or str(error)).lower() if isinstance(error, OSError) else str(error)
