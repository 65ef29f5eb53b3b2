"""Cuts: the past of a record, told by one number for each lane it meets.

A cut follows the crossings of lanes (lanes.py), each lane once from where it was last. It is computed for revokes and
rotates only, and one of each lane is kept now and then, so whoever governs pays once for what he has seen.
"""

from collections.abc import Iterable, Mapping
from typing import cast

from meshproto.fold.lanes import number8, read_lane, triples
from meshproto.fold.memory import Memory
from meshproto.fold.standing import Row
from meshproto.records.encoding import Value

KEEP_AFTER = 8
"""Crossings that may be followed anew for each cut of a lane before one is kept."""
CUTS_REMEMBERED = 16
"""Kept cuts that stand in RAM as well, ready to be asked, for those who govern at a time: each has all their lanes."""

Reaches = Mapping[int, int]
"""By lane the seq of the last record that lies in a past."""


class Cut:
    """How far a past reaches into each lane."""

    def __init__(self, kept: Reaches) -> None:
        """`kept` is an older cut of the same lane, which is not changed."""
        self._kept = kept
        self._more: dict[int, int] = {}

    def reach(self, lane: int) -> int:
        """The seq of the last record of a lane that lies in the past; 0 if none does."""
        return self._more.get(lane) or self._kept.get(lane, 0)

    def extend(self, lane: int, seq: int) -> None:
        """Let the past reach at least so far."""
        self._more[lane] = max(seq, self.reach(lane))

    def all(self) -> Reaches:
        """All lanes that the past meets."""
        return {**self._kept, **self._more}


class Cuts:
    """Computes cuts, and keeps some in the memory."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._parsed: dict[int, tuple[Value, Reaches]] = {}

    def of(self, row: Row) -> Cut:
        """The cut of the newest record of a lane that governs, itself included."""
        cut = Cut(self._kept(row.lane)[1])
        if self._follow(cut, [row]) > KEEP_AFTER:
            self._keep(row, cut.all())
        return cut

    def over(self, rows: Iterable[Row], behind: Mapping[int, int] | None = None) -> Cut:
        """The cut of some records together, themselves included; `behind` are the reaches of a past that lies in it."""
        cut = Cut(behind or {})
        self._follow(cut, rows)
        return cut

    def _follow(self, cut: Cut, rows: Iterable[Row]) -> int:
        """Extend a cut by all that lies behind some records; gives how many crossings were followed."""
        memory, steps = self._memory, 0
        ahead = [(row.lane, row.seq, row.crossed) for row in rows]
        while ahead:
            lane, seq, crossed = ahead.pop()
            low = cut.reach(lane)
            if seq <= low:
                continue
            if low == 0:
                low = self._join_kept(cut, lane, seq)
                begin = read_lane(memory, lane)
                if begin.parent:
                    ahead.append((begin.parent, begin.parent_seq, begin.parent_crossed))
            cut.extend(lane, seq)
            name, reach = number8(lane), cut.reach
            while crossed > low:
                news = cast(list[int], memory.get("cross", name + number8(crossed)))
                crossed = news[0]
                # Going back, mostly they bring less than what was found already.
                ahead += [each for each in triples(news) if each[1] > reach(each[0])]
                steps += 1
        return steps

    def _keep(self, row: Row, reaches: Reaches) -> None:
        kept: Value = [row.seq, [*reaches], [*reaches.values()]]
        self._memory.put("cut", number8(row.lane), kept)
        self._remember(row.lane, kept, reaches)

    def _kept(self, lane: int) -> tuple[int, Reaches]:
        """The cut kept for a lane, and the seq of the record whose it is."""
        kept = self._memory.get("cut", number8(lane))
        if kept is None:
            return 0, {}
        seq, lanes, reaches = cast(tuple[int, list[int], list[int]], kept)
        parsed = self._parsed.get(lane)
        if parsed is None or parsed[0] is not kept:
            parsed = self._remember(lane, kept, dict(zip(lanes, reaches, strict=True)))
        return seq, parsed[1]

    def _remember(self, lane: int, kept: Value, reaches: Reaches) -> tuple[Value, Reaches]:
        if len(self._parsed) >= CUTS_REMEMBERED:
            self._parsed.clear()
        self._parsed[lane] = kept, reaches
        return kept, reaches

    def _join_kept(self, cut: Cut, lane: int, seq: int) -> int:
        """Take over the cut that is kept for a lane which is entered at `seq`; gives up to where it spares looking."""
        reach, kept = self._kept(lane)
        if reach > seq:
            return 0
        for other, far in kept.items():
            cut.extend(other, far)
        return reach
