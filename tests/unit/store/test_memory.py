"""The memory of a fold in SQLite keeps the promises of the one in dicts."""

from pathlib import Path
from typing import ClassVar, cast

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from meshnode.store import memory as sqlite_memory
from meshnode.store.views import Views, open_views
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Row
from meshproto.fold.state import digests
from meshproto.records.encoding import Value
from tests.support.scribe import Scribe

NAMES = ("cross", "pending", "head", "attested")
TABLES = st.sampled_from(NAMES)
KEYS = st.binary(min_size=1, max_size=4) | st.sampled_from([b"a" * 32, b"a" * 64, b"\xff" * 40])
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


class MemoryMachine(RuleBasedStateMachine):
    """Does the same to both memories, over slices that end well or are undone."""

    limits: ClassVar = {"ROWS_OF_A_TABLE": 1_000, "ROWS_OF_TABLES": 1_000, "ROWS_REMEMBERED": 1_000}

    @initialize()
    def begin(self) -> None:
        self.patch = pytest.MonkeyPatch()
        for name, value in self.limits.items():
            self.patch.setattr(sqlite_memory, name, value)
        self.views: Views = open_views(None)
        self.model, self.kept = DictMemory(), DictMemory()
        self.done: list[tuple[str, bytes, object]] = []
        self.slice = self.views.slice()
        self.memory = self.slice.__enter__()

    @rule(table=TABLES, key=KEYS, value=VALUES)
    def put(self, table: str, key: bytes, value: None) -> None:
        self.memory.put(table, key, value)
        self.model.put(table, key, value)

    @rule(table=TABLES, key=KEYS)
    def delete(self, table: str, key: bytes) -> None:
        self.memory.delete(table, key)
        self.model.delete(table, key)

    @rule(table=TABLES, key=KEYS)
    def get(self, table: str, key: bytes) -> None:
        assert self.memory.get(table, key) == self.model.get(table, key)

    @rule(table=TABLES, prefix=st.just(b"") | KEYS)
    def scan(self, table: str, prefix: bytes) -> None:
        assert list(self.memory.scan(table, prefix)) == list(self.model.scan(table, prefix))

    @rule()
    def end_slice(self) -> None:
        self.slice.__exit__(None, None, None)
        self.kept = copy_of(self.model)
        self.slice = self.views.slice()
        self.memory = self.slice.__enter__()

    @rule()
    def undo_slice(self) -> None:
        assert not self.slice.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
        self.model = copy_of(self.kept)
        self.slice = self.views.slice()
        self.memory = self.slice.__enter__()

    def teardown(self) -> None:
        self.patch.undo()


def copy_of(memory: DictMemory) -> DictMemory:
    """A second memory with the same rows."""
    copy = DictMemory()
    for table in NAMES:
        for key, value in memory.scan(table, b""):
            copy.put(table, key, value)
    return copy


class NarrowMachine(MemoryMachine):
    """The same where hardly a row fits into RAM."""

    limits: ClassVar = {"ROWS_OF_A_TABLE": 2, "ROWS_OF_TABLES": 3, "ROWS_REMEMBERED": 2}


TestMemory = MemoryMachine.TestCase
TestNarrowMemory = NarrowMachine.TestCase
TestMemory.settings = TestNarrowMemory.settings = settings(stateful_step_count=40, parent=settings())


def test_a_fold_comes_to_the_same_state_in_both_memories() -> None:
    alice, bob = Scribe("alice"), Scribe("bob")
    network = alice.found("studio")
    bob.join(network, *[record.id for record in alice.records if record.type == "countersign"])
    plain, views = DictMemory(), open_views(None)
    records = [*alice.records, *bob.records]
    with views.slice() as memory:
        for record in records[::-1]:
            Fold(plain).add(record)
            Fold(memory).add(record)
        assert digests(memory) == digests(plain)


def test_rows_kept_in_memory_are_bounded() -> None:
    views, most = open_views(None), sqlite_memory.ROWS_OF_TABLES + sqlite_memory.ROWS_REMEMBERED
    for number in range(20):
        with views.slice() as memory:
            for key in range(10_000):
                memory.put(f"table {number // 2}", number.to_bytes(1, "big") + key.to_bytes(4, "big"), key)
        assert memory.remembered <= most
    with views.slice() as memory:
        assert [memory.get("table 3", bytes([7, 0, 0, 1, 1])), memory.get("table 3", b"other")] == [257, None]


def test_a_small_table_is_asked_without_a_query() -> None:
    views = open_views(None)
    with views.slice() as memory:
        memory.put("ended", b"a", 1)
    queries: list[str] = []
    views._source.connection.set_trace_callback(queries.append)
    assert [memory.get("ended", b"a"), memory.get("ended", b"b"), [*memory.scan("ended", b"")]] == [
        1,
        None,
        [(b"a", 1)],
    ]
    assert queries == []


def test_a_row_that_has_names_for_its_parts_is_read_with_them(tmp_path: Path) -> None:
    row = Row(1, "contribution", 1, 2, 300, False, b"", 1, 1, 1, 1, 0)
    views = open_views(tmp_path / "views.db")
    with views.slice() as memory:
        memory.put("record", b"a", cast(Value, row))
    memory.forget()
    found: object = memory.get("record", b"a")
    assert isinstance(found, Row)
    assert found == row
    views.close()
