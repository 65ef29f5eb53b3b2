"""The client for trio: the same calls with the same types, and events over connections that break."""

from collections.abc import AsyncIterator, Awaitable, Iterator
from pathlib import Path
from typing import assert_type

import msgspec
import pytest
import trio

from meshnode.client import aio, answers, listening
from meshnode.client.aio import AsyncClient
from meshnode.client.client import Client
from meshnode.client.errors import BadAnswer, DeadlineExceeded, NodeNotRunning, Problem, Proposed
from tests.support.client_calls import CALLS, Asks
from tests.support.fakes.fake_node import FakeNode, project
from tests.support.fakes.scripted import Scripted, chunks, event, page
from tests.support.patience import DEADLINE

REFUSED = b'HTTP/1.1 400 Bad\r\nContent-Length: 23\r\n\r\n{"code": "bad-request"}'
HEALTHY = b'HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"status": "ok"}'


@pytest.fixture
def fake() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        fake.contributions.clear()
        yield fake


@pytest.mark.parametrize(("call", "method", "path"), CALLS, ids=[f"{method} {path}" for _, method, path in CALLS])
async def test_each_method_asks_its_route(fake: FakeNode, call: Asks, method: str, path: str) -> None:
    fields = [("items", list[str], []), ("contested", list[str], []), ("total", int, 0)]
    fake.answers[method, path] = msgspec.defstruct("Anything", fields)()
    answer = call(AsyncClient.of(fake.home))
    if isinstance(answer, AsyncIterator):
        assert [each async for each in answer] == []
    else:
        assert isinstance(answer, Awaitable)
        await answer
    assert (fake.asked[0].method, fake.asked[0].path) == (method, path)


async def test_both_clients_know_the_types_of_answers(fake: FakeNode) -> None:
    there, here = AsyncClient.of(fake.home), Client.of(fake.home)
    assert_type(await there.work.log("Landing page", 60), answers.Written)
    assert_type(here.work.log("Landing page", 60), answers.Written)
    assert_type(there.work.projects(), AsyncIterator[answers.Project])
    assert_type(here.work.projects(), Iterator[answers.Project])
    assert_type(await there.peers.every(), list[answers.Peer])
    assert [asked.body for asked in fake.asked[:2]] == [{"title": "Landing page", "seconds": 60}] * 2


async def test_a_list_is_read_to_its_end(fake: FakeNode) -> None:
    fake.projects += [project("One"), project("Two")]
    fake.page = 1
    assert [one["title"] async for one in AsyncClient.of(fake.home).work.projects()] == ["One", "Two"]


async def test_a_short_list_is_read_to_its_end_too() -> None:
    with Scripted(page(["ana"], "c1"), page(["ben"], None)) as server:
        found: list[object] = [*await AsyncClient(server.path).networks.members("studio")]
    assert found == ["ana", "ben"]
    assert [asked.split()[1] for asked in server.requests] == [
        "/v1/networks/studio/members?limit=500",
        "/v1/networks/studio/members?limit=500&cursor=c1",
    ]


async def test_others_go_on_while_one_waits(fake: FakeNode) -> None:
    fake.silent = True
    with trio.move_on_after(0.2) as waited:
        await AsyncClient.of(fake.home).node.status()
    assert waited.cancelled_caught


async def test_a_node_that_is_silent_meets_the_deadline(fake: FakeNode) -> None:
    fake.silent = True
    with pytest.raises(DeadlineExceeded, match=r"0\.2 s"):
        await AsyncClient.of(fake.home, 0.2).node.status()


async def test_a_refusal_becomes_a_problem(fake: FakeNode) -> None:
    with pytest.raises(Problem) as caught:
        await AsyncClient.of(fake.home).work.log("x", 60, project="unknown")
    assert caught.value.code == "unknown-project"


