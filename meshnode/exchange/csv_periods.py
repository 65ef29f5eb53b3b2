"""When a row's work was and how long it took: start, end and stated length brought together.

How long is what the duration column says: trackers round it, and some keep only it. The span from start to end
counts when nothing is stated, or only to the minute or in decimals. Where both disagree, a note says so.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

from meshnode.exchange.csv_dates import MAX_LENGTH, Order, read_date
from meshnode.exchange.csv_times import at_zone, is_twice, read_clock
from meshnode.exchange.entries import Cause

RUNAWAY_HOURS = 12
"""Longest entry in hours unless `--max-hours` says otherwise: the cap of our own timers. Longer ones were forgotten."""

TOLERANCE = 60
"""Seconds by which span and duration may differ: what rounding to minutes and to hundredths of an hour explains."""

FIRST_DAY = date(1970, 1, 1)
"""Days before are typing errors or a spreadsheet's zero."""

AHEAD = timedelta(days=1)
"""How far in the future an entry may begin: clocks and zones differ, plans are no work."""

_OFFSET = re.compile(r"(.*\d)\s?(z|utc|gmt|[+-]\d{2}:?\d{2})", re.IGNORECASE)


class RowRefused(Exception):
    """One row cannot become an entry; `cause` says whether it is refused or skipped."""

    def __init__(self, cause: Cause, text: str) -> None:
        super().__init__(cause, text)
        self.cause = cause
        self.text = text


@dataclass(frozen=True, slots=True)
class Stamp:
    """A day, perhaps with a time of day, perhaps with its own offset from UTC."""

    day: date
    clock: timedelta | None = None
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class Length:
    """A stated length in seconds; `exact` when it was stated to the second."""

    seconds: int
    exact: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """What every row is measured against."""

    zone: tzinfo
    now: datetime
    max_hours: int = RUNAWAY_HOURS


@dataclass(frozen=True, slots=True)
class Period:
    """When a row's work was; the instants are None when only the day is known."""

    first: date
    last: date
    start: datetime | None
    end: datetime | None
    seconds: int
    remarks: list[tuple[Cause, str]] = field(default_factory=list)


def read_stamp(date_text: str, time_text: str, order: Order) -> Stamp | None:
    """Read a day and a time of day, which may stand together in one text; None when both are empty.

    Raises DateUnclear, TimeUnclear, or RowRefused for impossible days.
    """
    if not time_text:
        date_text, time_text = split_stamp(date_text)
    if not date_text:
        return None
    day = read_date(date_text, order)
    if day < FIRST_DAY:
        raise RowRefused(Cause.DATE, f"{date_text!r} is before {FIRST_DAY}")
    zone = None
    if match := _OFFSET.fullmatch(time_text.strip()[: MAX_LENGTH + 1]):
        time_text, zone = match[1], _offset(match[2])
    return Stamp(day, read_clock(time_text) if time_text.strip() else None, zone)


def split_stamp(text: str) -> tuple[str, str]:
    """Part `2026-03-25T09:00` or `25.3.2026 9:00` into its date and its time."""
    if len(text) > MAX_LENGTH:
        return text, ""
    if text[4:5] == "-" and text[10:11] in ("T", "t"):
        return text[:10], text[11:]
    match = re.search(r"[\s,]+(?=\d{1,2}[:.h]\d{2})", text)
    return (text[: match.start()], text[match.end() :]) if match else (text, "")


def period_of(start: Stamp, end: Stamp | None, told: Length | None, frame: Frame) -> Period:
    """Bring start, end and stated length together. Raises RowRefused, NoSuchTime."""
    if start.clock is None:
        period = _days(start, end, told)
    elif end is None or end.clock is None:
        period = _from_start(_instant(start, frame), told, frame)
    else:
        period = _from_both(start, end, told, frame)
    _check(period, frame)
    return period


def _days(start: Stamp, end: Stamp | None, told: Length | None) -> Period:
    if told is None:
        raise RowRefused(Cause.MISSING, "neither a duration nor times of day")
    last = end.day if end is not None and end.day > start.day else start.day
    return Period(start.day, last, None, None, told.seconds)


def _from_start(start: datetime, told: Length | None, frame: Frame) -> Period:
    if told is None:
        raise RowRefused(Cause.RUNNING, "has no end yet")
    return _between(start, start + timedelta(seconds=told.seconds), told.seconds, frame, [])


