"""Payments, and who owes whom."""

from msgspec import field

from meshnode.api.models.incomes import PassedOn
from meshnode.api.models.rulings import Dispute, Ruling
from meshnode.api.models.shared import AS, Agent, Model, Request, Scope, Signer
from meshnode.api.models.terms import Money, MoneyRequest


class Settlement(Model):
    """One payment."""

    id: str
    agreement: Scope
    payer: Agent
    payee: Agent
    amount: Money
    paid: Money | None
    """What was actually paid, where that was another currency."""
    on: str
    method: str
    state: str
    """`declared`, `confirmed` or `contested`."""
    reason: str
    """Why it is contested: a code of the specification, or empty."""
    causes: list[str]
    """The records that cause it."""
    says: str
    """How it stands, in words."""
    declared_by: Agent
    declined: bool
    """Whether the other side says that it did not take place; it may still confirm it."""
    may_confirm: bool
    ref: str
    at: str
    signed_by: Signer | None = None
    disputes: list[Dispute] = field(default_factory=list)
    """What is contested about it, and who decides that; only of one that is shown by itself."""
    decisions: list[Ruling] = field(default_factory=list)
    """What was proposed or decided about that."""
    passed_on: list[PassedOn] = field(default_factory=list)
    """The incomes of other agreements that it became; only of one that is shown by itself."""
    warnings: list[str] = field(default_factory=list)
    """What of it was signed, or would be, beyond a mandate by which the owner signs; empty in a list."""


class SettlementRequest(Request):
    """Declare a payment: to somebody (`payee`), or from somebody (`payer`), by name or id."""

    agreement: str
    amount: MoneyRequest
    payer: str | None = None
    payee: str | None = None
    on: str | None = None
    method: str = "bank"
    paid: MoneyRequest | None = None
    ref: str = ""
    as_: str | None = AS


class Balance(Model):
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
    """Payments that count only once it is decided that they stand."""
    open: int
    """What is owed to them; less than 0 if they owe it."""


class Transfer(Model):
    """A payment that would bring accounts to zero."""

    agreement: Scope
    payer: Agent
    payee: Agent
    amount: Money


class Plan(Model):
    """A page of the payments that would bring all accounts to zero; no currency is ever added to another."""

    items: list[Transfer]
    contested: list[Settlement]
    """Payments that are contested, the first ones: the plan asks nobody for what they may have settled."""
    next: str | None = None
