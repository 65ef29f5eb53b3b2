"""Times of day, lengths of time and time zones as files write them."""

import os
import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from meshnode.exchange.csv_dates import MAX_LENGTH
from meshnode.exchange.entries import ImportRefused

MAX_NUMBER = 12
"""Digits of a number in a duration: more is no length of work, and keeps arithmetic small."""

_CLOCK = re.compile(
    r"(\d{1,2})(?:\s?[:.hu]\s?(\d{2}))?(?:\s?[:.]\s?(\d{2})(?:[.,]\d{1,6})?)?\s?(?:h|uhr)?\s?(am|pm|a|p)?"
)
_COLONS = re.compile(r"(\d{1,5}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d{1,9})?)?\s?(h|hrs?|hours?|min|std)?\.?")
_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,12})?")
_PARTS = re.compile(r"(\d{1,12}(?:[.,]\d{1,12})?)\s*([a-zß]*)\.?\s*")
_UNITS = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "stunde", "stunden", "hora", "horas", "heure"), 3600),
    **dict.fromkeys(("heures", "ora", "ore", "u", "uur"), 3600),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuten", "minuto", "minutos", "mn", "minuti"), 60),
    **dict.fromkeys(("s", "sec", "secs", "sek", "seg", "second", "seconds", "sekunden", "segundos", "secondes"), 1),
}


class TimeUnclear(ValueError):
    """The text is no time of day, or no length of time; the message says so for people."""


class NoSuchTime(ValueError):
    """The clocks were put forward over this local time: it never was."""


class Negative(ValueError):
    """The length of time is below zero."""


def zone_named(name: str | None) -> ZoneInfo:
    """Return the zone `--tz` names, the machine's own for None. Raises ImportRefused."""
    wanted = name or local_zone_name()
    try:
        return ZoneInfo(wanted)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "write a name like Europe/Madrid, America/New_York or UTC after --tz"
        raise ImportRefused("unknown-zone", f"there is no time zone {wanted!r} here", hint) from None


def local_zone_name(environment: dict[str, str] | None = None, etc: Path = Path("/etc")) -> str:
    """Find the IANA name of the machine's zone: TZ, /etc/timezone, the target of /etc/localtime; else UTC."""
    named = (os.environ if environment is None else environment).get("TZ", "").lstrip(":")
    if re.fullmatch(r"[A-Za-z_+-]+(/[A-Za-z0-9_+-]+)*", named):
        return named
    try:
        target = os.readlink(etc / "localtime")
        return target.split("zoneinfo/", 1)[1] if "zoneinfo/" in target else "UTC"
    except OSError:
        pass
    try:
        return (etc / "timezone").read_text().strip() or "UTC"
    except (OSError, UnicodeDecodeError):
        return "UTC"


@lru_cache(maxsize=4096)
def read_clock(text: str) -> timedelta:
    """Read a time of day as the time since midnight, `24:00` included. Raises TimeUnclear."""
    plain = (
        _plain(text).replace("a. m", "am").replace("p. m", "pm").replace("a.m", "am").replace("p.m", "pm").rstrip(".")
    )
    match = _CLOCK.fullmatch(plain)
    if match is None or (match[2] is None and match[4] is None):
        raise TimeUnclear(f"{text.strip()!r} is not a time of day" if plain else "the time is missing")
    hour, minute, second = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if match[4]:
        if not 1 <= hour <= 12:
            raise TimeUnclear(f"{text.strip()!r} is not a time of day")
        hour = hour % 12 + (12 if match[4].startswith("p") else 0)
    if minute > 59 or second > 59 or (hour, minute, second) > (24, 0, 0):
        raise TimeUnclear(f"{text.strip()!r} is not a time of day")
    return timedelta(hours=hour, minutes=minute, seconds=second)


@lru_cache(maxsize=4096)
def read_duration(text: str, unit: int | None) -> int:
    """Read a length of time in whole seconds, rounded half up.

    `unit` is what a bare number counts in seconds (3600 for hours); None refuses bare numbers. Raises TimeUnclear,
    and Negative for what is below zero.
    """
    _check_length(text)
    plain = _plain(text).replace("\u2212", "-")
    if plain.startswith(("-", "(")):
        read_duration(plain.strip("-()"), unit)
        raise Negative(f"{text.strip()!r} is less than no time")
    if match := _COLONS.fullmatch(plain):
        return _colons(text, match)
    if _NUMBER.fullmatch(plain):
        if unit is None:
            raise TimeUnclear(f"{text.strip()!r} could be hours or minutes: map it as hours=… or minutes=…")
        return _seconds(plain, unit)
    return _with_units(text, plain)


def at_zone(day: date, clock: timedelta, zone: tzinfo, fold: int = 0) -> datetime:
    """Return the instant of a local time. Raises NoSuchTime in the hour that putting the clocks forward leaves out."""
    naive = datetime.combine(day, time()) + clock
    there = naive.replace(tzinfo=zone, fold=fold)
    back = there.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if back != naive:
        raise NoSuchTime(f"{naive:%Y-%m-%d %H:%M} never was in {zone}: the clocks were put forward")
    return there


def is_twice(day: date, clock: timedelta, zone: tzinfo) -> bool:
    """Whether this local time came twice, as the clocks were put back."""
    naive = datetime.combine(day, time()) + clock
    return naive.replace(tzinfo=zone).utcoffset() != naive.replace(tzinfo=zone, fold=1).utcoffset()


def _check_length(text: str) -> None:
    if len(text) > MAX_LENGTH:
        raise TimeUnclear(f"{text[:MAX_LENGTH]!r}… is not a time")


def _plain(text: str) -> str:
    """Lower case, without the odd spaces that newer programs put before AM and PM."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def _colons(text: str, match: re.Match[str]) -> int:
    """Read `h:mm:ss` and `h:mm`; a `min` after two parts makes them minutes and seconds."""
    parts = [int(each) for each in match.groups()[:3] if each is not None]
    if max(parts[1:]) > 59:
        raise TimeUnclear(f"{text.strip()!r} is not a length of time")
    if len(parts) == 2:
        parts = [0, *parts] if match[4] == "min" else [*parts, 0]
    return parts[0] * 3600 + parts[1] * 60 + parts[2]


def _with_units(text: str, plain: str) -> int:
    """Add up `2 h 15 min`, `1h30`, `PT1H30M`, `90 min`."""
    rest = plain.removeprefix("pt")
    total, place, last = 0, 0, 0
    while place < len(rest):
        match = _PARTS.match(rest, place)
        unit = 0 if match is None else _UNITS.get(match[2], last // 60 if not match[2] else 0)
        if match is None or not unit or (last and unit >= last):
            raise TimeUnclear(f"{text.strip()!r} is not a length of time" if plain else "the duration is missing")
        total += _seconds(match[1], unit)
        place, last = match.end(), unit
    if not rest:
        raise TimeUnclear("the duration is missing")
    return total


def _seconds(number: str, unit: int) -> int:
    exact = Fraction(number.replace(",", ".")) * unit
    return int(exact + Fraction(1, 2))
