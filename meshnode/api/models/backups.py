"""Backups of this home."""

from meshnode.api.models.shared import Model, Request


class BackupRequest(Request):
    """Write a backup to a file; exactly one of `passphrase` and `words` says what is to open it."""

    path: str
    passphrase: str | None = None
    """8 characters or more; whoever forgets it has no backup."""
    words: str | None = None
    """The 12 recovery words of the owner."""


class Backup(Model):
    """A backup that was written whole."""

    path: str
    bytes: int
    made: str
    records: int
    lock: str
    """`passphrase` or `words`."""
    keys: str
    """`clear` or `passphrase`: whether the keys in it are sealed once more."""
    holds: list[str]
    """What is in it, in words."""
    lacks: list[str]
    """What is not."""


class PastBackup(Model):
    """The last backup of this home; whether the file is still there is not looked at."""

    path: str
    bytes: int
    made: str
    records: int
    lock: str
