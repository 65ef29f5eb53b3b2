"""Why a log has forked, told apart as far as its own records tell.

An honest author forks by accident: a home was copied and both copies signed, or an old copy was restored and signed on.
Neither copy knows the other's records, so claimed times are all there is to go by: branches that grew at the same time
are two writers, one that began when the other had ended is an old copy. A record that has a rival in its own past is
another matter: whoever signed it knew, and no copy of a home does that.

The clocks are the author's own, so accidents are told apart for people to find their cause; no rule hangs on it.
"""

from collections import deque
from collections.abc import Sequence
from enum import StrEnum
from itertools import combinations
from typing import NamedTuple

from meshnode.views.words import Shelf
from meshproto.fold.cuts import Cuts
from meshproto.fold.standing import read_row
from meshproto.records.record import Record, references

PAST_LOOKED_AT = 256
"""Records looked at in the past of a rival: who names a rival names it nearby, and a past can be a whole network."""


class Cause(StrEnum):
    """What a fork comes from."""

    KNOWINGLY = "knowingly"
    TWO_WRITERS = "two-writers"
    OLD_COPY = "old-copy"


class Grown(NamedTuple):
    """One branch: the claimed times of its first record and of its last one before it was joined, in ms UTC."""

    began: int
    ended: int
    knew: bool
    """Its first record has a rival in its past."""


def cause_of(branches: Sequence[Grown]) -> Cause:
    """What a fork with these branches comes from; the same on every node that holds the same records."""
    if any(branch.knew for branch in branches):
        return Cause.KNOWINGLY
    if any(one.began <= other.ended and other.began <= one.ended for one, other in combinations(branches, 2)):
        return Cause.TWO_WRITERS
    return Cause.OLD_COPY


def knew_a_rival(record: Record, shelf: Shelf) -> bool:
    """Whether a record has another of its log and number, or a later one, in its past: then its author knew of it.

    All of a decided record's past is here, so later arrivals change nothing.
    """
    seen = {record.prev}
    due = deque(each for each in references(record) if each != record.prev)
    for _ in range(PAST_LOOKED_AT):
        while due and due[0] in seen:
            due.popleft()
        if not due:
            return False
        seen.add(due[0])
        past = shelf.record(due.popleft())
        if past is None:
            continue
        if past.log == record.log and past.seq >= record.seq:
            return True
        due.extend(references(past))
    return False


def joined_by(record: Record, shelf: Shelf) -> list[bytes]:
    """The ends of other branches of its own log that a record names besides the one it continues: it joins them.

    What its own branch reaches already, an author may name again, and joins nothing by it.
    """
    if not record.deps or next(iter(shelf.memory.scan("fork", record.home + record.log)), None) is None:
        return []
    named = [each for each in record.deps if (found := shelf.record(each)) is not None and found.log == record.log]
    if not named:
        return []
    before = read_row(shelf.memory, record.prev)
    past = Cuts(shelf.memory).over([] if before is None else [before])
    rows = [(each, read_row(shelf.memory, each)) for each in named]
    return [each for each, row in rows if row is None or past.reach(row.lane) < row.seq]
