"""Lanes: unforked pieces of logs, which the past of a record meets in a prefix each.

So a past is told by one number for each lane, a *cut*. A record that names records of other lanes leaves a crossing
behind, linked to the crossing before it; a cut follows these, each lane once from where it was last. It is computed for
revokes and rotates only, and the newest of each lane is kept, so whoever governs pays once for what he has seen.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple, TypeAlias, cast

from meshproto.fold.memory import Memory
from meshproto.fold.standing import Row, read_row, row_of
from meshproto.records.encoding import Value
from meshproto.records.record import Record

BLOCK = 128
"""Every so many records of a lane one is kept at hand, to begin a walk near where it is to begin."""

Cut: TypeAlias = dict[int, int]
"""By lane the seq of the last record that lies in a past."""


class Lane(NamedTuple):
    """Where a lane begins."""

    log: bytes
    parent: int
    """The lane it branched off, 0 for none, and there:"""
    parent_seq: int
    parent_crossed: int
    seq: int
    first: bytes
    """Its first record and that one's seq."""


def number8(number: int) -> bytes:
    """A local number as part of a key."""
    return number.to_bytes(8, "big")


def read_lane(memory: Memory, lane: int) -> Lane:
    """Where a lane begins."""
    row = memory.get("lane", number8(lane))
    return row if isinstance(row, Lane) else Lane._make(cast(list[Any], row))


def lane_for(record: Record, before: Row | None, memory: Memory) -> int:
    """The lane a record stands in: that of the record before, or a new one where the log begins or forks."""
    if before is not None and not before.child:
        lane = before.lane
        if record.seq % BLOCK == 0:
            memory.put("stop", number8(lane) + number8(record.seq // BLOCK), record.id)
        return lane
    lane = cast(int, memory.get("counter", b"lane") or 0) + 1
    memory.put("counter", b"lane", lane)
    parent = (before.lane, before.seq, before.crossed) if before is not None else (0, 0, 0)
    memory.put("lane", number8(lane), cast(Value, Lane(record.log, *parent, record.seq, record.id)))
    memory.put("lanes", record.log + number8(lane), b"")
    return lane


def lanes_beside(memory: Memory, lane: int) -> list[int]:
    """All lanes of the same log."""
    log = read_lane(memory, lane).log
    return [int.from_bytes(key[len(log) :], "big") for key, _ in memory.scan("lanes", log)]


def note_crossing(
    lane: int, seq: int, before: Row | None, named: Mapping[bytes, Row], usual: Iterable[bytes], memory: Memory
) -> int:
    """Keep what a record brings of other lanes; gives the seq of the newest crossing of its lane.

    `usual` are ids among those it names that the record before it named as well.
    """
    last = before.crossed if before is not None and before.lane == lane else 0
    news: list[int] = []
    for each, row in named.items():
        if row.lane != lane and each not in usual and not _is_known(lane, last, row, memory):
            news += row.lane, row.seq, row.crossed
    if not news:
        return last
    memory.put("cross", number8(lane) + number8(seq), [last, *news])
    return seq


def _is_known(lane: int, last: int, row: Row, memory: Memory) -> bool:
    """Whether the newest crossing of a lane reaches as far as a record already."""
    if last == 0:
        return False
    _, *known = cast(list[int], memory.get("cross", number8(lane) + number8(last)))
    return any(other == row.lane and row.seq <= reach for other, reach, _ in _triples(known))


def cut_of(row: Row, memory: Memory) -> Cut:
    """The cut of a record, itself included; it becomes the newest of its lane."""
    cut = _kept_cut(memory, row.lane)[1]
    ahead = [(row.lane, row.seq, row.crossed)]
    while ahead:
        lane, seq, crossed = ahead.pop()
        low = cut.get(lane, 0)
        if seq <= low:
            continue
        if low == 0:
            low = _join_kept(cut, lane, seq, memory)
            begin = read_lane(memory, lane)
            if begin.parent:
                ahead.append((begin.parent, begin.parent_seq, begin.parent_crossed))
        cut[lane] = max(seq, cut.get(lane, 0))
        while crossed > low:
            crossed, *news = cast(list[int], memory.get("cross", number8(lane) + number8(crossed)))
            ahead += _triples(news)
    memory.put("cut", number8(row.lane), [row.seq, *chain.from_iterable(cut.items())])
    return cut


def _kept_cut(memory: Memory, lane: int) -> tuple[int, Cut]:
    """The newest cut kept for a lane, and the seq of the record whose it is."""
    seq, *pairs = cast(list[int], memory.get("cut", number8(lane)) or [0])
    return seq, dict(zip(pairs[::2], pairs[1::2], strict=True))


def _join_kept(cut: Cut, lane: int, seq: int, memory: Memory) -> int:
    """Take over the cut that is kept for a lane which is entered at `seq`; gives up to where it spares looking."""
    reach, kept = _kept_cut(memory, lane)
    if reach > seq:
        return 0
    for other, far in kept.items():
        cut[other] = max(far, cut.get(other, 0))
    return reach


def walk(memory: Memory, lane: int, seq: int) -> Iterator[tuple[bytes, Row]]:
    """The records of a lane from one seq on, in order."""
    begin = read_lane(memory, lane)
    here = begin.first
    if seq > begin.seq:
        here = cast(bytes, memory.get("stop", number8(lane) + number8(seq // BLOCK)) or b"") or begin.first
    while here:
        row = row_of(memory, here)
        if row.seq >= seq:
            yield here, row
        child = read_row(memory, row.child) if row.child else None
        here = row.child if child is not None and child.lane == lane else b""


def reach_up(memory: Memory, lane: int, seq: int) -> Mapping[int, int]:
    """What lies behind a record by `prev`: by lane up to which seq."""
    found = {lane: seq}
    while (begin := read_lane(memory, lane)).parent:
        lane = begin.parent
        found[lane] = begin.parent_seq
    return found


def _triples(flat: list[int]) -> Iterator[tuple[int, int, int]]:
    return zip(flat[::3], flat[1::3], flat[2::3], strict=True)
