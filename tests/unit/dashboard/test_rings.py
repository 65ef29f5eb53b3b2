"""Rings around a middle: everybody stands on theirs, and no name covers another while there is room."""

from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.dashboard.charts.rings import NARROW, WIDE, Ring, Size, Somebody, lay_out, radii, rings

SIZES = (WIDE, NARROW)
names = st.text(min_size=1, max_size=20)
many = st.lists(st.lists(names, min_size=1, max_size=20), min_size=1, max_size=5)


def made(found: list[list[str]]) -> list[Ring]:
    return [Ring(f"ring {place}", [Somebody(each, 1, each) for each in ring]) for place, ring in enumerate(found)]


@given(many, st.sampled_from(SIZES))
def test_everybody_stands_on_their_ring_and_inside_the_drawing(found: list[list[str]], size: Size) -> None:
    placed = lay_out(made(found), size)
    for ring, (_, *boxes), (across, up) in zip(found, placed, radii(len(found), size), strict=True):
        assert len(boxes) == min(len(ring), size.most)
        for box in boxes:
            x, y = (box.x - size.width / 2) / across, (box.y - size.height(len(found)) / 2) / up
            assert x * x + y * y == pytest.approx(1)
            assert box.x - box.width / 2 >= 0
            assert box.x + box.width / 2 <= size.width
            assert 14 <= box.y <= size.height(len(found)) - 14


@pytest.mark.parametrize("numbers", [(1, 4), (1, 4, 2), (3, 8, 2), (5, 5), (1,), (2, 2, 2, 2)])
def test_names_of_a_studio_do_not_cover_each_other(numbers: tuple[int, ...]) -> None:
    found = [[f"Somebody {each}" for each in range(number)] for number in numbers]
    boxes = [box for ring in lay_out(made(found), WIDE) for box in ring]
    assert [pair for pair in combinations(boxes, 2) if pair[0].overlap(pair[1])] == []


def test_a_ring_says_how_many_it_does_not_show() -> None:
    found = made([["Ana"], [f"Person {each}" for each in range(20)]])
    root = ElementTree.fromstring(rings(found, NARROW, "says"))
    texts = [each.text for each in root.iter("text")]
    assert "ring 1, 15 more" in texts
    assert len(list(root.iter("circle"))) == 6


def test_what_people_call_themselves_stays_a_text() -> None:
    hostile = "<script>alert(1)</script>\u202e"
    drawn = str(rings(made([[hostile]]), WIDE, hostile))
    assert "<script" not in drawn
    assert "\u202e" not in drawn
