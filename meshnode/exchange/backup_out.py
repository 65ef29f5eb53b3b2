"""Writes a backup: everything that a node needs to go on elsewhere, as of one moment; it may work on meanwhile."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import msgspec

from meshnode.core.rows import NoteEntry
from meshnode.exchange.backup_file import CONFIG, PIECE, RECORDS, Kept, Manifest, Sealer
from meshnode.exchange.files import FileTrouble, need_room, written_whole
from meshnode.runtime import notes
from meshnode.store.passphrase import Cost
from meshnode.store.protection import secrets_in
from meshnode.store.reading import Reader
from meshnode.store.sealed import PASSPHRASE_FILE
from meshnode.store.snapshot import Snapshot, size_of_copy, snapshot
from meshnode.store.store import open_reader
from meshproto.records.encoding import decode
from meshproto.records.ids import to_text

LARGEST_CONFIG = 1 << 20
OVERHEAD = 1 << 20
"""Bytes by which a backup may be larger than the database: the small files, a head, and one tag in 64 KiB."""

HOLDS = (
    "every record held here, with its signature, yours and those of others",
    "the texts that are held here and were not erased",
    "what stands in no record: peers, networks joined, timers, imports, whom you follow and block",
    "the keys of this device and of its node, as they lie on the disk",
)
LACKS = (
    "files shown as evidence: a record holds their fingerprint only",
    "what peers hold and this node does not",
    "lists and search, which are made anew from the records",
    "the node's log, its service, and what other devices of yours alone have",
    "a passphrase that seals the keys: you need it besides",
)


class Source(NamedTuple):
    """The home that is to be saved."""

    data: Path
    config: Path
    version: str
    now: int
    """Milliseconds UTC."""


class Written(NamedTuple):
    """A backup that was written, flushed and named."""

    path: Path
    size: int
    manifest: Manifest


class Owner(NamedTuple):
    """Whose home it is, and how many records are in it."""

    agent: str
    name: str
    records: int


class Planned(NamedTuple):
    """What would be written."""

    manifest: Manifest
    size: int
    """Bytes of the file, at most."""


def plan_backup(source: Source, path: Path) -> Planned:
    """What `write_backup` would write, and whether there is room for it. Raises FileTrouble, StoreError, KeyfileError.

    Nothing is written, and a node may be at work.
    """
    small, size = _small(source), size_of_copy(source.data / RECORDS)
    with closing(open_reader(source.data / RECORDS)) as reader:
        owner = owner_of(reader)
    return Planned(_manifest(source, small, owner, 0, size), _need_room(source, path, size))


def write_backup(
    source: Source,
    path: Path,
    secret: str,
    lock: str,
    cost: Cost | None = None,
    move: str = "",
    before_naming: Callable[[], None] = lambda: None,
) -> Written:
    """Write a backup to an absolute path; blocks, so call it in a thread. `lock` says what `secret` is.

    With `move` it is a home that moves, under this name. Whatever happens, the file is whole or not there;
    `before_naming` is called right before it is. Raises FileTrouble, StoreError, KeyfileError, ValueError for what
    cannot be a passphrase, MemoryError.
    """
    small = _small(source)
    _need_room(source, path, size_of_copy(source.data / RECORDS))
    size = 0
    with snapshot(source.data / RECORDS, source.data, owner_of) as copy, written_whole(path, before_naming) as write:

        def count(piece: bytes) -> None:
            nonlocal size
            write(piece)
            size += len(piece)

        manifest = _manifest(source, small, copy.seen, copy.layout, copy.size)
        _write(Sealer(count, secret, lock, cost, move), manifest, small, _pieces(path, copy))
    return Written(path, size, manifest)


def owner_of(reader: Reader) -> Owner:
    """Whose home this is, by its records."""
    note = reader.entry(NoteEntry, (notes.AGENT,))
    if note is None:
        return Owner("", "", reader.counts().records)
    raw = reader.private(note.value)
    content = decode(raw, text="utf8") if raw is not None else None
    name = content.get("name") if isinstance(content, dict) else None
    return Owner(to_text(note.value), name if isinstance(name, str) else "", reader.counts().records)


def _small(source: Source) -> dict[str, bytes]:
    """Everything but the database, by name."""
    small = secrets_in(source.data)
    if settings := _settings(source.config):
        small[CONFIG] = settings
    return small


def _need_room(source: Source, path: Path, size: int) -> int:
    """Raise FileTrouble unless the copy and the file have room; returns how large the file may become."""
    largest = size + size // 1024 + OVERHEAD
    need_room([(source.data, size), (path.parent, largest)])
    return largest


def _write(sealer: Sealer, manifest: Manifest, small: dict[str, bytes], records: Iterator[bytes]) -> None:
    told = msgspec.json.encode(manifest)
    sealer.feed(len(told).to_bytes(4, "big") + told)
    for content in small.values():
        sealer.feed(content)
    for piece in records:
        sealer.feed(piece)
    sealer.close()


def _pieces(path: Path, copy: Snapshot[Owner]) -> Iterator[bytes]:
    left = copy.size
    while left:
        try:
            piece = copy.file.read(min(left, PIECE))
        except OSError as error:
            raise FileTrouble(path, f"the records could not be read: {error.strerror}") from None
        if not piece:
            raise FileTrouble(path, "the records could not be read to their end")
        left -= len(piece)
        yield piece


def _manifest(source: Source, small: dict[str, bytes], owner: Owner, layout: int, size: int) -> Manifest:
    return Manifest(
        made=source.now,
        version=source.version,
        agent=owner.agent,
        name=owner.name,
        layout=layout,
        records=owner.records,
        keys="passphrase" if PASSPHRASE_FILE in small else "clear",
        holds=HOLDS + (("your settings",) if CONFIG in small else ()),
        lacks=LACKS if PASSPHRASE_FILE in small else LACKS[:-1],
        files=(*(Kept(name, len(content)) for name, content in small.items()), Kept(RECORDS, size)),
    )


def _settings(path: Path) -> bytes:
    """The settings file, empty if there is none."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_CONFIG + 1)
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise FileTrouble(path, (error.strerror or str(error)).lower()) from None
    if len(raw) > LARGEST_CONFIG:
        raise FileTrouble(path, "is too large for settings")
    return raw
