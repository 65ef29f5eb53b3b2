"""Where a node is reached, and a connection to it that waits for bytes: on the standard library alone."""

import socket
import time
from typing import NamedTuple, Self, TypeVar
from urllib.parse import urlsplit

from meshnode.client.errors import CutOff, DeadlineExceeded, NodeNotRunning
from meshnode.client.http import Answer, Incoming, Steps

T = TypeVar("T")

_CHUNK = 65_536


class Address(NamedTuple):
    """Where a node listens: at a Unix socket, or at a TCP port for whoever has a token."""

    path: str = ""
    """The Unix socket; empty for TCP."""
    host: str = ""
    port: int = 0
    token: str = ""

    @classmethod
    def of(cls, url: str, token: str = "") -> Self:
        """Return the address that a URL such as http://127.0.0.1:4480 means; raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or not parts.port or parts.path.strip("/"):
            raise ValueError(f"{url!r} is not like http://127.0.0.1:4480")
        return cls(host=parts.hostname, port=parts.port, token=token)

    @property
    def shown(self) -> str:
        """How it is called in texts."""
        return self.path or f"{self.host}:{self.port}"

    @property
    def http_host(self) -> str:
        """What the Host header says."""
        if self.path:
            return "localhost"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers that let a request in."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


class Wire:
    """One connection to a node."""

    def __init__(self, address: Address, seconds: float) -> None:
        """Connect within `seconds`, from which also the time for what follows counts.

        Raises NodeNotRunning and DeadlineExceeded.
        """
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds
        family = socket.AF_UNIX if address.path else socket.AF_INET6 if ":" in address.host else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_STREAM)
        self._socket.settimeout(seconds)
        try:
            self._socket.connect(address.path or (address.host, address.port))
        except OSError as error:
            self._socket.close()
            if isinstance(error, TimeoutError):
                raise DeadlineExceeded(seconds) from None
            raise NodeNotRunning(address.shown, error.strerror or str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def allow(self, seconds: float) -> None:
        """Let the next step take so long from now on."""
        self._seconds, self._deadline = seconds, time.monotonic() + seconds

    def send(self, request: bytes) -> None:
        """Send bytes; raises DeadlineExceeded and CutOff."""
        try:
            self._socket.sendall(request)
        except OSError as error:
            raise self._told(error) from error

    def run(self, steps: Steps[T]) -> T:
        """Receive as many bytes as the steps need; raises DeadlineExceeded and BadAnswer."""
        try:
            next(steps)
            while True:
                steps.send(self._more())
        except StopIteration as found:
            value: T = found.value
            return value
        except OSError as error:
            raise self._told(error) from error

    def _more(self) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._socket.recv(_CHUNK)

    def _told(self, error: OSError) -> DeadlineExceeded | CutOff:
        if isinstance(error, TimeoutError):
            return DeadlineExceeded(self._seconds)
        return CutOff(f"the node hung up ({error.strerror or error})")


def exchange(address: Address, request: bytes, seconds: float) -> Answer:
    """Send a request and read the whole answer, all within `seconds`.

    Raises NodeNotRunning, DeadlineExceeded and BadAnswer.
    """
    with Wire(address, seconds) as wire:
        wire.send(request)
        return wire.run(Incoming().answer())
