"""Local rows: typed, under their keys, readable after fields were added, and never believed when damaged."""

from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.core.ports import Batch
from meshnode.core.rows import (
    ROW_KINDS,
    AnswerEntry,
    Forget,
    HeldEntry,
    ImportEntry,
    JoinedEntry,
    LocalRow,
    NoteEntry,
    PeerEntry,
    TimerEntry,
    WaitEntry,
)
from meshnode.store import local
from meshnode.store.errors import StoreDamaged
from meshnode.store.store import open_store

IDS = st.binary(min_size=32, max_size=32)
TIMES = st.integers(0, 2**53 - 1)
ROWS = st.one_of(
    st.builds(
        PeerEntry, st.text(min_size=1), IDS, st.lists(st.text()).map(tuple), st.booleans(), TIMES, TIMES, st.text()
    ),
    st.builds(HeldEntry, IDS, IDS, IDS, TIMES, st.booleans(), TIMES),
    st.builds(JoinedEntry, IDS, TIMES, st.booleans(), st.text()),
    st.builds(TimerEntry, st.text(), TIMES, st.text()),
    st.builds(AnswerEntry, st.text(), IDS, st.lists(IDS).map(tuple), TIMES),
    st.builds(ImportEntry, st.text(), st.text(), st.text(), TIMES, st.lists(IDS).map(tuple), st.booleans()),
    st.builds(WaitEntry, IDS, IDS, IDS),
    st.builds(NoteEntry, st.text(), st.binary()),
)


@given(st.lists(ROWS, max_size=12))
def test_rows_read_back_as_the_last_one_written_under_each_key(rows: list[LocalRow]) -> None:
    store = open_store(None)
    store.writer.commit(Batch(1, local=tuple(rows)))
    for kind, (_, width) in ROW_KINDS.items():
        last = {local.key_of(row[:width]): row for row in rows if type(row) is kind}
        assert store.reader().rows(kind) == tuple(last[key] for key in sorted(last))
        for row in last.values():
            assert store.reader().entry(kind, row[:width]) == row  # type: ignore[arg-type]  # keys are text or bytes
    store.close()


def test_a_row_is_forgotten_by_its_key() -> None:
    store = open_store(None)
    store.writer.commit(Batch(1, local=(TimerEntry("a", 1), TimerEntry("b", 2), PeerEntry("c"))))
    store.writer.commit(
        Batch(2, local=(Forget(TimerEntry, ("a",)), Forget(PeerEntry, ("c",)), Forget(PeerEntry, ("d",))))
    )
    assert store.reader().rows(TimerEntry) == (TimerEntry("b", 2),)
    assert store.reader().peers() == ()


def test_rows_are_found_by_the_beginning_of_their_key() -> None:
    store = open_store(None)
    entries = [HeldEntry(log * 32, agent * 32, b"t" * 32, 1) for log in (b"a", b"b") for agent in (b"x", b"\xff")]
    store.writer.commit(Batch(1, local=tuple(entries)))
    assert store.reader().rows(HeldEntry, (b"a" * 32,)) == tuple(entries[:2])
    assert store.reader().rows(HeldEntry, (b"a" * 32, b"\xff" * 32)) == (entries[1],)


def test_a_row_from_before_a_field_was_added_gets_its_default() -> None:
    class OldNote(NamedTuple):
        name: str

    class NewNote(NamedTuple):
        name: str
        colour: str = "blue"

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(OldNote("x")), type=NewNote) == NewNote("x", "blue")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE personal SET key = CAST('noun' AS BLOB)",
        "UPDATE personal SET body = CAST(body || 'x' AS BLOB)",
        "UPDATE personal SET body = CAST('' AS BLOB)",
    ],
)
def test_a_changed_key_or_body_is_found(damage: str) -> None:
    store = open_store(None)
    store.writer.commit(Batch(1, local=(NoteEntry("name", b"value"),)))
    store.source.rows(damage)
    with pytest.raises(StoreDamaged, match="note row"):
        store.reader().rows(NoteEntry)


def test_a_row_of_an_unknown_kind_is_not_restored() -> None:
    assert local.restored("weather", b"k", b"\0\0\0\0") is None


def test_answers_to_idempotency_keys_are_bounded_and_the_latest_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshnode.store.upkeep.ANSWERS_KEPT", 5)
    store = open_store(tmp_path / "records.db")
    for number in range(12):
        store.writer.commit(Batch(number, local=(AnswerEntry(f"key {99 - number}", b"r" * 32, (), at=number),)))
    store.close()
    store = open_store(tmp_path / "records.db")
    store.writer.tidy()
    assert sorted(answer.at for answer in store.reader().rows(AnswerEntry)) == [7, 8, 9, 10, 11]
    store.writer.tidy()
    assert len(store.reader().rows(AnswerEntry)) == 5
    store.close()
