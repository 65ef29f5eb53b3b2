"""Agreements: what they say, who has signed, and what is to be signed."""

from typing import Any

from msgspec import field

from meshnode.api.models.rulings import Dispute, Ruling
from meshnode.api.models.shared import AS, Agent, Model, Request, Signer
from meshnode.api.models.terms import Money, MoneyRequest


class PartyTerms(Request):
    """Somebody, by name or id (`me` is whoever signs), and what they are.

    `provider`, `client`, `holder`, `arbiter` or `commons`.
    """

    who: str
    roles: list[str]


class DutyTerms(Request):
    """Who answers to whom for what."""

    to: str
    final: str
    scope: str = "delivery"
    deputies: list[str] = field(default_factory=list)
    liability: str = "several"
    cap: MoneyRequest | None = None


class ResultTerms(Request):
    """Whose the results are, what others may do with them, and from when."""

    ownership: str = "per_author"
    effective: str = "on_creation"
    owner: str | None = None
    licence: str | None = None
    on: str | None = None


class RightsTerms(Request):
    """Rights in the results, and what was brought along (ids of records, projects by name)."""

    results: ResultTerms = field(default_factory=ResultTerms)
    background: list[str] = field(default_factory=list)
    attribution: bool = False


class AckTerms(Request):
    """How many must confirm a contribution, who may (`parties`, `client` or some people), and what ratings weigh."""

    min: int = 1
    by: str | list[str] = "parties"
    ratings: list[tuple[int, int]] | None = None


class BallotTerms(Request):
    """Points that everybody gives away in each round."""

    budget: int
    rounds: list[str]


class DisputeTerms(Request):
    """Who settles disputes, by which share of them, and whether what is disputed is held back."""

    mediators: list[str] = field(default_factory=list)
    quorum: tuple[int, int] = (2, 3)
    reserve: bool = False


class LeaverTerms(Request):
    """What becomes of the claims of who leaves: `keep`, `once` or `drop_unpaid`."""

    good: str = "keep"
    bad: str = "keep"


class LeaveTerms(Request):
    """Somebody who is no party any more, and how they part: `good` or `bad` (see `LeaverTerms`)."""

    who: str
    how: str = "good"


class EquationTerms(Request):
    """How an income is shared: steps as in protocol/spec/08-equations.md, with names or ids of people in them."""

    cur: str
    steps: list[dict[str, Any]]


class AgreementRequest(Request):
    """Terms of a first version, or what a later one changes of those before it: what is left out stays as it is."""

    title: str | None = None
    summary: str | None = None
    parties: list[PartyTerms] | None = None
    from_: str | None = field(default=None, name="from")
    until: str | None = None
    notice_days: int | None = None
    worth: MoneyRequest | None = None
    covers: list[str] | None = None
    """Projects, by name or id."""
    audience: list[str] | None = None
    """Networks whose members may read it."""
    named: list[str] | None = None
    """People who may read and write there without signing."""
    ack: AckTerms | None = None
    income_confirm: str | None = None
    equation: EquationTerms | None = None
    late: str | None = None
    ballots: BallotTerms | None = None
    approval: str | int | None = None
    amendment: str | int | None = None
    responsibility: list[DutyTerms] | None = None
    rights: RightsTerms | None = None
    dispute: DisputeTerms | None = None
    leaver: LeaverTerms | None = None
    leaves: list[LeaveTerms] | None = None
    """Of a later version: those who are no parties any more."""
    doc: str | None = None
    """SHA-256 of a text, in hexadecimal."""
    prevails: str | None = None
    """`doc` or `data`, where there is a text."""
    drop: list[str] = field(default_factory=list)
    """Of a later version: terms that are not to stand in it any more, by their names."""
    sign: bool = True
    """Whether who proposes it also signs it."""
    as_: str | None = AS


class EndRequest(Request):
    """Propose that an agreement ends on a day."""

    until: str
    summary: str | None = None
    as_: str | None = AS


class SignatureRequest(Request):
    """Sign or decline (`accept`, `decline`) a version or a resolution.

    `version` names it; without it the version that waits for the signer.
    """

    decision: str = "accept"
    version: str | None = None
    text: str = ""
    seen: str | None = None
    """The digest of what was shown, as `seen` of the answer: refused if it reads otherwise by now."""
    as_: str | None = AS


class ContractSection(Model):
    """Some sentences of a version under a heading."""

    title: str
    lines: list[str]


class Signature(Model):
    """What a party said of a version."""

    agent: Agent
    roles: list[str]
    state: str
    """`signed`, `contested`, `declined`, or empty while nothing was said."""
    leaves: bool
    """Whether they were a party before and are none by this version; they may sign it all the same."""
    record: str
    at: str
    text: str
    reason: str
    """Why it is contested, in words."""
    signer: Signer | None
    """Who signed for an organisation, and by which mandate."""


class AgreementVersion(Model):
    """One version in short."""

    id: str
    title: str
    proposer: Agent
    at: str
    state: str
    """`proposed`, `contested`, `conflict`, `superseded`, `ended` or `in_force`."""
    prev: list[str]
    rivals: list[str]
    """Versions with which it is in conflict."""
    awaited: list[Agent]
    """Whose signature is missing."""
    declined: list[Agent] = field(default_factory=list)
    """Who said no to it, while it is proposed."""


class Right(Model):
    """One row of the matrix of rights."""

    what: str
    owner: str
    licence: str
    """Under which others may use it; empty where nothing is said."""
    effective: str


class Agreement(Model):
    """An agreement, and one of its versions as it reads."""

    id: str
    version: str
    """The version that is shown: the one that stands, unless another was asked for."""
    title: str
    summary: str
    state: str
    says: str
    """How that version stands, in words."""
    next: str
    """A command that comes next; empty where nothing does."""
    proposer: Agent
    at: str
    worth: Money | None
    currency: str
    """Of the money that is shared; empty where none is."""
    doc: str
    """SHA-256 of the text that belongs to it, in hexadecimal."""
    signatures: list[Signature]
    """One for each party."""
    rights: list[Right]
    sections: list[ContractSection]
    changes: list[ContractSection]
    """What a later version says otherwise than those before it."""
    seen: str
    """The digest of what is shown, for whoever signs it."""
    versions: list[AgreementVersion]
    awaits: list[str]
    """Versions that wait for the signature of the owner, or of organisations the owner signs for."""
    warnings: list[str]
    resolution: str = ""
    """The resolution whose id was asked for; empty otherwise."""
    disputes: list[Dispute] = field(default_factory=list)
    """What waits for a decision."""
    decisions: list[Ruling] = field(default_factory=list)
    """What was proposed or decided about disputes."""


class AgreementBrief(Model):
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
    declined: list[Agent] = field(default_factory=list)
    """Who said no to it, while it is proposed."""
