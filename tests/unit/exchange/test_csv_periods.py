"""Start, end and stated length brought together."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from meshnode.exchange.csv_dates import Order
from meshnode.exchange.csv_periods import Frame, Length, Period, RowRefused, Stamp, period_of, read_stamp
from meshnode.exchange.entries import Cause

DAY = date(2026, 3, 25)
FRAME = Frame(ZoneInfo("Europe/Madrid"), datetime(2026, 11, 21, tzinfo=UTC))


def at(hour: float, day: date = DAY) -> Stamp:
    return Stamp(day, timedelta(hours=hour))


def told(seconds: int, exact: bool = True) -> Length:
    return Length(seconds, exact)


def remarks(period: Period) -> list[Cause]:
    return [cause for cause, _ in period.remarks]


def refusal(start: Stamp, end: Stamp | None, length: Length | None, frame: Frame = FRAME) -> Cause:
    with pytest.raises(RowRefused) as caught:
        period_of(start, end, length, frame)
    return caught.value.cause


def test_the_span_counts_when_nothing_is_stated() -> None:
    period = period_of(at(9), at(12.5), None, FRAME)
    assert (period.seconds, period.first, period.last) == (12_600, DAY, DAY)


def test_the_stated_length_counts_where_the_span_differs_and_that_is_noted() -> None:
    period = period_of(at(9), at(13), told(12_600), FRAME)
    assert (period.seconds, remarks(period)) == (12_600, [Cause.SPAN])


def test_a_length_in_hundredths_of_an_hour_gives_way_to_the_exact_span() -> None:
    period = period_of(at(9), at(9 + 1 / 3), told(1188, exact=False), FRAME)
    assert (period.seconds, period.remarks) == (1200, [])


def test_an_entry_over_midnight_belongs_to_both_days() -> None:
    period = period_of(at(23.5), at(0.75, DAY + timedelta(days=1)), None, FRAME)
    assert (period.seconds, period.first, period.last) == (4500, DAY, DAY + timedelta(days=1))


def test_an_entry_up_to_midnight_belongs_to_one_day() -> None:
    period = period_of(at(23), at(24), None, FRAME)
    assert (period.seconds, period.last) == (3600, DAY)


def test_an_end_before_the_start_is_the_next_day_if_the_stated_length_says_so() -> None:
    period = period_of(at(23.5), at(0.75), told(4500), FRAME)
    assert (period.seconds, remarks(period)) == (4500, [Cause.MIDNIGHT])


def test_an_end_before_the_start_that_nothing_explains_is_refused() -> None:
    assert refusal(at(17), at(9), told(3600)) is Cause.NEGATIVE
    assert refusal(at(17), at(9), None) is Cause.NEGATIVE
    assert refusal(at(9), at(9, DAY - timedelta(days=1)), None) is Cause.NEGATIVE


def test_a_start_without_an_end_or_a_length_is_still_running() -> None:
    assert refusal(at(9), None, None) is Cause.RUNNING


def test_a_start_and_a_length_give_the_end() -> None:
    period = period_of(at(23), None, told(7200), FRAME)
    assert (period.end, period.last) == (period.start + timedelta(hours=2) if period.start else None, date(2026, 3, 26))


def test_a_day_and_a_length_are_enough() -> None:
    period = period_of(Stamp(DAY), None, told(3600), FRAME)
    assert period == Period(DAY, DAY, None, None, 3600)


def test_a_day_alone_is_not_enough() -> None:
    assert refusal(Stamp(DAY), None, None) is Cause.MISSING


def test_no_time_at_all_is_skipped_but_not_where_the_span_says_otherwise() -> None:
    assert refusal(at(9), at(9), told(0)) is Cause.ZERO
    assert refusal(at(9), at(10), told(0)) is Cause.DURATION


def test_a_timer_that_ran_longer_than_the_cap_is_refused() -> None:
    assert refusal(at(9), None, told(12 * 3600 + 1)) is Cause.RUNAWAY
    assert period_of(at(9), None, told(12 * 3600), FRAME).seconds == 43_200


def test_work_that_is_yet_to_come_is_refused() -> None:
    soon = Frame(FRAME.zone, datetime(2026, 3, 23, 23, tzinfo=UTC))
    assert refusal(at(9), at(10), None, soon) is Cause.FUTURE
    assert refusal(Stamp(DAY + timedelta(days=1)), None, told(60), soon) is Cause.FUTURE
    assert period_of(Stamp(DAY), None, told(60), soon).first == DAY


def test_the_night_the_clocks_go_forward_is_an_hour_shorter() -> None:
    night = date(2024, 3, 31)
    assert period_of(at(1, night), at(4, night), None, FRAME).seconds == 7200


def test_the_stated_length_chooses_between_the_two_readings_of_an_hour_that_came_twice() -> None:
    night = date(2024, 10, 27)
    periods = [period_of(at(1.5, night), at(2.5, night), told(hours * 3600), FRAME) for hours in (1, 2)]
    assert [(each.seconds, each.remarks) for each in periods] == [(3600, []), (7200, [])]


def test_an_hour_that_came_twice_without_a_length_is_read_as_the_earlier_with_a_note() -> None:
    night = date(2024, 10, 27)
    period = period_of(at(1.5, night), at(2.5, night), None, FRAME)
    assert (period.seconds, remarks(period)) == (3600, [Cause.TWICE])


def test_an_offset_in_the_text_stands_above_the_zone_of_the_file() -> None:
    start = read_stamp("2026-03-25T23:30:00-05:00", "", Order.YMD)
    assert start is not None
    assert period_of(start, None, told(60), FRAME).first == date(2026, 3, 26)


@pytest.mark.parametrize(
    "text", ["2026-03-25T09:00:00Z", "2026-03-25 09:00 UTC", "25.03.2026, 09:00", "25.03.2026 9:00 AM"]
)
def test_day_and_time_may_stand_in_one_cell(text: str) -> None:
    stamp = read_stamp(text, "", Order.DMY)
    assert stamp is not None
    assert (stamp.day, stamp.clock) == (DAY, timedelta(hours=9))


def test_days_before_1970_are_typing_errors() -> None:
    with pytest.raises(RowRefused, match="before 1970-01-01"):
        read_stamp("1900-01-01", "", Order.YMD)


def test_an_impossible_offset_is_refused() -> None:
    with pytest.raises(RowRefused, match="no offset"):
        read_stamp("2026-03-25T09:00:00+99:00", "", Order.YMD)
