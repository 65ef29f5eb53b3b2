"""The last backup of this home: remembered as a note, and told when it is too old."""

from typing import NamedTuple

import msgspec

from meshnode.core.rows import NoteEntry
from meshnode.runtime import notes
from meshnode.runtime.watching.finding import Finding

DAY_MS = 86_400_000
BACK_UP = "meshnode backup create FILE"


class LastBackup(msgspec.Struct, frozen=True):
    """A backup that was written whole."""

    at: int
    """Milliseconds UTC."""
    path: str
    size: int
    records: int
    lock: str
    """What opens it: `passphrase` or `words`."""


class Reminder(NamedTuple):
    """What is to be said of the last backup; `due` where it is too old, or there is none and should be."""

    due: bool
    text: str


def backup_row(last: LastBackup) -> NoteEntry:
    """The row by which a home remembers it."""
    return NoteEntry(notes.BACKUP, msgspec.json.encode(last))


def last_backup(note: NoteEntry | None) -> LastBackup | None:
    """What a row says; None if there is none."""
    return None if note is None else msgspec.json.decode(note.value, type=LastBackup)


def remind(last: LastBackup | None, born: int, now: int, days: int) -> Reminder:
    """What to say `now`, in milliseconds, of a home `born` then; after so many `days` one is reminded, 0: never."""
    since = max(0, now - (born if last is None else last.at)) // DAY_MS
    due = bool(days) and since >= days
    if last is not None:
        return Reminder(due, f"the last one was made {_ago(since)}, with {last.records:,} records")
    return Reminder(due, f"there is none, and this identity is {since} days old" if due else "there is none yet")


def of_backup(reminder: Reminder) -> Finding:
    """The same as something that was looked at."""
    return Finding("backup", "warn" if reminder.due else "ok", reminder.text, BACK_UP if reminder.due else "")


def _ago(days: int) -> str:
    return {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
