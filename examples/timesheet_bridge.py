"""Logs what a time tracker exports, each entry once, however often the same export comes or this is stopped half-way.

    python examples/timesheet_bridge.py ~/.local/share/meshnode export.json done.txt

An export is a JSON array or a CSV table whose entries have `id`, `title`, `day`, `seconds` and perhaps `network`:

    [{"id": "t-1", "title": "Landing page", "day": "2026-03-09", "seconds": 5400}]

Two things make it safe. The idempotency key is the entry's own id, so a call that got no answer is repeated and nothing
is written twice. And `done.txt` lists what was logged: a node remembers keys for long, but not for ever.
"""

import csv
import json
import sys
from pathlib import Path
from typing import TypedDict

from meshnode.client.client import Client
from meshnode.client.errors import DeadlineExceeded, Problem

TRIES = 3
"""How often an entry is tried for which no answer came in time."""


class Entry(TypedDict):
    """One line of a timesheet."""

    id: str
    title: str
    day: str
    seconds: int
    network: str | None


def read(export: Path) -> list[Entry]:
    """Return the entries of an export; raises KeyError and ValueError for what is none."""
    with export.open(encoding="utf-8", newline="") as file:
        rows = json.load(file) if export.suffix == ".json" else list(csv.DictReader(file))
    return [
        Entry(
            id=str(row["id"]),
            title=row["title"],
            day=row["day"],
            seconds=int(row["seconds"]),
            network=row.get("network") or None,
        )
        for row in rows
    ]


def log(node: Client, entry: Entry, tries: int = TRIES) -> str:
    """Log an entry and return the id of its record; again with the same key if no answer came."""
    title, seconds, key = entry["title"], entry["seconds"], f"timesheet {entry['id']}"
    try:
        return node.work.log(title, seconds, day=entry["day"], network=entry["network"], key=key)["id"]
    except DeadlineExceeded:
        if tries == 1:
            raise
        return log(node, entry, tries - 1)


def main(home: str, export: str, done: str) -> int:
    """Log what is new; 1 if the node refused an entry."""
    node, memory = Client.of(Path(home)), Path(done)
    known = set(memory.read_text(encoding="utf-8").splitlines()) if memory.exists() else set()
    refused = 0
    with memory.open("a", encoding="utf-8") as notes:
        for entry in read(Path(export)):
            if entry["id"] in known:
                continue
            try:
                print(f"{entry['id']}  {log(node, entry)}", flush=True)
            except Problem as problem:
                print(f"{entry['id']}  refused: {problem}  {problem.hint}", file=sys.stderr)
                refused = 1
                continue
            print(entry["id"], file=notes, flush=True)
    return refused


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
