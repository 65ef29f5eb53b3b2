"""Dates as spreadsheets and time trackers write them, and the decision what `03/04/2026` means.

Year first is ISO. With the year last, the order of day and month is decided once for the whole file: by
`--date-format`, else by a date that only fits one order (13/04), else by dots (only written day first), else by the
range in the name that Clockify gives its files. A file in which nothing decides is refused: guessing would move
half of somebody's year.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from meshnode.exchange.entries import ImportRefused


class Order(StrEnum):
    """The order of a numeric date with the year at its end; `ymd` when the year must come first."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"


class DateUnclear(ValueError):
    """The text is no date; the message says what it is instead."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """How the dates of one file are read."""

    order: Order
    decided_by: str
    """For people: `--date-format`, `line 7 (25/03/2026)` …; empty when no date was open to doubt."""


MAX_LENGTH = 64
"""Characters of a date or a time. Longer cells are something else, and could keep a pattern busy for hours."""

_NUMERIC = re.compile(r"(\d{1,4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,4})\.?")
_WORDY = re.compile(
    r"(?:[^\W\d_]+\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th|\.|º)?[\s/-]*(?:de\s+)?([^\W\d_]{3,12})\.?,?[\s/-]*(?:de\s+)?(\d{4})"
)
_AMERICAN = re.compile(r"(?:[^\W\d_]+\.?,?\s+)?([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_RANGE = re.compile(r"(\d{2})_(\d{2})_\d{4}[-–](\d{2})_(\d{2})_\d{4}")

_MONTHS = (
    ("jan", "ene", "gen"),
    ("feb", "fev", "fév"),
    ("mar", "mär", "mrz", "maerz"),
    ("apr", "abr", "avr"),
    ("may", "mai", "mag"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "ago", "aoû", "aou"),
    ("sep", "set"),
    ("oct", "okt", "out", "ott"),
    ("nov",),
    ("dec", "dez", "dic", "déc"),
)
"""How month names begin in English, German, Spanish, French, Italian and Portuguese."""


def order_of(date_format: str) -> Order:
    """Read `--date-format`: `dmy`, `DD/MM/YYYY`, `%m/%d/%Y`, `iso` … Raises ImportRefused."""
    plain = date_format.strip().lower()
    letters = "".join(dict.fromkeys(re.findall(r"[dmy]", plain)))
    if plain in ("iso", "iso8601", "iso-8601"):
        return Order.YMD
    if letters not in (Order.DMY, Order.MDY, Order.YMD):
        raise ImportRefused("date-format", f"{date_format!r} is not a date format", "write dmy, mdy or ymd")
    return Order(letters)


def decide_calendar(dates: Iterable[tuple[str, str]], date_format: str | None, file_name: str) -> Calendar:
    """Decide how a file's dates are read; `dates` are (place, text). Raises ImportRefused if nothing decides."""
    if date_format is not None:
        return Calendar(order_of(date_format), "--date-format")
    day_first, month_first, open_date = _evidence(dates)
    if day_first and month_first:
        text = f"the dates contradict each other: {day_first} has the day first, {month_first} the month"
        raise ImportRefused("mixed-dates", text, "--date-format dmy or mdy decides; the other rows are then refused")
    if day_first or month_first:
        return Calendar(Order.DMY if day_first else Order.MDY, day_first or month_first)
    if not open_date:
        return Calendar(Order.YMD, "")
    named = _order_in_name(file_name)
    if named is None:
        raise ImportRefused(
            "ambiguous-dates",
            f"{open_date} could have the day or the month first, and no date in this file decides",
            "add --date-format dmy (day first) or --date-format mdy (month first)",
        )
    return Calendar(named, f"the file's name, {file_name}")


@lru_cache(maxsize=4096)
def read_date(text: str, order: Order) -> date:
    """Read one date; with `ymd` a year at the end is refused. Raises DateUnclear."""
    plain = text.strip()
    if len(plain) > MAX_LENGTH:
        raise DateUnclear(f"{plain[:MAX_LENGTH]!r}… is not a date")
    match = _NUMERIC.fullmatch(plain)
    if match is None:
        return _read_named(plain)
    a, b, c = match[1], match[3], match[4]
    if len(a) == 4 and len(c) <= 2:
        return _date(plain, int(a), int(b), int(c))
    if order is Order.YMD or len(a) > 2 or len(c) not in (2, 4):
        raise DateUnclear(f"{text!r} is not a date like 2026-03-25")
    year = int(c) + (2000 if len(c) == 2 else 0)
    return _date(plain, year, int(b), int(a)) if order is Order.DMY else _date(plain, year, int(a), int(b))


def _evidence(dates: Iterable[tuple[str, str]]) -> tuple[str, str, str]:
    """Find a date that must have its day first, one that must have its month first, and one that says neither."""
    day_first = month_first = open_date = ""
    for place, text in dates:
        match = _NUMERIC.fullmatch(text.strip()[: MAX_LENGTH + 1])
        if match is None or len(match[1]) > 2:
            continue
        a, b = int(match[1]), int(match[3])
        found = f"{place} ({text.strip()})"
        if a > 12 >= b or match[2] == ".":
            day_first = day_first or found
        elif b > 12 >= a:
            month_first = month_first or found
        else:
            open_date = open_date or found
    return day_first, month_first, open_date


def _order_in_name(file_name: str) -> Order | None:
    """Read the order from `Clockify_Time_Report_Detailed_01_03_2026-31_03_2026.csv`, if it shows."""
    match = _RANGE.search(file_name)
    if match is None:
        return None
    firsts, seconds = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
    if max(firsts) > 12 >= max(seconds):
        return Order.DMY
    return Order.MDY if max(seconds) > 12 >= max(firsts) else None


def _read_named(plain: str) -> date:
    """Read `25 March 2026`, `25. März 2026`, `25 de marzo de 2026` or `March 25, 2026`."""
    lowered = plain.lower()
    if match := _WORDY.fullmatch(lowered):
        return _date(plain, int(match[3]), _month(match[2], plain), int(match[1]))
    if match := _AMERICAN.fullmatch(lowered):
        return _date(plain, int(match[3]), _month(match[1], plain), int(match[2]))
    raise DateUnclear(f"{plain!r} is not a date" if plain else "the date is missing")


def _month(name: str, plain: str) -> int:
    for number, starts in enumerate(_MONTHS, 1):
        if name.startswith(starts):
            return number
    raise DateUnclear(f"{plain!r} names no month")


def _date(plain: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise DateUnclear(f"{plain!r} is not a day of the calendar") from None
