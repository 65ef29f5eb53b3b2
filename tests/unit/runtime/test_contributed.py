"""Lists and sums of contributions, also when others claim absurd amounts."""

import pytest

from meshnode.runtime.answers.contributed import LARGEST, MOST_GROUPS, Wanted, contributions, doubles, hours, sums
from meshnode.runtime.answers.restated import first_of
from meshnode.runtime.lookups import Lookups
from meshnode.store.querying import MOST_AGAIN, Among, Is, Where
from meshnode.store.views import open_views
from meshnode.views.rows import ContributionRow, EvidenceRow, MemberRow, ShareRow
from meshproto.records.ids import ext
from meshproto.records.limits import MAX_INT

ANA, BEN, SCOPE = b"a" * 32, b"b" * 32, b"s" * 32
ROW = ContributionRow(
    record=b"", scope=SCOPE, agent=ANA, at=1, status="yes", kind="work", claim="claimed", corrected=False,
    project=None, unit="HUR", quantity=1, scale=0, seconds=3600, day_from="2026-03-09", day_to="2026-03-09",
    title="", text="", ext_scheme="", ext_ref=None, restates=None, batch="", value=None, currency="", stream="",
    comp="", licence="", authors=1, details=b"", part="none", named=b"",
)  # fmt: skip
ELSEWHERE, THIRD = b"e" * 32, b"t" * 32


def record(number: int) -> bytes:
    return number.to_bytes(32, "big")


def lookups(*rows: ContributionRow, shared: tuple[tuple[int, bytes], ...] = ()) -> Lookups:
    """What is asked when these rows are all there is, numbered from 0; `shared` are numbers and who has a share."""
    views = open_views(None)
    named = [
        row._replace(record=record(number), at=number, named=ext(record(number))) for number, row in enumerate(rows)
    ]
    with views.slice():
        views.replace([], [*named, *(ShareRow(record(number), agent, 1) for number, agent in shared)])
    return Lookups(views.reader())


def test_times_are_added_as_seconds_and_other_units_apart() -> None:
    found = sums(
        lookups(
            ROW,
            ROW._replace(unit="MIN", quantity=15, scale=1),
            ROW._replace(unit="SEC", quantity=5, scale=3),
            ROW._replace(unit="DAY"),
            ROW._replace(unit="KGM", quantity=250, scale=2),
        ),
        Wanted(),
    )
    assert found.quantities == [((3_690_005, 3, "SEC"), 3), ((1, 0, "DAY"), 1), ((25, 1, "KGM"), 1)]


def test_sums_beyond_what_sqlite_adds_are_exact() -> None:
    rows = [ROW._replace(unit="C62", quantity=MAX_INT, value=MAX_INT, currency="EUR")] * 1025
    found = sums(lookups(*rows), Wanted())
    assert (found.quantities, found.values, found.contributions, found.more) == ([], [], 1025, True)
    fewer = sums(lookups(*rows[:1024]), Wanted())
    assert fewer.values == [((MAX_INT * 1024, "EUR"), 1024)]
    assert MAX_INT * 1024 <= LARGEST < MAX_INT * 1025


def test_many_currencies_are_not_all_told() -> None:
    rows = [ROW._replace(value=1, currency=f"X{number:03}") for number in range(MOST_GROUPS + 1)]
    found = sums(lookups(*rows), Wanted())
    assert (len(found.values), found.more) == (MOST_GROUPS, True)


@pytest.mark.parametrize(
    ("odd", "counts"),
    [({"status": "contested"}, 2), ({"status": "aside"}, 1), ({"status": "pending"}, 1), ({"claim": "retracted"}, 1)],
)
def test_only_what_counts_is_added(odd: dict[str, str], counts: int) -> None:
    assert sums(lookups(ROW, ROW._replace(**odd)), Wanted()).contributions == counts  # type: ignore[arg-type]  # texts


def test_what_somebody_made_is_what_they_signed_and_what_they_share_in_each_once() -> None:
    row = ROW._replace(agent=BEN, authors=2)
    here = lookups(ROW, row, row, row, shared=((1, ANA), (1, BEN), (2, BEN), (0, ANA)))
    assert [each.at for each in contributions(here, Wanted(who=ANA), None, 10)] == [1, 0]
    assert [each.at for each in contributions(here, Wanted(who=BEN), None, 2)] == [3, 2]
    assert [each.at for each in contributions(here, Wanted(who=BEN), (2, record(2)), 2)] == [1]
    assert sums(here, Wanted(who=ANA, several=True)).contributions == 1


