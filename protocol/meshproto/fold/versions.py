"""Which version of an agreement is in force, and which is frozen beside another (09-agreements 2.2)."""

from typing import Any

from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.rulings import Rulings
from meshproto.fold.tallies import (
    CONTESTED,
    NO,
    YES,
    Told,
    accepts_by,
    kth_best,
    least,
    shaken_accepts,
    tallies,
    told,
)
from meshproto.records.reasons import Reason
from meshproto.types.agreement import parties_of


class Versions:
    """The versions of one agreement, as of all that is decided."""

    def __init__(self, scope: bytes, memory: Memory) -> None:
        self._scope, self.memory = scope, memory
        self.rulings = Rulings(scope, self.force, memory)
        ids = [key[len(scope) :] for key, _ in memory.scan("versions", scope)]
        self.facts: dict[bytes, dict[str, Any]] = {each: version_of(memory, each).facts for each in ids}
        self._force: dict[bytes, int] = {}
        self._tallies: dict[bytes, dict[bytes, int]] = {}
        self._before: dict[bytes, frozenset[bytes]] = {}
        self.in_force = [each for each in ids if self.force(each) == YES]
        self._passed = {each: found for each in self.in_force if (found := self._passing(each))}
        self._rivals = {each: self._rivals_of(each) for each in self.in_force}

    def tally(self, target: bytes, agent: bytes) -> int:
        """How far an agent has accepted a record that is no resolution."""
        # SPEC 09-agreements 2.1: yes if one of the accepts of t by a is *yes* or upheld (2.3), contested if there are
        # only contested ones, no if there is none.
        if target not in self._tallies:
            self._tallies[target] = tallies(target, self.memory)
        level = self._tallies[target].get(agent, NO)
        if level == CONTESTED and any(map(self.rulings.is_upheld, accepts_by(target, agent, self.memory))):
            return YES
        return level

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
        levels = {each: self.tally(version, each) for each in self._signers(version)}
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

    def _passing(self, version: bytes) -> list[bytes]:
        """The resolutions by which another was picked that this one neither follows nor was brought together with."""
        found = []
        for ruling, pick in self.rulings.passing({version, *self.before(version)}):
            if self.force(pick) != NO and pick not in self.before(version) and not self._is_joined(version, pick):
                found.append(ruling)
        return found

    def _is_joined(self, one: bytes, other: bytes) -> bool:
        """Whether a version that is in force comes after both."""
        return any({one, other} <= self.before(each) for each in self.in_force)

    def _rivals_of(self, version: bytes) -> list[bytes]:
        if version in self._passed:
            return []
        return [
            other
            for other in self.in_force
            if other not in (version, *self._passed, *self.before(version))
            and version not in self.before(other)
            and not self._is_joined(version, other)
        ]

    def rivals(self, version: bytes) -> list[bytes]:
        """The siblings with which a version is in conflict."""
        return self._rivals.get(version, [])

    def footing(self, version: bytes) -> int:
        """How well a distribution under a version stands."""
        level, line = self.force(version), (version, *self.before(version))
        if level == YES and (version in self._passed or any(self.rivals(each) for each in line)):
            return CONTESTED
        return level

    @property
    def standing(self) -> bytes:
        """The version by which things are shown."""
        good = [each for each in self.in_force if each not in self._passed]
        after = {each for version in good for each in self.before(version)}
        return min((each for each in good if each not in after), default=self._scope)

    def told(self, version: bytes) -> Told:
        """The state of a version."""
        level = self.force(version)
        if level == NO:
            return self._proposed(version)
        if level == CONTESTED:
            shaken = shaken_accepts(version, self._signers(version), self.memory)
            weak = [each for each in self.prev(version) if self._force[each] == CONTESTED]
            return told("contested", Reason.C_RESTS, shaken or weak)
        if version in self._passed:
            return told("contested", Reason.R_DECIDED, self._passed[version])
        if self.rivals(version):
            return told("conflict", Reason.K_CONFLICT, self.rivals(version))
        if any(version in self.before(each) for each in self.in_force):
            return told("superseded")
        facts = self.facts[version]
        return told("ended" if "prev" in facts and "until" in facts else "in_force")

    def _proposed(self, version: bytes) -> Told:
        missing = [each for each in parties_of(self.facts[version]) if self.tally(version, each) == NO]
        weak = [each for each in self.prev(version) if self._force[each] == NO]
        return told("proposed", Reason.T_MISSING, missing or weak)
