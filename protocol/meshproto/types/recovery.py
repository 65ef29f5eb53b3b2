"""Recovery keys from words, and the words two people compare: both must come out alike in every implementation.

Words stand for numbers below 2048, by the English list of BIP 39; this file knows numbers and bytes only.
"""

from hashlib import sha256

SEED_CONTEXT = b"meshnode/1 recovery seed\n"
DIGEST_CONTEXT = b"meshnode/1 recovery"
ENTROPY_SIZE = 16
"""Bytes that 12 words stand for, without their checksum: nobody guesses 128 bits, so nothing slows guessing down."""
FINGERPRINT_WORDS = 4
"""Words of a fingerprint: 44 bits, enough to notice a mistake and to make a forgery a lot of work."""
_WORD_BITS = 11


def recovery_seed(entropy: bytes) -> bytes:
    """The Ed25519 seed of the recovery key that 12 words stand for, by their 16 bytes of entropy."""
    return sha256(SEED_CONTEXT + entropy).digest()


def recovery_digest(public_key: bytes) -> bytes:
    """What stands in the genesis for a recovery key: it tells nothing about the key until that is shown."""
    return sha256(DIGEST_CONTEXT + public_key).digest()


def fingerprint(agent: bytes) -> tuple[int, ...]:
    """The numbers of the words by which two people compare an agent's id: its first 44 bits, 11 each."""
    bits = int.from_bytes(agent[:6], "big") >> (48 - FINGERPRINT_WORDS * _WORD_BITS)
    return tuple(bits >> _WORD_BITS * place & 0x7FF for place in reversed(range(FINGERPRINT_WORDS)))
