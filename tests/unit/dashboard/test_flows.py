"""The flows of money that a page draws: what is gathered is still all there, and who has no name is not invented."""

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from meshnode.dashboard.charts.sankey import Flow
from meshnode.dashboard.pages.flows import MOST_KNOTS, amounts_of, flows_of, gathered

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


def test_a_payer_whom_nobody_named_is_called_so() -> None:
    money = {"amt": 500, "cur": "EUR", "exp": 2}
    place = {"id": "s1", "kind": "agreement", "name": "Shop"}
    income: Any = {"payer": None, "agreement": place, "gross": money, "net": money, "tax": {**money, "amt": 0}}
    figure = flows_of("EUR", [income | {"state": "confirmed"}], [])
    assert figure is not None
    assert figure.table.rows == [("Payer not named", "Shop", "5.00"), ("Shop", "Not shared yet", "5.00")]
