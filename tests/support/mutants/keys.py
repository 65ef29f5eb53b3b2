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

    @property
    def scalar(self) -> int:
        """The number by which the base point is multiplied to give the public key."""
        digest = bytearray(hashlib.sha512(self.secret.private_bytes_raw()).digest()[:32])
        digest[0] &= 248
        digest[31] = digest[31] & 127 | 64
        return int.from_bytes(digest, "little")

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


@dataclass(frozen=True)
class Crafted:
    """A signature that passes the equation, made so by one who knows what a careless reader forgets to check."""

    key: bytes
    message: bytes
    signature: bytes


def crafted(context: bytes, chance: random.Random) -> Crafted:
    """Nothing but the equation is right here: the key, or R, has a part of small order; now and then all is right."""
    alice, bob = key_of("alice"), key_of("bob")
    key = chance.choice((*SMALL, *mixed_keys(), alice.public))
    is_small = key in SMALL
    scalar = 0 if is_small else alice.scalar
    for _ in range(64):
        message = chance.randbytes(8)
        nonce, point = (bob.scalar, bob.public) if key != alice.public else (0, SMALL[2])
        product = _challenge(point, key, context + message)
        if product % 8 == 0 or chance.random() < 0.02:
            break
    return Crafted(key, message, point + ((nonce + product * scalar) % ORDER).to_bytes(32, "little"))


@cache
def mixed_keys() -> tuple[bytes, ...]:
    """Alice's key with each of the points of small order added: the same key to who multiplies by eight."""
    alice = _decompressed(key_of("alice").public)
    eighth = _decompressed(Y_OF_ORDER_EIGHT.to_bytes(32, "little"))
    found, point = [], alice
    for _ in range(7):
        point = _plus(point, eighth)
        x, y = point
        found.append((y | (x & 1) << 255).to_bytes(32, "little"))
    return tuple(found)


def _challenge(point: bytes, key: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(point + key + message).digest(), "little") % ORDER


def _decompressed(encoded: bytes) -> tuple[int, int]:
    number = int.from_bytes(encoded, "little")
    y, sign = number % 2**255, number >> 255
    square = (y * y - 1) * pow(_D * y * y + 1, -1, PRIME) % PRIME
    x = pow(square, (PRIME + 3) // 8, PRIME)
    if x * x % PRIME != square:
        x = x * pow(2, (PRIME - 1) // 4, PRIME) % PRIME
    return (x if x & 1 == sign else PRIME - x), y


def _plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    (x1, y1), (x2, y2) = one, other
    product = _D * x1 * x2 * y1 * y2
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME)
    return x % PRIME, (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME) % PRIME


_D = -121665 * pow(121666, -1, PRIME) % PRIME


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
