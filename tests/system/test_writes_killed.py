"""A real node is killed at random instants during every kind of write that one person can do, and each is settled.

Which moments of a request there are, and that each of them is survived, is shown commit by commit in
`tests/integration/api/test_every_write_once.py`; here the process really dies, wherever it is by then.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from meshnode.client.calls import Call
from meshnode.client.connection import Connection, read_node_file
from meshnode.client.errors import ClientError
from meshnode.client.transport import Address
from meshnode.store.store import open_store
from tests.support.patience import DEADLINE
from tests.support.programs import Program, Programs, let_pass
from tests.support.sayings import repetitions

LONG = 400
"""Kills of a long run."""
FLOOR = 6
LONGEST = 0.08
"""Seconds from sending to the kill at most: more than most of these writes take here."""


class Deed(NamedTuple):
    """One request that writes something."""

    method: str
    path: str
    body: dict[str, Any]


Makes = Callable[["Owner", int], Deed]


class Owner:
    """Somebody who asks a node, and has a file to import."""

    def __init__(self, node: Program) -> None:
        self.node = node

    def asks(self, deed: Deed, key: str = "") -> dict[str, Any]:
        """The answer to a request."""
        call: Call[dict[str, Any]] = Call(deed.method, deed.path, body=deed.body, key=key)
        return self._connection().ask(call) or {}

    def entry(self, number: int) -> str:
        """The id of a contribution to do something with; its facts tell it from others when its text was erased."""
        return str(
            self.asks(Deed("POST", "/contributions", {"title": f"Target {number}", "seconds": 600 + number}))["id"]
        )

    def sheet(self, number: int) -> str:
        """A time sheet with one row."""
        path = self.node.home.parent / f"sheet-{number}.csv"
        path.write_text(f"Date,Task,Duration\n2026-03-02,Row {number},02:00\n")
        return str(path)

    def _connection(self) -> Connection:
        found = read_node_file(self.node.home)
        assert found is not None
        return Connection(Address(found["socket"]), DEADLINE)


def target(owner: Owner, number: int, what: str, body: dict[str, Any]) -> Deed:
    """Something done with a contribution that was made for it."""
    return Deed("POST", f"/contributions/{owner.entry(number)}/{what}", body)


def of_a_network(owner: Owner, number: int, method: str, rest: str, body: dict[str, Any]) -> Deed:
    """Something done with a network that was founded for it."""
    owner.asks(Deed("POST", "/networks", {"name": f"net-{number}", "join": "invite"}))
    return Deed(method, f"/networks/net-{number}{rest}", body)


def stopping(owner: Owner, number: int) -> Deed:
    owner.asks(Deed("POST", "/timers", {"title": f"Timer {number}"}))
    return Deed("POST", "/timers/stop", {"timer": f"Timer {number}"})


def withdrawing(owner: Owner, number: int) -> Deed:
    made = owner.asks(Deed("POST", "/networks/studio/invites", {}))
    return Deed("DELETE", f"/networks/studio/invites/{made['id']}", {})


def importing(owner: Owner, number: int) -> Deed:
    options = {"map": ["date=Date", "duration=Duration", "title=Task"]}
    return Deed("POST", "/imports", {"kind": "csv", "path": owner.sheet(number), "options": options})


def deciding(owner: Owner, number: int) -> Deed:
    owner.asks(Deed("POST", "/networks", {"name": f"net-{number}"}))
    return Deed("POST", "/decisions", {"scope": f"net-{number}", "log_records": 5_000 + number})


KINDS: dict[str, Makes] = {
    "log": lambda owner, n: Deed("POST", "/contributions", {"title": f"Entry {n}", "seconds": 60, "network": "studio"}),
    "share": lambda owner, n: target(owner, n, "share", {"network": "studio"}),
    "correct": lambda owner, n: target(owner, n, "correct", {"seconds": 120}),
    "retract": lambda owner, n: target(owner, n, "retract", {}),
    "project": lambda owner, n: Deed("POST", "/projects", {"title": f"Project {n}"}),
    "start": lambda owner, n: Deed("POST", "/timers", {"title": f"Timer {n}"}),
    "stop": stopping,
    "found": lambda owner, n: Deed("POST", "/networks", {"name": f"net-{n}"}),
    "split": lambda owner, n: of_a_network(owner, n, "POST", "/split", {"name": f"split-{n}"}),
    "leave": lambda owner, n: of_a_network(owner, n, "DELETE", "", {}),
    "invite": lambda owner, n: Deed("POST", "/networks/studio/invites", {}),
    "withdraw": withdrawing,
    "decide": deciding,
    "organisation": lambda owner, n: Deed("POST", "/organisations", {"name": f"Firm {n}"}),
    "profile": lambda owner, n: Deed("PUT", "/me/profile", {"bio": f"Line {n}"}),
    "erase": lambda owner, n: Deed("POST", "/erasures", {"targets": [owner.entry(n)]}),
    "import": importing,
    "token": lambda owner, n: Deed("POST", "/tokens", {"name": f"bot {n}", "may": ["read"]}),
}
"""Each kind of write that takes nobody else, with what it needs."""


@pytest.fixture
def programs() -> Iterator[Programs]:
    with Programs() as all_of_them:
        yield all_of_them


@pytest.mark.campaign
def test_every_kind_of_write_is_settled_by_its_key_after_a_kill(
    programs: Programs, campaign_seconds: Callable[[str], float], long_campaigns: bool, tell: Callable[[str], None]
) -> None:
    deadline, chance = time.monotonic() + campaign_seconds("kills/writes"), Random(5)
    ana = programs.new("ana")
    ana.start()
    ana.client.networks.create("studio", "invite")
    owner, kills, unanswered, kinds = Owner(ana), 0, 0, Counter[str]()
    while (kills < LONG) if long_campaigns else (kills < FLOOR or time.monotonic() < deadline):
        kind = [*KINDS][kills % len(KINDS)]
        deed, key = KINDS[kind](owner, kills), f"key {kills}"
        answered = asked_until_killed(owner, deed, key, chance.random() * LONGEST)
        ana.start()
        settled, again = (owner.asks(deed, key) for _ in range(2))
        assert settled.get("id") == again.get("id") == (answered or settled).get("id"), kind
        kinds[kind] += 1
        kills += 1
        unanswered += answered is None
    ana.stop()
    assert repeated(ana.home / "records.db") == []
    tell(f"kills during writes: {kills} of {len(kinds)} kinds, {unanswered} unanswered; each was done once")
    assert len(kinds) == min(kills, len(KINDS))


def asked_until_killed(owner: Owner, deed: Deed, key: str, seconds: float) -> dict[str, Any] | None:
    """Send a request, kill the node after a while; the answer, if there was one."""
    answers: list[dict[str, Any]] = []

    def ask() -> None:
        with suppress(ClientError):
            answers.append(owner.asks(deed, key))

    thread = threading.Thread(target=ask)
    thread.start()
    let_pass(seconds)
    owner.node.kill()
    thread.join()
    return answers[0] if answers else None


def repeated(path: Path) -> list[str]:
    """What stands in more than one record: whatever is asked for here says something of its own."""
    store = open_store(path)
    assert store.reader().forked_logs() == ()
    found = repetitions(store.reader(), 0)
    store.close()
    return found
