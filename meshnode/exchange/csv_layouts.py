"""Which column means what: Toggl Track and Clockify recognised by their headers, everything else mapped by hand.

Toggl writes English headers; the older report says `User … End date, End time`, the newer one `Member … Stop date,
Stop time`, both leave out columns that are switched off, and `-` stands for nothing. Clockify writes its headers in
the language of its user and names its durations `Duration (h)` and `Duration (decimal)`.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from meshnode.exchange.entries import ImportRefused


class Role(StrEnum):
    """What a column means. The values are what `--map` takes."""

    TITLE = "title"
    TEXT = "text"
    PROJECT = "project"
    CLIENT = "client"
    TASK = "task"
    TAGS = "tags"
    BILLABLE = "billable"
    USER = "user"
    EMAIL = "email"
    START = "start"
    """Date and time, or a date alone."""
    END = "end"
    START_DATE = "start_date"
    START_TIME = "start_time"
    END_DATE = "end_date"
    END_TIME = "end_time"
    DURATION = "duration"
    """`1:30:00`, `1h 30m` …: says its unit itself."""
    HOURS = "hours"
    """A decimal number of hours."""
    MINUTES = "minutes"
    SECONDS = "seconds"


ALIASES = {"date": Role.START, "day": Role.START, "notes": Role.TEXT, "description": Role.TITLE}
"""Other words that `--map` takes."""

LENGTHS = {Role.DURATION: None, Role.HOURS: 3600, Role.MINUTES: 60, Role.SECONDS: 1}
"""The columns that say how long, best first, with the seconds that a bare number counts."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The meaning of one file's columns."""

    scheme: str
    columns: Mapping[Role, int]
    width: int
    bare: int | None
    """Seconds that a bare number in `duration` counts; None refuses it."""

    def cell(self, fields: Sequence[str], role: Role) -> str:
        """The stripped text of a cell; empty when there is no such column, and for Toggl's `-`."""
        index = self.columns.get(role)
        text = fields[index].strip() if index is not None and index < len(fields) else ""
        return "" if text == "-" else text


_TOGGL = {
    "user": Role.USER,
    "member": Role.USER,
    "email": Role.EMAIL,
    "client": Role.CLIENT,
    "project": Role.PROJECT,
    "task": Role.TASK,
    "description": Role.TITLE,
    "billable": Role.BILLABLE,
    "start date": Role.START_DATE,
    "start time": Role.START_TIME,
    "end date": Role.END_DATE,
    "stop date": Role.END_DATE,
    "end time": Role.END_TIME,
    "stop time": Role.END_TIME,
    "duration": Role.DURATION,
    "tags": Role.TAGS,
    "tag": Role.TAGS,
}

_CLOCKIFY_ENGLISH = {"duration (h)": Role.DURATION, "duration (decimal)": Role.HOURS}

_LANGUAGES: dict[Role, tuple[str, ...]] = {
    Role.PROJECT: ("projekt", "proyecto", "projeto", "projet"),
    Role.CLIENT: ("kunde", "cliente", "client"),
    Role.TITLE: ("beschreibung", "descripción", "descrição", "description"),
    Role.TASK: ("aufgabe", "tarea", "tarefa", "tâche"),
    Role.USER: ("benutzer", "usuario", "usuário", "do utilizador", "utilizador", "utilisateur"),
    Role.EMAIL: ("e-mail", "e-mail-adresse", "correo electrónico", "correo", "adresse e-mail", "courriel"),
    Role.TAGS: ("schlagwörter", "etiquetas", "etiqueta", "étiquettes", "tags", "balises"),
    Role.BILLABLE: ("abrechenbar", "facturable", "faturável"),
    Role.START_DATE: ("startdatum", "fecha de inicio", "fecha inicio", "data de início", "date de début"),
    Role.START_TIME: ("startzeit", "hora de inicio", "hora inicio", "hora de início", "heure de début"),
    Role.END_DATE: (
        "enddatum",
        "fecha de finalización",
        "fecha fin",
        "data final",
        "data de término",
        "date de fin",
    ),
    Role.END_TIME: ("endzeit", "hora de finalización", "hora fin", "hora de término", "heure de fin"),
    Role.DURATION: ("dauer (h)", "duración (h)", "duração (h)", "durée (h)"),
    Role.HOURS: (
        "dauer (dezimal)",
        "dauer (dezimalzahl)",
        "dauer (decimal)",
        "duración (decimal)",
        "duração (decimal)",
        "durée (décimale)",
        "durée (décimal)",
        "durée (decimal)",
    ),
}
"""Clockify's headers in German, Spanish, Portuguese and French."""

