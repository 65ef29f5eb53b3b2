"""Power cuts: what a disk may hold when the current goes away, rebuilt from what was asked of it.

What was flushed before the cut is there. Of what was not, each write may be there, not there, or torn at a sector,
in any combination: disks write in any order. Names of files are as durable as the last flush of their folder.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.support.crashes.disk import Event

SECTOR = 512
"""The smallest piece a disk writes whole."""


@dataclass
class _Content:
    """One file: what is surely there, and what was asked since the last flush."""

    durable: bytearray = field(default_factory=bytearray)
    pending: list[Event] = field(default_factory=list)
    named: bool = False
    """Its name is surely in the folder."""
    gone: bool = False
    """It was deleted, and the folder not flushed since."""


def image(events: Sequence[Event], cut: int, chance: Random) -> dict[str, bytes]:
    """The files after a power cut before event number `cut`; no index of the WAL, it never survives."""
    files: dict[str, _Content] = {}
    for event in events[:cut]:
        _follow(files, event)
    keep = chance.choice((0.0, 1.0, chance.random()))
    found: dict[str, bytes] = {}
    for name, content in files.items():
        if name.endswith("-shm"):
            continue
        if content.gone and chance.random() < 0.5:
            continue
        if not content.named and chance.random() < 0.5:
            continue
        found[name] = _after(content, keep, chance)
    return found


def lay_out(files: dict[str, bytes], folder: Path) -> Path:
    """Write an image into an empty folder and return where its database stands."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return folder / "records.db"


def _follow(files: dict[str, _Content], event: Event) -> None:
    if event.what == "folder":
        for name in [name for name, content in files.items() if content.gone]:
            del files[name]
        for content in files.values():
            content.named = True
    elif event.what == "create":
        content = files.setdefault(event.name, _Content())
        if content.gone:
            files[event.name] = _Content()
    elif event.what == "delete":
        files[event.name].gone = True
    elif event.what == "sync":
        content = files[event.name]
        for each in content.pending:
            _apply(content.durable, each)
        content.pending.clear()
    elif event.what in ("write", "cut"):
        files[event.name].pending.append(event)


def _apply(content: bytearray, event: Event) -> None:
    if event.what == "cut":
        del content[event.offset :]
        return
    if len(content) < event.offset:
        content.extend(bytes(event.offset - len(content)))
    content[event.offset : event.offset + len(event.content)] = event.content


def _after(content: _Content, keep: float, chance: Random) -> bytes:
    """The file's bytes: each unflushed change is there with probability `keep`, whole or torn."""
    result = bytearray(content.durable)
    changes = [event for event in content.pending if chance.random() < keep]
    if chance.random() < 0.3:
        chance.shuffle(changes)
    for event in changes:
        if event.what == "write" and len(event.content) > SECTOR and chance.random() < 0.3:
            event = _torn(event, chance)
        _apply(result, event)
    return bytes(result)


def _torn(event: Event, chance: Random) -> Event:
    """A part of a write, cut at the borders of sectors."""
    size = len(event.content)
    start = chance.randrange(0, size, SECTOR)
    end = min(size, start + SECTOR * chance.randint(1, size // SECTOR))
    return event._replace(offset=event.offset + start, content=event.content[start:end])
