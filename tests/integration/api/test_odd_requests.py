"""Odd forms of HTTP, byte for byte, at both doors of a whole node: each has its answer, and none keeps its place.

A place is one of the connections that are served at once. One that stays taken after its caller left is lost until the
node ends, so a few hundred of them would end the API: all places are counted after every form.
"""

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio

import meshnode.api.server as server
from meshnode.api.settings import MAX_HEAD
from meshproto.records.ids import RecordId, to_text
from tests.integration.api.test_raw_attacks import DOORS, Doors, doors, said, status
from tests.support.patience import DEADLINE

PLACES = 40
"""Connections served at once at each door, here."""
TIMES = 3
UPGRADE = b"Connection: Upgrade, HTTP2-Settings"
SOCKET_KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
JSON = b"Content-Type: application/json"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS = bytes([0, 0, 0, 4, 0, 0, 0, 0, 0])
"""An empty frame of settings, with which HTTP/2 begins."""
TWO = b"Content-Length: 2"
CLOSE = b"Connection: close"
NOWHERE, NOBODY = to_text(RecordId(b"?" * 32)), "12D3KooWQCkBm1BYtkHpocxCwMgR8yjitEeHGx8spzcDLGt2gkBm"
HUNG_UP = b""
HEALTH, PROJECTS = b"GET /v1/health", b"POST /v1/projects"

Form = tuple[bytes, tuple[bytes, ...], bytes, tuple[bytes, ...]]
"""What is asked, the lines of the head, what comes behind it, and the answers that are right."""

