"""Bytes that no honest program sends, at both doors of a whole node: each costs its sender the connection, and nobody
else anything."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import trio

import meshnode.api.server as server
from meshnode.api.edge import application
from meshnode.api.guard import Guard, socket_door, tcp_door
from meshnode.api.listening import listen_on_loopback, listen_on_socket
from meshnode.api.routes import ROUTES
from meshnode.api.server import Entrance, serve
from meshnode.api.settings import MAX_BODY
from meshnode.runtime.callers import OWNER, Caller
from tests.support.meshes import Mesh
from tests.support.neighbours import anybody
from tests.support.patience import DEADLINE

DOORS = ("socket", "tcp")


class Known:
    """Whoever comes is the owner: what is tried here is what they send, not who they are."""

    def caller(self, headers: Mapping[str, str]) -> Caller | None:
        return OWNER


class Doors(NamedTuple):
    """Where a node answers."""

    path: Path
    port: int

    async def reach(self, door: str) -> trio.SocketStream:
        """A connection to one of them."""
        if door == "socket":
            return await trio.open_unix_socket(str(self.path))
        return await trio.open_tcp_stream("127.0.0.1", self.port)

    def head(self, door: str, *lines: bytes, ask: bytes = b"GET /v1/health") -> bytes:
        """The head of a request that the door takes."""
        host = b"localhost" if door == "socket" else b"127.0.0.1:%d" % self.port
        return b"\r\n".join([ask + b" HTTP/1.1", b"Host: " + host, *lines, b"", b""])

    async def is_well(self) -> None:
        """Somebody else is answered at both; whom the node took for slow, because this machine was, asks again."""
        for door in DOORS:
            told = b""
            with trio.fail_after(DEADLINE):
                while not told:
                    told = await said(await self.reach(door), self.head(door, b"Connection: close"))
            assert b"HTTP/1.1 200" in told


@asynccontextmanager
async def doors(folder: Path, seconds: float = 30, most: int = 640) -> AsyncIterator[Doors]:
    async with Mesh(folder).node("ana") as ana:
        path, port = folder / "run" / "api.sock", listen_on_loopback([0])
        found = Doors(path, int(port.getsockname()[1]))
        app, stopping = application(ROUTES, ana.site(), seconds), trio.Event()
        entrances = [
            Entrance(listen_on_socket(path, os.getuid()), Guard(app, socket_door())),
            Entrance(port, Guard(app, tcp_door(found.port, [Known()], anybody))),
        ]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve, entrances, stopping, most)
            yield found
            stopping.set()


async def said(stream: trio.SocketStream, *parts: bytes) -> bytes:
    """What is answered to these bytes until the node hangs up, which it must."""
    got = b""
    with trio.fail_after(DEADLINE):
        async with stream:
            try:
                for part in parts:
                    await stream.send_all(part)
                async for more in stream:
                    got += more
            except trio.BrokenResourceError:
                pass  # it hung up on what was still being sent
    return got


def status(told: bytes) -> bytes:
    """The code of an answer; empty if there was none, because the node had hung up."""
    return told.split(b" ", 2)[1] if told else b""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever is slow is given up soon."""
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.3)
    monkeypatch.setattr(server, "SEND_SECONDS", 0.3)
    monkeypatch.setattr(server, "GRACE_SECONDS", 0.3)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("lines", "answer"),
    [
        ([b"x: " + b"y" * 10_000], b"200"),
        ([b"x: " + b"y" * 100_000], b"431"),
        ([b"x-%d: y" % number for number in range(500)], b"431"),
        ([b"x-%d: y" % number for number in range(10_000)], b"431"),
    ],
    ids=["10,000 bytes", "100,000 bytes", "500 headers", "10,000 headers"],
)
async def test_a_head_may_be_long_but_not_without_end(
    tmp_path: Path, door: str, lines: list[bytes], answer: bytes
) -> None:
    async with doors(tmp_path) as node:
        told = await said(await node.reach(door), node.head(door, *lines, b"Connection: close"))
        assert status(told) in (answer, b"" if answer == b"431" else answer)
        await node.is_well()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("door", DOORS)
async def test_heads_that_come_letter_by_letter_are_given_up(tmp_path: Path, door: str) -> None:
    async with doors(tmp_path, most=20) as node, trio.open_nursery() as nursery:
        for _ in range(40):
            nursery.start_soon(_dribble, node, door)
        await node.is_well()


async def _dribble(node: Doors, door: str) -> None:
    """Send a head letter by letter until the node has enough."""
    stream = await node.reach(door)
    with trio.fail_after(DEADLINE):
        async with stream:
            try:
                for letter in node.head(door) * 100:
                    if letter not in b"\r\n":
                        await stream.send_all(bytes([letter]))
                        await trio.sleep(0.05)
            except trio.BrokenResourceError:
                return
    raise AssertionError("it was listened to all the time")


