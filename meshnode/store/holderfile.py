"""A recovery key in a file of its own, which is kept off the machine: in clear, or behind a passphrase of its own.

In clear it is a key file (`keyfile.py`). Behind a passphrase it is written as `passphrase.key` is (`passphrase.py`),
and what the passphrase opens is the seed of the recovery key.
"""

import os
from pathlib import Path

from meshnode.store.errors import KeyfileError
from meshnode.store.keyfile import SEED_SIZE, read_key, write_key
from meshnode.store.passphrase import Cost, lock_up, unlock, usual_cost
from meshnode.store.sealed import MainKey
from meshnode.store.secretfile import read_private, write_durably

_LOCKED = b"meshnode passphrase "


def make_holder(path: Path, passphrase: str | None, cost: Cost | None = None) -> bytes:
    """Make a recovery key in a new file, 0600; returns its seed once that is durable.

    One that an attempt cut short had made there is taken. Raises KeyfileError, WrongPassphrase, ValueError,
    MemoryError.
    """
    if path.exists():
        return read_holder(path, passphrase)
    seed = os.urandom(SEED_SIZE)
    if passphrase is None:
        write_key(path, seed)
        return seed
    try:
        write_durably(path, lock_up(MainKey(seed), passphrase, cost or usual_cost()))
    except OSError as error:
        raise KeyfileError(path, f"could not be written: {error.strerror}") from error
    return seed


def is_locked(path: Path) -> bool:
    """Whether a passphrase protects the recovery key in a file. Raises KeyfileMissing, KeyfileError."""
    return read_private(path).startswith(_LOCKED)


def read_holder(path: Path, passphrase: str | None) -> bytes:
    """The seed of the recovery key in a file. Raises KeyfileMissing, KeyfileError, WrongPassphrase."""
    if not is_locked(path):
        return read_key(path)
    if passphrase is None:
        raise KeyfileError(path, "is protected by a passphrase")
    return unlock(path, passphrase).hand_over()
