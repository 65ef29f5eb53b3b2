"""Views: slices that hold together, text that is found, and nothing left of what was erased."""

from pathlib import Path

import pytest

from meshnode.store import querying, view_tables
from meshnode.store.errors import StoreError, StoreFull
from meshnode.store.querying import FoundAt, Is, Where, found_at
from meshnode.store.source import damage_mark
from meshnode.store.views import Progress, Views, discard, open_views
from meshnode.views.rows import TABLES, MemberRow, Row, SearchRow

A, B, C, SCOPE = b"a" * 32, b"b" * 32, b"c" * 32, b"s" * 32


def found(record: bytes, title: str, text: str = "", at: int = 1) -> SearchRow:
    """A row of full-text search."""
    return SearchRow(record, "contribution", SCOPE, A, at, title, text)


def fill(views: Views, *rows: Row, gone: tuple[bytes, ...] = ()) -> None:
    """Replace rows in a slice of its own."""
    with views.slice():
        views.replace(gone, rows)


def words_in(folder: Path, word: str) -> list[str]:
    """The files in which a word stands, in the small letters of the index or as it was written."""
    return [
        path.name
        for path in folder.iterdir()
        if word.encode() in path.read_bytes() or word.lower().encode() in path.read_bytes()
    ]


def test_columns_are_the_fields_of_the_rows_in_order() -> None:
    views = open_views(None)
    for kind, table in TABLES.items():
        columns = [row[1] for row in views._source.rows(f"PRAGMA table_info({table})")]
        assert columns == ["number", *kind._fields]


def test_a_slice_holds_together_or_leaves_nothing(tmp_path: Path) -> None:
    views = open_views(tmp_path / "views.db")
    with views.slice() as memory:
        memory.put("edit", A, 1)
        views.replace([], [found(A, "one")])
        views.advance(Progress(5, 3, 1))
    try:
        with views.slice() as memory:
            memory.put("edit", A, 2)
            views.replace([A], [])
            views.advance(Progress(9, 9, 9))
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert views.memory.get("edit", A) == 1
    assert views.progress == Progress(5, 3, 1)
    assert views.reader().of(SearchRow, A) == (found(A, "one"),)
    with views.slice() as memory:
        assert memory.get("edit", A) == 1
    views.close()


def test_views_are_kept_over_a_restart(tmp_path: Path) -> None:
    views = open_views(tmp_path / "views.db")
    fill(views, found(A, "one"))
    with views.slice():
        views.advance(Progress(5, 0, 0))
    views.close()
    views = open_views(tmp_path / "views.db")
    assert views.reader().of(SearchRow, A) == (found(A, "one"),)
    assert views.reader().arrival == 5
    views.close()


def test_replacing_drops_every_row_of_a_record_and_of_no_other() -> None:
    views = open_views(None)
    member = MemberRow(A, SCOPE, A, "core", "active", 1)
    fill(views, found(A, "one"), found(A, "two"), found(B, "three"), member)
    fill(views, found(A, "four"), gone=(A,))
    reader = views.reader()
    assert reader.of(SearchRow, A) == (found(A, "four"),)
    assert reader.of(SearchRow, B) == (found(B, "three"),)
    assert reader.of(MemberRow, A) == ()


def test_words_are_found_once_they_are_indexed_and_not_after_they_are_gone() -> None:
    views = open_views(None)
    fill(views, found(A, "Landing page", "with große Umlaute"), found(B, "Invoice"))
    reader = views.reader()
    assert reader.search("landing") == ()
    assert views.index() == 2
    assert views.index() == 0
    assert [row.record for row in reader.search("land")] == [A]
    assert [row.record for row in reader.search("GROSSE umlaute")] == []
    assert [row.record for row in reader.search("große UML")] == [A]
    fill(views, found(A, "Nothing"), gone=(A,))
    assert reader.search("landing") == ()
    assert views.index() == 1
    assert [row.record for row in reader.search("nothing")] == [A]


