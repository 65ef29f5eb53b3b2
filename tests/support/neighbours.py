"""Programs of this machine that connect to a port on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from socket import create_connection, socket

from meshnode.api.socket_users import Address


def anybody(there: Address) -> bool:
    """A system that does not tell whose a connection is: it might be the owner's."""
    return True


@contextmanager
def connected(listener: socket) -> Iterator[tuple[socket, Address]]:
    """A connection to a port, held open at both ends: the end of whoever connects, and where it is."""
    with create_connection(listener.getsockname()) as near, listener.accept()[0]:
        yield near, near.getsockname()
