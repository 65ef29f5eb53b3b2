"""The fold of agreements: 50 of them among 200 people, 100,000 contributions, 500 distributions.

Everybody works in two agreements of eight; each contribution is attested by another party, and all eight approve what
is shared. Records come in the order in which they were written, a round of each agreement in turn. One process makes
them and leaves them in a file; others, set up as that of a node is, read them from there, a slice at a time, and fold
them, in RAM or in views.db. Every record counts as one: 100,000 contributions, as many attestations, and 5,000 incomes,
distributions and signatures. Rates and times are of the processor, that of the kernel included; `by_the_clock` is the
same by the clock, which other work on the machine lengthens. Making and reading records is not counted. Memory is all
that the folding process holds, Python and its modules included (`idle` of it before the first record).
"""

import multiprocessing
import pickle
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from hashlib import sha256
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from meshnode.core.folded import Folded, FoldInRam
from meshnode.runtime.interpreter import settle_interpreter
from meshnode.runtime.settings import PROJECT_SLICE, PROJECT_SLICES
from meshnode.store.views import Views, discard, open_views
from meshnode.views.explained import explain_lines
from meshproto.fold.chains import Chain
from meshproto.fold.fold import Fold
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.memory import DictMemory, Memory
from meshproto.fold.retelling import Retelling
from meshproto.fold.sharing import Shared
from meshproto.fold.standing import Status, row_of
from meshproto.fold.within import Within
from meshproto.records.record import Record, build_header, read_header
from meshproto.types import accounts, agreement, evaluation, identity, value
from meshproto.types.value import Measure
from tests.bench.authors import NOON
from tests.bench.report import median, percentile, progress, resident_bytes, say

PEOPLE, AGREEMENTS, PARTIES = 200, 50, 8
ROUNDS = 10
WORKS = 25
"""Contributions of each party in each round: 200 of the eight of them, 2,000 in ten rounds."""
MOST_RUNS = 2
MORE = 20
"""Agreements in which one record more of each kind is folded."""
RATINGS = [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]]
EQUATION: Any = {
    "cur": "EUR",
    "steps": [
        {"do": "reimburse"},
        {"do": "percent", "of": "gross", "pay": []},
        {"do": "pro_rata", "weights": [{"match": {"kind": ["work"]}, "unit": "HUR", "quality": True}]},
    ],
}

Slices: TypeAlias = Callable[[], AbstractContextManager[object]]


class Deals:
    """Who agreed on what, and what they write in the order in which it is told."""

    def __init__(self) -> None:
        self.ends: dict[tuple[bytes, bytes], Record] = {}
        self.people = [self._person(f"person {number}") for number in range(PEOPLE)]
        self.deals = [_Deal(self, number) for number in range(AGREEMENTS)]

    def beginnings(self) -> Iterator[Record]:
        """The people, the agreements and their signatures."""
        yield from self.people
        for each in self.deals:
            yield from each.signed

    def rounds(self, count: int) -> Iterator[Record]:
        """So many rounds of each agreement in turn: work, words, an income, a distribution, approvals."""
        for _ in range(count):
            for each in self.deals:
                yield from each.round()

    def _person(self, name: str) -> Record:
        key = sha256(name.encode()).digest()
        return self.write(key, b"", "agent", identity.person(key=key, nonce=bytes(16)), b"")

    def write(
        self, key: bytes, scope: bytes, type_: str, facts: Any, agent: bytes, deps: Iterable[bytes] = ()
    ) -> Record:
        """The next record of a log."""
        before = self.ends.get((key, scope))
        header = build_header(
            scope=scope,
            key=key,
            seq=before.seq + 1 if before else 1,
            prev=before.id if before else b"",
            deps=sorted(deps),
            at=NOON,
            type=type_,
            agent=agent,
            auth=(),
            facts=facts,
            private=None,
        )
        made = read_header(header)
        self.ends[key, made.home] = made
        return made


