"""Times as people write and read them."""

from contextlib import suppress
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshnode.words.times import (
    MOST_SECONDS,
    UnclearTime,
    parse_date,
    parse_duration,
    show_age,
    show_duration,
    show_moment,
    show_period,
)

MONDAY = date(2026, 3, 9)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3h30", 12_600),
        ("3:30", 12_600),
        ("90m", 5400),
        ("1.5h", 5400),
        ("1,5h", 5400),
        ("2h15m", 8100),
        ("45 min", 2700),
        ("2 hours 5 minutes", 7500),
        ("0:45:30", 2730),
        ("1h30m15s", 5415),
        ("1h 5", 3900),
        ("5m30", 330),
        ("PT1H30M", 5400),
        ("0.333h", 1199),
        (" 30s ", 30),
        ("2H", 7200),
    ],
)
def test_a_duration_is_read_as_people_write_it(text: str, seconds: int) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    "text", ["", "h", "3x", "3h3h", "5m3h", "1:60", "1:2:3:4", "3h-30", "tomorrow", "1h m", "PT", "١:٣٠x"]
)
def test_what_is_no_duration_is_refused_with_examples(text: str) -> None:
    with pytest.raises(UnclearTime):
        parse_duration(text)


def test_only_a_bare_number_is_asked_about() -> None:
    with pytest.raises(UnclearTime, match="'1/2 h' is not a time: write 3h30"):
        parse_duration("1/2 h")
    with pytest.raises(UnclearTime, match="write 90h or 90m"):
        parse_duration("90")


@pytest.mark.parametrize("text", ["0h", "0:00", "0.0001s"])
def test_no_time_at_all_is_refused(text: str) -> None:
    with pytest.raises(UnclearTime, match="no time at all"):
        parse_duration(text)


def test_more_than_anyone_works_is_refused() -> None:
    assert parse_duration("10000h") == MOST_SECONDS
    with pytest.raises(UnclearTime, match="longer than 10000 hours"):
        parse_duration("10000h 1s")


@given(st.integers(min_value=1, max_value=MOST_SECONDS))
def test_reading_undoes_showing(seconds: int) -> None:
    assert parse_duration(show_duration(seconds)) == seconds


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(UnclearTime):
        assert 0 < parse_duration(text) <= MOST_SECONDS


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((12_600, "3.5 h"), (3600, "1 h"), (4800, "1 h 20 min"), (2700, "45 min"), (75, "1 min 15 s"), (0, "0 min")),
        *((44_442_900, "12345.25 h"), (4_444_443_000, "1234567.5 h")),
    ],
)
def test_quarter_hours_are_shown_as_decimals_and_the_rest_in_parts(seconds: int, text: str) -> None:
    assert show_duration(seconds) == text


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", MONDAY),
        ("yesterday", date(2026, 3, 8)),
        ("3 days ago", date(2026, 3, 6)),
        ("1d ago", date(2026, 3, 8)),
        ("monday", MONDAY),
        ("fri", date(2026, 3, 6)),
        ("2025-12-31", date(2025, 12, 31)),
    ],
)
def test_a_day_is_read_as_people_write_it(text: str, day: date) -> None:
    assert parse_date(text, MONDAY) == day


@pytest.mark.parametrize("text", ["tomorrow", "m", "09/03/2026", "2026-13-01", ""])
def test_an_unclear_day_is_refused(text: str) -> None:
    with pytest.raises(UnclearTime, match="is not a date"):
        parse_date(text, MONDAY)


def test_a_moment_is_shown_in_the_readers_zone() -> None:
    local = datetime(2026, 3, 9, 10, 15, tzinfo=UTC).astimezone()
    assert show_moment("2026-03-09T10:15:00Z") == local.strftime("%Y-%m-%d %H:%M")
    assert show_moment(None) == show_moment("never") == ""


@pytest.mark.parametrize(("before", "text"), [("10:14:59", "1 s"), ("10:10:00", "5 min"), ("07:15:00", "3 h")])
def test_an_age_is_shown_in_its_largest_unit(before: str, text: str) -> None:
    now = datetime(2026, 3, 9, 10, 15, tzinfo=UTC)
    assert show_age(f"2026-03-09T{before}Z", now) == text
    assert show_age("2026-03-06T10:15:00", now) == "3 days"
    assert show_age("", now) == ""


def test_a_period_of_one_day_is_that_day() -> None:
    assert show_period("2026-03-09", "2026-03-09") == show_period("2026-03-09", "") == "2026-03-09"
    assert show_period("2026-03-02", "2026-03-09") == "2026-03-02 – 2026-03-09"
