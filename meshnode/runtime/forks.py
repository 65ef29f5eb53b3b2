"""Forks as people are told of them: which records, from what cause, and whether a later record joined the branches."""

from collections.abc import Iterable
from typing import NamedTuple

from meshnode.core.ports import Tip
from meshnode.runtime.lookups import Lookups
from meshnode.store.reading import Reader
from meshnode.views.forks import Cause, Grown, cause_of
from meshnode.views.rows import ForkRow, HealingRow
from meshproto.records.ids import RecordId


class KnownBranch(NamedTuple):
    """One branch: its first record, its last one before it was joined, and their claimed times in ms UTC."""

    first: RecordId
    at: int
    last: RecordId
    until: int
    records: int


class KnownFork(NamedTuple):
    """One number of one log that was given out more than once."""

    log: bytes
    key: bytes
    scope: bytes
    agent: bytes
    seq: int
    branches: tuple[KnownBranch, ...]
    """By id of their first record."""
    cause: Cause
    healed: bool
    """One tip of the log has all others in its past."""


def gathered(rows: Iterable[ForkRow]) -> list[list[ForkRow]]:
    """Rows by log and number: each group is one fork."""
    groups: dict[tuple[bytes, int], list[ForkRow]] = {}
    for row in rows:
        groups.setdefault((row.log, row.seq), []).append(row)
    return [sorted(group) for group in groups.values()]


def describe(group: list[ForkRow], truth: Reader, lookups: Lookups) -> KnownFork:
    """What is known of one fork."""
    first = group[0]
    tips, healings = truth.tips(first.log), lookups.healings(first.log)
    branches = [_branch(row, tips, healings, truth) for row in group]
    grown = [Grown(each.at, each.until, row.knew) for each, row in zip(branches, group, strict=True)]
    return KnownFork(
        first.log,
        first.key,
        first.scope,
        first.agent,
        first.seq,
        tuple(branches),
        cause_of(grown),
        _is_healed(tips, healings),
    )


def is_forked(agent: bytes, truth: Reader, lookups: Lookups) -> bool:
    """Whether a log of an agent has branches that nothing has joined yet."""
    logs = dict.fromkeys(row.log for row in lookups.forks_of(agent))
    return any(not _is_healed(truth.tips(log), lookups.healings(log)) for log in logs)


def _branch(row: ForkRow, tips: tuple[Tip, ...], healings: tuple[HealingRow, ...], truth: Reader) -> KnownBranch:
    """Where the branch that a record began has ended: at its tip, or before the first record that joined others."""
    place, record = truth.place(row.record), RecordId(row.record)
    if place is None:
        return KnownBranch(record, row.at, record, row.at, 1)
    last, seq = next(((tip.id, tip.seq) for tip in tips if tip.lane == place.lane), (record, row.seq))
    for healing in healings:
        joins = truth.place(healing.record) if healing.seq > row.seq else None
        if joins is not None and truth.id_at(row.log, joins.lane, row.seq) == record:
            before = truth.id_at(row.log, joins.lane, healing.seq - 1)
            last, seq = before or last, healing.seq - 1
            break
    end = truth.record(last)
    return KnownBranch(record, row.at, last, row.at if end is None else end.at, seq - row.seq + 1)


def _is_healed(tips: tuple[Tip, ...], healings: tuple[HealingRow, ...]) -> bool:
    named = {healing.named for healing in healings}
    return sum(tip.id not in named for tip in tips) <= 1
