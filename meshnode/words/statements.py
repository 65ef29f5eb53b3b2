"""Statements in words: which days, what an entry is, what stands beside what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from meshnode.words.safe_text import clean
from meshnode.words.shown import who

if TYPE_CHECKING:
    from meshnode.client.money_answers import Entry, Statement

Column = Literal[
    "entitled", "held", "contested", "received", "paid", "in_hand", "contested_received", "contested_paid", "open"
]
AMOUNTS: tuple[Column, ...] = (
    "entitled", "held", "contested", "received", "paid", "in_hand", "contested_received", "contested_paid", "open",
)  # fmt: skip
"""The columns of a ledger, in their order."""
ASIDE: tuple[tuple[Column, str], ...] = (
    ("held", "held"),
    ("contested", "contested"),
    ("contested_received", "contested received"),
    ("contested_paid", "contested paid"),
)
"""What stands beside what is open, and what it is called."""
_KINDS = {
    "share": "share of a distribution",
    "contested": "contested share",
    "income": "income held for all",
    "received": "received from",
    "paid": "paid to",
    "contested-received": "contested payment from",
    "contested-paid": "contested payment to",
}


def period(found: Statement) -> str:
    """The days of a statement in words."""
    if found["first"] and found["last"]:
        return f"{found['first']} – {found['last']}"
    if found["first"]:
        return f"since {found['first']}"
    return f"up to {found['last']}" if found["last"] else "from the beginning"


def nothing(found: Statement) -> str:
    """What is said of a statement without entries."""
    return f"Nothing was shared or paid {'until then' if found['last'] else 'yet'}."


def said(entry: Entry) -> str:
    """What an entry is, in words."""
    other = f" {who(entry['other'])}" if entry["other"] is not None else ""
    return f"{_KINDS.get(entry['kind'], clean(entry['kind']))}{other}"


def amount_of(entry: Entry) -> int:
    """What an entry moves: what is open, or for what is only contested or held, how much of that."""
    change = entry["change"]
    return change["open"] or next((change[name] for name, _ in ASIDE if change[name]), 0)
