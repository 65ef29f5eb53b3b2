"""Putting a home's secrets behind a passphrase, behind another one, and into the clear again.

A home is protected where `passphrase.key` stands. Its states and what leads from one to the other:

    NONE ──protect── PARTLY ──finish── WHOLE         protect writes `passphrase.key` first, then seals file by file
    WHOLE ──change── WHOLE                           one file is replaced
    WHOLE ──unprotect── PARTLY ── NONE               unseals file by file, and removes `passphrase.key` last

Killed in between, a home is left PARTLY: the passphrase opens all of it, and whoever gives it next has the rest sealed
(`finish`). So a kill leaves the old passphrase or the new one, and never a secret behind none.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from meshnode.store.errors import KeyfileError, KeyfileMissing
from meshnode.store.passphrase import Cost, id_in, lock_up, unlock, usual_cost
from meshnode.store.sealed import PASSPHRASE_FILE, MainKey, is_sealed
from meshnode.store.secretfile import partial_of, read_private, remove_secret, replace_secret, write_durably

WORDS_FILE = "recovery.words"
"""The recovery words, until their owner has written them down."""
NEXT_KEY, NEXT_WORDS = "next.key", "next.words"
"""The key, and its words, that are to take the place of the device key's once a rotate by it is stored."""
GUARDIAN_KEY = "guardian.key"
"""What the recovery keys are made of that this home keeps for others."""
SECRETS = ("transport.key", WORDS_FILE, NEXT_WORDS, NEXT_KEY, GUARDIAN_KEY, "device.key")
"""The files of a home that a passphrase protects; each need not be there."""
_LOCK = "keys.lock"
"""Held while these files change. The home's own lock is the running node's, which has read them long ago."""


class Protection(StrEnum):
    """How the secrets of a home are kept on the disk."""

    NONE = "clear"
    PARTLY = "partly"
    WHOLE = "passphrase"


def protection_of(folder: Path) -> Protection:
    """How the secrets in this folder are kept; does not need the passphrase."""
    if not (folder / PASSPHRASE_FILE).exists():
        return Protection.NONE
    return Protection.PARTLY if any(_lies_open(folder / name) for name in SECRETS) else Protection.WHOLE


def secrets_in(folder: Path) -> dict[str, bytes]:
    """All files with secrets as they stand on the disk, by name, at a moment when none of them changes.

    Sealed ones come with what the passphrase opens. Raises KeyfileError.
    """
    with _changing(folder):
        names = [name for name in (PASSPHRASE_FILE, *SECRETS) if (folder / name).exists()]
        return {name: read_private(folder / name) for name in names}


def protect(folder: Path, passphrase: str, cost: Cost | None = None) -> MainKey:
    """Put the secrets behind a passphrase. Raises KeyfileError (one is set already), ValueError, MemoryError."""
    main_key = MainKey.new()
    content = lock_up(main_key, passphrase, cost or usual_cost())
    with _changing(folder):
        path = folder / PASSPHRASE_FILE
        if path.exists():
            raise KeyfileError(path, "there is a passphrase already; it was left as it is")
        write_durably(path, content)
        _seal(folder, main_key)
    return main_key


def open_home(folder: Path, passphrase: str) -> MainKey:
    """The main key of a protected home. Raises what `unlock` does."""
    main_key = unlock(folder / PASSPHRASE_FILE, passphrase)
    finish(folder, main_key)
    return main_key


def finish(folder: Path, main_key: MainKey) -> None:
    """Seal what an interrupted change left in the clear. Raises KeyfileError."""
    if protection_of(folder) is not Protection.WHOLE or _partials(folder):
        with _changing(folder):
            _check_current(folder, main_key)
            _seal(folder, main_key)


def change(folder: Path, main_key: MainKey, passphrase: str, cost: Cost | None = None) -> None:
    """Put the secrets behind another passphrase. Raises KeyfileError, ValueError, MemoryError."""
    content = lock_up(main_key, passphrase, cost or usual_cost())
    with _changing(folder):
        _check_current(folder, main_key)
        replace_secret(folder / PASSPHRASE_FILE, content)


def unprotect(folder: Path, main_key: MainKey) -> None:
    """Put the secrets into the clear again. Raises KeyfileError."""
    with _changing(folder):
        _check_current(folder, main_key)
        for path in _present(folder):
            content = read_private(path)
            if is_sealed(content):
                write_durably(path, main_key.unseal(path, content))
        remove_secret(folder / PASSPHRASE_FILE)


def _seal(folder: Path, main_key: MainKey) -> None:
    for path in _partials(folder):
        remove_secret(path)
    for path in _present(folder):
        content = read_private(path)
        if not is_sealed(content):
            replace_secret(path, main_key.seal(path.name, content))


def _present(folder: Path) -> list[Path]:
    return [folder / name for name in SECRETS if (folder / name).exists()]


def _partials(folder: Path) -> list[Path]:
    """What a kill left of new contents; one of them may be a secret in clear."""
    return [partial for name in SECRETS if (partial := partial_of(folder / name)).exists()]


def _lies_open(path: Path) -> bool:
    try:
        return not is_sealed(read_private(path))
    except KeyfileError:
        return False  # not there, or wrong in a way that `doctor` tells


def _check_current(folder: Path, main_key: MainKey) -> None:
    """Somebody else may have changed what the passphrase opens since it was given."""
    path = folder / PASSPHRASE_FILE
    try:
        current = id_in(path)
    except KeyfileMissing:
        current = ""
    if current != main_key.id:
        raise KeyfileError(path, "was changed by another process meanwhile; try again")


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    """Wait for the other processes that change these files, and say OSErrors in our terms."""
    try:
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
    except OSError as error:
        raise KeyfileError(folder, f"the keys could not be changed: {error.strerror}") from error
