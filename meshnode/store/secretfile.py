"""Files that hold a secret: for their owner only, written whole or not at all, overwritten when they are replaced.

What is overwritten is gone from a disk that writes in place. Flash, copy-on-write file systems, snapshots and backups
may keep the old bytes; no program can prevent that.
"""

import os
import stat
from pathlib import Path
from typing import BinaryIO

from meshnode.store.database import flush_folder
from meshnode.store.errors import KeyfileError, KeyfileMissing

LONGEST = 4096
"""Bytes of a file with a secret; no kind of them comes near."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_private(path: Path) -> bytes:
    """The content of a file that only its owner can read. Raises KeyfileMissing, KeyfileError."""
    try:
        with path.open("rb") as file:
            _check_owner(path, os.fstat(file.fileno()))
            content = file.read(LONGEST + 1)
    except FileNotFoundError:
        raise KeyfileMissing(path, "there is no key yet: run `meshnode init`") from None
    except OSError as error:
        raise KeyfileError(path, f"could not be read: {error.strerror}") from error
    if len(content) > LONGEST:
        raise KeyfileError(path, f"has more than {LONGEST} bytes: it is no key file")
    return content


def fields_of(path: Path, content: bytes, header: str) -> dict[str, str]:
    """The lines `name value` below the header. Raises KeyfileError if the file is another, a newer one, or damaged."""
    lines = content.decode("ascii", "replace").splitlines()
    if not lines or lines[0] != header:
        raise KeyfileError(path, "is not a key file of this version of meshnode")
    try:
        return dict(line.split(" ", 1) for line in lines[1:])
    except ValueError:
        raise damaged(path) from None


def damaged(path: Path) -> KeyfileError:
    """The error of a file that is not as it was written."""
    return KeyfileError(path, "is damaged: restore it from a backup")


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file, 0600, as a whole: temporary file, flush, rename, flush the folder. Raises OSError."""
    partial = partial_of(path)
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    except OSError:
        partial.unlink(missing_ok=True)
        raise
    flush_folder(path.parent)


def replace_secret(path: Path, content: bytes) -> None:
    """Replace a file as `write_durably` does, then overwrite what stood in it before. Raises OSError."""
    with path.open("r+b") as before:
        write_durably(path, content)
        _overwrite(before)


def remove_secret(path: Path) -> None:
    """Remove a file, durably, then overwrite what stood in it; it need not be there. Raises OSError."""
    try:
        with path.open("r+b") as file:
            path.unlink()
            flush_folder(path.parent)
            _overwrite(file)
    except FileNotFoundError:
        return


def partial_of(path: Path) -> Path:
    """Where the new content of a file waits for its name."""
    return path.with_name(f".{path.name}.partial")


def _overwrite(file: BinaryIO) -> None:
    """Overwrite a file that has lost its name; one that has another name is somebody's copy."""
    found = os.fstat(file.fileno())
    if not found.st_nlink:
        file.write(bytes(found.st_size))
        file.flush()
        os.fsync(file.fileno())


def _check_owner(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise KeyfileError(path, "is not a file")
    if found.st_uid != os.geteuid():
        raise KeyfileError(path, f"belongs to user {found.st_uid}: it must belong to whoever runs the node")
    if found.st_mode & _OTHERS:
        raise KeyfileError(path, f"can be read by others: run `chmod 600 {path}`")
