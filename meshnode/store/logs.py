"""What the writer remembers of logs and their branches, so that placing a run costs no query.

A branch ("lane") owns the records after its `base`; before that it is its parent. States of a branch in memory:
clean → (extended) moved → (flushed, in the same transaction) clean.
"""

import sqlite3
from collections.abc import Iterable

from meshnode.store import bulk
from meshproto.records.record import Record

LOGS_REMEMBERED = 20_000
"""Logs kept in memory, about 20 MB. A log that was put aside costs one query when it is written to again."""


class Branch:
    """One lane; `lane` is its number in the table, `number` that within its log."""

    __slots__ = ("base", "lane", "number", "tip_arrival", "tip_id", "tip_seq")

    def __init__(
        self, lane: int, number: int, base: int, tip_seq: int = 0, tip_id: bytes = b"", tip_arrival: int = 0
    ) -> None:
        self.lane = lane
        self.number = number
        self.base = base
        self.tip_seq = tip_seq
        self.tip_id = tip_id
        self.tip_arrival = tip_arrival


class Log:
    """One log and its branches, in the order of their numbers."""

    __slots__ = ("branches", "counted", "log", "name", "size")

    def __init__(self, log: int, name: bytes, counted: bool, size: int = 0, branches: Iterable[Branch] = ()) -> None:
        self.log = log
        self.name = name
        self.counted = counted
        self.size = size
        self.branches = [*branches]

    def ending_in(self, record_id: bytes) -> Branch | None:
        """The branch whose tip this is."""
        for branch in self.branches:
            if branch.tip_id == record_id:
                return branch
        return None

    def owning(self, lane: int) -> Branch | None:
        """The branch with this number in the table, if it is of this log."""
        for branch in self.branches:
            if branch.lane == lane:
                return branch
        return None


class Logs:
    """The logs the writer has touched lately. All methods run inside the writer's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[bytes, Log] = {}
        self._moved: dict[int, Branch] = {}
        self._grown: dict[int, Log] = {}

    def named(self, name: bytes) -> Log | None:
        """The log with this id, if anything of it is stored."""
        log = self._known.get(name)
        return log or self._load(name)

    def begin(self, record: Record, counted: bool) -> Log:
        """Begin a log with its first record to be stored."""
        cursor = self._connection.execute(
            "INSERT INTO logs (name, scope, key, agent, counted) VALUES (?, ?, ?, ?, ?)",
            (record.log, record.home, record.key, record.author, counted),
        )
        assert cursor.lastrowid is not None
        return self._remember(Log(cursor.lastrowid, record.log, counted))

    def branch_off(self, log: Log, parent: Branch | None, base: int) -> Branch:
        """Begin a branch after record `base` of `parent`, or with record 1."""
        number = len(log.branches)
        cursor = self._connection.execute(
            "INSERT INTO lanes VALUES (NULL, ?, ?, ?, ?, 0, x'', 0)",
            (log.log, number, number if parent is None else parent.number, base),
        )
        assert cursor.lastrowid is not None
        branch = Branch(cursor.lastrowid, number, base)
        log.branches.append(branch)
        return branch

    def extend(self, log: Log, branch: Branch, tip: Record, arrival: int, size: int) -> None:
        """Note that records up to `tip`, `size` bytes of headers, were added; clean → moved."""
        branch.tip_seq, branch.tip_id, branch.tip_arrival = tip.seq, tip.id, arrival
        log.size += size
        self._moved[branch.lane] = branch
        self._grown[log.log] = log

    def shift(self, log: Log, branch: Branch, arrival: int) -> None:
        """Note that the rows of a branch were numbered anew, its tip now being `arrival`; clean → moved."""
        branch.tip_arrival = arrival
        self._moved[branch.lane] = branch
        self._grown[log.log] = log

    def count(self, log: Log) -> None:
        """Let a log count from now on."""
        log.counted = True
        self._connection.execute("UPDATE logs SET counted = 1 WHERE log = ?", (log.log,))

    def flush(self) -> None:
        """Write down every tip that moved; moved → clean."""
        tips = [(each.tip_seq, each.tip_id, each.tip_arrival, each.lane) for each in self._moved.values()]
        sizes = [(each.size, each.log) for each in self._grown.values()]
        bulk.each(self._connection, "UPDATE lanes SET tip_seq = ?, tip_id = ?, tip_arrival = ? WHERE lane = ?", tips)
        # Not `counted` beside it: two indexes hold that, and would be written with every commit.
        bulk.each(self._connection, "UPDATE logs SET size = ? WHERE log = ?", sizes)
        self._moved.clear()
        self._grown.clear()

    def forget(self) -> None:
        """Forget everything, after a rollback."""
        self._known.clear()
        self._moved.clear()
        self._grown.clear()

    def _load(self, name: bytes) -> Log | None:
        row = self._connection.execute("SELECT log, counted, size FROM logs WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None
        number, counted, size = row
        branches = self._connection.execute(
            "SELECT lane, number, base, tip_seq, tip_id, tip_arrival FROM lanes WHERE log = ? ORDER BY number",
            (number,),
        )
        return self._remember(Log(number, name, bool(counted), size, (Branch(*each) for each in branches)))

    def _remember(self, log: Log) -> Log:
        while len(self._known) >= LOGS_REMEMBERED:
            # The oldest goes. What moved in this transaction is still written by `flush`, which keeps its own list.
            oldest = next(iter(self._known))
            if self._known[oldest].log in self._grown:
                self.flush()
            del self._known[oldest]
        self._known[log.name] = log
        return log
