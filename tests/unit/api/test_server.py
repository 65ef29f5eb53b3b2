import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

import meshnode.api.server as server
from meshnode.api.guard import Guard, socket_door, tcp_door
from meshnode.api.listening import listen_on_loopback, listen_on_socket
from meshnode.api.server import Entrance, serve
from tests.support.neighbours import anybody
from tests.support.patience import DEADLINE

ASK = b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def much(request: Request) -> Response:
    return PlainTextResponse("x" * 8_000_000)


async def fails(request: Request) -> Response:
    raise RuntimeError("broken on purpose")


APP: ASGIApp = Starlette(routes=[Route("/", hello), Route("/much", much), Route("/fails", fails)])


@asynccontextmanager
async def served(folder: Path, most: int = 640) -> AsyncIterator[tuple[Path, trio.Event]]:
    path, stopping = folder / "run" / "api.sock", trio.Event()
    async with trio.open_nursery() as nursery:
        entrance = Entrance(listen_on_socket(path, os.getuid()), Guard(APP, socket_door()), os.getuid())
        nursery.start_soon(serve, [entrance], stopping, most)
        yield path, stopping
        stopping.set()


@asynccontextmanager
async def served_on_tcp() -> AsyncIterator[tuple[int, trio.Event]]:
    listener, stopping = listen_on_loopback([0]), trio.Event()
    port = int(listener.getsockname()[1])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve, [Entrance(listener, Guard(APP, tcp_door(port, [], anybody)))], stopping)
        yield port, stopping
        stopping.set()


async def answer(path: Path, target: bytes = b"/") -> bytes:
    async with await trio.open_unix_socket(str(path)) as stream:
        await stream.send_all(ASK % target)
        return b"".join([part async for part in stream])


async def test_the_owner_is_answered(tmp_path: Path) -> None:
    async with served(tmp_path) as (path, _):
        whole = await answer(path)
    assert whole.startswith(b"HTTP/1.1 200")
    assert whole.endswith(b"hello")
    assert b"cache-control: no-store" in whole
    assert b"hypercorn" not in whole.lower()


async def test_another_user_is_turned_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "peer_uid", lambda sock: os.getuid() + 1)
    async with served(tmp_path) as (path, _):
        stream = await trio.open_unix_socket(str(path))
        with trio.fail_after(DEADLINE):
            assert await stream.receive_some() == b""


async def test_a_handler_that_fails_ends_its_request_alone(tmp_path: Path) -> None:
    async with served(tmp_path) as (path, _):
        assert (await answer(path, b"/fails")).startswith(b"HTTP/1.1 500")
        assert (await answer(path)).startswith(b"HTTP/1.1 200")


async def test_a_reader_who_does_not_read_does_not_block_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SEND_SECONDS", 0.2)
    monkeypatch.setattr(server, "GRACE_SECONDS", 0.2)
    with trio.fail_after(DEADLINE):
        async with served(tmp_path) as (path, _):
            stalled = await trio.open_unix_socket(str(path))
            await stalled.send_all(ASK % b"/much")
            assert (await answer(path)).startswith(b"HTTP/1.1 200")
        await stalled.aclose()


async def test_connections_beyond_the_bound_wait_for_a_place(tmp_path: Path) -> None:
    async with served(tmp_path, most=8) as (path, _):
        idle = [await trio.open_unix_socket(str(path)) for _ in range(8)]
        with trio.move_on_after(0.5) as waited:
            await answer(path)
        for stream in idle:
            await stream.aclose()
        with trio.fail_after(DEADLINE):
            assert (await answer(path)).startswith(b"HTTP/1.1 200")
    assert waited.cancelled_caught