FORMS: dict[str, Form] = {
    # What another protocol begins with: HTTP/1 is spoken here, and nothing else.
    "an upgrade to HTTP/2": (HEALTH, (UPGRADE, b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__"), b"", (b"200",)),
    "the same at a stream": (
        b"GET /v1/events?after=0",
        (UPGRADE, b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQAAP__", b"Origin: null"),
        b"",
        (b"403",),
    ),
    "an upgrade to a websocket": (
        HEALTH,
        (b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", SOCKET_KEY),
        b"",
        (b"200",),
    ),
    "an upgrade to a websocket from a page": (
        b"GET /v1/events",
        (b"Connection: Upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Version: 13", SOCKET_KEY, b"Origin: null"),
        b"\x81\x85\x00\x00\x00\x00hello",
        (b"403",),
    ),
    "an upgrade to what nobody knows": (HEALTH, (b"Connection: Upgrade", b"Upgrade: TLS/1.0, x/y"), b"", (b"200",)),
    # Methods that mean something else.
    "HEAD": (b"HEAD /v1/health", (CLOSE,), b"", (b"200", b"405")),
    "OPTIONS": (b"OPTIONS /v1/health", (CLOSE,), b"", (b"405",)),
    "OPTIONS of the whole": (b"OPTIONS *", (CLOSE,), b"", (b"421",)),
    "TRACE": (b"TRACE /v1/health", (CLOSE, b"X-Secret: abc"), b"", (b"405",)),
    "CONNECT": (b"CONNECT evil.example:443", (), b"\x16\x03\x01", (b"421",)),
    "CONNECT to a route": (b"CONNECT /v1/health", (), b"\x16\x03\x01", (b"405",)),
    "a method of its own": (b"BREW /v1/health", (CLOSE,), b"", (b"405",)),
    "a method in small letters": (b"get /v1/health", (CLOSE,), b"", (b"200", b"405")),
    # Targets.
    "a target with another host": (b"GET http://evil.example/v1/health", (CLOSE,), b"", (b"421",)),
    "a target with a host of ours": (b"GET http://localhost/v1/health", (CLOSE,), b"", (b"421",)),
    "a target with two slashes": (b"GET //evil.example/v1/health", (CLOSE,), b"", (b"404",)),
    "a target that leads up": (b"GET /v1/docs/../../etc/passwd", (CLOSE,), b"", (b"404",)),
    "the same, hidden": (b"GET /v1/docs/%2e%2e%2f%2e%2e%2fetc%2fpasswd", (CLOSE,), b"", (b"404",)),
    "a target with a zero": (b"GET /v1/records/%00", (CLOSE,), b"", (b"400", b"404")),
    "a target that is no UTF-8": (b"GET /v1/records/%ff%fe", (CLOSE,), b"", (b"400", b"404")),
    "a query that is no UTF-8": (b"GET /v1/search?q=%ff%00", (CLOSE,), b"", (b"200", b"400")),
    "a target in letters of its own": ("GET /v1/häuser".encode(), (CLOSE,), b"", (b"400",)),
    "a target that is long": (b"GET /v1/" + b"a" * 8_000, (CLOSE,), b"", (b"404",)),
    "a target that is too long": (b"GET /v1/" + b"a" * 4 * MAX_HEAD, (), b"", (b"400", b"431", HUNG_UP)),
    # Heads.
    "a value that is no UTF-8": (HEALTH, (CLOSE, b"Authorization: Bearer \xff\xfe", b"X: \xe4"), b"", (b"200",)),
    "a key that is no UTF-8": (
        PROJECTS,
        (CLOSE, JSON, b"Idempotency-Key: \xff", TWO),
        b"{}",
        (b"400",),
    ),
    "a value with a zero": (HEALTH, (b"X: a\x00b",), b"", (b"400",)),
    "a value folded": (HEALTH, (CLOSE, b"X: a\r\n b"), b"", (b"200", b"400")),
    "a name with a blank behind": (HEALTH, (b"X : a",), b"", (b"400",)),
    "a second host": (HEALTH, (b"Host: evil.example",), b"", (b"400",)),
    "a line that ends in the middle": (HEALTH, (b"X: a\nHost: evil.example",), b"", (b"400",)),
    # Bodies, and where the next request begins.
    "pieces, and a length": (
        PROJECTS,
        (JSON, b"Transfer-Encoding: chunked", b"Content-Length: 4"),
        b"0\r\n\r\n",
        (b"400",),
    ),
    "two lengths": (PROJECTS, (JSON, TWO, b"Content-Length: 40"), b"{}GET /v1/me", (b"400",)),
    "two lengths in a line": (PROJECTS, (JSON, b"Content-Length: 2, 40"), b"{}GET /v1/me", (b"400",)),
    "pieces twice": (PROJECTS, (JSON, b"Transfer-Encoding: chunked, chunked"), b"0\r\n\r\n", (b"400", b"501")),
    "pieces by another name": (PROJECTS, (JSON, b"Transfer-Encoding: xchunked"), b"0\r\n\r\n", (b"400", b"501")),
    "a packed body": (PROJECTS, (JSON, b"Transfer-Encoding: gzip, chunked"), b"0\r\n\r\n", (b"400", b"501")),
    "a body of a GET": (HEALTH, (CLOSE, JSON, TWO), b"{}", (b"200", b"400")),
    "more than was announced": (PROJECTS, (JSON, TWO), b"{}\x00\x01 x y z\r\n\r\n", (b"400",)),
    "a body that is waited for": (PROJECTS, (JSON, b"Expect: 100-continue", TWO), b"{}", (b"100",)),
}
WHOLE: dict[str, tuple[bytes, tuple[bytes, ...]]] = {
    "the preface of HTTP/2": (PREFACE + SETTINGS * 3, (b"505",)),
    "HTTP/1.0 without a host": (b"GET /v1/health HTTP/1.0\r\n\r\n", (b"421",)),
    "HTTP/0.9": (b"GET /v1/health\r\n\r\n", (b"400",)),
    "HTTP/3": (b"GET /v1/health HTTP/3.0\r\nHost: localhost\r\n\r\n", (b"505",)),
    "HTTP/1.1 without a host": (b"GET /v1/health HTTP/1.1\r\n\r\n", (b"400",)),
    "lines that end with half an end": (b"GET /v1/health HTTP/1.1\nX: y\n\n", (b"400",)),
    "a greeting of TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(32) + b"\r\n\r\n", (b"400", HUNG_UP)),
}


@pytest.fixture(autouse=True)
def _quick_and_quiet(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whoever is slow is given up soon, and no form is a failure of ours."""
    monkeypatch.setattr(server, "IDLE_SECONDS", 2.0)
    monkeypatch.setattr(server, "GRACE_SECONDS", 0.3)
    yield
    assert [each.getMessage() for each in caplog.records if each.levelno >= logging.ERROR] == []


def raw_forms(node: Doors, door: str) -> dict[str, tuple[bytes, tuple[bytes, ...]]]:
    """The bytes of every form at a door, and what is right."""
    made = {name: (node.head(door, *lines, ask=ask) + rest, right) for name, (ask, lines, rest, right) in FORMS.items()}
    return {**made, **WHOLE}


async def all_places_are_free(node: Doors) -> None:
    """At each door as many as there are places listen to events at the same time."""
    with trio.fail_after(DEADLINE), pytest.MonkeyPatch.context() as patched:
        patched.setattr(server, "IDLE_SECONDS", DEADLINE)
        for door in DOORS:
            readers = [await node.reach(door) for _ in range(PLACES)]
            for stream in readers:
                await stream.send_all(node.head(door, ask=b"GET /v1/events?after=0"))
            for number, stream in enumerate(readers):
                with trio.move_on_after(DEADLINE / 4) as waited:
                    assert status(await stream.receive_some(20)) == b"200"
                assert not waited.cancelled_caught, f"{PLACES - number} places of {door} are lost"
            for stream in readers:
                await stream.aclose()


@pytest.mark.parametrize("door", DOORS)
async def test_every_odd_form_is_answered_as_it_should_be_and_keeps_no_place(tmp_path: Path, door: str) -> None:
    answers: dict[str, set[bytes]] = {}

    async def tries(name: str, words: bytes) -> None:
        for _ in range(TIMES):
            answers.setdefault(name, set()).add(status(await said(await node.reach(door), words)))

    async with doors(tmp_path, seconds=0.5, most=PLACES) as node:
        forms = raw_forms(node, door)
        async with trio.open_nursery() as nursery:
            for name, (words, _) in forms.items():
                nursery.start_soon(tries, name, words)
        wrong = {name: found for name, found in answers.items() if not found <= {*forms[name][1]}}
        assert (wrong, sorted(answers)) == ({}, sorted(forms))
        await all_places_are_free(node)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("rest", ["", "half", "shut"])
async def test_who_leaves_without_an_answer_leaves_the_place_too(tmp_path: Path, door: str, rest: str) -> None:
    async with doors(tmp_path, most=PLACES) as node:
        for words, _ in raw_forms(node, door).values():
            for _ in range(TIMES):
                stream = await node.reach(door)
                await stream.send_all(words[: len(words) // 2] if rest == "half" else words)
                if rest == "shut":
                    await stream.send_eof()
                await stream.aclose()
        await all_places_are_free(node)


ANNOUNCED = {
    "of a length": (b"Content-Length: 100", b"{"),
    "in pieces": (b"Transfer-Encoding: chunked", b"3\r\n{"),
    "between two pieces": (b"Transfer-Encoding: chunked", b"1\r\n{\r\n"),
    "that is waited for": (b"Content-Length: 100\r\nExpect: 100-continue", b""),
    "that is long": (b"Content-Length: 1000000", b" " * 200_000),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("path", [b"/v1/projects", b"/v1/joins", b"/v1/nothing", b"/v1/health"])
@pytest.mark.parametrize("shut", [False, True])
async def test_who_leaves_in_the_middle_of_a_body_leaves_the_place_too(
    tmp_path: Path, door: str, path: bytes, shut: bool
) -> None:
    async with doors(tmp_path, most=PLACES) as node:
        for line, part in ANNOUNCED.values():
            for seconds in (0, 0.05):
                for _ in range(TIMES):
                    stream = await node.reach(door)
                    try:
                        await stream.send_all(node.head(door, JSON, line, ask=b"POST " + path) + part)
                        await trio.sleep(seconds)
                        if shut:
                            await stream.send_eof()
                    except trio.BrokenResourceError:
                        pass  # it was refused before all was sent
                    await stream.aclose()
        await all_places_are_free(node)


@pytest.mark.parametrize("door", DOORS)
async def test_who_leaves_while_the_node_waits_for_others_leaves_the_place_too(tmp_path: Path, door: str) -> None:
    body = json.dumps({"line": f"{NOWHERE}@/ip4/127.0.0.1/tcp/9/p2p/{NOBODY}", "wait_ms": 600_000}).encode()
    async with doors(tmp_path, seconds=2, most=PLACES) as node:
        for _ in range(PLACES):
            stream = await node.reach(door)
            length = b"Content-Length: %d" % len(body)
            await stream.send_all(node.head(door, JSON, length, ask=b"POST /v1/joins") + body)
            await stream.aclose()
        await all_places_are_free(node)
