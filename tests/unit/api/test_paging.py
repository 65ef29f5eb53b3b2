import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.api.edge import Call, Nothing
from meshnode.api.paging import Place, page_of, written_place
from meshnode.runtime.callers import OWNER
from meshnode.runtime.refusals import Refusal

DAYS = ["2026-03-09", "2026-03-08", "2026-03-10", "2026-03-08"]


def asks(**query: str) -> Call[Nothing]:
    return Call(path={}, query=query, body=Nothing(), key="", digest=b"", caller=OWNER)


def place(each: tuple[str, bytes]) -> Place:
    return each


@given(st.sets(st.tuples(st.dates().map(str), st.binary(max_size=3))), st.integers(1, 7))
def test_pages_put_together_are_the_list(found: set[tuple[str, bytes]], limit: int) -> None:
    told, cursor = [], ""
    while True:
        page, following = page_of(asks(limit=str(limit), cursor=cursor), sorted(found, reverse=True), place)
        told += page
        assert len(page) <= limit
        if following is None:
            break
        cursor = following
    assert told == sorted(found)


def test_what_came_before_a_page_meanwhile_moves_nothing() -> None:
    items = [(day, bytes([number])) for number, day in enumerate(DAYS)]
    page, cursor = page_of(asks(limit="2"), items, place)
    assert page == [("2026-03-08", b"\1"), ("2026-03-08", b"\3")]
    more = [*items, ("2026-01-01", b"new")]
    assert page_of(asks(limit="2", cursor=cursor or ""), more, place)[0] == [
        ("2026-03-09", b"\0"),
        ("2026-03-10", b"\2"),
    ]


@pytest.mark.parametrize(
    "cursor", ["x", "00", "c0", "92a0", written_place(("2026-03-09",)), written_place((5, b"")), "f" * 99]
)
def test_what_is_no_cursor_of_this_list_is_refused(cursor: str) -> None:
    with pytest.raises(Refusal, match="is no cursor"):
        page_of(asks(cursor=cursor), [("2026-03-09", b"a")], place)


def test_a_page_of_nothing_is_empty() -> None:
    assert page_of(asks(cursor="whatever"), [], place) == ([], None)
