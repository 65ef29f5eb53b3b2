"""Who has signed what: levels, tallies of accepts, and how a state is told (09-agreements 2.1)."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from meshproto.fold.memory import Memory
from meshproto.fold.standing import SETTLED, row_of
from meshproto.records.limits import MAX_CAUSES
from meshproto.records.reasons import Reason

NO, CONTESTED, YES = 0, 1, 2
"""Levels, from the least."""


class Told(NamedTuple):
    """A state, and why it is no better."""

    state: str
    reason: Reason | None = None
    ids: tuple[bytes, ...] = ()
    flags: tuple[str, ...] = ()


def told(state: str, reason: Reason | None = None, ids: Iterable[bytes] = ()) -> Told:
    """A state with the first of its causes, ascending."""
    return Told(state, reason, tuple(sorted({*ids})[:MAX_CAUSES]))


def tally(target: bytes, agent: bytes, memory: Memory) -> int:
    """How far an agent has accepted a record, whatever was decided about that."""
    level = NO
    for each in accepts_by(target, agent, memory):
        level = max(level, YES if row_of(memory, each).status in SETTLED else CONTESTED)
    return level


def tallies(target: bytes, memory: Memory) -> dict[bytes, int]:
    """How far each agent has accepted a record who did at all: many tallies in one scan."""
    found: dict[bytes, int] = {}
    for key, _ in memory.scan("accepts", target):
        agent = key[32:64]
        found[agent] = max(found.get(agent, NO), YES if row_of(memory, key[64:]).status in SETTLED else CONTESTED)
    return found


def accepts_by(target: bytes, agent: bytes, memory: Memory) -> list[bytes]:
    """The accepts of a record by an agent."""
    return [key[-32:] for key, _ in memory.scan("accepts", target + agent)]


def shaken_accepts(target: bytes, agents: Iterable[bytes], memory: Memory) -> list[bytes]:
    """The contested accepts of a record by some agents."""
    found = (accept for each in agents for accept in accepts_by(target, each, memory))
    return [each for each in found if row_of(memory, each).status not in SETTLED]


def kth_best(levels: Sequence[int], k: int) -> int:
    """The k-th of some levels, from the best."""
    return sorted(levels, reverse=True)[k - 1] if k <= len(levels) else NO


def least(levels: Iterable[int]) -> int:
    """The worst of some levels; yes if there are none."""
    return min(levels, default=YES)
