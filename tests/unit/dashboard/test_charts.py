"""Drawings keep what they are told: nothing appears or gets lost on the way, and every bar adds up."""

import itertools
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.client.answers import Agent
from meshnode.dashboard.charts import bars, graph, heatmap, lines, matrix, sankey, timeline, waterfall
from meshnode.dashboard.charts.svg import drawing, element, words
from meshnode.dashboard.colours import colours_of
from meshnode.dashboard.pages.distribution import place_of

amounts = st.integers(1, 10**12)
SMALL = lines.Size(328, 260, 120)
HOSTILE = "<script>alert(1)</script>\u202e\x1b[2J&\"'"


@st.composite
def three_columns(draw: st.DrawFn) -> tuple[list[list[sankey.Knot]], list[sankey.Flow]]:
    """Flows from some sources through middles to some ends, where all that comes to a middle goes on."""
    names = [[f"{letter}{each}" for each in range(draw(st.integers(1, 4)))] for letter in "abc"]
    flows = [
        sankey.Flow(source, middle, draw(amounts)) for source in names[0] for middle in names[1] if draw(st.booleans())
    ]
    for middle in names[1]:
        left = sum(flow.amount for flow in flows if flow.target == middle)
        for end in names[2][:-1]:
            part = draw(st.integers(0, left))
            flows += [sankey.Flow(middle, end, part)] if part else []
            left -= part
        flows += [sankey.Flow(middle, names[2][-1], left)] if left else []
    return [[sankey.Knot(key, key, "", 0) for key in column] for column in names], flows


@given(three_columns())
def test_ribbons_are_as_wide_as_what_flows_and_fill_their_boxes(
    case: tuple[list[list[sankey.Knot]], list[sankey.Flow]],
) -> None:
    columns, flows = case
    plan = sankey.lay_out(columns, flows, 900.0, 300.0)
    assert sorted(ribbon.flow for ribbon in plan.ribbons) == sorted(flows)
    leaves: dict[str, float] = defaultdict(float)
    arrives: dict[str, float] = defaultdict(float)
    for ribbon in plan.ribbons:
        leaves[ribbon.flow.source] += ribbon.width
        arrives[ribbon.flow.target] += ribbon.width
    for knot in columns[1]:
        assert leaves[knot.key] == pytest.approx(arrives[knot.key])
        assert plan.boxes[knot.key].height == pytest.approx(leaves[knot.key])
    for key, box in plan.boxes.items():
        assert max(leaves[key], arrives[key]) == pytest.approx(box.height)


@given(three_columns())
def test_boxes_of_a_column_do_not_touch(case: tuple[list[list[sankey.Knot]], list[sankey.Flow]]) -> None:
    columns, flows = case
    plan = sankey.lay_out(columns, flows, 900.0, 300.0)
    for column in columns:
        boxes = [plan.boxes[knot.key] for knot in column]
        assert all(one.y + one.height < other.y for one, other in itertools.pairwise(boxes))


@given(st.lists(st.integers(-(10**12), 10**12), max_size=12))
def test_each_step_of_a_waterfall_begins_where_the_one_before_ended(found: list[int]) -> None:
    steps = [waterfall.Step(str(each), each, "") for each in found] + [waterfall.Step("left", 0, "", is_sum=True)]
    placed = waterfall.lay_out(steps)
    assert (placed[-1].start, placed[-1].end) == (0, sum(found))
    for before, after in itertools.pairwise(placed[:-1]):
        assert after.start == before.end
    assert [bar.end - bar.start for bar in placed[:-1]] == found


@given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(-1, 5)), max_size=6), st.integers(1, 2))
def test_parts_of_a_bar_stand_beside_each_other_and_add_up(parts: list[tuple[int, int]], more: int) -> None:
    bar = bars.Bar("x", parts, "")
    longest = bar.total * more
    drawn = bars.lay_out(bar, longest, 400.0)
    assert sum(part.width for part in drawn) == pytest.approx(400.0 / more if longest else 0.0)
    for one, other in itertools.pairwise(drawn):
        assert other.x == pytest.approx(one.x + one.width)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
def test_a_calendar_begins_on_a_monday_and_ends_on_its_last_day(last: date) -> None:
    first = heatmap.first_day(last)
    assert first.weekday() == 0
    assert (last - first).days // 7 == heatmap.WIDE.weeks - 1


def test_a_calendar_has_a_cell_for_every_day_and_darker_ones_for_more_hours() -> None:
    last = date(2026, 3, 11)
    days = {last: 8 * 3600, last - timedelta(days=1): 60, last - timedelta(days=5000): 60}
    root = ElementTree.fromstring(heatmap.heat_map(days, last, heatmap.NARROW, "x"))
    cells = [each.get("class") for each in root.iter("rect")]
    assert len(cells) == 17 * 7 + 3 + len(heatmap.SHADES)
    assert cells[17 * 7 + 1 : 17 * 7 + 3] == ["h1", "h4"]


