"""Lanes: unforked pieces of logs, which the past of a record meets in a prefix each.

A record that names records of other lanes leaves a crossing behind, linked to the crossing before it in its lane.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

from meshproto.fold.memory import Memory
from meshproto.fold.standing import Row, row_of
from meshproto.records.encoding import Value
from meshproto.records.record import Record

BLOCK = 16
"""Every so many records of a lane one is kept at hand, to begin a walk near where it is to begin."""


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
        keep_stop(before.lane, record, memory)
        return before.lane
    lane = cast(int, memory.get("counter", b"lane") or 0) + 1
    memory.put("counter", b"lane", lane)
    parent = (before.lane, before.seq, before.crossed) if before is not None else (0, 0, 0)
    memory.put("lane", number8(lane), cast(Value, Lane(record.log, *parent, record.seq, record.id)))
    memory.put("lanes", record.log + number8(lane), b"")
    return lane


def keep_stop(lane: int, record: Record, memory: Memory) -> None:
    """Keep a record of a lane at hand if it is one of those at which walks begin."""
    if record.seq % BLOCK == 0:
        memory.put("stop", number8(lane) + number8(record.seq // BLOCK), record.id)


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
    others = [row for each, row in named.items() if row.lane != lane and each not in usual]
    if not others:
        return last
    # What the newest crossing brought is no news.
    name = number8(lane)
    reached: dict[int, int] = {}
    for far, reach, _ in triples(cast(list[int], memory.get("cross", name + number8(last)))) if last else ():
        if reach > reached.get(far, 0):
            reached[far] = reach
    news = [part for row in others if row.seq > reached.get(row.lane, 0) for part in (row.lane, row.seq, row.crossed)]
    if not news:
        return last
    memory.put("cross", name + number8(seq), cast(Value, (last, *news)))  # no matter for Python's search for cycles
    return seq


def walk(memory: Memory, lane: int, seq: int) -> Iterator[tuple[bytes, Row]]:
    """The records of a lane from one seq on, in order."""
    begin = read_lane(memory, lane)
    start = begin.first
    if seq > begin.seq:
        start = cast(bytes, memory.get("stop", number8(lane) + number8(seq // BLOCK)) or b"") or begin.first
    return (each for each in onward(memory, lane, start) if each[1].seq >= seq)


def walk_back(memory: Memory, lane: int, seq: int) -> Iterator[tuple[bytes, Row]]:
    """The records of a lane from its end back to one seq."""
    name = number8(lane)
    stops = ((int.from_bytes(key[len(name) :], "big"), cast(bytes, stop)) for key, stop in memory.scan("stop", name))
    starts = [read_lane(memory, lane).first, *(stop for number, stop in stops if number * BLOCK >= seq)]
    end = b""
    for start in reversed(starts):
        block: list[tuple[bytes, Row]] = []
        for each in onward(memory, lane, start):
            if each[0] == end:
                break
            block.append(each)
        yield from (each for each in reversed(block) if each[1].seq >= seq)
        end = start


def onward(memory: Memory, lane: int, start: bytes) -> Iterator[tuple[bytes, Row]]:
    """The records of a lane from one of them on, in order."""
    here = start
    while here and (row := row_of(memory, here)).lane == lane:
        yield here, row
        here = row.child


def reach_up(memory: Memory, lane: int, seq: int) -> Mapping[int, int]:
    """What lies behind a record by `prev`: by lane up to which seq."""
    found = {lane: seq}
    while (begin := read_lane(memory, lane)).parent:
        lane = begin.parent
        found[lane] = begin.parent_seq
    return found


def triples(crossing: Sequence[int]) -> Iterator[tuple[int, int, int]]:
    """What a crossing brings: lane, seq and the newest crossing there, one after the other."""
    return zip(crossing[1::3], crossing[2::3], crossing[3::3], strict=True)
