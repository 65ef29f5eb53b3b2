"""Questions about private parts that are held, still to come, or let go: for whoever keeps them within bounds."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from meshnode.core.ports import PartHere
from meshnode.store import records
from meshnode.store.source import Source
from meshproto.records.ids import AgentId, LogId, RecordId
from meshproto.records.record import read_header

_OF_LANE = """
SELECT r.seq, r.arrival, r.proof, r.header, r.signature,
    CASE WHEN substr(p.content, 1, 1) NOT IN (x'00', x'ff') THEN 'held'
    WHEN EXISTS (SELECT 1 FROM wanted_parts AS w WHERE w.arrival = r.arrival) THEN 'wanted'
    WHEN EXISTS (SELECT 1 FROM evictions AS e WHERE e.arrival = r.arrival AND e.gone > 0) THEN 'gone' ELSE '' END
FROM logs AS g JOIN lanes AS n ON n.log = g.log JOIN records AS r ON r.lane = n.lane
LEFT JOIN parts AS p ON p.arrival = r.arrival
WHERE g.name = ? AND n.number = ? AND r.seq > ? ORDER BY r.seq LIMIT ?
"""
_HELD = """
SELECT g.name, r.seq, r.arrival, r.proof, r.header, r.signature
FROM parts AS p JOIN records AS r ON r.arrival = p.arrival JOIN lanes AS n ON n.lane = r.lane
JOIN logs AS g ON g.log = n.log
WHERE p.arrival > ? AND p.arrival <= ? AND substr(p.content, 1, 1) NOT IN (x'00', x'ff') ORDER BY p.arrival LIMIT ?
"""
_EVICTIONS = """
SELECT e.number, e.gone, r.arrival, r.proof, r.header, r.signature FROM (
    SELECT number, arrival, gone FROM evictions WHERE number > ? ORDER BY number LIMIT ?
) AS e JOIN records AS r ON r.arrival = e.arrival ORDER BY e.number
"""


class Turned(NamedTuple):
    """A private part that was let go, or came back; `purged`: no trace of it is to stay."""

    number: int
    record: RecordId
    purged: bool


def bytes_by_agent(source: Source) -> Iterator[tuple[AgentId, int]]:
    """How many bytes of private parts are held of each agent's logs that has any. Raises StoreError."""
    rows = source.rows("SELECT agent, sum(part_bytes) FROM logs WHERE part_bytes > 0 GROUP BY agent")
    return ((AgentId(agent), size) for agent, size in rows)


def parts_in(source: Source, log: bytes, lane: int, seq: int, limit: int) -> tuple[list[PartHere], int | None]:
    """Private parts among the next records of a lane; and where to go on, None at its end. Raises StoreError."""
    rows = source.rows(_OF_LANE, (log, lane, seq, limit))
    found = [_part(source, row[0], row[1:5], row[5]) for row in rows if row[5]]
    return found, rows[-1][0] if len(rows) == limit else None


def parts_held(source: Source, after: int, upto: int, limit: int) -> list[tuple[LogId, PartHere]]:
    """Private parts held of records with arrivals after `after` and up to `upto`, by arrival. Raises StoreError."""
    rows = source.rows(_HELD, (after, upto, limit))
    return [(LogId(row[0]), _part(source, row[1], row[2:6], "held")) for row in rows]


def evictions_after(source: Source, number: int, limit: int) -> list[Turned]:
    """Parts that were let go or came back after number `number`, in that order. Raises StoreError."""
    rows = source.rows(_EVICTIONS, (number, limit))
    return [Turned(row[0], RecordId(records.checked_id(source, *row[2:])), row[1] > 1) for row in rows]


def _part(source: Source, seq: int, row: Any, state: str) -> PartHere:
    record_id = records.checked_id(source, *row)
    private = read_header(row[2]).private
    if private is None:
        raise source.damaged(f"row {row[0]} has a private part and names none")
    return PartHere(RecordId(record_id), seq, row[0], private[1], state)
