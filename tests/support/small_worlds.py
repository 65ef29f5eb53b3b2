"""Three people, an open network and a closed one, in which anything is written, also from an old copy."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from meshproto.records.ids import ext
from meshproto.records.record import Record
from meshproto.types import coordination, identity, repair, value
from scripts.vectors.cases import key, network, person, private_part, record, work

PEOPLE = {name: person(name) for name in ("alice", "bob", "carol")}
OPEN = network("garden", PEOPLE["alice"], PEOPLE["bob"])
CLOSED = network("shed", PEOPLE["carol"], is_open=False)
DEEDS = [
    "work",
    "thank",
    "project",
    "edit",
    "join",
    "delta",
    "retract",
    "replace",
    "erase",
    "far",
    "odd",
    "later",
    "join",
]
AIMS = {
    "thank": ("contribution",),
    "edit": ("project",),
    "delta": ("contribution",),
    "retract": ("contribution", "recognition"),
    "replace": ("contribution", "correction"),
    "erase": ("contribution",),
}
STEP = st.tuples(
    st.sampled_from(DEEDS), st.sampled_from(sorted(PEOPLE)), st.sampled_from("PNC"), st.booleans(), st.integers(0, 99)
)


@dataclass
class World:
    """Records as three people write them, sometimes from an old copy."""

    records: list[Record] = field(default_factory=lambda: [*PEOPLE.values(), OPEN, CLOSED])
    logs: dict[tuple[str, bytes], list[Record]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, scope in (("alice", OPEN), ("bob", OPEN), ("carol", CLOSED)):
            self.write(name, scope, "countersign", identity.accept(scope.id), fork=False, deps=())

    def write(
        self, name: str, scope: Record, type_: str, facts: dict[str, Any], *, fork: bool, deps: tuple[bytes, ...]
    ) -> None:
        agent = PEOPLE[name]
        log = self.logs.setdefault((name, scope.id), [scope] if scope is agent else [])
        before = log[-2] if fork and len(log) > 1 else log[-1] if log else None
        private = private_part(name) if type_ == "contribution" else None
        one = record(key(name), type_, facts, before=before, scope=scope.id, agent=agent.id, deps=deps, private=private)
        if one not in self.records:
            self.records.append(one)
            log.append(one)

    def do(self, deed: str, name: str, where: str, fork: bool, pick: int) -> None:
        agent, scope = PEOPLE[name], {"P": PEOPLE[name], "N": OPEN, "C": CLOSED}[where]
        near = [each for each in self.records if bytes(each.home) == scope.id]
        fit = [each for each in near if each.type in AIMS.get(deed, ()) and (each.agent == agent.id or deed == "edit")]
        # Mostly aim at what the deed is meant for, so that most records are valid; sometimes at anything.
        targets = fit if fit and pick % 10 else near
        type_, facts = _said(deed, agent, self.records[pick % len(self.records)], targets[pick % len(targets)], pick)
        accepts = [each.id for each in near if each.type == "countersign"]
        deps = tuple(accepts if pick % 10 else accepts[:1])
        self.write(name, scope, type_, facts, fork=fork and pick % 3 == 0, deps=deps)


def _said(deed: str, agent: Record, some: Record, target: Record, pick: int) -> tuple[str, dict[str, Any]]:
    match deed:
        case "work":
            others = [each.id for each in PEOPLE.values() if each is not agent]
            return "contribution", work(1 + pick, beneficiaries=others[: pick % 3])
        case "thank":
            return "recognition", value.recognition(to=[PEOPLE["bob"].id], for_=target.id)
        case "project" | "edit":
            edited = [target.id] if deed == "edit" else []  # a project that is edited twice is in conflict
            return "project", coordination.project(supersedes=edited, state="done" if pick % 2 else "idea")
        case "join":
            return "grant", identity.join(agent.id)
        case "delta":
            return "correction", repair.delta(target.id, qty=value.Measure(-pick, pick % 3, "MIN"))
        case "retract":
            return "correction", repair.retract(target.id)
        case "replace":
            corrections = [target.id] if target.type == "correction" else []
            aim = target.facts.get("target", target.id)
            return "correction", repair.replace(aim, supersedes=corrections)
        case "erase":
            return "erasure", repair.erasure([target.id])
        case "far":
            return "erasure", repair.erasure([ext(some.id)])
        case "odd":
            return "contribution", work(of=some.id)
        case _:
            return "later", {"about": some.id}


def world_of(steps: list[tuple[str, str, str, bool, int]]) -> list[Record]:
    """The records of some steps."""
    world = World()
    for step in steps:
        world.do(*step)
    return world.records
