"""The memory in RAM keeps the promises of its port."""

from hypothesis import given
from hypothesis import strategies as st

from meshproto.fold.memory import KEYS_TOGETHER, DictMemory

KEYS = st.binary(min_size=1, max_size=3)
STEPS = st.lists(st.tuples(st.sampled_from(["put", "delete", "scan"]), KEYS, st.integers(0, 9)))


def test_a_row_that_is_not_there_reads_as_none() -> None:
    memory = DictMemory()
    memory.put("here", b"a", 1)
    assert [memory.get("here", b"a"), memory.get("here", b"b"), memory.get("there", b"a")] == [1, None, None]
    memory.delete("there", b"a")


@given(STEPS)
def test_scanning_gives_what_was_put_and_not_deleted_in_the_order_of_keys(steps: list[tuple[str, bytes, int]]) -> None:
    memory, model = DictMemory(), dict[bytes, int]()
    for step, key, number in steps:
        if step == "put":
            memory.put("t", key, number)
            model[key] = number
        elif step == "delete":
            memory.delete("t", key)
            model.pop(key, None)
        else:
            wanted = sorted((each, model[each]) for each in model if each.startswith(key))
            assert list(memory.scan("t", key)) == wanted
    assert list(memory.scan("t", b"")) == sorted(model.items())


def test_a_table_may_change_while_it_is_scanned() -> None:
    memory = DictMemory()
    for key in (b"a", b"b", b"c"):
        memory.put("t", key, 1)
    for key, _ in memory.scan("t", b""):
        memory.delete("t", key)
    assert list(memory.scan("t", b"")) == []


def test_more_keys_than_stand_together_are_scanned_in_order() -> None:
    memory, keys = DictMemory(), [number.to_bytes(4, "little") for number in range(5 * KEYS_TOGETHER)]
    memory.put("t", b"", 0)
    assert list(memory.scan("t", b"")) == [(b"", 0)]
    for key in keys:
        memory.put("t", key, 1)
    for key in keys[:KEYS_TOGETHER]:
        memory.delete("t", key)
    wanted = sorted(keys[KEYS_TOGETHER:])
    assert [key for key, _ in memory.scan("t", b"")] == [b"", *wanted]
    assert [key for key, _ in memory.scan("t", b"\x07")] == [each for each in wanted if each[:1] == b"\x07"]
