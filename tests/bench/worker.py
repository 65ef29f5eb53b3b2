"""A node in a process of its own that does what the bench tells it: one JSON object a line in, one out.

`python -m tests.bench.worker HOME`. The node is the whole node: libp2p, store, fold and views, without the API.
"""

import json
import resource
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import trio

from meshnode.app.compose import Opened, open_node
from meshnode.app.init import create
from meshnode.config.load import load
from meshnode.config.places import Places
from meshnode.core.drafts import SignedRecords
from meshnode.core.events import JoinScope
from meshnode.runtime.interpreter import settle_interpreter
from meshnode.runtime.lines import reach
from meshnode.runtime.requests import networks, people
from meshproto.records.ids import ScopeId, log_id
from tests.bench.authors import Author, SeededChance, together, work
from tests.bench.report import resident_bytes

MAX_LINE = 1 << 24
FOUNDER = "founder"
AT_ONCE = 500
"""Records handed to the node at once, as many as it takes in one write."""


class Worker:
    """Carries out orders on one node."""

    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.scope = ScopeId(b"")
        self.ids: list[bytes] = []

    async def do(self, order: dict[str, Any]) -> dict[str, Any]:
        """Carry out one order; returns figures."""
        made: dict[str, Any] = await getattr(self, f"on_{order.pop('do')}")(**order)
        return made

    async def on_found(self) -> dict[str, Any]:
        """Found the network; the others join it with the line."""
        self.scope = await networks.found(self.opened.office, networks.Charter("bench"))
        return {"line": reach.write_line(self.scope, self.opened.node.listening)}

    async def on_author(self, count: int, private: bool) -> dict[str, Any]:
        """Write as one author, in writes as large as the node takes."""
        chance = SeededChance("author")
        drafts = [work(self.scope, chance, private=private) for _ in range(count)]
        begun = time.perf_counter()
        for start in range(0, count, AT_ONCE):
            self.ids += await self.opened.node.write(drafts[start : start + AT_ONCE])
        seconds = time.perf_counter() - begun
        return {"seconds": seconds, "ids": [each.hex() for each in self.ids], "tips": [self.ids[-1].hex()]}

    async def on_authors(self, authors: int, each: int) -> dict[str, Any]:
        """Take in what many authors wrote, as much at once as one author writes at once in `on_author`.

        Signing is timed together with storing.
        """
        me = self.opened.node.identity.key.public
        accept = self.opened.reader.tips(log_id(self.scope, me))[0].id
        signers = [Author(f"author {number}") for number in range(authors)]
        tips: list[bytes] = []
        at_once = AT_ONCE // each
        begun = time.perf_counter()
        for start in range(0, authors, at_once):
            parts: list[SignedRecords] = []
            for signer in signers[start : start + at_once]:
                drafts = [work(self.scope, signer.chance) for _ in range(each)]
                parts += [signer.genesis, signer.join(self.scope, [accept]), signer.sign(drafts)]
                tips.append(parts[-1].runs[-1].records[-1].id)
            await self._store(together(parts))
            self.ids += [record.id for part in parts for run in part.runs for record in run.records]
        seconds = time.perf_counter() - begun
        return {"seconds": seconds, "ids": [each.hex() for each in self.ids], "tips": [each.hex() for each in tips]}

    async def on_stock(self, logs: int, each: int, short: list[int], tail: int) -> dict[str, Any]:
        """Store many logs of one network, some without their tails; the same in every process but for these."""
        founder = Author(FOUNDER)
        scope, founding = founder.found("bench")
        self.scope = scope
        missing = 0
        tips: list[bytes] = []
        ends: list[str] = []
        await self._store(together([founder.genesis, founding]))
        accept = founding.runs[-1].records[-1].id
        for number in range(logs):
            signer = Author(f"author {number}")
            first = [work(scope, signer.chance) for _ in range(each - 1 - tail)]
            await self._store(together([signer.genesis, signer.join(scope, [accept]), signer.sign(first)]))
            rest = signer.sign([work(scope, signer.chance) for _ in range(tail)])
            ends.append(rest.runs[-1].records[-1].id.hex())
            if number in short:
                missing += sum(len(record.raw) for run in rest.runs for record in run.records)
                self.ids += [record.id for run in rest.runs for record in run.records]
                tips.append(rest.runs[-1].records[-1].id)
            else:
                await self._store(rest)
        await self.opened.node.ask(lambda ticket: JoinScope(ticket, scope))
        await self.opened.office.projector.caught_up()
        return {"missing_bytes": missing, "tips": [each.hex() for each in tips], "ends": ends}

    async def _store(self, signed: SignedRecords) -> None:
        taken = await self.opened.node.offer(signed)
        assert not taken.refused, taken
        assert not taken.waiting, taken

    async def on_line(self) -> dict[str, Any]:
        """The line by which others reach this node."""
        return {"line": reach.write_line(self.scope, self.opened.node.listening)}

    async def on_fetch(self, line: str, ids: list[str], tips: Sequence[str] = ()) -> dict[str, Any]:
        """Dial, and wait until all these records are on the disk here; then read every one by its id.

        A log is stored from its first record on, so waiting for `tips` is enough where they are given.
        """
        wanted = [bytes.fromhex(each) for each in ids] or self.ids
        read = people.read_line(line)
        self.scope = read.network
        before = self.opened.node.counters()
        begun = time.perf_counter()
        self.opened.node._inbox.put_own(JoinScope(-1, read.network, read.peers))  # answered to nobody
        await self._until_here([bytes.fromhex(each) for each in tips] or wanted)
        seconds = time.perf_counter() - begun
        reader = self.opened.store.reader()
        begun = time.perf_counter()
        assert all(reader.record(each) is not None for each in wanted)
        each_read = (time.perf_counter() - begun) / len(wanted)
        now = self.opened.node.counters()
        moved = sum(now[name] - before.get(name, 0) for name in ("net.bytes_in", "net.bytes_out"))
        return {"seconds": seconds, "read_seconds": each_read, "bytes": moved}

    async def on_wait(self, tips: Sequence[str]) -> dict[str, Any]:
        """Wait until the logs are here up to these records."""
        await self._until_here([bytes.fromhex(each) for each in tips])
        return {"at": time.monotonic()}

    async def _until_here(self, wanted: list[bytes]) -> None:
        news, reader = self.opened.node.news, self.opened.reader
        at = 0
        while at < len(wanted):
            seen = news.moves
            while at < len(wanted) and reader.has(wanted[at]):
                at += 1
            if at < len(wanted):
                await news.after(seen)

    async def on_single(self, count: int, pause: float) -> dict[str, Any]:
        """Write one record at a time; when each was acknowledged, by the clock that all processes share."""
        chance = SeededChance("single")
        for _ in range(50):
            await self.opened.node.write([work(self.scope, chance)])
        done: dict[str, float] = {}
        begun: dict[str, float] = {}
        for _ in range(count):
            draft = work(self.scope, chance)
            start = time.monotonic()
            (record,) = await self.opened.node.write([draft])
            begun[record.hex()], done[record.hex()] = start, time.monotonic()
            await trio.sleep(pause)
        return {"begun": begun, "done": done}

    async def on_arrived(self) -> dict[str, Any]:
        """How far the queue of records has come here."""
        return {"arrival": self.opened.node.arrival}

    async def on_watch(self, after: int, count: int) -> dict[str, Any]:
        """Note when each record that arrives after the number `after` is on the disk here."""
        news, reader = self.opened.node.news, self.opened.reader
        seen: dict[str, float] = {}
        arrival = after
        while len(seen) < count:
            moves = news.moves
            for number, record in reader.records_after(arrival, 1000):
                arrival = number
                seen[record.id.hex()] = time.monotonic()
            if len(seen) < count:
                await news.after(moves)
        return {"seen": seen}

    async def on_rest(self, seconds: float) -> dict[str, Any]:
        """Do nothing for a while; processor time and memory meanwhile."""
        before, begun = cpu_seconds(), time.perf_counter()
        await trio.sleep(seconds)
        share = (cpu_seconds() - before) / (time.perf_counter() - begun)
        return {"rss_mib": resident_bytes() / 2**20, "cpu_percent": 100 * share}


def cpu_seconds() -> float:
    """Processor time of this process so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _serve(folder: Path) -> None:
    places = Places(config=folder / "config.toml", data=folder, state=folder)
    create(places, folder.name, recovery=False)
    flags = {"net.listen": ["/ip4/127.0.0.1/tcp/0"], "net.discovery": False}
    async with open_node(places, load(None, {}, flags)) as opened:
        settle_interpreter()
        worker = Worker(opened)
        say_line({"ready": True})
        while line := await trio.to_thread.run_sync(sys.stdin.readline, MAX_LINE):
            say_line(await worker.do(json.loads(line)))


def say_line(answer: dict[str, Any]) -> None:
    """Answer an order."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    trio.run(_serve, Path(sys.argv[1]))
