from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from meshnode.api.guard import Door, Guard, body_problem, headers_of, socket_door, tcp_door
from meshnode.api.settings import MAX_BODY, MAX_HEADERS
from meshnode.api.socket_users import Address
from meshnode.runtime.callers import Area, Caller
from tests.support.neighbours import anybody

HOST = (b"host", b"127.0.0.1:4480")
JSON = (b"content-type", b"application/json; charset=utf-8")
BODY = (b"content-length", b"2")
SOCKET, TCP = socket_door(), tcp_door(4480, [], anybody)


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("let through")(scope, receive, send)


async def code(door: Door, *headers: tuple[bytes, bytes], path: str = "/v1/x") -> str:
    """The code of the problem with which a door answers, empty if it lets the request through."""
    answer: list[Any] = []

    async def send(message: Any) -> None:
        answer.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": path, "headers": list(headers), "client": ("127.0.0.1", 5)}
    await Guard(app, door)(scope, receive, send)
    told = httpx.Response(answer[0]["status"], content=answer[1]["body"])
    return "" if told.status_code == 200 else str(told.json()["code"])


@pytest.mark.parametrize("host", [b"localhost", b"meshnode", b"127.0.0.1:4480", b"[::1]:4480", b"LOCALHOST"])
async def test_the_nodes_own_names_are_served_on_the_socket(host: bytes) -> None:
    assert await code(SOCKET, (b"host", host)) == ""


@pytest.mark.parametrize("host", [b"127.0.0.1:4480", b"localhost:4480", b"LocalHost:4480"])
async def test_the_nodes_own_names_are_served_on_tcp_with_the_port(host: bytes) -> None:
    assert await code(TCP, (b"host", host)) == ""


@pytest.mark.parametrize("door", [SOCKET, TCP])
@pytest.mark.parametrize(
    "hosts",
    [
        (),
        (b"evil.example",),
        (b"evil.example:4480",),
        (b"0.0.0.0:4480",),
        (b"localhost.evil.example",),
        (b"127.0.0.1:4480", b"127.0.0.1:4480"),
        (b"127.0.0.1:4480@evil.example",),
    ],
)
async def test_any_other_host_is_misdirected(door: Door, hosts: tuple[bytes, ...]) -> None:
    assert await code(door, *[(b"host", host) for host in hosts]) == "misdirected"


@pytest.mark.parametrize("host", [b"127.0.0.1", b"localhost", b"localhost:4481", b"[::1]:4480", b"meshnode:4480"])
async def test_on_tcp_the_port_belongs_to_the_name(host: bytes) -> None:
    assert await code(TCP, (b"host", host)) == "misdirected"


@pytest.mark.parametrize("door", [SOCKET, TCP])
@pytest.mark.parametrize(
    "header",
    [
        (b"origin", b"https://evil.example"),
        (b"origin", b"http://127.0.0.1:4481"),
        (b"origin", b"https://127.0.0.1:4480"),
        (b"origin", b"null"),
        (b"origin", b""),
        (b"sec-fetch-site", b"cross-site"),
        (b"sec-fetch-site", b"same-site"),
        (b"Origin", b"https://evil.example"),
    ],
)
async def test_what_a_web_page_sends_is_refused(door: Door, header: tuple[bytes, bytes]) -> None:
    assert await code(door, HOST, header) == "cross-origin"


@pytest.mark.parametrize("origin", [b"http://127.0.0.1:4480", b"http://localhost:4480"])
async def test_the_nodes_own_pages_are_served_on_tcp_alone(origin: bytes) -> None:
    assert await code(TCP, HOST, (b"origin", origin), (b"sec-fetch-site", b"same-origin")) == ""
    assert await code(SOCKET, HOST, (b"origin", origin)) == "cross-origin"


async def test_one_good_origin_does_not_excuse_another() -> None:
    assert await code(TCP, HOST, (b"origin", b"http://localhost:4480"), (b"origin", b"null")) == "cross-origin"


async def test_what_the_user_typed_into_a_browser_is_served() -> None:
    assert await code(TCP, HOST, (b"sec-fetch-site", b"none")) == ""


async def test_more_headers_than_anybody_needs_are_refused() -> None:
    assert await code(TCP, HOST, *[(b"x", b"y")] * (MAX_HEADERS - 1)) == ""
    assert await code(TCP, HOST, *[(b"x", b"y")] * MAX_HEADERS) == "header-fields"


class Badge:
    """Shows who asks by the header `who`."""

    def caller(self, headers: Mapping[str, str]) -> Caller | None:
        who = headers.get("who")
        return Caller(who, frozenset(Area), ambient=who.startswith("session:")) if who else None


SESSION, TOKEN = (b"who", b"session:1"), (b"who", b"token:1")


async def test_pages_and_sessions_are_for_connections_of_the_owners_programs() -> None:
    asked: list[Address] = []

    def is_owners(there: Address) -> bool:
        asked.append(there)
        return False

    theirs = tcp_door(4480, [Badge()], is_owners)
    for path in ("/", "/in/x", "/static/x/x", "/v1x"):
        assert await code(theirs, HOST, path=path) == "not-same-user", path
    assert await code(theirs, HOST, SESSION) == "not-same-user"
    assert asked == [("127.0.0.1", 5)] * 5
    ours = tcp_door(4480, [Badge()], lambda there: True)
    assert [await code(ours, HOST, SESSION, path=path) for path in ("/", "/v1/x")] == ["", ""]


async def test_programs_of_other_users_come_with_a_token() -> None:
    theirs = tcp_door(4480, [Badge()], lambda there: False)
    assert [await code(theirs, HOST, *who) for who in ((TOKEN,), ())] == ["", ""]
    assert await code(theirs, HOST, TOKEN, path="/") == "not-same-user"


def wrong(method: str, *headers: tuple[bytes, bytes]) -> str:
    problem = body_problem(method, headers_of(headers))
    return problem.code if problem else ""


def test_a_body_must_be_declared_as_json() -> None:
    assert wrong("POST", BODY, JSON) == ""
    assert wrong("POST", BODY) == "media-type"
    assert wrong("POST", BODY, (b"content-type", b"text/plain")) == "media-type"
    assert wrong("POST", BODY, (b"content-type", b"application/x-www-form-urlencoded")) == "media-type"
    assert wrong("POST", (b"transfer-encoding", b"chunked")) == "media-type"
    assert wrong("DELETE", (b"content-length", b"0")) == ""


def test_a_body_beyond_the_limit_is_refused_before_it_is_read() -> None:
    assert wrong("POST", JSON, (b"content-length", str(MAX_BODY + 1).encode())) == "too-large"
