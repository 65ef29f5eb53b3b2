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
# With a scope go the streams of who stands there, of who stands in those, and so on: people in organisations.
_STANDING = """
WITH RECURSIVE with_streams (scope) AS (
    VALUES (?3)
    UNION SELECT g.agent FROM with_streams AS w CROSS JOIN logs AS g ON g.scope = w.scope AND g.counted = 1
    UNION SELECT v.agent FROM with_streams AS w CROSS JOIN logs AS g ON g.scope = w.scope AND g.counted = 1
        CROSS JOIN voices AS v ON v.log = g.log
)
SELECT g.log, g.name, n.tip_id FROM (
    SELECT log, name FROM logs WHERE log > ?1 AND (scope <> ?3 OR counted = 1)
    AND scope IN (SELECT scope FROM with_streams) ORDER BY log LIMIT ?2
) AS g JOIN lanes AS n ON n.log = g.log ORDER BY g.log, n.tip_id
"""
_FRESH = """
SELECT n.tip_id FROM lanes AS n JOIN logs AS g ON g.log = n.log
WHERE n.tip_arrival > ?2 AND iif(g.scope = ?1, g.counted = 1, EXISTS (
    WITH RECURSIVE stands_in (scope) AS (
        VALUES (g.scope)
        UNION SELECT o.scope FROM stands_in AS s CROSS JOIN logs AS o ON o.agent = s.scope AND o.counted = 1
        UNION SELECT o.scope FROM stands_in AS s CROSS JOIN voices AS v ON v.agent = s.scope
            CROSS JOIN logs AS o ON o.log = v.log AND o.counted = 1
    ) SELECT 1 FROM stands_in WHERE scope = ?1
))
ORDER BY n.tip_arrival DESC LIMIT ?3
"""
_SCOPES_OF = """
WITH RECURSIVE found (agent, scope) AS (
    VALUES (?1, x'')
    UNION SELECT g.scope, g.scope FROM found AS f CROSS JOIN logs AS g ON g.agent = f.agent AND g.counted = 1
    UNION SELECT g.scope, g.scope FROM found AS f CROSS JOIN voices AS v ON v.agent = f.agent
        CROSS JOIN logs AS g ON g.log = v.log AND g.counted = 1
)
SELECT scope FROM found WHERE scope <> x'' ORDER BY scope
"""
_AGENTS_OF = """
SELECT agent FROM logs WHERE name = ?1
UNION SELECT v.agent FROM voices AS v JOIN logs AS g ON g.log = v.log WHERE g.name = ?1 ORDER BY agent
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
    """See `Ledger.scopes_of`."""
    return tuple(ScopeId(scope) for (scope,) in source.rows(_SCOPES_OF, (agent,)))


def agents_of_log(source: Source, log: bytes) -> tuple[AgentId, ...]:
    """See `Ledger.agents_of_log`."""
    return tuple(AgentId(agent) for (agent,) in source.rows(_AGENTS_OF, (log,)))


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
