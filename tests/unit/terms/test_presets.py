"""Ready-made terms and their examples, computed with the real engine."""

import json

import pytest

from meshnode.cli.agreements.agreement_terms import PRESETS as OFFERED
from meshnode.terms.presets import PRESETS, Chosen, example_of
from meshproto.equation.preview.answer import settle
from meshproto.equation.preview.reading import read_preview
from meshproto.types.agreement import agreement
from meshproto.types.equations import check_equation

PAID = {
    "hours": (60_000, 40_000),
    "hours-rate": (61_538, 38_462),
    "points": (57_000, 43_000),
    "equal": (50_000, 50_000),
    "shares": (60_000, 40_000),
    "slices": (58_800, 41_200),
    "livelihood": (77_778, 22_222),
    "waterfall": (65_714, 34_286),
}
"""What Ana and Ben get of 1,000.00 in the example of each."""


def test_the_command_line_offers_all_of_them() -> None:
    assert tuple(PRESETS) == OFFERED
    assert {*PAID} | {"commons"} == {*PRESETS}


@pytest.mark.parametrize("name", PAID)
def test_an_example_is_what_the_engine_makes_of_it(name: str) -> None:
    preview = read_preview(json.dumps(example_of(PRESETS[name])).encode())
    _, rounds = settle(preview)
    assert {agent.decode(): line.amt for agent, line in rounds[0].lines.items()} == dict(
        zip(("ana", "ben"), PAID[name], strict=True)
    )


def test_the_commons_share_no_money() -> None:
    assert example_of(PRESETS["commons"]) is None
    assert PRESETS["commons"].rules["rights"]["results"]["licence"] == "CC-BY-SA-4.0"


def test_a_share_for_the_commons_and_usual_rates_are_put_in() -> None:
    commons = PRESETS["waterfall"].steps(Chosen(["ana"], commons="town"))
    assert {"do": "percent", "of": "remaining", "pay": [["town", [1, 10]]]} in commons
    assert PRESETS["slices"].steps(Chosen(["ana"]))[1]["weights"][0]["rate"] == [["*", [5000, 1]]]


def test_what_they_say_makes_an_agreement() -> None:
    ana = b"a" * 32
    for preset in PRESETS.values():
        chosen = Chosen([ana], rates={ana: [800, 1]}, shares={ana: 1000})  # type: ignore[list-item, dict-item]  # an id
        equation = preset.equation(chosen)
        if equation is not None:
            check_equation(equation, [ana])
        rules = {name: value for name, value in preset.rules.items() if name != "ack"}
        ack = preset.rules.get("ack", {"min": 1, "by": "parties"})
        assert agreement({ana: ["provider"]}, from_="2027-01-01", ack=ack, **rules)
