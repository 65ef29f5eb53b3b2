"""What is in dispute in an agreement, who decides it, and what was decided."""

from meshnode.api.models.shared import AS, Agent, Model, Request


class RulingRequest(Request):
    """Propose to decide: `pick` a version or distribution, `uphold` or `reject` a contested signature or payment."""

    outcome: str
    record: str
    text: str = ""
    accept: bool = True
    """Whether who proposes it also accepts it."""
    as_: str | None = AS


class Dispute(Model):
    """Something on which nothing is paid until it is decided."""

    kind: str
    """`versions` or `distributions` to pick from; a contested `signature`, `settlement` or `commitment`."""
    records: list[str]
    """What is to be decided about."""
    target: str
    """What was signed; one of the records if it is no signature."""
    agent: Agent | None
    """Whose signature or payment it is."""
    electors: list[Agent]
    """Who decides; nobody where only the agent can make up for it."""
    needed: int
    says: str
    commands: list[str]
    """What they decide it with."""


class RulingVote(Model):
    """What an elector says of a resolution: `yes`, `contested`, `declined`, or empty while nothing was said."""

    agent: Agent
    vote: str


class Ruling(Model):
    """What was proposed to decide a dispute, and what became of it."""

    id: str
    outcome: str
    """`pick`, `uphold` or `reject`."""
    about: list[str]
    pick: str
    """What is picked; empty otherwise."""
    proposer: Agent
    at: str
    text: str
    state: str
    """`open`, `declined`, `stale` (decided otherwise since), `contested`, `carried` or `overruled`."""
    says: str
    what: str
    """What it decides, in words."""
    votes: list[RulingVote]
    needed: int
    overrules: list[str]
    rivals: list[str]
    """Others that were carried, too, and say otherwise."""
    may_sign: bool
    """Whether the owner, or an organisation the owner signs for, is awaited."""
    next: str
