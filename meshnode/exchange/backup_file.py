"""The file of a backup: encrypted in pieces, so that it is written and read with little memory, and all of it or none.

    meshnode backup 1 | meshnode home 1 | meshnode gone 1
    locked passphrase | words
    <`move` and 32 hexadecimal digits, unless it is a backup>
    <the lines of a `passphrase.key`, which hold the key of this file (`store/passphrase.py`)>
    <an empty line>
    <pieces: XChaCha20-Poly1305 of 64 KiB each, the last one of what is left>

The nonce of a piece is its number and whether it is the last one; what stands above the pieces is authenticated with
each. The key is this file's own, so no nonce comes twice; and no piece can be changed, left out, moved, put in from
another file or made the last one without that being found.

A home that moves is a backup whose home was marked as left. Once it is taken in somewhere, `home` in its first line is
overwritten with `gone`, the one thing in the file that ever changes; what is authenticated is the line as it was
written.

The pieces hold the length of the manifest in 4 bytes, the manifest, and the files it names, one after the other.
"""

import os
import re
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import msgspec

from meshnode.exchange.files import FileTrouble, open_regular
from meshnode.store.errors import KeyfileError, WrongPassphrase
from meshnode.store.passphrase import Cost, lock_up, unlock_content, usual_cost
from meshnode.store.protection import SECRETS
from meshnode.store.sealed import NONCE_SIZE, PASSPHRASE_FILE, MainKey, decrypt, encrypt

PIECE = 64 * 1024
"""Bytes in clear of one piece: so much of a torn file is lost before that is noticed."""
LONGEST_MANIFEST = 64 * 1024
LONGEST_HEAD = 4096
LOCKS = ("passphrase", "words")
"""What opens a backup: a passphrase of its own, or the 12 recovery words of its owner."""
BACKUP, HOME, GONE = "backup", "home", "gone"
"""What a file is: a backup, a home that moves, or one that was taken in somewhere."""
RECORDS = "records.db"
CONFIG = "config.toml"
NAMES = (RECORDS, CONFIG, PASSPHRASE_FILE, *SECRETS)
"""All files that can stand in a backup."""
_HEADER, _HOME, _GONE = (f"meshnode {kind} 1".encode() for kind in (BACKUP, HOME, GONE))
_ANY_VERSION = re.compile(rb"meshnode (backup|home|gone) ")
_MOVE = b"move "
_MOVE_LINE = re.compile(rb"move [0-9a-f]{32}")
_TAG = 16


class BackupRefused(Exception):
    """A file is no backup, or not all of it is as it was written."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(path, why)
        self.path = path
        self.why = why

    def __str__(self) -> str:
        return f"{self.path.name}: {self.why}"


class WrongSecret(BackupRefused):
    """The backup is whole as far as one can see, and what was given does not open it."""


class Kept(msgspec.Struct, frozen=True):
    """One file in a backup."""

    name: str
    size: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a backup, and what is not."""

    made: int
    """Milliseconds UTC."""
    version: str
    """The version of meshnode that wrote it."""
    agent: str
    """Whose home it is: the id."""
    name: str
    layout: int
    """The layout of the database."""
    records: int
    keys: str
    """`clear` or `passphrase`: whether the keys in it are sealed once more."""
    holds: tuple[str, ...]
    lacks: tuple[str, ...]
    files: tuple[Kept, ...]


class Sealer:
    """Writes what it is given in encrypted pieces."""

    def __init__(
        self, write: Callable[[bytes], None], secret: str, lock: str, cost: Cost | None = None, move: str = ""
    ) -> None:
        """`write` takes the bytes of the file. Raises ValueError for what cannot be a passphrase, MemoryError."""
        key = MainKey.new()
        lines = [_HOME if move else _HEADER, f"locked {lock}".encode(), *([_MOVE + move.encode()] if move else [])]
        head = b"\n".join([*lines, lock_up(key, secret, cost or usual_cost()) + b"\n"])
        self._write, self._key = write, key.hand_over()
        self._bound, self._number, self._waiting = sha256(head).digest(), 0, b""
        write(head)

    def feed(self, content: bytes) -> None:
        """Take more content."""
        self._waiting += content
        # One piece waits: only at the end is it known which one is the last.
        while len(self._waiting) > PIECE:
            self._seal(self._waiting[:PIECE], last=False)
            self._waiting = self._waiting[PIECE:]

    def close(self) -> None:
        """Write the last piece."""
        self._seal(self._waiting, last=True)

    def _seal(self, piece: bytes, *, last: bool) -> None:
        self._write(encrypt(piece, self._bound, _nonce(self._number, last=last), self._key))
        self._number += 1


