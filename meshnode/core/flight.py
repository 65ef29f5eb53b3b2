"""What is on its way to the disk, laid over what is there.

Runs of one log are taken in faster than the disk flushes, each continuing the one before. So admission asks here:
the answer is what the ledger will say once every batch handed out is committed. Nothing that is said to others may
rest on it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import cast

from meshnode.core.ports import Ledger, LogHead, NetworkFacts
from meshnode.core.rows import OrderEntry
from meshproto.records.ids import AgentId, Key, LogId, RecordId, ScopeId
from meshproto.records.record import Record
from meshproto.types.catalogue import check_facts

LOGS_REMEMBERED = 2_048
"""Logs at rest kept at hand, under 2 MB: whoever writes now writes again, and reading a log costs 0.1 ms each time."""

NETWORKS_REMEMBERED = 256
"""Networks whose rules are kept at hand, for the same reason as roots: each run asks for them."""

ROOTS_REMEMBERED = 8_192
"""Root keys kept at hand, about 1 MB. A genesis never changes, so what is kept never grows old."""


@dataclass(slots=True)
class LogNow:
    """A log as it will be: its tips with their seqs, header bytes, and the last batch that touches it.

    in flight → (that batch landed) at rest, now as the ledger has it → (`add`) in flight
    """

    log: LogId
    scope: ScopeId
    key: Key
    agent: AgentId
    tips: dict[RecordId, int]
    counted: bool
    size: int
    batch: int = 0


class Flight:
    """Reads as the ledger will answer; see the module."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._records: dict[RecordId, Record] = {}
        self._logs: dict[LogId, LogNow] = {}
        self._rested: dict[LogId, LogNow | None] = {}  # None: nothing of it is stored
        self._batches: dict[int, tuple[list[Record], list[LogId]]] = {}
        self._roots: dict[bytes, Key] = {}
        self._networks: dict[bytes, NetworkFacts] = {}
        self._founders: dict[bytes, tuple[AgentId, ...]] = {}
        self._agreements: dict[bytes, bool] = {}
        self._orders: dict[int, dict[bytes, list[OrderEntry]]] = {}  # batch → name → orders
        self._has_orders: bool | None = None
        self.may_order: Callable[[Record], bool | None] = _nothing_folded
        """Whether a key speaks for an author now; None as long as that is not folded."""
        self.undecided: dict[RecordId, None] = {}
        """Orders to erase of which only the fold can tell whether they count, and has not."""

    def __len__(self) -> int:
        return len(self._batches)

    def has(self, record: bytes) -> bool:
        """Whether the record is stored or about to be."""
        return record in self._records or self._ledger.has(record)

    def carries(self, record: RecordId) -> bool:
        """Whether a record is on its way: the ledger may show it already, but nothing may rest on it yet."""
        return record in self._records

    def record(self, record: bytes) -> Record | None:
        """A record that is stored or about to be."""
        return self._records.get(cast(RecordId, record)) or self._ledger.record(record)

    def ancestor(self, record: Record, seq: int) -> RecordId | None:
        """The id of the record with this seq that is reached from `record` by `prev`."""
        here = record
        while here.seq > seq and here.id in self._records:
            before = self.record(here.prev)
            assert before is not None  # logs have no gaps
            here = before
        if here.seq <= seq:
            return here.id
        place = self._ledger.place(here.id)
        return None if place is None else self._ledger.id_at(place.log, place.lane, seq)

    def log(self, log: LogId) -> LogNow | None:
        """A log as it will be. Whoever changes it must `add` it in the same call."""
        return self._logs.get(log) or self._at_rest(log)

    def first(self, log: LogId) -> Record | None:
        """The record with which a log begins: of a log with branches from there on, one of them."""
        if log in self._logs:
            found = next((each for each in self._records.values() if each.seq == 1 and each.log == log), None)
            if found is not None:
                return found
        begins = self._ledger.id_at(log, 0, 1)
        return None if begins is None else self._ledger.record(begins)

    def committed(self, log: LogId) -> LogNow | None:
        """A log as the ledger has it, without what is in flight. Not to be changed."""
        if log not in self._logs:
            return self._at_rest(log)
        head = self._ledger.log(log)
        return None if head is None else log_now(head)

    @property
    def at_hand(self) -> tuple[LogNow, ...]:
        """The logs at rest that are remembered, for whoever checks that they are as the ledger has them."""
        return tuple(now for now in self._rested.values() if now is not None)

    def root_of(self, agent: bytes) -> Key | None:
        """The root key of a person whose genesis is stored or about to be."""
        known = self._roots.get(agent)
        if known is None:
            record = self.record(agent)
            if record is None or not is_person(record):
                return None
            known = self._remember_root(record)
        return known

    def is_personal(self, scope: bytes) -> bool:
        """Whether a scope is the stream of a person or organisation whose genesis is stored or about to be."""
        if self.root_of(scope) is not None:
            return True
        return scope not in self._networks and self.founders_of(scope) is not None

    def founders_of(self, organisation: bytes) -> tuple[AgentId, ...] | None:
        """The founders that the genesis of an organisation names, stored or about to be; None if it is none."""
        known = self._founders.get(organisation)
        if known is None:
            genesis = self.record(organisation)
            if genesis is None or not is_organisation(genesis):
                return None
            known = self._founders[organisation] = tuple(map(AgentId, genesis.facts["charter"]["founders"]))
            if len(self._founders) > NETWORKS_REMEMBERED:
                del self._founders[next(iter(self._founders))]
        return known

    def is_agreement(self, scope: bytes) -> bool:
        """Whether a scope is that of an agreement whose first version is stored or about to be."""
        known = self._agreements.get(scope)
        if known is None:
            genesis = self.record(scope)
            if genesis is None:
                return False
            known = self._agreements[scope] = is_agreement(genesis)
            if len(self._agreements) > LOGS_REMEMBERED:
                del self._agreements[next(iter(self._agreements))]
        return known

    def begins(self, now: LogNow) -> bool:
        """Whether a log is the one that the genesis of its scope begins."""
        genesis = self.record(now.scope)
        return genesis is not None and genesis.key == now.key

    def network(self, scope: bytes) -> NetworkFacts | None:
        """What a network's genesis says, stored or about to be."""
        known = self._networks.get(scope)
        if known is None and scope not in self._roots:
            record = self._records.get(cast(RecordId, scope))
            known = self._ledger.network(scope) if record is None else network_facts(record)
            if known is None:
                return None
            self._networks[scope] = known
            if len(self._networks) > NETWORKS_REMEMBERED:
                del self._networks[next(iter(self._networks))]
        return known

    def erased(self, record: RecordId) -> bool:
        """Whether the private part of a record was erased; what is on its way is not asked."""
        return self._ledger.erased(record)

    @property
    def has_orders(self) -> bool:
        """Whether there is any order to erase that names something weakly. Asked for each record that comes."""
        if self._has_orders is None:
            self._has_orders = self._ledger.has_rows(OrderEntry)
        return self._has_orders

    def orders(self, name: bytes) -> Iterator[OrderEntry]:
        """The orders to erase what bears this name, stored or about to be."""
        yield from self._ledger.rows(OrderEntry, (name,))
        for names in self._orders.values():
            yield from names.get(name, ())

    def note_order(self, number: int, entry: OrderEntry) -> None:
        """An order is part of a batch."""
        self._has_orders = True
        self._orders.setdefault(number, {}).setdefault(entry.name, []).append(entry)

    def begin(self, number: int) -> None:
        """A batch is handed to the store, with or without records."""
        self._batches.setdefault(number, ([], []))

    def add(self, number: int, records: Sequence[Record], now: LogNow) -> None:
        """Lay records of one log, part of a batch, over the ledger; `now` is the log with them."""
        now.batch = number
        self._logs[now.log] = now
        self._rested.pop(now.log, None)
        held, logs = self._batches.setdefault(number, ([], []))
        held.extend(records)
        logs.append(now.log)
        for record in records:
            self._records[record.id] = record
        if records and is_person(records[0]):
            self._remember_root(records[0])

    def landed(self, number: int) -> None:
        """A batch is in the ledger now."""
        self._orders.pop(number, None)
        records, logs = self._batches.pop(number, ([], []))
        for record in records:
            self._records.pop(record.id, None)
        for log in logs:
            now = self._logs.get(log)
            if now is not None and now.batch == number:
                del self._logs[log]
                self._rest(log, now)

    def _at_rest(self, log: LogId) -> LogNow | None:
        if log in self._rested:
            return self._rested[log]
        head = self._ledger.log(log)
        now = None if head is None else log_now(head)
        self._rest(log, now)
        return now

    def _rest(self, log: LogId, now: LogNow | None) -> None:
        """Keep a log at hand that is as the ledger has it."""
        self._rested[log] = now
        if len(self._rested) > LOGS_REMEMBERED:
            del self._rested[next(iter(self._rested))]

    def _remember_root(self, genesis: Record) -> Key:
        key = self._roots[genesis.id] = Key(genesis.key)
        if len(self._roots) > ROOTS_REMEMBERED:
            del self._roots[next(iter(self._roots))]
        return key


