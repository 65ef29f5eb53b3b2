"""Events over connections that break: every one is given out, and what follows is asked for."""

import pytest

from meshnode.client import events, listening
from meshnode.client.client import Client
from meshnode.client.errors import NodeNotRunning, Problem
from meshnode.client.listening import Chosen
from tests.support.fakes.scripted import Scripted, chunks, event

REFUSED = b'HTTP/1.1 400 Bad\r\nContent-Length: 23\r\n\r\n{"code": "bad-request"}'


def test_a_stream_that_breaks_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_DELAYS", (0.0,))
    answers = chunks(event(1), event(2)), chunks(event(3)[:9]), chunks(event(3), b"0\r\n\r\n"), chunks(event(4))
    with Scripted(*answers) as server, Client(server.path).events(0, Chosen(kinds=("contribution",))) as heard:
        places = [next(heard).place for _ in range(4)]
    assert places == [1, 2, 3, 4]
    assert [asked.split("&")[0] for asked in server.requests] == [
        f"GET /v1/events?after={each}" for each in (0, 2, 2, 3)
    ]


def test_a_stream_that_ends_is_gone_on_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_DELAYS", (0.0,))
    ended = chunks(event(1)) + b"0\r\n\r\n"
    with Scripted(ended, chunks(event(2))) as server, Client(server.path).events(0) as heard:
        assert [next(heard).place, next(heard).place] == [1, 2]
        assert heard.place == 2


def test_silence_ends_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_DELAYS", (0.0,))
    monkeypatch.setattr(events, "SILENCE", 0.2)
    with Scripted(chunks(event(1)), chunks(event(2)), stays=True) as server, Client(server.path).events(0) as heard:
        assert [next(heard).place, next(heard).place] == [1, 2]


def test_a_refusal_is_raised() -> None:
    with Scripted(REFUSED) as server, pytest.raises(Problem) as caught:
        next(Client(server.path).events(77))
    assert caught.value.code == "bad-request"


def test_no_node_from_the_beginning_is_raised() -> None:
    with pytest.raises(NodeNotRunning):
        next(iter(Client("/nowhere").events()))
