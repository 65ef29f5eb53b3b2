"""Whole nodes in processes of their own, over libp2p and Noise on loopback, with every flush."""

import json
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from meshproto.records.ids import ScopeId
from tests.bench.against_git import author_and_fetch, process_start
from tests.bench.authors import Author, work
from tests.bench.report import median, percentile, progress, say

RECORDS = 10_000
AUTHORS = 100
SINGLE = 1_000
PAUSE = 0.003
LOGS, EACH, TAIL = 200, 500, 10


class Node:
    """A worker process."""

    def __init__(self, folder: Path, program: str = "tests.bench.worker", *words: str) -> None:
        command = [sys.executable, "-m", program, str(folder), *words]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._answer()

    def tell(self, do: str, **order: object) -> None:
        """Give an order."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        """Wait for the answer to the last order."""
        return self._answer()

    def ask(self, do: str, **order: object) -> dict[str, Any]:
        """Give an order and wait for the answer."""
        self.tell(do, **order)
        return self._answer()

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("a node of the bench ended; see above")
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def nodes(count: int) -> Iterator[list[Node]]:
    """Fresh nodes in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="meshnode-bench-") as folder:
        made: list[Node] = []
        try:
            made.extend(Node(Path(folder) / f"node{number}") for number in range(count))
            yield made
        finally:
            for node in made:
                node.stop()


def one_author(runs: int, versus_git: bool) -> None:
    """W."""
    for private in (False, True):
        figures = [_author_and_sync("author", count=RECORDS, private=private) for _ in range(runs)]
        _tell("W, text private" if private else "W", figures)
    if versus_git:
        _git("W", 1, RECORDS, runs)


def many_authors(runs: int, versus_git: bool) -> None:
    """W2."""
    figures = [_author_and_sync("authors", authors=AUTHORS, each=RECORDS // AUTHORS) for _ in range(runs)]
    _tell("W2", figures)
    if versus_git:
        _git("W2", AUTHORS, RECORDS // AUTHORS, runs)


def one_by_one(runs: int, versus_git: bool) -> None:
    """W3."""
    across: list[float] = []
    whole: list[float] = []
    written: list[float] = []
    for _ in range(runs):
        progress("W3")
        with nodes(2) as (first, second):
            line = first.ask("found")["line"]
            ids = first.ask("author", count=1, private=False)["ids"]
            second.ask("fetch", line=line, ids=ids)
            time.sleep(1)
            second.tell("watch", after=second.ask("arrived")["arrival"], count=SINGLE + 50)
            sent = first.ask("single", count=SINGLE, pause=PAUSE)
            seen = second.hear()["seen"]
        across += [seen[each] - at for each, at in sent["done"].items()]
        whole += [seen[each] - at for each, at in sent["begun"].items()]
        written += [at - sent["begun"][each] for each, at in sent["done"].items()]
    for name, values in (
        ("commit to committed at the other", across),
        ("write to committed at the other", whole),
        ("write acknowledged", written),
        ("bare FULL commit, one after another", _bare_commits(0)),
        ("bare FULL commit, as seldom as the writes", _bare_commits(PAUSE)),
    ):
        ms = [each * 1000 for each in values]
        say("W3", what=name, samples=len(ms), p50_ms=percentile(ms, 0.5, 3), p99_ms=percentile(ms, 0.99, 3))


def tails(runs: int, versus_git: bool) -> None:
    """W4."""
    figures = []
    for _ in range(runs):
        progress("W4: storing 100,000 records at both, and showing them in the views; a minute or two")
        with nodes(2) as (first, second):
            first.tell("stock", logs=LOGS, each=EACH, short=list(range(LOGS // 2)), tail=TAIL)
            second.tell("stock", logs=LOGS, each=EACH, short=list(range(LOGS // 2, LOGS)), tail=TAIL)
            lacking = [first.hear(), second.hear()]
            line = first.ask("line")["line"]
            first.tell("wait", tips=lacking[0]["tips"])
            fetched = second.ask("fetch", line=line, ids=[], tips=lacking[1]["tips"])
            first.hear()
        missing = sum(each["missing_bytes"] for each in lacking)
        figures.append((fetched["seconds"] * 1000, fetched["bytes"] / missing, missing))
    say(
        "W4",
        runs=runs,
        missing_records=LOGS * TAIL,
        missing_bytes=figures[0][2],
        ms=median([each[0] for each in figures], 1),
        bytes_ratio=median([each[1] for each in figures], 3),
    )


def at_rest(runs: int, versus_git: bool) -> None:
    """Idle."""
    progress("idle: a minute")
    with nodes(2) as (first, second):
        line = first.ask("found")["line"]
        second.ask("fetch", line=line, ids=first.ask("author", count=1, private=False)["ids"])
        time.sleep(5)
        rest = second.ask("rest", seconds=60)
    say("idle", rss_mib=round(rest["rss_mib"], 1), cpu_percent=round(rest["cpu_percent"], 2), note="without the API")


def _author_and_sync(how: str, **order: object) -> tuple[float, float, float]:
    progress(f"{how} {order}")
    with nodes(2) as (first, second):
        line = first.ask("found")["line"]
        written = first.ask(how, **order)
        fetched = second.ask("fetch", line=line, ids=written["ids"], tips=written["tips"])
    return written["seconds"], fetched["seconds"], fetched["read_seconds"]


def _tell(name: str, figures: list[tuple[float, float, float]]) -> None:
    author, sync, read = (median([each[at] for each in figures], 6) for at in range(3))
    say(
        name,
        runs=len(figures),
        records=RECORDS,
        author_seconds=round(author, 3),
        sync_seconds=round(sync, 3),
        total_seconds=round(statistics.median(each[0] + each[1] for each in figures), 3),
        sync_records_per_second=round(RECORDS / sync),
        read_by_id_us=round(read * 1e6, 1),
    )


def _git(name: str, authors: int, each: int, runs: int) -> None:
    logs = []
    for number in range(authors):
        signer = Author(f"author {number}")
        signed = signer.sign([work(ScopeId(bytes(32)), signer.chance) for _ in range(each)])
        logs.append([record.raw for run in signed.runs for record in run.records])
    figures = []
    for _ in range(runs):
        progress(f"{name}: git")
        with tempfile.TemporaryDirectory(prefix="meshnode-bench-") as folder:
            figures.append(author_and_fetch(Path(folder), logs))
    say(
        f"{name}, git",
        runs=runs,
        author_seconds=median([each[0] for each in figures], 3),
        sync_seconds=median([each[1] for each in figures], 3),
        total_seconds=round(statistics.median(sum(each) for each in figures), 3),
        process_start_seconds=round(process_start(), 4),
    )


def _bare_commits(pause: float) -> list[float]:
    """Seconds of single-row commits with WAL and FULL, on the same disk, after rests of `pause` seconds."""
    with tempfile.TemporaryDirectory(prefix="meshnode-bench-") as folder:
        connection = sqlite3.connect(Path(folder) / "bare.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE rows (n INTEGER PRIMARY KEY, content BLOB) STRICT")
        times = []
        for number in range(SINGLE):
            time.sleep(pause)
            begun = time.perf_counter()
            connection.execute("INSERT INTO rows VALUES (?, ?)", (number, bytes(500)))
            times.append(time.perf_counter() - begun)
        connection.close()
    return times
