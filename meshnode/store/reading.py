"""Reading what is committed: the core's `Ledger`, and the queues that feed what is derived.

A reader has a connection of its own that cannot write; every answer is complete before it is returned, so a slow
caller holds up nobody. Reads are short: they run where they are asked, without a thread. One reader is used by one
thread at a time.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from meshnode.core.ports import (
    Lane,
    LogHead,
    NetworkFacts,
    PartHere,
    Place,
    StoredRun,
    Tip,
)
from meshnode.core.rows import HeldEntry, LocalRow, PeerEntry, WaitEntry
from meshnode.store import heads, local, parts, records, runs
from meshnode.store.erasure import is_erased
from meshnode.store.eviction import is_blank, is_gone
from meshnode.store.source import Source
from meshproto.records.ids import AgentId, Key, LogId, RecordId, ScopeId
from meshproto.records.reasons import Refused
from meshproto.records.record import Record, read_header

RowT = TypeVar("RowT", bound=LocalRow)

PRESENT_REMEMBERED = 16_384
"""Ids found to be stored that a reader keeps in memory, 2 MB: scopes and agents are asked for with every record."""

NETWORKS_REMEMBERED = 1_024
"""Networks whose facts a reader keeps in memory, under 1 MB: every write asks for some of them again."""

_AFTER = """
SELECT arrival, proof, header, signature FROM records WHERE arrival > ? ORDER BY arrival LIMIT ?
"""
_PLACE = "SELECT g.name, n.number FROM lanes AS n JOIN logs AS g ON g.log = n.log WHERE n.lane = ?"
_WANTED = """
SELECT r.arrival, r.proof, r.header, r.signature FROM (
    SELECT arrival FROM wanted_parts WHERE arrival > ? ORDER BY arrival LIMIT ?
) AS w JOIN records AS r ON r.arrival = w.arrival ORDER BY r.arrival
"""
_PARTS = """
SELECT p.part, r.arrival, r.proof, r.header, r.signature, p.content
FROM (SELECT * FROM parts WHERE part > ? ORDER BY part LIMIT ?) AS p JOIN records AS r ON r.arrival = p.arrival
WHERE r.arrival > 0 ORDER BY p.part
"""
_CLEARING = """
SELECT 1 WHERE (SELECT value FROM meta WHERE name = 'scrub') > 0
OR EXISTS (SELECT 1 FROM erasures WHERE number > ?) OR EXISTS (SELECT 1 FROM evictions WHERE number > ? AND gone > 1)
"""
_PARTED = """
SELECT r.arrival, r.proof, r.header, r.signature FROM (
    SELECT arrival FROM parts WHERE arrival > ?1
    UNION ALL SELECT arrival FROM wanted_parts WHERE arrival > ?1
    ORDER BY 1 LIMIT ?2
) AS found JOIN records AS r ON r.arrival = found.arrival ORDER BY r.arrival
"""
_PARTS_OF = """
SELECT p.part, p.content, r.arrival, r.proof, r.header, r.signature FROM (
    SELECT arrival FROM ids WHERE prefix IN (SELECT value FROM json_each(?1))
    UNION ALL SELECT arrival FROM fresh_ids WHERE prefix IN (SELECT value FROM json_each(?1))
) AS found JOIN parts AS p ON p.arrival = found.arrival JOIN records AS r ON r.arrival = found.arrival
"""
_IN_RANGE = """
SELECT r.arrival, r.proof, r.header, r.signature FROM (
    SELECT arrival FROM ids WHERE prefix BETWEEN ?1 AND ?2
    UNION ALL SELECT arrival FROM fresh_ids WHERE prefix BETWEEN ?1 AND ?2
    LIMIT ?3
) AS found JOIN records AS r ON r.arrival = found.arrival
"""


class PartIn(NamedTuple):
    """A private part as the queue gives it; `content` is empty if it was erased meanwhile."""

    part: int
    record: RecordId
    content: bytes


class Whole(NamedTuple):
    """A record, the headers from it to the next signature, and its private part, if held."""

    record: Record
    proof: StoredRun | None
    private: bytes | None


class Counts(NamedTuple):
    """How much is stored; `records` counts those that arrived."""

    records: int
    logs: int
    forked: int
    parts: int
    parts_missing: int
    erased: int
    evicted: int


class Reader:
    """Implements `meshnode.core.ports.Ledger`. Made by `Store.reader`. Every method may raise StoreDamaged."""

    def __init__(self, source: Source, closed: "Callable[[Reader], None]" = lambda reader: None) -> None:
        """`closed` is told once nobody needs the connection any more; in memory it is the writer's, and stays."""
        self.source = source
        self._closed = closed
        self._present: dict[bytes, None] = {}
        self._networks: dict[bytes, NetworkFacts] = {}

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Read at one point in time and at half the cost of each read, for as long as this lasts: milliseconds.

        Nothing committed since the first read is seen. Erasing waits for it. In memory, where readers share the
        writer's connection, it does nothing.
        """
        if self.source.path is None:
            yield
            return
        self.source.begins = True
        try:
            yield
        finally:
            self.source.begins = False
            if self.source.connection.in_transaction:  # else nothing was read
                self.source.rows("COMMIT")

    def close(self) -> None:
        """Let go of the connection."""
        self._closed(self)

    # One record.

    def has(self, record_id: bytes) -> bool:
        """Whether the record is stored."""
        if record_id in self._present:  # what is stored stays
            return True
        if not records.may_have(self.source, record_id) or records.find(self.source, record_id) is None:
            return False
        if len(self._present) >= PRESENT_REMEMBERED:
            self._present.clear()
        self._present[record_id] = None
        return True

    def record(self, record_id: bytes) -> Record | None:
        """The record, decoded."""
        row = records.find(self.source, record_id)
        return None if row is None else read_header(row.header)

    def place(self, record_id: bytes) -> Place | None:
        """Where the record stands."""
        row = records.find(self.source, record_id)
        if row is None:
            return None
        name, number = self.source.row(_PLACE, (row.lane,))
        return Place(LogId(name), number, row.seq)

    def arrival(self, record_id: bytes) -> int | None:
        """The arrival of a record; None if it is not stored or does not count."""
        row = records.find(self.source, record_id)
        return None if row is None or row.arrival < 0 else row.arrival

    def proof_run(self, record_id: bytes) -> StoredRun | None:
        """The headers from this record to the next signature in its lane."""
        row = records.find(self.source, record_id)
        return None if row is None else self._proof_of(row)

    def private(self, record_id: bytes) -> bytes | None:
        """The private part, if held."""
        row = records.find(self.source, record_id)
        return None if row is None else self._private_of(row)

    def whole(self, record_id: bytes) -> Whole | None:
        """The record with everything that is here of it: as much as the three questions above, for one."""
        row = records.find(self.source, record_id)
        return None if row is None else Whole(read_header(row.header), self._proof_of(row), self._private_of(row))

    def _proof_of(self, row: records.Row) -> StoredRun | None:
        if row.signature is not None:  # nearly every record is signed by itself
            return StoredRun((row.header,), row.signature)
        return runs.run_from(self.source, row.lane, row.seq)

    def _private_of(self, row: records.Row) -> bytes | None:
        found = self.source.row("SELECT content FROM parts WHERE arrival = ?", (row.arrival,))
        if found is None or is_blank(found[0]):
            return None
        if records.is_part_of(found[0], row.header):
            return bytes(found[0])
        # Asked after the part was read: it may be erased between two questions, and is not damaged then.
        if is_erased(self.source, row.id):
            return None
        raise self.source.damaged(f"private part of row {row.arrival}")

    def privates(self, record_ids: Sequence[bytes]) -> list[tuple[RecordId, bytes]]:
        """Those of these records' private parts that are held, each with its record, in the order asked for."""
        if not record_ids:
            return []
        prefixes = json.dumps([records.prefix_of(each) for each in record_ids])
        found: dict[bytes, bytes] = {}
        for part, content, arrival, proof, header, signature in self.source.rows(_PARTS_OF, (prefixes,)):
            record_id = records.checked_id(self.source, arrival, proof, header, signature)
            if records.is_part_of(content, header):
                found[record_id] = content
            elif not is_blank(content) and not is_erased(self.source, record_id):
                raise self.source.damaged(f"private part {part}")
        return [(RecordId(each), found[each]) for each in record_ids if each in found]

    def erased(self, record_id: bytes) -> bool:
        """Whether the private part of this record was erased and must never be taken in again."""
        return is_erased(self.source, record_id)

    def evicted(self, record_id: bytes) -> bool:
        """Whether the private part of this record was let go, or not asked for, and is not missing."""
        row = records.find(self.source, record_id)
        return row is not None and is_gone(self.source, row.arrival)

    def part_bytes(self) -> Iterator[tuple[AgentId, int]]:
        """How many bytes of private parts of each agent's logs are held; an agent may come more than once."""
        return parts.bytes_by_agent(self.source)

    def parts_in(self, log: bytes, lane: int, seq: int, limit: int) -> tuple[list[PartHere], int | None]:
        """Private parts of a lane's own records after `seq`, and where to go on."""
        return parts.parts_in(self.source, log, lane, seq, limit)

    def parts_held(self, after: int, upto: int, limit: int) -> list[tuple[LogId, PartHere]]:
        """Private parts held of records with arrivals after `after` and up to `upto`, by arrival, each with its log."""
        return parts.parts_held(self.source, after, upto, limit)

    def last_arrival(self) -> int:
        """The number of the latest record that arrived, 0 for none."""
        return max(self.source.number("SELECT coalesce(max(arrival), 0) FROM records"), 0)

    def beginning_with(self, first: bytes, last: bytes, limit: int) -> tuple[RecordId, ...]:
        """Ids between two 32-byte bounds, both included, for ids that people abbreviate; at most `limit`, sorted."""
        low, high = records.prefix_of(first), records.prefix_of(last)
        # The stored prefixes are signed: the upper half of all ids comes before the lower half.
        ranges = [(low, high)] if low <= high else [(low, 2**63 - 1), (-(2**63), high)]
        rows = [row for each in ranges for row in self.source.rows(_IN_RANGE, (*each, limit + 1))]
        found = sorted(records.checked_id(self.source, *row) for row in rows)
        return tuple(RecordId(each) for each in found if first <= each <= last)[:limit]

    # Logs.

    def log(self, log: bytes) -> LogHead | None:
        """One log, None if nothing of it is stored."""
        return heads.head(self.source, log)

    def tips(self, log: bytes) -> tuple[Tip, ...]:
        """The tips of a log, in the order of lanes; empty for an unknown log."""
        return tuple(lane.tip for lane in self.lanes(log))

    def lanes(self, log: bytes) -> tuple[Lane, ...]:
        """The branches of a log, in the order of their numbers."""
        return heads.lanes_of(self.source, log)

    def logs(self) -> Iterator[LogHead]:
        """Every log, for building memory at start."""
        return heads.all_heads(self.source)

    def logs_of_scope(self, scope: bytes) -> tuple[LogHead, ...]:
        """The logs of one scope, counted or not, by log id."""
        return heads.heads_of_scope(self.source, scope)

    def logs_of_agent(self, agent: bytes) -> tuple[LogHead, ...]:
        """The logs of one agent, counted or not, those begun first first."""
        return heads.heads_of_agent(self.source, agent)

    def logs_standing_in(self, scope: bytes) -> Iterator[tuple[LogId, tuple[RecordId, ...]]]:
        """The counted logs of a scope and all logs of the streams that go with it, with their sorted tips."""
        return heads.standing_in(self.source, scope)

    def forked_logs(self) -> tuple[LogId, ...]:
        """The logs that have branches, by id."""
        return heads.forked_logs(self.source)

    def scopes_of(self, agent: bytes) -> tuple[ScopeId, ...]:
        """The scopes with which the agent's stream goes, sorted."""
        return heads.scopes_of(self.source, agent)

    def agents_of_log(self, log: bytes) -> tuple[AgentId, ...]:
        """Who began a log, and for whom else its key speaks there, sorted."""
        return heads.agents_of_log(self.source, log)

    def fresh_heads(self, scope: bytes, since: bytes, limit: int) -> tuple[RecordId, ...]:
        """Tips that stand in `scope` and arrived after the record `since` (empty: all), latest first."""
        arrival = self.arrival(since) if since else 0
        return heads.fresh_heads(self.source, scope, arrival or 0, limit)

    def agents_in_scope(self, scope: bytes) -> tuple[AgentId, ...]:
        """Every agent that stands in `agent` of a record in the scope, sorted."""
        return heads.agents_in(self.source, scope)

    def id_at(self, log: bytes, lane: int, seq: int) -> RecordId | None:
        """The id of the record with this seq on the path of a lane."""
        question = "SELECT arrival, proof, header, signature FROM records WHERE lane = ? AND seq = ?"
        for stretch in runs.path_of(self.source, log, lane):
            if stretch.after < seq <= stretch.last:
                row = self.source.row(question, (stretch.lane, seq))
                return None if row is None else RecordId(records.checked_id(self.source, *row))
        return None

    def run_after(self, log: bytes, lane: int, seq: int, max_records: int, max_bytes: int) -> StoredRun | None:
        """The records after `seq` on the path of this lane, as many as fit, ending in a signed one."""
        return runs.run_after(self.source, log, lane, seq, max_records, max_bytes)

    # Agents and networks.

    def root_of(self, agent: bytes) -> Key | None:
        """The key that signed the agent's genesis, if that is stored."""
        genesis = self.record(agent)
        return Key(genesis.key) if genesis is not None and not genesis.scope and genesis.type == "agent" else None

    def network(self, scope: bytes) -> NetworkFacts | None:
        """What the genesis of a network says, if that is stored and `scope` is a network."""
        known = self._networks.get(scope)
        if known is not None:  # nothing changes a genesis
            return known
        # The schemas are not needed by a program that only signs and stores, and take a while to import.
        from meshproto.types.catalogue import check_facts

        genesis = self.record(scope)
        if genesis is None or genesis.scope or genesis.facts.get("kind") != "network":
            return None
        if isinstance(check_facts(genesis), Refused):
            return None
        charter = genesis.facts["charter"]
        founders = tuple(AgentId(each) for each in charter["founders"])
        is_open, key = charter["join"] == "open", Key(genesis.key)
        if len(self._networks) >= NETWORKS_REMEMBERED:
            self._networks.clear()
        found = NetworkFacts(is_open, founders, charter["log_records"], charter["log_bytes"], key)
        self._networks[scope] = found
        return found

    # Local rows.

    def rows(self, kind: type[RowT], start: tuple[str | bytes, ...] = ()) -> tuple[RowT, ...]:
        """All local rows of one kind whose key begins with `start`, by key."""
        return local.read(self.source, kind, start)

    def entry(self, kind: type[RowT], key: tuple[str | bytes, ...]) -> RowT | None:
        """The local row with this key."""
        return local.read_one(self.source, kind, key)

    def has_rows(self, kind: type[LocalRow]) -> bool:
        """Whether there is a local row of one kind."""
        return local.any_of(self.source, kind)

    def peers(self) -> tuple[PeerEntry, ...]:
        """The peer book."""
        return self.rows(PeerEntry)

    def held(self, record_id: bytes) -> tuple[HeldEntry, ...]:
        """Who says that it stores this record: one entry for each agent, the furthest."""
        place = self.place(record_id)
        if place is None:
            return ()
        furthest: dict[bytes, HeldEntry] = {}
        for entry in self.rows(HeldEntry, (place.log,)):
            before = furthest.get(entry.agent)
            if (before is None or entry.seq > before.seq) and self._covers(entry, place):
                furthest[entry.agent] = entry
        return tuple(furthest[agent] for agent in sorted(furthest))

    def missing(self, limit: int) -> tuple[RecordId, ...]:
        """Ids that waiting records name and that are not stored, sorted."""
        wanted = sorted({entry.on for entry in self.rows(WaitEntry) if entry.on != entry.record})
        return tuple(RecordId(each) for each in wanted if not self.has(each))[:limit]

    # Queues: each is read by number, from where the reader stopped.

    def records_after(self, arrival: int, limit: int) -> list[tuple[int, Record]]:
        """Records that arrived after `arrival`, in that order, with their arrivals."""
        rows = self.source.rows(_AFTER, (max(arrival, 0), limit))
        for row in rows:
            records.checked_id(self.source, *row)
        return [(row[0], read_header(row[2])) for row in rows]

    def parts_after(self, part: int, limit: int) -> list[PartIn]:
        """Private parts that came after number `part`, in that order."""
        found = []
        for number, arrival, proof, header, signature, content in self.source.rows(_PARTS, (part, limit)):
            record_id = records.checked_id(self.source, arrival, proof, header, signature)
            if is_blank(content) or is_erased(self.source, record_id):
                content = b""
            elif not records.is_part_of(content, header):
                raise self.source.damaged(f"private part {number}")
            found.append(PartIn(number, RecordId(record_id), content))
        return found

    def erasures_after(self, number: int, limit: int) -> list[tuple[int, RecordId]]:
        """Erasures that came after number `number`, in that order: their number and the record."""
        question = "SELECT number, record FROM erasures WHERE number > ? ORDER BY number LIMIT ?"
        return [(each, RecordId(record)) for each, record in self.source.rows(question, (number, limit))]

    def evictions_after(self, number: int, limit: int) -> list[parts.Turned]:
        """Parts that were let go or came back after number `number`, in that order."""
        return parts.evictions_after(self.source, number, limit)

    def is_clearing(self, erasure: int, eviction: int) -> bool:
        """Whether older versions of erased or purged parts may stand in the files of the truth, or somebody who has
        read up to these numbers of erasures and evictions has yet to learn that a part must be gone."""
        return bool(self.source.row(_CLEARING, (erasure, eviction)))

    def private_missing(self, limit: int, after: int = 0) -> Sequence[tuple[int, RecordId]]:
        """(arrival, id) of records whose private part is neither held nor erased, by arrival, after `after`."""
        rows = self.source.rows(_WANTED, (after, limit))
        return [(row[0], RecordId(records.checked_id(self.source, *row))) for row in rows]

    def parted_after(self, arrival: int, limit: int) -> list[tuple[int, RecordId]]:
        """Records stored in rows after `arrival` that have a private part, held, erased or still to come, by row.

        Those that do not count stand before all others, in rows below zero.
        """
        rows = self.source.rows(_PARTED, (arrival, limit))
        return [(row[0], RecordId(records.checked_id(self.source, *row))) for row in rows]

    def counts(self) -> Counts:
        """How much is stored. Counts tables, so not for every second."""
        number = self.source.number
        return Counts(
            number("SELECT count(*) FROM records WHERE arrival > 0"),
            number("SELECT count(*) FROM logs"),
            number("SELECT count(DISTINCT log) FROM lanes WHERE number > 0"),
            number("SELECT count(*) FROM parts WHERE substr(content, 1, 1) <> x'ff'"),
            number("SELECT count(*) FROM wanted_parts WHERE arrival > 0"),
            number("SELECT count(*) FROM erasures"),
            number("SELECT count(*) FROM evictions WHERE gone > 0"),
        )

    def _covers(self, entry: HeldEntry, place: Place) -> bool:
        """Whether whoever holds a log up to the tip of `entry` holds the record at `place`."""
        if entry.seq < place.seq:
            return False
        tip = self.place(entry.tip)
        if tip is None:  # further than what is stored here: it says nothing about branches
            return len(self.lanes(place.log)) == 1
        path = runs.path_of(self.source, place.log, tip.lane)
        lane = self.source.row(
            "SELECT n.lane FROM lanes AS n JOIN logs AS g ON g.log = n.log WHERE g.name = ? AND n.number = ?",
            (place.log, place.lane),
        )
        return any(part.lane == lane[0] and part.after < place.seq <= part.last for part in path)
