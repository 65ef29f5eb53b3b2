"""What a contribution says besides what, how much and when: its worth, who shares in it, and on which terms."""

from meshnode.api.models.shared import Agent, Model, Quantity, Request, Scope


class Money(Model):
    """Minor units of a currency."""

    amt: int
    cur: str
    exp: int | None
    """Digits behind the point, as the protocol lists them; None for a currency that is not in that list."""


class Share(Model):
    """Somebody's part of a contribution."""

    agent: Agent
    part: int
    """As it was signed; of 1000 at most for all together."""


class Evidence(Model):
    """A file that shows a contribution. The file itself is not kept here."""

    sha256: str
    """Hexadecimal."""
    size: int
    media: str


class MoneyRequest(Request):
    """Minor units of an ISO 4217 currency: 385.40 EUR is 38540."""

    amt: int
    cur: str


class ShareWish(Request):
    """Somebody, by name or id (`me` is the owner), and their part of 1000."""

    who: str
    part: int


class EvidenceRequest(Request):
    """A file by its SHA-256 in hexadecimal, its size in bytes and its media type."""

    sha256: str
    size: int
    media: str


class Total(Model):
    """What contributions in one unit make together."""

    quantity: Quantity
    contributions: int


class Worth(Model):
    """What contributions valued in one currency are worth together."""

    value: Money
    contributions: int


class Sums(Model):
    """What contributions make together: by unit (all times as seconds) and by currency, never one over both.

    Only what counts and was not retracted; of contributions of kind `money` only the value is added. `more` if some are
    not told, because there are too many units or a sum is beyond 2^63.
    """

    contributions: int
    quantities: list[Total]
    values: list[Worth]
    more: bool


class Recognition(Model):
    """Thanks, kudos or a confirmed skill: words between people, never a weight or a score."""

    id: str
    agent: Agent
    to: list[Agent]
    """The first 16 of them."""
    kind: str
    """`thanks`, `kudos` or `skill`."""
    skill: str
    text: str
    target: str
    """What for: its id, or 33 bytes in hexadecimal for what stands in another scope; may be empty."""
    title: str
    """Of that contribution, if it is here."""
    scope: Scope
    at: str
