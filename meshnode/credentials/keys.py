"""Keys as `did:key` writes them: base58 with a `z` before it, and two bytes that say what kind of key it is."""

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
LONGEST = 256
"""Characters of anything in base58 here; a key has 48, a signature 89. Reading takes time by the square of it."""
DID_KEY = "did:key:"
_ED25519_PUBLIC = b"\xed\x01"
_KEY_SIZE = 32


class BadMultibase(ValueError):
    """A text is not what it has to be; the message says why."""


def write_multibase(raw: bytes) -> str:
    """`z` and the bytes in base58, each leading zero byte a `1`."""
    zeros = len(raw) - len(raw.lstrip(b"\0"))
    number, digits = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        digits = ALPHABET[digit] + digits
    return f"z{'1' * zeros}{digits}"


def read_multibase(text: str) -> bytes:
    """The bytes that `write_multibase` wrote. Raises BadMultibase."""
    if not text.startswith("z") or len(text) > LONGEST:
        raise BadMultibase("it is not base58 with a z before it")
    number = 0
    for letter in text[1:]:
        digit = ALPHABET.find(letter)
        if digit < 0:
            raise BadMultibase(f"{letter!r} is no digit of base58")
        number = number * 58 + digit
    zeros = len(text) - 1 - len(text[1:].lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def did_of(key: bytes) -> str:
    """The name of whoever holds an Ed25519 key."""
    return DID_KEY + write_multibase(_ED25519_PUBLIC + key)


def method_of(key: bytes) -> str:
    """How proofs name the key itself."""
    did = did_of(key)
    return f"{did}#{did.removeprefix(DID_KEY)}"


def key_of(method: str) -> bytes:
    """The Ed25519 key that a verification method names, by `did:key`. Raises BadMultibase."""
    did, _, fragment = method.partition("#")
    if not did.startswith(DID_KEY) or fragment != did.removeprefix(DID_KEY):
        raise BadMultibase("it does not name a key by did:key, and nothing is looked up elsewhere")
    raw = read_multibase(fragment)
    if raw[:2] != _ED25519_PUBLIC or len(raw) != 2 + _KEY_SIZE:
        raise BadMultibase("it is no Ed25519 key")
    return raw[2:]
