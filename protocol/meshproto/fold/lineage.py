"""How everything in an agreement stands, as of all that is decided (09-agreements 2 to 5)."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from meshproto.fold.attesting import counts_now, state_of_work
from meshproto.fold.concerns import Concern, concern_of, concerns_in, read_concern
from meshproto.fold.duties import VACANT, vacant_duties
from meshproto.fold.lineages import version_of
from meshproto.fold.memory import Memory
from meshproto.fold.sharing import is_usable
from meshproto.fold.standing import row_of
from meshproto.fold.tallies import CONTESTED, NO, YES, Told, kth_best, least, shaken_accepts, told
from meshproto.fold.versions import Versions
from meshproto.records.encoding import Value
from meshproto.records.reasons import Reason
from meshproto.types.accounts import losers_of
from meshproto.types.agreement import approvers_of

NOWHERE = Told("")
_STATES = {NO: "proposed", CONTESTED: "contested", YES: "effective"}


def read_stand(memory: Memory, record_id: bytes) -> Told:
    """How a record of an agreement stands that is not a contribution, as it was told last."""
    row = memory.get("stands_at", record_id)
    if row is None:
        return NOWHERE
    state, reason, ids, flags = cast(tuple[str, str, list[bytes], list[str]], row)
    return Told(state, Reason(reason) if reason else None, tuple(ids), tuple(flags))


def state_of_contribution(record_id: bytes, scope: bytes, memory: Memory) -> str:
    """What a contribution in an agreement is that nobody has retracted."""
    standing = cast(bytes, memory.get("governs", scope))
    return state_of_work(record_id, version_of(memory, standing).facts, memory)


def settle(scope: bytes, memory: Memory) -> list[bytes]:
    """Find out how all in an agreement stands now; gives the records that stand otherwise than before."""
    lineage = _Lineage(scope, memory)
    changed = []
    for record_id, found in lineage.told():
        if read_stand(memory, record_id) != found:
            reason = found.reason.value if found.reason else ""
            row: list[Value] = [found.state, reason, [*found.ids], [*found.flags]]
            memory.put("stands_at", record_id, row)
            changed.append(record_id)
    standing = lineage.versions.standing
    if memory.get("governs", scope) != standing:
        memory.put("governs", scope, standing)
        changed += lineage.of("contribution")
    return changed


class _Lineage:
    """All of an agreement at once."""

    def __init__(self, scope: bytes, memory: Memory) -> None:
        self._scope, self._memory = scope, memory
        self.versions = Versions(scope, memory)
        self._shared = {each: concern_of(memory, each).facts for each in self.of("distribution")}
        self._lines: dict[bytes, tuple[bytes, ...]] = {b"": ()}
        self._solid: dict[bytes, int] = {}
        self._levels: dict[bytes, int] = {}
        self._approvals = {each: self._approval(each) for each in self._shared}
        for each in self._shared:
            self._find_solidity(each)
        solid = [each for each, level in self._solid.items() if level == YES]
        self._passed = {each: found for each in solid if (found := self._passing(each))}
        self._rivals = self._find_rivals()

    def of(self, type_: str) -> list[bytes]:
        """The valid records of a type, by id."""
        return concerns_in(self._scope, type_, self._memory)

    def told(self) -> Iterator[tuple[bytes, Told]]:
        """How each record stands that has a state here, contributions apart."""
        standing = self.versions.standing
        for version in self.versions.facts:
            told_of = self.versions.told(version)
            is_vacant = version == standing and told_of.state == "in_force" and bool(vacant_duties(self.versions))
            yield version, told_of._replace(flags=(VACANT,)) if is_vacant else told_of
        for each in self.versions.rulings.facts:
            yield each, self.versions.rulings.told(each)
        for each in self._shared:
            yield each, self._told_of(each)
        terms = self.versions.facts[standing]
        for each in self.of("income"):
            said = concern_of(self._memory, each)
            usable = is_usable(each, said, terms, counts_now(self._memory), self._memory)
            yield each, told("confirmed" if usable else "declared")
        for each in self.of("settlement"):
            yield each, self._told_of_bond(each, "to", {NO: "declared", CONTESTED: "contested", YES: "confirmed"})
        for each in self.of("commitment"):
            yield each, self._told_of_bond(each, "receiver", {NO: "proposed", CONTESTED: "contested", YES: "in_force"})

    def _told_of_bond(self, record_id: bytes, to: str, states: Mapping[int, str]) -> Told:
        """How a payment or promise stands, which its author and the other side make together."""
        said = concern_of(self._memory, record_id)
        side = said.facts[to] if said.facts[to] != said.agent else said.facts["from" if to == "to" else "provider"]
        holds = row_of(self._memory, record_id).counts or self.versions.rulings.is_upheld(record_id)
        level = min(self.versions.tally(record_id, side), YES if holds else CONTESTED)
        if level != CONTESTED:
            return told(states[level])
        return told(states[level], Reason.C_RESTS, shaken_accepts(record_id, [side], self._memory))

    # Distributions.

    def _line(self, distribution: bytes) -> tuple[bytes, ...]:
        """The distributions up to this one, the first one first."""
        here, more = distribution, list[bytes]()
        while here not in self._lines:
            more.append(here)
            here = self._shared[here].get("prev", b"")
        for each in reversed(more):
            self._lines[each] = (*self._lines[here], each)
            here = each
        return self._lines[distribution]

    def _approvers(self, distribution: bytes) -> tuple[list[bytes], int]:
        version = self.versions.facts[self._shared[distribution]["agreement"]]
        approvers, approval = approvers_of(version), version["approval"]
        return approvers, len(approvers) if isinstance(approval, str) else approval["k"]

    def _approval(self, distribution: bytes) -> int:
        approvers, k = self._approvers(distribution)
        approval = kth_best([self.versions.tally(distribution, each) for each in approvers], k)
        return min((approval, *(self.versions.tally(distribution, each) for each in self._losers(distribution))))

    def _losers(self, distribution: bytes) -> list[bytes]:
        return losers_of(self._shared[distribution])

    def _find_solidity(self, distribution: bytes) -> None:
        for each in self._line(distribution):
            if each not in self._solid:
                facts = self._shared[each]
                before = self._solid[facts["prev"]] if "prev" in facts else YES
                self._solid[each] = least((self.versions.footing(facts["agreement"]), self._approvals[each], before))

    def _find_rivals(self) -> dict[bytes, list[bytes]]:
        solid = [each for each, level in self._solid.items() if level == YES and each not in self._passed]
        clashing: dict[bytes, list[bytes]] = {}
        for each in solid:
            for what in self._clashes_over(each):
                clashing.setdefault(what, []).append(each)
        rivals: dict[bytes, list[bytes]] = {}
        for one in solid:
            others = {other for what in self._clashes_over(one) for other in clashing[what]} - {one}
            found = [other for other in solid if other in others and not self._is_of_chain(one, other)]
            if found:
                rivals[one] = found
        return rivals

    def _clashes_over(self, distribution: bytes) -> list[bytes]:
        """What another distribution that is not of the same chain must not have: the one before it, and incomes."""
        facts = self._shared[distribution]
        return [b"prev" + facts.get("prev", b""), *facts["incomes"]]

    def _is_of_chain(self, one: bytes, other: bytes) -> bool:
        return one in self._line(other) or other in self._line(one)

    def _passing(self, distribution: bytes) -> list[bytes]:
        """The resolutions by which another distribution was picked than this one, or one that it comes after."""
        line = self._line(distribution)
        return [ruling for ruling, pick in self.versions.rulings.passing(line) if self._solid[pick] != NO]

    def _level(self, distribution: bytes) -> int:
        for each in self._line(distribution):
            if each not in self._levels:
                facts = self._shared[each]
                is_frozen = each in self._rivals or each in self._passed
                own = min(self._solid[each], CONTESTED) if is_frozen else self._solid[each]
                self._levels[each] = min(own, self._levels[facts["prev"]] if "prev" in facts else YES)
        return self._levels[distribution]

    def _told_of(self, distribution: bytes) -> Told:
        level, facts = self._level(distribution), self._shared[distribution]
        signers = [*self._approvers(distribution)[0], *self._losers(distribution)]
        if level == YES:
            return told("effective")
        if level == NO:
            missing = [each for each in signers if self.versions.tally(distribution, each) == NO]
            return told("proposed", Reason.T_MISSING, missing)
        if distribution in self._passed:
            return told("contested", Reason.R_DECIDED, self._passed[distribution])
        if distribution in self._rivals:
            return told("contested", Reason.R_RIVAL, self._rivals[distribution])
        version: bytes = facts["agreement"]
        if self.versions.footing(version) != self.versions.force(version):
            return told("contested", Reason.K_CONFLICT, [version])
        shaken = shaken_accepts(distribution, signers, self._memory)
        weak = [facts["prev"]] if "prev" in facts and self._level(facts["prev"]) == CONTESTED else [version]
        return told("contested", Reason.C_RESTS, shaken or weak)


def scope_of(memory: Memory, home: int) -> bytes:
    """The agreement scope with a local number; empty if it is another kind of scope."""
    return cast(bytes, memory.get("lineage", home.to_bytes(8, "big")) or b"")


def subject_of(memory: Memory, record_id: bytes) -> list[bytes]:
    """The contribution that an attestation or correction is about, whose state may hang on it."""
    said: Concern | None = read_concern(memory, record_id)
    facts: dict[str, Any] = said.facts if said else {}
    return [facts[each] for each in ("subject", "target") if each in facts]
