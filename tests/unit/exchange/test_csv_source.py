"""Whole time sheets as real people export them; the samples stand under tests/data/csv."""

import time
from dataclasses import replace
from datetime import date

import pytest

from meshnode.exchange.csv_source import CsvOptions, find_in_csv
from meshnode.exchange.entries import SLOT, Cause, Entry, Fate, Findings, ImportRefused
from tests.support.sheets import NOW, SHEETS, causes, read_lines, read_sheet

MADRID = CsvOptions(tz="Europe/Madrid")
BERLIN = CsvOptions(tz="Europe/Berlin")
HEADER = "Description,Duration,Email,Start date,Start time\n"
BUSY_SECONDS = 5.0
"""Work of the processor that shows a search without end, which takes minutes; what it must take are milliseconds."""


def figures(findings: Findings) -> list[tuple[int | str, int, date]]:
    return [(entry.place, entry.quantity.n, entry.first) for entry in findings.entries]


def only(findings: Findings) -> Entry:
    (entry,) = findings.entries
    return entry


def test_the_newer_toggl_export_is_read_with_all_its_trouble() -> None:
    found = read_sheet("toggl_members.csv", MADRID)
    assert figures(found) == [
        (2, 12_600, date(2026, 3, 2)),
        (3, 2_710, date(2026, 3, 2)),
        (5, 4_500, date(2026, 3, 3)),
        (10, 1_800, date(2026, 3, 7)),
    ]
    assert causes(found) == [(6, Cause.RUNAWAY), (7, Cause.ZERO), (8, Cause.DUPLICATE), (9, Cause.RUNNING)]
    assert (found.scheme, found.refused(), found.skipped()) == ("toggl", 1, 3)


def test_everything_a_row_says_is_kept() -> None:
    entry = read_sheet("toggl_members.csv", MADRID).entries[0]
    assert (entry.title, entry.project, entry.extras) == (
        "Página de inicio, primer borrador",
        "Acme Site",
        {
            "start": "2026-03-02T09:00:00+01:00",
            "end": "2026-03-02T12:30:00+01:00",
            "tags": ["diseño", "web"],
            "billable": True,
        },
    )


def test_a_description_of_several_lines_becomes_title_and_text() -> None:
    entry = read_sheet("toggl_members.csv", MADRID).entries[1]
    assert (entry.title, entry.text) == ("Línea 1", 'Línea 2 "con comillas"')


def test_an_entry_without_description_is_named_after_its_project() -> None:
    assert read_sheet("toggl_members.csv", MADRID).entries[2].title == "Acme Site"


def test_a_formula_is_a_title_like_any_other() -> None:
    assert read_sheet("toggl_members.csv", MADRID).entries[3].title == '=HYPERLINK("http://evil.example")'


def test_an_export_of_several_people_asks_who_is_meant() -> None:
    with pytest.raises(ImportRefused, match=r"2 people: ben@ortiz.example, carla@ruiz.example.*--email"):
        read_sheet("toggl_users.csv", BERLIN)


def test_the_older_toggl_export_is_read_across_both_changes_of_the_clock() -> None:
    found = read_sheet("toggl_users.csv", replace(BERLIN, emails=("Ben@Ortiz.example",)))
    assert [(place, seconds) for place, seconds, _ in figures(found)] == [(2, 5400), (3, 7200), (4, 7200), (5, 14_400)]
    assert causes(found) == [
        (5, Cause.SPAN),
        (6, Cause.OTHERS),
        (7, Cause.NEGATIVE),
        (8, Cause.NO_SUCH_TIME),
    ]


def test_an_american_clockify_export_is_read_with_its_twelve_hour_clock() -> None:
    found = read_sheet("Clockify_Time_Report_Detailed_02_01_2026-02_28_2026.csv", CsvOptions(tz="America/New_York"))
    assert figures(found) == [
        (2, 12_600, date(2026, 2, 3)),
        (3, 1800, date(2026, 2, 3)),
        (4, 1200, date(2026, 2, 25)),
    ]
    assert causes(found) == [(5, Cause.RUNAWAY), (6, Cause.TOTAL)]
    assert found.entries[1].title == 'Call with "Bob"'


def test_a_german_clockify_export_is_read_in_its_encoding() -> None:
    found = read_sheet("clockify_german.csv", BERLIN)
    assert [(entry.title, entry.project, entry.quantity.n) for entry in found.entries] == [
        ("Grundriß geprüft", "Ärztehaus", 5400),
        ("Rückruf; Termin verschoben", "Ärztehaus", 1200),
    ]
    assert found.entries[0].extras["client"] == "Müller & Söhne"
    assert Cause.ENCODING in found.counts


def test_a_portuguese_clockify_export_in_utf_16_is_read_with_its_decimal_comma() -> None:
    found = read_sheet("clockify_portuguese.csv", CsvOptions(tz="Europe/Lisbon"))
    assert [(entry.title, entry.quantity.n) for entry in found.entries] == [
        ("Reunião de alinhamento", 5400),
        ("Só a duração decimal", 2700),
    ]


def test_another_programs_table_is_mapped_by_hand() -> None:
    options = CsvOptions(mapping="title=Notes,start=Date,hours=Hours,project=Project,task=Task", tz="UTC")
    found = read_sheet("harvest.csv", options)
    assert figures(found) == [(2, 11_700, date(2026, 5, 4)), (3, 6300, date(2026, 5, 5))]
    assert causes(found) == [(4, Cause.DUPLICATE), (5, Cause.NEGATIVE)]


