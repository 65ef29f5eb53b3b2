"""Where a fold keeps what it knows: rows in tables, behind a port.

A row is found by its table and key; keys that begin alike are scanned in order. All that a fold knows is in
its memory, so a memory that can be rolled back takes the fold back with it.

tables of a fold (ids are 32 bytes and stand one after the other in a key; numbers are local ones, 8 bytes in keys):

record       id                       → Row: what became of a decided record
why          id                       → [reason, detail, [id …]], for all that are not valid, and for those aside
scope        scope                    → Place: kind, keys and charter of a stream whose genesis is decided
pending      id                       → [header, how many references are undecided]
awaited      id                       → how many wait for it
waiting      awaited ‖ waiter         → b""
first        log                      → id of record 1
fork         scope ‖ log ‖ seq ‖ id   → b"", for both records of each fork; seq is 8 bytes
forked       id                       → b"", for the same records
aside        id                       → header: valid, but of a stranger whom no member's record reaches
outside      network ‖ agent ‖ id     → b"", for the same records
stands       scope ‖ agent            → b"", if the agent has, or had, a standing there
counter      name                     → how many local numbers are given out, and which rare things there are
governed     b""                      → [how many records came on which the standing of others may hang] (usual.py)

lanes (lanes.py)
lane         lane                     → Lane: log, where it branched off, its first record
lanes        log ‖ lane               → b""
stop         lane ‖ seq / 16          → id of the record with that seq
cross        lane ‖ seq               → [the crossing before, lane, seq, crossed …]: what a record brings of other lanes
cut          lane                     → [seq, [lane …], [seq …]]: the cut of a revoke or rotate (cuts.py)

what is known (knowledge.py)
known        number                   → [base, steps, [bit …]] or [0, 0, mask]
bit          pair or id               → number of the bit
group        name                     → mask (groups.py)

authority (entries.py, mandates.py, charters.py, roots.py)
entry        id                       → Entry: a grant, or an accept by which somebody stands
member       scope ‖ to ‖ id          → b"", for entries; `to` is an agent or a key of 33 bytes
granted      to ‖ id                  → b"", for entries
device       scope ‖ id               → b"", for grants to keys in the stream of a person or organisation
mandate      number                   → Mandate; `mandated`: its digest → number
uses         handle ‖ lane            → seq of the first record of the lane that uses what has this handle
accept       accept                   → target; `accepts`: target ‖ agent ‖ accept → b""
recovery     tenure                   → [[digest …], need]
rotate       person ‖ rotate          → [after, votes, key, bit]; `rotated`: person → b"" if there is any
resolution   id                       → Resolution
changing     scope ‖ SHA-256(prev) ‖ resolution → b"", for those that change the charter; `changed`: scope → b""
following    resolution ‖ resolution  → b"": the second has the first in `prev`

agreements (lineages.py, agreements.py)
version      id                       → Version: a valid version of an agreement
versions     scope ‖ id               → b""
partaker     scope ‖ agent ‖ version  → bit of a version by which the agent takes part
concern      id                       → Concern: author and facts of other valid records there
concerns     scope ‖ type ‖ 0 ‖ id    → b"", for those that are asked for by type
works        scope ‖ number / 16      → id ‖ id …: the contributions there, as they came; `worked`: scope → how many
lineage      number of a scope        → the scope, if it is an agreement's
attested     contribution             → id ‖ id …: the first attestations of it; then `attested_more`: contribution ‖ id
corrects     target ‖ id              → b""
attested_in  network ‖ contribution ‖ id → b"": the same where it is a network's; `attesting`: contribution → network
gaining      contribution             → [agent …] who share in it or gain by it, if it stands in no agreement
ack_changed  network                  → b"" if a resolution says how contributions are acknowledged
declines     target ‖ agent ‖ id      → b"": countersignatures that decline
entered      distribution             → Entered: what enters with it
stands_at    id                       → [state, reason, [id …], [flag …]], for what stands there, but for contributions
governs      scope                    → the version by which things are shown

endings and contests (endings.py, contests.py)
ending       handle ‖ revoke          → [bit, whether it resigns]; `ended`: handle → b"" if there is any
ends         revoke                   → [grant or accept …]
force        revoke                   → [handle …] that it ends otherwise than by resigning
saw          revoke                   → [seen-hash …] that it gives itself
adder        revoke ‖ revoke          → bit: the second adds what it has seen to the first
limit        revoke ‖ lane            → seq up to which the acts of a lane are before it
sought       seen-hash ‖ revoke       → b"", for records that are not decided yet
beyond       id                       → [grant …] beyond whose limits a record goes

effects (effects.py)
kept         id                       → header of a record whose effect may have to be taken back
label        id                       → the label an edit belongs to (a project's first edit, a profile's scope …)
edit         id                       → at, for edits that count
head         label ‖ id               → at: edits that nothing supersedes
superseded   id ‖ by                  → b""
correction   target ‖ id              → [kind, [n, s, u] or [], [amt, cur] or [], at]
thanked      scope ‖ to ‖ giver ‖ id  → kind
named        id ‖ agent               → b"", for records with a private part
erased       id, or ext ‖ agent       → how many erasures name it
erasure      target ‖ erasure         → part; target is an id or ext ‖ agent
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Protocol

from meshproto.records.encoding import Value

LAYOUT = 5
"""Which tables these are. Raise it with every change to them, so that what is kept on a disk is computed anew."""


KEYS_TOGETHER = 512
"""Keys of a table in RAM that stand in one list, at first; one of twice as many is cut in two."""


class Memory(Protocol):
    """Rows by table and key. A missing row reads as None; scanning goes by the bytes of the keys.

    Rows whose parts have names, such as `standing.Row`, are arrays: a memory may give them back as plain ones.
    """

    def get(self, table: str, key: bytes) -> Value:
        """The row, or None."""

    def put(self, table: str, key: bytes, value: Value) -> None:
        """Write or replace a row; the value is not changed afterwards by either side."""

    def delete(self, table: str, key: bytes) -> None:
        """Remove a row if it is there."""

    def scan(self, table: str, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
        """All rows whose key begins with `prefix`, by key; the table may be changed meanwhile."""

    def foresee(self, table: str, keys: Iterable[bytes]) -> None:
        """Hear which rows will be asked for: read together they come sooner. It makes no other difference."""


class Keys:
    """Keys in order. They stand in short lists, so that one more moves a few hundred others and not all."""

    __slots__ = ("_firsts", "_lists")

    def __init__(self, keys: Iterable[bytes]) -> None:
        ordered = sorted(keys)
        self._lists = [ordered[at : at + KEYS_TOGETHER] for at in range(0, len(ordered), KEYS_TOGETHER)] or [[]]
        self._firsts = [b"", *(each[0] for each in self._lists[1:])]  # what comes before all goes into the first list

    def add(self, key: bytes) -> None:
        """Add a key that is not there yet."""
        place = self._place(key)
        here = self._lists[place]
        insort(here, key)
        if len(here) > 2 * KEYS_TOGETHER:
            self._lists[place : place + 1] = here[:KEYS_TOGETHER], here[KEYS_TOGETHER:]
            self._firsts.insert(place + 1, here[KEYS_TOGETHER])

    def remove(self, key: bytes) -> None:
        """Remove a key that is there."""
        here = self._lists[self._place(key)]
        del here[bisect_left(here, key)]

    def beginning_with(self, prefix: bytes) -> list[bytes]:
        """All keys that begin so, in order."""
        place = self._place(prefix)
        start, found = bisect_left(self._lists[place], prefix), list[bytes]()
        while place < len(self._lists):
            here = self._lists[place]
            for index in range(start, len(here)):
                if not here[index].startswith(prefix):
                    return found
                found.append(here[index])
            place, start = place + 1, 0
        return found

    def _place(self, key: bytes) -> int:
        """Which list a key belongs to: some may be empty, which does no harm."""
        return bisect_right(self._firsts, key) - 1


class Table:
    """The rows of one table in RAM, which can be scanned in the order of their keys."""

    __slots__ = ("keys", "rows")

    def __init__(self, rows: dict[bytes, Value] | None = None) -> None:
        self.rows: dict[bytes, Value] = {} if rows is None else rows
        """To be read; written by `put` and `delete`, or past them as long as there are no `keys`."""
        self.keys: Keys | None = None  # from the first scan on; most tables are never scanned

    def put(self, key: bytes, value: Value) -> None:
        """Write or replace a row."""
        if self.keys is not None and key not in self.rows:
            self.keys.add(key)
        self.rows[key] = value

    def delete(self, key: bytes) -> None:
        """Remove a row if it is there."""
        if self.rows.pop(key, None) is not None and self.keys is not None:
            self.keys.remove(key)

    def scan(self, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
        """All rows whose key begins with `prefix`, by key, as they are now."""
        rows = self.rows
        if not rows:
            return iter(())
        keys = self.keys
        if keys is None:
            keys = self.keys = Keys(rows)
        return iter([(key, rows[key]) for key in keys.beginning_with(prefix)])


class DictMemory:
    """A memory in RAM, for tests, verification of files and other programs."""

    def __init__(self) -> None:
        self._tables: defaultdict[str, Table] = defaultdict(Table)

    def get(self, table: str, key: bytes) -> Value:
        """See Memory."""
        return self._tables[table].rows.get(key)

    def put(self, table: str, key: bytes, value: Value) -> None:
        """See Memory."""
        here = self._tables[table]
        if here.keys is None:  # so it is of most: a call less for each of very many rows
            here.rows[key] = value
        else:
            here.put(key, value)

    def delete(self, table: str, key: bytes) -> None:
        """See Memory."""
        self._tables[table].delete(key)

    def scan(self, table: str, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
        """See Memory."""
        return self._tables[table].scan(prefix)

    def foresee(self, table: str, keys: Iterable[bytes]) -> None:
        """See Memory; all rows are at hand."""
