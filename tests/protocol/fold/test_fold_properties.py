"""The state is a function of the set of records: any order, repetition or interruption gives the same."""

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Standing, Status
from meshproto.fold.state import digests
from meshproto.records.encoding import decode, encode
from meshproto.records.record import Record, read_header
from tests.support.byzantine.checks import Followed
from tests.support.small_worlds import STEP, world_of

pytestmark = pytest.mark.no_cover  # the same stories in other orders: the vectors take their branches

VECTORS = Path(__file__).parents[3] / "protocol" / "vectors"
STORIES = [
    case
    for name in ("folds", "authority", "agreements")
    for case in json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"]
]


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
    if isinstance(value, msgspec.Struct):
        value = msgspec.structs.astuple(value)
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


@given(st.lists(STEP, max_size=30), st.randoms(use_true_random=False), st.integers(1, 12))
def test_slices_leave_the_same_memory_as_one_by_one(steps: Any, chance: random.Random, length: int) -> None:
    records = world_of(steps)
    chance.shuffle(records)
    singly, sliced = Followed().add(records), Followed()
    for at in range(0, len(records), length):
        sliced.add_at_once(records[at : at + length])
    assert (sliced.settled().rows, sliced.told) == (singly.rows, singly.told)


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