BODIES = {
    "announced": ([b"Content-Length: 99999999999"], b"413"),
    "announced with a sign": ([b"Content-Length: +5"], b"400"),
    "announced twice": ([b"Content-Length: 5", b"Content-Length: 6"], b"400"),
    "announced and in pieces": ([b"Content-Length: 5", b"Transfer-Encoding: chunked"], b"400"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", BODIES)
async def test_a_body_that_is_announced_wrongly_is_not_read(tmp_path: Path, door: str, kind: str) -> None:
    lines, answer = BODIES[kind]
    async with doors(tmp_path) as node:
        head = node.head(door, b"Content-Type: application/json", *lines, ask=b"POST /v1/projects")
        told = await said(await node.reach(door), head)
        assert status(told) == answer
        await node.is_well()


CHUNKS = {
    "large pieces": [b"10000\r\n" + b" " * 0x10000 + b"\r\n"] * (2 * MAX_BODY // 0x10000),
    "tiny pieces": [b"1\r\n \r\n" * 10_000] * 4,
    "a piece larger than any": [b"FFFFFFFFFFFFFFFF\r\n", b" " * 2 * MAX_BODY],
    "a size without end": [b"1" * 100_000],
    "a comment without end": [b"1;" + b"x" * 100_000],
    "a size that is none": [b"-1\r\n\r\n"],
    "trailers without end": [b"0\r\n", b"x: y\r\n" * 100_000],
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", CHUNKS)
async def test_a_body_in_pieces_is_bounded_like_any_other(tmp_path: Path, door: str, kind: str) -> None:
    async with doors(tmp_path, seconds=0.5) as node:
        lines = (b"Content-Type: application/json", b"Transfer-Encoding: chunked")
        told = await said(await node.reach(door), node.head(door, *lines, ask=b"POST /v1/projects"), *CHUNKS[kind])
        assert not status(told).startswith(b"2")
        await node.is_well()


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("path", [b"/v1/projects", b"/v1/exports"])
async def test_a_body_that_comes_too_slowly_is_not_waited_for(tmp_path: Path, door: str, path: bytes) -> None:
    async with doors(tmp_path, seconds=0.5) as node:
        lines = (b"Content-Type: application/json", b"Content-Length: 100")
        told = await said(await node.reach(door), node.head(door, *lines, ask=b"POST " + path), b"{")
        assert status(told) == b"504"
        await node.is_well()


@pytest.mark.parametrize("door", DOORS)
async def test_requests_sent_all_at_once_are_answered_in_their_order(tmp_path: Path, door: str) -> None:
    async with doors(tmp_path) as node:
        asked = [node.head(door, ask=b"GET /v1/%d" % number) for number in range(49)]
        told = await said(await node.reach(door), b"".join(asked) + node.head(door, b"Connection: close"))
        assert told.count(b"HTTP/1.1 ") == 50
        assert b"HTTP/1.1 200" in told.split(b"\r\n\r\n")[-2]
        places = [told.index(b"no /v1/%d" % number) for number in range(49)]
        assert places == sorted(places)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("door", DOORS)
async def test_who_asks_without_end_and_reads_nothing_is_left(tmp_path: Path, door: str) -> None:
    async with doors(tmp_path, most=1) as node:
        stream = await node.reach(door)
        with trio.fail_after(DEADLINE), pytest.raises(trio.BrokenResourceError):
            await stream.send_all(node.head(door, ask=b"GET /v1/openapi.json") * 100_000)
        await stream.aclose()
        await node.is_well()


@pytest.mark.parametrize("door", DOORS)
async def test_connections_closed_by_half_keep_no_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 2 * DEADLINE)  # it is not for their silence that they are let go
    async with doors(tmp_path, most=4) as node:
        halves = [await node.reach(door) for _ in range(4)]
        for number, stream in enumerate(halves):
            await stream.send_all(node.head(door)[: 10 if number % 2 else None])
            await stream.send_eof()
        with trio.fail_after(DEADLINE):
            await node.is_well()
            for stream in halves:
                async for _ in stream:
                    pass


async def test_many_who_connect_and_say_nothing_are_let_go_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 2.0)
    async with doors(tmp_path, most=100) as node:
        for door in DOORS:
            silent = [await node.reach(door) for _ in range(200)]
            await node.is_well()
            for stream in silent:
                await stream.aclose()


async def test_readers_of_events_who_stall_do_not_hold_up_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "GRACE_SECONDS", 0.3)
    monkeypatch.setattr(server, "SEND_SECONDS", 2 * DEADLINE)
    with trio.fail_after(DEADLINE):
        async with doors(tmp_path) as node:
            readers = [await node.reach("socket") for _ in range(20)]
            for stream in readers:
                await stream.send_all(node.head("socket", ask=b"GET /v1/events?after=0"))
                assert (await stream.receive_some(20)).startswith(b"HTTP/1.1 200")
        for stream in readers:
            await stream.aclose()
