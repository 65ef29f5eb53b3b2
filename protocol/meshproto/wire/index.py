"""The sorted map log → digest of its tips, with a fingerprint for every range.

A range is named by a span: a count of nibbles and the nibbles that the log ids in it begin with. Its fingerprint
is 32 zero bytes if it is empty; SHA-256(0x00 ‖ log ‖ digest ‖ log ‖ digest …) in the order of the logs if it holds
at most 16; else SHA-256(0x01 ‖ the fingerprints of its 16 parts by the next nibble). So it depends on what is in
the range and on nothing else.

In memory the map is a tree of buckets, each one flat string of 64-byte entries: 1,000,000 logs take about 70 MB.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import sha256
from itertools import pairwise

from meshproto.records.ids import LogId
from meshproto.wire.limits import FAN, FINGERPRINT_SIZE, LIST_UP_TO

EMPTY = bytes(FINGERPRINT_SIZE)
"""The fingerprint of a range without logs."""

WHOLE = b"\x00"
"""The span of all logs."""

ENTRY = 64
"""Bytes of an entry: log id, digest."""

BUCKET = 128
"""Most entries in a bucket: 8 KiB, copied at each change. Fewer cost memory, more cost time."""


def tips_digest(tips: Sequence[bytes]) -> bytes:
    """What stands for a log in fingerprints: the id of its tip, or the hash over the sorted ids of several."""
    return tips[0] if len(tips) == 1 else sha256(b"".join(sorted(tips))).digest()


def full_digest(log: bytes) -> bytes:
    """What stands for a log of which nobody may ask for more: nodes may hold different ends of it."""
    return sha256(b"meshnode/1 full\n" + log).digest()


def nibbles_of(span: bytes) -> tuple[int, ...]:
    """Unpack a span."""
    packed = [half for byte in span[1:] for half in (byte >> 4, byte & 0x0F)]
    return tuple(packed[: span[0]])


def span_of(nibbles: Sequence[int]) -> bytes:
    """Pack nibbles into a span."""
    even = [*nibbles, 0] if len(nibbles) % 2 else [*nibbles]
    return bytes([len(nibbles), *(even[at] << 4 | even[at + 1] for at in range(0, len(even), 2))])


def parts_of(span: bytes) -> tuple[bytes, ...]:
    """The 16 spans that a span consists of, in order."""
    nibbles = nibbles_of(span)
    return tuple(span_of((*nibbles, each)) for each in range(FAN))


class _Node:
    """A bucket (`parts` is None), or the 16 nodes it was split into. `print` is its fingerprint while known."""

    __slots__ = ("entries", "parts", "print")

    def __init__(self, entries: bytes = b"") -> None:
        self.entries = entries
        self.parts: list[_Node] | None = None
        self.print: bytes | None = EMPTY if not entries else None


class Index:
    """The map of one scope set. Changes cost a few microseconds; fingerprints are computed when asked for."""

    def __init__(self, rows: Iterable[tuple[LogId, bytes]] = ()) -> None:
        """Build from rows in any order, each log once."""
        self._root = _Node()
        self._count = 0
        self._load(rows)

    def __len__(self) -> int:
        return self._count

    def get(self, log: bytes) -> bytes | None:
        """The digest of a log."""
        node, _ = self._bucket(log)
        at, found = _find(node.entries, log)
        return node.entries[at + 32 : at + ENTRY] if found else None

    def put(self, log: bytes, digest: bytes) -> None:
        """Set the digest of a log."""
        node, depth = self._bucket(log, _forget_print)
        entries = node.entries
        at, found = _find(entries, log)
        node.entries = entries[:at] + log + digest + entries[at + ENTRY if found else at :]
        self._count += not found
        if len(node.entries) > BUCKET * ENTRY:
            _split(node, depth)

    def drop(self, log: bytes) -> None:
        """Take a log out, if it is in."""
        node, _ = self._bucket(log, _forget_print)
        at, found = _find(node.entries, log)
        if found:
            node.entries = node.entries[:at] + node.entries[at + ENTRY :]
            self._count -= 1

    def fingerprint(self, span: bytes) -> bytes:
        """The fingerprint of a range."""
        node, entries, depth = self._range(span)
        return _print_of(node, depth) if node is not None else _print_entries(entries, depth)

    def is_few(self, span: bytes) -> bool:
        """Whether a range holds so few logs that it is listed and not split."""
        return _are_few(self._chunks(span))

    def items(self, span: bytes) -> Iterator[tuple[LogId, bytes]]:
        """The logs of a range with their digests, in order."""
        for chunk in self._chunks(span):
            for at in range(0, len(chunk), ENTRY):
                yield LogId(chunk[at : at + 32]), chunk[at + 32 : at + ENTRY]

    def _bucket(self, log: bytes, passing: "Callable[[_Node], None] | None" = None) -> tuple[_Node, int]:
        """Find the bucket a log belongs in and its depth; `passing` is called on every node on the way."""
        node, depth = self._root, 0
        if passing is not None:
            passing(node)
        while node.parts is not None:
            node = node.parts[_nibble(log, depth)]
            depth += 1
            if passing is not None:
                passing(node)
        return node, depth

    def _range(self, span: bytes) -> tuple[_Node | None, bytes, int]:
        """Find what a span names: a node, or (None and) the entries that it takes out of a bucket."""
        nibbles = nibbles_of(span)
        node = self._root
        for depth, nibble in enumerate(nibbles):
            if node.parts is None:
                return None, _slice(node.entries, span, depth), len(nibbles)
            node = node.parts[nibble]
        return node, b"", len(nibbles)

    def _chunks(self, span: bytes) -> Iterator[bytes]:
        node, entries, _ = self._range(span)
        if node is None:
            yield entries
        else:
            yield from _leaves(node)

    def _load(self, rows: Iterable[tuple[LogId, bytes]]) -> None:
        """Sort rows heap by heap, so that building needs little more memory than the result."""
        heaps = [bytearray() for _ in range(FAN * FAN)]
        for log, digest in rows:
            heap = heaps[log[0]]
            heap += log
            heap += digest
        self._count = sum(map(len, heaps)) // ENTRY
        if self._count <= BUCKET:
            self._root = _Node(_sorted(b"".join(heaps)))
            return
        tops: list[_Node] = []
        for first in range(0, FAN * FAN, FAN):
            parts = []
            for byte in range(first, first + FAN):
                parts.append(_grown(_sorted(heaps[byte]), 2))
                heaps[byte] = bytearray()
            tops.append(_branch(parts))
        self._root = _branch(tops)


def _sorted(heap: bytes | bytearray) -> bytes:
    return b"".join(sorted(bytes(heap[at : at + ENTRY]) for at in range(0, len(heap), ENTRY)))


def _branch(parts: list[_Node]) -> _Node:
    node = _Node()
    node.parts, node.print = parts, None
    return node


def _grown(entries: bytes, depth: int) -> _Node:
    """A node at `depth` that holds these sorted entries."""
    node = _Node(entries)
    if len(entries) > BUCKET * ENTRY:
        _split(node, depth)
    return node


def _forget_print(node: _Node) -> None:
    node.print = None


def _nibble(log: bytes, depth: int) -> int:
    byte = log[depth >> 1]
    return byte & 0x0F if depth & 1 else byte >> 4


def _find(entries: bytes, log: bytes) -> tuple[int, bool]:
    """The offset at which a log stands or belongs, and whether it stands there."""
    low, high = 0, len(entries) // ENTRY
    while low < high:
        middle = (low + high) >> 1
        if entries[middle * ENTRY : middle * ENTRY + 32] < log:
            low = middle + 1
        else:
            high = middle
    at = low * ENTRY
    return at, entries[at : at + 32] == log


def _slice(entries: bytes, span: bytes, depth: int) -> bytes:
    """The entries of a bucket whose logs lie in a span."""
    packed, odd = span[1:], span[0] % 2
    least = packed + bytes(32 - len(packed))
    most = (packed[:-1] + bytes([packed[-1] | 0x0F]) if odd else packed) + b"\xff" * (32 - len(packed))
    start, _ = _find(entries, least)
    end, found = _find(entries, most)
    return entries[start : end + ENTRY if found else end]


def _split(node: _Node, depth: int) -> None:
    """Bucket → 16 nodes by the nibble at `depth`."""
    node.parts = [_grown(each, depth + 1) for each in _parted(node.entries, depth)]
    node.entries, node.print = b"", None


def _parted(entries: bytes, depth: int) -> list[bytes]:
    """Cut sorted entries that agree before `depth` into 16 by the nibble there."""
    column = entries[depth >> 1 :: ENTRY]
    firsts = range(column[0] & 0xF0, (column[0] & 0xF0) + FAN) if depth & 1 else range(0, 256, FAN)
    cuts = [bisect_left(column, first) * ENTRY for first in firsts]
    return [entries[start:end] for start, end in pairwise([*cuts, len(entries)])]


def _leaves(node: _Node) -> Iterator[bytes]:
    if node.parts is None:
        yield node.entries
    else:
        for part in node.parts:
            yield from _leaves(part)


def _are_few(chunks: Iterable[bytes]) -> bool:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > LIST_UP_TO * ENTRY:
            return False
    return True


def _print_of(node: _Node, depth: int) -> bytes:
    """The fingerprint of a node, computed where it is not known."""
    if node.print is None:
        if node.parts is None:
            node.print = _print_entries(node.entries, depth)
        elif _are_few(_leaves(node)):  # logs were taken out since the bucket was split
            node.print = _print_entries(b"".join(_leaves(node)), depth)
        else:
            prints = [_print_of(part, depth + 1) for part in node.parts]
            node.print = sha256(b"\x01" + b"".join(prints)).digest()
    return node.print


def _print_entries(entries: bytes, depth: int) -> bytes:
    if not entries:
        return EMPTY
    if len(entries) <= LIST_UP_TO * ENTRY:
        return sha256(b"\x00" + entries).digest()
    prints = [_print_entries(each, depth + 1) for each in _parted(entries, depth)]
    return sha256(b"\x01" + b"".join(prints)).digest()
