"""One request and its answer over a Unix socket, against servers that behave and servers that do not."""

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from meshnode.client.errors import BadAnswer, DeadlineExceeded, NodeNotRunning
from meshnode.client.http import MAX_BODY, MAX_HEAD, Answer, compose
from meshnode.client.transport import Address, exchange

REQUEST = compose("GET", "/v1/health", {"Accept": "application/json"}, b"")


class Server:
    """Reads one request, sends what it was given, and hangs up or stays silent."""

    def __init__(self, path: Path, answer: bytes, *, stay: bool = False) -> None:
        self.received = b""
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(answer, stay), daemon=True)
        self._thread.start()

    def _serve(self, answer: bytes, stay: bool) -> None:
        connection, _ = self._listener.accept()
        # A client that is told what is no answer hangs up in the middle of it.
        with connection, suppress(BrokenPipeError):
            self.received = connection.recv(65_536)
            for place in range(0, len(answer), 7):
                connection.sendall(answer[place : place + 7])
            if stay:
                self._done.wait(10)

    def close(self) -> None:
        self._done.set()
        self._thread.join(10)
        self._listener.close()


@pytest.fixture
def path() -> Iterator[Path]:
    with TemporaryDirectory(prefix="mn-") as folder:
        yield Path(folder) / "s"


def answer_of(path: Path, raw: bytes, *, stay: bool = False, seconds: float = 10) -> Answer:
    server = Server(path, raw, stay=stay)
    try:
        return exchange(Address(str(path)), REQUEST, seconds)
    finally:
        server.close()


def test_a_request_is_what_http_asks_for() -> None:
    request = compose("POST", "/v1/joins", {"Idempotency-Key": "k"}, b"{}")
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.split(b"\r\n") == [
        b"POST /v1/joins HTTP/1.1",
        b"Host: localhost",
        b"Connection: close",
        b"Content-Length: 2",
        b"Idempotency-Key: k",
    ]
    assert body == b"{}"


def test_an_answer_by_length_is_read_whole(path: Path) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\nX-Thing: 1\r\n\r\nHello, world!ignored"
    assert answer_of(path, raw) == Answer(200, {"content-length": "13", "x-thing": "1"}, b"Hello, world!")


def test_an_answer_in_chunks_is_put_together(path: Path) -> None:
    raw = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=1\r\nHello\r\n8\r\n, world!\r\n0\r\nT: 1\r\n\r\n"
    assert answer_of(path, raw).body == b"Hello, world!"


def test_an_interim_answer_is_passed_over(path: Path) -> None:
    raw = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n"
    assert answer_of(path, raw) == Answer(204, {}, b"")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "cut off"),
        (b"HTTP/1.1 200 OK\r\nContent-Le", "cut off"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello", "cut off"),
        (b"HTTP/1.1 200 OK\r\n\r\nHello", "how long"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "how long"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1), "how long"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 abc\r\n\r\n", "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "no length"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n", "no length"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n", "too long"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabXX0\r\n\r\n", "another length"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * (MAX_HEAD + 7), "headers are too long"),
    ],
)
def test_what_is_no_answer_is_called_so(path: Path, raw: bytes, reason: str) -> None:
    with pytest.raises(BadAnswer, match=reason):
        answer_of(path, raw)


def test_a_node_that_is_silent_meets_the_deadline(path: Path) -> None:
    with pytest.raises(DeadlineExceeded, match=r"within 0\.2 s"):
        answer_of(path, b"HTTP/1.1 200 OK\r\n", stay=True, seconds=0.2)


def test_nobody_listening_means_not_running(path: Path) -> None:
    with pytest.raises(NodeNotRunning, match="No such file"):
        exchange(Address(str(path)), REQUEST, 1)
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(path))
    with pytest.raises(NodeNotRunning, match="refused"):
        exchange(Address(str(path)), REQUEST, 1)
