"""A program that listens hears of every record, in order, however often the node is killed under it."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from random import Random

import pytest

from meshnode.client.client import Client
from meshnode.client.errors import ClientError
from meshnode.client.listening import Chosen, Event
from tests.support.patience import DEADLINE
from tests.support.programs import Program, Programs, let_pass

KILLS = 4
LAST = "the last one"


@pytest.fixture
def programs() -> Iterator[Programs]:
    with Programs() as all_of_them:
        yield all_of_them


class Listener:
    """Listens in a thread of its own, from the beginning, and writes down what arrived."""

    def __init__(self, client: Client) -> None:
        self.heard: list[Event] = []
        self._events = client.events(0, Chosen(kinds=("contribution",)))
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        for event in self._events:
            if event.name == "record":
                self.heard.append(event)

    def has_heard(self, record: str) -> bool:
        return any(event.told["id"] == record for event in self.heard)


def write_until_killed(ana: Program, acknowledged: list[str], chance: Random) -> None:
    writer = threading.Thread(target=write, args=(ana.client, acknowledged), daemon=True)
    writer.start()
    let_pass(0.3 + chance.random())
    ana.kill()
    writer.join(DEADLINE)


def write(client: Client, acknowledged: list[str]) -> None:
    with suppress(ClientError):
        while True:
            acknowledged.append(client.work.log("Work", 60)["id"])


def heard_after(client: Client, place: int, last: str) -> list[str]:
    """The ids of all contributions that a new listener is told of after a number, up to a certain one."""
    heard = list[str]()
    with client.events(place, Chosen(kinds=("contribution",), changes=False)) as events:
        while last not in heard:
            heard.append(next(events).told["id"])
    return heard


def test_a_listener_hears_of_every_record_in_order_through_kills(programs: Programs) -> None:
    ana, chance, acknowledged = programs.new("ana"), Random(11), list[str]()
    ana.start()
    listener = Listener(ana.client)
    for _ in range(KILLS):
        write_until_killed(ana, acknowledged, chance)
        ana.start()
    last = ana.client.work.log(LAST, 60)["id"]
    ana.sees(lambda _: listener.has_heard(last))
    told = [event.told["id"] for event in listener.heard]
    assert len(told) == len(set(told)), "something was told twice without need"
    assert [event.place for event in listener.heard] == sorted(event.place for event in listener.heard)
    assert set(acknowledged) <= set(told)
    assert len(told) == ana.client.work.sums()["contributions"]
    for place in (0, len(told) // 2, len(told) - 2):
        # Any number of the past will do, also one that was told before all these restarts, to whoever has it.
        assert heard_after(ana.client, listener.heard[place].place, last) == told[place + 1 :]
