"""The local API: reads, lists, durable writes and pages, beside a plain Starlette application on the same server.

One process serves both, so the machine's mood and the node's own work fall on both, and they are asked in turns. The
plain one answers what the node answers from a dictionary. Requests a second are what so many clients get who ask again
as soon as they are answered; the time beside a bulk sync is of clients who ask every PAUSE seconds while 50,000 records
come in and are shown. Each goal is told with whether it was met.
"""

import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.bench.asking import Asked, Paced, Requests, get, hurried, in_turn
from tests.bench.beside import Beside, Goal, one
from tests.bench.mesh import Node
from tests.bench.pages import pages
from tests.bench.report import median, percentile, progress, say

READS, LISTS, WRITES = 2_000, 300, 2_000
CLIENTS = 16
KEPT = 200
"""Contributions that are there to be read."""
PAUSE = 0.02
LOGS, EACH = 100, 500
LISTED = {
    "contributions": "/v1/contributions?limit=30",
    "inbox": "/v1/inbox?limit=30",
    "networks": "/v1/networks",
    "search": "/v1/search?q=piece",
}


def api(runs: int, vs_git: bool) -> None:
    """Everything about the API."""
    _beside(runs, tuple(PARTS))
    pages(runs, vs_git)


def part_of(name: str) -> Callable[[int, bool], None]:
    """The bench of one part alone, by its name in `PARTS`."""
    return lambda runs, _vs_git: _beside(runs, (name,))


def _beside(runs: int, parts: Sequence[str]) -> None:
    """Some parts, asked of one node with some work in it."""
    with tempfile.TemporaryDirectory(prefix="meshnode-bench-") as folder:
        node = Node(Path(folder) / "ana", "tests.bench.served")
        try:
            node.ask("found")
            beside = Beside(node)
            ids = _written(beside)
            for part in parts:
                PARTS[part](beside, ids, runs)
        finally:
            node.stop()


def _written(beside: Beside) -> list[str]:
    """Some work to be read, shown in the views."""
    hurried(beside.socket, beside.work(), KEPT, 4)
    beside.node.ask("shown")
    page = json.loads(one(beside.socket, get(f"/v1/contributions?limit={KEPT}")))
    return [each["id"] for each in page["items"]]


def _reads(beside: Beside, ids: Sequence[str], runs: int) -> None:
    """Reads by id, in turns with the plain application, at both doors, by one client and by many."""
    plain = [get(f"/v1/records/{each}") for each in ids]
    for what in ("records", "contributions"):
        paths = [f"/v1/{what}/{each}" for each in ids]
        answers = {each: json.loads(one(beside.socket, get(path))) for each, path in zip(ids, paths, strict=True)}
        beside.node.ask("plain", answers=answers)
        at_socket, at_port = [get(path) for path in paths], [beside.at_port(path) for path in paths]
        for door, node_at, plain_at, asked in (
            ("socket", beside.socket, beside.plain_socket, at_socket),
            ("tcp", beside.port, beside.plain_port, at_port),
        ):
            for clients in (1, CLIENTS):
                progress(f"reads of {what}, {door}, {clients} at once")
                rounds = []
                for _ in range(runs):
                    there = beside.measured(plain_at, in_turn(plain), READS, clients)
                    rounds.append((there, beside.measured(node_at, in_turn(asked), READS, clients)))
                _compare(f"read {what} by id, {door}", clients, rounds)


def _compare(what: str, clients: int, rounds: list[tuple[tuple[Asked, float], tuple[Asked, float]]]) -> None:
    plain, node = ([each[side] for each in rounds] for side in (0, 1))
    rates = [median([asked.rate for asked, _ in side], 0) for side in (plain, node)]
    cpus = [median([cpu for _, cpu in side], 3) for side in (plain, node)]
    times = [took for asked, _ in node for took in asked.ms]
    say(
        "api",
        what=what,
        clients=clients,
        bytes=node[0][0].size,
        plain_per_second=rates[0],
        per_second=rates[1],
        plain_cpu_ms=cpus[0],
        cpu_ms=cpus[1],
        p50_ms=percentile(times, 0.5, 2),
        p99_ms=percentile(times, 0.99, 2),
    )
    Goal(f"{what}, {clients} at once, beside plain Starlette", least=0.6).tell(round(rates[1] / rates[0], 2))


