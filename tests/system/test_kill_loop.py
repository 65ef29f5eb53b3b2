"""P1: kill -9 at any instant loses no record that the API acknowledged, and the author has not forked.

Acknowledgements are kept by this process, outside the node. A second node hears everything live: what it holds of the
first was announced, so the first must have it after every kill as well.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from random import Random

import pytest

from meshnode.client.answers import ScopeState
from meshnode.client.client import Client
from meshnode.client.errors import ClientError
from meshnode.store.store import open_store
from meshproto.records.ids import ScopeId, from_text
from tests.support.programs import Program, Programs, let_pass

KILLS = 200
"""Kills of a long run."""
FLOOR = 3
WRITERS = 2


@pytest.fixture
def programs() -> Iterator[Programs]:
    with Programs() as all_of_them:
        yield all_of_them


class Scribe:
    """Logs work through the API until the node is gone, and remembers what was acknowledged."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.acknowledged: dict[str, str] = {}
        """Title → id."""
        self.open: dict[str, str] = {}
        """Title → idempotency key of requests that got no answer."""
        self._count = 0

    def write(self, client: Client) -> None:
        """Settle what is open first, with the same keys; then go on until there is no answer."""
        with suppress(ClientError):
            for title, key in list(self.open.items()):
                self._ask(client, title, key)
            while True:
                self._count += 1
                title = f"Scribe {self.number} entry {self._count}"
                self._ask(client, title, f"key {title}")

    def _ask(self, client: Client, title: str, key: str) -> None:
        self.open[title] = key
        written = client.work.log(title, seconds=60, network="studio", key=key)
        before = self.acknowledged.setdefault(title, written["id"])
        assert before == written["id"], "one key made two records"
        del self.open[title]


@pytest.mark.campaign
def test_whatever_was_acknowledged_survives_a_kill_at_any_instant(
    programs: Programs, campaign_seconds: Callable[[str], float], long_campaigns: bool, tell: Callable[[str], None]
) -> None:
    deadline = time.monotonic() + campaign_seconds("kills/node")
    ana, ben = programs.new("ana"), programs.new("ben")
    ben.start()
    ana.start()
    ana.client.networks.create("studio")
    ben.client.networks.join(ana.line(), wait_ms=30_000)
    scribes, chance, kills = [Scribe(number) for number in range(WRITERS)], Random(7), 0
    while (kills < KILLS) if long_campaigns else (kills < FLOOR or time.monotonic() < deadline):
        write_until_killed(ana, scribes, chance.random() * 0.6)
        kills += 1
        check_what_is_stored(ana, scribes)
        ana.start()
    settle(ana, scribes)
    state = studio_at(ana)
    ben.sees(lambda _: studio_at(ben)["digest"] == state["digest"])
    ana.stop()
    ben.stop()
    check_agreement(ana, ben, ScopeId(from_text(state["id"])), scribes)
    tell(f"kills of a node: {kills}, nothing acknowledged was lost")


def studio_at(node: Program) -> ScopeState:
    """The state of the network as a node computes it."""
    return next(each for each in node.client.node.state()["scopes"] if each["name"] == "studio")


def write_until_killed(node: Program, scribes: list[Scribe], seconds: float) -> None:
    """Let all scribes write at once, and kill the node after a while."""
    threads = [threading.Thread(target=scribe.write, args=(node.client,)) for scribe in scribes]
    for thread in threads:
        thread.start()
    let_pass(seconds)
    node.kill()
    for thread in threads:
        thread.join()


def settle(node: Program, scribes: list[Scribe]) -> None:
    """Repeat every request that got no answer, with its key."""
    for scribe in scribes:
        for title, key in list(scribe.open.items()):
            scribe._ask(node.client, title, key)


def check_what_is_stored(node: Program, scribes: list[Scribe]) -> None:
    """Open the killed node's store: every acknowledged record is there, and no log has branches."""
    store = open_store(node.home / "records.db")
    try:
        reader = store.reader()
        lost = [
            title for each in scribes for title, text in each.acknowledged.items() if not reader.has(from_text(text))
        ]
        assert not lost
        assert reader.forked_logs() == ()
    finally:
        store.close()


def check_agreement(ana: Program, ben: Program, studio: ScopeId, scribes: list[Scribe]) -> None:
    """Both stores hold the same logs of the network, without branches, and each request made one record."""
    tips = []
    for program in (ana, ben):
        store = open_store(program.home / "records.db")
        reader = store.reader()
        tips.append([(head.log, head.tips) for head in reader.logs_of_scope(studio)])
        assert reader.forked_logs() == ()
        store.close()
    assert tips[0] == tips[1]
    ids = [text for scribe in scribes for text in scribe.acknowledged.values()]
    assert len(set(ids)) == len(ids)
