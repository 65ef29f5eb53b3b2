"""What the API answers about money under agreements: the shapes of its models of evaluations to statements."""

from typing import TypedDict

from meshnode.client.agreement_answers import Dispute, Ruling
from meshnode.client.answers import Agent, Quantity, Scope, Signer, Written
from meshnode.client.work_answers import Money


class Waiting(TypedDict):
    """One thing that waits for the owner, or for an organisation the owner signs for."""

    kind: str
    record: str
    scope: Scope
    agent: Agent
    about: str
    since: str
    command: str


class Inbox(TypedDict):
    """A page of what waits, and how much waits altogether."""

    items: list[Waiting]
    total: int
    next: str | None


class PassedOn(TypedDict):
    """An income of another agreement that a share or payment became."""

    income: str
    agreement: Scope
    net: Money
    on: str
    state: str


class Origin(TypedDict):
    """Where an income that is shared came from: a share or payment (`part_of`) of another agreement."""

    income: str
    net: Money
    part_of: str
    kind: str
    agreement: Scope


class Attestation(TypedDict):
    """What somebody said of a contribution."""

    id: str
    agent: Agent
    role: str
    verdict: str
    quantity: Quantity | None
    rating: int | None
    note: str
    at: str
    counts: bool
    signed_by: Signer | None


class ShareAnswer(TypedDict):
    """What a co-author says of their share; `answer` is `accept`, `decline`, or empty: it stands."""

    agent: Agent
    answer: str


class Evaluation(TypedDict):
    """How a contribution stands under its agreement, or in its network, and what was said of it."""

    contribution: str
    agreement: Scope
    state: str
    reason: str
    confirming: int
    needed: int
    confirmed: Quantity | None
    attesters: list[Agent]
    attestations: list[Attestation]
    shares: list[ShareAnswer]
    may_attest: bool
    doubles: list[str]


class Points(TypedDict):
    """What somebody gives somebody."""

    agent: Agent
    points: int


class Ballot(TypedDict):
    """How somebody shared out points in a round."""

    id: str
    agreement: Scope
    agent: Agent
    round: str
    points: list[Points]
    at: str
    counts: bool


class CastBallot(Written):
    """A ballot that was signed; `left` of the `budget` of its round it gives to nobody."""

    round: str
    budget: int
    left: int


class Income(TypedDict):
    """One income; of a refund the amounts are negative."""

    id: str
    agreement: Scope
    holder: Agent
    payer: Agent | None
    gross: Money
    tax: Money
    net: Money
    on: str
    state: str
    confirm: str
    confirmed_by: list[Agent]
    declined_by: list[Agent]
    may_confirm: bool
    invoice: str
    refunds: str
    part_of: str
    source: Scope | None
    doubles: list[str]
    shared_by: list[str]
    at: str
    signed_by: Signer | None
    warnings: list[str]


class StepPart(TypedDict):
    """What a step of the equation gave."""

    path: str
    do: str
    amt: int


class Line(TypedDict):
    """What somebody gets, in minor units: payable, and held back for a dispute."""

    agent: Agent
    amt: int
    held: int
    steps: list[StepPart]


class Work(TypedDict):
    """A contribution, named in a few words."""

    id: str
    title: str
    agent: Agent
    kind: str
    quantity: Quantity
    claim: str


class Notice(TypedDict):
    """Something about a distribution that whoever signs it should know, in words."""

    concern: str
    text: str


class Preview(TypedDict):
    """A distribution as it would be now. `digest` is what the request to sign it names."""

    agreement: Scope
    version: str
    previous: str
    incomes: list[str]
    pool: Money
    to: str
    lines: list[Line]
    carry: Money
    digest: str
    entered: int
    unconfirmed: list[Work]
    undeclared: list[str]
    notices: list[Notice]


class Approval(TypedDict):
    """Somebody who approves; `level` is `no`, `contested` or `yes`."""

    agent: Agent
    level: str


class Outside(TypedDict):
    """What is known here and in no cut up to a distribution: it enters the next one."""

    contributions: list[Work]
    attestations: int
    corrections: int