def _lists(beside: Beside, _ids: Sequence[str], runs: int) -> None:
    for name, path in LISTED.items():
        found = [beside.measured(beside.socket, in_turn([get(path)]), LISTS, 4) for _ in range(runs)]
        _tell(f"list {name}", 4, found)


def _writes(beside: Beside, _ids: Sequence[str], runs: int) -> None:
    """Durable writes: acknowledged once they are flushed."""
    for clients in (1, CLIENTS):
        progress(f"writes, {clients} at once")
        count = WRITES if clients > 1 else WRITES // 10
        found = [beside.measured(beside.socket, beside.work(), count, clients) for _ in range(runs)]
        rate = _tell("write a contribution, flushed", clients, found)
        beside.node.ask("shown")
        if clients > 1:
            Goal(f"durable writes a second, {clients} at once", least=1_000).tell(rate)


def _tell(what: str, clients: int, found: list[tuple[Asked, float]]) -> float:
    times = [took for asked, _ in found for took in asked.ms]
    rate = median([asked.rate for asked, _ in found], 0)
    say(
        "api",
        what=what,
        clients=clients,
        bytes=found[0][0].size,
        per_second=rate,
        cpu_ms=median([cpu for _, cpu in found], 3),
        p50_ms=percentile(times, 0.5, 2),
        p99_ms=percentile(times, 0.99, 2),
    )
    return rate


def _kinds(beside: Beside, ids: Sequence[str]) -> list[tuple[str, Requests]]:
    """What is asked beside a sync."""
    return [
        ("read a record", in_turn([get(f"/v1/records/{each}") for each in ids])),
        ("read a contribution", in_turn([get(f"/v1/contributions/{each}") for each in ids])),
        ("list contributions", in_turn([get(LISTED["contributions"])])),
        ("search", in_turn([get(LISTED["search"])])),
        ("write", beside.work()),
    ]


def _sync(beside: Beside, ids: Sequence[str], _runs: int) -> None:
    """Times in quiet and beside a sync, which can be had once."""
    _quiet(beside, ids)
    with tempfile.TemporaryDirectory(prefix="meshnode-bench-") as folder:
        other = Node(Path(folder) / "ben")
        try:
            _during_sync(beside, other, ids)
        finally:
            other.stop()


def _quiet(beside: Beside, ids: Sequence[str]) -> None:
    """Times while nothing else happens."""
    end = Paced(beside.socket, _kinds(beside, ids), PAUSE).begin()
    time.sleep(5)
    _tell_paced("quiet", end(), None)


def _during_sync(beside: Beside, other: Node, ids: Sequence[str]) -> None:
    """Times while many records come from another node, and while they are folded afterwards."""
    progress(f"the other node stores {LOGS * EACH:,} records")
    stocked = other.ask("stock", logs=LOGS, each=EACH, short=[], tail=1)
    line = other.ask("line")["line"]
    progress("sync")
    end = Paced(beside.socket, _kinds(beside, ids), PAUSE).begin()
    start = time.perf_counter()
    fetched = beside.node.ask("fetch", line=line, ids=stocked["ends"], tips=stocked["ends"])
    _tell_paced("during a bulk sync", end(), Goal("p99 in ms during a bulk sync", most=25))
    end = Paced(beside.socket, _kinds(beside, ids), PAUSE).begin()
    shown = beside.node.ask("shown")
    _tell_paced("while it is shown", end(), Goal("p99 in ms while a bulk sync is shown", most=25))
    say(
        "api",
        what="the sync itself",
        records=shown["records"],
        sync_seconds=round(fetched["seconds"], 1),
        seconds=round(time.perf_counter() - start, 1),
    )


def _tell_paced(when: str, found: dict[str, list[float]], goal: Goal | None) -> None:
    for what, took in found.items():
        if not took:  # it was over at once
            continue
        p99 = percentile(took, 0.99, 2)
        say("api", what=what, when=when, asked=len(took), p50_ms=percentile(took, 0.5, 2), p99_ms=p99, max_ms=max(took))
        if goal is not None:
            goal._replace(what=f"{what}: {goal.what}").tell(p99)


PARTS: Mapping[str, Callable[[Beside, Sequence[str], int], None]] = {
    "api-reads": _reads,
    "api-lists": _lists,
    "api-writes": _writes,
    "api-sync": _sync,
}
"""What can be measured alone: each takes the node, the ids that may be read, and how often it is measured."""
