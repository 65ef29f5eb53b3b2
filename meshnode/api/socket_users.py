"""Which user of this machine is at the other end of a connection on loopback, as Linux tells of its own sockets.

Everybody on this machine can knock there, and a browser shows the cookie of a session to every port of 127.0.0.1. So
the dashboard serves only connections that its owner's own programs made: a cookie or a link in the hands of another
user opens nothing (decision 22). Linux says whose a socket is to whoever asks, by sock_diag(7), as `ss -e` shows it.
"""

import errno
import logging
import os
import socket
import struct
from collections.abc import Callable, Collection

log = logging.getLogger(__name__)

Address = tuple[str, int]
"""An IPv4 address and a port."""

ROOT = 0
"""Who may do everything anyway; on WSL it carries what a browser on Windows asks for to this machine's loopback."""

_ANYWHERE: Address = ("0.0.0.0", 0)
"""With what a socket that listens is connected."""

# The names of linux/netlink.h, linux/sock_diag.h and linux/inet_diag.h, which Python does not have.
_SOCK_DIAG, _BY_FAMILY, _REQUEST, _ERROR = 4, 20, 1, 2
_ANY_STATE, _ANY_COOKIE = 0xFFFFFFFF, b"\xff" * 8
_NLMSGHDR, _NLMSGERR = struct.Struct("=IHHII"), struct.Struct("=i")
_INET_DIAG_REQ, _INET_DIAG_MSG = struct.Struct("=BBxxI48s"), struct.Struct("=4x48s12xII")
_INET_DIAG_SOCKID = struct.Struct(">HH4s12x4s12x4x8s")
_MOST = 4096
"""Bytes of an answer; one about one socket has some hundred."""


def made_by(users: Collection[int], listener: socket.socket) -> Callable[[Address], bool]:
    """Return what says whether a program of one of these users made the connection that comes to `listener` from there.

    Where the system does not tell whose sockets are whose it says so of every connection, and the log says that.
    """
    here: Address = listener.getsockname()
    try:
        told = _user_of(here, _ANYWHERE) is not None
    except OSError:
        told = False
    if not told:
        log.info("this system does not tell which user connects to %s:%d: whoever has the cookie is let in", *here)
        return lambda there: True

    def is_theirs(there: Address) -> bool:
        try:
            return _user_of(there, here) in users
        except OSError as error:
            # Not being able to ask is no reason to trust: others can use up what asking needs.
            log.warning("refused a connection, since the system did not tell whose it is: %s", error)
            return False

    return is_theirs


def _user_of(near: Address, far: Address) -> int | None:
    """The user who holds the socket at `near` that is connected with `far`; None if nobody does. Raises OSError."""
    if not hasattr(socket, "AF_NETLINK"):
        raise OSError(errno.EOPNOTSUPP, "only Linux tells")
    ends = _INET_DIAG_SOCKID.pack(near[1], far[1], socket.inet_aton(near[0]), socket.inet_aton(far[0]), _ANY_COOKIE)
    asked = _INET_DIAG_REQ.pack(socket.AF_INET, socket.IPPROTO_TCP, _ANY_STATE, ends)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _SOCK_DIAG) as kernel:
        kernel.setblocking(False)  # the kernel has answered once it took the question
        kernel.send(_NLMSGHDR.pack(_NLMSGHDR.size + len(asked), _BY_FAMILY, _REQUEST, 0, 0) + asked)
        return _user_told(kernel.recv(_MOST), ends)


def _user_told(told: bytes, ends: bytes) -> int | None:
    """What the kernel answered to a question about the socket with these ends. Raises OSError."""
    _, kind, *_ = _NLMSGHDR.unpack_from(told)
    if kind == _ERROR:
        (code,) = _NLMSGERR.unpack_from(told, _NLMSGHDR.size)
        if -code == errno.ENOENT:
            return None
        raise OSError(-code, os.strerror(-code))
    found, user, inode = _INET_DIAG_MSG.unpack_from(told, _NLMSGHDR.size)
    # For want of a connection the kernel tells of a listener at `near`. One that was closed already is told without an
    # inode, and was root's to older kernels: whoever sends something and hangs up at once would be taken for root.
    return user if inode and found[:4] == ends[:4] else None
