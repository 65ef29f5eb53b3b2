"""Options of an import as they come over the API: names and JSON values, checked before anything is read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from meshnode.exchange.csv_periods import RUNAWAY_HOURS
from meshnode.exchange.csv_source import CsvOptions
from meshnode.exchange.csv_times import Negative, TimeUnclear, read_duration
from meshnode.exchange.entries import ONE, ImportRefused
from meshnode.exchange.git_log import Extent, GitOptions
from meshproto.types.value import KINDS, Measure

OptionValue = str | int | bool | Sequence[str]

COMMON = ("network", "project", "kind", "accept_partial", "create_projects", "without_projects", "again", "email")
GIT = ("per", "merges", "all", "branch", "since", "until", "each")
CSV = ("map", "date_format", "tz", "encoding", "delimiter", "max_hours", "keep_duplicates")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user wants done with whatever is found."""

    network: str | None
    project: str | None
    kind: str
    accept_partial: bool
    """Write what can be written although lines were refused."""
    create_projects: bool
    without_projects: bool
    again: bool
    """Take rows that begin when an earlier imported one did."""


def check_names(kind: str, given: Mapping[str, OptionValue]) -> None:
    """Refuse options that this kind of import does not know. Raises ImportRefused."""
    known = (*COMMON, *(GIT if kind == "git" else CSV))
    for name in given:
        if name not in known:
            hint = "known: " + ", ".join(f"--{each.replace('_', '-')}" for each in known)
            raise ImportRefused("option", f"import {kind} has no option --{name.replace('_', '-')}", hint)


def wishes(given: Mapping[str, OptionValue]) -> Wishes:
    """Read the options that all imports share. Raises ImportRefused."""
    kind = _text(given, "kind") or "work"
    if kind not in KINDS:
        raise ImportRefused("option", f"{kind!r} is no kind of contribution", f"one of {', '.join(KINDS)}")
    chosen = Wishes(
        network=_text(given, "network"),
        project=_text(given, "project"),
        kind=kind,
        accept_partial=_flag(given, "accept_partial"),
        create_projects=_flag(given, "create_projects"),
        without_projects=_flag(given, "without_projects"),
        again=_flag(given, "again"),
    )
    if sum((chosen.project is not None, chosen.create_projects, chosen.without_projects)) > 1:
        raise ImportRefused("option", "--project, --create-projects and --without-projects exclude each other")
    return chosen


def git_options(given: Mapping[str, OptionValue], configured: Sequence[str]) -> tuple[GitOptions, Extent]:
    """Read the options of `import git`; `configured` are the addresses git knows. Raises ImportRefused."""
    per = _text(given, "per") or "commit"
    if per not in ("commit", "day"):
        raise ImportRefused("option", f"--per takes commit or day, not {per!r}")
    each = _text(given, "each")
    options = GitOptions(
        emails=_texts(given, "email") or tuple(configured),
        per_day=per == "day",
        merges=_flag(given, "merges"),
        each=ONE if each is None else _quantity(each),
        since=_day(given, "since", date.min),
        until=_day(given, "until", date.max),
    )
    everything, branch = _flag(given, "all"), _text(given, "branch")
    if everything and branch:
        raise ImportRefused("option", "--all and --branch exclude each other")
    return options, Extent(everything, branch or "HEAD")


def csv_options(given: Mapping[str, OptionValue]) -> CsvOptions:
    """Read the options of `import csv`. Raises ImportRefused."""
    hours = given.get("max_hours", RUNAWAY_HOURS)
    if isinstance(hours, str) and hours.isascii() and hours.isdigit():
        hours = int(hours[:6])
    if not isinstance(hours, int) or isinstance(hours, bool):
        raise ImportRefused("option", f"--max-hours takes a whole number, not {hours!r}")
    return CsvOptions(
        mapping=",".join(_texts(given, "map")) or None,
        date_format=_text(given, "date_format"),
        tz=_text(given, "tz"),
        encoding=_text(given, "encoding"),
        delimiter=_text(given, "delimiter"),
        emails=_texts(given, "email"),
        max_hours=hours,
        keep_duplicates=_flag(given, "keep_duplicates"),
    )


def _text(given: Mapping[str, OptionValue], name: str) -> str | None:
    value = given.get(name)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise _wrong(name, "a text")
    return value


def _texts(given: Mapping[str, OptionValue], name: str) -> tuple[str, ...]:
    """Read an option that may be repeated; a single text counts as one."""
    value = given.get(name, ())
    if isinstance(value, str):
        return (value,) if value else ()
    if isinstance(value, int) or not all(isinstance(each, str) for each in value):
        raise _wrong(name, "one text or several")
    return tuple(value)


def _flag(given: Mapping[str, OptionValue], name: str) -> bool:
    value = given.get(name, False)
    if not isinstance(value, bool):
        raise _wrong(name, "true or false")
    return value


def _day(given: Mapping[str, OptionValue], name: str, default: date) -> date:
    value = _text(given, name)
    try:
        return default if value is None else date.fromisoformat(value)
    except ValueError:
        raise _wrong(name, "a day like 2026-03-25") from None


def _quantity(text: str) -> Measure:
    """Read `--each`: a length of time for every commit or day."""
    try:
        seconds = read_duration(text, None)
    except (TimeUnclear, Negative) as error:
        raise ImportRefused("option", f"--each: {error}", "write a time like 30m or 6h") from None
    if not 0 < seconds <= timedelta(days=31).total_seconds():
        raise ImportRefused("option", "--each takes more than no time and at most a month")
    return Measure(seconds, 0, "SEC")


def _wrong(name: str, wanted: str) -> ImportRefused:
    return ImportRefused("option", f"--{name.replace('_', '-')} takes {wanted}")
