import os
import socket
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
from meshnode.api.guard import Guard
from meshnode.api.server import SocketInUse, serve
from meshnode.api.settings import MAX_CONNECTIONS, ApiSettings
from tests.support.patience import DEADLINE

ASK = b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def much(request: Request) -> Response:
    return PlainTextResponse("x" * 8_000_000)


async def fails(request: Request) -> Response:
    raise RuntimeError("broken on purpose")


APP: ASGIApp = Guard(Starlette(routes=[Route("/", hello), Route("/much", much), Route("/fails", fails)]))


@asynccontextmanager
async def served(folder: Path, uid: int | None = None) -> AsyncIterator[tuple[Path, trio.Event]]:
    settings = ApiSettings(socket=folder / "run" / "api.sock", uid=os.getuid() if uid is None else uid)
    stopping = trio.Event()
    async with trio.open_nursery() as nursery:
        await nursery.start(serve, APP, settings, stopping)
        yield settings.socket, stopping
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


async def test_socket_and_folder_are_the_owners_alone_and_removed_at_the_end(tmp_path: Path) -> None:
    async with served(tmp_path) as (path, _):
        modes = (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777)
    assert modes == (0o600, 0o700)
    assert not path.exists()


async def test_a_folder_of_somebody_else_is_refused(tmp_path: Path) -> None:
    with pytest.RaisesGroup(SocketInUse, allow_unwrapped=True, flatten_subgroups=True):
        async with served(tmp_path, uid=os.getuid() + 1):
            pass


async def test_another_user_is_turned_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "peer_uid", lambda sock: os.getuid() + 1)
    async with served(tmp_path) as (path, _):
        stream = await trio.open_unix_socket(str(path))
        with trio.fail_after(DEADLINE):
            assert await stream.receive_some() == b""


async def test_the_user_at_the_other_end_is_told_by_the_system() -> None:
    near, far = trio.socket.socketpair()
    with near, far:
        assert server.peer_uid(near) == os.getuid()


async def test_a_socket_left_behind_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir(mode=0o700)
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(tmp_path / "run" / "api.sock"))
    async with served(tmp_path) as (path, _):
        assert (await answer(path)).startswith(b"HTTP/1.1 200")


async def test_a_path_too_long_for_the_kernel_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    with pytest.RaisesGroup(SocketInUse, allow_unwrapped=True, flatten_subgroups=True):
        async with served(folder):
            pass


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
    async with served(tmp_path) as (path, _):
        idle = [await trio.open_unix_socket(str(path)) for _ in range(MAX_CONNECTIONS)]
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
