"""Who has signed what: tallies of accepts, and which version of an agreement is in force (09-agreements 2)."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.standing import SETTLED, row_of
from meshproto.records.limits import MAX_CAUSES
from meshproto.records.reasons import Reason
from meshproto.types.agreement import parties_of

NO, CONTESTED, YES = 0, 1, 2
"""Levels, from the least."""


class Told(NamedTuple):
    """A state, and why it is no better."""

    state: str
    reason: Reason | None = None
    ids: tuple[bytes, ...] = ()


def told(state: str, reason: Reason | None = None, ids: Iterable[bytes] = ()) -> Told:
    """A state with the first of its causes, ascending."""
    return Told(state, reason, tuple(sorted({*ids})[:MAX_CAUSES]))


def tally(target: bytes, agent: bytes, memory: Memory) -> int:
    """How far an agent has accepted a record."""
    # SPEC 09-agreements 2.1: yes if one of the accepts of t by a is *yes*, contested if there are only contested ones,
    # no if there is none.
    level = NO
    for key, _ in memory.scan("accepts", target + agent):
        level = max(level, YES if row_of(memory, key[-32:]).status in SETTLED else CONTESTED)
    return level


def shaken_accepts(target: bytes, agents: Iterable[bytes], memory: Memory) -> list[bytes]:
    """The contested accepts of a record by some agents."""
    found = (key[-32:] for each in agents for key, _ in memory.scan("accepts", target + each))
    return [each for each in found if row_of(memory, each).status not in SETTLED]


def kth_best(levels: Sequence[int], k: int) -> int:
    """The k-th of some levels, from the best."""
    return sorted(levels, reverse=True)[k - 1] if k <= len(levels) else NO


def least(levels: Iterable[int]) -> int:
    """The worst of some levels; yes if there are none."""
    return min(levels, default=YES)


class Versions:
    """The versions of one agreement, as of all that is decided."""

    def __init__(self, scope: bytes, memory: Memory) -> None:
        self._scope, self._memory = scope, memory
        ids = [key[len(scope) :] for key, _ in memory.scan("versions", scope)]
        self.facts: dict[bytes, dict[str, Any]] = {each: version_of(memory, each).facts for each in ids}
        self._force: dict[bytes, int] = {}
        self._before: dict[bytes, frozenset[bytes]] = {}
        self.in_force = [each for each in ids if self.force(each) == YES]
        self._rivals = {each: self._rivals_of(each) for each in self.in_force}

    def prev(self, version: bytes) -> list[bytes]:
        """The versions that one comes after."""
        found: list[bytes] = self.facts[version].get("prev", [])
        return found

    def before(self, version: bytes) -> frozenset[bytes]:
        """All versions that one follows."""
        due = [version]
        while version not in self._before:
            here = due[-1]
            missing = [each for each in self.prev(here) if each not in self._before]
            if missing:
                due += missing
            else:
                prev = self.prev(here)
                self._before[here] = frozenset(prev).union(*(self._before[each] for each in prev))
                due.pop()
        return self._before[version]

    def force(self, version: bytes) -> int:
        """How far a version is in force."""
        for each in [*sorted(self.before(version), key=lambda one: len(self.before(one))), version]:
            if each not in self._force:
                self._force[each] = self._own_force(each)
        return self._force[version]

    def _own_force(self, version: bytes) -> int:
        levels = {each: tally(version, each, self._memory) for each in self._signers(version)}
        prev = self.prev(version)
        bound = {each for before in prev for each in parties_of(self.facts[before])}
        level = least(levels[each] for each in parties_of(self.facts[version]) if each not in bound)
        for before in prev:
            parties, amendment = parties_of(self.facts[before]), self.facts[before]["amendment"]
            k = len(parties) if amendment == "all" else amendment["k"]
            level = min(level, self._force[before], kth_best([levels[each] for each in parties], k))
        return level

    def _signers(self, version: bytes) -> list[bytes]:
        """Everybody whose signature of a version counts."""
        found = {*parties_of(self.facts[version])}
        for before in self.prev(version):
            found.update(parties_of(self.facts[before]))
        return sorted(found)

    def _rivals_of(self, version: bytes) -> list[bytes]:
        found = []
        for other in self.in_force:
            if other == version or other in self.before(version) or version in self.before(other):
                continue
            if not any({version, other} <= self.before(each) for each in self.in_force):
                found.append(other)
        return found

    def rivals(self, version: bytes) -> list[bytes]:
        """The siblings with which a version is in conflict."""
        return self._rivals.get(version, [])

    def footing(self, version: bytes) -> int:
        """How well a distribution under a version stands."""
        level = self.force(version)
        if level == YES and any(self.rivals(each) for each in (version, *self.before(version))):
            return CONTESTED
        return level

    @property
    def standing(self) -> bytes:
        """The version by which things are shown."""
        after = {each for version in self.in_force for each in self.before(version)}
        return min((each for each in self.in_force if each not in after), default=self._scope)

    def told(self, version: bytes) -> Told:
        """The state of a version."""
        level = self.force(version)
        if level == NO:
            return self._proposed(version)
        if level == CONTESTED:
            shaken = shaken_accepts(version, self._signers(version), self._memory)
            weak = [each for each in self.prev(version) if self._force[each] == CONTESTED]
            return told("contested", Reason.C_RESTS, shaken or weak)
        if self.rivals(version):
            return told("conflict", Reason.K_CONFLICT, self.rivals(version))
        if any(version in self.before(each) for each in self.in_force):
            return told("superseded")
        facts = self.facts[version]
        return told("ended" if "prev" in facts and "until" in facts else "in_force")

    def _proposed(self, version: bytes) -> Told:
        missing = [each for each in parties_of(self.facts[version]) if tally(version, each, self._memory) == NO]
        weak = [each for each in self.prev(version) if self._force[each] == NO]
        return told("proposed", Reason.T_MISSING, missing or weak)
