"""Which contributions a step means, and whose they are."""

from fractions import Fraction

import pytest

from meshproto.equation.matching import matches, parts_of
from meshproto.equation.terms import Match
from tests.support.sharing import ANA, BO, CY, hours

FULL = hours(
    "w",
    ANA,
    1,
    project=b"site",
    comp="paid",
    stream="love",
    classes=frozenset({b"code"}),
    when=("2026-01-01", "2026-01-10"),
)
BARE = hours("w", ANA, 1)


@pytest.mark.parametrize(
    "match",
    [
        Match(kind=frozenset({"work"})),
        Match(project=frozenset({b"site"})),
        Match(comp=frozenset({"paid"})),
        Match(stream=frozenset({"love"})),
        Match(classes=frozenset({b"code", b"x"})),
        Match(start="2026-01-10", end="2026-01-10"),
        Match(),
    ],
)
def test_what_is_in_every_list_matches(match: Match) -> None:
    assert matches(match, FULL)


@pytest.mark.parametrize(
    "match",
    [
        Match(project=frozenset({b"site"})),
        Match(comp=frozenset({"paid"})),
        Match(stream=frozenset({"love"})),
        Match(classes=frozenset({b"code"})),
        Match(start="2026-01-01"),
        Match(kind=frozenset()),
    ],
)
def test_what_a_contribution_does_not_have_matches_no_list(match: Match) -> None:
    assert not matches(match, BARE)


def test_a_period_looks_at_the_last_day() -> None:
    assert not matches(Match(end="2026-01-09"), FULL)
    assert not matches(Match(start="2026-01-11"), FULL)


def test_declined_parts_go_to_the_others() -> None:
    joint = hours("w", ANA, 1, shares=((ANA, 3), (BO, 2), (CY, 1)), declined=frozenset({BO}))
    assert parts_of(joint) == {ANA: Fraction(3, 4), CY: Fraction(1, 4)}
    assert parts_of(BARE) == {ANA: 1}
