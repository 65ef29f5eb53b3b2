import hashlib
from typing import Any

import httpx
import pytest
import trio
from trio.testing import MockClock

from meshnode.api.edge import Call, Entry, Nothing, application
from meshnode.api.models.shared import Model, Request
from meshnode.api.settings import MAX_BODY
from meshnode.runtime.refusals import Code, Refusal


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
    Entry("GET", "/count", count, query=("limit", "mine")),
]


async def ask(method: str, path: str, node: Node | None = None, **options: Any) -> httpx.Response:
    transport = httpx.ASGITransport(application(ENTRIES, node or Node(), seconds=2))
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
    for query in ("limit=0", "limit=101", "limit=x", "limit=²", "mine=yes", "other=1"):
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