def test_text_is_indexed_in_bounded_steps() -> None:
    views = open_views(None)
    fill(views, *(found(number.to_bytes(32, "big"), "word") for number in range(7)))
    assert [views.index(3), views.index(3), views.index(3)] == [3, 3, 1]
    assert len(views.reader().search("word", limit=99)) == 7


def test_a_row_that_went_before_it_was_indexed_is_no_trouble() -> None:
    views = open_views(None)
    fill(views, found(A, "one"))
    fill(views, gone=(A,))
    assert views.index() == 0
    views._source.rows("INSERT INTO search_index (search_index) VALUES ('integrity-check')")


@pytest.mark.parametrize("query", ['"', "a AND", "NEAR(", "title:", "*", "^x", "-x", "a OR b", "{", "\x00", "''"])
def test_no_text_is_taken_for_the_language_of_queries(query: str) -> None:
    views = open_views(None)
    fill(views, found(A, "one"))
    views.index()
    assert views.reader().search(query) == ()


def test_better_and_newer_matches_come_first() -> None:
    views = open_views(None)
    fill(views, found(A, "page", at=1), found(B, "page", at=2))
    views.index()
    assert [row.record for row in views.reader().search("page")] == [B, A]
    first = found_at(views.reader().search("page", limit=1)[0], ["page"])
    assert [row.record for row in views.reader().search("page", limit=1, after=first)] == [A]


def test_a_page_of_what_is_found_begins_after_a_place_whatever_came_or_went_there() -> None:
    views = open_views(None)
    fill(views, found(A, "page", at=1), found(B, "page", at=2))
    views.index()
    for place, left in (
        (FoundAt(0, 3, A), [B, A]),
        (FoundAt(0, 2, A), [B, A]),
        (FoundAt(0, 2, C), [A]),
        (FoundAt(0, 1, A), []),
        (FoundAt(1, 9, A), []),
    ):
        assert [row.record for row in views.reader().search("page", after=place)] == left


def test_erased_text_stands_in_no_file_any_more(tmp_path: Path) -> None:
    views = open_views(tmp_path / "views.db")
    rows = [found(n.to_bytes(32, "big"), f"Canary{n}", f"Lark{n} " * (n % 40)) for n in range(400)]
    for start in range(0, 400, 40):
        fill(views, *rows[start : start + 40][::-1])
        views.index()
    reader = views.reader()
    gone = rows[::3]
    with views.slice():
        views.replace([row.record for row in gone], [found(row.record, "", "") for row in gone])
        views.mark_erasure()
    assert views.scrub()
    assert [
        row.title for row in gone if words_in(tmp_path, row.title + "\0") or words_in(tmp_path, f"Lark{row.title[6:]} ")
    ] == []
    assert reader.search("canary0") == ()
    assert len(reader.search("canary", limit=999)) == 400 - len(gone)
    views.close()


