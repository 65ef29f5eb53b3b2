"""How bytes become a line and back: a beginning that tells the kind, letters, and a checksum in them (10-lines 1)."""

import base64
from hashlib import sha256

from meshproto.records.reasons import Reason, Refused

CHECKSUM_SIZE = 4
BASE32 = "mn1"
"""The beginning of the one kind that knows no case: it is read aloud, too."""
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


def seal(beginning: str, body: bytes) -> str:
    """The line that says `body`."""
    packed = body + sha256(body).digest()[:CHECKSUM_SIZE]
    if beginning == BASE32:
        return beginning + _base32(packed)
    return beginning + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def unseal(line: str, beginning: str) -> bytes:
    """What a line with that beginning says. Raises Refused: N-SUM if it is incomplete or mistyped."""
    letters = line.removeprefix(beginning)
    # SPEC 10-lines 1.2: 3. Its letters are none that a writer would make of any bytes, or the last four of the bytes
    # are not the sum: `N-SUM`.
    try:
        body = (_from_base32 if beginning == BASE32 else _from_base64)(letters)[:-CHECKSUM_SIZE]
    except ValueError as error:  # also what base64 raises
        raise Refused(Reason.N_SUM) from error
    if seal(beginning, body) != line:  # finds every wrong letter, length and leftover bit at once
        raise Refused(Reason.N_SUM)
    return body


def _from_base64(letters: str) -> bytes:
    return base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))


def _base32(packed: bytes) -> str:
    bits = int.from_bytes(packed + b"\x00", "big")
    count = -(-len(packed) * 8 // 5)
    spare = len(packed) * 8 + 8 - count * 5
    return "".join(_LETTERS[bits >> spare + 5 * at & 31] for at in range(count - 1, -1, -1))


def _from_base32(letters: str) -> bytes:
    number = 0
    for letter in letters:
        number = number << 5 | _LETTERS.index(letter)
    size = len(letters) * 5 // 8
    return (number >> len(letters) * 5 - size * 8).to_bytes(size, "big")