_CLOCKIFY = _TOGGL | _CLOCKIFY_ENGLISH | {name: role for role, names in _LANGUAGES.items() for name in names}
_CLOCKIFY_MARKS = {*_CLOCKIFY_ENGLISH, *_LANGUAGES[Role.DURATION], *_LANGUAGES[Role.HOURS]}
_OWN = {"id", "by_id", "shared_from", "signed"}
"""Columns that a table has which `meshnode export csv` wrote."""
_SUMMARIES = re.compile(r"(summary|weekly) report|time \((h|decimal)\)|zeit \((h|dezimal)\)|tiempo \((h|decimal)\)")


def layout_of(header: Sequence[str], mapping: str | None) -> Layout:
    """Recognise a header, then apply `--map`. Raises ImportRefused saying which columns there are."""
    names = [plain(name) for name in header]
    if any(_SUMMARIES.fullmatch(name) for name in names):
        raise ImportRefused("summary", "this is a summary without single entries", "export the Detailed report")
    scheme, columns = _recognised(names)
    if mapping:
        columns = {**columns, **_mapped(mapping, names, header)}
    has_date = Role.START in columns or Role.START_DATE in columns
    has_length = any(role in columns for role in (*LENGTHS, Role.END, Role.END_TIME))
    if not (has_date and has_length):
        raise _own() if {*names} >= _OWN else _unknown(header, scheme)
    return Layout(scheme, columns, len(header), 3600 if scheme != "csv" else None)


def plain(name: str) -> str:
    """A header's name for comparing: NFKC, lower case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().replace("\ufeff", "").split())


def _recognised(names: Sequence[str]) -> tuple[str, dict[Role, int]]:
    """Find out whose export this is; `csv` and no columns for an unknown one."""
    clockify = _columns(names, _CLOCKIFY)
    marked = any(name in _CLOCKIFY_MARKS for name in names)
    if marked and Role.START_DATE in clockify:
        return "clockify", clockify
    toggl = _columns(names, _TOGGL)
    if Role.START_DATE in toggl and (Role.DURATION in toggl or Role.END_TIME in toggl):
        return "toggl", toggl
    if Role.START_DATE in clockify and Role.END_TIME in clockify:
        return "clockify", clockify
    return "csv", {}


def _columns(names: Sequence[str], known: Mapping[str, Role]) -> dict[Role, int]:
    found: dict[Role, int] = {}
    for index, name in enumerate(names):
        role = known.get(name)
        if role is not None:
            found.setdefault(role, index)
    return found


def _mapped(mapping: str, names: Sequence[str], header: Sequence[str]) -> dict[Role, int]:
    """Read `title=Description,start=Begin,hours=#4`; a comma inside a column's name is none before a role."""
    known = {role.value: role for role in Role} | ALIASES
    roles = "|".join(known)
    found: dict[Role, int] = {}
    for part in re.split(rf",(?=\s*(?:{roles})\s*=)", mapping):
        role, equals, column = (each.strip() for each in part.partition("="))
        if not equals or role not in known:
            raise ImportRefused("map", f"{part.strip()!r} is not field=column", f"fields: {', '.join(known)}")
        found[known[role]] = _index(column, names, header)
    return found


def _index(column: str, names: Sequence[str], header: Sequence[str]) -> int:
    numbered = re.fullmatch(r"#(\d{1,3})", column)
    if numbered and 1 <= int(numbered[1]) <= len(names):
        return int(numbered[1]) - 1
    if plain(column) in names:
        return names.index(plain(column))
    raise ImportRefused("map", f"there is no column {column!r}", f"columns: {_listed(header)}")


def _own() -> ImportRefused:
    return ImportRefused(
        "own-export",
        "meshnode wrote this table, of entries that are signed already; taken in again they would count twice",
        "take each into another network: meshnode share ID --network NETWORK",
    )


def _unknown(header: Sequence[str], scheme: str) -> ImportRefused:
    what = "no Toggl or Clockify export" if scheme == "csv" else f"an incomplete {scheme.capitalize()} export"
    text = f"{what}; its columns are {_listed(header)}"
    return ImportRefused(
        "unknown-format",
        text,
        "say what they mean: --map title=COLUMN,date=COLUMN,duration=COLUMN (or start=, end=, hours=, minutes=)",
    )


def _listed(header: Sequence[str]) -> str:
    shown = [name.strip()[:40] or f"#{index}" for index, name in enumerate(header[:20], 1)]
    return ", ".join(shown) + (" …" if len(header) > 20 else "")
