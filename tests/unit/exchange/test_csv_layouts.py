"""Whose export a header belongs to, and mapping by hand."""

import pytest

from meshnode.cli.files.csv_export import COLUMNS
from meshnode.exchange.csv_layouts import Layout, Role, layout_of
from meshnode.exchange.entries import ImportRefused

TOGGL_OLD = (
    "User,Email,Client,Project,Task,Description,Billable,"
    "Start date,Start time,End date,End time,Duration,Tags,Amount ()"
)
TOGGL_NEW = "Description,Duration,Member,Email,Project,Tags,Start date,Stop date,Start time,Stop time"
CLOCKIFY = (
    "Project,Client,Description,Task,User,Group,Email,Tags,Billable,Start Date,Start Time,End Date,End Time,"
    "Duration (h),Duration (decimal)"
)
SPANISH = (
    "Proyecto,Cliente,Descripción,Tarea,Usuario,Grupo,Correo electrónico,Etiquetas,Facturable,Fecha de inicio,"
    "Hora de inicio,Fecha de finalización,Hora de finalización,Duración (h),Duración (decimal)"
)
GERMAN = "Projekt,Kunde,Beschreibung,Aufgabe,Benutzer,E-Mail,Startdatum,Startzeit,Enddatum,Endzeit,Dauer (h)"


def layout(header: str, mapping: str | None = None) -> Layout:
    return layout_of(header.split(","), mapping)


@pytest.mark.parametrize(
    ("header", "scheme"),
    [
        (TOGGL_OLD, "toggl"),
        (TOGGL_NEW, "toggl"),
        ("Email,Start date,Start time,Duration", "toggl"),
        (CLOCKIFY, "clockify"),
        (CLOCKIFY + ",Billable Rate (USD),Billable Amount (USD)", "clockify"),
        (SPANISH, "clockify"),
        (GERMAN, "clockify"),
        ("\ufeff" + CLOCKIFY.upper(), "clockify"),
        ("Project,Client,Description,Task,Tags,Billable,Start Date,Start Time,End Date,End Time", "toggl"),
    ],
)
def test_exports_are_known_by_their_headers(header: str, scheme: str) -> None:
    assert layout(header).scheme == scheme


def test_columns_are_found_by_name_wherever_they_stand() -> None:
    found = layout(TOGGL_NEW).columns
    assert (found[Role.END_DATE], found[Role.START_TIME], found[Role.USER], found[Role.TITLE]) == (7, 8, 2, 0)


def test_the_spanish_headers_mean_what_the_english_ones_do() -> None:
    assert layout(SPANISH).columns == layout(CLOCKIFY).columns


@pytest.mark.parametrize("header", ["User,Time (h),Time (decimal),Amount (USD)", "Summary report", "Benutzer,Zeit (h)"])
def test_a_summary_is_refused_and_the_right_report_named(header: str) -> None:
    with pytest.raises(ImportRefused, match="Detailed report"):
        layout(header)


def test_an_unknown_header_is_refused_with_its_columns_and_the_option() -> None:
    with pytest.raises(ImportRefused, match=r"columns are Was, Wann.*--map title=COLUMN"):
        layout("Was,Wann")


def test_any_table_can_be_mapped() -> None:
    found = layout("Was, bitte?,Wann,Wie lange", "title=#1,date=wann,hours=Wie lange")
    assert found.columns == {Role.TITLE: 0, Role.START: 2, Role.HOURS: 3}
    assert (found.scheme, found.bare) == ("csv", None)


def test_a_comma_inside_of_a_columns_name_does_not_end_it() -> None:
    found = layout_of(["Was, bitte?", "Wann", "Min"], "title=Was, bitte?,start=Wann,minutes=Min")
    assert found.columns[Role.TITLE] == 0


def test_mapping_changes_single_columns_of_a_known_export() -> None:
    found = layout(TOGGL_OLD, "title=Task")
    assert (found.scheme, found.columns[Role.TITLE]) == ("toggl", 4)


@pytest.mark.parametrize("mapping", ["title", "tittle=Was", "title=Wo", "title=#0", "title=#9", "=Was"])
def test_a_mapping_that_names_nothing_is_refused(mapping: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        layout("Was,Wann,Wie lange", mapping)
    assert caught.value.hint


def test_a_dash_and_a_missing_cell_are_empty() -> None:
    found = layout(TOGGL_NEW)
    assert [found.cell(["-", " 1:00 "], role) for role in (Role.TITLE, Role.DURATION, Role.TAGS)] == ["", "1:00", ""]


def test_a_table_that_meshnode_wrote_is_refused_with_the_way_to_take_its_entries_along() -> None:
    with pytest.raises(ImportRefused) as refused:
        layout(",".join(COLUMNS))
    assert (refused.value.code, refused.value.hint.split(": ")[1]) == (
        "own-export",
        "meshnode share ID --network NETWORK",
    )
    assert layout(",".join(COLUMNS), "date=from,seconds=seconds").columns[Role.START] == 1
