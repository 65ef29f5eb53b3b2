"""HTTP on a Unix socket, for a fake that answers in the API's own models."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingMixIn, UnixStreamServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from meshnode.api.problems import Problem


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]
    key: str


class Server(ThreadingMixIn, UnixStreamServer):
    """Serves each caller in a thread of its own."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Somebody hung up before the answer, which is their right."""


Answer = Callable[[Asked], msgspec.Struct | bytes | None]


def handler(answer: Answer) -> type[BaseHTTPRequestHandler]:
    """What speaks HTTP for somebody who answers with models, or with bytes as they are."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            self.client_address = ("local", 0)
            super().handle_one_request()

        def do(self) -> None:
            url = urlsplit(self.path)
            raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            query = {name: values[-1] for name, values in parse_qs(url.query).items()}
            path = unquote(url.path.removeprefix("/v1"))
            self._say(
                answer(
                    Asked(self.command, path, query, json.loads(raw or b"{}"), self.headers.get("Idempotency-Key", ""))
                )
            )

        do_GET = do_POST = do_PUT = do_DELETE = do  # noqa: N815 - the names that http.server looks for

        def _say(self, answer: msgspec.Struct | bytes | None) -> None:
            if isinstance(answer, bytes):
                self.wfile.write(answer)
                self.close_connection = True
                return
            status = answer.status if isinstance(answer, Problem) else 204 if answer is None else 200
            body = b"" if answer is None else msgspec.json.encode(answer)
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name http.server calls it by
            return

    return Handler
