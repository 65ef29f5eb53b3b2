"""The memory of a fold in SQLite keeps the promises of the one in dicts."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from meshnode.store.views import Views, open_views
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.state import digests
from tests.support.scribe import Scribe

TABLES = st.sampled_from(["record", "pending", "head"])
KEYS = st.binary(min_size=1, max_size=4) | st.sampled_from([b"a" * 32, b"a" * 64, b"\xff" * 40])
VALUES = st.recursive(
    st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


class MemoryMachine(RuleBasedStateMachine):
    """Does the same to both memories, over slices that end well or are undone."""

    @initialize()
    def begin(self) -> None:
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


def copy_of(memory: DictMemory) -> DictMemory:
    """A second memory with the same rows."""
    copy = DictMemory()
    for table in ("record", "pending", "head"):
        for key, value in memory.scan(table, b""):
            copy.put(table, key, value)
    return copy


TestMemory = MemoryMachine.TestCase
TestMemory.settings = settings(stateful_step_count=40, parent=settings())


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
    views = open_views(None)
    for number in range(5):
        with views.slice() as memory:
            for key in range(10_000):
                memory.put("record", (number * 10_000 + key).to_bytes(4, "big"), key)
        assert memory._size <= 40_000
    with views.slice() as memory:
        assert memory.get("record", (12_345).to_bytes(4, "big")) == 2_345
