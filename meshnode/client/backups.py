"""Backups of the node's home.

    node.backups.create("/mnt/stick/ana.backup", passphrase="seven violins in an amber canyon")

Reached as `Client.backups`; errors as there. Reading a backup takes no node: `meshnode backup verify`.
"""

from __future__ import annotations

from typing import TypedDict

from meshnode.client.calls import LONG, Call, Group, Link, asks, given, items, post


class Backup(TypedDict):
    """A backup that was written whole."""

    path: str
    bytes: int
    made: str
    records: int
    lock: str
    keys: str
    holds: list[str]
    lacks: list[str]


class PastBackup(TypedDict):
    """The last backup of a home."""

    path: str
    bytes: int
    made: str
    records: int
    lock: str


class Backups(Group[Link]):
    """Backups of the node's home."""

    @asks
    def create(self, path: str, *, passphrase: str | None = None, words: str | None = None) -> Call[Backup]:
        """Write a backup; exactly one of the two says what is to open it."""
        return post("/backups", given(path=path, passphrase=passphrase, words=words), usual=LONG)

    @asks
    def every(self) -> Call[list[PastBackup]]:
        """The last backup, if there was one."""
        return items("/backups")
