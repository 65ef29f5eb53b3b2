"""What is remembered of each record stands in the order in which it came, and is found by its id all the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from meshnode.store import memory as sqlite_memory
from meshnode.store.record_rows import prefix_of
from meshnode.store.views import Views, open_views
from meshproto.fold.concerns import Concern
from meshproto.fold.standing import Row
from meshproto.records.encoding import Value

ONE, OTHER, LATE = b"\xff" * 32, b"\xff" * 31 + b"\x00", b"\x01" * 32
"""Ids; the first two begin alike."""
IDS = (ONE, OTHER, LATE)
SAID = cast(Value, Concern(LATE, {"said": 1}))


def row_of(record: bytes) -> Value:
    """What table `record` says of one of these."""
    return cast(Value, Row(1, "contribution", IDS.index(record), 2, 300, False, b"", 1, 1, 1, 1, 0))


@pytest.fixture
def views(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Views]:
    """Views in which nothing stands in RAM as a whole, and something is written."""
    monkeypatch.setattr(sqlite_memory, "ROWS_OF_A_TABLE", 0)
    found = open_views(tmp_path / "views.db")
    with found.slice() as memory:
        for each in IDS:
            memory.put("record", each, row_of(each))
        memory.put("concern", ONE, SAID)
    found.memory.forget()
    yield found
    found.close()


def questions_of(views: Views) -> list[str]:
    """What is asked of the database from now on."""
    found: list[str] = []
    views._source.connection.set_trace_callback(found.append)
    return found


def test_ids_that_begin_alike_are_told_apart(views: Views) -> None:
    assert prefix_of(ONE) == prefix_of(OTHER) < prefix_of(LATE)
    found = [views.memory.get("record", each) for each in (*IDS, ONE[:8])]
    assert found == [*(row_of(each) for each in IDS), None]
    assert [views.memory.get("concern", each) for each in (ONE, OTHER)] == [SAID, None]


def test_rows_stand_in_the_order_in_which_they_came(views: Views) -> None:
    with views.slice() as memory:
        memory.put("record", b"\x00" * 32, row_of(ONE))
        memory.put("attested", ONE, b"more")
    rows = views._source.rows("SELECT id FROM fold_records ORDER BY number")
    assert [each for (each,) in rows] == [*IDS, b"\x00" * 32]
    assert [key for key, _ in views.memory.scan("record", b"")] == sorted([*IDS, b"\x00" * 32])


def test_what_one_table_says_leaves_what_others_say(views: Views) -> None:
    with views.slice() as memory:
        memory.put("attested", ONE, b"more")
        memory.delete("record", ONE)
    views.memory.forget()
    assert [views.memory.get(table, ONE) for table in ("record", "concern", "attested")] == [None, SAID, b"more"]


def test_what_is_foreseen_is_read_with_one_question(views: Views) -> None:
    questions = questions_of(views)
    views.memory.foresee("record", [ONE, OTHER, b"none"])
    views.memory.foresee("head", [ONE])
    asked = len([each for each in questions if "prefix IN" in each])
    assert [views.memory.get("concern", each) for each in (ONE, OTHER, b"none")] == [SAID, None, None]
    assert (asked, len([each for each in questions if "WHERE prefix" in each])) == (2, 2)  # two and then one at a time


def test_a_reader_foresees_too(views: Views) -> None:
    reader = views.folded()
    with reader.steady():
        reader.foresee("concern", [ONE, OTHER, b"none"])
        reader.foresee("record", [OTHER, b"none"])
        reader.foresee("head", [ONE])
        found: list[str] = []
        reader._source.connection.set_trace_callback(found.append)
        said = [reader.get(*each) for each in (("concern", ONE), ("record", OTHER), ("record", b"none"))]
        assert (said, found) == ([SAID, row_of(OTHER), None], [])
        assert [*reader.scan("concern", ONE[:3])] == [(ONE, SAID)]


def test_rows_used_lately_outlive_others(views: Views, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_memory, "ROWS_REMEMBERED", 8)
    for each in IDS:
        with views.slice() as memory:
            memory.get("record", ONE)
            memory.get("record", each)
    questions = questions_of(views)
    assert [views.memory.get("record", each) for each in (ONE, LATE)] == [row_of(ONE), row_of(LATE)]
    assert questions == []
    assert views.memory.remembered < 8
