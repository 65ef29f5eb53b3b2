"""What the API answers about agreements, member by member: the shapes of `meshnode.api.models.agreements`."""

from typing import TypedDict

from meshnode.client.answers import Agent, Signer
from meshnode.client.work_answers import Money


class ContractSection(TypedDict):
    """Some sentences of a version under a heading."""

    title: str
    lines: list[str]


class Signature(TypedDict):
    """What a party said of a version; `state` is empty while nothing was said."""

    agent: Agent
    roles: list[str]
    state: str
    leaves: bool
    record: str
    at: str
    text: str
    reason: str
    signer: Signer | None


class AgreementVersion(TypedDict):
    """One version in short."""

    id: str
    title: str
    proposer: Agent
    at: str
    state: str
    prev: list[str]
    rivals: list[str]
    awaited: list[Agent]
    declined: list[Agent]


class Right(TypedDict):
    """One row of the matrix of rights."""

    what: str
    owner: str
    licence: str
    effective: str


class Dispute(TypedDict):
    """Something on which nothing is paid until it is decided."""

    kind: str
    records: list[str]
    target: str
    agent: Agent | None
    electors: list[Agent]
    needed: int
    says: str
    commands: list[str]


class RulingVote(TypedDict):
    """What an elector says of a resolution; `vote` is empty while nothing was said."""

    agent: Agent
    vote: str


class Ruling(TypedDict):
    """What was proposed to decide a dispute, and what became of it."""

    id: str
    outcome: str
    about: list[str]
    pick: str
    proposer: Agent
    at: str
    text: str
    state: str
    says: str
    what: str
    votes: list[RulingVote]
    needed: int
    overrules: list[str]
    rivals: list[str]
    may_sign: bool
    next: str


class Agreement(TypedDict):
    """An agreement, and one of its versions as it reads."""

    id: str
    version: str
    title: str
    summary: str
    state: str
    says: str
    next: str
    proposer: Agent
    at: str
    worth: Money | None
    currency: str
    doc: str
    signatures: list[Signature]
    rights: list[Right]
    sections: list[ContractSection]
    changes: list[ContractSection]
    seen: str
    versions: list[AgreementVersion]
    awaits: list[str]
    warnings: list[str]
    resolution: str
    disputes: list[Dispute]
    decisions: list[Ruling]


class AgreementBrief(TypedDict):
    """An agreement in a list."""

    id: str
    title: str
    state: str
    says: str
    next: str
    parties: list[Agent]
    worth: Money | None
    at: str
    awaits: list[str]
    declined: list[Agent]
