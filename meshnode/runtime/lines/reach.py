"""The line that others join by: which addresses stand in it, and how far they reach."""

from ipaddress import ip_address

from meshnode.net.address import Address, BadAddress, parse
from meshproto.records.ids import to_text

MAX_ADDRESSES = 3
"""Addresses in a join line; it is pasted, printed and read aloud."""
MACHINE, LAN, INTERNET = "this machine", "this LAN", "the internet"
_ORDER = {INTERNET: 0, LAN: 1, MACHINE: 2}


def reach_of(addresses: tuple[str, ...]) -> str:
    """How far the best of these addresses reaches; empty for none that can be judged."""
    reaches = [_reach(address) for address in _read(addresses)]
    return min(reaches, key=_ORDER.__getitem__, default="")


def reachable_first(addresses: tuple[str, ...]) -> tuple[str, ...]:
    """The addresses for a join line, those that reach furthest first; this machine's own only if there is no other."""
    read = _read(addresses)
    if not read:
        return addresses[:MAX_ADDRESSES]  # such as those of a transport in memory
    ordered = sorted(read, key=lambda address: _ORDER[_reach(address)])
    far = [address for address in ordered if _reach(address) != MACHINE]
    return tuple(str(address) for address in (far or ordered)[:MAX_ADDRESSES])


def write_line(network: bytes, addresses: tuple[str, ...]) -> str:
    """The line by which others join."""
    return f"{to_text(network)}@{','.join(addresses)}"


def _read(addresses: tuple[str, ...]) -> list[Address]:
    found = []
    for text in addresses:
        try:
            found.append(parse(text))
        except BadAddress:
            continue
    return found


def _reach(address: Address) -> str:
    if not address.kind.startswith("ip"):
        return INTERNET
    ip = ip_address(address.host)
    if ip.is_loopback:
        return MACHINE
    return LAN if ip.is_private or ip.is_link_local else INTERNET
