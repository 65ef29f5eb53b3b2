"""Questions and answers as JSON, and finding the node."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from meshnode.client.calls import Call, Query, get, items, listed, post, segment, wait, write
from meshnode.client.connection import Connection, read_node_file
from meshnode.client.errors import BadAnswer, DeadlineExceeded, NodeNotRunning, Problem
from meshnode.client.transport import Address
from tests.support.fakes.fake_node import FakeNode
from tests.support.fakes.scripted import Scripted, page


@pytest.fixture
def node() -> Iterator[FakeNode]:
    with FakeNode() as fake:
        yield fake


def connection_to(node: FakeNode) -> Connection:
    found = read_node_file(node.home)
    assert found is not None
    return Connection(Address(found["socket"]))


def asked(connection: Connection, call: Call[object]) -> object:
    return connection.ask(call)


def test_a_folder_without_a_node_has_no_node_file(tmp_path: Path) -> None:
    assert read_node_file(tmp_path) is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"pid": "x", "socket": "s"}', '{"pid": 1}', "\x00"])
def test_a_damaged_node_file_is_called_so(tmp_path: Path, content: str) -> None:
    (tmp_path / "node.json").write_text(content)
    with pytest.raises(BadAnswer, match="is damaged"):
        read_node_file(tmp_path)


def test_a_query_leaves_out_what_was_not_given(node: FakeNode) -> None:
    query: Query = {"project": "a&b ü", "mine": True, "network": None, "limit": 5, "x": False}
    asked(connection_to(node), get("/contributions", query))
    assert node.asked[0].query == {"project": "a&b ü", "mine": "true", "limit": "5"}


def test_a_segment_keeps_to_its_place() -> None:
    assert segment("../a/b?c#d …") == "..%2Fa%2Fb%3Fc%23d%20%E2%80%A6"


def test_what_is_written_carries_its_key(node: FakeNode) -> None:
    asked(connection_to(node), write("/networks", {"name": "studio"}, "k1"))
    assert (node.asked[0].key, node.asked[0].body) == ("k1", {"name": "studio"})


def test_a_wait_is_told_to_the_node_and_waited_out(node: FakeNode) -> None:
    asked(Connection(connection_to(node).address, seconds=0.000_001), wait("/sync", {}, 100))
    assert node.asked[0].body == {"wait_ms": 100}


def test_seconds_that_were_said_stand_above_the_usual(node: FakeNode) -> None:
    with pytest.raises(DeadlineExceeded):
        asked(Connection(connection_to(node).address, seconds=0.000_001), post("/imports", {}, usual=3600))


def test_a_refusal_becomes_a_problem_with_all_it_says(node: FakeNode) -> None:
    with pytest.raises(Problem) as caught:
        asked(connection_to(node), post("/contributions", {"title": "x", "project": "unknown"}))
    found = caught.value
    assert (found.status, found.code, found.exit) == (404, "unknown-project", 1)
    assert found.hint == "meshnode project create unknown"
    assert str(found) == "There is no such project: no project is called unknown"


def test_a_refusal_without_words_still_tells_its_status(node: FakeNode) -> None:
    node.answers["GET", "/me"] = b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(Problem) as caught:
        asked(connection_to(node), get("/me"))
    assert (str(caught.value), caught.value.exit, caught.value.code) == ("the node answered 500", 1, "http-500")


def test_an_answer_that_is_no_json_is_called_so(node: FakeNode) -> None:
    node.answers["GET", "/me"] = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n<html"
    with pytest.raises(BadAnswer, match="not JSON"):
        asked(connection_to(node), get("/me"))


def test_a_node_that_was_killed_is_not_running(node: FakeNode) -> None:
    connection = connection_to(node)
    (node.home / "api.sock").unlink()
    with pytest.raises(NodeNotRunning, match="no node listens on"):
        asked(connection, get("/health"))


def test_a_node_file_is_what_the_node_writes(node: FakeNode) -> None:
    written = json.loads((node.home / "node.json").read_text())
    assert read_node_file(node.home) == {"pid": written["pid"], "socket": written["socket"]}


def test_a_list_in_pages_is_read_to_its_end() -> None:
    with Scripted(page(["studio"], "c1"), page(["films"], None)) as server:
        call: Call[list[str]] = listed("/networks")
        assert Connection(Address(server.path)).ask(call) == ["studio", "films"]
    targets = [each.split()[1] for each in server.requests]
    assert targets == ["/v1/networks?limit=500", "/v1/networks?limit=500&cursor=c1"]


def test_a_list_that_comes_whole_is_asked_once() -> None:
    with Scripted(page(["monday"], None)) as server:
        call: Call[list[str]] = items("/contributions/hours", {"by": "day"})
        assert Connection(Address(server.path)).ask(call) == ["monday"]
    assert [each.split()[1] for each in server.requests] == ["/v1/contributions/hours?by=day"]
