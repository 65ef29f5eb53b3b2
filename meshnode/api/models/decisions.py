"""Decisions of the founders of a network or organisation: proposals, votes and what came of them."""

from msgspec import field

from meshnode.api.models.charters import CharterChange, Unit
from meshnode.api.models.networks import AppointRequest, InviteRequest, Network
from meshnode.api.models.shared import AS, Agent, Model, Request, Scope


class Vote(Model):
    """What one founder said; `vote` is `accept`, `decline`, `object`, or empty while nothing was said."""

    agent: Agent
    vote: str
    text: str
    at: str


class Ending(Model):
    """A role that a decision ends."""

    record: str
    agent: Agent
    role: str


class Order(Model):
    """An act that a decision orders, in the name of the scope."""

    type: str
    says: str
    """What it does, in words; empty where its text is not here."""
    record: str
    """The record that was signed for it; empty before."""


class Decision(Model):
    """A proposal to the founders, and what came of it."""

    id: str
    scope: Scope
    outcome: str
    """`remove`, `charter`, `dissolve` or `order`."""
    proposer: Agent
    at: str
    text: str
    state: str
    """`open`, `declined`, `stale`, `carried` (to be carried out), `done`, `contested` or `settled`."""
    needed: int
    """How many accepts carry it."""
    votes: list[Vote]
    """One for each founder who decides on it."""
    newcomers: list[Agent]
    """Founders it names who have not accepted that yet."""
    charter: CharterChange | None
    ends: list[Ending]
    orders: list[Order]
    rivals: list[str]
    """Decisions that contradict it, while it is contested."""
    done_by: list[str]
    """Records that rest on it."""
    may_vote: bool
    """Whether the owner's vote is awaited."""
    says: str
    """How it stands, in words."""
    next: str
    """A command that comes next; empty where nothing does."""
    line: str = ""
    """Of a proposed invitation, in the answer to the proposal only: the line that opens the door once it is carried."""
    link: str = ""


class DecisionRequest(Request):
    """Propose something to the founders of `scope`; what is left out stays as it is. People by name or id."""

    scope: str
    text: str = ""
    remove: list[str] = field(default_factory=list)
    dissolve: bool = False
    join: str | None = None
    quorum: str | None = None
    log_records: int | None = None
    log_bytes: int | None = None
    face: str | None = None
    units: list[Unit] = field(default_factory=list)
    add_founders: list[str] = field(default_factory=list)
    drop_founders: list[str] = field(default_factory=list)
    sensitive: list[str] = field(default_factory=list)
    insensitive: list[str] = field(default_factory=list)
    appoint: AppointRequest | None = None
    """Give somebody a role in a network whose charter calls that sensitive; likewise the next two."""
    invite: InviteRequest | None = None
    withdraw: str = ""
    """An invitation."""
    as_: str | None = AS


class Proposed(Model):
    """The answer to a request with `propose=true` of which the founders decide: they were asked."""

    proposed: Decision


class VoteRequest(Request):
    """Vote: `accept`, `decline` or `object`."""

    vote: str = "accept"
    text: str = ""
    as_: str | None = AS


class MergeRequest(Request):
    """Move the people of a network into another one, and propose to dissolve it."""

    into: str
    text: str = ""


class Merged(Model):
    """The people of a network are invited into another one; it ends when the founders have carried `decision`."""

    into: Network
    invited: int
    """How many were invited anew."""
    decision: Decision
