"""The flows of money that a page draws: what is gathered is still all there, and who has no name is not invented."""

from datetime import date
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from meshnode.dashboard.charts.sankey import Flow
from meshnode.dashboard.pages.flows import MOST_KNOTS, MOST_LINES, amounts_of, flows_of, gathered, so_far

CLIENTS, AGREEMENTS, PEOPLE = ([f"{letter}:{n}" for n in range(20)] for letter in "cap")


@st.composite
def many(draw: st.DrawFn) -> list[Flow]:
    pairs = [*product(CLIENTS, AGREEMENTS), *product(AGREEMENTS, [*PEOPLE, "tax", "left"])]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=120))
    return [Flow(source, target, draw(st.integers(1, 10**9))) for source, target in chosen]


@given(many())
def test_what_is_gathered_adds_up_to_what_there_was(flows: list[Flow]) -> None:
    before, after = amounts_of(flows), amounts_of(gathered(flows, {}))
    assert [sum(column.values()) for column in after] == [sum(column.values()) for column in before]
    assert all(len(column) <= MOST_KNOTS + 3 for column in after)
    for column in before:
        if len(column) <= MOST_KNOTS:
            assert column in after


def test_what_few_share_stays_as_it_is() -> None:
    flows = [Flow("c:1", "a:1", 5), Flow("a:1", "p:1", 3), Flow("a:1", "tax", 2)]
    assert gathered(flows, {}) == flows


def test_of_many_people_some_are_drawn_over_time_and_all_stand_in_the_table() -> None:
    money = {"amt": 500, "cur": "EUR", "exp": 2}
    income: Any = {"on": "2026-01-01", "state": "confirmed", "net": money, "gross": money}
    names = [f"Person {number}" for number in range(MOST_LINES + 3)]
    lines = [{"agent": {"id": each, "name": each, "me": False}, "amt": 1} for each in names]
    shared: Any = {"to": "2026-01-02", "state": "effective", "pool": money, "lines": lines}
    figure = so_far("EUR", [income], [shared], date(2026, 1, 3))
    assert figure is not None
    assert [who for _, who, _ in figure.table.rows] == ["In all", *names]
    assert [each for each in names if each in str(figure.wide)] == names[:MOST_LINES]


def test_a_payer_whom_nobody_named_is_called_so() -> None:
    money = {"amt": 500, "cur": "EUR", "exp": 2}
    place = {"id": "s1", "kind": "agreement", "name": "Shop"}
    income: Any = {"payer": None, "agreement": place, "gross": money, "net": money, "tax": {**money, "amt": 0}}
    figure = flows_of("EUR", [income | {"state": "confirmed"}], [])
    assert figure is not None
    assert figure.table.rows == [("Payer not named", "Shop", "5.00"), ("Shop", "Not shared yet", "5.00")]
