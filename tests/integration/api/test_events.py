"""Events of whole nodes over the real socket: at least once, in order, from any number on."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import trio

from meshnode.api import server, stream
from meshnode.api.edge import application
from meshnode.api.guard import Guard, socket_door
from meshnode.api.listening import listen_on_socket
from meshnode.api.routes import ROUTES
from meshnode.api.server import Entrance, serve
from meshnode.client.client import Client
from meshnode.client.events import Events
from meshnode.client.listening import Chosen, Event
from meshproto.records.ids import to_text
from tests.support.meshes import Mesh, Node
from tests.support.patience import DEADLINE


@pytest.fixture
def mesh(tmp_path: Path) -> Mesh:
    return Mesh(tmp_path)


@asynccontextmanager
async def served(node: Node) -> AsyncIterator[Client]:
    """The client of a node whose API is served on a socket."""
    with TemporaryDirectory(prefix="mn-") as folder:
        path = Path(folder) / "run" / "s"
        app = Guard(application(ROUTES, node.site(), 30), socket_door())
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve, [Entrance(listen_on_socket(path, os.getuid()), app)], node.opened.node.stopping)
            yield Client(str(path), DEADLINE)
            nursery.cancel_scope.cancel()


async def heard(events: Events, count: int) -> list[Event]:
    """The next events; the reader waits in a thread, as programs do."""

    def some() -> list[Event]:
        return [next(events) for _ in range(count)]

    with trio.fail_after(DEADLINE):
        return await trio.to_thread.run_sync(some, abandon_on_cancel=True)


def ids(events: list[Event]) -> list[str]:
    return [event.told["id"] for event in events]


async def test_what_is_written_is_told_at_once(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, served(ana) as client:
        with client.events(0, Chosen(kinds=("contribution",))) as events:
            work = await ana.logs("Landing page")
            (event,) = await heard(events, 1)
    assert (event.name, event.told["id"], event.told["type"]) == ("record", to_text(work), "contribution")
    assert (event.told["agent"]["name"], event.told["status"], event.told["part"]) == ("Ana", "yes", "held")
    assert event.place == event.told["arrival"]


async def test_a_reader_goes_on_where_it_was_after_a_restart_of_the_node(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, served(ana) as client:
        await ana.logs("One")
        with client.events(0) as events:
            first = await heard(events, 2)
    async with mesh.node("ana") as ana, served(ana) as client:
        work = await ana.logs("Two")
        with client.events(first[-1].place) as events:
            later = [event async for event in until_told(events, to_text(work))]
        stored = [(arrival, to_text(record.id)) for arrival, record in ana.opened.reader.records_after(0, 100)]
    told = [(event.place, event.told["id"]) for event in first + later if event.name == "record"]
    assert told == stored


async def until_told(events: Events, record: str) -> AsyncIterator[Event]:
    """Events up to the one of a record."""
    while True:
        (event,) = await heard(events, 1)
        yield event
        if event.told["id"] == record:
            return


async def test_filters_change_no_ids(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, served(ana) as client:
        await ana.founds("studio")
        works = [to_text(await ana.logs(title, network="studio")) for title in ("One", "Two")]
        with client.events(0, Chosen(changes=False)) as events:
            everything = [event async for event in until_told(events, works[-1])]
        chosen = Chosen(kinds=("contribution",), network="studio", who="Ana", changes=False)
        with client.events(0, chosen) as events:
            filtered = await heard(events, 2)
    assert ids(filtered) == works
    assert set(places(filtered)) < set(places(everything))


def places(events: list[Event]) -> list[tuple[str, int]]:
    return [(event.told["id"], event.place) for event in events]


async def test_events_elsewhere_are_passed_over(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, served(ana) as client:
        await ana.founds("studio")
        await ana.founds("films")
        with client.events(None, Chosen(network="films")) as events:
            async with trio.open_nursery() as nursery:
                heard_of: list[Event] = []

                async def listen() -> None:
                    heard_of.extend(await heard(events, 1))

                nursery.start_soon(listen)
                await listening(ana, 1)
                await ana.logs("Not told", network="studio")
                told = to_text(await ana.logs("Told", network="films"))
    assert ids(heard_of) == [told]


async def listening(node: Node, count: int) -> None:
    """Wait until so many streams are open."""
    await node.learns(lambda: node.site().feed.readers == count)


async def test_a_change_is_told_without_an_id_of_its_own(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, served(ana) as client:
        work = to_text(await ana.logs("Landing page"))
        with client.events(0, Chosen(kinds=("contribution", "correction"))) as events:
            (arrived,) = await heard(events, 1)
            await ana.api().does("POST", f"/contributions/{work}/retract", {})
            changed = await one_that(events, lambda event: event.told["state"] == "retracted")
    assert (arrived.told["state"], changed.name, changed.told["id"]) == ("claimed", "changed", work)
    assert changed.told["arrival"] == arrived.place < changed.place


async def one_that(events: Events, fits: Callable[[Event], bool]) -> Event:
    """The next event that fits; how something stands may be told more than once."""
    while True:
        (event,) = await heard(events, 1)
        if fits(event):
            return event


async def test_an_erasure_is_told_and_no_event_tells_a_text(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, served(ana) as client:
        work = to_text(await ana.logs("Secret garden"))
        with client.events(0, Chosen(kinds=("contribution",))) as events:
            await heard(events, 1)
            await ana.api().does("POST", "/erasures", {"targets": [work]})
            erased = await one_that(events, lambda event: event.told["part"] == "erased")
        whole = await raw(client, "/v1/events?after=0", until=b"event: record", times=3)
    assert (erased.told["id"], erased.told["part"], erased.told["flags"]) == (work, "erased", ["erased"])
    assert b"Secret" not in whole


async def raw(client: Client, target: str, *, until: bytes, times: int = 1, headers: str = "") -> bytes:
    """What the node sends, up to so many times some bytes."""
    received = b""
    with trio.fail_after(DEADLINE):
        async with await trio.open_unix_socket(client.link.address.path) as stream:
            await stream.send_all(f"GET {target} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode())
            while received.count(until) < times:
                part = await stream.receive_some()
                assert part, f"the node hung up: {received!r}"
                received += part
    return received


async def test_a_text_that_comes_late_is_told(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, mesh.node("ben") as ben, served(ben) as client:
        assert await ben.joins(ana.line(await ana.founds("studio")))
        with client.events(None, Chosen(kinds=("contribution",))) as events:
            async with trio.open_nursery() as nursery:
                parts: list[str] = []

                async def listen() -> None:
                    while "held" not in parts:
                        parts.extend(event.told["part"] for event in await heard(events, 1))

                nursery.start_soon(listen)
                await listening(ben, 1)
                await ana.logs("From afar", network="studio")
    assert parts[-1] == "held"


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("after=99999", "not told of 99999 yet"),
        ("after=-1", "no id of an event"),
        ("after=x", "no id of an event"),
        ("after=" + "9" * 30, "no id of an event"),
        ("kinds=contribution,work", "no record is of type work"),
        ("network=nowhere", "nowhere"),
        ("who=nobody", "nobody"),
        ("changes=maybe", "true or false"),
        ("before=3", "unknown in the query"),
    ],
)
async def test_a_wish_that_means_nothing_is_refused(mesh: Mesh, query: str, said: str) -> None:
    async with mesh.node("ana") as ana:
        assert said in (await ana.api().refuses("GET", f"/events?{query}"))["detail"]


async def test_the_id_that_a_browser_resumes_from_stands_above_its_address(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, served(ana) as client:
        await ana.logs("One")
        last = ana.opened.node.arrival
        await ana.opened.office.projector.caught_up()
        resumed = await raw(client, "/v1/events?after=0", until=b"\n\n", headers=f"Last-Event-ID: {last}\r\n", times=1)
    assert f"id: {last}\n\n".encode() in resumed
    assert b"event: " not in resumed


async def test_a_silent_stream_says_that_it_is_there(mesh: Mesh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0.05)
    async with mesh.node("ana") as ana, served(ana) as client:
        await ana.office.projector.caught_up()
        said = await raw(client, "/v1/events", until=b":\nid: ", times=3)
    assert b"content-type: text/event-stream" in said
    assert b"event: " not in said


async def test_a_head_is_answered_without_a_stream(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        with trio.fail_after(DEADLINE):
            answer = await ana.api().ask("HEAD", "/events")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


async def test_streams_beyond_the_bound_are_refused_and_others_go_on(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MAX_READERS", 1)
    async with mesh.node("ana") as ana, served(ana) as client:
        with client.events(0) as events:
            await heard(events, 1)
            assert (await ana.api().refuses("GET", "/events"))["code"] == "busy"
            await ana.logs("Goes on")
            await heard(events, 2)


async def test_streams_asked_for_at_once_are_not_more_than_the_bound(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "MAX_READERS", 3)
    async with mesh.node("ana") as ana, served(ana) as client:
        await ana.founds("studio")
        codes: list[bytes] = []

        async def ask() -> None:
            async with await trio.open_unix_socket(client.link.address.path) as asking:
                await asking.send_all(b"GET /v1/events?network=studio HTTP/1.1\r\nHost: localhost\r\n\r\n")
                codes.append((await asking.receive_some())[9:12])
                await trio.sleep_forever()

        async with trio.open_nursery() as nursery:
            for _ in range(10):
                nursery.start_soon(ask)
            await ana.learns(lambda: len(codes) == 10)
            nursery.cancel_scope.cancel()
    assert sorted(codes) == [b"200"] * 3 + [b"503"] * 7


async def test_a_reader_who_leaves_is_forgotten(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, served(ana) as client:
        with client.events(0) as events:
            await heard(events, 1)
            assert ana.site().feed.readers == 1
        await listening(ana, 0)


async def test_a_reader_who_does_not_read_is_let_go_and_holds_up_nobody(
    mesh: Mesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SEND_SECONDS", 0.2)
    async with mesh.node("ana") as ana, served(ana) as client:
        stalled = await trio.open_unix_socket(client.link.address.path)
        stalled.setsockopt(trio.socket.SOL_SOCKET, trio.socket.SO_RCVBUF, 1)
        await stalled.send_all(b"GET /v1/events?after=0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await listening(ana, 1)
        with trio.fail_after(DEADLINE):
            while ana.site().feed.readers:
                await ana.logs("Much")
        await stalled.aclose()


async def test_open_streams_end_with_the_node(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana, served(ana) as client:
        reader = await trio.open_unix_socket(client.link.address.path)
        await reader.send_all(b"GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await listening(ana, 1)
        ana.opened.node.stopping.set()
        with trio.fail_after(DEADLINE):
            ended = b"".join([part async for part in reader])
        await reader.aclose()
    assert ended.endswith(b"0\r\n\r\n")


async def test_whoever_asks_for_a_list_wakes_no_reader(mesh: Mesh) -> None:
    async with mesh.node("ana") as ana:
        await ana.office.projector.caught_up()
        moves = ana.site().feed.moved.moves
        await ana.office.projector.caught_up()
        assert ana.site().feed.moved.moves == moves
        await ana.logs("One")
        await ana.office.projector.caught_up()
        assert ana.site().feed.moved.moves > moves
