"""The state is a function of the set of records: any order, repetition or interruption gives the same."""

import json
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Standing, Status
from meshproto.fold.state import digests
from meshproto.records.encoding import decode, encode
from meshproto.records.ids import ext
from meshproto.records.record import Record, read_header
from meshproto.types import coordination, identity, repair, value
from scripts.vectors.cases import key, network, person, private_part, record, work

VECTORS = Path(__file__).parents[3] / "protocol" / "vectors"
STORIES = [
    case
    for name in ("folds", "authority", "agreements")
    for case in json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
]
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
    world = World()
    for step in steps:
        world.do(*step)
    return world.records


class PlainMemory(DictMemory):
    """A memory that keeps rows as bytes, as one on disk does."""

    def put(self, table: str, key: bytes, value: Any) -> None:
        super().put(table, key, encode([_plain(value)]))

    def get(self, table: str, key: bytes) -> Any:
        raw = super().get(table, key)
        return None if raw is None else decode(raw, text="utf8")[0]  # type: ignore[arg-type, index]  # as put

    def scan(self, table: str, prefix: bytes) -> Any:
        return iter([(key, decode(raw, text="utf8")[0]) for key, raw in super().scan(table, prefix)])  # type: ignore[arg-type, index]  # as put


def _plain(value: Any) -> Any:
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def folded(records: list[Record], memory: DictMemory) -> tuple[dict[bytes, bytes], dict[bytes, Standing | None]]:
    fold = Fold(memory)
    for each in records:
        fold.add(each)
    return digests(memory), {each.id: fold.standing(each.id) for each in records}


@given(st.lists(STEP, max_size=30), st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_the_same_state(steps: Any, chance: random.Random) -> None:
    records = world_of(steps)
    mixed = [*records, *chance.sample(records, len(records) // 2)]
    chance.shuffle(mixed)
    (one, standings), (other, again) = folded(records, DictMemory()), folded(mixed, DictMemory())
    assert one == other
    assert standings == again


@given(st.lists(STEP, max_size=30), st.randoms(use_true_random=False))
def test_the_last_change_told_of_a_record_is_its_standing(steps: Any, chance: random.Random) -> None:
    records = world_of(steps)
    chance.shuffle(records)
    fold, told = Fold(DictMemory()), dict[bytes, Standing]()
    for each in records:
        for change in fold.add(each):
            told[change.id] = change.standing
    assert told == {each.id: fold.standing(each.id) for each in records}


@given(st.lists(STEP, max_size=20))
def test_a_memory_on_disk_gives_the_same_state(steps: Any) -> None:
    records = world_of(steps)
    assert folded(records, DictMemory()) == folded(records, PlainMemory())


@given(st.lists(STEP, max_size=20), st.integers(0, 10**6))
def test_no_record_is_decided_twice(steps: Any, seed: int) -> None:
    records = world_of(steps)
    random.Random(seed).shuffle(records)
    fold, decided = Fold(DictMemory()), dict[bytes, Status]()
    for each in records:
        for change in fold.add(each):
            before = decided.get(change.id)
            assert before in (None, Status.PENDING, change.standing.status) or (
                (before, change.standing.status) == (Status.ASIDE, Status.YES)
            )
            decided[change.id] = change.standing.status


@given(st.lists(STEP, max_size=20), st.integers(0, 10**6))
def test_two_halves_converge_once_they_have_met(steps: Any, seed: int) -> None:
    records = world_of(steps)
    chance = random.Random(seed)
    left = [each for each in records if chance.random() < 0.6]
    right = [each for each in records if each not in left or chance.random() < 0.3]
    assert folded(left + right, DictMemory())[0] == folded(right + left, DictMemory())[0]


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story["description"])
def test_a_memory_on_disk_tells_the_stories_of_the_vectors_alike(story: dict[str, Any]) -> None:
    records = [read_header(bytes.fromhex(each)) for each in story["input"]["headers"]]
    assert folded(records, DictMemory()) == folded(records, PlainMemory())
