"""Contributions, timers and projects."""

from meshnode.api.models.shared import Agent, Model, Quantity, Request, Scope


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


class ContributionRequest(Request):
    """Log work. One of `seconds` and `quantity`; `day` defaults to today where the node runs.

    It is signed into `network`, else the project's network, else the default one, else the notebook.
    """

    title: str
    seconds: int | None = None
    quantity: Quantity | None = None
    kind: str = "work"
    text: str = ""
    project: str | None = None
    network: str | None = None
    day: str | None = None
    day_to: str | None = None


class ShareRequest(Request):
    """State an entry again in a network."""

    network: str


class CorrectRequest(Request):
    """Say what the quantity should have been; the difference is signed."""

    seconds: int | None = None
    quantity: Quantity | None = None
    reason: str = "error"


class RetractRequest(Request):
    """Take an entry out of effect."""

    reason: str = "error"


class ThankRequest(Request):
    """Thank the author of a record; `skill` goes with the kind `skill`."""

    text: str = ""
    kind: str = "thanks"
    skill: str | None = None


class Written(Model):
    """A record that was signed and is flushed."""

    id: str
    type: str
    scope: Scope


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


class TimerRequest(Request):
    """Start a timer; the rest is as in a contribution."""

    title: str
    project: str | None = None
    network: str | None = None


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
