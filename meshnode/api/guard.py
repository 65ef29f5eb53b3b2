"""Refuses what a web page or another user could send, before anything is read.

A browser can be made to send requests to any local address. It always names the Host it believes in, and it says
where the request comes from; programs of the owner send neither Origin nor Sec-Fetch-Site.
"""

from collections.abc import Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from meshnode.api.codec import problem_answer
from meshnode.api.problems import Problem, problem
from meshnode.api.settings import MAX_BODY

HOSTS = frozenset({b"localhost", b"meshnode", b"127.0.0.1", b"[::1]"})
"""The names under which this node is addressed; a page behind a rebound DNS name has another."""
SAME_SITE = frozenset({b"same-origin", b"none"})
SAFE_METHODS = frozenset({"GET", "HEAD"})
NO_STORE = (b"cache-control", b"no-store")


class Guard:
    """An ASGI layer around the whole application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it with the problem."""
        if scope["type"] != "http":
            return  # No web sockets here; lifespan is the node's own.
        refused = verdict(scope["method"], scope["headers"])
        if refused is not None:
            await problem_answer(refused)(scope, receive, send)
            return

        async def send_unstored(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), NO_STORE]
            await send(message)

        await self._app(scope, receive, send_unstored)


def verdict(method: str, headers: Iterable[tuple[bytes, bytes]]) -> Problem | None:
    """The problem with a request's headers, or None when they are in order. Names of headers are lower case."""
    found: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        found.setdefault(name.lower(), []).append(value)
    hosts = found.get(b"host", [])
    if len(hosts) != 1 or _without_port(hosts[0]) not in HOSTS:
        return problem("misdirected", "the Host header names something else", "ask for http://localhost/v1/…")
    if any(value not in SAME_SITE for value in found.get(b"sec-fetch-site", [])) or b"origin" in found:
        return problem("cross-origin", "requests of web pages are not served here")
    length = found.get(b"content-length", [b"0"])[0]
    if length.isdigit() and int(length) > MAX_BODY:
        return problem("too-large", f"a body may have at most {MAX_BODY} bytes")
    if method not in SAFE_METHODS and _has_body(found):
        media = found.get(b"content-type", [b""])[0].split(b";", 1)[0].strip().lower()
        if media != b"application/json":
            return problem("media-type", "the body is not declared as application/json")
    return None


def _has_body(found: dict[bytes, list[bytes]]) -> bool:
    return found.get(b"content-length", [b"0"])[0] != b"0" or b"transfer-encoding" in found


def _without_port(host: bytes) -> bytes:
    name, colon, port = host.rpartition(b":")
    return (name if colon and port.isdigit() else host).lower()
