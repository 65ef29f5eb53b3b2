"""Sealing the secret files of a home with its main key, which in turn only the passphrase opens (`passphrase.py`).

All of them are sealed with one main key, and only the file `passphrase.key` knows the passphrase: so another passphrase
is another content of one file, and no crash can leave one key behind the old passphrase and one behind the new.

A sealed file is text of four lines:

    meshnode sealed 1
    by <the main key's id>
    nonce <24 bytes, hexadecimal>
    text <XChaCha20-Poly1305 of the file in clear>

The name of the file and the first two lines are authenticated with it: a seal holds in the place it was made for.
"""

import os
from hashlib import sha256
from pathlib import Path

from meshnode.store.errors import KeyfileError, KeyfileLocked
from meshnode.store.secretfile import damaged, fields_of

PASSPHRASE_FILE = "passphrase.key"
"""The file that holds the main key; where it stands, the other secrets beside it are sealed, or about to be."""
KEY_SIZE = 32
NONCE_SIZE = 24
_HEADER = "meshnode sealed 1"


class MainKey:
    """The key that seals the secrets of one home. It is never written in clear, and lives no longer than it must."""

    __slots__ = ("_secret", "id")

    def __init__(self, secret: bytes) -> None:
        """Take the 32 bytes that `hand_over` gave. Raises ValueError if they are not as many."""
        if len(secret) != KEY_SIZE:
            raise ValueError(f"a main key has {KEY_SIZE} bytes, not {len(secret)}")
        self._secret = secret
        self.id = sha256(b"meshnode main key\n" + secret).hexdigest()[:16]
        """Tells main keys apart, and says nothing about this one."""

    @classmethod
    def new(cls) -> "MainKey":
        """Make one."""
        return cls(os.urandom(KEY_SIZE))

    def hand_over(self) -> bytes:
        """The 32 secret bytes, for the pipe to a process that needs them and for the passphrase's file."""
        return self._secret

    def seal(self, name: str, content: bytes) -> bytes:
        """The sealed content of the file called `name`."""
        nonce = os.urandom(NONCE_SIZE)
        text = encrypt(content, self._bound_to(name), nonce, self._secret)
        return f"{_HEADER}\nby {self.id}\nnonce {nonce.hex()}\ntext {text.hex()}\n".encode()

    def unseal(self, path: Path, sealed: bytes) -> bytes:
        """The content in clear of the file at `path`. Raises KeyfileError if this key did not seal exactly this."""
        fields = fields_of(path, sealed, _HEADER)
        if fields.get("by") != self.id:
            raise KeyfileError(path, f"is sealed with another {PASSPHRASE_FILE}: restore both from the same backup")
        try:
            nonce, text = (bytes.fromhex(fields[name]) for name in ("nonce", "text"))
            content = decrypt(text, self._bound_to(path.name), nonce, self._secret)
        except (KeyError, ValueError):
            raise damaged(path) from None
        if content is None:
            raise damaged(path)
        return content

    def _bound_to(self, name: str) -> bytes:
        return f"{_HEADER}\nby {self.id}\n{name}".encode()


def is_sealed(content: bytes) -> bool:
    """Whether this is the content of a sealed file, of this version or another."""
    return content.startswith(b"meshnode sealed ")


def locked_error(path: Path) -> KeyfileError:
    """The error of a sealed file that is to be read without the main key."""
    if not (path.parent / PASSPHRASE_FILE).exists():
        return KeyfileError(path, f"is sealed, and {PASSPHRASE_FILE} is missing: restore it from a backup")
    return KeyfileLocked(path, "is protected by a passphrase")


def encrypt(content: bytes, bound: bytes, nonce: bytes, secret: bytes) -> bytes:
    """XChaCha20-Poly1305, with `bound` authenticated beside the content."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt  # Most homes have no passphrase.

    return bytes(crypto_aead_xchacha20poly1305_ietf_encrypt(content, bound, nonce, secret))


def decrypt(text: bytes, bound: bytes, nonce: bytes, secret: bytes) -> bytes | None:
    """What was encrypted, or None if any of it is not as it was."""
    from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt
    from nacl.exceptions import CryptoError

    try:
        return bytes(crypto_aead_xchacha20poly1305_ietf_decrypt(text, bound, nonce, secret))
    except (CryptoError, ValueError):  # the latter for what is shorter than a tag
        return None