def test_scrubbing_waits_for_a_reader_and_costs_nothing_when_nothing_was_erased(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshnode.store.views.PATIENCE_MS", 1)
    views = open_views(tmp_path / "views.db")
    fill(views, found(A, "Canary"))
    assert views.scrub()
    reader = views.reader()
    reader._source.rows("BEGIN")
    reader.search("x")
    with views.slice():
        views.replace([A], [])
        views.mark_erasure()
    asked: list[str] = []
    views._source.connection.set_trace_callback(asked.append)
    assert not views.scrub()
    reader._source.rows("COMMIT")
    assert views.scrub()
    assert asked.count("VACUUM") == 1
    assert words_in(tmp_path, "Canary") == []
    views.close()


def test_scrubbing_that_was_cut_short_is_gone_on_with_in_the_next_life(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshnode.store.views.PATIENCE_MS", 1)
    views, left = open_views(tmp_path / "views.db"), tmp_path / "left"
    left.mkdir()
    fill(views, found(A, "Canary"))
    reader = views.reader()
    reader._source.rows("BEGIN")
    reader.search("x")
    with views.slice():
        views.replace([A], [])
        views.mark_erasure()
    assert not views.scrub()
    for path in tmp_path.glob("views.db*"):  # what a crash at this moment leaves behind
        (left / path.name).write_bytes(path.read_bytes())
    views.close()
    assert words_in(left, "Canary") != []
    again = open_views(left / "views.db")
    assert again.scrub()
    assert words_in(left, "Canary") == []
    again.close()


def test_views_too_large_for_memory_are_rewritten_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.store.views.VACUUM_IN_RAM", 0)
    views = open_views(tmp_path / "views.db")
    fill(views, found(A, "Canary"), found(B, "kept"))
    with views.slice():
        views.replace([A], [])
        views.mark_erasure()
    asked: list[str] = []
    views._source.connection.set_trace_callback(asked.append)
    assert views.scrub()
    before = asked[: asked.index("VACUUM")]
    assert before[-2:] == [f"PRAGMA temp_store_directory = '{tmp_path}'", "PRAGMA temp_store = FILE"]
    assert words_in(tmp_path, "Canary") == []
    assert views._source.row("PRAGMA temp_store") == (2,)
    assert views._source.row("PRAGMA temp_store_directory") is None
    views.close()


@pytest.mark.parametrize("rule", ["ENGINE", "LAYOUT"])
def test_other_rules_or_tables_of_the_fold_are_another_layout(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_tables, rule, "another")
    assert view_tables._fingerprint() != view_tables.FINGERPRINT


@pytest.mark.parametrize("trouble", ["other layout", "no database", "marked", "empty"])
def test_views_with_which_anything_is_amiss_are_made_anew(tmp_path: Path, trouble: str) -> None:
    path = tmp_path / "views.db"
    views = open_views(path)
    fill(views, found(A, "one"))
    with views.slice():
        views.advance(Progress(5, 0, 0))
    if trouble == "other layout":
        views._source.rows(f"PRAGMA user_version = {view_tables.FINGERPRINT ^ 1}")
    views.close()
    if trouble == "no database":
        path.write_bytes(b"something else entirely, " * 100)
    if trouble == "marked":
        damage_mark(path).touch()
    if trouble == "empty":
        path.write_bytes(b"")
    views = open_views(path)
    assert views.progress == Progress(0, 0, 0)
    assert views.reader().count(SearchRow) == 0
    views.close()
    assert open_views(path).progress == Progress(0, 0, 0)


def test_views_are_for_their_owner_only_and_leave_no_file_when_discarded(tmp_path: Path) -> None:
    path = tmp_path / "views.db"
    open_views(path).close()
    assert path.stat().st_mode & 0o777 == 0o600
    discard(path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        open_views(tmp_path / "nowhere" / "views.db")


def test_a_full_disk_is_told_and_undoes_the_slice(tmp_path: Path) -> None:
    views = open_views(tmp_path / "views.db")
    fill(views, found(A, "one"))
    views._source.rows("PRAGMA max_page_count = 80")
    rows = [found(n.to_bytes(32, "big"), "x" * 3_000) for n in range(200)]
    with pytest.raises(StoreFull):
        fill(views, *rows)
    assert views.reader().count(SearchRow) == 1
    views.close()


def test_of_too_many_matches_the_newest_are_found_and_titles_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(querying, "FOUND_MOST", 3)
    views = open_views(None)
    records = [number.to_bytes(32, "big") for number in range(6)]
    fill(views, *(found(record, "page", at=place) for place, record in enumerate(records)))
    fill(views, found(A, "other", "page", at=9))
    views.index()
    rows = views.reader().search("page", limit=9)
    assert [row.record for row in rows] == [records[5], records[4], A]
    assert views.reader().search("pages") == ()


def test_conditions_choose_among_what_has_the_words() -> None:
    views = open_views(None)
    fill(views, found(A, "page", at=1), found(B, "page", at=2))
    views.index()
    reader = views.reader()
    assert [row.record for row in reader.search("page", 9, None, [Where("at", Is.BELOW, 2)])] == [A]
    assert reader.search("page", 9, None, [Where("agent", Is.EQUAL, B)]) == ()
    with pytest.raises(ValueError):
        reader.search("page", 9, None, [Where("bogus", Is.EQUAL, 1)])
