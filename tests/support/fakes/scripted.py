"""A server on a Unix socket, or a port, that answers each connection with what was written down for it."""

import json
import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from tests.support.patience import DEADLINE

STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"


def chunks(*parts: bytes) -> bytes:
    """What a server sends of a stream that then breaks."""
    return STREAM + b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)


def event(number: int, name: str = "record") -> bytes:
    """One event of a node, with little in it."""
    head = f"id: {number}\n" if name == "record" else ""
    return f'{head}event: {name}\ndata: {{"arrival": {number}}}\n\n'.encode()


def page(items: Sequence[object], following: str | None) -> bytes:
    """What a server answers with a page of a list."""
    body = json.dumps({"items": [*items], "next": following}).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body


class Scripted:
    """Takes one connection after the other, and hangs up after each answer; `requests` is what it was asked."""

    def __init__(self, *answers: bytes, stays: bool = False, host: str = "") -> None:
        """With `stays` it hangs up only at the end, and so is silent after each answer. `host` is for TCP."""
        self._folder = TemporaryDirectory(prefix="mn-")
        self.path = str(Path(self._folder.name) / "s")
        self.requests: list[str] = []
        self._stays = stays
        self._open: list[socket.socket] = []
        family = socket.AF_UNIX if not host else socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.socket(family)
        self._listener.bind((host, 0) if host else self.path)
        self.port = int(self._listener.getsockname()[1]) if host else 0
        self._listener.listen()
        self._listener.settimeout(DEADLINE)
        self._thread = threading.Thread(target=self._serve, args=(answers,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._thread.join(DEADLINE)
        for connection in self._open:
            connection.close()
        self._folder.cleanup()

    def _serve(self, answers: tuple[bytes, ...]) -> None:
        with self._listener:
            for answer in answers:
                connection, _ = self._listener.accept()
                self._open.append(connection)
                with suppress(BrokenPipeError):
                    self.requests.append(connection.recv(65_536).decode())
                    connection.sendall(answer)
                if not self._stays:
                    connection.close()