@pytest.mark.parametrize(
    "raw", [b"\x00" * 100, b"GET / HTTP/9\r\n\r\n", b"GET /" + b"a" * 70_000, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
)
async def test_bytes_that_are_no_request_end_their_connection_alone(tmp_path: Path, raw: bytes) -> None:
    async with served(tmp_path) as (path, _):
        async with await trio.open_unix_socket(str(path)) as stream:
            await stream.send_all(raw)
        assert (await answer(path)).startswith(b"HTTP/1.1 200")


async def say(port: int, raw: bytes) -> bytes:
    """What the node answers to these bytes on TCP, until it hangs up."""
    with trio.fail_after(DEADLINE):
        async with await trio.open_tcp_stream("127.0.0.1", port) as stream:
            await stream.send_all(raw)
            try:
                return b"".join([part async for part in stream])
            except trio.BrokenResourceError:
                return b""


async def test_loopback_is_served_too_under_its_own_name() -> None:
    async with served_on_tcp() as (port, _):
        assert (await say(port, ASK.replace(b"localhost", b"127.0.0.1:%d" % port) % b"/")).endswith(b"hello")
        assert (await say(port, ASK % b"/")).startswith(b"HTTP/1.1 421")


async def test_a_head_without_end_is_cut_off() -> None:
    async with served_on_tcp() as (port, _):
        refused = await say(port, b"GET / HTTP/1.1\r\n" + b"x: " + b"y" * 70_000)
        assert refused.startswith(b"HTTP/1.1 431") or refused == b""
        assert (await say(port, ASK % b"/")).startswith(b"HTTP/1.1 421")


async def test_a_head_that_comes_too_slowly_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.2)
    async with served_on_tcp() as (port, _):
        assert await say(port, b"GET / HT") == b""


@pytest.mark.parametrize("upgrade", [b"websocket", b"h2c", b"TLS/1.3"])
async def test_an_upgrade_is_passed_over(upgrade: bytes) -> None:
    ask = (
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: close, Upgrade\r\nUpgrade: %s\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    async with served_on_tcp() as (port, _):
        told = await say(port, ask % (port, upgrade))
        assert (told[:12], told[-5:], b"upgrade" in told.lower()) == (b"HTTP/1.1 200", b"hello", False)


@pytest.mark.parametrize("version", [b"2.0", b"3.0", b"0.9"])
async def test_another_version_of_http_is_not_spoken(version: bytes) -> None:
    async with served_on_tcp() as (port, _):
        told = await say(port, b"GET / HTTP/%s\r\nHost: 127.0.0.1:%d\r\n\r\n" % (version, port))
        assert told.startswith(b"HTTP/1.1 505")


async def test_open_streams_do_not_hold_up_the_end_on_tcp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "SEND_SECONDS", 0.2)
    monkeypatch.setattr(server, "GRACE_SECONDS", 0.2)
    with trio.fail_after(DEADLINE):
        async with served_on_tcp() as (port, _):
            stalled = await trio.open_tcp_stream("127.0.0.1", port)
            await stalled.send_all(ASK.replace(b"localhost", b"127.0.0.1:%d" % port) % b"/much")
            await say(port, ASK % b"/")
        await stalled.aclose()


KEPT = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def asks_and_stays(path: Path) -> trio.SocketStream:
    stream = await trio.open_unix_socket(str(path))
    await stream.send_all(KEPT)
    got = b""
    while not got.endswith(b"hello"):
        got += await stream.receive_some()
    return stream


async def test_who_left_keeps_no_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 10_000)
    async with served(tmp_path, most=1) as (path, _):
        with trio.fail_after(DEADLINE):
            for _ in range(3):
                await (await asks_and_stays(path)).aclose()
            assert (await answer(path)).startswith(b"HTTP/1.1 200")


async def test_a_connection_that_is_asked_nothing_more_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 0.1)
    async with served(tmp_path) as (path, _):
        stream = await asks_and_stays(path)
        with trio.fail_after(DEADLINE):
            assert await stream.receive_some() == b""


async def test_an_idle_connection_does_not_hold_up_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 10_000)
    monkeypatch.setattr(server, "GRACE_SECONDS", 10_000)
    with trio.fail_after(DEADLINE):
        async with served(tmp_path) as (path, _):
            stream = await asks_and_stays(path)
        assert await stream.receive_some() == b""


@pytest.mark.parametrize("target", [b"/", b"/much"])
async def test_an_answer_goes_out_in_one_piece(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, target: bytes) -> None:
    sent: list[bytes] = []
    sends = server._Sends.one

    async def noted(self: server._Sends, stream: trio.abc.SendStream, data: bytes) -> bool:
        sent.append(data)
        return await sends(self, stream, data)

    monkeypatch.setattr(server._Sends, "one", noted)
    async with served(tmp_path) as (path, _):
        whole = await answer(path, target)
    assert sent == [whole]


async def test_the_head_of_an_answer_without_a_body_is_sent(tmp_path: Path) -> None:
    async with served(tmp_path) as (path, _):
        stream = await trio.open_unix_socket(str(path))
        with trio.fail_after(DEADLINE):
            await stream.send_all(KEPT.replace(b"GET", b"HEAD"))
            assert b"content-length: 5" in await stream.receive_some()
