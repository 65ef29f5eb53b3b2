"""Questions about logs, their tips and who stands where."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from meshnode.core.ports import Lane, LogHead, Tip
from meshnode.store.source import Source
from meshproto.records.ids import AgentId, Key, LogId, RecordId, ScopeId

PAGE = 2_000
"""Logs read at once when all are wanted: no reader stays open, and little memory is needed."""

_ALL = """
SELECT g.log, g.name, g.scope, g.key, g.agent, g.counted, g.size, n.tip_seq, n.tip_id, n.number
FROM (SELECT * FROM logs WHERE log > ? ORDER BY log LIMIT ?) AS g JOIN lanes AS n ON n.log = g.log
ORDER BY g.log, n.number
"""
_OF_SCOPE = """
SELECT g.log, g.name, g.scope, g.key, g.agent, g.counted, g.size, n.tip_seq, n.tip_id, n.number
FROM logs AS g JOIN lanes AS n ON n.log = g.log WHERE g.scope = ? ORDER BY g.name, n.number
"""
_NAMED = """
SELECT g.log, g.name, g.scope, g.key, g.agent, g.counted, g.size, n.tip_seq, n.tip_id, n.number
FROM logs AS g JOIN lanes AS n ON n.log = g.log WHERE g.name = ? ORDER BY n.number
"""
_OF_AGENT = """
SELECT g.log, g.name, g.scope, g.key, g.agent, g.counted, g.size, n.tip_seq, n.tip_id, n.number
FROM logs AS g JOIN lanes AS n ON n.log = g.log WHERE g.agent = ? ORDER BY g.log, n.number
"""
_FORKED = "SELECT DISTINCT g.name FROM lanes AS n JOIN logs AS g ON g.log = n.log WHERE n.number > 0 ORDER BY g.name"
_LANES = """
SELECT number, parent, base, tip_seq, tip_id FROM lanes
WHERE log = (SELECT log FROM logs WHERE name = ?) ORDER BY number
"""
_STANDING = """
SELECT g.log, g.name, n.tip_id FROM (
    SELECT log, name FROM logs WHERE log > ?1 AND (
        (scope = ?3 AND counted = 1)
        OR scope IN (SELECT agent FROM logs WHERE scope = ?3 AND counted = 1 AND agent <> ?3)
    ) ORDER BY log LIMIT ?2
) AS g JOIN lanes AS n ON n.log = g.log ORDER BY g.log, n.tip_id
"""
_FRESH = """
SELECT n.tip_id FROM lanes AS n JOIN logs AS g ON g.log = n.log
WHERE n.tip_arrival > ?2 AND (
    (g.scope = ?1 AND g.counted = 1)
    OR EXISTS (SELECT 1 FROM logs AS s WHERE s.scope = ?1 AND s.counted = 1 AND s.agent = g.scope)
) ORDER BY n.tip_arrival DESC LIMIT ?3
"""


def all_heads(source: Source) -> Iterator[LogHead]:
    """Every log, page by page."""
    for rows in source.pages(_ALL, 0, PAGE):
        yield from _heads(rows)


def heads_of_scope(source: Source, scope: bytes) -> tuple[LogHead, ...]:
    """The logs of a scope, by log id."""
    return tuple(_heads(source.rows(_OF_SCOPE, (scope,))))


def heads_of_agent(source: Source, agent: bytes) -> tuple[LogHead, ...]:
    """The logs of an agent, counted or not, those begun first first."""
    return tuple(_heads(source.rows(_OF_AGENT, (agent,))))


def head(source: Source, log: bytes) -> LogHead | None:
    """One log, None if nothing of it is stored."""
    return next(_heads(source.rows(_NAMED, (log,))), None)


def forked_logs(source: Source) -> tuple[LogId, ...]:
    """The logs that have branches, by id."""
    return tuple(LogId(name) for (name,) in source.rows(_FORKED))


def lanes_of(source: Source, log: bytes) -> tuple[Lane, ...]:
    """The branches of a log, in the order of their numbers."""
    return tuple(
        Lane(number, parent, base, Tip(seq, RecordId(tip), number))
        for number, parent, base, seq, tip in source.rows(_LANES, (log,))
    )


def standing_in(source: Source, scope: bytes) -> Iterator[tuple[LogId, tuple[RecordId, ...]]]:
    """See `Ledger.logs_standing_in`."""
    for rows in source.pages(_STANDING, 0, PAGE, scope):
        for name, group in groupby(rows, key=lambda row: row[1]):
            yield LogId(name), tuple(RecordId(row[2]) for row in group)


def fresh_heads(source: Source, scope: bytes, since: int, limit: int) -> tuple[RecordId, ...]:
    """Tips that stand in `scope` and whose arrival is above `since`, latest first."""
    return tuple(RecordId(tip) for (tip,) in source.rows(_FRESH, (scope, since, limit)))


def scopes_of(source: Source, agent: bytes) -> tuple[ScopeId, ...]:
    """The scopes in which the agent has a counted log, sorted."""
    question = "SELECT DISTINCT scope FROM logs WHERE agent = ? AND counted = 1 ORDER BY scope"
    return tuple(ScopeId(scope) for (scope,) in source.rows(question, (agent,)))


def agents_in(source: Source, scope: bytes) -> tuple[AgentId, ...]:
    """Every agent that stands in a record of the scope, sorted."""
    rows = source.rows("SELECT agent FROM writers WHERE scope = ? ORDER BY agent", (scope,))
    return tuple(AgentId(agent) for (agent,) in rows)


def _heads(rows: Iterable[Any]) -> Iterator[LogHead]:
    """Put the lanes of each log together; rows of one log follow each other."""
    for _, group in groupby(rows, key=lambda row: row[0]):
        lanes = list(group)
        _, name, scope, key, agent, counted, size, *_ = lanes[0]
        tips = tuple(Tip(seq, RecordId(tip), number) for *_, seq, tip, number in lanes)
        yield LogHead(LogId(name), ScopeId(scope), Key(key), tips, AgentId(agent), bool(counted), size)
