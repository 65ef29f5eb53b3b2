"""From the rows of one file to entries; every row ends as an entry, a refusal or a skip, with its line."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from meshnode.exchange.csv_dates import Calendar, DateUnclear, Order, decide_calendar
from meshnode.exchange.csv_file import RawRow, Table
from meshnode.exchange.csv_layouts import LENGTHS, Layout, Role, plain
from meshnode.exchange.csv_periods import (
    RUNAWAY_HOURS,
    Frame,
    Length,
    Period,
    RowRefused,
    Stamp,
    period_of,
    read_stamp,
    split_stamp,
)
from meshnode.exchange.csv_times import Negative, NoSuchTime, TimeUnclear, read_duration
from meshnode.exchange.entries import SLOT, Cause, Entry, ImportRefused, Notebook, Source
from meshnode.exchange.prose import one_line, paragraphs, title_and_text
from meshproto.records.encoding import Value
from meshproto.types.value import Measure

MAX_TAGS = 20
"""Most tags kept of a row."""

_TOTALS = ("total", "totals", "gesamt", "summe", "totales", "totais", "somme")
_YES = ("yes", "ja", "sí", "si", "sim", "oui", "true", "1", "はい")
_CAUSES: dict[type[Exception], Cause] = {
    DateUnclear: Cause.DATE,
    TimeUnclear: Cause.TIME,
    NoSuchTime: Cause.NO_SUCH_TIME,
    Negative: Cause.NEGATIVE,
}


@dataclass(frozen=True, slots=True)
class RowSettings:
    """What decides how rows are read, beside the file itself."""

    zone: ZoneInfo
    now: datetime
    """Aware; what begins a day later is refused."""
    secret: bytes
    """Keys the references: a starting time could be guessed from a plain digest."""
    people: tuple[str, ...] = ()
    """E-mail addresses or names of the owner; empty when the file holds one person only."""
    date_format: str | None = None
    max_hours: int = RUNAWAY_HOURS
    keep_duplicates: bool = False
    file_name: str = ""


def read_rows(table: Table, layout: Layout, settings: RowSettings, notes: Notebook) -> list[Entry]:
    """Turn rows into entries and add a notice for each row that does not become one. Raises ImportRefused."""
    rows = _well_formed(table.rows, layout, notes)  # only these may have a say in what follows
    people = _people(rows, layout, settings.people)
    reader = _RowReader(layout, settings, _calendar(rows, layout, settings, notes), notes, people)
    entries = []
    for row in rows:
        try:
            entries.append(reader.read(row))
        except RowRefused as refused:
            notes.add(refused.cause, row.line, refused.text)
        except (DateUnclear, TimeUnclear, NoSuchTime, Negative) as error:
            notes.add(_CAUSES[type(error)], row.line, str(error))
    return entries


def _well_formed(rows: Sequence[RawRow], layout: Layout, notes: Notebook) -> list[RawRow]:
    """Leave out the line of sums, and refuse rows whose fields may stand in wrong columns."""
    kept = []
    for row in rows:
        found, wanted = len(row.fields), layout.width
        if _is_total(row, layout):
            notes.add(Cause.TOTAL, row.line, "a line of sums")
        elif any(field.strip() for field in row.fields[wanted:]):
            notes.add(Cause.RAGGED, row.line, f"{found} fields under {wanted} columns: is a comma not in quotes?")
        elif found <= max(layout.columns.values()):
            notes.add(Cause.RAGGED, row.line, f"only {found} fields under {wanted} columns")
        else:
            kept.append(row)
    return kept


def _calendar(rows: Sequence[RawRow], layout: Layout, settings: RowSettings, notes: Notebook) -> Calendar:
    """Decide the order of day and month once, and say by what it was decided."""
    roles = [role for role in (Role.START_DATE, Role.END_DATE, Role.START, Role.END) if role in layout.columns]
    cells = ((f"line {row.line}", split_stamp(layout.cell(row.fields, role))[0]) for row in rows for role in roles)
    calendar = decide_calendar(cells, settings.date_format, settings.file_name)
    if calendar.decided_by and calendar.order is not Order.YMD:
        order = "day before month" if calendar.order is Order.DMY else "month before day"
        notes.add(Cause.DATES, "", f"dates are read {order}, because of {calendar.decided_by}")
    return calendar


def _people(rows: Sequence[RawRow], layout: Layout, wanted: Sequence[str]) -> frozenset[str]:
    """Decide whose rows are taken: the named people's, or the only person's. Raises ImportRefused for several."""
    if wanted:
        return frozenset(plain(each) for each in wanted)
    role = Role.EMAIL if Role.EMAIL in layout.columns else Role.USER
    found = dict.fromkeys(plain(layout.cell(row.fields, role)) for row in rows)
    found.pop("", None)
    if len(found) > 1:
        some = ", ".join(one_line(each, 60) for each in list(found)[:5]) + (" …" if len(found) > 5 else "")
        text = f"this export holds the time of {len(found)} people: {some}"
        raise ImportRefused("several-people", text, "say which is you: --email ADDRESS (other rows are left out)")
    return frozenset()


def _is_total(row: RawRow, layout: Layout) -> bool:
    """Whether this is the line of sums that Clockify puts last."""
    has_date = layout.cell(row.fields, Role.START_DATE) or layout.cell(row.fields, Role.START)
    return not has_date and plain(row.fields[0]).rstrip(":") in _TOTALS


class _RowReader:
    """Reads the rows of one file, remembering what it has seen."""

    def __init__(
        self,
        layout: Layout,
        settings: RowSettings,
        calendar: Calendar,
        notes: Notebook,
        people: frozenset[str],
    ) -> None:
        self._layout = layout
        self._settings = settings
        self._frame = Frame(settings.zone, settings.now, settings.max_hours)
        self._order = calendar.order
        self._notes = notes
        self._people = people
        self._seen: dict[bytes, tuple[int, int]] = {}

    def read(self, row: RawRow) -> Entry:
        """Return the row's entry. Raises RowRefused, and what dates and times raise."""
        who = plain(self._cell(row, Role.EMAIL) or self._cell(row, Role.USER))
        self._check_person(row, who)
        period = self._period(row)
        title, text, cut = self._words(row)
        project = one_line(self._cell(row, Role.PROJECT))
        source = self._source(row, who, period, (title, text, project, self._cell(row, Role.TASK)))
        for cause, remark in period.remarks:
            self._notes.add(cause, row.line, remark)
        if cut:
            self._notes.add(Cause.CUT, row.line, f"{cut:,} characters did not fit and were cut off")
        quantity = Measure(period.seconds, 0, "SEC")
        extras = self._extras(row, period)
        return Entry(row.line, source, title, text, quantity, period.first, period.last, project, extras)

    def _cell(self, row: RawRow, role: Role) -> str:
        return self._layout.cell(row.fields, role)

    def _check_person(self, row: RawRow, who: str) -> None:
        if self._people and who not in self._people and plain(self._cell(row, Role.USER)) not in self._people:
            raise RowRefused(Cause.OTHERS, f"belongs to {one_line(who, 60) or 'nobody'}")

    def _period(self, row: RawRow) -> Period:
        start = self._stamp(row, Role.START, Role.START_DATE, Role.START_TIME, "")
        if start is None:
            raise RowRefused(Cause.MISSING, "the date is missing")
        end = self._stamp(row, Role.END, Role.END_DATE, Role.END_TIME, start.day.isoformat())
        return period_of(start, end, self._told(row), self._frame)

    def _stamp(self, row: RawRow, whole: Role, day: Role, clock: Role, fallback: str) -> Stamp | None:
        """Read a start or an end, from one column or two; `fallback` is its day when only a time is given."""
        date_text = self._cell(row, whole) or self._cell(row, day)
        time_text = self._cell(row, clock)
        if not date_text and time_text:
            date_text = fallback
        return read_stamp(date_text, time_text, self._order)

    def _told(self, row: RawRow) -> Length | None:
        """The length that the row states; the duration column stands above the decimal ones."""
        for role, unit in LENGTHS.items():
            text = self._cell(row, role)
            if text:
                bare = self._layout.bare if role is Role.DURATION else unit
                return Length(read_duration(text, bare), text.count(":") != 1 and role is Role.DURATION)
        return None

    def _words(self, row: RawRow) -> tuple[str, str, int]:
        """The title and the text; an entry without description is named after its task, project or client."""
        title, text, cut = title_and_text(self._cell(row, Role.TITLE))
        more, more_cut = paragraphs(self._cell(row, Role.TEXT))
        if not title:
            names = (self._cell(row, role) for role in (Role.TASK, Role.PROJECT, Role.CLIENT))
            title = next((one_line(name) for name in names if name), "") or "Work without a description"
        return title, "\n\n".join(each for each in (text, more) if each), cut + more_cut

    def _source(self, row: RawRow, who: str, period: Period, words: tuple[str, ...]) -> Source:
        """Name the row so that it is known again. Raises RowRefused for an exact duplicate."""
        when = period.first.isoformat() if period.start is None else str(int(period.start.timestamp()))
        scheme = self._layout.scheme
        content = self._digest(scheme, who, when, str(period.seconds), *words)
        line, times = self._seen.get(content, (row.line, 0))
        if times and not self._settings.keep_duplicates:
            raise RowRefused(Cause.DUPLICATE, f"the same as line {line}")
        self._seen[content] = (line, times + 1)
        if times:
            content = self._digest("again", content.hex(), str(times))
        slot = content if period.start is None else self._digest(scheme, who, when)
        return Source(scheme, slot, slot + content)

    def _digest(self, *parts: str) -> bytes:
        message = "".join(f"{len(part)}:{part}" for part in parts)
        return hmac.digest(self._settings.secret, message.encode("utf-8", "surrogatepass"), "sha256")[:SLOT]

    def _extras(self, row: RawRow, period: Period) -> dict[str, Value]:
        """What else the private part keeps."""
        named = {"client": self._cell(row, Role.CLIENT), "task": self._cell(row, Role.TASK)}
        extras: dict[str, Value] = {name: one_line(text) for name, text in named.items() if text}
        if period.start is not None and period.end is not None:
            extras |= {"start": period.start.isoformat(), "end": period.end.isoformat()}
        tags = [one_line(tag, 60) for tag in self._cell(row, Role.TAGS).split(",")[:MAX_TAGS]]
        if any(tags):
            extras["tags"] = [tag for tag in tags if tag]
        if self._cell(row, Role.BILLABLE):
            extras["billable"] = plain(self._cell(row, Role.BILLABLE)) in _YES
        return extras
