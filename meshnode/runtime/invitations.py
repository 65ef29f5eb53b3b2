"""The line by which somebody is let into a network: the secret of an invitation, and where it can be used.

    mn1 ‖ base32(version ‖ secret ‖ minutes ‖ peer ‖ addresses ‖ checksum)

It is pasted, put into a link, and drawn as a QR code, so it is short and knows no case. The line does not tell which
network it leads into.
"""

from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address

from meshnode.net.address import Address, BadAddress, parse
from meshnode.runtime.refusals import Code, Refusal

PREFIX = "mn1"
LINK = "meshnode:join/"
"""What a line in a link begins with, so that a click can lead to the node."""
SECRET_SIZE = 16
LONGEST = 200
"""Characters of a line: a QR code of it is still read from a screen."""
MINUTE = 60_000

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = bytes.fromhex("002408011220")
"""How the name of a peer begins whose key it is itself."""
_VERSION, _CHECKSUM = 1, 4
_TEXT, _IP4, _IP6, _DNS = 0, 4, 6, 1


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
    head = bytes([_VERSION]) + invitation.secret + minutes.to_bytes(4, "big") + _pack_peer(invitation.peer)
    line = _sealed(head)
    for each in map(_pack_address, invitation.addresses):
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
    peer, rest = _unpack_peer(body[21:])
    addresses: list[str] = []
    while rest:
        address, rest = _unpack_address(rest)
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


def _pack_peer(peer: str) -> bytes:
    try:
        raw = _from_base58(peer)
    except ValueError:
        raw = b""
    if raw.startswith(_ED25519) and len(raw) == len(_ED25519) + 32:
        return b"\x00" + raw[len(_ED25519) :]
    return bytes([len(peer)]) + peer.encode("ascii")


def _unpack_peer(packed: bytes) -> tuple[str, bytes]:
    size = packed[0]
    if size:
        return packed[1 : 1 + size].decode("ascii"), packed[1 + size :]
    return _to_base58(_ED25519 + packed[1:33]), packed[33:]


def _pack_address(text: str) -> bytes:
    plain = text.partition("/p2p/")[0]
    try:
        address = parse(text)
    except BadAddress:
        return bytes([_TEXT, len(plain)]) + plain.encode("ascii")
    port = address.port.to_bytes(2, "big")
    if not address.kind.startswith("ip"):
        return _dns(address, plain) + port if address.kind == "dns" else bytes([_TEXT, len(plain)]) + plain.encode()
    host = ip_address(address.host)
    return bytes([_IP4 if host.version == 4 else _IP6]) + host.packed + port


def _dns(address: Address, plain: str) -> bytes:
    return bytes([_DNS, len(address.host)]) + address.host.encode("ascii")


def _unpack_address(packed: bytes) -> tuple[str, bytes]:
    kind = packed[0]
    if kind in (_IP4, _IP6):
        size = 4 if kind == _IP4 else 16
        host = ip_address(packed[1 : 1 + size])
        port, rest = packed[1 + size : 3 + size], packed[3 + size :]
        return f"/ip{host.version}/{host}/tcp/{int.from_bytes(port, 'big')}", rest
    size = packed[1]
    text, rest = packed[2 : 2 + size].decode("ascii"), packed[2 + size :]
    if kind == _TEXT:
        return text, rest
    return f"/dns/{text}/tcp/{int.from_bytes(rest[:2], 'big')}", rest[2:]


def _from_base58(text: str) -> bytes:
    number = 0
    for letter in text:
        number = number * 58 + _BASE58.index(letter)
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def _to_base58(raw: bytes) -> str:
    number, letters = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        letters = _BASE58[digit] + letters
    return "1" * (len(raw) - len(raw.lstrip(b"\x00"))) + letters
