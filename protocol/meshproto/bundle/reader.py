"""Reading a bundle as its bytes come in, checking each piece before it is given on.

States: before the magic → before the head → items → ended. Whatever is wrong raises Refused, and what was
given before that was right: runs prove themselves, so an import may keep them and be repeated.
"""

from hashlib import sha256
from typing import cast

from meshproto.bundle.items import (
    LENGTH_SIZE,
    MAGIC,
    MAX_FRAME,
    MAX_SCOPES,
    VERSION,
    End,
    ErasedItem,
    Head,
    Item,
    PrivateItem,
    RunItem,
)
from meshproto.bundle.merkle import merkle_root
from meshproto.records.encoding import Value, decode
from meshproto.records.ids import LogId
from meshproto.records.log import Run, check_continues, check_run
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record, check_private


class BundleReader:
    """Feed it the bytes of a file in chunks of any size, then `close` it. Holds one frame, and every id."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._good = 0
        self._sum = sha256()
        self._has_head = False
        self._end: End | None = None
        self._places: dict[bytes, tuple[LogId, int]] = {}
        self._before: set[bytes] = set()  # what runs continue that was not in the bundle when they came
        self._owed: dict[bytes, Record] = {}
        self._runs = 0
        self._privates = 0

    @property
    def good(self) -> int:
        """How many bytes of the file have been read and found right."""
        return self._good

    def feed(self, chunk: bytes) -> list[Item]:
        """Take in the next bytes; gives the items they complete. Raises Refused."""
        self._buffer += chunk
        items: list[Item] = []
        if not self._good:
            if len(self._buffer) < len(MAGIC) and MAGIC.startswith(self._buffer):
                return items
            if not self._buffer.startswith(MAGIC):
                raise self._refuse(Reason.B_MAGIC)
            self._advance(len(MAGIC))
        while (raw := self._next_frame()) is not None:
            items.append(self._read(raw))
            self._advance(LENGTH_SIZE + len(raw))
        return items

    def close(self) -> End:
        """Say that the file has ended. Raises Refused B-TORN, with the last good byte, if it ends too early."""
        if self._end is None or self._buffer:
            raise self._refuse(Reason.B_TORN)
        return self._end

    def _next_frame(self) -> bytes | None:
        if self._end is not None and self._buffer:
            raise self._refuse(Reason.B_TRAIL)
        if len(self._buffer) < LENGTH_SIZE:
            return None
        size = int.from_bytes(self._buffer[:LENGTH_SIZE], "big")
        if size > MAX_FRAME:
            raise self._refuse(Reason.B_FRAME)
        if len(self._buffer) < LENGTH_SIZE + size:
            return None
        return bytes(self._buffer[LENGTH_SIZE : LENGTH_SIZE + size])

    def _advance(self, size: int) -> None:
        self._sum.update(self._buffer[:size])
        del self._buffer[:size]
        self._good += size

    def _refuse(self, reason: Reason) -> Refused:
        return Refused(reason, f"at byte {self._good}")

    def _read(self, raw: bytes) -> Item:
        item = decode(raw)
        if not isinstance(item, list) or not item or not isinstance(item[0], str):
            raise self._refuse(Reason.B_SHAPE)
        kind, *fields = item
        # SPEC 05-bundle 3: It is the first and not `head`, or `head` and not the first: `B-ORDER`.
        if (kind == "head") is self._has_head:
            raise self._refuse(Reason.B_ORDER)
        match kind:
            case "head":
                return self._head(fields)
            case "run":
                return self._run(fields)
            case "private":
                return self._private(fields)
            case "erased":
                return self._erased(fields)
            case "end":
                return self._last(fields)
            case _:
                raise self._refuse(Reason.B_KIND)

    def _head(self, fields: list[Value]) -> Item:
        if not fields or fields[0] != VERSION or type(fields[0]) is not int:
            raise self._refuse(Reason.B_VERSION)
        if len(fields) != 3 or type(fields[1]) is not int or fields[1] < 0:
            raise self._refuse(Reason.B_SHAPE)
        scopes = self._ids(fields[2], MAX_SCOPES)
        self._has_head = True
        return Head(fields[1], scopes)

    def _run(self, fields: list[Value]) -> Item:
        if len(fields) != 2 or not isinstance(fields[0], list) or not isinstance(fields[1], bytes):
            raise self._refuse(Reason.B_SHAPE)
        if not all(isinstance(each, bytes) for each in fields[0]):
            raise self._refuse(Reason.B_SHAPE)
        run = check_run(cast(list[bytes], fields[0]), fields[1])
        self._check_place(run)
        log = run.records[0].log
        for each in run.records:
            if each.id in self._places:
                raise self._refuse(Reason.B_TWICE)
            self._places[each.id] = (log, each.seq)
        # SPEC 05-bundle 3.2: A run before it begins with a record that names one of its records as `prev`: `B-PREV`.
        if self._before and any(each.id in self._before for each in run.records):
            raise self._refuse(Reason.B_PREV)
        self._owed = {each.id: each for each in run.records if each.private is not None}
        self._runs += 1
        return RunItem(run)

    def _check_place(self, run: Run) -> None:
        """Refuse a run that does not fit the record it continues, if that is in the bundle."""
        prev = run.records[0].prev
        before = self._places.get(prev)
        if before is not None:
            check_continues(run, *before)
        elif prev:
            self._before.add(prev)

    def _private(self, fields: list[Value]) -> Item:
        if len(fields) != 2 or not isinstance(fields[0], bytes) or not isinstance(fields[1], bytes):
            raise self._refuse(Reason.B_SHAPE)
        record = self._pay(fields[0])
        check_private(record, fields[1])
        self._privates += 1
        return PrivateItem(record, fields[1])

    def _erased(self, fields: list[Value]) -> Item:
        if len(fields) != 1:
            raise self._refuse(Reason.B_SHAPE)
        ids = self._ids(fields[0], len(self._owed))
        return ErasedItem(tuple(self._pay(each).id for each in ids))

    def _pay(self, record_id: bytes) -> Record:
        record = self._owed.pop(record_id, None)
        if record is None:
            raise self._refuse(Reason.B_ORDER)
        return record

    def _ids(self, value: Value, most: int) -> tuple[bytes, ...]:
        if not isinstance(value, list) or len(value) > most:
            raise self._refuse(Reason.B_SHAPE)
        if not all(isinstance(each, bytes) and len(each) == 32 for each in value):
            raise self._refuse(Reason.B_SHAPE)
        return tuple(cast(list[bytes], value))

    def _last(self, fields: list[Value]) -> Item:
        if len(fields) != 5:
            raise self._refuse(Reason.B_SHAPE)
        counts = [self._runs, len(self._places), self._privates]
        if any(type(each) is not int for each in fields[:3]) or fields[:3] != counts:
            raise self._refuse(Reason.B_COUNT)
        root = merkle_root(sorted(self._places))
        if fields[3] != root:
            raise self._refuse(Reason.B_ROOT)
        if fields[4] != self._sum.digest():
            raise self._refuse(Reason.B_SUM)
        self._end = End(self._runs, len(self._places), self._privates, root)
        return self._end
