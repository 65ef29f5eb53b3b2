"""Listening, accepting and connecting.

Unnecessary once upstream's TCP listener does not set SO_REUSEPORT, which lets two programs share a port and the
kernel split the connections between them, reports that it cannot listen, and tells the address of IPv6 peers.
"""

import errno
import logging
import os
import socket
from collections.abc import Callable

import psutil
import trio

from meshnode.net.address import Address, BadAddress, of_socket, parse
from meshnode.net.libp2p.wire import Wire
from meshnode.net.transport import ListenError, PortInUse

BACKLOG = 1024
"""Connections the system may keep for us while we are busy; it cuts this to its own limit."""

BREATHER = 0.1
"""Seconds to wait when the system has no descriptor or memory for another connection."""

EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

log = logging.getLogger(__name__)


def listen(text: str) -> socket.socket:
    """Listen at one address; raises `PortInUse` or `ListenError`.

    SO_REUSEADDR alone lets a restarted node have its port back at once, and still keeps two nodes apart.
    """
    try:
        address = parse(text)
    except BadAddress as error:
        raise ListenError(text, error.problem) from None
    if address.kind not in ("ip4", "ip6") or address.peer is not None:
        raise ListenError(text, "expected /ip4/ADDRESS/tcp/PORT or /ip6/ADDRESS/tcp/PORT")
    try:
        return _listen(address)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortInUse(text) from None
        raise ListenError(text, error.strerror or str(error)) from None


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET if address.kind == "ip4" else socket.AF_INET6
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((address.host, address.port))
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener


async def accept(listener: socket.socket, take: Callable[[Wire, str, int], None]) -> None:
    """Call `take(wire, host, port)` for every connection until cancelled; it must not wait.

    One connection per turn of the scheduler: in a flood everybody else keeps getting theirs.
    """
    while True:
        await trio.lowlevel.wait_readable(listener.fileno())
        try:
            sock, (host, port, *_) = listener.accept()
            wire = Wire(sock)
        except OSError as error:
            if error.errno in EXHAUSTED:
                log.warning("cannot accept connections: %s; see the limit on open files", error.strerror)
                await trio.sleep(BREATHER)
            # Else the peer left between connecting and being accepted.
            continue
        take(wire, host, port)


async def connect(address: Address) -> Wire:
    """Connect to one address at once; a name is resolved, and each of its addresses tried in turn.

    Raises `OSError`. Unnecessary once upstream does not wait 250 ms for its other dials after one has succeeded.
    """
    families = {"ip4": socket.AF_INET, "dns4": socket.AF_INET, "ip6": socket.AF_INET6, "dns6": socket.AF_INET6}
    found = await trio.socket.getaddrinfo(
        address.host, address.port, families.get(address.kind, socket.AF_UNSPEC), socket.SOCK_STREAM
    )
    failure = OSError(errno.EADDRNOTAVAIL, f"no address for {address.host}")
    for family, _, _, _, target in found:
        sock = socket.socket(family, socket.SOCK_STREAM)
        try:
            await _connect(sock, target)
            return Wire(sock)
        except OSError as error:
            sock.close()
            failure = error
        except BaseException:
            sock.close()
            raise
    raise failure


async def _connect(
    sock: socket.socket, target: tuple[str, int] | tuple[str, int, int, int] | tuple[int, bytes]
) -> None:
    sock.setblocking(False)
    try:
        sock.connect(target)
    except BlockingIOError:
        await trio.lowlevel.wait_writable(sock.fileno())
        if code := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(code, os.strerror(code)) from None


def reachable(listener: socket.socket) -> list[Address]:
    """Return the addresses at which a listener can be reached from elsewhere, or from here if there are no others."""
    host, port, *_ = listener.getsockname()
    if host not in ("0.0.0.0", "::"):
        return [of_socket(host, port)]
    family = socket.AF_INET if host == "0.0.0.0" else socket.AF_INET6
    found = [
        of_socket(entry.address, port)
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family == family and "%" not in entry.address
    ]
    loopback = ("127.", "::1")
    return [address for address in found if not address.host.startswith(loopback)] or found
