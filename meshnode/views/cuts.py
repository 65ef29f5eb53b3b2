"""What the next distribution of an agreement would be, and what one leaves out of all that is known here."""

from dataclasses import replace
from typing import Any, NamedTuple

from meshnode.views.dealings import ids_of
from meshproto.equation.inputs import Round
from meshproto.equation.notices import Notice, notices
from meshproto.equation.settled import Settled
from meshproto.fold.attesting import heads_of
from meshproto.fold.authority import Verdict
from meshproto.fold.chains import Telling
from meshproto.fold.concerns import concern_of
from meshproto.fold.knowledge import Knowledge
from meshproto.fold.memory import Memory
from meshproto.fold.sharing import Entered, Shared
from meshproto.fold.standing import Row, row_of
from meshproto.fold.within import Within

Facts = dict[str, Any]


class Everything(Within):
    """All that is folded, as if it were the past of a record that is still to be written."""

    def __init__(self, memory: Memory) -> None:
        super().__init__((), 0, memory, Knowledge(memory))
        self._whole = memory

    def holds(self, row: Row) -> bool:
        """See Within: everything that is decided does."""
        return True

    def counts(self, record_id: bytes) -> bool:
        """See Within: as of all that is decided."""
        return row_of(self._whole, record_id).counts


class Drawn(NamedTuple):
    """A distribution as it would be: `facts` with all sums, what enters with it, and the round worked out."""

    facts: Facts
    entered: Entered
    settled: Settled
    notices: tuple[Notice, ...]


class Imagined(Shared):
    """A distribution of money that nobody has received: no income, but a pool."""

    def __init__(self, scope: bytes, facts: Facts, pool: int, memory: Memory) -> None:
        super().__init__(scope, {**facts, "incomes": []}, Everything(memory), memory)
        self._pool = pool

    def _round(self, facts: Facts, entered: Entered, before: Telling) -> Round:
        told = super()._round(facts, entered, before)
        return replace(told, pool=self._pool) if facts is self.facts else told


def draw_up(scope: bytes, facts: Facts, memory: Memory) -> Drawn | Verdict:
    """Work out a distribution of which version, incomes, `to` and `prev` are chosen, from all that is known.

    A verdict says why it would be void.
    """
    return _drawn(Shared(scope, facts, Everything(memory), memory))


def imagine(scope: bytes, facts: Facts, pool: int, memory: Memory) -> Drawn | Verdict:
    """Work out the same as if `pool` (minor units) were there to share, and nothing else; no node would accept it."""
    return _drawn(Imagined(scope, facts, pool, memory))


def _drawn(shared: Shared) -> Drawn | Verdict:
    broken = shared.break_of_choice()
    if broken is not None:
        return broken
    filled = shared.filled()
    told = shared.told()
    assert told.book is not None  # there is at least this one
    settled = told.settled[-1]
    return shared.break_of_bounds() or Drawn(filled, shared.entered, settled, tuple(notices(settled, told.book)))


class LeftOut(NamedTuple):
    """What is known here and in no cut up to a distribution: it enters the next one, by the late policy."""

    contributions: tuple[bytes, ...]
    attestations: tuple[bytes, ...]
    corrections: tuple[bytes, ...]

    @property
    def anything(self) -> bool:
        """Whether there is any of it."""
        return any(self)


def left_out(scope: bytes, distribution: bytes, memory: Memory) -> LeftOut:
    """What somebody who approves a distribution should know: it was written before, or has come since."""
    facts = concern_of(memory, distribution).facts
    following = {name: each for name, each in facts.items() if name != "restates"}
    following |= {"prev": distribution, "incomes": []}
    found = Shared(scope, following, Everything(memory), memory).entering()
    return LeftOut(tuple(found.contributions), tuple(found.attestations), tuple(found.corrections))


def unacknowledged(scope: bytes, terms: Facts, memory: Memory) -> list[bytes]:
    """Contributions that too few have confirmed so far, as somebody who draws up a distribution should see."""
    counts = Everything(memory).counts
    found = []
    for each in ids_of(scope, "contribution", memory):
        retracted = any(
            concern_of(memory, key[-32:]).facts["kind"] == "retract" and counts(key[-32:])
            for key, _ in memory.scan("corrects", each)
        )
        if not retracted and len(heads_of(each, counts, memory)) < terms["ack"]["min"]:
            found.append(each)
    return found
