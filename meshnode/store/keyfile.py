"""Key files: a secret of 32 bytes that only its owner can read, in clear or sealed with the main key (`sealed.py`).

In clear it is text of three lines; sealed, these very lines are what the seal holds:

    meshnode key 1
    seed <32 bytes, hexadecimal>
    check <the first 8 bytes of SHA-256("meshnode key check\\n" ‖ seed)>
"""

from hashlib import sha256
from pathlib import Path

from meshnode.store.errors import KeyfileError
from meshnode.store.sealed import MainKey, is_sealed, locked_error
from meshnode.store.secretfile import damaged, fields_of, read_private, replace_secret, write_durably

SEED_SIZE = 32
_HEADER = "meshnode key 1"


def write_key(path: Path, seed: bytes, main_key: MainKey | None = None) -> None:
    """Write a new key file, 0600, and return when it is durable. Raises KeyfileError; never overwrites one."""
    if len(seed) != SEED_SIZE:
        raise KeyfileError(path, f"a key has {SEED_SIZE} bytes, not {len(seed)}")
    if path.exists():
        raise KeyfileError(path, "there is a key already; it was left as it is")
    write_secret(path, _content(seed), main_key)


def replace_key(path: Path, seed: bytes, main_key: MainKey | None) -> None:
    """Put another key into a key file that is there, as a whole or not at all. Raises KeyfileError."""
    replace_with(path, _content(seed), main_key)


def read_key(path: Path, main_key: MainKey | None = None) -> bytes:
    """The 32 secret bytes.

    Raises KeyfileMissing; KeyfileLocked if it is sealed and no main key is given; KeyfileError if it is unreadable,
    damaged, open to others, or sealed with another key.
    """
    fields = fields_of(path, read_secret(path, main_key), _HEADER)
    try:
        seed = bytes.fromhex(fields["seed"])
    except (ValueError, KeyError):
        raise damaged(path) from None
    if len(seed) != SEED_SIZE or fields.get("check") != _check(seed):
        raise damaged(path)
    return seed


def write_secret(path: Path, content: bytes, main_key: MainKey | None) -> None:
    """Write a file with a secret, 0600, sealed if there is a main key, durable on return. Raises KeyfileError."""
    try:
        write_durably(path, content if main_key is None else main_key.seal(path.name, content))
    except OSError as error:
        raise KeyfileError(path, f"could not be written: {error.strerror}") from error


def replace_with(path: Path, content: bytes, main_key: MainKey | None) -> None:
    """Put other content into a file with a secret, and overwrite what stood there. Raises KeyfileError."""
    if not path.exists():
        return write_secret(path, content, main_key)
    try:
        replace_secret(path, content if main_key is None else main_key.seal(path.name, content))
    except OSError as error:
        raise KeyfileError(path, f"could not be written: {error.strerror}") from error


def read_secret(path: Path, main_key: MainKey | None) -> bytes:
    """What a file with a secret says, be it sealed or in clear. Raises as `read_key` does."""
    content = read_private(path)
    if not is_sealed(content):
        return content
    if main_key is None:
        raise locked_error(path)
    return main_key.unseal(path, content)


def _content(seed: bytes) -> bytes:
    return f"{_HEADER}\nseed {seed.hex()}\ncheck {_check(seed)}\n".encode()


def _check(seed: bytes) -> str:
    """Tells a damaged file from a good one; says nothing about the key."""
    return sha256(b"meshnode key check\n" + seed).hexdigest()[:16]
