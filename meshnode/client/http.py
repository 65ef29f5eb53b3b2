"""Requests and answers of HTTP/1.1 as bytes, apart from how they travel.

The standard library's `http.client` would cost a third of the time a command may take to start, most of it for parsing
e-mail headers. This reads exactly what the node's server writes: a status line, headers, a body by length or in chunks.
What reads is a generator: it yields when it needs more bytes and is sent them, by whatever waits for them.
"""

from collections.abc import Generator, Mapping
from typing import NamedTuple, TypeVar

from meshnode.client.errors import BadAnswer, CutOff

MAX_HEAD = 65_536
"""Bytes of status line and headers; the node sends a few hundred."""
MAX_BODY = 256 << 20
"""Bytes of one answer. The longest, a page of raw records, stays far below."""

T = TypeVar("T")
Steps = Generator[None, bytes, T]
"""What needs bytes, and is sent them, until it has a T; raises BadAnswer."""


class Head(NamedTuple):
    """What an answer begins with: status code, headers with lower-case names."""

    status: int
    headers: dict[str, str]


class Answer(NamedTuple):
    """What the node answered: status code, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes


def compose(method: str, target: str, headers: Mapping[str, str], body: bytes, host: str = "localhost") -> bytes:
    """Return the bytes of a request. Every request has its own connection: a command makes one or two."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("ascii") + body


class Incoming:
    """Reads one answer out of bytes as they come."""

    def __init__(self) -> None:
        self._buffer = b""

    def answer(self) -> Steps[Answer]:
        """Read a whole answer."""
        status, headers = yield from self.head()
        return Answer(status, headers, (yield from self.body(status, headers)))

    def head(self) -> Steps[Head]:
        """Read what an answer begins with."""
        head = _parse_head((yield from self._until(b"\r\n\r\n")))
        while 100 <= head.status < 200:
            head = _parse_head((yield from self._until(b"\r\n\r\n")))
        return head

    def body(self, status: int, headers: Mapping[str, str]) -> Steps[bytes]:
        """Read a body to its end."""
        if status in (204, 304):
            return b""
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return (yield from self._chunks())
        length = headers.get("content-length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            raise BadAnswer("it does not say how long it is")
        return (yield from self._exactly(int(length)))

    def chunk(self) -> Steps[bytes]:
        """Read the next part of a body that comes in chunks; empty at its end."""
        size = _parse_size((yield from self._until(b"\r\n")))
        if size == 0:
            while (yield from self._until(b"\r\n")):
                pass  # Trailers, which this API does not use.
            return b""
        if size > MAX_BODY:
            raise BadAnswer("it is too long")
        part = yield from self._exactly(size)
        if (yield from self._exactly(2)) != b"\r\n":
            raise BadAnswer("a chunk has another length than it says")
        return part

    def _chunks(self) -> Steps[bytes]:
        parts: list[bytes] = []
        total = 0
        while part := (yield from self.chunk()):
            parts.append(part)
            total += len(part)
            if total > MAX_BODY:
                raise BadAnswer("it is too long")
        return b"".join(parts)

    def _until(self, mark: bytes) -> Steps[bytes]:
        while mark not in self._buffer:
            if len(self._buffer) > MAX_HEAD:
                raise BadAnswer("its headers are too long")
            self._buffer += _some((yield))
        found, self._buffer = self._buffer.split(mark, 1)
        return found

    def _exactly(self, size: int) -> Steps[bytes]:
        parts, have = [self._buffer], len(self._buffer)
        while have < size:
            parts.append(_some((yield)))
            have += len(parts[-1])
        whole = b"".join(parts)
        self._buffer = whole[size:]
        return whole[:size]


def _some(received: bytes) -> bytes:
    if not received:
        raise CutOff("it was cut off")
    return received


def _parse_head(head: bytes) -> Head:
    first, *rest = head.decode("latin-1").split("\r\n")
    version, _, after = first.partition(" ")
    code = after[:3]
    if not version.startswith("HTTP/1.") or not code.isdigit():
        raise BadAnswer("it is not HTTP")
    pairs = (line.partition(":") for line in rest)
    return Head(int(code), {name.strip().lower(): value.strip() for name, _, value in pairs})


def _parse_size(line: bytes) -> int:
    digits = line.split(b";", 1)[0].strip()
    # `int` alone would also take signs and underscores.
    if not digits or len(digits) > 16 or digits.strip(b"0123456789abcdefABCDEF"):
        raise BadAnswer("a chunk has no length")
    return int(digits, 16)
