"""The shapes of what the node answers about contributions."""

from typing import TypedDict

from meshnode.client.answers import Agent, Quantity, Scope, Signer, Timer


class ProjectName(TypedDict):
    """A project as others name it."""

    id: str
    title: str
    slug: str


class Money(TypedDict):
    """Minor units of a currency, `exp` of their digits behind the point; None where nobody knows how many."""

    amt: int
    cur: str
    exp: int | None


class Share(TypedDict):
    """Somebody's part of a contribution, of 1000 at most for all."""

    agent: Agent
    part: int


class Evidence(TypedDict):
    """A file that shows a contribution, by its SHA-256 in hexadecimal; it is not kept by the node."""

    sha256: str
    size: int
    media: str


class Contribution(TypedDict):
    """One contribution as people see it."""

    id: str
    title: str
    text: str
    kind: str
    quantity: Quantity
    seconds: int | None
    day_from: str
    day_to: str
    project: ProjectName | None
    scope: Scope
    agent: Agent
    at: str
    status: str
    claim: str
    corrected: bool
    reason: str
    held_by: int
    part: str
    source: str
    batch: str
    value: Money | None
    comp: str
    stream: str
    licence: str
    warrants: list[str]
    classes: list[str]
    authors: int
    shares: list[Share]
    beneficiaries: list[Agent]
    evidence: list[Evidence]
    of: str
    doubles: list[str]
    signed_by: Signer | None
    flags: list[str]
    shared_from: str


class Hours(TypedDict):
    """The time of contributions of one day, for one project or by one person; `of` is the day or the id."""

    of: str
    name: str
    seconds: int
    contributions: int


class Stopped(TypedDict):
    """A timer that was stopped, and what was logged."""

    timer: Timer
    contribution: Contribution | None
    ran_seconds: int
    counted_seconds: int
    capped: bool


class Total(TypedDict):
    """What contributions in one unit make together."""

    quantity: Quantity
    contributions: int


class Worth(TypedDict):
    """What contributions valued in one currency are worth together."""

    value: Money
    contributions: int


class Sums(TypedDict):
    """What contributions make together, by unit (times as seconds) and by currency; `more` if some are not told."""

    contributions: int
    quantities: list[Total]
    values: list[Worth]
    more: bool


class Recognition(TypedDict):
    """Thanks, kudos or a confirmed skill; `target` and `title` say what for."""

    id: str
    agent: Agent
    to: list[Agent]
    kind: str
    skill: str
    text: str
    target: str
    title: str
    scope: Scope
    at: str
