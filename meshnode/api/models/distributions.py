"""How incomes are shared: drawn up, approved, explained."""

from msgspec import field

from meshnode.api.models.incomes import Origin, PassedOn
from meshnode.api.models.rulings import Dispute, Ruling
from meshnode.api.models.shared import AS, Agent, Model, Quantity, Request, Scope, Signer
from meshnode.api.models.terms import Money, MoneyRequest


class StepPart(Model):
    """What a step of the equation gave."""

    path: str
    do: str
    """What the step does: `reimburse`, `pro_rata` …"""
    amt: int


class Line(Model):
    """What somebody gets, in minor units: payable, and held back for a dispute."""

    agent: Agent
    amt: int
    held: int
    steps: list[StepPart]


class Work(Model):
    """A contribution, named in a few words."""

    id: str
    title: str
    """Empty while it is not here, or after it was erased."""
    agent: Agent
    kind: str
    quantity: Quantity
    claim: str
    """Its state."""


class Notice(Model):
    """Something about a distribution that whoever signs it should know, in words."""

    concern: str
    text: str


class Preview(Model):
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
    """How many contributions enter with it."""
    unconfirmed: list[Work]
    """Contributions that too few have confirmed: they share nothing yet."""
    undeclared: list[str]
    """Incomes that are not confirmed yet."""
    notices: list[Notice]


class ChosenRequest(Request):
    """Which distribution; what is left out is chosen: all confirmed incomes, up to today, after the last in force."""

    agreement: str
    incomes: list[str] = field(default_factory=list)
    to: str | None = None
    after: str | None = None
    reopens: str | None = None
    """An earlier one that is shared again, with what has come since."""
    beside: bool = False


class PreviewRequest(ChosenRequest):
    """What a distribution would be; with `suppose`, as if this much were there to share in place of any income."""

    suppose: MoneyRequest | None = None


class DistributionRequest(ChosenRequest):
    """Sign a distribution. It is refused if another than `digest` comes of it: more has come in since."""

    digest: str = ""
    as_: str | None = AS


class Approval(Model):
    """Somebody who approves; `level` is `no`, `declined`, `contested` or `yes`."""

    agent: Agent
    level: str


class Outside(Model):
    """What is known here and in no cut up to a distribution: it enters the next one."""

    contributions: list[Work]
    attestations: int
    corrections: int


class Distribution(Model):
    """One distribution, as it was recomputed here."""

    id: str
    agreement: Scope
    version: str
    agent: Agent
    at: str
    to: str
    state: str
    """`proposed`, `effective`, `contested` or `void`."""
    reason: str
    """A code, for what is not effective; of a void one, which sum is wrong."""
    causes: list[str]
    """Ids that the reason tells."""
    says: str
    """How it stands, in words."""
    pool: Money
    lines: list[Line]
    carry: Money
    incomes: list[str]
    previous: str
    reopens: str
    """The earlier one that this shares again, with the consent of all who lose by it."""
    digest: str
    """SHA-256 in hexadecimal: the same on every node, in the ledger and on paper."""
    approvals: list[Approval]
    needed: int
    may_approve: bool
    outside: Outside | None
    """None in a list."""
    signed_by: Signer | None = None
    disputes: list[Dispute] = field(default_factory=list)
    """What of it, or of what it rests on, waits for a decision; empty in a list."""
    decisions: list[Ruling] = field(default_factory=list)
    """What was proposed or decided about that; empty in a list."""
    passed_on: list[PassedOn] = field(default_factory=list)
    """The incomes of other agreements that it became; only of one that is shown by itself."""
    warnings: list[str] = field(default_factory=list)
    """What of it was signed, or would be, beyond a mandate by which the owner signs; empty in a list."""


class Agreed(Model):
    """What the step says of the agent in so many words: `ratio` of `base`, which is the gross or what remained.

    Of an agreed amount the ratio is 1; to catch up it is the share of all work, and the base all income so far.
    """

    ratio: str
    base: int
    of_gross: bool


class SharePart(Model):
    """One sharing of an amount: `of` was shared, of which the agent weighs `weight` and so has a `quota`."""

    amount: int
    of: int
    weight: str
    """A fraction of the whole: `3/8`."""
    quota: str
    odd: bool
    """Rounding added the missing unit."""
    tied: list[Agent]
    """Others with the same remainder who fared otherwise."""
    room: int | None
    """The limit at which the agent is full."""
    undone: bool
    """It counts negatively: it was so before."""
    owed: str | None
    """What the agent had to get, in minor units, where people are owed amounts rather than weigh something."""
    agreed: Agreed | None


class Signature(Model):
    """A signed record behind an amount."""

    id: str
    agent: Agent
    key: str
    """The public key that signed, in hexadecimal."""
    at: str
    holds: bool
    """Checked here, just now: the key signed these very bytes."""
    signed_by: Signer | None = None


class Word(Model):
    """What an attester said of a contribution, as it counted."""

    agent: Agent
    figure: str
    rejects: bool
    rating: int | None
    signatures: list[Signature]


class Behind(Model):
    """A contribution, or a ballot, that an amount came from."""

    id: str
    kind: str
    """`contribution` or `ballot`."""
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


class Cause(Model):
    """What one step gave; its parts and what was `rejected` add up to `amount`, and so does what is behind it."""

    distribution: str
    path: str
    do: str
    amount: int
    held: int
    parts: list[SharePart]
    rejected: int
    behind: list[Behind]


class Explained(Model):
    """Why a line is what it is; the amounts of its causes add up to payable and held."""

    agent: Agent
    amt: int
    held: int
    causes: list[Cause]


class Explanation(Model):
    """Why the lines of a distribution, or those of one agent, are what they are."""

    distribution: str
    pool: Money
    digest: str
    lines: list[Explained]
    origins: list[Origin] = field(default_factory=list)
    """Where its incomes came from, as far as that is another agreement."""
