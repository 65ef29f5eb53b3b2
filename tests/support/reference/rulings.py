"""Resolutions of agreements, by the text (04-fold 4.5, 09-agreements 2.3)."""

from collections.abc import Callable, Sequence

from meshproto.records.record import Record
from meshproto.types.agreement import electors_of, parties_of
from tests.support.reference.sharing import chain, versions_before
from tests.support.reference.validity import Case, refuse
from tests.support.reference.world import World

NO, CONTESTED, YES = 0, 1, 2
PICKED = ("agreement", "distribution")
PAYMENTS = ("settlement", "commitment")


def check_ruling(case: Case) -> None:
    """4.5."""
    world, record, facts = case.world, case.record, case.record.facts
    version = world.records[facts["agreement"]]
    if not _is_here(case, version.id, "agreement"):
        raise refuse("I-RULE", version.id, detail="agreement")
    if record.agent not in electors_of(version.facts)[0]:
        raise refuse("X-SCOPE", version.id)
    for each in facts["prev"]:
        if not _is_here(case, each, "resolution"):
            raise refuse("I-RULE", each, detail="prev")
    for each in facts["about"]:
        if not (_may_be_picked(case, each) if "pick" in facts else _may_be_upheld(case, each, version)):
            raise refuse("I-RULE", each, detail="about")
    for each in facts["about"]:
        if "pick" in facts and _comes_after(world, each) & {*facts["about"]}:
            raise refuse("I-RULE", each, detail="about")
    grounds = [found for each in facts["about"] if (found := _grounds(world, each)) is not None]
    shared = set.intersection(*grounds) if grounds else {version.id}
    newer = [each for each in shared if version.id in versions_before(world, each)]
    if version.id not in shared or newer:
        raise refuse("I-RULE", version.id, detail="agreement")


def _is_here(case: Case, each: bytes, *types: str) -> bool:
    record = case.world.records[each]
    return record.type in types and record.home == case.record.home and case.world.valid(each)


def _may_be_picked(case: Case, each: bytes) -> bool:
    type_ = case.world.records[case.record.facts["pick"]].type
    return type_ in PICKED and _is_here(case, each, type_)


def _may_be_upheld(case: Case, each: bytes, version: Record) -> bool:
    world, record = case.world, case.world.records[each]
    if not any(world.of(each, party) for party in parties_of(version.facts)):
        return False
    if _is_here(case, each, "countersign") and world.is_accept(record):
        return world.records[record.facts["target"]].type in (*PICKED, *PAYMENTS)
    return _is_here(case, each, *PAYMENTS)


def _comes_after(world: World, each: bytes) -> set[bytes]:
    record = world.records[each]
    if record.type == "agreement":
        return versions_before(world, each)
    return {other.id for other in chain(world, record)}


def _grounds(world: World, each: bytes) -> set[bytes] | None:
    record = world.records[each]
    if record.type == "countersign":
        return _grounds(world, record.facts["target"])
    if record.type == "agreement":
        return versions_before(world, each)
    version = record.facts.get("agreement")
    return {version, *versions_before(world, version)} if version else None


class Decided:
    """What was decided about an agreement."""

    def __init__(
        self,
        world: World,
        resolutions: list[Record],
        force: Callable[[bytes], int],
        tally: Callable[[bytes, bytes], int],
    ) -> None:
        """`force` is that of a version, `tally` that of a resolution by an elector."""
        self.world, self.all, self.force, self.tally = world, resolutions, force, tally
        self.levels: dict[bytes, int] = {}

    def level(self, record: Record) -> int:
        """How far a resolution is carried."""
        if record.id not in self.levels:
            self.levels[record.id] = self._find_level(record)
        return self.levels[record.id]

    def _find_level(self, record: Record) -> int:
        version = self.world.records[record.facts["agreement"]]
        electors, needed = electors_of(version.facts)
        votes = sorted((self.tally(record.id, each) for each in electors), reverse=True)[needed - 1]
        own = YES if self.world.said[record.id].status == "yes" else CONTESTED
        return min(self.force(version.id), own, votes)

    def on(self, subject: bytes) -> list[Record]:
        """The resolutions that stand on a record."""
        carried = [each for each in self.all if subject in each.facts["about"] and self.level(each) == YES]
        return [each for each in carried if not any(each.id in other.facts["prev"] for other in carried)]

    def word(self, record: Record, subject: bytes) -> str:
        """What a resolution says of something it is about."""
        outcome: str = record.facts["outcome"]
        return outcome if record.facts.get("pick", subject) == subject else "passed over"

    def said(self, subject: bytes) -> str:
        """What was decided about something; empty if nothing was."""
        words = {self.word(each, subject) for each in self.on(subject)}
        return next(iter(words)) if len(words) == 1 else ""

    def passing(self, line: Sequence[bytes], is_strong: Callable[[bytes], bool]) -> list[bytes]:
        """The resolutions that pass over one of some records for another."""
        return [
            each.id
            for subject in line
            if self.said(subject) == "passed over"
            for each in self.on(subject)
            if is_strong(each.facts["pick"])
        ]

    def against(self, record: Record) -> list[bytes]:
        """The resolutions that contradict one."""
        return [
            other.id
            for subject in record.facts["about"]
            if record in self.on(subject)
            for other in self.on(subject)
            if self.word(other, subject) != self.word(record, subject)
        ]
