"""`import csv`: the bytes of a file become findings. Pure; the zone and the time of day are given."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from meshnode.exchange.csv_file import DELIMITERS, read_table, read_text
from meshnode.exchange.csv_layouts import layout_of
from meshnode.exchange.csv_periods import RUNAWAY_HOURS
from meshnode.exchange.csv_rows import RowSettings, read_rows
from meshnode.exchange.csv_times import zone_named
from meshnode.exchange.entries import Cause, Findings, ImportRefused, Notebook
from meshnode.exchange.prose import one_line

MOST_HOURS = 24 * 31
"""Largest `--max-hours`: a month, for those who note a whole month in one line."""


@dataclass(frozen=True, slots=True)
class CsvOptions:
    """What the user may say about a file; everything has a good guess, or a refusal that names the option."""

    mapping: str | None = None
    """`title=Description,start=Begin,hours=#4`."""
    date_format: str | None = None
    tz: str | None = None
    """The IANA zone of the times in the file; the machine's own by default."""
    encoding: str | None = None
    delimiter: str | None = None
    emails: tuple[str, ...] = ()
    max_hours: int = RUNAWAY_HOURS
    keep_duplicates: bool = False


def find_in_csv(raw: bytes, file_name: str, options: CsvOptions, now: datetime, secret: bytes) -> Findings:
    """Parse a whole file. Raises ImportRefused when nothing of it can be taken."""
    _check(options)
    notes = Notebook()
    zone = zone_named(options.tz)
    text, encoding = read_text(raw, options.encoding, notes)
    table = read_table(text, encoding, _delimiter(options.delimiter), notes)
    layout = layout_of(table.header.fields, options.mapping)
    settings = RowSettings(
        zone=zone,
        now=now,
        secret=secret,
        people=options.emails,
        date_format=options.date_format,
        max_hours=options.max_hours,
        keep_duplicates=options.keep_duplicates,
        file_name=file_name,
    )
    if options.tz is None:
        notes.add(Cause.ZONE, "", f"times are read as those of {zone.key} (--tz says another zone)")
    entries = read_rows(table, layout, settings, notes)
    identity = sha256(b"csv\0" + raw).digest()
    notices = sorted(notes.notices, key=lambda notice: notice.line)
    return Findings(layout.scheme, one_line(file_name, 120), identity, entries, notices, notes.counts)


def _check(options: CsvOptions) -> None:
    if not 1 <= options.max_hours <= MOST_HOURS:
        raise ImportRefused("max-hours", f"--max-hours takes 1 to {MOST_HOURS}, not {options.max_hours}")


def _delimiter(named: str | None) -> str | None:
    """Read `--delimiter`: the sign itself or its name. Raises ImportRefused."""
    if named is None:
        return None
    sign = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}.get(named.lower(), named)
    if len(sign) != 1 or sign not in DELIMITERS:
        raise ImportRefused("delimiter", f"{named!r} separates no columns", "use comma, semicolon, tab or pipe")
    return sign
