"""Looking for the records that orders to erase name weakly.

An `ext` leads to no record: so all that have a private part are looked at, once for many orders. Records that come
while this goes on need not be found: the core compares them with the orders as they come.
"""

from meshnode.core.events import Found
from meshnode.core.rows import SearchEntry
from meshnode.store.reading import Reader
from meshnode.store.records import FIRST_UNCOUNTED
from meshproto.records.ids import RecordId, ext

NAMES_AT_ONCE = 65_536
"""Names looked for in one pass, some 8 MB; what is beyond has its turn in the next."""
ROWS_AT_ONCE = 500
"""Records looked at in one step, some 5 ms."""
_ID_SIZE = 32


class Search:
    """One pass for the orders that wait for one. Every method may raise StoreDamaged."""

    def __init__(self, reader: Reader) -> None:
        """Take as many orders as may be looked for at once."""
        self._reader = reader
        self._names: dict[bytes, list[RecordId]] = {}
        self._found: dict[RecordId, list[RecordId]] = {}
        self._after = FIRST_UNCOUNTED - 1
        for row in reader.rows(SearchEntry):
            if len(self._names) >= NAMES_AT_ONCE:
                break
            self._take(RecordId(row.order))

    @property
    def found(self) -> tuple[Found, ...]:
        """The orders looked for, each with what was found so far."""
        return tuple(Found(order, tuple(targets)) for order, targets in self._found.items())

    def step(self) -> bool:
        """Look at the next records; false if these were the last."""
        rows = self._reader.parted_after(self._after, ROWS_AT_ONCE) if self._names else []
        for arrival, record in rows:
            self._after = arrival
            for order in self._names.get(ext(record), ()):
                self._found[order].append(record)
        return len(rows) == ROWS_AT_ONCE

    def _take(self, order: RecordId) -> None:
        self._found[order] = []
        record = self._reader.record(order)
        targets = record.facts.get("targets") if record is not None else None
        for each in targets if isinstance(targets, list) else ():
            if isinstance(each, bytes) and len(each) > _ID_SIZE:
                self._names.setdefault(each, []).append(order)
