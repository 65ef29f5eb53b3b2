"""What the API answers about decisions, member by member: the shapes of `meshnode.api.models.decisions`."""

from typing import TypedDict

from meshnode.client.answers import Agent, Scope


class Unit(TypedDict):
    """A unit of a network's own."""

    code: str
    exp: int


class CharterChange(TypedDict):
    """What of a charter a decision changes; None stays."""

    founders: list[Agent] | None
    quorum: str | None
    join: str | None
    log_records: int | None
    log_bytes: int | None
    sensitive: list[str] | None
    face: Agent | None
    units: list[Unit] | None


class Vote(TypedDict):
    """What one founder said; `vote` is empty while nothing was said."""

    agent: Agent
    vote: str
    text: str
    at: str


class Ending(TypedDict):
    """A role that a decision ends."""

    record: str
    agent: Agent
    role: str


class Order(TypedDict):
    """An act that a decision orders; `record` is empty until it was signed."""

    type: str
    says: str
    record: str


class Decision(TypedDict):
    """A proposal to the founders of `scope`, and what came of it."""

    id: str
    scope: Scope
    outcome: str
    proposer: Agent
    at: str
    text: str
    state: str
    needed: int
    votes: list[Vote]
    newcomers: list[Agent]
    charter: CharterChange | None
    ends: list[Ending]
    orders: list[Order]
    rivals: list[str]
    done_by: list[str]
    may_vote: bool
    says: str
    next: str
    line: str
    link: str


class Proposed(TypedDict):
    """What needs a decision of founders was proposed to them."""

    proposed: Decision
