"""Questions about what is projected, where others may have written very much."""

import pytest

from meshnode.runtime.lookups import Lookups
from meshnode.store.querying import MAX_IN
from meshnode.store.views import open_views
from meshnode.views.rows import EntryRow
from meshproto.records.reasons import Reason

ANA, BLUE, EVE, SCOPE = b"a" * 32, b"b" * 32, b"e" * 32, b"s" * 32


def entry(number: int, agent: bytes, status: str = "contested", reason: str = "") -> EntryRow:
    """One record; the greater its number, the later."""
    return EntryRow(
        number.to_bytes(32, "big"), SCOPE, b"l" * 32, b"k" * 32, number, agent, number, "settlement", status, "", "",
        reason, "none",
    )  # fmt: skip


def lookups(*rows: EntryRow) -> Lookups:
    """What is asked when these rows are all there is."""
    views = open_views(None)
    with views.slice():
        views.replace([], rows)
    return Lookups(views.reader())


def test_contested_records_of_strangers_take_no_room_from_ones_own() -> None:
    strange = [entry(number, EVE) for number in range(5)]
    rivals = [entry(number, ANA, reason=Reason.R_RIVAL.value) for number in range(5, 10)]
    own = [entry(10, BLUE), entry(11, ANA, "yes"), entry(12, ANA), entry(13, ANA)]
    here = lookups(*strange, *rivals, *own)
    assert here.contested([ANA, BLUE], 2) == (own[0], own[2])
    assert here.contested([], 2) == ()


@pytest.mark.parametrize("agents", [1, 2, MAX_IN, MAX_IN + 1])
def test_contested_records_are_found_by_an_index_of_their_own(agents: int) -> None:
    here = lookups(entry(1, ANA))
    asked: list[str] = []
    connection = here.views._source.connection
    connection.set_trace_callback(asked.append)
    here.contested([ANA] * agents, 2)
    connection.set_trace_callback(None)
    (plan, *_) = connection.execute(f"EXPLAIN QUERY PLAN {asked[0]}").fetchall()
    assert "(status=? AND agent=?)" in plan[3]
