"""What a bundle is made of.

A file begins with MAGIC; then come frames, each a length (4 bytes, big-endian) and a canonical array:

    ["head", version, at, [scope …]]             first, once
    ["run", [header …], signature]               a run of a log
    ["private", id, part]                        of a record of the last run before it
    ["erased", [id …]]                           records of the last run whose part was erased
    ["end", runs, records, privates, root, sum]  last, once

`root` is the Merkle root over all record ids, `sum` the SHA-256 of all bytes before the last frame.
"""

from dataclasses import dataclass
from typing import TypeAlias

from meshproto.records.limits import MAX_RUN_BYTES
from meshproto.records.log import Run
from meshproto.records.record import Record

MAGIC = b"meshnode/1 bundle\n"
VERSION = 1
LENGTH_SIZE = 4
MAX_FRAME = MAX_RUN_BYTES + 16 * 1024
"""Largest frame in bytes: a full run and what frames its 512 headers. All a reader has to hold at once."""
MAX_SCOPES = 4096
"""Most scopes a head may name, so that it fits a frame."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the bundle is about: when it was made, ms UTC, and the scopes that were exported."""

    at: int
    scopes: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class RunItem:
    """A checked run; its records come before all that continue them."""

    run: Run


@dataclass(frozen=True, slots=True)
class PrivateItem:
    """The private part of a record, checked against its header."""

    record: Record
    raw: bytes


@dataclass(frozen=True, slots=True)
class ErasedItem:
    """Records whose private part the exporter does not hold because it was erased."""

    ids: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class End:
    """The manifest; a reader gives it only after all of it proved right."""

    runs: int
    records: int
    privates: int
    root: bytes


Item: TypeAlias = Head | RunItem | PrivateItem | ErasedItem | End
