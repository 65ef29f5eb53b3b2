"""Payments, and who owes whom."""

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
    """`declared` or `confirmed`."""
    declared_by: Agent
    may_confirm: bool
    ref: str
    at: str
    signed_by: Signer | None = None


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
    open: int
    """What is owed to them; less than 0 if they owe it."""


class Transfer(Model):
    """A payment that would bring accounts to zero."""

    agreement: Scope
    payer: Agent
    payee: Agent
    amount: Money


class Balances(Model):
    """All balances, and the payments that would bring them to zero; no currency is ever added to another."""

    balances: list[Balance]
    plan: list[Transfer]
