"""What a fold knows, read by another thread: only what was committed, and as of one point in time."""

from pathlib import Path

import pytest

from meshnode.store.views import open_views


def test_what_is_committed_is_read_and_what_is_not_is_not(tmp_path: Path) -> None:
    views = open_views(tmp_path / "views.db")
    folded = views.folded()
    with views.slice() as memory:
        memory.put("edit", b"a", ["one"])
        with folded.steady():
            assert folded.get("edit", b"a") is None
    with folded.steady():
        assert folded.get("edit", b"a") == ["one"]
    views.close()


def test_while_it_lasts_nothing_changes_and_afterwards_it_does(tmp_path: Path) -> None:
    views = open_views(tmp_path / "views.db")
    folded = views.folded()
    with folded.steady():
        assert [*folded.scan("edit", b"a")] == []
        with views.slice() as memory:
            memory.put("edit", b"ab", 1)
        assert folded.get("edit", b"ab") is None
    with folded.steady():
        assert folded.get("edit", b"ab") == 1
        assert [*folded.scan("edit", b"a")] == [(b"ab", 1)]
    views.close()


def test_a_row_is_the_same_object_until_something_was_folded(tmp_path: Path) -> None:
    views = open_views(tmp_path / "views.db")
    folded = views.folded()
    with views.slice() as memory:
        memory.put("edit", b"a", ["one"])
    seen = []
    for _ in range(2):
        with folded.steady():
            seen.append(folded.get("edit", b"a"))
    assert seen[0] is seen[1]
    views.close()


def test_views_in_memory_are_read_over_their_one_connection() -> None:
    views = open_views(None)
    folded = views.folded()
    with views.slice() as memory:
        memory.put("edit", b"a", 1)
    with folded.steady():
        assert folded.get("edit", b"a") == 1
    views.close()


def test_it_writes_nothing() -> None:
    folded = open_views(None).folded()
    with pytest.raises(TypeError, match="only read"):
        folded.put("edit", b"a", 1)
    with pytest.raises(TypeError, match="only read"):
        folded.delete("edit", b"a")
