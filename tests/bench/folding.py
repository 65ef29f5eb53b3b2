"""The fold alone: a closed network of 1,000 members, each with a device, who work there and of whom half go.

Records come as from a peer, log by log in runs; making them is not counted. They are folded twice: where the fold keeps
what it knows in RAM, as a check of a file does, and where it keeps it in views.db, in slices as a node does. Rates are
per second of processor time, that of the kernel included. Memory is what the process holds more at the end than before
the first record.
"""

import gc
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import TypeAlias

from meshnode.runtime.settings import PROJECT_SLICE
from meshnode.store.views import open_views
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory, Memory
from meshproto.records.encoding import Value
from meshproto.records.record import Record, build_header, read_header
from meshproto.types import authority, identity, value
from meshproto.types.value import Measure
from tests.bench.authors import NOON
from tests.bench.report import median, progress, resident_bytes, say

MEMBERS, RUN = 1_000, 50
FEW, MANY = 100_000, 1_000_000
NAMES_A_HEAD = 10
"""One in so many contributions names the newest record of another log."""

NAMES = [f"member {number}" for number in range(MEMBERS)]
WORK = value.contribution(kind="work", qty=Measure(3600, 0, "SEC"), when=("2026-01-01", "2026-01-01"))

Slices: TypeAlias = Callable[[], AbstractContextManager[object]]


class Village:
    """Who writes, and what they write in the order in which it is told."""

    def __init__(self) -> None:
        self._ends: dict[tuple[bytes, bytes], tuple[int, bytes]] = {}
        alice = self._person("alice")
        charter = identity.network(
            founders=[alice.id], nonce=bytes(16), is_open=False, log_records=10**9, log_bytes=10**12
        )
        self._net = self._genesis("net", charter)
        founds = self._write("alice", self._net.id, "countersign", identity.accept(self._net.id), alice.id)
        self._founds = founds.id
        self._people = {name: self._person(name) for name in NAMES}
        self._auth: dict[str, tuple[bytes, bytes]] = {}
        self.beginnings = [alice, self._net, founds, *self._people.values()]

    def arrivals(self) -> Iterator[Record]:
        """Each pairs a device, is let in and accepts: three records that govern."""
        for name, person in self._people.items():
            device = self._write(name, person.id, "grant", authority.device(_key(_device(name))), person.id)
            role = self._by_network("grant", authority.grant(person.id, "core"))
            self._auth[name] = device.id, role.id
            accept = identity.accept(role.id)
            yield from (device, role, self._write(name, self._net.id, "countersign", accept, person.id))

    def works(self, count: int) -> Iterator[Record]:
        """So many contributions, a run of each log in turn."""
        head = self._founds
        for number in range(count):
            name = NAMES[number // RUN % MEMBERS]
            deps = [self._ends[_key(name), self._net.id][1]] if number < MEMBERS * RUN and number % RUN == 0 else []
            deps += [head] if number % NAMES_A_HEAD == 0 else []
            made = self._write(
                _device(name), self._net.id, "contribution", WORK, self._people[name].id, self._auth[name], deps
            )
            yield made
            head = made.id if number % RUN == RUN - 1 else head

    def departures(self) -> Iterator[Record]:
        """Every other loses the device and pairs one anew, loses the role and gets another: four that govern."""
        for name in NAMES[::2]:
            person, (device, role) = self._people[name].id, self._auth[name]
            tip = self._ends[_key(_device(name)), self._net.id][1]
            loss = authority.revoke([device], reason="lost", seen=[tip])
            yield self._write(name, person, "revoke", loss, person)
            yield self._write(name, person, "grant", authority.device(_key(_device(_device(name)))), person)
            yield self._by_network("revoke", authority.revoke([role]), [tip])
            yield self._by_network("grant", authority.grant(person, "client"))

    def _person(self, name: str) -> Record:
        return self._genesis(name, identity.person(key=_key(name), nonce=bytes(16)))

    def _genesis(self, name: str, facts: dict[str, Value]) -> Record:
        return self._write(name, b"", "agent", facts, b"")

    def _by_network(self, type_: str, facts: dict[str, Value], deps: Iterable[bytes] = ()) -> Record:
        return self._write("alice", self._net.id, type_, facts, self._net.id, (self._founds,), deps)

    def _write(
        self,
        by: str,
        scope: bytes,
        type_: str,
        facts: dict[str, Value],
        agent: bytes,
        auth: Iterable[bytes] = (),
        deps: Iterable[bytes] = (),
    ) -> Record:
        seq, prev = self._ends.get((_key(by), scope), (0, b""))
        header = build_header(
            scope=scope,
            key=_key(by),
            seq=seq + 1,
            prev=prev,
            deps=deps,
            at=NOON,
            type=type_,
            agent=agent,
            auth=auth,
            facts=facts,
            private=None,
        )
        made = read_header(header)
        self._ends[made.key, made.home] = made.seq, made.id
        return made


def folding(runs: int, versus_git: bool) -> None:
    """Fold in RAM and in a file for speed, and many more in a file for memory."""
    progress(f"fold: {FEW} contributions {runs} times in RAM and in a file; some minutes")
    _tell("RAM", FEW, [_fold(DictMemory(), nullcontext, FEW) for _ in range(runs)])
    _tell("views.db", FEW, [_fold_in_a_file(FEW, measure_size=False) for _ in range(runs)])
    progress(f"fold: {MANY} contributions in a file; some minutes")
    gc.collect()
    _tell("views.db", MANY, [_fold_in_a_file(MANY, measure_size=True)])


def _tell(memory: str, contributions: int, found: list[dict[str, float]]) -> None:
    for what in found[0]:
        rate = median([each[what] for each in found], 0)
        say("fold", memory=memory, contributions=contributions, what=what, records_per_second=rate)


def _fold_in_a_file(contributions: int, *, measure_size: bool) -> dict[str, float]:
    """The same in a file as a node keeps it; its size is that after everything was copied out of the WAL."""
    with tempfile.TemporaryDirectory(prefix="meshnode-bench-") as folder:
        before, path = resident_bytes(), Path(folder) / "views.db"
        views = open_views(path)
        rates = _fold(views.memory, views.slice, contributions)
        held = resident_bytes() - before
        views.close()
        if measure_size:
            size = path.stat().st_size / contributions
            say("fold", memory="views.db", contributions=contributions, extra_mib=round(held / 2**20, 1))
            say("fold", memory="views.db", contributions=contributions, bytes_a_contribution=round(size, 1))
    return rates


def _fold(memory: Memory, slices: Slices, contributions: int) -> dict[str, float]:
    """Records a second, by what they are."""
    village, fold = Village(), Fold(memory)
    _measure(fold, slices, village.beginnings)
    return {
        "governance, by those who come": _measure(fold, slices, village.arrivals()),
        "contributions": _measure(fold, slices, village.works(contributions)),
        "governance, by those who go": _measure(fold, slices, village.departures()),
    }


def _measure(fold: Fold, slices: Slices, records: Iterable[Record]) -> float:
    """Records a second of processor time."""
    count, seconds, left = 0, 0.0, iter(records)
    while some := list(islice(left, PROJECT_SLICE)):
        begun = time.process_time()
        with slices():
            for each in some:
                fold.add(each)
        seconds += time.process_time() - begun
        count += len(some)
    return round(count / seconds)


def _key(name: str) -> bytes:
    return sha256(name.encode()).digest()


def _device(name: str) -> str:
    return f"{name}'s"