def test_equal_rows_that_are_no_mistake_can_be_kept_and_stay_apart() -> None:
    options = CsvOptions(mapping="title=Notes,start=Date,hours=Hours", tz="UTC", keep_duplicates=True)
    found = read_sheet("harvest.csv", options)
    assert len({entry.source.ref for entry in found.entries}) == len(found.entries) == 3


def test_references_name_the_row_and_not_the_file() -> None:
    first = only(read_lines(HEADER + "Work,1:00:00,a@b.c,2026-03-02,09:00:00\n"))
    again = only(read_lines("Start time,Start date,Duration,Description\n09:00,2026-03-02,1:00:00,Work\n"))
    assert first.source != again.source  # without an address it could be somebody else's
    other = only(read_lines(HEADER + "Work,1:00:00,A@B.C,2026-03-02,9:00\n", name="other.csv"))
    assert first.source == other.source


def test_a_changed_row_keeps_its_slot_and_gets_another_reference() -> None:
    before, after = (
        only(read_lines(HEADER + f"{title},1:00:00,a@b.c,2026-03-02,09:00:00\n")) for title in ("Work", "Real work")
    )
    assert before.source.slot == after.source.slot == before.source.ref[:SLOT]
    assert before.source.ref != after.source.ref
    assert len(before.source.ref) == 2 * SLOT


def test_references_say_nothing_to_those_without_the_secret() -> None:
    raw = (HEADER + "Work,1:00:00,a@b.c,2026-03-02,09:00:00\n").encode()
    ours, theirs = (find_in_csv(raw, "x", CsvOptions(tz="UTC"), NOW, secret) for secret in (b"1" * 32, b"2" * 32))
    assert only(ours).source != only(theirs).source


@pytest.mark.parametrize(
    ("row", "cause"),
    [
        ("Work,1:00:00,a@b.c,2026-02-30,09:00", Cause.DATE),
        ("Work,1:00:00,a@b.c,,09:00", Cause.MISSING),
        ("Work,1:00:00,a@b.c,2026-03-02,9 o'clock", Cause.TIME),
        ("Work,an hour,a@b.c,2026-03-02,09:00", Cause.TIME),
        ("Work,-1:00:00,a@b.c,2026-03-02,09:00", Cause.NEGATIVE),
        ("Work,13:00:00,a@b.c,2026-03-02,09:00", Cause.RUNAWAY),
        ("Work,1:00:00,a@b.c,2026-12-24,09:00", Cause.FUTURE),
        ("Work, and more,1:00:00,a@b.c,2026-03-02,09:00", Cause.RAGGED),
        ("Work,1:00:00", Cause.RAGGED),
        ('"Work"s,1:00:00,a@b.c,2026-03-02,09:00', Cause.QUOTES),
    ],
)
def test_a_bad_row_is_refused_by_its_line_and_the_others_are_read(row: str, cause: Cause) -> None:
    found = read_lines(
        HEADER + "Before,1:00:00,a@b.c,2026-03-01,09:00\n" + row + "\nAfter,1:00:00,a@b.c,2026-03-03,9:00\n"
    )
    assert causes(found) == [(3, cause)]
    assert [entry.title for entry in found.entries] == ["Before", "After"]
    assert found.notices[-1].fate is Fate.REFUSED
    assert found.notices[-1].text


def test_the_order_of_dates_is_told_with_what_decided_it() -> None:
    found = read_lines(HEADER + "Work,1:00:00,a@b.c,13/03/2026,09:00\n")
    assert "day before month, because of line 2 (13/03/2026)" in found.notices[0].text


def test_a_very_long_description_is_cut_with_a_note() -> None:
    found = read_lines(HEADER + f"{'word ' * 20_000},1:00:00,a@b.c,2026-03-02,09:00\n")
    assert causes(found) == [(2, Cause.CUT)]
    assert len(only(found).title) <= 200
    assert "more characters were cut" in only(found).text


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (CsvOptions(max_hours=0), "max-hours"),
        (CsvOptions(max_hours=10_000), "max-hours"),
        (CsvOptions(delimiter="x"), "delimiter"),
        (CsvOptions(tz="Nowhere"), "unknown-zone"),
        (CsvOptions(date_format="y"), "date-format"),
    ],
)
def test_an_impossible_option_is_refused(options: CsvOptions, code: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        read_lines(HEADER, options)
    assert caught.value.code == code


def test_the_samples_are_all_tried() -> None:
    tried = {"toggl_members.csv", "toggl_users.csv", "clockify_german.csv", "clockify_portuguese.csv", "harvest.csv"}
    tried.add("Clockify_Time_Report_Detailed_02_01_2026-02_28_2026.csv")
    assert {path.name for path in SHEETS.iterdir()} == tried


@pytest.mark.parametrize("cell", [" " * 100_000 + "x", "a" + "\u00a0" * 60_000 + "b", "1" * 100_000, "Mon " * 30_000])
@pytest.mark.parametrize("column", range(1, 5))
def test_a_cell_without_end_keeps_nobody_busy(cell: str, column: int) -> None:
    cells = ["Work", "1:00:00", "a@b.c", "2026-03-02", "09:00"]
    cells[column] = f"a{cell}b"
    began = time.process_time()
    found = read_lines(HEADER + ",".join(cells) + "\n")
    assert time.process_time() - began < BUSY_SECONDS
    assert len(found.entries) == (column == 2)