class _Deal:
    """One agreement; a fold of its own finds out what its distributions come to."""

    def __init__(self, deals: Deals, number: int) -> None:
        self._deals = deals
        self._people = [deals.people[(number * 4 + each) % PEOPLE] for each in range(PARTIES)]
        first = self._people[0]
        parties: dict[bytes, list[str]] = {
            each.id: ["provider", "holder"] if each is first else ["provider"] for each in self._people
        }
        equation = {**EQUATION, "steps": [dict(each) for each in EQUATION["steps"]]}
        equation["steps"][1]["pay"] = [[first.id, [1, 20]]]
        facts = agreement.agreement(
            parties=parties,
            from_="2026-01-01",
            ack={"min": 1, "by": "parties", "ratings": RATINGS},
            value_equation=equation,
            nonce=number.to_bytes(16, "big"),
        )
        self.genesis = deals.write(first.key, b"", "agreement", facts, first.id)
        self.signed = [self.genesis]
        self.signed += [self._write(each, "countersign", identity.accept(self.genesis.id)) for each in self._people]
        self.memory = DictMemory()
        self._fold = Fold(self.memory)
        for each in (*self._people, *self.signed):
            self._fold.add(each)
        self.last = b""
        self._round = 0
        self._quarters = cycle(range(1, 33))
        self._kept: Chain | None = None

    def round(self) -> list[Record]:
        """A round of everything."""
        self._round += 1
        found = [*self._work(), self._income()]
        self._fold.add_all(found)
        shared = self.shared(found[-1].id)
        self.last = shared.id
        accepts = [self._write(each, "countersign", identity.accept(shared.id), [shared.id]) for each in self._people]
        self._fold.add_all([shared, *accepts])
        return [*found, shared, *accepts]

    def one_more(self) -> list[Record]:
        """One contribution, one attestation, one income, one distribution and one approval."""
        self._round += 1
        made = self._contribution(self._people[1])
        found = [made, self._attestation(self._people[2], made), self._income()]
        self._fold.add_all(found)
        shared = self.shared(found[-1].id)
        last = self._people[-1]
        return [*found, shared, self._write(last, "countersign", identity.accept(shared.id), [shared.id])]

    def shared(self, income: bytes) -> Record:
        """A distribution of an income, by whoever knows all."""
        facts: Any = {"agreement": self.genesis.id, "incomes": [income], "to": f"2026-{self._round:02d}-28"}
        if self.last:
            facts["prev"] = self.last
        tips = {self._deals.ends[each.key, self.genesis.id].id for each in self._people}
        rows, knowledge = [row_of(self.memory, each) for each in (*tips, income)], Knowledge(self.memory)
        mask = 0
        for row in rows:
            mask |= knowledge.mask(row.known)
        kept = self._kept
        past = Within(rows, mask, self.memory, knowledge, kept.reach if kept else None)
        drawn = Shared(self.genesis.id, facts, past, self.memory, kept)
        filled = drawn.filled()
        self._kept = drawn.chain()
        first = self._people[0]
        own = self._deals.ends[first.key, self.genesis.id].id
        return self._write(first, "distribution", filled, tips - {own, income})

    def _work(self) -> Iterator[Record]:
        for place, each in enumerate(self._people):
            made = [self._contribution(each) for _ in range(WORKS)]
            yield from made
            other = self._people[(place + 1) % PARTIES]
            yield from (self._attestation(other, one) for one in made)

    def _contribution(self, by: Record) -> Record:
        day = f"2026-{self._round:02d}-01"
        facts = value.contribution(kind="work", qty=Measure(15 * next(self._quarters), 0, "MIN"), when=(day, day))
        return self._write(by, "contribution", facts)

    def _attestation(self, by: Record, work: Record) -> Record:
        return self._write(by, "attestation", evaluation.attestation(work.id, rating=1 + work.seq % 5))

    def _income(self) -> Record:
        first = self._people[0]
        net = value.Money(1_000_000 + self._round, "EUR")
        return self._write(first, "income", accounts.income(first.id, net=net, on=f"2026-{self._round:02d}-27"))

    def _write(self, by: Record, type_: str, facts: Any, deps: Iterable[bytes] = ()) -> Record:
        known = self._deals.ends.get((by.key, self.genesis.id))
        named = [self.genesis.id, by.id, *deps] if known is None else [*deps]
        return self._deals.write(by.key, self.genesis.id, type_, facts, by.id, [each for each in named if each])


class Made(NamedTuple):
    """The headers of one bench: what comes first, what is folded at full speed, one more of each kind, by agreement."""

    beginnings: list[bytes]
    size: int
    """How many are folded at full speed."""
    more: list[list[bytes]]
    lasts: list[bytes]
    """The last distribution of each of these agreements."""


def agreements(runs: int, versus_git: bool) -> None:
    """Fold all of it in RAM and in a file, then one record more of each kind, and explain a distribution.

    As each run takes half a minute, there are at most two.
    """
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(prefix="meshnode-bench-") as folder:
        progress(f"agreements: working out {AGREEMENTS * ROUNDS} distributions; two minutes in all")
        maker = spawn.Process(target=make, args=(Path(folder),))
        maker.start()
        maker.join()
        for where in ("RAM", "views.db"):
            found = []
            for _ in range(min(runs, MOST_RUNS)):
                ours, theirs = spawn.Pipe()
                folder_ = spawn.Process(target=measure, args=(Path(folder), where, theirs))
                folder_.start()
                found.append(ours.recv())
                folder_.join()
            _tell(where, found)