def test_rows_of_another_kind_are_only_asked_for_their_record() -> None:
    views = lookups().views
    with pytest.raises(ValueError, match="RECORD_OF, WITHOUT, FIRST, AGAIN"):
        views.select(ContributionRow, Where("record", Is.EQUAL, Among(ShareRow, "agent", ANA)))
    for kind, column in ((MemberRow, "amount"), (ShareRow, 'agent" = x --')):
        with pytest.raises(ValueError, match="has no"):
            views.select(ContributionRow, Where("record", Is.RECORD_OF, Among(kind, column, ANA)))
    with pytest.raises(ValueError, match="has no"):
        views.sums(ContributionRow, "amount", (), limit=1)


def test_the_same_file_shows_a_double_claim_unless_it_is_the_same_work() -> None:
    here, file = open_views(None), b"f" * 32
    rows = [
        ROW,
        ROW._replace(agent=BEN),
        ROW._replace(restates=ext(record(0))),
        ROW._replace(agent=BEN, claim="retracted"),
        ROW,
        ROW._replace(restates=record(4)),
    ]
    with here.slice():
        named = [
            row._replace(record=record(number), at=number, named=ext(record(number))) for number, row in enumerate(rows)
        ]
        here.replace([], [*named, *(EvidenceRow(row.record, file) for row in named)])
    asked = Lookups(here.reader())
    assert doubles(asked, named[0]) == [record(1), record(4), record(5)]
    assert doubles(asked, named[2]) == [record(1), record(4), record(5)]
    assert doubles(asked, named[4]) == [record(0), record(1), record(2)]
    assert doubles(asked, ROW._replace(record=record(9))) == []


def shared_from(number: int, scope: bytes = ELSEWHERE, **more: object) -> ContributionRow:
    """What `meshnode share` makes of the row with this number."""
    return ROW._replace(scope=scope, restates=ext(record(number)), **more)  # type: ignore[arg-type]  # columns


def test_what_is_stated_again_elsewhere_is_added_once() -> None:
    here = lookups(ROW, shared_from(0), shared_from(1, THIRD), shared_from(0, b"4" * 32))
    found = sums(here, Wanted())
    assert (found.quantities, found.contributions) == ([((3600, 0, "SEC"), 1)], 1)
    assert [(each.of, each.seconds) for each in hours(here, Wanted(), "day_from", "", "")] == [("2026-03-09", 3600)]
    assert [first_of(here, row) for row in contributions(here, Wanted(), None, 9)][::-1] == [
        None,
        record(0),
        record(1),
        record(0),
    ]


def test_where_only_the_copy_is_asked_for_it_is_added() -> None:
    here = lookups(ROW, shared_from(0))
    assert [sums(here, Wanted(scope=scope)).contributions for scope in (SCOPE, ELSEWHERE)] == [1, 1]
    assert sums(here, Wanted(who=ANA)).contributions == 1


def test_of_two_copies_whose_first_is_not_here_one_is_added() -> None:
    here = lookups(shared_from(9), shared_from(9, THIRD))
    assert sums(here, Wanted()).contributions == 1
    assert [first_of(here, row) for row in contributions(here, Wanted(), None, 9)] == [record(0), None]


def test_a_copy_stands_for_a_first_that_was_retracted() -> None:
    here = lookups(ROW._replace(claim="retracted"), shared_from(0, quantity=2))
    assert sums(here, Wanted()).quantities == [((7200, 0, "SEC"), 1)]
    assert first_of(here, contributions(here, Wanted(), None, 1)[0]) is None


def test_a_correction_of_either_makes_no_other_work_of_it() -> None:
    assert sums(lookups(ROW, shared_from(0, quantity=3, corrected=True)), Wanted()).contributions == 1
    corrected = ROW._replace(quantity=3, corrected=True)
    assert sums(lookups(corrected, shared_from(0)), Wanted()).quantities == [((3 * 3600, 0, "SEC"), 1)]


@pytest.mark.parametrize(
    "other",
    [
        {"agent": BEN},
        {"day_from": "2026-03-08"},
        {"day_to": "2026-03-10"},
        {"kind": "idea"},
        {"unit": "DAY"},
        {"quantity": 2},
        {"value": 5},
        {"restates": record(0)},
        {"restates": None},
    ],
)
def test_what_only_builds_on_earlier_work_is_added_too(other: dict[str, object]) -> None:
    """Of others, of another day, another amount: it says itself that it is not the same."""
    here = lookups(ROW, shared_from(0)._replace(**other))  # type: ignore[arg-type]  # columns
    assert sums(here, Wanted()).contributions == 2
    assert [first_of(here, row) for row in contributions(here, Wanted(), None, 9)] == [None, None]


