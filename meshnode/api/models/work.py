"""Contributions, timers and projects."""

from msgspec import field

from meshnode.api.models.shared import AS, Agent, Model, Quantity, Request, Scope, Signer
from meshnode.api.models.terms import Evidence, EvidenceRequest, Money, MoneyRequest, Share, ShareWish


class ProjectName(Model):
    """A project as entries name it."""

    id: str
    title: str
    slug: str


class Contribution(Model):
    """One contribution as people see it."""

    id: str
    title: str
    text: str
    kind: str
    quantity: Quantity
    """After corrections."""
    seconds: int | None
    """The quantity as time, where it is time."""
    day_from: str
    day_to: str
    project: ProjectName | None
    scope: Scope
    agent: Agent
    at: str
    status: str
    """`yes`, `pending`, `invalid` or `contested`."""
    claim: str
    """`claimed`, `acknowledged`, `rejected` or `retracted`."""
    corrected: bool
    reason: str
    held_by: int
    """How many other agents say they hold it."""
    part: str
    """What is here of its text: `none`, `held`, `missing` or `erased`."""
    source: str
    batch: str
    value: Money | None
    """What it is said to be worth, after corrections."""
    comp: str
    """`paid`, `deferred`, `gift`, or empty."""
    stream: str
    """`livelihood`, `love`, `care`, or empty."""
    licence: str
    """An SPDX expression, or empty."""
    warrants: list[str]
    classes: list[str]
    authors: int
    """How many have a share in it; a list of contributions names the first 16 of them, and of all that follows."""
    shares: list[Share]
    """Empty if the author alone has."""
    beneficiaries: list[Agent]
    evidence: list[Evidence]
    of: str
    """Earlier work: its id, or 33 bytes in hexadecimal for what stands in another scope."""
    doubles: list[str]
    """Other contributions that the same files show and that do not state this one again; told of one entry only."""
    signed_by: Signer | None = None
    """Who signed, where that was not the agent itself."""
    flags: list[str] = field(default_factory=list)
    """`corrected`, `erased`, `forked`, `concurrent-with-removal` or `beyond-mandate`."""
    shared_from: str = ""
    """The entry in which its author stated the same work first, elsewhere, if it is here and counts. Sums count one."""


class Hours(Model):
    """The time of contributions of one day, for one project or by one person."""

    of: str
    """The day, or the id of the project or person; empty for what has none."""
    name: str
    seconds: int
    contributions: int


class ContributionRequest(Request):
    """Log work. One of `seconds` and `quantity`, or `value` alone; `day` defaults to today where the node runs.

    It is signed into `network`, else the project's network, else the default one, else the notebook. Of 1000 parts,
    what `shares` leaves is the author's, unless they name the author.
    """

    title: str
    seconds: int | None = None
    quantity: Quantity | None = None
    kind: str = "work"
    """`work`, `idea`, `cite`, `use`, `consume`, `material`, `money`, `introduction`, `care`, `data` or `deliver`."""
    text: str = ""
    """More about it; like the title, it can be erased later."""
    project: str | None = None
    """Its title, short name or id."""
    network: str | None = None
    """Its name or id."""
    agreement: str | None = None
    """The agreement under which it was done, in place of a network."""
    day: str | None = None
    """Such as 2026-03-09."""
    day_to: str | None = None
    """The last day, if it took several."""
    value: MoneyRequest | None = None
    """What was spent, or what it is worth."""
    shares: list[ShareWish] = field(default_factory=list)
    """Who else did it, in parts of 1000."""
    beneficiaries: list[str] = field(default_factory=list)
    """For whom it was done: people by name or id."""
    evidence: list[EvidenceRequest] = field(default_factory=list)
    """Files that show it, by their digests."""
    comp: str = ""
    """How it is compensated: `paid`, `deferred` or `gift`."""
    stream: str = ""
    """The stream of life it belongs to: `livelihood`, `love` or `care`."""
    licence: str = ""
    """Under which the result may be used, such as `CC-BY-4.0`."""
    warrants: list[str] = field(default_factory=list)
    """What its author vouches for: `own_work`, `third_party_licensed` or `employer_consent`."""
    classes: list[str] = field(default_factory=list)
    """Words of your own to sort it by."""
    of: str | None = None
    """The id of what was used, cited or delivered."""
    as_: str | None = AS


class ShareRequest(Request):
    """State an entry again in a network, or under an agreement."""

    network: str = ""
    agreement: str | None = None
    as_: str | None = AS


class CorrectRequest(Request):
    """Say what the quantity or the value should have been, one of the three; the difference is signed."""

    seconds: int | None = None
    quantity: Quantity | None = None
    value: MoneyRequest | None = None
    reason: str = "error"
    as_: str | None = AS


class RetractRequest(Request):
    """Take an entry out of effect."""

    reason: str = "error"
    as_: str | None = AS


class ThankRequest(Request):
    """Thank the author of a record; `skill` goes with the kind `skill`."""

    text: str = ""
    kind: str = "thanks"
    skill: str | None = None
    as_: str | None = AS


class Written(Model):
    """A record that was signed and is flushed."""

    id: str
    type: str
    scope: Scope
    agent: Agent | None = None
    signed_by: Signer | None = None
    """Who signed, where that was not the agent itself."""
    warnings: list[str] = field(default_factory=list)
    """What a contribution under an agreement does not count for, and why: sentences."""


class Timer(Model):
    """A running timer."""

    id: str
    title: str
    project: str
    network: str
    started: str
    seconds: int
    """What it would count if stopped now, never more than the cap."""
    capped: bool
    cap_seconds: int
    agent: Agent | None = None
    """The organisation for which it is signed; null for the owner."""


class TimerRequest(Request):
    """Start a timer; the rest is as in a contribution."""

    title: str
    project: str | None = None
    network: str | None = None
    as_: str | None = AS


class StopRequest(Request):
    """Stop the running timer; `timer` says which when there are several, `discard` drops it unsigned."""

    timer: str | None = None
    discard: bool = False


class Stopped(Model):
    """What a timer measured, and what was logged."""

    timer: Timer
    contribution: Contribution | None
    ran_seconds: int
    counted_seconds: int
    capped: bool


class Project(Model):
    """A project and what stands in it."""

    id: str
    title: str
    slug: str
    description: str
    state: str
    scope: Scope
    agent: Agent
    starts: str
    ends: str
    part_of: str
    at: str
    conflict: bool
    contributions: int
    seconds: int


class ProjectRequest(Request):
    """Begin a project."""

    title: str
    description: str = ""
    network: str | None = None
    part_of: str | None = None
    state: str = "active"
    starts: str | None = None
    ends: str | None = None
    as_: str | None = AS
