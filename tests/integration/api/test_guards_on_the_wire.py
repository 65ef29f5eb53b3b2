"""The guards in their stated order at every route, on a real socket, for forms of HTTP that programs seldom use.

A page can begin a websocket at any address, and what is sent to a proxy names a host in its target. For a node both are
requests like others, so nobody comes in by them who does not come in otherwise.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import trio

from meshnode.api.edge import application
from meshnode.api.guard import Guard, tcp_door
from meshnode.api.listening import listen_on_loopback
from meshnode.api.routes import ROUTES
from meshnode.api.server import Entrance, serve
from meshnode.runtime.callers import Area
from tests.integration.api.test_guards_everywhere import ALL, Route, badge
from tests.support.meshes import Mesh, Node
from tests.support.neighbours import anybody
from tests.support.patience import DEADLINE

WEBSOCKET = (
    b"Connection: Upgrade",
    b"Upgrade: websocket",
    b"Sec-WebSocket-Version: 13",
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
FORMS: dict[str, Callable[[Route, int], tuple[bytes, tuple[bytes, ...]]]] = {
    "a websocket": lambda route, port: (b"GET " + route.path.encode(), WEBSOCKET),
    "HTTP/2": lambda route, port: (
        f"{route.method} {route.path}".encode(),
        (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"),
    ),
    "a path": lambda route, port: (f"{route.method} {route.path}".encode(), ()),
}
TARGETS = ("http://127.0.0.1:{port}{path}", "http://evil.example{path}", "https:{path}", "evil.example:80", "*")


class Wire(NamedTuple):
    """One connection to the port of a node."""

    stream: trio.SocketStream
    port: int

    async def answer(self, ask: bytes, lines: Sequence[bytes]) -> bytes:
        """The status of the answer to a request without a body; the connection goes on."""
        await self.stream.send_all(b"\r\n".join([ask + b" HTTP/1.1", *lines, b"", b""]))
        told = b""
        while b"\r\n\r\n" not in told:
            more = await self.stream.receive_some()
            assert more, "the node hung up"
            told += more
        head, _, body = told.partition(b"\r\n\r\n")
        (length,) = [int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"content-length: ")]
        while len(body) < length:
            body += await self.stream.receive_some()
        return head.split(b" ")[1]


@asynccontextmanager
async def listening(node: Node) -> AsyncIterator[Wire]:
    """A connection to the port of a node, whose tokens are asked for there."""
    listener, stopping = listen_on_loopback([0]), trio.Event()
    port, site = int(listener.getsockname()[1]), node.site()
    app = Guard(application(ROUTES, site, 30), tcp_door(port, [site.tokens], anybody))
    with trio.fail_after(DEADLINE):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve, [Entrance(listener, app)], stopping)
            async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
                yield Wire(stream, port)
            stopping.set()


@pytest.mark.parametrize("form", FORMS)
async def test_the_first_guard_that_refuses_answers_everywhere(tmp_path: Path, form: str) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        before, tokens = ana.opened.node.arrival, ana.site().tokens
        token = ("Authorization: " + (await badge(tokens, *Area))["Authorization"]).encode()
        async with listening(ana) as wire:
            ours, theirs = b"Host: 127.0.0.1:%d" % wire.port, b"Host: evil.example"
            page, media = b"Origin: https://evil.example", b"Content-Type: text/plain"
            for guards, right in (
                ((theirs, page, token, media), b"421"),
                ((theirs, media), b"421"),
                ((ours, page, token, media), b"403"),
                ((ours, page, media), b"403"),
                ((ours, media), b"401"),
            ):
                routes = [route for route in ALL if route.areas or right != b"401"]
                made = {route: FORMS[form](route, wire.port) for route in routes}
                found = {await wire.answer(ask, (*guards, *lines)) for ask, lines in made.values()}
                assert found == {right}, guards
        assert ana.opened.node.arrival == before


async def test_a_target_that_is_no_path_is_misdirected_everywhere(tmp_path: Path) -> None:
    async with Mesh(tmp_path).node("ana") as ana:
        token = ("Authorization: " + (await badge(ana.site().tokens, *Area))["Authorization"]).encode()
        async with listening(ana) as wire:
            for target in TARGETS:
                asked = [(each.method, target.format(port=wire.port, path=each.path)) for each in ALL]
                lines = (b"Host: 127.0.0.1:%d" % wire.port, token)
                found = {await wire.answer(" ".join(each).encode(), lines) for each in asked}
                assert found == {b"421"}, target
