"""What an agreement says about sharing: the steps of its equation and the rules for what goes into it."""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from meshproto.types.value import Measure

EVERYONE = b"*"
"""Stands for all agents that a list does not name."""


class Late(StrEnum):
    """What becomes of work that was first usable after its time had been shared out."""

    NEXT = "next"
    CATCH_UP = "catch_up"
    EXCLUDE = "exclude"


class Claim(StrEnum):
    """How often something is paid."""

    EACH = "each"
    ONCE = "once"
    UNTIL_PAID = "until_paid"


@dataclass(frozen=True, slots=True)
class Match:
    """Which contributions; None in a field: any. `start` and `end` bound the last day, both included."""

    kind: frozenset[str] | None = None
    classes: frozenset[bytes] | None = None
    project: frozenset[bytes] | None = None
    stream: frozenset[str] | None = None
    comp: frozenset[str] | None = None
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Weight:
    """Quantity in `unit` (None: the value in minor units) times the agent's rate (None: 1), if so times quality."""

    unit: str | None
    match: Match = Match()
    rate: dict[bytes, Fraction] | None = None
    quality: bool = False


@dataclass(frozen=True, slots=True)
class Component:
    """One part of a mix: weights, or the ballots of the round where these are None."""

    part: Fraction
    weights: tuple[Weight, ...] | None


@dataclass(frozen=True, slots=True)
class Factor:
    """What scales an agent's weight down: how much was done of what is owed, in the unit of `done`."""

    done: Weight
    owed: dict[bytes, Measure]


@dataclass(frozen=True, slots=True)
class Cap:
    """Most that an agent may get: of all a step takes, in one distribution, in the lineage's life."""

    of_step: Fraction | None = None
    amt: int | None = None
    lifetime: int | None = None


@dataclass(frozen=True, slots=True)
class Reimburse:
    """Pays the outstanding cost of matching money and material."""

    match: Match = Match()


@dataclass(frozen=True, slots=True)
class Fixed:
    """Pays agreed amounts."""

    pay: dict[bytes, int]
    claim: Claim = Claim.EACH


@dataclass(frozen=True, slots=True)
class Percent:
    """Pays ratios of the gross, or of what remains."""

    pay: dict[bytes, Fraction]
    of_gross: bool


@dataclass(frozen=True, slots=True)
class ProRata:
    """Shares by weights. `claim` is ONCE or UNTIL_PAID; the latter has one component of weights and no factor."""

    components: tuple[Component, ...]
    claim: Claim = Claim.ONCE
    factor: Factor | None = None
    cap: dict[bytes, Cap] | None = None


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares by agreed parts."""

    parts: dict[bytes, int]


@dataclass(frozen=True, slots=True)
class Equal:
    """Shares among all parties alike."""


@dataclass(frozen=True, slots=True)
class Residual:
    """Gives all that is left to one agent."""

    agent: bytes


Leaf = Reimburse | Fixed | Percent | ProRata | Shares | Equal | Residual


@dataclass(frozen=True, slots=True)
class Bracket:
    """The steps for cumulative income up to `to` (None: without end)."""

    to: int | None
    steps: tuple[Leaf, ...]


@dataclass(frozen=True, slots=True)
class Tiers:
    """Cuts what it takes at the brackets of cumulative income."""

    brackets: tuple[Bracket, ...]


Step = Leaf | Tiers


@dataclass(frozen=True, slots=True)
class Ack:
    """How many must confirm, who may (None: the parties), and what the ratings 1 to 5 mean."""

    least: int
    by: frozenset[bytes] | None
    ratings: tuple[Fraction, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """All that one version of an agreement says about sharing an income in `cur`."""

    cur: str
    parties: frozenset[bytes]
    steps: tuple[Step, ...]
    ack: Ack
    late: Late = Late.NEXT
    reserve: bool = False