class Opened:
    """A backup that was opened: its manifest is read, its files are still to come. Use it in a thread."""

    def __init__(self, path: Path, file: BinaryIO, secret: str) -> None:
        """Raises BackupRefused (WrongSecret), FileTrouble, KeyfileError."""
        self._path = path
        head = self.head = read_head(path, file)
        file.seek(len(head.raw))
        self._key = _unlocked(path, head.locked, secret).hand_over()
        self._pieces, self._waiting = self._opened(file, sha256(head.raw).digest()), b""
        length = int.from_bytes(self._take(4), "big")
        if length > LONGEST_MANIFEST:
            raise BackupRefused(path, "its manifest is too long")
        self.manifest = _manifest(path, self._take(length))

    def files(self) -> Iterator[tuple[Kept, Iterator[bytes]]]:
        """Each file with its content in pieces, all of which have to be taken. Raises BackupRefused, FileTrouble."""
        for kept in self.manifest.files:
            yield kept, self._content(kept.size)
        if self._waiting or next(self._pieces, b""):
            raise BackupRefused(self._path, "it holds more than its manifest says")

    def _content(self, left: int) -> Iterator[bytes]:
        while left:
            piece = self._take(min(left, PIECE))
            left -= len(piece)
            yield piece

    def _take(self, size: int) -> bytes:
        while len(self._waiting) < size:
            piece = next(self._pieces, b"")
            if not piece:
                raise BackupRefused(self._path, "it holds less than its manifest says")
            self._waiting += piece
        taken, self._waiting = self._waiting[:size], self._waiting[size:]
        return taken

    def _opened(self, file: BinaryIO, bound: bytes) -> Iterator[bytes]:
        number, sealed = 0, _read(self._path, file)
        while True:
            following = _read(self._path, file) if len(sealed) == PIECE + _TAG else b""
            piece = decrypt(sealed, bound, _nonce(number, last=not following), self._key)
            if piece is None:
                where = f"piece {number + 1}" if following else f"its end (piece {number + 1})"
                raise BackupRefused(self._path, f"damaged or cut off at {where}; get it again from where it is kept")
            yield piece
            if not following:
                return
            number, sealed = number + 1, following


class Head(msgspec.Struct, frozen=True):
    """What stands above the pieces: `raw` is all of it as it was written, `locked` the part that holds the key."""

    lock: str
    raw: bytes
    locked: bytes
    move: str = ""
    """Names the move of a home that moves; empty for a backup."""
    kind: str = BACKUP
    """BACKUP, HOME or GONE."""


def read_head(path: Path, file: BinaryIO) -> Head:
    """Read the lines above the pieces, from the beginning of the file. Raises BackupRefused, FileTrouble."""
    found, mark, _ = _read(path, file, LONGEST_HEAD).partition(b"\n\n")
    first, second, rest = (*found.split(b"\n", 2), b"", b"")[:3]
    if first not in (_HEADER, _HOME, _GONE):
        is_ours = _ANY_VERSION.match(first) is not None
        raise BackupRefused(path, "another version of meshnode wrote it" if is_ours else "this is no backup")
    lock, move = second.removeprefix(b"locked ").decode("ascii", "replace"), b""
    if first != _HEADER:
        move, _, rest = rest.partition(b"\n")
    if not mark or lock not in LOCKS or (first != _HEADER and not _MOVE_LINE.fullmatch(move)):
        raise BackupRefused(path, "the beginning of it is damaged")
    raw = found.replace(_GONE, _HOME, 1) if first == _GONE else found
    return Head(lock, raw + mark, rest + b"\n", move.removeprefix(_MOVE).decode(), first.split()[1].decode())


def head_of(path: Path) -> Head:
    """What stands above the pieces of a file. Raises BackupRefused, FileTrouble."""
    with open_regular(path) as file:
        return read_head(path, file)


def mark_gone(path: Path) -> bool:
    """Say durably in the file of a home that it was taken in; False where the file cannot be written."""
    try:
        with path.open("r+b", buffering=0) as file:
            if file.read(len(_HOME)) == _HOME:
                os.pwrite(file.fileno(), _GONE, 0)
                os.fsync(file.fileno())
    except OSError:
        return False
    return True


def _unlocked(path: Path, locked: bytes, secret: str) -> MainKey:
    try:
        return unlock_content(path, locked, secret)
    except WrongPassphrase:
        raise WrongSecret(path, "this does not open it") from None
    except KeyfileError as error:
        raise BackupRefused(path, f"the beginning of it is damaged or cannot be used ({error.detail})") from error


def _manifest(path: Path, raw: bytes) -> Manifest:
    try:
        found = msgspec.json.decode(raw, type=Manifest)
    except msgspec.DecodeError as error:
        raise BackupRefused(path, f"its manifest cannot be read ({error})") from error
    names = [each.name for each in found.files]
    if len({*names}) != len(names) or not {*names} <= {*NAMES} or RECORDS not in names:
        raise BackupRefused(path, "it holds files that no backup has")
    if any(each.size < 0 for each in found.files):
        raise BackupRefused(path, "its manifest cannot be right")
    return found


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(8, "big") + bytes([last]) + bytes(NONCE_SIZE - 9)


def _read(path: Path, file: BinaryIO, size: int = PIECE + _TAG) -> bytes:
    try:
        return file.read(size)
    except OSError as error:
        raise FileTrouble(path, (error.strerror or str(error)).lower()) from None
