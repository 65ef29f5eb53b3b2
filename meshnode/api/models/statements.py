"""Statements: what became of somebody's money in a period."""

from meshnode.api.models.shared import Agent, Model, Scope


class Columns(Model):
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


class Entry(Model):
    """One line of an account."""

    on: str
    kind: str
    """`share`, `contested`, `income` (held, and shared by the distribution), `received`, `paid`; of a payment that is
    contested `contested-received` or `contested-paid`."""
    record: str
    about: str
    """The income that is held, or empty."""
    other: Agent | None
    """Who paid, or was paid."""
    change: Columns
    after: int
    """What is open after it."""


class Account(Model):
    """One agreement and one currency."""

    agreement: Scope
    cur: str
    exp: int | None
    opening: Columns
    entries: list[Entry]
    closing: Columns
    digest: str
    """The same on every node that holds the same records of the agreement."""


class Statement(Model):
    """All accounts of somebody that had something before the end of the period; an empty day is no bound."""

    agent: Agent
    first: str
    last: str
    accounts: list[Account]
    digest: str
    """Over the digests of the accounts."""
    as_of: str
    """When it was made; outside the digest."""
