"""Reads bundles from files: first the whole file is checked, then its records are given on in portions.

Nothing of a file is stored before all of it has proved right. A node that dies in between takes the file in again:
what is held already is skipped.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from meshnode.core.drafts import SignedRecords
from meshnode.exchange.files import FileTrouble, open_regular
from meshproto.bundle.items import Item, PrivateItem, RunItem
from meshproto.bundle.reader import BundleReader
from meshproto.records.ids import RecordId
from meshproto.records.log import Run
from meshproto.records.reasons import Reason, Refused

PIECE = 1024 * 1024
"""Bytes read from the file at once."""

PORTION_RECORDS = 500
"""Most records handed to the node at once: it says nothing else while it looks at them, some 50 ms."""

PORTION_BYTES = 1024 * 1024
"""Most bytes of headers and private parts handed to the node at once, unless one run has more."""


class BundleRefused(Exception):
    """A file is no bundle, or not all of it proves right; `reason` is a code of the protocol."""

    def __init__(self, path: Path, reason: Reason, detail: str) -> None:
        super().__init__(path, reason, detail)
        self.path = path
        self.reason = reason
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.path.name} is refused: {self.reason} {self.detail}".rstrip()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a bundle that proved right holds."""

    records: int
    new: int
    """Records that are not held yet."""
    privates: int
    root: bytes


def check_bundle(path: Path, has: Callable[[bytes], bool]) -> Checked:
    """Check a file from its first byte to its last; blocks. Raises FileTrouble, BundleRefused."""
    reader = BundleReader()
    new = 0
    for item in _items(path, reader):
        if isinstance(item, RunItem):
            new += sum(not has(record.id) for record in item.run.records)
    try:
        end = reader.close()
    except Refused as refused:
        raise BundleRefused(path, refused.reason, refused.detail) from None
    return Checked(end.records, new, end.privates, end.root)


def portions(path: Path) -> Iterator[SignedRecords]:
    """Give the records of a checked file in portions; blocks. Raises FileTrouble, BundleRefused."""
    runs: list[Run] = []
    privates: list[tuple[RecordId, bytes]] = []
    records = size = 0
    for item in _items(path, BundleReader()):
        match item:
            case RunItem(run):
                length = sum(len(record.raw) for record in run.records)
                if runs and (records + len(run.records) > PORTION_RECORDS or size + length > PORTION_BYTES):
                    yield SignedRecords(tuple(runs), tuple(privates))
                    runs, privates, records, size = [], [], 0, 0
                runs.append(run)
                records += len(run.records)
                size += length
            case PrivateItem(record, raw):
                privates.append((record.id, raw))
                size += len(raw)
            case _:
                pass  # head and end were checked; erasures are records of their own
    if runs:
        yield SignedRecords(tuple(runs), tuple(privates))


def _items(path: Path, reader: BundleReader) -> Iterator[Item]:
    with open_regular(path) as file:
        while True:
            try:
                piece = file.read(PIECE)
                if not piece:
                    return
                yield from reader.feed(piece)
            except OSError as error:
                raise FileTrouble(path, error.strerror or str(error)) from None
            except Refused as refused:
                raise BundleRefused(path, refused.reason, refused.detail) from None
