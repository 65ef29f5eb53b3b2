"""Where a node is reached, in few bytes: its peer, and addresses of it (10-lines 2).

A peer is text as libp2p writes it, an address `/ip4/HOST/tcp/PORT` and the like, without the peer.
"""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from itertools import groupby

from meshproto.records.reasons import Reason, Refused

_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519 = bytes.fromhex("002408011220")
"""How the name of a peer begins whose key it is itself."""
_KEY_SIZE = 32
_TEXT, _DNS, _IP4, _IP6 = 0, 1, 4, 6
_LONGEST = 255
_VISIBLE = re.compile(r"[!-~]{1,255}\Z")
_PORT = re.compile(r"(0|[1-9][0-9]{0,4})\Z")


def pack_peer(peer: str) -> bytes:
    """A peer in 33 bytes, or as its text behind its length. Raises ValueError for what is longer than 255 bytes."""
    try:
        raw = _from_base58(peer)
    except ValueError:
        raw = b""
    if raw.startswith(_ED25519) and len(raw) == len(_ED25519) + _KEY_SIZE:
        return b"\x00" + raw[len(_ED25519) :]
    return bytes([len(peer)]) + peer.encode("ascii")


def pack_address(address: str) -> bytes:
    """An address in few bytes; nothing for one that no line can carry."""
    text = address.partition("/p2p/")[0]
    match text.split("/"):
        case ["", kind, host, "tcp", port] if _PORT.match(port) and int(port) < 1 << 16:
            packed = _pack_host(kind, host)
            if packed:
                return packed + int(port).to_bytes(2, "big")
    return bytes([_TEXT, len(text)]) + text.encode("ascii") if _VISIBLE.match(text) else b""


def _pack_host(kind: str, host: str) -> bytes:
    """A host in few bytes; nothing where it must be written out."""
    try:
        if kind == "ip4":
            return bytes([_IP4]) + IPv4Address(host).packed
        if kind == "ip6":
            return bytes([_IP6]) + IPv6Address(host.partition("%")[0]).packed
    except AddressValueError:
        return b""
    return bytes([_DNS, len(host)]) + host.encode() if kind == "dns" and _VISIBLE.match(host) else b""


class Places:
    """Reads what a line says of where a node is reached."""

    def __init__(self, packed: bytes) -> None:
        self._packed, self._at = packed, 0

    def peer(self) -> str:
        """The peer that comes first. Raises Refused."""
        size = self._number(1)
        return self._text(size) if size else _to_base58(_ED25519 + self._take(_KEY_SIZE))

    def addresses(self) -> tuple[str, ...]:
        """All addresses that follow it. Raises Refused."""
        found = []
        while self._at < len(self._packed):
            found.append(self._address())
        return tuple(found)

    def _address(self) -> str:
        match self._number(1):
            case 0:
                return self._text(self._number(1))
            case 1:
                host = f"dns/{self._text(self._number(1))}"
            case 4:
                host = f"ip4/{IPv4Address(self._take(4))}"
            case 6:
                host = f"ip6/{ip6_text(self._take(16))}"
            case _:
                raise Refused(Reason.N_PLACE)
        return f"/{host}/tcp/{self._number(2)}"

    def _take(self, size: int) -> bytes:
        found = self._packed[self._at : self._at + size]
        if len(found) < size:
            raise Refused(Reason.N_PLACE)
        self._at += size
        return found

    def _number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "big")

    def _text(self, size: int) -> str:
        text = self._take(size).decode("latin-1")
        if not _VISIBLE.match(text):
            raise Refused(Reason.N_PLACE)
        return text


def ip6_text(packed: bytes) -> str:
    """An IPv6 address as RFC 5952 writes it, always in hex: Python's own text depends on its version."""
    groups = [int.from_bytes(packed[at : at + 2], "big") for at in range(0, 16, 2)]
    runs, at = [(0, 0)], 0
    for value, same in groupby(groups):
        count = len(list(same))
        if not value and count > 1:
            runs.append((count, -at))
        at += count
    count, start = max(runs)
    texts = [f"{each:x}" for each in groups]
    if not count:
        return ":".join(texts)
    return f"{':'.join(texts[:-start])}::{':'.join(texts[count - start :])}"


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
