"""The client at a real node's port, with a token: both kinds of it, through restarts, and when it does not work."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing

import pytest
import trio

from meshnode.client.aio import AsyncClient
from meshnode.client.client import Client
from meshnode.client.errors import NodeNotRunning, Problem
from meshnode.client.listening import Chosen
from tests.support.clocks import WrongClock
from tests.support.patience import DEADLINE
from tests.support.programs import Program, Programs

pytestmark = pytest.mark.xdist_group("client over tcp")  # its node is started once

EVERY_RIGHT = ("read", "work", "money", "admin")


@pytest.fixture(scope="module")
def programs() -> Iterator[Programs]:
    with Programs() as all_of_them:
        yield all_of_them


@pytest.fixture(scope="module")
def clock(programs: Programs) -> WrongClock:
    return WrongClock(programs.folder)


@pytest.fixture(scope="module")
def ana(programs: Programs, clock: WrongClock) -> Program:
    """A node whose port stays the same, as one's does who has not said that any port will do."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    ana = programs.new("ana", {**clock.environ, "MESHNODE_API__PORT": str(port)})
    ana.start()
    return ana


def token(ana: Program, name: str, *may: str, seconds: int = 3600) -> str:
    secret = ana.client.tokens.create(name, may or EVERY_RIGHT, seconds)["secret"]
    assert secret
    return secret


def url(ana: Program) -> str:
    return ana.client.node.status()["url"]


def test_a_program_with_a_token_does_what_the_owner_can(ana: Program) -> None:
    there = Client.at(url(ana), token(ana, "sync"), DEADLINE)
    written = there.work.log("Over TCP", 3600)
    assert there.work.contribution(written["id"])["title"] == "Over TCP"
    assert there.work.log("Over TCP", 3600, key="k")["id"] == there.work.log("Over TCP", 3600, key="k")["id"]
    assert [each["name"] for each in there.networks.every()] == [each["name"] for each in ana.client.networks.every()]
    assert "meshnode_records" in there.node.metrics()


async def test_a_program_on_trio_does_so_too(ana: Program) -> None:
    there = AsyncClient.at(url(ana), token(ana, "trio"), DEADLINE)
    with trio.fail_after(DEADLINE):
        written = await there.work.log("On trio", 1800)
        events = there.events(0, Chosen(kinds=("contribution",)))
        while (await anext(events)).told["id"] != written["id"]:
            pass
        await events.aclose()
        assert [each async for each in there.work.projects()] == []


def test_a_token_opens_what_it_is_for_and_nothing_else(ana: Program) -> None:
    there = Client.at(url(ana), token(ana, "reader", "read"))
    assert there.work.contributions()["items"] is not None
    with pytest.raises(Problem) as caught:
        there.work.log("Not allowed", 60)
    assert (caught.value.code, caught.value.status) == ("out-of-scope", 403)
    assert "work" in str(caught.value)


@pytest.mark.parametrize("wrong", ["", "mnt_" + "a" * 52, "geheim"])
def test_a_wrong_token_is_told_with_what_helps(ana: Program, wrong: str) -> None:
    for ask in (Client.at(url(ana), wrong).node.health, Client.at(url(ana), wrong).events(0).__next__):
        with pytest.raises(Problem) as caught:
            ask()
        assert (caught.value.code, caught.value.status) == ("not-authenticated", 401)
        assert caught.value.hint.startswith("meshnode token ")


def test_a_token_that_has_expired_or_was_taken_back_is_told_so(ana: Program, clock: WrongClock) -> None:
    expires, revoked = (Client.at(url(ana), token(ana, name, seconds=600)) for name in ("expires", "revoked"))
    assert expires.node.status()["pid"] == revoked.node.status()["pid"]
    ana.client.tokens.revoke("revoked")
    with pytest.raises(Problem) as caught:
        revoked.node.health()
    assert caught.value.code == "not-authenticated"
    clock.set(601)
    try:
        with pytest.raises(Problem, match="the token expires has expired") as caught:
            expires.node.health()
    finally:
        clock.set(0)
    assert caught.value.hint


class Listener:
    """Hears of contributions in a thread of its own, and notes what ended it."""

    def __init__(self, client: Client) -> None:
        self.heard: list[str] = []
        self.ended: Exception | None = None
        self._events = client.events(0, Chosen(("contribution",), changes=False))
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        try:
            for event in self._events:
                self.heard.append(event.told["id"])
        except Problem as problem:
            self.ended = problem


def test_a_listener_goes_on_over_a_kill_and_ends_with_its_token(ana: Program) -> None:
    listener = Listener(Client.at(url(ana), token(ana, "listener")))
    before = ana.client.work.log("Before the kill", 60)["id"]
    ana.sees(lambda _: before in listener.heard)
    ana.kill()
    ana.start()
    after = ana.client.work.log("After the kill", 60)["id"]
    ana.sees(lambda _: after in listener.heard)
    assert len(listener.heard) == len(set(listener.heard))
    assert set(listener.heard) == {each["id"] for each in ana.client.work.contributions({"limit": 500})["items"]}
    ana.client.tokens.revoke("listener")
    ana.kill()
    ana.start()
    listener.thread.join(DEADLINE)
    assert isinstance(listener.ended, Problem)
    assert listener.ended.code == "not-authenticated"


async def test_a_listener_on_trio_goes_on_over_a_kill(ana: Program) -> None:
    there = AsyncClient.at(url(ana), token(ana, "trio listener"), DEADLINE)
    place = (await there.node.status())["arrival"]
    with trio.fail_after(DEADLINE):
        async with there.events(place, Chosen(kinds=("contribution",), changes=False)) as events:
            first = await there.work.log("One", 60)
            assert (await anext(events)).told["id"] == first["id"]
            await trio.to_thread.run_sync(ana.kill)
            await trio.to_thread.run_sync(ana.start)
            second = await there.work.log("Two", 60)
            assert (await anext(events)).told["id"] == second["id"]


def test_a_reader_who_reads_nothing_keeps_nobody_waiting(ana: Program) -> None:
    """It asks for everything from the beginning; the node answers others meanwhile, and ends in order."""
    host, port = url(ana).removeprefix("http://").rstrip("/").split(":")
    secret = token(ana, "stalled")
    head = f"GET /v1/events?after=0 HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {secret}\r\n\r\n"
    with socket.create_connection((host, int(port))) as stalled:
        stalled.sendall(head.encode())
        assert stalled.recv(1) == b"H"
        ana.client.work.log("Meanwhile", 60)
        assert ana.client.node.status()["records"] > 0
        ana.stop()
    ana.start()


def test_a_node_that_has_stopped_is_told_at_once(ana: Program) -> None:
    there = Client.at(url(ana), token(ana, "late"))
    assert there.node.status()["records"] > 0
    where = url(ana).removeprefix("http://").rstrip("/")
    ana.stop()
    try:
        with pytest.raises(NodeNotRunning, match=rf"no node listens on {where} \(Connection refused\)"):
            there.node.health()
        with pytest.raises(NodeNotRunning):
            next(there.events(0))
        with pytest.raises(NodeNotRunning):
            trio.run(AsyncClient.at(f"http://{where}", "x").node.health)
    finally:
        ana.start()