def test_what_others_say_to_state_again_hides_nothing() -> None:
    spam = [shared_from(9, agent=BEN)] * (2 * MOST_AGAIN)
    here = lookups(*spam, shared_from(9), shared_from(9, THIRD))
    assert sums(here, Wanted(who=ANA)).contributions == 1


def test_whoever_states_the_same_over_and_over_makes_nobody_wait() -> None:
    few, many = (_steps(lookups(*[shared_from(9)] * (number * MOST_AGAIN))) for number in (2, 8))
    assert many[0] < 6 * few[0]
    assert many[1] < 2 * few[1]


def test_what_counts_of_the_notebook_is_looked_for_only_where_something_was_shared() -> None:
    here = lookups(*[ROW] * 2_000)
    added = [_steps_of(here, notebook) for notebook in (b"", SCOPE)]
    assert added[1] < 1.1 * added[0]


def _steps_of(here: Lookups, notebook: bytes) -> int:
    """What SQLite does to add up the time, in hundreds."""
    done: list[None] = []
    here.views._source.connection.set_progress_handler(lambda: done.append(None), 100)
    hours(here, Wanted(who=ANA), "day_from", "", "", notebook)
    return len(done)


def _steps(here: Lookups) -> tuple[int, int]:
    """What SQLite does to add all up, and to say of the last where it was first, in hundreds."""
    done: list[None] = []
    last = max(contributions(here, Wanted(), None, 9))
    here.views._source.connection.set_progress_handler(lambda: done.append(None), 100)
    sums(here, Wanted())
    added = len(done)
    assert first_of(here, last) is None
    return added, len(done) - added


def test_of_what_was_shared_from_the_notebook_the_first_that_others_see_is_added() -> None:
    copy = shared_from(0, quantity=3, seconds=10_800, corrected=True)
    here = lookups(ROW, copy, shared_from(1, THIRD, seconds=1), ROW)
    assert sums(here, Wanted(), SCOPE).quantities == [((4 * 3600, 0, "SEC"), 2)]
    assert sums(here, Wanted(who=ANA), SCOPE).contributions == 2
    assert hours(here, Wanted(), "day_from", "", "", SCOPE) == [(ROW.day_from, 4 * 3600, 2)]
    assert hours(here, Wanted(), "scope", "", "", SCOPE) == [(ELSEWHERE, 10_800, 1), (SCOPE, 3600, 1)]
    assert sums(here, Wanted(scope=SCOPE), SCOPE).quantities == [((2 * 3600, 0, "SEC"), 2)]


@pytest.mark.parametrize("restates", [None, ext(record(9))])
def test_each_work_of_the_notebook_is_added_once_however_it_was_shared_on(restates: bytes | None) -> None:
    first = ROW._replace(restates=restates, value=100, currency="EUR")
    again = [shared_from(0), shared_from(1, THIRD), shared_from(0, b"4" * 32), shared_from(3, b"5" * 32)]
    found = sums(lookups(first, *[each._replace(value=100, currency="EUR") for each in again]), Wanted(), SCOPE)
    assert (found.quantities, found.values) == ([((3600, 0, "SEC"), 1)], [((100, "EUR"), 1)])


def test_work_of_the_notebook_is_added_where_what_was_shared_is_not() -> None:
    for other in ({"claim": "retracted"}, {"status": "invalid"}, {"agent": BEN}):
        here = lookups(ROW, shared_from(0, quantity=7)._replace(**other))
        assert sums(here, Wanted(agent=ANA), SCOPE).quantities == [((3600, 0, "SEC"), 1)]


def test_of_pieces_that_were_shared_those_that_others_see_are_added() -> None:
    units = lookups(ROW._replace(unit="C62", seconds=None), shared_from(0, unit="C62", corrected=True, quantity=7))
    assert sums(units, Wanted(), SCOPE).quantities == [((7, 0, "C62"), 1)]


def test_two_that_build_on_the_same_in_one_place_are_both_added() -> None:
    here = lookups(shared_from(9), shared_from(9))
    assert sums(here, Wanted()).contributions == 2
