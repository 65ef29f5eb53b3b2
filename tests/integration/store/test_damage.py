"""Damaged storage is found, never served, and set aside (P4): bits, sectors and pages changed anywhere in the file."""

import shutil
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import pytest

from meshnode.core.ports import Batch
from meshnode.core.rows import HeldEntry, NoteEntry, PeerEntry
from meshnode.store.check import examine
from meshnode.store.errors import NotAStore, SqliteError, StoreDamaged, StoreError
from meshnode.store.reading import Reader
from meshnode.store.repair import repair
from meshnode.store.store import open_store
from meshproto.records.ids import RecordId
from meshproto.records.record import Record
from tests.support.authors import Author, parts_of

FLOOR = 40
"""Damages that even a slow machine gets through in the budget of CI."""
LONG = 1_000
"""Damages of a long run."""
PAGE = 4096
HEADER = 100
"""Bytes at the beginning of the file without which SQLite cannot open it at all."""


@dataclass
class Original:
    """A store that is well, and what stands in it."""

    path: Path
    records: dict[RecordId, Record]
    parts: dict[RecordId, bytes]
    local: set[PeerEntry | NoteEntry | HeldEntry]
    logs: list[bytes]
    everything: "Everything"


@dataclass(frozen=True)
class Everything:
    """All that can be read of a store."""

    records: frozenset[RecordId]
    parts: frozenset[RecordId]
    local: frozenset[PeerEntry | NoteEntry | HeldEntry]
    served: frozenset[bytes]


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    path = tmp_path_factory.mktemp("original") / "records.db"
    store = open_store(path)
    records: dict[RecordId, Record] = {}
    parts: dict[RecordId, bytes] = {}
    authors = [Author(str(number)) for number in range(6)]
    for author in authors:
        runs = [author.genesis, *(author.writes(9, text="some words " * 9) for _ in range(5))]
        base = runs[2].records[4]
        runs.append(author.writes(3, after=(base.seq, base.id)))
        store.writer.commit(
            Batch(0, runs=tuple(runs), privates=tuple(p for run in runs for p in parts_of(author, run)))
        )
        records |= {record.id: record for run in runs for record in run.records}
        parts |= author.parts
    local: set[PeerEntry | NoteEntry | HeldEntry] = {PeerEntry(f"peer {n}", addresses=("x" * 50,)) for n in range(40)}
    local |= {NoteEntry(f"note {n}", b"y" * 50) for n in range(20)}
    store.writer.commit(Batch(0, local=tuple(local)))
    store.close()
    logs: list[bytes] = [author.log() for author in authors]
    whole = Original(path, records, parts, local, logs, Everything(*[frozenset()] * 4))
    store = open_store(path)
    whole.everything = read_everything(store.reader(), whole)
    store.close()
    return whole


def read_everything(reader: Reader, original: Original) -> Everything:
    """Read all that there is. Fails if anything is not what was written; raises StoreDamaged if the store says so."""
    found = [record for _, record in reader.records_after(0, 10_000)]
    assert all(original.records[record.id] == record for record in found)
    held = {record: reader.private(record) for record in original.parts}
    assert all(part in (None, original.parts[record]) for record, part in held.items())
    local: set[PeerEntry | NoteEntry | HeldEntry] = {*reader.rows(PeerEntry)}
    local |= {*reader.rows(NoteEntry)}
    assert local <= original.local
    served: list[bytes] = []
    for log in original.logs:
        for lane in reader.lanes(log):
            run = reader.run_after(log, lane.number, 0, 512, 1 << 20)
            served += run.headers if run else ()
    headers = {record.raw for record in original.records.values()}
    assert set(served) <= headers
    parts = frozenset(record for record, part in held.items() if part is not None)
    return Everything(frozenset(record.id for record in found), parts, frozenset(local), frozenset(served))


def damage(path: Path, chance: Random) -> str:
    """Change something in the file; returns what."""
    content = bytearray(path.read_bytes())
    kind = chance.choice(("bit", "bit", "sector", "page", "swap"))
    at = chance.randrange(HEADER, len(content))
    if kind == "bit":
        content[at] ^= 1 << chance.randrange(8)
    elif kind == "sector":
        at = max(at // 512 * 512, 512)
        content[at : at + 512] = chance.choice((bytes(512), chance.randbytes(512)))
    else:
        pages = len(content) // PAGE
        one, other = chance.sample(range(1, pages), 2)
        left, right = (bytes(content[n * PAGE : (n + 1) * PAGE]) for n in (one, other))
        content[one * PAGE : (one + 1) * PAGE] = right
        if kind == "swap":
            content[other * PAGE : (other + 1) * PAGE] = left
    path.write_bytes(content)
    return kind


def finds_damage(path: Path, original: Original, *, whole_pages: bool) -> bool:
    """Whether reading or the self-check notices; if the self-check does not, everything must be as it was.

    Nothing chains local rows to each other: an empty page over theirs looks like a table without rows.
    """
    try:
        store = open_store(path)
    except (StoreDamaged, NotAStore):
        return True
    try:
        told = bool(list(examine(store.reader().source)))
        try:
            everything = read_everything(store.reader(), original)
        except StoreDamaged:
            return True
        if whole_pages:
            everything = replace(everything, local=original.everything.local)
        assert told or everything == original.everything
        return told
    finally:
        store.close()


def can_be_read(path: Path) -> bool:
    """Whether SQLite still knows which tables there are; if it does not, only a backup or the peers can help."""
    connection = sqlite3.connect(path)
    try:
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").fetchone()
        return int(tables) > 10
    except SqliteError:
        return False
    finally:
        connection.close()


@pytest.mark.campaign
def test_whatever_is_damaged_is_never_served_and_can_be_set_aside(
    original: Original,
    tmp_path: Path,
    campaign_seconds: Callable[[str], float],
    long_campaigns: bool,
    tell: Callable[[str], None],
) -> None:
    deadline = time.monotonic() + campaign_seconds("kills/damage")
    damages = noticed = unreadable = lost = 0
    while (damages < LONG) if long_campaigns else (time.monotonic() < deadline or damages < FLOOR):
        damages += 1
        path = tmp_path / str(damages) / "records.db"
        path.parent.mkdir()
        shutil.copyfile(original.path, path)
        kind = damage(path, Random(damages))
        noticed += finds_damage(path, original, whole_pages=kind in ("page", "swap"))
        if not can_be_read(path):
            unreadable += 1
            with pytest.raises(StoreError):
                repair(path)
            continue
        assert repair(path) is not None
        store = open_store(path)
        assert list(examine(store.reader().source)) == [], f"seed {damages}"
        everything = read_everything(store.reader(), original)
        assert everything.records <= original.everything.records
        lost += len(original.records) - len(everything.records)
        store.close()
        shutil.rmtree(path.parent)
    tell(f"damages: {damages}, {noticed} found, {lost / damages:.1f} of {len(original.records)} records lost each")
    assert damages >= FLOOR


def test_a_file_whose_beginning_is_gone_is_refused_and_left_as_it_is(original: Original, tmp_path: Path) -> None:
    path = tmp_path / "records.db"
    path.write_bytes(bytes(HEADER) + original.path.read_bytes()[HEADER:])
    before = path.read_bytes()
    with pytest.raises(StoreError):
        open_store(path)
    with pytest.raises(StoreError):
        repair(path)
    assert path.read_bytes() == before
