"""Listening to events: what is asked for, what is read out of bytes, and when it is tried again."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.client.errors import BadAnswer, DeadlineExceeded, NodeNotRunning, Problem
from meshnode.client.listening import MAX_EVENT, Chosen, Event, Listening


def event(number: int, name: str = "record") -> bytes:
    head = f"id: {number}\n" if name == "record" else ""
    return f'{head}event: {name}\ndata: {{"arrival": {number}}}\n\n'.encode()


def everything(listening: Listening) -> list[tuple[str, int]]:
    found = []
    while (one := listening.next()) is not None:
        found.append((one.name, one.place))
    return found


def test_nothing_chosen_asks_for_what_comes() -> None:
    assert Listening(Chosen(), None).call().target == "/v1/events"


def test_what_is_chosen_is_asked_for_from_the_place_on() -> None:
    chosen = Chosen(kinds=("contribution", "profile"), network="studio", agreement="Logo", who="Ana", changes=False)
    target = Listening(chosen, 0).call().target
    assert target == (
        "/v1/events?after=0&kinds=contribution%2Cprofile&changes=false&network=studio&agreement=Logo&who=Ana"
    )


STREAM = b": events\nretry: 1000\nid: 4\n\n" + event(5) + event(2, "changed") + b":\nid: 9\n\n" + event(11)


@given(st.lists(st.integers(0, len(STREAM))))
def test_events_are_the_same_however_their_bytes_come(cuts: list[int]) -> None:
    listening = Listening(Chosen(), None)
    edges = [0, *sorted(cuts), len(STREAM)]
    for start, end in pairwise(edges):
        listening.take(STREAM[start:end])
    assert everything(listening) == [("record", 5), ("changed", 5), ("record", 11)]
    assert listening.place == 11


def test_a_place_is_reached_once_its_event_was_given_out() -> None:
    listening = Listening(Chosen(), 3)
    listening.take(event(5) + event(6))
    assert listening.place == 3
    assert listening.next() == Event("record", 5, {"arrival": 5})  # type: ignore[typeddict-item]  # told in short
    assert listening.place == 5
    assert "after=5" in listening.call().target


def test_what_was_cut_off_is_forgotten_and_asked_for_again() -> None:
    listening = Listening(Chosen(), None)
    listening.take(event(5) + event(6)[:10])
    assert everything(listening) == [("record", 5)]
    listening.broke(BadAnswer("cut off"))
    listening.take(event(6))
    assert everything(listening) == [("record", 6)]


def test_attempts_become_rarer_until_something_is_heard() -> None:
    listening = Listening(Chosen(), None)
    listening.take(event(1))
    waits = [listening.broke(NodeNotRunning("s", "gone")) for _ in range(9)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (0.1, 5.0)
    listening.take(event(2))
    assert listening.broke(DeadlineExceeded(60)) == 0.1


def test_a_node_that_was_never_there_is_not_waited_for() -> None:
    with pytest.raises(NodeNotRunning):
        Listening(Chosen(), None).broke(NodeNotRunning("s", "nobody"))


def refusal(code: str) -> Problem:
    return Problem({"code": code}, 503)


def test_a_node_that_stops_is_waited_for_and_one_that_refuses_is_not() -> None:
    listening = Listening(Chosen(), None)
    listening.take(event(1))
    assert listening.broke(refusal("stopping")) > 0
    with pytest.raises(Problem):
        listening.broke(refusal("bad-request"))


@pytest.mark.parametrize("raw", [b"id: x\n\n", b"data: {\n\n", b"id: 1\ndata: \xff\n\n", b"x" * (MAX_EVENT + 1)])
def test_what_is_no_event_is_called_so(raw: bytes) -> None:
    with pytest.raises(BadAnswer, match="event"):
        Listening(Chosen(), None).take(raw)


def test_what_is_told_is_the_nodes_json() -> None:
    listening = Listening(Chosen(), None)
    told = {"arrival": 7, "id": "bafk", "type": "contribution"}
    listening.take(b"id: 7\nevent: record\ndata: " + json.dumps(told).encode() + b"\n\n")
    found = listening.next()
    assert found is not None
    assert dict(found.told) == told
