"""Times of day, lengths of time and zones as files write them."""

from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from meshnode.exchange.csv_times import (
    Negative,
    NoSuchTime,
    TimeUnclear,
    at_zone,
    is_twice,
    local_zone_name,
    read_clock,
    read_duration,
    zone_named,
)
from meshnode.exchange.entries import ImportRefused

MADRID = ZoneInfo("Europe/Madrid")


@pytest.mark.parametrize(
    ("text", "hours", "minutes", "seconds"),
    [
        ("09:00", 9, 0, 0),
        ("9:05:07", 9, 5, 7),
        ("9:00 AM", 9, 0, 0),
        ("12:00 AM", 0, 0, 0),
        ("12:30 PM", 12, 30, 0),
        ("11:45:10 pm", 23, 45, 10),
        ("1:00\u202fPM", 13, 0, 0),
        ("9 p.m.", 21, 0, 0),
        ("9:15 a. m.", 9, 15, 0),
        ("9.30", 9, 30, 0),
        ("14h05", 14, 5, 0),
        ("8:30 Uhr", 8, 30, 0),
        ("24:00", 24, 0, 0),
        ("09:00:00.250", 9, 0, 0),
    ],
)
def test_a_time_of_day_is_read(text: str, hours: int, minutes: int, seconds: int) -> None:
    assert read_clock(text) == timedelta(hours=hours, minutes=minutes, seconds=seconds)


@pytest.mark.parametrize("text", ["", "25:00", "24:01", "9:60", "13:00 PM", "0:30 AM", "9", "nine", "9:0", "1e3"])
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(TimeUnclear):
        read_clock(text)


@pytest.mark.parametrize(
    ("text", "unit", "seconds"),
    [
        ("1:30:00", None, 5400),
        ("01:30:00.500", None, 5400),
        ("8:00", None, 28_800),
        ("123:00:00", None, 442_800),
        ("47:06 min", None, 2826),
        ("1.5", 3600, 5400),
        ("1,5", 3600, 5400),
        ("0.33", 3600, 1188),
        ("90", 60, 5400),
        ("90 min", None, 5400),
        ("90 Min.", None, 5400),
        ("1.5 h", None, 5400),
        ("2 h 15 min", None, 8100),
        ("1h30", None, 5400),
        ("PT1H30M", None, 5400),
        ("1 hour 5 minutes 3 s", None, 3903),
        ("1,5 Std", None, 5400),
        ("0", 3600, 0),
    ],
)
def test_a_length_of_time_is_read(text: str, unit: int | None, seconds: int) -> None:
    assert read_duration(text, unit) == seconds


@pytest.mark.parametrize("text", ["90", "", "1:75", "1:00:61", "h", "1h 2h", "30 min 1 h", "1.2.3", "1e5", "9" * 40])
def test_what_is_no_clear_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(TimeUnclear):
        read_duration(text, None)


@pytest.mark.parametrize("text", ["-0:30:00", "-1.5", "\u22121:00", "(0:30)"])
def test_less_than_no_time_is_told_from_nonsense(text: str) -> None:
    with pytest.raises(Negative):
        read_duration(text, 3600)


def test_an_hour_that_the_clocks_left_out_never_was() -> None:
    with pytest.raises(NoSuchTime, match="2024-03-31 02:30 never was in Europe/Madrid"):
        at_zone(date(2024, 3, 31), timedelta(hours=2, minutes=30), MADRID)


def test_an_hour_that_came_twice_has_two_readings_an_hour_apart() -> None:
    clock = timedelta(hours=2, minutes=30)
    first, second = (at_zone(date(2024, 10, 27), clock, MADRID, fold).timestamp() for fold in (0, 1))
    assert (second - first, is_twice(date(2024, 10, 27), clock, MADRID)) == (3600, True)


def test_midnight_at_the_end_of_a_day_is_the_next_day() -> None:
    assert at_zone(date(2024, 2, 29), timedelta(hours=24), MADRID).date() == date(2024, 3, 1)


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "/etc/passwd", "Europe", "\0"])
def test_an_unknown_zone_is_refused_with_an_example(name: str) -> None:
    with pytest.raises(ImportRefused, match="Europe/Madrid"):
        zone_named(name)


def test_the_machines_zone_is_found_in_tz_then_in_localtime_then_in_timezone(tmp_path: Path) -> None:
    assert local_zone_name({"TZ": ":Europe/Berlin"}, tmp_path) == "Europe/Berlin"
    assert local_zone_name({}, tmp_path) == "UTC"
    (tmp_path / "timezone").write_text("America/Bogota\n")
    assert local_zone_name({}, tmp_path) == "America/Bogota"
    (tmp_path / "localtime").symlink_to("/usr/share/zoneinfo/Asia/Tokyo")
    assert local_zone_name({"TZ": ""}, tmp_path) == "Asia/Tokyo"
