"""Tables and drawings that are taken along."""

import json
import re
from importlib.resources import files
from xml.etree import ElementTree

from markupsafe import Markup

from meshnode.dashboard.figures import STANDALONE, Column, Figure, Table, as_csv, as_json, as_svg

TABLE = Table(
    (Column("Who"), Column("Hours", True)),
    (("Ana", "1,210.5"), ("=cmd|' /C calc'!A0", "−3"), ('Bo\u202eb, the "second"', "")),
)
FIGURE = Figure(
    "hours", "Hours", "Ana has most.", Markup('<svg viewBox="0 0 9 9"><text>Ana</text></svg>'), Markup("<svg/>"), TABLE
)


def test_a_drawing_that_leaves_the_pages_has_their_light_colours() -> None:
    light = files("meshnode.dashboard").joinpath("static", "dashboard.css").read_text().partition("@media")[0]
    colours = dict(re.findall(r"--(soft|[ch]\w): (#[0-9a-f]{6});", light))
    assert len(colours) == 13
    assert [name for name, colour in colours.items() if colour not in STANDALONE] == []


def test_a_table_for_spreadsheets_holds_plain_numbers_and_no_formula() -> None:
    assert as_csv(TABLE) == ('Who,Hours\r\nAna,1210.5\r\n\'=cmd|\' /C calc\'!A0,-3\r\n"Bob, the ""second""",\r\n')


def test_a_cell_that_only_claims_to_be_a_number_is_no_formula_either() -> None:
    assert as_csv(Table((Column("n", True),), (("-1+cmd",),))) == "n\r\n'-1+cmd\r\n"


def test_a_table_for_programs_names_its_columns() -> None:
    told = json.loads(as_json(FIGURE))
    assert told["schema"] == "meshnode.figure.hours/1"
    assert told["rows"][0] == {"Who": "Ana", "Hours": "1,210.5"}


def test_a_drawing_taken_along_is_a_whole_document_with_its_colours() -> None:
    root = ElementTree.fromstring(as_svg(FIGURE))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert [child.tag.rpartition("}")[2] for child in root] == ["style", "text"]
