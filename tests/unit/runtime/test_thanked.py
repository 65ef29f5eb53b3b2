"""Lists of thanks."""

from meshnode.runtime.answers.thanked import MOST_TOLD, Asked, thanks
from meshnode.runtime.lookups import Lookups
from meshnode.store.views import open_views
from meshnode.views.rows import RecognitionRow
from meshproto.records.ids import RecordId, ext

ANA, BEN, CY, SCOPE = b"a" * 32, b"b" * 32, b"c" * 32, b"s" * 32
WORK = RecordId(b"w" * 32)


def record(number: int) -> bytes:
    return number.to_bytes(32, "big")


def said(number: int, by: bytes, *to: bytes, target: bytes | None = WORK) -> list[RecognitionRow]:
    """The rows of one recognition."""
    return [
        RecognitionRow(record(number), SCOPE, by, each, place == 0, target, "thanks", "", "", number)
        for place, each in enumerate(to)
    ]


def lookups(*rows: list[RecognitionRow]) -> Lookups:
    views = open_views(None)
    with views.slice():
        views.replace([], [row for group in rows for row in group])
    return Lookups(views.reader())


def test_each_is_told_once_with_all_whom_it_names() -> None:
    here = lookups(said(1, ANA, BEN, CY), said(2, BEN, ANA))
    assert [(each.row.at, each.to) for each in thanks(here, Asked(), None, 10)] == [(2, (ANA,)), (1, (BEN, CY))]


def test_they_are_chosen_by_who_and_what_for() -> None:
    here = lookups(said(1, ANA, BEN, CY), said(2, BEN, CY, target=ext(WORK)), said(3, BEN, CY, target=None))
    asked = [Asked(to=CY), Asked(by=BEN), Asked(target=WORK), Asked(to=CY, by=ANA), Asked(besides=(BEN,))]
    told = [[each.row.at for each in thanks(here, one, None, 10)] for one in asked]
    assert told == [[3, 2, 1], [3, 2], [2, 1], [1], [1]]


def test_a_page_begins_where_the_one_before_ended() -> None:
    here = lookups(*(said(number, ANA, BEN, CY) for number in range(5)))
    assert [each.row.at for each in thanks(here, Asked(), (3, record(3)), 2)] == [2, 1]


def test_of_many_who_are_named_some_are_told() -> None:
    here = lookups(said(1, ANA, *(record(number) for number in range(256))))
    (only,) = thanks(here, Asked(to=record(200)), None, 10)
    assert len(only.to) == MOST_TOLD
