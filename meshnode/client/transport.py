"""One request and its answer in HTTP/1.1 over the node's Unix socket.

The standard library's `http.client` would cost a third of the time a command may take to start, most of it for parsing
e-mail headers. This reads exactly what the node's server writes: a status line, headers, a body by length or in chunks.
"""

import socket
import time
from collections.abc import Mapping
from typing import NamedTuple

from meshnode.client.errors import BadAnswer, DeadlineExceeded, NodeNotRunning

MAX_HEAD = 65_536
"""Bytes of status line and headers; the node sends a few hundred."""
MAX_BODY = 256 << 20
"""Bytes of one answer. The longest, a page of raw records, stays far below."""
_CHUNK = 65_536


class Answer(NamedTuple):
    """What the node answered: status code, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes


def exchange(path: str, request: bytes, seconds: float) -> Answer:
    """Send `request` to the socket at `path` and read the whole answer, all within `seconds`.

    Raises NodeNotRunning, DeadlineExceeded and BadAnswer.
    """
    deadline = time.monotonic() + seconds
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(seconds)
        try:
            connection.connect(path)
        except TimeoutError:
            raise DeadlineExceeded(seconds) from None
        except OSError as error:
            raise NodeNotRunning(path, error.strerror or str(error)) from error
        try:
            connection.sendall(request)
            return _Reader(connection, deadline).answer()
        except TimeoutError:
            raise DeadlineExceeded(seconds) from None
        except OSError as error:
            raise BadAnswer(f"the node hung up ({error.strerror or error})") from error


def compose(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    """Return the bytes of a request. Every request has its own connection: a command makes one or two."""
    lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


class _Reader:
    """Reads one answer from a connection before the deadline."""

    def __init__(self, connection: socket.socket, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline
        self._buffer = b""

    def answer(self) -> Answer:
        status, headers = _parse_head(self._until(b"\r\n\r\n"))
        while 100 <= status < 200:
            status, headers = _parse_head(self._until(b"\r\n\r\n"))
        return Answer(status, headers, self._body(status, headers))

    def _body(self, status: int, headers: dict[str, str]) -> bytes:
        if status in (204, 304):
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        length = headers.get("content-length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            raise BadAnswer("it does not say how long it is")
        return self._exactly(int(length))

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        total = 0
        while True:
            size = _parse_size(self._until(b"\r\n"))
            total += size
            if total > MAX_BODY:
                raise BadAnswer("it is too long")
            if size == 0:
                while self._until(b"\r\n"):
                    pass  # Trailers, which this API does not use.
                return b"".join(parts)
            parts.append(self._exactly(size))
            if self._exactly(2) != b"\r\n":
                raise BadAnswer("a chunk has another length than it says")

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            if len(self._buffer) > MAX_HEAD:
                raise BadAnswer("its headers are too long")
            self._buffer += self._more()
        found, self._buffer = self._buffer.split(mark, 1)
        return found

    def _exactly(self, size: int) -> bytes:
        parts, have = [self._buffer], len(self._buffer)
        while have < size:
            parts.append(self._more())
            have += len(parts[-1])
        whole = b"".join(parts)
        self._buffer = whole[size:]
        return whole[:size]

    def _more(self) -> bytes:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        received = self._connection.recv(_CHUNK)
        if not received:
            raise BadAnswer("it was cut off")
        return received


def _parse_head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *rest = head.decode("latin-1").split("\r\n")
    version, _, after = first.partition(" ")
    code = after[:3]
    if not version.startswith("HTTP/1.") or not code.isdigit():
        raise BadAnswer("it is not HTTP")
    pairs = (line.partition(":") for line in rest)
    return int(code), {name.strip().lower(): value.strip() for name, _, value in pairs}


def _parse_size(line: bytes) -> int:
    digits = line.split(b";", 1)[0].strip()
    # `int` alone would also take signs and underscores.
    if not digits or len(digits) > 16 or digits.strip(b"0123456789abcdefABCDEF"):
        raise BadAnswer("a chunk has no length")
    return int(digits, 16)
