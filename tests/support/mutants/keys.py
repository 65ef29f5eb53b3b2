"""Keys of people who do not exist, by name, and signatures that are right or nearly so."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19
Y_OF_ORDER_EIGHT = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7

SMALL = tuple(
    (y | sign << 255).to_bytes(32, "little")
    for y in (0, 1, PRIME - 1, PRIME, PRIME + 1, Y_OF_ORDER_EIGHT, PRIME - Y_OF_ORDER_EIGHT)
    for sign in (0, 1)
)
"""Every encoding of a point of small order."""

RECORD = b"meshnode/1 record\n"


@dataclass(frozen=True)
class Key:
    """A key pair; signing is remembered by nobody."""

    secret: Ed25519PrivateKey
    public: bytes

    def sign(self, message: bytes) -> bytes:
        """64 bytes by RFC 8032."""
        return self.secret.sign(message)


@cache
def key_of(name: str) -> Key:
    """The key of that name, the same each time."""
    secret = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())
    return Key(secret, secret.public_key().public_bytes_raw())


NAMES: Sequence[str] = ("alice", "bob", "carol", "dave", "mesh", "club")


@cache
def keys_by_public() -> dict[bytes, Key]:
    """All keys, so that whatever bears one of them can be signed again after it was changed."""
    return {key_of(name).public: key_of(name) for name in NAMES}


def record_signature(public: object, id_: bytes, chance: random.Random) -> bytes:
    """The signature on a record by the key in its header, if we have that one, else by another."""
    key = keys_by_public().get(public) if isinstance(public, bytes) else None
    return (key or key_of(chance.choice(NAMES))).sign(RECORD + id_)


def spoilt(signature: bytes, chance: random.Random) -> bytes:
    """A signature that must not pass, though much of it is right (with luck nothing changed)."""
    half = len(signature) // 2
    scalar = int.from_bytes(signature[half:], "little")
    match chance.randrange(7):
        case 0:
            at = chance.randrange(max(1, len(signature)))
            return bytes(byte ^ (1 << chance.randrange(8)) * (index == at) for index, byte in enumerate(signature))
        case 1 | 2:
            return signature[:half] + ((scalar + chance.choice((1, 2, 8)) * ORDER) % 2**256).to_bytes(32, "little")
        case 3:
            return chance.choice(SMALL) + signature[half:]
        case 4:
            return chance.choice(SMALL) + bytes(32)
        case 5:
            return signature[: chance.randrange(65)] + bytes(chance.randrange(2))
        case _:
            return signature[:half] + ((ORDER - scalar) % 2**256).to_bytes(32, "little")


def odd_key(chance: random.Random) -> bytes:
    """A key of small order, of any order, not canonical, or no point at all."""
    match chance.randrange(4):
        case 0:
            return chance.choice(SMALL)
        case 1:
            return ((PRIME + chance.randrange(19)) | chance.getrandbits(1) << 255).to_bytes(32, "little")
        case 2:
            return bytes([key_of("alice").public[0] ^ 1]) + key_of("alice").public[1:]
        case _:
            return chance.randbytes(32)
