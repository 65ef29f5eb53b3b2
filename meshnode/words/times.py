"""Times as people write and read them: lengths (`3h30`, `90m`, `1.5h`, `45 min`), days (`yesterday`), moments."""

import re
from datetime import UTC, date, datetime, timedelta

MOST_SECONDS = 10_000 * 3600
"""The longest single entry that can be logged. More is a typing error, not work."""

_UNITS = {
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours", "std", "ora", "ore", "hora", "horas"), 3600),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes", "minuto", "minuti", "minutos"), 60),
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
}
_CLOCK = r"(\d{1,5}):([0-5]\d)(?::([0-5]\d))?"
_PART = r"(\d{1,9})(?:[.,](\d{1,9}))?\s*([a-z]*)\s*"
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EXAMPLES = "3h30, 3:30, 90m, 1.5h, 2h15m or 45 min"


class UnclearTime(ValueError):
    """The text names no length of time or date, or more than one could be meant; the message says what to write."""


def parse_duration(text: str) -> int:
    """Return the whole seconds that `text` names; raises UnclearTime."""
    plain = text.strip().lower()
    seconds = _clock(plain) if ":" in plain else _units(plain)
    if seconds <= 0:
        raise UnclearTime(f"{text!r} is no time at all")
    if seconds > MOST_SECONDS:
        raise UnclearTime(f"{text!r} is longer than {MOST_SECONDS // 3600} hours")
    return seconds


def show_duration(seconds: int) -> str:
    """Write `seconds` for people: quarter hours as `3.5 h`, the rest as `1 h 20 min`."""
    hours, rest = divmod(seconds, 3600)
    if hours and rest % 900 == 0:
        return f"{hours}{('', '.25', '.5', '.75')[rest // 900]} h"
    minutes, left = divmod(rest, 60)
    parts = [(hours, "h"), (minutes, "min"), (left, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 min"


def today() -> date:
    """The day it is where the person is."""
    return datetime.now(UTC).astimezone().date()


def parse_date(text: str, today: date) -> date:
    """Return the day that `text` names: an ISO date, `today`, `yesterday`, `3 days ago` or the latest such weekday."""
    plain = " ".join(text.lower().split())
    if plain in ("today", "yesterday"):
        return today - timedelta(days=plain == "yesterday")
    if ago := re.fullmatch(r"(\d{1,4}) ?(?:d|days?) ago", plain):
        return today - timedelta(days=int(ago[1]))
    names = [name for name in _WEEKDAYS if len(plain) >= 3 and name.startswith(plain)]
    if names:
        return today - timedelta(days=(today.weekday() - _WEEKDAYS.index(names[0])) % 7)
    try:
        return date.fromisoformat(plain)
    except ValueError:
        raise UnclearTime(f"{text!r} is not a date: write 2026-03-09, yesterday or monday") from None


def show_moment(text: str | None) -> str:
    """Write an RFC 3339 time of the API in the reader's own time zone, to the minute."""
    moment = _moment(text)
    return moment.astimezone().strftime("%Y-%m-%d %H:%M") if moment else ""


def show_age(text: str | None, now: datetime) -> str:
    """Write how long ago an RFC 3339 time was, in its largest unit: `3 min`, `2 days`."""
    moment = _moment(text)
    if moment is None:
        return ""
    seconds = max(int((now - moment).total_seconds()), 0)
    for size, unit in ((86_400, "day"), (3600, "h"), (60, "min")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'s' if unit == 'day' and number > 1 else ''}"
    return f"{seconds} s"


def show_period(first: str, last: str) -> str:
    """Write one day, or the first and the last of several."""
    return first if not last or first == last else f"{first} – {last}"


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _clock(plain: str) -> int:
    match = re.fullmatch(_CLOCK, plain)
    if match is None:
        raise UnclearTime(f"{plain!r} is not a time: write {EXAMPLES}")
    return int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)


def _units(plain: str) -> int:
    """Add up the parts of `2h15m`; in `3h30` the last, bare number counts in the next smaller unit."""
    rest = plain.removeprefix("pt")
    part = re.compile(_PART)
    total, last, place = 0, 0, 0
    while place < len(rest):
        match = part.match(rest, place)
        if match is None:
            raise UnclearTime(f"{plain!r} is not a time: write {EXAMPLES}")
        unit = _unit_of(match[3], last, plain)
        if last and unit >= last:
            raise UnclearTime(f"{plain!r} is not a time: write {EXAMPLES}")
        total += _scaled(match[1], match[2] or "", unit)
        last, place = unit, match.end()
    return total


def _unit_of(word: str, last: int, plain: str) -> int:
    if word in _UNITS:
        return _UNITS[word]
    if not word and last > 1:
        return last // 60
    if plain.replace(".", "").replace(",", "").isdecimal():
        raise UnclearTime(f"{plain!r} could be hours or minutes: write {plain}h or {plain}m")
    raise UnclearTime(f"{plain!r} is not a time: write {EXAMPLES}")


def _scaled(whole: str, fraction: str, unit: int) -> int:
    """Multiply the decimal `whole.fraction` by `unit` exactly and round half up."""
    scale = int("1" + "0" * len(fraction))
    return (int(whole + fraction) * unit * 2 + scale) // (2 * scale)