@pytest.mark.parametrize(("seconds", "shade"), [(0, 0), (1, 1), (7200, 1), (7201, 2), (14_401, 3), (25_201, 4)])
def test_hours_have_their_shades(seconds: int, shade: int) -> None:
    assert heatmap.shade(seconds) == shade


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 10**9)), min_size=1, max_size=20))
def test_a_line_only_rises_and_ends_at_the_edge(steps: list[tuple[int, int]]) -> None:
    total, points = 0, []
    for ago, amount in sorted(steps, reverse=True):
        total += amount
        points.append((date(2026, 3, 9) - timedelta(days=ago), total))
    size = lines.Size(940, 260, 150)
    path = lines.lay_out(lines.Line("Ana", "", 0, points), points[0][0], date(2026, 3, 9), total, size)
    assert path[-1][0] == 790
    assert all(left[0] <= right[0] and left[1] >= right[1] - 1e-9 for left, right in pairwise(path))
    assert all(0 <= y <= 260 for _, y in path)


@given(st.lists(st.floats(0, 300), max_size=10))
def test_names_beside_lines_never_touch_and_stay_on_the_drawing(levels: list[float]) -> None:
    placed = lines.places_of(levels, 300)
    assert all(0 <= place <= 300 for place in placed)
    assert all(right - left >= 28 - 1e-9 for left, right in pairwise(sorted(placed)))


def test_one_finds_oneself_in_the_first_colour() -> None:
    people = [agent(number, name, me=name == "Zoe") for number, name in enumerate(("Cleo", "Zoe", "Ana"))]
    assert colours_of(people) == {"1": 0, "2": 1, "0": 2}
    assert set(colours_of([agent(number, f"P{number:02}") for number in range(12)]).values()) == {1, 2, 3, 4, 5}


def test_a_step_is_counted_from_one() -> None:
    assert (place_of("steps[1]"), place_of("steps[0].else[2]")) == ("step 2", "step 1.3")


def agent(number: int, name: str, *, me: bool = False) -> Agent:
    return {"id": str(number), "name": name, "me": me, "forked": False, "blocked": False, "face_of": ""}


@given(st.integers(0, 40))
def test_everybody_in_a_graph_has_a_place_of_their_own_inside_it(number: int) -> None:
    for size in (graph.WIDE, graph.NARROW):
        spots = graph.lay_out(number, size)
        assert len({(round(x, 3), round(y, 3)) for x, y in spots}) == number
        assert all(0 < x < size.width and 0 < y < size.height for x, y in spots)


def every_drawing(text: str) -> list[str]:
    """One of each kind, with a text in every place where people's texts come."""
    cell = matrix.Cell(1, "3", text)
    knots = [[sankey.Knot("a", text, text, 0)], [sankey.Knot("b", text, text, 9)]]
    return [
        sankey.sankey(knots, ("From", "To"), [sankey.Flow("a", "b", 3)], 900, text),
        sankey.sankey(knots, ("From", "To"), [sankey.Flow("a", "b", 3)], 328, text),
        waterfall.waterfall([waterfall.Step(text, 3, text), waterfall.Step(text, 0, text, 2, is_sum=True)], 300, text),
        bars.bars([bars.Bar(text, ((3, 0),), text)], 300, text),
        graph.graph(text, [graph.Around(text, "direct", text)], graph.WIDE, text),
        lines.lines([lines.Line(text, text, 0, [(date(2026, 3, 9), 1)])], date(2026, 3, 9), SMALL, text),
        matrix.matrix([(text, [cell, cell])], [text, text], 900, 200, text),
        timeline.timeline([timeline.Mark("2026-03-09T10:00:00Z", text, 0)] * 2, 400, text),
        heatmap.heat_map({date(2026, 3, 9): 3600}, date(2026, 3, 9), heatmap.WIDE, text),
        drawing(9, 9, text, element("g", text, class_=text), words(1, 1, text, 3)),
    ]


@pytest.mark.parametrize("text", ["Ana", HOSTILE, "", "x" * 500])
def test_drawings_are_well_formed_whatever_people_wrote(text: str) -> None:
    for found in every_drawing(text):
        root = ElementTree.fromstring(found)
        assert root.tag == "svg"
        assert not list(root.iter("script"))
        assert "\u202e" not in found
        assert "\x1b" not in found


def test_drawings_of_nothing_are_drawings() -> None:
    for found in (
        bars.bars([], 300, "x"),
        timeline.timeline([], 300, "x"),
        waterfall.waterfall([], 300, "x"),
        matrix.matrix([], [], 300, 100, "x"),
        graph.graph("Ana", [], graph.NARROW, "x"),
        lines.lines([], date(2026, 3, 9), SMALL, "x"),
        lines.lines([lines.Line("Ana", "", 0, [(date(2026, 3, 9), 0)])], date(2026, 3, 9), SMALL, "x"),
    ):
        assert ElementTree.fromstring(found).tag == "svg"