def _from_both(start: Stamp, end: Stamp, told: Length | None, frame: Frame) -> Period:
    remarks: list[tuple[Cause, str]] = []
    begin, finish = _best(_readings(start, frame), _readings(end, frame), told)
    span = round((finish - begin).total_seconds())
    if span < 0 and end.day == start.day:
        finish = max(_readings(Stamp(end.day + timedelta(days=1), end.clock, end.zone), frame))
        span = _over_midnight(begin, finish, told, frame)
        remarks.append((Cause.MIDNIGHT, "the end was taken to be on the next day"))
    if span < 0:
        raise RowRefused(Cause.NEGATIVE, f"ends {-span // 60} minutes before it starts")
    if told is None and (len(_readings(start, frame)) > 1 or len(_readings(end, frame)) > 1):
        remarks.append((Cause.TWICE, "lies in the hour that came twice; read as the earlier one"))
    return _between(begin, finish, _agreed(span, told, remarks), frame, remarks)


def _over_midnight(begin: datetime, finish: datetime, told: Length | None, frame: Frame) -> int:
    """The span of an entry that ends before it starts, if the next day explains it."""
    span = round((finish - begin).total_seconds())
    explained = span <= frame.max_hours * 3600 if told is None else abs(span - told.seconds) <= TOLERANCE
    if not explained:
        raise RowRefused(Cause.NEGATIVE, "ends before it starts")
    return span


def _agreed(span: int, told: Length | None, remarks: list[tuple[Cause, str]]) -> int:
    """Decide between span and stated length."""
    if told is None or (not told.exact and abs(span - told.seconds) <= TOLERANCE):
        return span
    if told.seconds == 0 and span > TOLERANCE:
        raise RowRefused(Cause.DURATION, f"states no time at all, but start and end are {_hours(span)} apart")
    if abs(span - told.seconds) > TOLERANCE:
        remarks.append((Cause.SPAN, f"states {_hours(told.seconds)}, start and end are {_hours(span)} apart"))
    return told.seconds


def _best(starts: list[datetime], ends: list[datetime], told: Length | None) -> tuple[datetime, datetime]:
    """Choose among the readings of times that came twice: the pair that fits the stated length, else the earlier."""
    if told is None:
        return starts[0], ends[0] if ends[0] >= starts[0] else ends[-1]
    pairs = [(start, end) for start in starts for end in ends]
    return min(pairs, key=lambda pair: abs((pair[1] - pair[0]).total_seconds() - told.seconds))


def _readings(stamp: Stamp, frame: Frame) -> list[datetime]:
    """All instants in UTC that a local time can mean: one, or two when the clocks were put back."""
    clock = stamp.clock or timedelta()
    zone = stamp.zone or frame.zone
    first = at_zone(stamp.day, clock, zone).astimezone(UTC)
    return (
        [first, at_zone(stamp.day, clock, zone, fold=1).astimezone(UTC)]
        if is_twice(stamp.day, clock, zone)
        else [first]
    )


def _instant(stamp: Stamp, frame: Frame) -> datetime:
    return _readings(stamp, frame)[0]


def _between(
    start: datetime, end: datetime, seconds: int, frame: Frame, remarks: Iterable[tuple[Cause, str]]
) -> Period:
    """A period between two instants; one that ends at midnight belongs to the day before."""
    begin, finish = start.astimezone(frame.zone), end.astimezone(frame.zone)
    last = max(begin.date(), (end - timedelta(seconds=1)).astimezone(frame.zone).date())
    return Period(begin.date(), last, begin, finish, seconds, list(remarks))


def _check(period: Period, frame: Frame) -> None:
    if period.seconds == 0:
        raise RowRefused(Cause.ZERO, "took no time")
    if period.seconds > frame.max_hours * 3600:
        text = f"{_hours(period.seconds)} in one go: was a timer left running? --max-hours {frame.max_hours} is the cap"
        raise RowRefused(Cause.RUNAWAY, text)
    ahead = frame.now + AHEAD
    begins_late = period.first > ahead.astimezone(frame.zone).date() if period.start is None else period.start > ahead
    if begins_late:
        raise RowRefused(Cause.FUTURE, f"begins on {period.first}, which is yet to come")


def _hours(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def _offset(text: str) -> tzinfo:
    if text[0] not in "+-":
        return UTC
    digits = text[1:].replace(":", "")
    away = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if away >= timedelta(days=1):
        raise RowRefused(Cause.TIME, f"{text} is no offset from UTC")
    return timezone(away if text[0] == "+" else -away)
