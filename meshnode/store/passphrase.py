"""The file `passphrase.key`: the main key of a home, for whoever knows the passphrase.

    meshnode passphrase 1
    id <the main key's id>
    argon2id <passes> <memory in KiB>
    salt <16 bytes, hexadecimal>
    nonce <24 bytes>
    key <XChaCha20-Poly1305 of the main key>
    check <the first 8 bytes of SHA-256 over the lines above>

Argon2id (version 1.3, one lane) makes the key that encrypts the main key out of the passphrase, as UTF-8 in Unicode's
normal form C, and the salt. The lines above `key` are authenticated with it. `check` tells a damaged file from a
wrong passphrase.
"""

import os
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple
from unicodedata import normalize

from meshnode.store.errors import KeyfileError, WrongPassphrase
from meshnode.store.sealed import KEY_SIZE, NONCE_SIZE, MainKey, decrypt, encrypt
from meshnode.store.secretfile import damaged, fields_of, read_private

MIB = 1024
"""In KiB, as Argon2 counts."""
MAX_KIB = 512 * MIB
"""What a file may ask for, so that a forged one exhausts no machine; twice what we ask for ourselves."""
MAX_PASSES = 10
"""With MAX_KIB some five seconds on a laptop: a forged file may be a nuisance, no more."""
LEAST_KIB = 8
"""Argon2 works with no less."""
LONGEST = 1024
"""Bytes of a passphrase; nobody types more, and a file that holds more is not one."""
SALT_SIZE = 16
_HEADER = "meshnode passphrase 1"


class Cost(NamedTuple):
    """What each guess at a passphrase costs: passes over so much memory."""

    passes: int
    kib: int


USUAL_COST = Cost(passes=3, kib=256 * MIB)
"""libsodium's "moderate": most of a second on a laptop, three or four on a Raspberry Pi."""
SMALL_COST = Cost(passes=6, kib=64 * MIB)
"""For machines with less than 2 GiB, where a quarter of one may not be free."""
_SMALL_MACHINE = 2 << 30


def usual_cost() -> Cost:
    """What a new passphrase costs on this machine."""
    return SMALL_COST if _memory() < _SMALL_MACHINE else USUAL_COST


def lock_up(main_key: MainKey, passphrase: str, cost: Cost) -> bytes:
    """The content of a `passphrase.key`. Raises ValueError for what cannot be a passphrase, MemoryError."""
    salt, nonce = os.urandom(SALT_SIZE), os.urandom(NONCE_SIZE)
    opener = _stretch(passphrase, salt, cost)
    bound = f"{_HEADER}\nid {main_key.id}\nargon2id {cost.passes} {cost.kib}\nsalt {salt.hex()}\nnonce {nonce.hex()}\n"
    lines = f"{bound}key {encrypt(main_key.hand_over(), bound.encode(), nonce, opener).hex()}\n"
    return f"{lines}check {_check(lines)}\n".encode()


def unlock(path: Path, passphrase: str) -> MainKey:
    """The main key in the file at `path`.

    Raises KeyfileMissing, WrongPassphrase, and KeyfileError if the file is damaged, open to others or asks for more
    memory than it may.
    """
    return unlock_content(path, read_private(path), passphrase)


def unlock_content(path: Path, content: bytes, passphrase: str) -> MainKey:
    """The main key in what `lock_up` made, which stands in the file at `path`. Raises KeyfileError, WrongPassphrase."""
    fields = fields_of(path, content, _HEADER)
    lines, _, check = content.decode("ascii", "replace").rpartition("check ")
    if check.strip() != _check(lines):
        raise damaged(path)
    try:
        cost = Cost(*(int(number) for number in fields["argon2id"].split()))
        salt, nonce, text = (bytes.fromhex(fields[name]) for name in ("salt", "nonce", "key"))
    except (KeyError, TypeError, ValueError):
        raise damaged(path) from None
    _check_cost(path, cost)
    try:
        opener = _stretch(passphrase, salt, cost)
    except ValueError:
        raise WrongPassphrase(path, "wrong passphrase") from None
    except MemoryError:
        raise KeyfileError(path, f"the passphrase needs {cost.kib // MIB} MiB of free memory") from None
    secret = decrypt(text, lines.rpartition("key ")[0].encode(), nonce, opener)
    if secret is None or len(secret) != KEY_SIZE:
        raise WrongPassphrase(path, "wrong passphrase")
    return MainKey(secret)


def as_bytes(passphrase: str) -> bytes:
    """The bytes that Argon2id is given. Raises ValueError for what cannot be a passphrase."""
    text = normalize("NFC", passphrase).encode()
    if not 0 < len(text) <= LONGEST:
        raise ValueError(f"a passphrase has 1 to {LONGEST} bytes")
    return text


def id_in(path: Path) -> str:
    """The id of the main key in the file at `path`. Raises KeyfileMissing, KeyfileError."""
    return fields_of(path, read_private(path), _HEADER).get("id", "")


def _stretch(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    """Argon2id. Raises ValueError for what cannot be a passphrase or a cost, MemoryError."""
    from nacl.bindings import crypto_pwhash_alg, crypto_pwhash_ALG_ARGON2ID13
    from nacl.exceptions import RuntimeError as Unfinished

    text, memory = as_bytes(passphrase), cost.kib * 1024
    try:
        made = crypto_pwhash_alg(KEY_SIZE, text, salt, cost.passes, memory, crypto_pwhash_ALG_ARGON2ID13)
    except Unfinished:
        raise MemoryError(cost.kib) from None
    return bytes(made)


def _check_cost(path: Path, cost: Cost) -> None:
    most = min(MAX_KIB, _memory() // 2 // 1024)
    if not 1 <= cost.passes <= MAX_PASSES or cost.kib < LEAST_KIB:
        raise KeyfileError(path, f"asks for {cost.passes} passes over {cost.kib} KiB: it was not made by meshnode")
    if cost.kib > most:
        raise KeyfileError(path, f"asks for {cost.kib // MIB} MiB of memory, more than the {most // MIB} allowed here")


def _memory() -> int:
    """Bytes of memory this machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _check(lines: str) -> str:
    return sha256(lines.encode()).hexdigest()[:16]
