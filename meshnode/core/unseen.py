"""What an author has not seen of a scope: heads that no record of his reaches yet.

Whoever ends, decides or accepts something must say what came before it, or others could claim afterwards that it came
later. A record names 32 others at most: what governs follows as many checkpoints as it takes to name all these heads.
"""

from collections.abc import Iterable, Iterator

from meshnode.core.author import End
from meshnode.core.closure import Closure
from meshnode.core.folded import Folded
from meshnode.core.ground import Ground
from meshproto.fold.cuts import Cuts
from meshproto.fold.standing import Row, read_row
from meshproto.records.encoding import Value
from meshproto.records.ids import LogId, RecordId, ScopeId, log_id

GOVERNING = ("revoke", "rotate", "resolution", "countersign", "distribution")
"""Types before which everything that is held is joined."""
NAMED_AT_ONCE = 24
"""Heads that one record names for this, so that there is room beside them for branches that it joins."""
MOST_CHECKPOINTS = 256
"""Checkpoints before one record: what is beyond, some 6,000 heads, is left for later ones."""
STEPS_BACK = 64
"""Records of the own log that the fold may lack without everything being named anew."""


class Unseen:
    """Finds the heads that the own log does not reach."""

    def __init__(self, ground: Ground, closure: Closure, folded: Folded) -> None:
        self._ground, self._closure = ground, closure
        self._memory = _Remembering(folded)
        self._cuts = Cuts(self._memory)

    def heads(self, scope: ScopeId, end: End) -> list[RecordId]:
        """The tips of all logs that stand in a scope which no record up to `end` of the own log reaches."""
        own = log_id(scope, self._ground.identity.key.public)
        with self._memory.folded.steady():
            here = self._folded_before(end.id)
            cut = None if here is None else self._cuts.of(here)
            found: list[RecordId] = []
            for log, tip in self._tips(scope):
                row = read_row(self._memory, tip)
                is_seen = row is not None and cut is not None and cut.reach(row.lane) >= row.seq
                if log != own and not is_seen and self._closure.is_sound(tip):
                    found.append(tip)
        return found

    def _tips(self, scope: ScopeId) -> Iterator[tuple[LogId, RecordId]]:
        ledger = self._ground.ledger
        for log, tips in ledger.logs_standing_in(scope):
            yield from ((log, tip) for tip in tips)

    def _folded_before(self, record: bytes) -> Row | None:
        """The newest record of the own log that is folded, up to a record; None if it is far back or there is none."""
        for _ in range(STEPS_BACK):
            row = read_row(self._memory, record)
            if row is not None:
                return row
            found = self._ground.flight.record(record)
            if found is None or not found.prev:
                return None
            record = found.prev
        return None


class _Remembering:
    """The memory of the fold, with cuts of its own that stand in RAM: so what was walked once is not walked again."""

    def __init__(self, folded: Folded) -> None:
        self.folded = folded
        self._cuts: dict[bytes, Value] = {}

    def get(self, table: str, key: bytes) -> Value:
        """See Memory."""
        if table == "cut" and key in self._cuts:
            return self._cuts[key]
        return self.folded.get(table, key)

    def put(self, table: str, key: bytes, value: Value) -> None:
        """Keep a cut; nothing else is written here."""
        assert table == "cut", table
        self._cuts[key] = value

    def delete(self, table: str, key: bytes) -> None:
        """Refused: only the fold does that."""
        raise TypeError(f"{table} is only read here")

    def scan(self, table: str, prefix: bytes) -> Iterator[tuple[bytes, Value]]:
        """See Memory."""
        return self.folded.scan(table, prefix)

    def foresee(self, table: str, keys: Iterable[bytes]) -> None:
        """See Memory."""
        self.folded.foresee(table, keys)
