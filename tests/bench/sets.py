"""Reconciliation alone: two maps of 1,000,000 logs that differ in one, and two that are equal.

Bytes are those of the encoded messages; memory is what the process holds more once the index is built.
"""

import time
from collections.abc import Callable
from hashlib import sha256

from meshproto.records.ids import LogId, RecordId
from meshproto.wire.codec import encode
from meshproto.wire.index import Index
from meshproto.wire.messages import Item, Mark, Name
from meshproto.wire.reconcile import Side, answer, opening
from tests.bench.report import progress, resident_bytes, say

LOGS = 1_000_000
NAME: Name = bytes(8)
ROOM = 65_536


def one_difference(runs: int, versus_git: bool) -> None:
    """Reconcile maps of a million logs, once with one difference and once with none."""
    progress("sets: building two indexes of 1,000,000 logs")
    ids = [sha256(number.to_bytes(8, "big")).digest() for number in range(LOGS)]
    before = resident_bytes()
    begun = time.perf_counter()
    ours = Index((LogId(each), each) for each in ids)
    ours.fingerprint(b"\x00")
    built = time.perf_counter() - begun
    memory = (resident_bytes() - before) / 2**20
    theirs = Index((LogId(each), each) for each in ids)
    theirs.fingerprint(b"\x00")
    equal = _round(ours, theirs)
    theirs.put(LogId(ids[123_456]), sha256(b"another tip").digest())
    differing = _round(ours, theirs)
    for what, (trips, size, seconds) in (("equal", equal), ("one difference", differing)):
        say("sets", what=what, logs=LOGS, round_trips=trips, bytes=size, ms=round(seconds * 1000, 2))
    say("sets", what="index", logs=LOGS, extra_mib=round(memory, 1), build_seconds=round(built, 2))


def _round(ours: Index, theirs: Index) -> tuple[float, int, float]:
    """Round trips, bytes and seconds of one round between two sides."""
    sides = [Side({NAME: each}, _lister(each), ROOM) for each in (ours, theirs)]
    begun = time.perf_counter()
    step = opening(sides[0], 2)
    messages, size, turn = 1, len(encode(step)), 1
    while (reply := answer(sides[turn], step).reply) is not None:
        step = reply
        messages, size, turn = messages + 1, size + len(encode(step)), 1 - turn
    return messages / 2, size, time.perf_counter() - begun


def _lister(index: Index) -> Callable[[LogId], Item]:
    def item_of(log: LogId) -> Item:
        digest = index.get(log)
        assert digest is not None
        return Item(log, 3, (Mark(1, RecordId(digest)),))

    return item_of
