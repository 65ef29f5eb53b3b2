import hashlib
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
import trio
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from trio.testing import MockClock

from meshnode.api.edge import Call, Entry, Nothing, application
from meshnode.api.guard import Guard, socket_door, tcp_door
from meshnode.api.models.shared import Model, Request
from meshnode.api.settings import MAX_BODY
from meshnode.runtime.callers import IN_SCOPE, Area, Caller
from meshnode.runtime.refusals import Code, Refusal
from tests.support.neighbours import anybody


class Words(Request):
    words: str


class Echo(Model):
    words: str
    who: str


class Node:
    """What handlers are given; here a name and what was asked of it."""

    name = "ana"

    def __init__(self) -> None:
        self.calls: list[Call[Any]] = []


async def echo(node: Node, call: Call[Words]) -> Model:
    node.calls.append(call)
    return Echo(call.body.words, node.name)


async def refuse(node: Node, call: Call[Nothing]) -> Model:
    raise Refusal(Code.UNKNOWN_PROJECT, "there is no project x", "meshnode project create x")


async def crash(node: Node, call: Call[Nothing]) -> Model:
    raise RuntimeError("a bug")


async def dawdle(node: Node, call: Call[Nothing]) -> Model | None:
    await trio.sleep(3)
    return None


async def count(node: Node, call: Call[Nothing]) -> Model:
    return Echo(str(call.number("limit", 30, 100)), str(call.flag("mine")))


ENTRIES: list[Entry[Node]] = [
    Entry("POST", "/echo", echo, Words, 201),
    Entry("GET", "/refuse", refuse),
    Entry("GET", "/crash", crash),
    Entry("GET", "/slow", dawdle),
    Entry("GET", "/patient", dawdle, status=200, patient=True),
    Entry("GET", "/count", count, query=("limit", "mine"), area=Area.READ),
]


async def ask(method: str, path: str, node: Node | None = None, **options: Any) -> httpx.Response:
    transport = httpx.ASGITransport(Guard(application(ENTRIES, node or Node(), seconds=2), socket_door()))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return await client.request(method, f"/v1{path}", **options)


async def test_a_body_becomes_a_type_and_an_answer_json() -> None:
    node = Node()
    answer = await ask("POST", "/echo", node, json={"words": "hi"}, headers={"Idempotency-Key": "k1"})
    assert (answer.status_code, answer.json()) == (201, {"words": "hi", "who": "ana"})
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert node.calls[0].key == "k1"
    assert node.calls[0].digest == hashlib.sha256(b'POST\0/v1/echo\0{"words":"hi"}').digest()


@pytest.mark.parametrize("raw", [b"", b"{}", b"[1]", b'{"words":1}', b'{"words":"x","more":1}', b"\xff", b"{"])
async def test_a_body_of_another_shape_is_refused(raw: bytes) -> None:
    answer = await ask("POST", "/echo", content=raw, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad-request")


async def test_a_refusal_is_a_problem_with_hint_and_exit_code() -> None:
    answer = await ask("GET", "/refuse")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:meshnode:problem:unknown-project",
        "title": "There is no such project",
        "status": 404,
        "code": "unknown-project",
        "detail": "there is no project x",
        "hint": "meshnode project create x",
        "exit": 1,
    }


async def test_a_bug_is_told_without_its_insides() -> None:
    answer = await ask("GET", "/crash")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "bug" not in answer.text


async def test_a_request_that_takes_too_long_ends_with_the_deadline(autojump_clock: MockClock) -> None:
    assert (await ask("GET", "/slow")).json()["code"] == "deadline"
    assert (await ask("GET", "/patient")).status_code == 204


@pytest.mark.parametrize(
    ("method", "path", "code"), [("GET", "/none", "no-route"), ("PUT", "/echo", "method-not-allowed")]
)
async def test_what_is_not_routed_is_a_problem_too(method: str, path: str, code: str) -> None:
    assert (await ask(method, path)).json()["code"] == code


async def test_the_query_is_checked() -> None:
    assert (await ask("GET", "/count?limit=5&mine=true")).json() == {"words": "5", "who": "True"}
    for query in (f"limit={'1' * 5000}", "limit=0", "limit=101", "limit=x", "limit=²", "mine=yes", "other=1"):
        assert (await ask("GET", f"/count?{query}")).json()["code"] == "bad-request", query


