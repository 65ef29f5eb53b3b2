"""Why an amount of a distribution is what it is: from the step down to the records that were signed for it."""

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from meshproto.equation.confirming import Head
from meshproto.equation.earlier import written
from meshproto.equation.explain import Origin, Reasons, Why
from meshproto.equation.explain import Part as Sharing
from meshproto.equation.preview.answer import NAMES
from meshproto.equation.terms import Leaf, ProRata
from meshproto.fold.concerns import attestations_of, concern_of
from meshproto.fold.memory import Memory
from meshproto.fold.retelling import Retelling
from meshproto.fold.sharing import Entered, chain_of, read_entered


class Word(NamedTuple):
    """What an attester said, by which records. The figure is in the unit of the contribution."""

    by: bytes
    figure: Fraction
    rejects: bool
    rating: int | None
    records: tuple[bytes, ...]


class Behind(NamedTuple):
    """A contribution, or a ballot, that an amount came from.

    Of a ballot `unit` is empty and the figures are zero. The parts of co-authors are those of who has not declined.
    """

    record: bytes
    agent: bytes
    amount: int
    held: int
    unit: str
    claim: Fraction
    confirmed: Fraction
    quality: Fraction
    words: tuple[Word, ...]
    corrections: tuple[bytes, ...]


class Cause(NamedTuple):
    """What one step gave. Its parts, and what was taken away with `rejected` work, add up to `amount`.

    So do the amounts of what is behind it, where the step has any. `distribution` is the one whose money it is: that
    of an earlier one for a refund.
    """

    distribution: bytes
    path: str
    do: str
    amount: int
    held: int
    parts: tuple[Sharing, ...]
    rejected: int
    behind: tuple[Behind, ...]


class Explained(NamedTuple):
    """One line of a distribution: `amt` and `held` together are what its causes add up to."""

    agent: bytes
    amt: int
    held: int
    causes: tuple[Cause, ...]


def explain_lines(
    distribution: bytes, memory: Memory, agents: Sequence[bytes] = (), retelling: Retelling | None = None
) -> list[Explained]:
    """Why each line of a distribution, or those of some agents, is what it is; by agent.

    `retelling` is that of earlier questions, which spares telling once more what was told for them.
    """
    book, settled = (retelling or Retelling()).of(distribution, memory)
    reasons = Reasons(settled, book.knowledge)
    sources = _Sources(distribution, memory)
    found = []
    for name, line in settled.lines.items():
        agent = _id(name)
        if not agents or agent in agents:
            causes = tuple(_cause(why, sources) for why in reasons.of(name))
            found.append(Explained(agent, line.amt, line.held, causes))
    return found


def _cause(why: Why, sources: "_Sources") -> Cause:
    return Cause(
        sources.chain[why.entry],
        written(why.path),
        NAMES[type(why.step)],
        why.amount,
        why.held,
        tuple(each._replace(tied=tuple(_id(one) for one in each.tied)) for each in why.parts),
        why.rejected,
        tuple(sources.behind(each, by_quality=_is_by_quality(why.step)) for each in why.origins),
    )


def _is_by_quality(step: Leaf) -> bool:
    """Whether ratings weigh in a step."""
    if not isinstance(step, ProRata):
        return False
    return any(each.quality for component in step.components for each in component.weights or ())


class _Sources:
    """The records that entered with a distribution and those before it, by what they are about."""

    def __init__(self, distribution: bytes, memory: Memory) -> None:
        self._memory = memory
        self.chain = chain_of(distribution, memory)
        self._entered: dict[bytes, int] = {}
        """By attestation in which of these rounds it entered."""
        self._corrections: dict[bytes, list[bytes]] = {}
        self._ballots: dict[bytes, bytes] = {}
        for place, each in enumerate(self.chain):
            entered = read_entered(memory, each)
            self._take_in(place, entered)
        memory.foresee("attested", entered.contributions)

    def _take_in(self, place: int, entered: Entered) -> None:
        self._entered.update(dict.fromkeys(entered.attestations, place))
        for each in entered.corrections:
            self._corrections.setdefault(concern_of(self._memory, each).facts["target"], []).append(each)
        for each in entered.ballots:  # with catching up earlier ones count as well; the last is named
            self._ballots[concern_of(self._memory, each).agent] = each

    def behind(self, origin: Origin, *, by_quality: bool) -> Behind:
        """The records behind an amount; what does not weigh by its quality has 1."""
        standing, source = origin.standing, _id(origin.source)
        if standing is None:
            ballot, none = self._ballots.get(source, b""), Fraction(0)
            return Behind(ballot, source, origin.amount, origin.held, "", none, none, none, (), ())
        return Behind(
            source,
            concern_of(self._memory, source).agent,
            origin.amount,
            origin.held,
            origin.unit,
            standing.claim,
            standing.confirmed,
            standing.quality if by_quality else Fraction(1),
            tuple(self._word(source, each) for each in origin.heads),
            tuple(self._corrections.get(source, ())),
        )

    def _word(self, subject: bytes, head: Head) -> Word:
        """The records by which somebody said what was taken for it: of several sayings the last that fits."""
        by = _id(head.by)
        said = self._said(subject, by)
        fitting = [each for each in said if self._fits(each, head)] or said
        return Word(by, head.figure, head.rejects, head.rating, tuple(fitting[-1]) if fitting else ())

    def _said(self, subject: bytes, by: bytes) -> list[list[bytes]]:
        """What somebody said of a contribution: by round what entered, the last round last."""
        found: dict[int, list[bytes]] = {}
        for each in attestations_of(subject, self._memory):
            if each in self._entered and concern_of(self._memory, each).agent == by:
                found.setdefault(self._entered[each], []).append(each)
        return [found[place] for place in sorted(found)]

    def _fits(self, attestations: Sequence[bytes], head: Head) -> bool:
        facts = [concern_of(self._memory, each).facts for each in attestations]
        rejects = any(each["verdict"] == "reject" for each in facts)
        ratings = [each["rating"] for each in facts if "rating" in each]
        return rejects == head.rejects and (min(ratings) if ratings else None) == head.rating


def _id(name: bytes) -> bytes:
    return bytes.fromhex(name.decode())
