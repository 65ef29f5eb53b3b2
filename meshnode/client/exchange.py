"""Taking records in from files, and writing them to files.

Reached as `Client.exchange`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import LONG, Body, Call, Group, Link, asks, delete, given, listed, post, segment, write

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import answers as a


class Exchange(Group[Link]):
    """Taking records in from files, and writing them to files."""

    @asks
    def import_from(self, kind: str, path: str, *, dry_run: bool, options: Body, key: str = "") -> Call[a.ImportAnswer]:
        """Take in records from elsewhere."""
        body = {"kind": kind, "path": path, "options": options, "dry_run": dry_run}
        return write("/imports", body, key, usual=LONG)

    @asks
    def imports(self) -> Call[list[a.ImportBatch]]:
        """The imports so far."""
        return listed("/imports")

    @asks
    def undo_import(self, batch: str) -> Call[a.Undone]:
        """Take an import back."""
        return delete(f"/imports/{segment(batch)}", usual=LONG)

    @asks
    def export(self, /, kind: str, path: str, **fields: object) -> Call[a.Exported]:
        """Write a bundle or a fork proof."""
        return post("/exports", given(kind=kind, path=path, **fields), usual=LONG)
