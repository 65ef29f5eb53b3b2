"""Where a peer can be dialled, as text: `/ip4/192.0.2.7/tcp/4001/p2p/12D3KooW...`.

The few multiaddrs we use, read strictly; what a peer claims as its address passes through here first.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from typing import Literal

from meshnode.net.transport import PeerId

MAX_CHARACTERS = 400
"""Longer than any host name of 253 characters with its port and peer id."""

Kind = Literal["ip4", "ip6", "dns", "dns4", "dns6"]

MAX_HOST_CHARACTERS = 253
HOST_LABEL = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\Z")
PEER_ID = re.compile(r"[1-9A-HJ-NP-Za-km-z]{40,64}\Z")


class BadAddress(ValueError):
    """`text` is no address we can use; `problem` says why."""

    def __init__(self, text: str, problem: str) -> None:
        self.text, self.problem = text, problem
        super().__init__(f"not an address: {problem}: {text[:MAX_CHARACTERS]!r}")


@dataclass(frozen=True, slots=True)
class Address:
    """A host, a TCP port, and possibly who is expected there."""

    kind: Kind
    host: str
    port: int
    peer: PeerId | None = None

    def __str__(self) -> str:
        """Return the text that `parse` reads."""
        tail = f"/p2p/{self.peer}" if self.peer else ""
        return f"/{self.kind}/{self.host}/tcp/{self.port}{tail}"


def parse(text: str) -> Address:
    """Read an address; raises `BadAddress`."""
    if len(text) > MAX_CHARACTERS:
        raise BadAddress(text, "too long")
    match text.split("/"):
        case ["", ("ip4" | "ip6" | "dns" | "dns4" | "dns6") as kind, host, "tcp", port, *rest]:
            return Address(kind, _host(text, kind, host), _port(text, port), _peer(text, rest))
    raise BadAddress(text, "expected /ip4/HOST/tcp/PORT or /ip6/... or /dns/..., with /p2p/PEER behind it")


def of_socket(host: str, port: int, peer: PeerId | None = None) -> Address:
    """Return the address of an IP address and a port, as the socket functions name them."""
    return Address("ip6" if ":" in host else "ip4", host.partition("%")[0], port, peer)


def _host(text: str, kind: Kind, host: str) -> str:
    try:
        match kind:
            case "ip4":
                return str(IPv4Address(host))
            case "ip6" if "%" not in host:  # A zone means something on one machine only; the check below refuses it.
                return str(IPv6Address(host))
    except AddressValueError as error:
        raise BadAddress(text, str(error)) from None
    labels = host.removesuffix(".").split(".")
    if len(host) > MAX_HOST_CHARACTERS or not all(HOST_LABEL.match(label) for label in labels):
        raise BadAddress(text, "no host name")
    return host


def _port(text: str, port: str) -> int:
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and int(port) < 2**16):
        raise BadAddress(text, "a port is a number from 0 to 65535")
    return int(port)


def _peer(text: str, rest: list[str]) -> PeerId | None:
    match rest:
        case []:
            return None
        case ["p2p", peer] if PEER_ID.match(peer):
            return PeerId(peer)
    raise BadAddress(text, "expected nothing or /p2p/PEER behind the port")
