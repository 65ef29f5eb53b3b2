"""What a bundle holds, found out from the file alone."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from meshproto.bundle.items import ErasedItem, Head, PrivateItem, RunItem
from meshproto.bundle.reader import BundleReader
from meshproto.fold.concerns import concern_of, concerns_in
from meshproto.fold.fold import Fold
from meshproto.fold.forks import forks_of
from meshproto.fold.ledger import Balances, balances
from meshproto.fold.lineage import read_stand
from meshproto.fold.memory import DictMemory
from meshproto.fold.places import LINEAGE, NETWORK, ORGANISATION, PERSON
from meshproto.fold.standing import Status, as_row, told
from meshproto.fold.state import digests, summary


@dataclass(frozen=True, slots=True)
class Fork:
    """Records of one scope that bear the same number in the same log."""

    scope: bytes
    log: bytes
    seq: int
    ids: tuple[bytes, ...]


class Shared(NamedTuple):
    """A distribution that is not void: its state, currency, all that is payable and held, and the digest of that."""

    record: bytes
    state: str
    cur: str
    amount: int
    digest: bytes


class Pact(NamedTuple):
    """What an agreement comes to by the bundle alone, worked out anew."""

    scope: bytes
    distributions: tuple[Shared, ...]
    balances: Balances


@dataclass(frozen=True, slots=True)
class BundleReport:
    """A bundle that proved right, in figures. Ids are sorted; `missing` private parts were neither held nor erased."""

    at: int
    scopes: tuple[bytes, ...]
    size: int
    agents: tuple[bytes, ...]
    networks: tuple[bytes, ...]
    logs: int
    runs: int
    records: int
    private_held: int
    private_erased: int
    private_missing: int
    standings: dict[Status, int]
    """How many records have each status, as far as the bundle alone can tell."""
    forks: tuple[Fork, ...]
    digests: dict[bytes, bytes]
    """The state digest of every scope in the bundle."""
    pacts: tuple[Pact, ...]
    """The agreements in it."""


def verify_bundle(chunks: Iterable[bytes]) -> BundleReport:
    """Check a bundle from its first byte to its last. Raises Refused; B-TORN says up to which byte it is good."""
    reader, memory = BundleReader(), DictMemory()
    fold = Fold(memory)
    head = Head(0, ())
    logs: dict[bytes, None] = {}
    counted: Counter[str] = Counter()
    for chunk in chunks:
        for item in reader.feed(chunk):
            match item:
                case Head():
                    head = item
                case RunItem(run):
                    logs[run.records[0].log] = None
                    for record in run.records:
                        counted["private"] += record.private is not None
                        fold.add(record)
                case PrivateItem():
                    counted["held"] += 1
                case ErasedItem(ids):
                    counted["erased"] += len(ids)
                case _:
                    pass  # the end, which close gives again
    end = reader.close()
    found = digests(memory)
    kinds = {scope: place.kind for scope in sorted(found) if (place := summary(scope, memory))}
    return BundleReport(
        at=head.at,
        scopes=head.scopes,
        size=reader.good,
        agents=tuple(scope for scope, kind in kinds.items() if kind in (PERSON, ORGANISATION)),
        networks=tuple(scope for scope, kind in kinds.items() if kind == NETWORK),
        logs=len(logs),
        runs=end.runs,
        records=end.records,
        private_held=counted["held"],
        private_erased=counted["erased"],
        private_missing=counted["private"] - counted["held"] - counted["erased"],
        standings=_standings(memory),
        forks=tuple(
            Fork(scope, log, seq, tuple(ids)) for scope in kinds for (log, seq), ids in forks_of(scope, memory).items()
        ),
        digests=found,
        pacts=tuple(_pact(scope, memory) for scope, kind in kinds.items() if kind == LINEAGE),
    )


def _pact(scope: bytes, memory: DictMemory) -> Pact:
    ids = concerns_in(scope, "distribution", memory)
    return Pact(scope, tuple(_shared(each, memory) for each in ids), balances(scope, memory))


def _shared(record: bytes, memory: DictMemory) -> Shared:
    facts = concern_of(memory, record).facts
    amount = sum(payable + held for _, payable, held, _ in facts["lines"])
    state = read_stand(memory, record).state
    return Shared(record, state, facts["carry"]["cur"], amount, facts["result_digest"])


def _standings(memory: DictMemory) -> dict[Status, int]:
    counted = Counter(told(as_row(row).status) for _, row in memory.scan("record", b""))
    counted[Status.PENDING] = sum(1 for _ in memory.scan("pending", b""))
    return {status: counted[status] for status in Status if counted[status]}
