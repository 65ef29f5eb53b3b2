"""How all in an agreement stands (09-agreements 2 to 5.4), by the text."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from meshproto.records.record import Record
from meshproto.types.agreement import approvers_of, attesters_of, electors_of, parties_of
from tests.support.reference.rulings import Decided
from tests.support.reference.sharing import chain, heads, usable, versions_before
from tests.support.reference.world import World

NO, CONTESTED, YES = 0, 1, 2


class Stand(NamedTuple):
    """A state and why it is so."""

    state: str
    reason: str = ""
    ids: tuple[bytes, ...] = ()


def stand(state: str, reason: str, ids: Iterable[bytes]) -> Stand:
    """A state with at most 16 causes."""
    return Stand(state, reason, tuple(sorted({*ids})[:16]))


def _remembered(question: Callable[..., object]) -> Callable[..., object]:
    """A question that is answered once."""
    answers: dict[object, object] = {}

    def ask(*about: object) -> object:
        key = tuple(each.id if isinstance(each, Record) else each for each in about)
        if key not in answers:
            answers[key] = question(*about)
        return answers[key]

    return ask


class Lineage:
    """One agreement, once all statuses are known."""

    def __init__(self, world: World, scope: bytes) -> None:
        self.world = world
        self.all = [each for each in world.records if world.records[each].home == scope and world.valid(each)]
        self.scope = scope
        self.versions: dict[bytes, Record] = {each.id: each for each in world.within(self.all, "agreement")}
        self.shared: dict[bytes, Record] = {each.id: each for each in world.within(self.all, "distribution")}
        # Each of these is asked again and again, and what it is does not change any more.
        for name in (
            "tally",
            "plain_tally",
            "force",
            "conflicts",
            "passed",
            "solidity",
            "rivals",
            "overtaken",
            "level",
        ):
            setattr(self, name, _remembered(getattr(self, name)))
        self.decided = Decided(world, [*world.within(self.all, "resolution")], self.force, self.plain_tally)

    def counts(self, record_id: bytes) -> bool:
        """Whether a record counts."""
        return self.world.counts_as(record_id, self.world.said[record_id])

    def tally(self, target: bytes, agent: bytes) -> int:
        """2.1."""
        accepts = [each for each in self.world.accepts(target, self.all) if each.agent == agent]
        upheld = any(self.decided.said(each.id) == "uphold" for each in accepts)
        return YES if upheld else self.plain_tally(target, agent)

    def plain_tally(self, target: bytes, agent: bytes) -> int:
        """2.1, of what nobody upholds."""
        accepts = [each for each in self.world.accepts(target, self.all) if each.agent == agent]
        levels = [YES if self.world.said[each.id].status == "yes" else CONTESTED for each in accepts]
        return max(levels, default=NO)

    def shaken(self, target: bytes, agents: Iterable[bytes]) -> list[bytes]:
        """The contested accepts of a record."""
        accepts = [each for each in self.world.accepts(target, self.all) if each.agent in [*agents]]
        return [each.id for each in accepts if self.world.said[each.id].status != "yes"]

    def force(self, version: bytes) -> int:
        """2.2."""
        facts = self.versions[version].facts
        levels = []
        bound: set[bytes] = set()
        for prev in facts.get("prev", []):
            before = self.versions[prev].facts
            parties = parties_of(before)
            bound |= {*parties}
            k = len(parties) if before["amendment"] == "all" else before["amendment"]["k"]
            levels += [self.force(prev), sorted((self.tally(version, each) for each in parties), reverse=True)[k - 1]]
        levels += [self.tally(version, each) for each in parties_of(facts) if each not in bound]
        return min(levels)

    def follows(self, one: bytes, other: bytes) -> bool:
        """Whether a version follows another."""
        return other in versions_before(self.world, one)

    def conflicts(self, version: bytes) -> list[bytes]:
        """The siblings with which a version is in conflict."""
        if self.force(version) != YES or self.passed(version):
            return []
        strong = [each for each in self.versions if self.force(each) == YES]
        return [
            other
            for other in strong
            if other != version
            and not self.passed(other)
            and not self.follows(other, version)
            and not self.follows(version, other)
            and not any(self.follows(each, version) and self.follows(each, other) for each in strong)
        ]

    def passed(self, version: bytes) -> list[bytes]:
        """2.3: the resolutions by which a version is passed over."""
        if self.force(version) != YES:
            return []

        def is_apart(pick: bytes) -> bool:
            strong = [each for each in self.versions if self.force(each) == YES]
            joined = any(self.follows(each, version) and self.follows(each, pick) for each in strong)
            return self.force(pick) != NO and not self.follows(version, pick) and not joined

        return self.decided.passing([version, *versions_before(self.world, version)], is_apart)

    def standing(self) -> Record:
        """The standing version."""
        strong = [each for each in self.versions if self.force(each) == YES and not self.passed(each)]
        ends = [each for each in strong if not any(self.follows(other, each) for other in strong)]
        return self.versions[min(ends, default=self.scope)]

    def version(self, version: bytes) -> Stand:
        """The state of a version."""
        facts, level = self.versions[version].facts, self.force(version)
        prev = facts.get("prev", [])
        if level == NO:
            missing = [each for each in parties_of(facts) if self.tally(version, each) == NO]
            return stand("proposed", "T-MISSING", missing or [each for each in prev if self.force(each) == NO])
        if level == CONTESTED:
            signers = {each for some in (version, *prev) for each in parties_of(self.versions[some].facts)}
            weak = [each for each in prev if self.force(each) == CONTESTED]
            return stand("contested", "C-RESTS", self.shaken(version, signers) or weak)
        if self.passed(version):
            return stand("contested", "R-DECIDED", self.passed(version))
        if self.conflicts(version):
            return stand("conflict", "K-CONFLICT", self.conflicts(version))
        if any(self.follows(each, version) for each in self.versions if self.force(each) == YES):
            return Stand("superseded")
        return Stand("ended" if prev and "until" in facts else "in_force")

    def is_vacant(self, version: bytes) -> bool:
        """2.5: whether nobody answers for something under a version."""
        if version != self.standing().id or self.version(version).state != "in_force":
            return False
        duties = self.world.listed(self.versions[version], "responsibility")
        answered = {(each["to"], each["scope"]) for each in duties if self.answers(version, each["final"])}
        return any((each["to"], each["scope"]) not in answered for each in duties)

    def answers(self, version: bytes, agent: bytes) -> bool:
        """2.5: whether an agent has signed a version and not declined it since."""
        said = [
            each
            for each in self.world.within(self.all, "countersign")
            if each.facts["target"] == version and each.agent == agent and self.world.said[each.id].status == "yes"
        ]
        accepts = [each for each in said if each.facts["decision"] == "accept"]
        return self.tally(version, agent) == YES and all(
            any(each.id in self.world.past[accept.id] for accept in accepts)
            for each in said
            if each.facts["decision"] == "decline"
        )

    def work(self, record: Record) -> str:
        """3.2, for a contribution that is not retracted."""
        facts = self.standing().facts
        said = heads(self.world, record.id, self.all, self.counts)
        eligible = {agent: some for agent, some in said.items() if agent in attesters_of(facts)}
        refusing = [some for some in eligible.values() if any(each.facts["verdict"] == "reject" for each in some)]
        if len(eligible) - len(refusing) >= facts["ack"]["min"]:
            return "acknowledged"
        return "rejected" if refusing else "claimed"

    def income(self, record: Record) -> Stand:
        """4."""
        good = usable(self.world, record, self.standing(), self.counts, self.all)
        return Stand("confirmed" if good else "declared")

    def two_sided(self, record: Record, sides: tuple[str, str], states: tuple[str, str, str]) -> Stand:
        """4: a settlement or commitment."""
        other = next(record.facts[each] for each in sides if record.facts[each] != record.agent)
        holds = self.counts(record.id) or self.decided.said(record.id) == "uphold"
        level = min(self.tally(record.id, other), YES if holds else CONTESTED)
        if level == CONTESTED:
            return stand("contested", "C-RESTS", self.shaken(record.id, [other]))
        return Stand(states[level])

    def resolution(self, record: Record) -> Stand:
        """2.3: its state."""
        level, version = self.decided.level(record), record.facts["agreement"]
        electors, _ = electors_of(self.versions[version].facts)
        if level == NO:
            missing = [each for each in electors if self.tally(record.id, each) == NO]
            return stand("open", "T-MISSING", missing or [version])
        if level == CONTESTED:
            return stand("contested", "C-RESTS", self.shaken(record.id, electors) or [version])
        against = self.decided.against(record)
        return stand("carried", "R-RIVAL", against) if against else Stand("carried")

    def footing(self, version: bytes) -> int:
        """5.4."""
        shaken = any(self.conflicts(each) for each in (version, *versions_before(self.world, version)))
        return CONTESTED if self.force(version) == YES and (shaken or self.passed(version)) else self.force(version)

    def approval(self, record: Record) -> int:
        """5.4."""
        version = self.versions[record.facts["agreement"]].facts
        who = approvers_of(version)
        k = len(who) if isinstance(version["approval"], str) else version["approval"]["k"]
        approval = sorted((self.tally(record.id, each) for each in who), reverse=True)[k - 1]
        return min([approval, *(self.tally(record.id, each) for each in self.losing(record))])

    def losing(self, record: Record) -> list[bytes]:
        """5.4: who must consent to what is restated."""
        return [line[0] for line in record.facts["lines"] if "restates" in record.facts and line[1] + line[2] < 0]

    def solidity(self, record: Record) -> int:
        """5.4."""
        prev = record.facts.get("prev")
        before = self.solidity(self.shared[prev]) if prev else YES
        return min(self.footing(record.facts["agreement"]), self.approval(record), before)

    def rivals(self, record: Record) -> list[bytes]:
        """5.4."""
        if self.solidity(record) != YES or self.overtaken(record):
            return []
        return [
            other.id
            for other in self.shared.values()
            if other != record
            and self.solidity(other) == YES
            and not self.overtaken(other)
            and other not in chain(self.world, record)
            and record not in chain(self.world, other)
            and (
                other.facts.get("prev") == record.facts.get("prev")
                or {*other.facts["incomes"]} & {*record.facts["incomes"]}
            )
        ]

    def overtaken(self, record: Record) -> list[bytes]:
        """2.3: the resolutions by which a distribution is passed over."""
        if self.solidity(record) != YES:
            return []
        line = [*(each.id for each in chain(self.world, record)), record.id]
        return self.decided.passing(line, lambda pick: self.solidity(self.shared[pick]) != NO)

    def level(self, record: Record) -> int:
        """5.4."""
        own = CONTESTED if self.rivals(record) or self.overtaken(record) else self.solidity(record)
        prev = record.facts.get("prev")
        return min(own, self.level(self.shared[prev]) if prev else YES)

    def distribution(self, record: Record) -> Stand:
        """5.4: its state."""
        level, version = self.level(record), record.facts["agreement"]
        who = approvers_of(self.versions[version].facts) + self.losing(record)
        if level == YES:
            return Stand("effective")
        if level == NO:
            return stand("proposed", "T-MISSING", [each for each in who if self.tally(record.id, each) == NO])
        if self.overtaken(record):
            return stand("contested", "R-DECIDED", self.overtaken(record))
        if self.rivals(record):
            return stand("contested", "R-RIVAL", self.rivals(record))
        if self.footing(version) < self.force(version):
            return stand("contested", "K-CONFLICT", [version])
        prev = record.facts.get("prev")
        weak = prev if prev and self.level(self.shared[prev]) == CONTESTED else version
        return stand("contested", "C-RESTS", self.shaken(record.id, who) or [weak])

    def stand(self, record: Record) -> Stand | None:
        """How a record stands, contributions apart; None if it has no state here."""
        match record.type:
            case "agreement":
                return self.version(record.id)
            case "resolution":
                return self.resolution(record)
            case "income":
                return self.income(record)
            case "distribution":
                return self.distribution(record)
            case "settlement":
                return self.two_sided(record, ("from", "to"), ("declared", "contested", "confirmed"))
            case "commitment":
                return self.two_sided(record, ("provider", "receiver"), ("proposed", "contested", "in_force"))
            case _:
                return None
