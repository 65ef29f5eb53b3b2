"""What people say of others' work under an agreement: attestations and ballots."""

from msgspec import field

from meshnode.api.models.shared import AS, Agent, Model, Quantity, Request, Scope, Signer
from meshnode.api.models.work import Written


class Attestation(Model):
    """What somebody said of a contribution."""

    id: str
    agent: Agent
    role: str
    """`witness`, `peer`, `client` or `steward`."""
    verdict: str
    """`confirm` or `reject`."""
    quantity: Quantity | None
    """None: all that was claimed."""
    rating: int | None
    note: str
    at: str
    counts: bool
    """Whether it acknowledges work: it was not superseded, and the agreement asks its author."""
    signed_by: Signer | None = None


class ShareAnswer(Model):
    """What a co-author says of their share; `answer` is `accept`, `decline`, or empty: it stands."""

    agent: Agent
    answer: str


class Evaluation(Model):
    """How a contribution stands under its agreement, or in its network, and what was said of it."""

    contribution: str
    agreement: Scope
    """The agreement, or the network."""
    state: str
    """`claimed`, `acknowledged`, `rejected` or `retracted`."""
    reason: str
    """Why it is no better: `A-FEW` with how many have confirmed of how many; else empty."""
    confirming: int
    needed: int
    confirmed: Quantity | None
    """The low median of what was attested, at most the claim, in its unit; None unless it is acknowledged."""
    attesters: list[Agent]
    """Whose word counts; empty where any member's does."""
    attestations: list[Attestation]
    """By time."""
    shares: list[ShareAnswer]
    may_attest: bool
    """Whether the owner's word would count, and is not given yet."""
    doubles: list[str] = field(default_factory=list)
    """Other contributions that may claim the same: by a file, taken in elsewhere, or alike in all that was said."""


class AttestationRequest(Request):
    """Say of a contribution what one has seen of it; one of `seconds` and `quantity`, or neither: all of it."""

    contribution: str
    seconds: int | None = None
    quantity: Quantity | None = None
    rating: int | None = None
    reject: bool = False
    note: str = ""
    role: str | None = None
    as_: str | None = AS


class AnswerRequest(Request):
    """Accept or decline: `accept`, `decline` or `object`."""

    answer: str = "accept"
    text: str = ""
    as_: str | None = AS


class Points(Model):
    """What somebody gives somebody."""

    agent: Agent
    points: int


class Ballot(Model):
    """How somebody shared out points in a round."""

    id: str
    agreement: Scope
    agent: Agent
    round: str
    points: list[Points]
    at: str
    counts: bool
    """It was not superseded, keeps within the budget, and the giver is a party."""


class CastBallot(Written):
    """A ballot that was signed; `left` of the `budget` of its round it gives to nobody."""

    round: str = ""
    budget: int = 0
    left: int = 0


class PointsWish(Request):
    """Points for somebody, by name or id."""

    who: str
    points: int


class BallotRequest(Request):
    """Share out points in a round; without one in that which the next distribution looks at."""

    agreement: str
    round: str | None = None
    points: list[PointsWish] = field(default_factory=list)
    as_: str | None = AS
