"""Asks a server as programs do that keep their connections: as fast as it answers, or every so often."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

Where = Path | int
"""A Unix socket, or a port on 127.0.0.1."""
Requests = Callable[[int], bytes]
"""The n-th request, with its head."""


class Asked(NamedTuple):
    """What came of many requests."""

    seconds: float
    ms: list[float]
    """How long each took."""
    size: int
    """Bytes of the last body."""

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.ms) / self.seconds


class Connection:
    """One connection that is kept, and asked one thing after another."""

    def __init__(self, where: Where) -> None:
        self._where = where
        self._socket = _connected(where)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close()

    def ask(self, request: bytes) -> bytes:
        """Send a request and return the body of its answer, which must be a success."""
        self._socket.sendall(request)
        got = self._socket.recv(262_144)
        while (end := got.find(b"\r\n\r\n")) < 0:
            got += self._some()
        head = got[:end].lower()
        assert got[9:10] == b"2", got[:2_000]
        ends = b"connection: close" in head  # after a thousand requests
        length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
        parts, missing = [got[end + 4 :]], length - (len(got) - end - 4)
        while missing:
            parts.append(self._some())
            missing -= len(parts[-1])
        if ends:
            self._socket.close()
            self._socket = _connected(self._where)
        return b"".join(parts)

    def _some(self) -> bytes:
        found = self._socket.recv(262_144)
        assert found, "the server hung up"
        return found


def _connected(where: Where) -> socket.socket:
    made = socket.socket(socket.AF_INET if isinstance(where, int) else socket.AF_UNIX)
    made.settimeout(60)
    made.connect(("127.0.0.1", where) if isinstance(where, int) else str(where))
    return made


def get(path: str, *headers: str, host: str = "localhost") -> bytes:
    """A request for a path."""
    return "\r\n".join([f"GET {path} HTTP/1.1", f"Host: {host}", *headers, "", ""]).encode()


def post(path: str, body: bytes, *headers: str, host: str = "localhost") -> bytes:
    """A request that sends JSON."""
    said = (f"Host: {host}", "Content-Type: application/json", f"Content-Length: {len(body)}")
    return "\r\n".join([f"POST {path} HTTP/1.1", *said, *headers, "", ""]).encode() + body


def in_turn(requests: Sequence[bytes]) -> Requests:
    """These requests, again and again."""
    return lambda number: requests[number % len(requests)]


def hurried(where: Where, requests: Requests, count: int, clients: int = 1) -> Asked:
    """So many requests by so many clients, each of which asks as soon as it was answered."""
    began = threading.Barrier(clients + 1)

    def client(number: int) -> tuple[list[float], int]:
        took, size = [], 0
        with Connection(where) as connection:
            began.wait()
            for each in range(number, count, clients):
                request, start = requests(each), time.perf_counter()
                size = len(connection.ask(request))
                took.append((time.perf_counter() - start) * 1000)
        return took, size

    with ThreadPoolExecutor(clients) as threads:
        found = [threads.submit(client, number) for number in range(clients)]
        began.wait()
        start = time.perf_counter()
        told = [each.result() for each in found]
        return Asked(time.perf_counter() - start, [each for took, _ in told for each in took], told[0][1])


class Paced:
    """Asks different things at once, each again every `pause` seconds, from `begin` to `end`."""

    def __init__(self, where: Where, kinds: Iterable[tuple[str, Requests]], pause: float) -> None:
        self._where, self._pause = where, pause
        self._ended = threading.Event()
        self._kinds = list(kinds)
        self._threads = ThreadPoolExecutor(len(self._kinds))

    def begin(self) -> Callable[[], dict[str, list[float]]]:
        """Begin; what is returned ends it and tells how long each took, in milliseconds."""
        running = {name: self._threads.submit(self._client, requests) for name, requests in self._kinds}

        def end() -> dict[str, list[float]]:
            self._ended.set()
            found = {name: each.result() for name, each in running.items()}
            self._threads.shutdown()
            return found

        return end

    def _client(self, requests: Requests) -> list[float]:
        took, number = list[float](), 0
        with Connection(self._where) as connection:
            while not self._ended.wait(self._pause):
                request, start = requests(number), time.perf_counter()
                connection.ask(request)
                took.append((time.perf_counter() - start) * 1000)
                number += 1
        return took