def _tell(where: str, found: list[dict[str, list[float]]]) -> None:
    records = round(found[0].pop("records")[0])
    for what, unit in _UNITS.items():
        all_ = _all(found, what)
        worst = {"p99": percentile(all_, 0.99)} if unit == "ms" else {}
        clock = {"by_the_clock": median(each, 2)} if (each := _all(found, f"{what} by the clock")) else {}
        figures = {unit: median(all_, 2), **clock, **worst}
        say("agreements", memory=where, records=records, what=what, **figures, **_judged(what, median(all_)))


def _all(found: list[dict[str, list[float]]], what: str) -> list[float]:
    return [each for one in found for each in one.get(what, ())]


def _judged(what: str, figure: float) -> dict[str, object]:
    """The goal, if there is one, and whether it is met."""
    if what not in _GOALS:
        return {}
    goal = _GOALS[what]
    is_met = figure >= goal if _UNITS[what] == "records_per_second" else figure < goal
    return {"goal": goal, "is": "met" if is_met else "missed"}


_ONE_MORE = [f"one more {each}" for each in ("contribution", "attestation", "income", "distribution", "countersign")]
_UNITS = {
    "full fold": "records_per_second",
    "idle": "mib",
    "memory": "mib",
    **dict.fromkeys(_ONE_MORE, "ms"),
    "explain a distribution": "ms",
    "explain it again": "ms",
}
_GOALS = {
    "full fold": 20_000,
    "memory": 500,
    **dict.fromkeys(_ONE_MORE, 5),
    "explain a distribution": 100,
    "explain it again": 100,
}


def make(folder: Path) -> None:
    """Write all records into a folder; in a process of its own, whose memory is not that of the fold."""
    deals = Deals()
    beginnings, count = [each.raw for each in deals.beginnings()], 0
    with (folder / "records").open("wb") as file:
        for each in deals.rounds(ROUNDS):
            file.write(len(each.raw).to_bytes(4, "big") + each.raw)
            count += 1
    more = [[one.raw for one in each.one_more()] for each in deals.deals[:MORE]]
    lasts = [each.last for each in deals.deals[:MORE]]
    (folder / "made").write_bytes(pickle.dumps(tuple(Made(beginnings, count, more, lasts))))


def measure(folder: Path, where: str, answer: Connection) -> None:
    """Fold them in a process set up like that of a node, and send what was measured."""
    made = Made(*pickle.loads((folder / "made").read_bytes()))
    with _opened(folder, where) as (memory, slices, reader):
        settle_interpreter()
        found = {"records": [float(made.size)], "idle": [resident_bytes() / 2**20]}
        fold = Fold(memory)
        _fold(fold, slices, map(read_header, made.beginnings))
        spent = _fold(fold, slices, _read(folder / "records"))
        found["full fold"] = [made.size / spent.processor]
        found["full fold by the clock"] = [made.size / spent.clock]
        found["memory"] = [resident_bytes() / 2**20]
        for each in made.more:
            records = [read_header(raw) for raw in each]
            for one in records:
                found.setdefault(f"one more {one.type}", []).append(_fold(fold, slices, [one]).processor * 1000)
            stands = [fold.standing(one.id) for one in records]
            assert all(one is not None and one.status is Status.YES for one in stands), stands
        for last in made.lasts:
            told = Retelling()
            for what in ("explain a distribution", "explain it again"):
                begun = time.process_time()
                with reader.steady():
                    assert explain_lines(last, reader, retelling=told)
                found.setdefault(what, []).append((time.process_time() - begun) * 1000)
    answer.send(found)


@contextmanager
def _opened(folder: Path, where: str) -> Iterator[tuple[Memory, Slices, Folded]]:
    """A memory for the fold, how its slices are committed, and another to ask what was folded."""
    if where == "RAM":
        memory = FoldInRam()
        yield memory, nullcontext, memory
        return
    views: Views = open_views(folder / "views.db")
    yield views.memory, views.slice, views.folded()
    views.close()
    discard(folder / "views.db")


def _read(path: Path) -> Iterator[Record]:
    """Records from a file, one at a time."""
    with path.open("rb") as file:
        while size := file.read(4):
            yield read_header(file.read(int.from_bytes(size, "big")))


class Spent(NamedTuple):
    """Seconds of the processor, and by the clock."""

    processor: float
    clock: float


def _fold(fold: Fold, slices: Slices, records: Iterable[Record]) -> Spent:
    """Fold some records, slice by slice."""
    processor, clock, left = 0.0, 0.0, iter(records)
    # As many in a transaction as the projector takes that is far behind.
    while some := list(islice(left, PROJECT_SLICE * PROJECT_SLICES)):
        begun, at = time.process_time(), time.monotonic()
        with slices():
            for start in range(0, len(some), PROJECT_SLICE):
                fold.add_all(some[start : start + PROJECT_SLICE])
        processor += time.process_time() - begun
        clock += time.monotonic() - at
    return Spent(processor, clock)
