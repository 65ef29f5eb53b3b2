"""Peers and addresses in few bytes, for lines that are pasted and drawn."""

import base64
from hashlib import sha256
from ipaddress import ip_address

from meshnode.net.address import Address, BadAddress, parse

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = bytes.fromhex("002408011220")
"""How the name of a peer begins whose key it is itself."""
_TEXT, _IP4, _IP6, _DNS = 0, 4, 6, 1
_CHECKSUM = 4


def sealed(prefix: str, body: bytes) -> str:
    """A line: a prefix that says what it is, and base64url of bytes and their checksum."""
    packed = body + sha256(body).digest()[:_CHECKSUM]
    return prefix + base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


def unsealed(line: str, prefix: str) -> bytes:
    """The bytes of a line. Raises ValueError if it is another one, incomplete or mistyped."""
    text = line.removeprefix(prefix)
    body = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))[:-_CHECKSUM]
    if not line.startswith(prefix) or sealed(prefix, body) != line:
        raise ValueError("checksum")
    return body


def pack_peer(peer: str) -> bytes:
    """A peer in 33 bytes, or a few more."""
    try:
        raw = _from_base58(peer)
    except ValueError:
        raw = b""
    if raw.startswith(_ED25519) and len(raw) == len(_ED25519) + 32:
        return b"\x00" + raw[len(_ED25519) :]
    return bytes([len(peer)]) + peer.encode("ascii")


def unpack_peer(packed: bytes) -> tuple[str, bytes]:
    """The peer that bytes begin with, and the rest. Raises ValueError, IndexError."""
    size = packed[0]
    if size:
        return packed[1 : 1 + size].decode("ascii"), packed[1 + size :]
    return _to_base58(_ED25519 + packed[1:33]), packed[33:]


def pack_address(text: str) -> bytes:
    """An address in few bytes, without its peer."""
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


def unpack_address(packed: bytes) -> tuple[str, bytes]:
    """The address that bytes begin with, and the rest. Raises ValueError, IndexError."""
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
