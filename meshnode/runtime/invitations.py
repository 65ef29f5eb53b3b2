"""The line by which somebody is let into a network: the secret of an invitation, and where it can be used.

    mn1 ‖ base32(version ‖ secret ‖ minutes ‖ peer ‖ addresses ‖ checksum)

It is pasted, put into a link, and drawn as a QR code, so it is short and knows no case. The line does not tell which
network it leads into.
"""

from dataclasses import dataclass
from hashlib import sha256

from meshnode.runtime.packing import pack_address, pack_peer, unpack_address, unpack_peer
from meshnode.runtime.refusals import Code, Refusal

PREFIX = "mn1"
LINK = "meshnode:join/"
"""What a line in a link begins with, so that a click can lead to the node."""
SECRET_SIZE = 16
LONGEST = 200
"""Characters of a line: a QR code of it is still read from a screen."""
MINUTE = 60_000

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_VERSION, _CHECKSUM = 1, 4


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a line says. `expires` is in milliseconds UTC, 0 for never."""

    secret: bytes
    expires: int
    peer: str
    addresses: tuple[str, ...]


def write_invitation(invitation: Invitation) -> str:
    """The line; of addresses that would make it too long the last are left out."""
    minutes = -(-invitation.expires // MINUTE)
    head = bytes([_VERSION]) + invitation.secret + minutes.to_bytes(4, "big") + pack_peer(invitation.peer)
    line = _sealed(head)
    for each in map(pack_address, invitation.addresses):
        if len(_sealed(head + each)) <= LONGEST:
            head += each
            line = _sealed(head)
    return line


def is_invitation(text: str) -> bool:
    """Whether somebody means an invitation by what he pasted."""
    return _plain(text).startswith(PREFIX)


def read_invitation(text: str) -> Invitation:
    """What a line says. Raises Refusal if it is damaged."""
    try:
        return _read(_plain(text))
    except (ValueError, IndexError) as error:
        why = "this invitation is incomplete or mistyped"
        raise Refusal(Code.BAD_REQUEST, why, "copy the whole line again: it begins with mn1") from error


def _read(line: str) -> Invitation:
    packed = _from_base32(line.removeprefix(PREFIX))
    body, checksum = packed[:-_CHECKSUM], packed[-_CHECKSUM:]
    if sha256(body).digest()[:_CHECKSUM] != checksum or body[0] != _VERSION or _sealed(body) != line:
        raise ValueError("checksum")
    secret, minutes = body[1 : 1 + SECRET_SIZE], int.from_bytes(body[17:21], "big")
    peer, rest = unpack_peer(body[21:])
    addresses: list[str] = []
    while rest:
        address, rest = unpack_address(rest)
        addresses.append(f"{address}/p2p/{peer}")
    return Invitation(secret, minutes * MINUTE, peer, tuple(addresses))


def _plain(text: str) -> str:
    """A line without what pasting, links and reading aloud add."""
    return "".join(text.split()).lower().removeprefix(LINK)


def _sealed(body: bytes) -> str:
    packed = body + sha256(body).digest()[:_CHECKSUM]
    bits = int.from_bytes(packed + b"\x00", "big")
    count = -(-len(packed) * 8 // 5)
    spare = len(packed) * 8 + 8 - count * 5
    return PREFIX + "".join(_LETTERS[bits >> spare + 5 * at & 31] for at in range(count - 1, -1, -1))


def _from_base32(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number << 5 | _LETTERS.index(letter)
    size = len(text) * 5 // 8
    return (number >> len(text) * 5 - size * 8).to_bytes(size, "big")
