"""When one is reminded of a backup."""

import pytest

from meshnode.runtime.watching.saved import DAY_MS, LastBackup, Reminder, backup_row, last_backup, remind

BORN = 1_790_000_000_000
LAST = LastBackup(BORN + 10 * DAY_MS, "/mnt/ana.backup", 4_096, 1_234, "words")


def test_what_was_saved_is_remembered_as_it_was() -> None:
    assert last_backup(backup_row(LAST)) == LAST
    assert last_backup(None) is None


@pytest.mark.parametrize(
    ("last", "day", "days", "reminder"),
    [
        (None, 0, 30, Reminder(False, "there is none yet")),
        (None, 29, 30, Reminder(False, "there is none yet")),
        (None, 30, 30, Reminder(True, "there is none, and this identity is 30 days old")),
        (None, 900, 0, Reminder(False, "there is none yet")),
        (LAST, 10, 30, Reminder(False, "the last one was made today, with 1,234 records")),
        (LAST, 11, 30, Reminder(False, "the last one was made yesterday, with 1,234 records")),
        (LAST, 40, 30, Reminder(True, "the last one was made 30 days ago, with 1,234 records")),
        (LAST, 40, 31, Reminder(False, "the last one was made 30 days ago, with 1,234 records")),
        (LAST, 5, 30, Reminder(False, "the last one was made today, with 1,234 records")),
    ],
)
def test_a_backup_that_is_too_old_or_missing_is_told(
    last: LastBackup | None, day: int, days: int, reminder: Reminder
) -> None:
    assert remind(last, BORN, BORN + day * DAY_MS, days) == reminder
