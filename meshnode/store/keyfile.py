"""Key files: a secret of 32 bytes that only its owner can read, written whole or not at all."""

import os
import stat
from hashlib import sha256
from pathlib import Path

from meshnode.store.database import flush_folder
from meshnode.store.errors import KeyfileError, KeyfileMissing

SEED_SIZE = 32
_HEADER = "meshnode key 1"
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_LONGEST = 4096


def write_key(path: Path, seed: bytes) -> None:
    """Write a new key file, 0600, and return when it is durable. Raises KeyfileError; never overwrites one."""
    if len(seed) != SEED_SIZE:
        raise KeyfileError(path, f"a key has {SEED_SIZE} bytes, not {len(seed)}")
    if path.exists():
        raise KeyfileError(path, "there is a key already; it was left as it is")
    text = f"{_HEADER}\nseed {seed.hex()}\ncheck {_check(seed)}\n"
    try:
        write_durably(path, text.encode())
    except OSError as error:
        raise KeyfileError(path, f"could not be written: {error.strerror}") from error


def read_key(path: Path) -> bytes:
    """The 32 secret bytes. Raises KeyfileMissing, or KeyfileError if it is unreadable, damaged or open to others."""
    try:
        with path.open("rb") as file:
            _check_owner(path, os.fstat(file.fileno()))
            text = file.read(_LONGEST).decode("ascii", "replace")
    except FileNotFoundError:
        raise KeyfileMissing(path, "there is no key yet: run `meshnode init`") from None
    except OSError as error:
        raise KeyfileError(path, f"could not be read: {error.strerror}") from error
    lines = text.splitlines()
    if not lines or lines[0] != _HEADER:
        raise KeyfileError(path, "is not a key file of this version of meshnode")
    try:
        fields = dict(line.split(" ", 1) for line in lines[1:])
        seed = bytes.fromhex(fields["seed"])
    except (ValueError, KeyError):
        raise KeyfileError(path, "is damaged: restore it from a backup") from None
    if len(seed) != SEED_SIZE or fields.get("check") != _check(seed):
        raise KeyfileError(path, "is damaged: restore it from a backup")
    return seed


def write_durably(path: Path, content: bytes) -> None:
    """Replace a file, 0600, as a whole: temporary file, flush, rename, flush the folder. Raises OSError."""
    partial = path.with_name(f".{path.name}.partial")
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


def _check(seed: bytes) -> str:
    """Tells a damaged file from a good one; says nothing about the key."""
    return sha256(b"meshnode key check\n" + seed).hexdigest()[:16]


def _check_owner(path: Path, found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise KeyfileError(path, "is not a file")
    if found.st_uid != os.geteuid():
        raise KeyfileError(path, f"belongs to user {found.st_uid}: it must belong to whoever runs the node")
    if found.st_mode & _OTHERS:
        raise KeyfileError(path, f"can be read by others: run `chmod 600 {path}`")
