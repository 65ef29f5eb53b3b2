"""What must hold of any schedule: the fold says what the text says, in any order, and tells all that changes."""

import random
from collections.abc import Iterable, Sequence

from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Standing, Status
from meshproto.fold.state import digests
from meshproto.records.encoding import Value
from meshproto.records.record import Record
from tests.support.byzantine.acts import schedule
from tests.support.byzantine.scene import Scene
from tests.support.reference.statuses import reference
from tests.support.reference.world import Said

LIES, MESSES, ACTS = (0.1, 0.3, 0.6, 0.9), (0.0, 0.03, 0.1), (15, 30, 50)

SOME_PREFIXES = 2
"""Of each schedule so many beginnings, at random places, are folded anew: other schedules have others."""

ALLOWED = {
    None: set(Status),
    Status.PENDING: set(Status),
    Status.ASIDE: {Status.ASIDE, Status.YES, Status.CONTESTED},
    Status.YES: {Status.YES, Status.CONTESTED},
    Status.CONTESTED: {Status.CONTESTED, Status.YES},
    Status.INVALID: {Status.INVALID},
    Status.FOREIGN: {Status.FOREIGN},
    Status.UNKNOWN: {Status.UNKNOWN},
}
"""Which status may follow which: nothing that was valid ever ceases to be so, and nothing that was not becomes it."""


BEGINNINGS = {
    "agreement": "proposed",
    "distribution": "proposed",
    "settlement": "declared",
    "commitment": "proposed",
    "resolution": "open",
}
"""States of what is not agreed to yet: what was once agreed to may be contested, but never falls back to them."""


def made(seed: int) -> list[Record]:
    """The records of the schedule with a seed."""
    chance = random.Random(seed)
    scene = Scene(chance, lie=chance.choice(LIES), mess=chance.choice(MESSES))
    return schedule(scene, chance.choice(ACTS))


class Followed:
    """A fold whose changes are followed: what was told last is what stands, and statuses move only as allowed."""

    def __init__(self) -> None:
        self.memory = DictMemory()
        self.fold = Fold(self.memory)
        self.told: dict[bytes, Standing] = {}
        self.types: dict[bytes, str] = {}

    def add(self, records: Iterable[Record]) -> "Followed":
        """Fold some more records."""
        for record in records:
            self.types[record.id] = record.type
            for change in self.fold.add(record):
                before = self.told.get(change.id)
                moves = ALLOWED[before.status if before else None]
                assert change.standing.status in moves, f"{change.id.hex()} moved from {before} to {change.standing}"
                first = BEGINNINGS.get(self.types[change.id])
                if before is not None and before.state not in ("", first):
                    assert change.standing.state != first, f"{change.id.hex()} fell back from {before}"
                self.told[change.id] = change.standing
        return self

    def add_at_once(self, records: Sequence[Record]) -> "Followed":
        """Fold some more records as one slice, after which all that changed is told."""
        for each in self.fold.add_all(records):
            standing = self.fold.standing(each)
            if standing is not None:
                self.told[each] = standing
        return self

    @property
    def rows(self) -> dict[str, dict[bytes, Value]]:
        """All that the fold remembers."""
        return {name: table.rows for name, table in self.memory._tables.items() if table.rows}

    def settled(self) -> "Followed":
        """The same, once what was told was compared with what stands."""
        for each, told in self.told.items():
            found = self.fold.standing(each)
            assert found == told, f"{each.hex()} is {found}, but what was told last is {told}"
        return self

    @property
    def digests(self) -> dict[bytes, bytes]:
        """The digest of every scope."""
        return digests(self.memory)


def as_said(standing: Standing | None) -> Said:
    """A standing in the words of the reference."""
    assert standing is not None
    if standing.status is Status.PENDING:
        return Said("pending")
    reason = standing.reason.value if standing.reason else ""
    return Said(
        standing.status.name.lower(), reason, standing.ids, standing.detail, standing.state, tuple(standing.flags)
    )


def compare(followed: Followed, records: Sequence[Record], wanted: dict[bytes, Said]) -> None:
    """Compare every standing with what the reference says."""
    for each in records:
        found = as_said(followed.fold.standing(each.id))
        assert found == wanted[each.id], f"{each} is {found}, but by the text it is {wanted[each.id]}"


def check(records: Sequence[Record], chance: random.Random, *, every_prefix: bool = False) -> Followed:
    """All checks of one schedule, in one process; AssertionError tells what does not hold.

    Its records are folded as they were written; shuffled and repeated, step by step and slice by slice; and as two
    halves that meet.
    """
    wanted = reference(records)
    plain = Followed().add(records).settled()
    compare(plain, records, wanted)
    mixed = [*records, *chance.sample(list(records), len(records) // 2)]
    chance.shuffle(mixed)
    shuffled = grown(mixed, chance, every_prefix=every_prefix).settled()
    compare(shuffled, records, wanted)
    assert sliced(mixed, chance).settled().rows == shuffled.rows
    split = {each.id for each in records if chance.random() < 0.5}
    halves = sorted(records, key=lambda each: each.id in split)  # each half in the order in which it was written
    assert shuffled.digests == Followed().add(halves).digests == plain.digests
    return plain


def sliced(records: Sequence[Record], chance: random.Random) -> Followed:
    """Fold in slices of different lengths, as a node does."""
    found, here = Followed(), 0
    while here < len(records):
        length = chance.choice((1, 2, 5, 20, 100))
        found.add_at_once(records[here : here + length])
        here += length
    return found


def grown(records: Sequence[Record], chance: random.Random, *, every_prefix: bool) -> Followed:
    """Fold step by step, and compare at some steps, or all: folding what is there from nothing gives the same."""
    growing, folded = Followed(), 0
    steps = range(1, len(records)) if every_prefix else sorted(chance.sample(range(1, len(records)), SOME_PREFIXES))
    for step in steps:
        growing.add(records[folded:step])
        folded = step
        fresh = list(dict.fromkeys(records[:step]))
        chance.shuffle(fresh)
        again = Followed().add(fresh)
        assert {each: growing.fold.standing(each) for each in again.told} == {
            each: again.fold.standing(each) for each in again.told
        }
        assert growing.digests == again.digests
    return growing.add(records[folded:])
