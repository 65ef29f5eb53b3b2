"""Rows of views by conditions, in order, page by page."""

import pytest

from meshnode.store.querying import MAX_IN, Again, Among, Beside, Is, ViewReader, Where
from meshnode.store.views import open_views
from meshnode.views.rows import EntryRow, MemberRow, RecognitionRow, Row

ALICE, BOB, STUDIO = b"a" * 32, b"b" * 32, b"s" * 32


def member(number: int, agent: bytes = ALICE, role: str = "core", at: int = 0) -> MemberRow:
    """One standing; records are told apart by their number."""
    return MemberRow(number.to_bytes(32, "big"), STUDIO, agent, role, "active", at)


def thanks(number: int, target: bytes | None) -> RecognitionRow:
    """One thanks, for something or in general."""
    return RecognitionRow(number.to_bytes(32, "big"), STUDIO, ALICE, BOB, True, target, "thanks", "", "", number)


def reader_of(*rows: Row) -> ViewReader:
    """A reader of views that hold these rows."""
    views = open_views(None)
    with views.slice():
        views.replace([], rows)
    return views.reader()


def test_rows_read_back_with_their_types() -> None:
    rows = (thanks(1, None), thanks(2, ALICE))
    assert reader_of(*rows).select(RecognitionRow, order="at") == rows


@pytest.mark.parametrize(
    ("condition", "numbers"),
    [
        (Where("agent", Is.EQUAL, ALICE), [1, 3]),
        (Where("agent", Is.OTHER, ALICE), [2]),
        (Where("at", Is.BELOW, 20), [1]),
        (Where("at", Is.AT_LEAST, 20), [2, 3]),
        (Where("at", Is.ONE_OF, (10, 30, 99)), [1, 3]),
        (Where("at", Is.ONE_OF, ()), []),
        (Where("role", Is.BEGINNING, "ob"), [3]),
        (Where("agent", Is.BEGINNING, b"b"), [2]),
        (Where("record", Is.BEGINNING, b""), [1, 2, 3]),
    ],
)
def test_conditions_choose_rows(condition: Where, numbers: list[int]) -> None:
    reader = reader_of(member(1, at=10), member(2, BOB, at=20), member(3, role="observer", at=30))
    rows = reader.select(MemberRow, condition, order="at")
    assert [int.from_bytes(row.record, "big") for row in rows] == numbers
    assert reader.count(MemberRow, condition) == len(numbers)
    assert sum(reader.tally(MemberRow, "at", condition).values()) == len(numbers)


def test_null_is_asked_for_by_none() -> None:
    reader = reader_of(thanks(1, None), thanks(2, ALICE))
    assert reader.select(RecognitionRow, Where("target", Is.EQUAL, None)) == (thanks(1, None),)
    assert reader.select(RecognitionRow, Where("target", Is.OTHER, None)) == (thanks(2, ALICE),)


def test_all_conditions_must_hold() -> None:
    reader = reader_of(member(1, at=1), member(2, at=2), member(3, BOB, at=2))
    both = (Where("agent", Is.EQUAL, ALICE), Where("at", Is.EQUAL, 2))
    assert reader.select(MemberRow, *both) == (member(2, at=2),)


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("conditions", [(), (Where("agent", Is.EQUAL, ALICE),)])
def test_pages_put_together_are_the_whole(newest_first: bool, conditions: tuple[Where, ...]) -> None:
    reader = reader_of(*(member(number, at=number % 3) for number in range(10)))
    whole = reader.select(MemberRow, order="at", newest_first=newest_first)
    pages: list[MemberRow] = []
    while True:
        after = (pages[-1].at, pages[-1].record) if pages else None
        page = reader.select(MemberRow, *conditions, order="at", newest_first=newest_first, limit=4, after=after)
        if not page:
            break
        pages += page
    assert tuple(pages) == whole
    assert [row.at for row in whole] == sorted([row.at for row in whole], reverse=newest_first)


def test_sums_leave_out_what_does_not_meet_the_conditions() -> None:
    reader = reader_of(member(1, at=5), member(2, at=7), member(3, BOB, at=100))
    assert reader.total(MemberRow, "at", Where("agent", Is.EQUAL, ALICE)) == 12
    assert reader.total(MemberRow, "at", Where("agent", Is.EQUAL, STUDIO)) == 0


def test_rows_without_any_beside_them_are_found_and_only_columns_are_named() -> None:
    reader = reader_of(member(1), member(2, BOB), thanks(1, ALICE), thanks(2, STUDIO), thanks(2, BOB))
    without = Beside(RecognitionRow, "record", "target", ALICE)
    assert reader.select(MemberRow, Where("record", Is.WITHOUT, without)) == (member(2, BOB),)
    assert reader.count(MemberRow, Where("agent", Is.WITHOUT, without._replace(named="target", column="agent"))) == 0
    for wrong in (without._replace(named="nothing"), without._replace(column='target" = x --')):
        with pytest.raises(ValueError, match="RecognitionRow has no"):
            reader.select(MemberRow, Where("record", Is.WITHOUT, wrong))
    with pytest.raises(ValueError, match="record: "):
        reader.select(MemberRow, Where("record", Is.EQUAL, without))


def test_a_column_called_like_a_word_of_sql_is_no_trouble() -> None:
    assert reader_of().select(EntryRow, Where("key", Is.EQUAL, b"k"), order="log") == ()


@pytest.mark.parametrize("column", ["nothing", "record; DROP TABLE members", "rowid", ""])
def test_unknown_columns_are_refused(column: str) -> None:
    reader = reader_of()
    with pytest.raises(ValueError, match="MemberRow has no"):
        reader.select(MemberRow, Where(column, Is.EQUAL, 1))
    with pytest.raises(ValueError, match="MemberRow has no"):
        reader.total(MemberRow, column)
    if column:
        with pytest.raises(ValueError, match="MemberRow has no"):
            reader.select(MemberRow, order=column)


@pytest.mark.parametrize(
    ("comparison", "value"),
    [
        (Is.ONE_OF, "text"),
        (Is.ONE_OF, 3),
        (Is.ONE_OF, None),
        (Is.ONE_OF, [1] * (MAX_IN + 1)),
        (Is.EQUAL, [1]),
        (Is.BEGINNING, 3),
        (Is.FIRST, 3),
        (Is.WITHOUT, 3),
        (Is.EQUAL, Beside(MemberRow, "record", "at", 1)),
        (Is.RECORD_OF, 3),
        (Is.EQUAL, Among(MemberRow, "scope", b"")),
        (Is.EQUAL, Again("record", "agent", (), (), ())),
    ],
)
def test_values_that_do_not_fit_a_comparison_are_refused(comparison: Is, value: object) -> None:
    with pytest.raises(ValueError, match="at: "):
        reader_of().count(MemberRow, Where("at", comparison, value))  # type: ignore[arg-type]  # what must be refused