async def test_a_body_that_grows_beyond_the_limit_is_cut_off() -> None:
    async def parts() -> Any:
        for _ in range(17):
            yield b"x" * (MAX_BODY // 16)

    answer = await ask("POST", "/echo", content=parts(), headers={"Content-Type": "application/json"})
    assert answer.json()["code"] == "too-large"


async def test_a_key_that_is_no_key_is_refused() -> None:
    answer = await ask("POST", "/echo", json={"words": "hi"}, headers={"Idempotency-Key": "x" * 129})
    assert answer.json()["code"] == "bad-request"


NONE: Mapping[str, str] = {}


class Badge:
    """Credentials of a test: the header `badge` names the areas, and whether a browser sends it by itself."""

    def caller(self, headers: Mapping[str, str]) -> Caller | None:
        if "badge" not in headers:
            return None
        areas = frozenset(Area(each) for each in headers["badge"].split())
        return Caller("token:one", areas, ambient="ambient" in headers)


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """Stands for the dashboard: it tells what it was asked, and by whom."""
    caller = scope[IN_SCOPE]
    await PlainTextResponse(f"{scope['path']} {caller and caller.name}")(scope, receive, send)


async def knock(method: str, path: str, headers: Mapping[str, str] = NONE, node: Node | None = None) -> httpx.Response:
    app = Guard(application(ENTRIES, node or Node(), seconds=2, pages=page), tcp_door(4480, [Badge()], anybody))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:4480") as client:
        body = {"json": {"words": "hi"}} if method == "POST" else {}
        return await client.request(method, path, headers=headers, **body)  # type: ignore[arg-type]  # a body or none


@pytest.mark.parametrize("path", ["/v1/count", "/v1/echo", "/v1/none", "/v1"])
async def test_nobody_learns_anything_without_saying_who_asks(path: str) -> None:
    answer = await knock("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (401, "not-authenticated")
    assert answer.headers["www-authenticate"] == 'Bearer realm="meshnode"'


async def test_what_somebody_may_not_do_is_refused_before_the_body_is_looked_at() -> None:
    answer = await knock("POST", "/v1/echo", {"badge": "read work", "Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (403, "out-of-scope")


async def test_what_somebody_may_do_is_done() -> None:
    assert (await knock("GET", "/v1/count", {"badge": "read"})).status_code == 200
    assert (await knock("POST", "/v1/echo", {"badge": "admin"})).status_code == 201


async def test_each_token_has_its_own_idempotency_keys() -> None:
    node = Node()
    await knock("POST", "/v1/echo", {"badge": "admin", "Idempotency-Key": "k1"}, node)
    await knock("POST", "/v1/echo", {"badge": "admin"}, node)
    assert [call.key for call in node.calls] == ["token:one k1", ""]


async def test_a_cookie_counts_for_writing_only_on_a_page_of_ours() -> None:
    said: list[dict[str, str]] = [
        {},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://127.0.0.1:4480"},
        {"Sec-Fetch-Site": "same-origin"},
    ]
    answers = [await knock("POST", "/v1/echo", {"badge": "admin", "ambient": "yes", **each}) for each in said]
    assert [answer.status_code for answer in answers] == [403, 403, 201, 201]
    assert (await knock("GET", "/v1/count", {"badge": "read", "ambient": "yes"})).status_code == 200


async def test_every_other_path_belongs_to_the_pages_which_decide_themselves() -> None:
    assert (await knock("GET", "/")).text == "/ None"
    assert (await knock("GET", "/v1x", {"badge": "read"})).text == "/v1x token:one"


async def test_answers_tell_a_browser_to_keep_load_and_frame_nothing() -> None:
    ours, pages = (await knock("GET", "/v1/count", {"badge": "read"})).headers, (await knock("GET", "/")).headers
    assert ours["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "unsafe" not in pages["content-security-policy"]
    assert "frame-ancestors 'none'" in pages["content-security-policy"]
    for headers in (ours, pages):
        assert (headers["cache-control"], headers["x-content-type-options"]) == ("no-store", "nosniff")
        assert not [name for name in headers if name.startswith("access-control")]
