"""Where the API listens: a Unix socket of the owner's alone, and a port that only this machine reaches."""

import contextlib
import errno
import os
import socket
import stat
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import trio

from meshnode.api.settings import BACKLOG

LOOPBACK = "127.0.0.1"
_CREDENTIALS = struct.Struct("3i")


class SocketInUse(Exception):
    """Somebody answers there already, or the folder is not ours; `where` says where."""

    def __init__(self, where: str, detail: str) -> None:
        self.where, self.detail = where, detail
        super().__init__(f"cannot serve the API on {where}: {detail}")


def listen_on_socket(path: Path, uid: int) -> socket.socket:
    """A listening socket at `path`, 0600 in a 0700 folder of the user `uid`; one left behind by a killed node goes.

    Raises SocketInUse.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = path.parent.lstat()
    if not stat.S_ISDIR(folder.st_mode) or folder.st_uid != uid:
        raise SocketInUse(str(path), "its folder belongs to somebody else")
    if folder.st_mode & 0o077:
        path.parent.chmod(0o700)
    # The caller holds the home's lock, so a socket that exists belongs to nobody alive.
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o177)
        try:
            sock.bind(str(path))
        finally:
            os.umask(before)
        return _listening(sock)
    except OSError as error:
        sock.close()
        raise SocketInUse(str(path), error.strerror or str(error)) from error


def listen_on_loopback(ports: Iterable[int]) -> socket.socket:
    """A listening socket on the first of `ports` that is free; 0 stands for any. Raises SocketInUse."""
    tried = []
    for port in ports:
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # A port in TIME_WAIT counts as free, one that is listened on does not.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((LOOPBACK, port))
            return _listening(sock)
        except OSError as error:
            sock.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise SocketInUse(f"{LOOPBACK}:{port}", error.strerror or str(error)) from error
            tried.append(str(port))
    raise SocketInUse(f"{LOOPBACK}:{','.join(tried)}", "the port is taken")


def peer_uid(sock: trio.socket.SocketType) -> int:
    """The user at the other end of a Unix socket; our own where the system cannot tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return os.getuid()
    _, uid, _ = _CREDENTIALS.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return cast(int, uid)


def _listening(sock: socket.socket) -> socket.socket:
    sock.listen(BACKLOG)
    sock.setblocking(False)
    return sock
