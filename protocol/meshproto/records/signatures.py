"""The signature rule `ed25519-strict-1`, decided by libsodium through PyNaCl.

Libraries disagree on malformed keys and signatures, and one crafted signature would split the mesh. So
everything they disagree on is refused before one of them is asked.
"""

from functools import lru_cache
from hashlib import sha256

from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import BadSignatureError

from meshproto.records.ids import Key

RECORD_CONTEXT = b"meshnode/1 record\n"
"""What stands before the id in the bytes that a record's signature covers."""

SIGNATURE_SIZE = 64
KEY_SIZE = 32
SEED_SIZE = 32

KEYS_REMEMBERED = 16_384
"""Keys whose point check is kept: about 3 MB, and more keys than one node meets in an hour."""

_ORDER = 2**252 + 27742317777372353535851937790883648493
_P = 2**255 - 19
_TORSION = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826  # y of a point of order 8
_LOW_ORDER = frozenset(
    (y | sign << 255).to_bytes(32, "little")
    for y in (0, 1, _TORSION, _P - _TORSION, _P - 1, _P, _P + 1)
    for sign in (0, 1)
)
"""All encodings, canonical or not, of the eight points whose order divides 8."""


class SigningKey:
    """The secret half of an Ed25519 key. Keep it in one place: two copies at work fork their log."""

    __slots__ = ("_secret", "public")

    def __init__(self, seed: bytes) -> None:
        public, self._secret = crypto_sign_seed_keypair(seed)
        self.public = Key(public)

    @classmethod
    def from_seed(cls, seed: bytes) -> "SigningKey":
        """Derive the key pair from 32 secret bytes."""
        return cls(seed)

    def sign(self, record_id: bytes) -> bytes:
        """Sign a record, and with it every record before it in the same log. 64 bytes."""
        return self.sign_bytes(RECORD_CONTEXT, record_id)

    def sign_bytes(self, context: bytes, message: bytes) -> bytes:
        """Sign `message` for one purpose only; `context` names the purpose. 64 bytes."""
        return crypto_sign(context + message, self._secret)[:SIGNATURE_SIZE]


def verify(key: bytes, record_id: bytes, signature: bytes) -> bool:
    """Whether `signature` is `key`'s on the record with this id."""
    return verify_bytes(key, RECORD_CONTEXT, record_id, signature)


def verify_bytes(key: bytes, context: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` is `key`'s on `message` in `context`, by ed25519-strict-1."""
    # SPEC 01-records 5: R is none of the 14 encodings of points of small order
    if len(signature) != SIGNATURE_SIZE or not key_is_valid(key) or signature[:32] in _LOW_ORDER:
        return False
    if int.from_bytes(signature[32:], "little") >= _ORDER:
        return False
    try:
        crypto_sign_open(signature + context + message, key)
    except BadSignatureError:
        return False
    return True


@lru_cache(maxsize=KEYS_REMEMBERED)
def key_is_valid(key: bytes) -> bool:
    """Whether `key` is the canonical encoding of a point of prime order."""
    # SPEC 01-records 5: The key is a canonical encoding (y < 2^255−19, and not x = 0 with the sign bit set) of a point
    # of the curve whose order is exactly L
    return len(key) == KEY_SIZE and crypto_core_ed25519_is_valid_point(key)


def self_test() -> bool:
    """Whether the library at hand signs and refuses as this module says; run once at start."""
    key = SigningKey(sha256(b"meshnode/1 self-test").digest())
    record_id = sha256(b"record").digest()
    signature = key.sign(record_id)
    bent = signature[:-1] + bytes([signature[-1] ^ 1])
    small = next(each for each in sorted(_LOW_ORDER))
    return (
        verify(key.public, record_id, signature)
        and not verify(key.public, record_id, bent)
        and not verify(key.public, record_id[::-1], signature)
        and not any(key_is_valid(each) for each in (small, b"", key.public[:-1]))
    )
