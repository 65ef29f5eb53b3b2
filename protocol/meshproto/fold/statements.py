"""Statements: what became of somebody's money in a period (09-agreements 9).

All of it follows from the fold and names nobody but by ids, so every node that holds the same records of an agreement
prints the same digest of an account, whatever texts it holds or has erased.
"""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from typing import Any, NamedTuple, cast

from meshproto.fold.concerns import concern_of
from meshproto.fold.ledger import Balance
from meshproto.fold.lineage import read_stand
from meshproto.fold.memory import Memory
from meshproto.records.encoding import Value, encode

ACCOUNT_CONTEXT = b"meshnode/1 account\n"
STATEMENT_CONTEXT = b"meshnode/1 statement\n"
PAYMENTS = {
    ("to", "confirmed"): ("received", "received"),
    ("from", "confirmed"): ("paid", "paid"),
    ("to", "contested"): ("contested-received", "contested_received"),
    ("from", "contested"): ("contested-paid", "contested_paid"),
}
"""By somebody's side of a payment and its state: what the entry is, and the column in which it counts."""
KINDS = ("share", "contested", "income", *(kind for kind, _ in PAYMENTS.values()))
"""What an entry is: a share of a distribution in force or a contested one, an income that one holds and that a
distribution in force shares, a confirmed or contested payment to or by somebody; in the order of one day."""


class Entry(NamedTuple):
    """One line: `change` is what it adds to the columns of the ledger, `about` the income or distribution behind it."""

    on: str
    kind: str
    record: bytes
    """The distribution or settlement."""
    about: bytes
    """The income that was held, else empty."""
    other: bytes
    """Who paid, or was paid; else empty."""
    change: Balance


class Account(NamedTuple):
    """One agreement and one currency."""

    scope: bytes
    cur: str
    opening: Balance
    entries: tuple[Entry, ...]
    closing: Balance
    digest: bytes


class Statement(NamedTuple):
    """All accounts of somebody that had something before the end of the period; days may be empty: without bound."""

    agent: bytes
    first: str
    last: str
    accounts: tuple[Account, ...]
    digest: bytes


def statement(agent: bytes, first: str, last: str, memory: Memory, scopes: Iterable[bytes] | None = None) -> Statement:
    """What became of somebody's money from one day to another, both included, in all agreements or in some."""
    found: list[Account] = []
    for scope in sorted(_agreements(memory) if scopes is None else scopes):
        found += _accounts(agent, scope, first, last, memory)
    digests: list[Value] = [each.digest for each in found]
    digest = sha256(STATEMENT_CONTEXT + encode([agent, first, last, digests])).digest()
    return Statement(agent, first, last, tuple(found), digest)


def entries_of(agent: bytes, scope: bytes, memory: Memory) -> list[tuple[str, Entry]]:
    """All entries of somebody in an agreement, each with its currency, by day, kind and record."""
    found = [*_shares(agent, scope, memory), *_payments(agent, scope, memory)]
    return sorted(found, key=lambda each: (each[1].on, KINDS.index(each[1].kind), each[1].record, each[1].about))


def added(changes: Iterable[Balance]) -> Balance:
    """Several changes together."""
    total = [0] * len(Balance._fields)
    for change in changes:
        total = [one + other for one, other in zip(total, change, strict=True)]
    return Balance(*total)


def _accounts(agent: bytes, scope: bytes, first: str, last: str, memory: Memory) -> Iterator[Account]:
    entries = entries_of(agent, scope, memory)
    for cur in sorted({cur for cur, _ in entries}):
        mine = [entry for each, entry in entries if each == cur]
        opening = added(each.change for each in mine if first and each.on < first)
        inside = tuple(each for each in mine if (not first or each.on >= first) and (not last or each.on <= last))
        closing = added((opening, *(each.change for each in inside)))
        if inside or any(opening):
            digest = _digest(agent, scope, cur, first, last, opening, inside, closing)
            yield Account(scope, cur, opening, inside, closing, digest)


def _digest(
    agent: bytes,
    scope: bytes,
    cur: str,
    first: str,
    last: str,
    opening: Balance,
    entries: Iterable[Entry],
    closing: Balance,
) -> bytes:
    lines: list[Value] = [[each.on, each.kind, each.record, each.about, each.other, [*each.change]] for each in entries]
    told: list[Value] = [agent, scope, cur, first, last, [*opening], lines, [*closing]]
    return sha256(ACCOUNT_CONTEXT + encode(told)).digest()


class _Dealing(NamedTuple):
    """A valid distribution or settlement, and how it stands."""

    record: bytes
    facts: dict[str, Any]
    state: str


def _agreements(memory: Memory) -> list[bytes]:
    return [cast(bytes, scope) for _, scope in memory.scan("lineage", b"")]


def _dealings(scope: bytes, type_: str, memory: Memory) -> Iterator[_Dealing]:
    prefix = scope + type_.encode() + b"\0"
    for key, _ in memory.scan("concerns", prefix):
        record = key[len(prefix) :]
        yield _Dealing(record, concern_of(memory, record).facts, read_stand(memory, record).state)


def _shares(agent: bytes, scope: bytes, memory: Memory) -> Iterator[tuple[str, Entry]]:
    for each in _dealings(scope, "distribution", memory):
        cur, effective = each.facts["carry"]["cur"], each.state == "effective"
        if not effective and each.state != "contested":
            continue
        for who, payable, held, _ in each.facts["lines"]:
            if who == agent:
                yield cur, _share(each, payable, held)
        for income in each.facts["incomes"] if effective else ():
            said = concern_of(memory, income)
            if said.agent == agent:
                change = Balance(in_hand=said.facts["net"]["amt"])
                yield cur, Entry(each.facts["to"], "income", each.record, income, b"", change)


def _share(distribution: _Dealing, payable: int, held: int) -> Entry:
    day, record = distribution.facts["to"], distribution.record
    if distribution.state == "contested":
        return Entry(day, "contested", record, b"", b"", Balance(contested=payable + held))
    return Entry(day, "share", record, b"", b"", Balance(entitled=payable, held=held))


def _payments(agent: bytes, scope: bytes, memory: Memory) -> Iterator[tuple[str, Entry]]:
    for each in _dealings(scope, "settlement", memory):
        side = next((name for name in ("to", "from") if each.facts[name] == agent), "")
        if (side, each.state) in PAYMENTS:
            kind, column = PAYMENTS[side, each.state]
            amount, other = each.facts["amount"], each.facts["from" if side == "to" else "to"]
            change = Balance().plus(**{column: amount["amt"]})
            yield amount["cur"], Entry(each.facts["on"], kind, each.record, b"", other, change)
