"""Money that came in under an agreement, or went back."""

from msgspec import field

from meshnode.api.models.shared import AS, Agent, Model, Request, Scope, Signer
from meshnode.api.models.terms import Money, MoneyRequest


class Income(Model):
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
    """`declared` or `confirmed`."""
    confirm: str
    """Who confirms incomes by the agreement: `none`, `client` or `party`."""
    confirmed_by: list[Agent]
    declined_by: list[Agent]
    """Who says that it did not come in; they may still confirm it."""
    may_confirm: bool
    """Whether the owner's word is awaited."""
    invoice: str
    """SHA-256 of the invoice in hexadecimal, or empty."""
    refunds: str
    part_of: str
    """The distribution or payment of another agreement it came by, or its hash where that is not here."""
    source: Scope | None
    """That agreement, where it is here."""
    doubles: list[str]
    """Other incomes with the same invoice: perhaps the same money, reported twice."""
    shared_by: list[str]
    """Distributions that share it."""
    at: str
    signed_by: Signer | None = None
    warnings: list[str] = field(default_factory=list)
    """What of it was signed, or would be, beyond a mandate by which the owner signs; empty in a list."""


class IncomeRequest(Request):
    """Declare an income that the owner, or `as`, holds; amounts are positive, also of a refund."""

    agreement: str
    gross: MoneyRequest
    tax: int = 0
    """Of the gross, in its minor units."""
    payer: str | None = None
    """By name or id; `client` for the only one of the agreement."""
    on: str | None = None
    invoice: str = ""
    """SHA-256 in hexadecimal."""
    refunds: str | None = None
    part_of: str | None = None
    as_: str | None = AS


class PassedOn(Model):
    """An income of another agreement that a share or payment became."""

    income: str
    agreement: Scope
    net: Money
    on: str
    state: str


class Origin(Model):
    """Where an income that is shared came from: a share or payment (`part_of`) of another agreement."""

    income: str
    net: Money
    part_of: str
    kind: str
    """`distribution` or `settlement`."""
    agreement: Scope
