"""What mediators or parties of an agreement have decided about it, as of all that is decided (09-agreements 2.3)."""

from collections.abc import Callable, Collection
from typing import Any

from meshproto.fold.concerns import concern_of, concerns_in
from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.standing import row_of
from meshproto.fold.tallies import CONTESTED, NO, YES, Told, kth_best, shaken_accepts, tally, told
from meshproto.records.reasons import Reason
from meshproto.types.agreement import electors_of
from meshproto.types.rulings import UPHOLD

PASSED_OVER = "passed over"
"""What a pick says of all that it is about and does not pick."""
_STATES = {NO: "open", CONTESTED: "contested", YES: "carried"}


class Rulings:
    """The resolutions of one agreement."""

    def __init__(self, scope: bytes, force: Callable[[bytes], int], memory: Memory) -> None:
        """`force` tells how far a version is in force."""
        self._force, self._memory = force, memory
        ids = concerns_in(scope, "resolution", memory)
        self.facts: dict[bytes, dict[str, Any]] = {each: concern_of(memory, each).facts for each in ids}
        self._about: dict[bytes, list[bytes]] = {}
        for each, facts in self.facts.items():
            for subject in facts["about"]:
                self._about.setdefault(subject, []).append(each)
        self._levels: dict[bytes, int] = {}

    def is_upheld(self, record_id: bytes) -> bool:
        """Whether it was decided that an accept or a payment holds."""
        return self._said_of(record_id) == UPHOLD

    def passing(self, subjects: Collection[bytes]) -> list[tuple[bytes, bytes]]:
        """The resolutions that pass over one of some records, with what they pick instead."""
        found = {
            ruling: self.facts[ruling]["pick"]
            for subject in subjects
            if subject in self._about and self._said_of(subject) == PASSED_OVER
            for ruling in self._on(subject)
        }
        return sorted(found.items())

    def told(self, ruling: bytes) -> Told:
        """The state of a resolution."""
        level, state = self._level(ruling), _STATES[self._level(ruling)]
        version: bytes = self.facts[ruling]["agreement"]
        electors, _ = electors_of(version_of(self._memory, version).facts)
        if level == NO:
            missing = [each for each in electors if tally(ruling, each, self._memory) == NO]
            return told(state, Reason.T_MISSING, missing or [version])
        if level == CONTESTED:
            return told(state, Reason.C_RESTS, shaken_accepts(ruling, electors, self._memory) or [version])
        against = self._against(ruling)
        return told(state, Reason.R_RIVAL, against) if against else told(state)

    def _level(self, ruling: bytes) -> int:
        if ruling not in self._levels:
            version: bytes = self.facts[ruling]["agreement"]
            electors, needed = electors_of(version_of(self._memory, version).facts)
            votes = kth_best([tally(ruling, each, self._memory) for each in electors], needed)
            # SPEC 04-fold 6: has no effect
            own = YES if row_of(self._memory, ruling).counts else CONTESTED
            self._levels[ruling] = min(self._force(version), own, votes)
        return self._levels[ruling]

    def _on(self, subject: bytes) -> list[bytes]:
        """The resolutions that stand on a record."""
        # SPEC 09-agreements 2.3: A resolution of level yes **stands on** each record x in its `about`, unless another
        # of level yes that is about x has it in `prev`.
        carried = [each for each in self._about.get(subject, ()) if self._level(each) == YES]
        gone = {name for each in carried for name in self.facts[each]["prev"]}
        return [each for each in carried if each not in gone]

    def _said_of(self, subject: bytes) -> str:
        """What all that stand on a record say of it; empty if they do not say the same, or none does."""
        words = [self._word(each, subject) for each in self._on(subject)]
        return words[0] if words and words.count(words[0]) == len(words) else ""

    def _word(self, ruling: bytes, subject: bytes) -> str:
        facts = self.facts[ruling]
        outcome: str = facts["outcome"]
        return PASSED_OVER if facts.get("pick", subject) != subject else outcome

    def _against(self, ruling: bytes) -> list[bytes]:
        """The resolutions that stand on the same record as this one and say otherwise."""
        found = []
        for subject in self.facts[ruling]["about"]:
            standing = self._on(subject)
            if ruling in standing:
                word = self._word(ruling, subject)
                found += [each for each in standing if self._word(each, subject) != word]
        return found