def _nothing_folded(_: Record) -> bool | None:
    return None


def is_person(record: Record) -> bool:
    """Whether a genesis makes a person whose root key signed it."""
    return _is_agent(record, "person")


def is_organisation(record: Record) -> bool:
    """Whether a genesis makes an organisation."""
    return _is_agent(record, "organization")


def is_agreement(record: Record) -> bool:
    """Whether a genesis is the first version of an agreement."""
    return record.type == "agreement" and not record.scope and check_facts(record) is None


def network_facts(record: Record) -> NetworkFacts | None:
    """What the genesis of a network says that the core must know; None if it is no such genesis."""
    if not _is_agent(record, "network"):
        return None
    charter = record.facts["charter"]
    founders = tuple(AgentId(each) for each in charter["founders"])
    is_open = charter["join"] == "open"
    return NetworkFacts(is_open, founders, charter["log_records"], charter["log_bytes"], Key(record.key))


def _is_agent(record: Record, kind: str) -> bool:
    if record.scope or record.type != "agent" or record.facts.get("kind") != kind:
        return False
    return check_facts(record) is None


def log_now(head: LogHead) -> LogNow:
    """A log as the ledger gives it."""
    tips = {tip.id: tip.seq for tip in head.tips}
    return LogNow(head.log, head.scope, head.key, head.agent, tips, head.counted, head.size)
