"""Dates of spreadsheets, and who decides the order of day and month."""

from datetime import date

import pytest

from meshnode.exchange.csv_dates import DateUnclear, Order, decide_calendar, order_of, read_date
from meshnode.exchange.entries import ImportRefused

MARCH = date(2026, 3, 25)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-03-25", Order.YMD),
        ("2026/3/25", Order.DMY),
        ("2026.03.25", Order.MDY),
        ("25/03/2026", Order.DMY),
        ("25.3.26", Order.DMY),
        ("25. 3. 2026", Order.DMY),
        ("03/25/2026", Order.MDY),
        ("3-25-2026", Order.MDY),
        ("25 March 2026", Order.YMD),
        ("Wed, 25 Mar 2026", Order.YMD),
        ("March 25, 2026", Order.YMD),
        ("Mar 25th 2026", Order.YMD),
        ("25-Mar-2026", Order.YMD),
        ("25. März 2026", Order.YMD),
        ("25 de marzo de 2026", Order.YMD),
        ("25 mars 2026", Order.YMD),
        ("25 de março de 2026", Order.YMD),
    ],
)
def test_one_day_is_read_in_every_common_way_of_writing_it(text: str, order: Order) -> None:
    assert read_date(text, order) == MARCH


@pytest.mark.parametrize(
    "text", ["", "-", "31/02/2026", "2026-13-01", "25/03/2026/1", "46107", "tomorrow", "25 Foo 2026"]
)
def test_what_is_no_date_is_refused_in_words(text: str) -> None:
    with pytest.raises(DateUnclear) as caught:
        read_date(text, Order.DMY)
    assert str(caught.value)


def test_a_year_at_the_end_is_refused_when_iso_was_asked_for() -> None:
    with pytest.raises(DateUnclear, match="2026-03-25"):
        read_date("25/03/2026", Order.YMD)


@pytest.mark.parametrize("text", ["dmy", "DD/MM/YYYY", "%d.%m.%Y", "d-m-y"])
def test_the_date_format_may_be_written_in_every_common_way(text: str) -> None:
    assert order_of(text) is Order.DMY


def test_a_date_format_that_names_no_order_is_refused() -> None:
    with pytest.raises(ImportRefused, match="dmy, mdy or ymd"):
        order_of("ddmm")


def test_one_date_that_fits_only_one_order_decides_for_the_whole_file() -> None:
    calendar = decide_calendar([("line 2", "03/04/2026"), ("line 9", "13/04/2026")], None, "x.csv")
    assert (calendar.order, calendar.decided_by) == (Order.DMY, "line 9 (13/04/2026)")


def test_dots_are_only_written_day_first() -> None:
    assert decide_calendar([("line 2", "03.04.2026")], None, "x.csv").order is Order.DMY


def test_a_file_in_which_no_date_decides_is_refused_with_the_option_that_does() -> None:
    with pytest.raises(ImportRefused, match="--date-format dmy") as caught:
        decide_calendar([("line 2", "03/04/2026"), ("line 3", "2026-04-03")], None, "x.csv")
    assert caught.value.code == "ambiguous-dates"


def test_a_file_whose_dates_contradict_each_other_names_both_lines() -> None:
    with pytest.raises(ImportRefused, match=r"line 2 \(13/04/2026\).*line 3 \(04/13/2026\)"):
        decide_calendar([("line 2", "13/04/2026"), ("line 3", "04/13/2026")], None, "x.csv")


@pytest.mark.parametrize(
    ("name", "order"),
    [
        ("Clockify_Time_Report_Detailed_01_03_2026-31_03_2026.csv", Order.DMY),
        ("Clockify_Time_Report_Detailed_03_01_2026-03_31_2026.csv", Order.MDY),
    ],
)
def test_the_range_in_the_name_of_a_clockify_export_decides(name: str, order: Order) -> None:
    assert decide_calendar([("line 2", "03/04/2026")], None, name).order is order


def test_iso_dates_leave_nothing_to_decide() -> None:
    assert decide_calendar([("line 2", "2026-04-03")], None, "x.csv").decided_by == ""


def test_the_option_stands_above_what_the_dates_show() -> None:
    assert decide_calendar([("line 2", "13/04/2026")], "mdy", "x.csv").order is Order.MDY