class Distribution(TypedDict):
    """One distribution, as it was recomputed here."""

    id: str
    agreement: Scope
    version: str
    agent: Agent
    at: str
    to: str
    state: str
    reason: str
    causes: list[str]
    says: str
    pool: Money
    lines: list[Line]
    carry: Money
    incomes: list[str]
    previous: str
    reopens: str
    digest: str
    approvals: list[Approval]
    needed: int
    may_approve: bool
    outside: Outside | None
    signed_by: Signer | None
    disputes: list[Dispute]
    decisions: list[Ruling]
    passed_on: list[PassedOn]
    warnings: list[str]


class Agreed(TypedDict):
    """What the step says of the agent in so many words: `ratio` of `base`, which is the gross or what remained.

    Of an agreed amount the ratio is 1; to catch up it is the share of all work, and the base all income so far.
    """

    ratio: str
    base: int
    of_gross: bool


class SharePart(TypedDict):
    """One sharing of an amount: `of` was shared, of which the agent weighs `weight` and so has a `quota`."""

    amount: int
    of: int
    weight: str
    quota: str
    odd: bool
    tied: list[Agent]
    room: int | None
    undone: bool
    owed: str | None
    agreed: Agreed | None


class Signature(TypedDict):
    """A signed record behind an amount."""

    id: str
    agent: Agent
    key: str
    at: str
    holds: bool
    signed_by: Signer | None


class Word(TypedDict):
    """What an attester said of a contribution, as it counted."""

    agent: Agent
    figure: str
    rejects: bool
    rating: int | None
    signatures: list[Signature]


class Behind(TypedDict):
    """A contribution, or a ballot, that an amount came from."""

    id: str
    kind: str
    title: str
    agent: Agent
    amount: int
    held: int
    unit: str
    claim: str
    confirmed: str
    quality: str
    words: list[Word]
    corrections: list[str]
    signature: Signature | None


class Cause(TypedDict):
    """What one step gave; its parts and what was `rejected` add up to `amount`, and so does what is behind it."""

    distribution: str
    path: str
    do: str
    amount: int
    held: int
    parts: list[SharePart]
    rejected: int
    behind: list[Behind]


class Explained(TypedDict):
    """Why a line is what it is; the amounts of its causes add up to payable and held."""

    agent: Agent
    amt: int
    held: int
    causes: list[Cause]


class Explanation(TypedDict):
    """Why the lines of a distribution, or those of one agent, are what they are."""

    distribution: str
    pool: Money
    digest: str
    lines: list[Explained]
    origins: list[Origin]


class Settlement(TypedDict):
    """One payment."""

    id: str
    agreement: Scope
    payer: Agent
    payee: Agent
    amount: Money
    paid: Money | None
    on: str
    method: str
    state: str
    reason: str
    causes: list[str]
    says: str
    declared_by: Agent
    declined: bool
    may_confirm: bool
    ref: str
    at: str
    signed_by: Signer | None
    disputes: list[Dispute]
    decisions: list[Ruling]
    passed_on: list[PassedOn]
    warnings: list[str]


class Balance(TypedDict):
    """What somebody has in one agreement and currency, in minor units."""

    agreement: Scope
    agent: Agent
    cur: str
    exp: int | None
    entitled: int
    held: int
    contested: int
    received: int
    paid: int
    in_hand: int
    contested_received: int
    contested_paid: int
    open: int


class Transfer(TypedDict):
    """A payment that would bring accounts to zero."""

    agreement: Scope
    payer: Agent
    payee: Agent
    amount: Money


class Plan(TypedDict):
    """The payments that would bring all accounts to zero, and contested ones, which it leaves out."""

    items: list[Transfer]
    contested: list[Settlement]
    next: str | None


class Columns(TypedDict):
    """The columns of the ledger, in minor units."""

    entitled: int
    held: int
    contested: int
    received: int
    paid: int
    in_hand: int
    contested_received: int
    contested_paid: int
    open: int


class Entry(TypedDict):
    """One line of an account."""

    on: str
    kind: str
    record: str
    about: str
    other: Agent | None
    change: Columns
    after: int


class Account(TypedDict):
    """One agreement and one currency."""

    agreement: Scope
    cur: str
    exp: int | None
    opening: Columns
    entries: list[Entry]
    closing: Columns
    digest: str


class Statement(TypedDict):
    """All accounts of somebody that had something before the end of the period; an empty day is no bound."""

    agent: Agent
    first: str
    last: str
    accounts: list[Account]
    digest: str
    as_of: str