async def test_what_founders_decide_on_is_proposed_where_that_is_wished() -> None:
    body = b'{"proposed": {"id": "d"}}'
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)
    with Scripted(raw) as server, pytest.raises(Proposed) as caught:
        await AsyncClient(server.path, proposing=True).work.log("x", 60)
    assert caught.value.decision == {"id": "d"}
    assert server.requests[0].startswith("POST /v1/contributions?propose=true ")


async def test_nobody_listening_means_not_running(tmp_path: Path) -> None:
    with pytest.raises(NodeNotRunning):
        await AsyncClient(str(tmp_path / "s")).node.health()
    with pytest.raises(NodeNotRunning):
        AsyncClient.of(tmp_path)


async def test_a_node_that_hangs_up_is_told_apart() -> None:
    with Scripted(b"HTTP/1.1 200 OK\r\n") as server, pytest.raises(BadAnswer, match="cut off"):
        await AsyncClient(server.path).node.health()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
async def test_a_token_opens_the_port(host: str) -> None:
    with Scripted(HEALTHY, HEALTHY, host=host) as server:
        url = f"http://[{host}]:{server.port}" if ":" in host else f"http://{host}:{server.port}"
        assert (await AsyncClient.at(url, "secret").node.health())["status"] == "ok"
        assert (await trio.to_thread.run_sync(Client.at(url, "secret").node.health))["status"] == "ok"
    for asked in server.requests:
        assert f"\r\nHost: {url.removeprefix('http://')}\r\n" in asked
        assert "\r\nAuthorization: Bearer secret\r\n" in asked


@pytest.mark.parametrize("url", ["https://127.0.0.1:4480", "http://127.0.0.1", "127.0.0.1:4480", "http://h:1/v1"])
def test_what_is_no_address_of_a_node_is_refused(url: str) -> None:
    for client in (Client, AsyncClient):
        with pytest.raises(ValueError, match="is not like"):
            client.at(url, "secret")


async def test_a_stream_that_breaks_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_DELAYS", (0.0,))
    answers = chunks(event(1), event(2)), chunks(event(3)[:9]), chunks(event(3), b"0\r\n\r\n"), chunks(event(4))
    with Scripted(*answers) as server:
        async with AsyncClient(server.path).events(0) as heard:
            places = [(await anext(heard)).place for _ in range(4)]
            assert heard.place == 4
    assert places == [1, 2, 3, 4]
    assert [asked.split(" HTTP")[0] for asked in server.requests] == [
        f"GET /v1/events?after={each}" for each in (0, 2, 2, 3)
    ]


async def test_a_stream_that_ends_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_DELAYS", (0.0,))
    with Scripted(chunks(event(1)) + b"0\r\n\r\n", chunks(event(2))) as server:
        async with AsyncClient(server.path).events(0) as heard:
            assert [(await anext(heard)).place for _ in range(2)] == [1, 2]


async def test_silence_ends_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_DELAYS", (0.0,))
    monkeypatch.setattr(aio, "SILENCE", 0.2)
    with Scripted(chunks(event(1)), chunks(event(2)), stays=True) as server:
        async with AsyncClient(server.path).events(0) as heard:
            assert [(await anext(heard)).place for _ in range(2)] == [1, 2]


async def test_whoever_stops_waiting_in_the_middle_of_an_event_loses_nothing() -> None:
    with Scripted(chunks(event(1), event(2)[:9]), chunks(event(2)), stays=True) as server:
        async with AsyncClient(server.path).events(0) as heard:
            assert (await anext(heard)).place == 1
            with trio.move_on_after(0.2) as waited:
                await anext(heard)
            with trio.fail_after(DEADLINE):
                assert (await anext(heard)).place == 2
    assert waited.cancelled_caught


async def test_a_stream_that_is_refused_is_told() -> None:
    with Scripted(REFUSED) as server, pytest.raises(Problem) as caught:
        await anext(AsyncClient(server.path).events(77))
    assert caught.value.code == "bad-request"


async def test_no_node_from_the_beginning_is_told() -> None:
    with pytest.raises(NodeNotRunning):
        await anext(aiter(AsyncClient("/nowhere").events()))
