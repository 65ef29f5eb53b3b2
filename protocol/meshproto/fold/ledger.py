"""Who is entitled to what, who was paid, and who pays whom to be even (09-agreements 6)."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from meshproto.fold.concerns import concern_of, concerns_in
from meshproto.fold.lineage import read_stand
from meshproto.fold.memory import Memory


class Balance(NamedTuple):
    """What an agent has in one currency, in minor units."""

    entitled: int = 0
    held: int = 0
    contested: int = 0
    received: int = 0
    paid: int = 0
    in_hand: int = 0
    contested_received: int = 0
    contested_paid: int = 0

    @property
    def open(self) -> int:
        """What is owed to the agent; less than 0 if the agent owes it."""
        return self.entitled + self.paid - self.received - self.in_hand

    @property
    def planned(self) -> int:
        """What is open for the settlement plan, which asks nobody for what may have been paid."""
        # SPEC 09-agreements 6: what somebody is owed counts less what is contested received, what somebody owes less
        # what is contested paid, each at least 0
        if self.open < 0:
            return min(0, self.open + self.contested_paid)
        return max(0, self.open - self.contested_received)

    def plus(self, **more: int) -> "Balance":
        """The same with some more in some columns."""
        return self._replace(**{name: getattr(self, name) + amount for name, amount in more.items()})


class Transfer(NamedTuple):
    """A payment that brings accounts nearer to zero."""

    payer: bytes
    payee: bytes
    amount: int


Balances = dict[tuple[bytes, str], Balance]


DIGESTED = 6
"""Columns that stand in the digest of an agreement: contested payments follow from the states in it (09 7)."""


def balances(scope: bytes, memory: Memory) -> Balances:
    """The balance of each agent and currency of an agreement of which one column is not 0, by agent and currency."""
    found: Balances = {}

    def add(agent: bytes, cur: str, **more: int) -> None:
        found[agent, cur] = found.get((agent, cur), Balance()).plus(**more)

    for facts, state in _with_state(scope, "distribution", memory):
        cur = facts["carry"]["cur"]
        for agent, payable, held, _ in facts["lines"]:
            if state == "effective":
                add(agent, cur, entitled=payable, held=held)
            elif state == "contested":
                add(agent, cur, contested=payable + held)
        for each in facts["incomes"] if state == "effective" else ():
            income = concern_of(memory, each)
            add(income.agent, cur, in_hand=income.facts["net"]["amt"])
    for facts, state in _with_state(scope, "settlement", memory):
        amount, cur = facts["amount"]["amt"], facts["amount"]["cur"]
        if state == "confirmed":
            add(facts["from"], cur, paid=amount)
            add(facts["to"], cur, received=amount)
        elif state == "contested":
            add(facts["from"], cur, contested_paid=amount)
            add(facts["to"], cur, contested_received=amount)
    return {key: found[key] for key in sorted(found) if any(found[key])}


def _with_state(scope: bytes, type_: str, memory: Memory) -> list[tuple[dict[str, Any], str]]:
    ids = concerns_in(scope, type_, memory)
    return [(concern_of(memory, each).facts, read_stand(memory, each).state) for each in ids]


def settlement_plan(open_: Mapping[bytes, int]) -> list[Transfer]:
    """Who pays whom so that all who are owed something get it, as far as others owe it."""
    # SPEC 09-agreements 6: the one who owes most pays the one who is owed most (of equals the smallest id) the lesser
    # of the two amounts.
    left = dict(open_)
    plan: list[Transfer] = []
    while True:
        debtor = min(left, key=lambda agent: (left[agent], agent), default=b"")
        creditor = min(left, key=lambda agent: (-left[agent], agent), default=b"")
        if not left or left[debtor] >= 0 or left[creditor] <= 0:
            return plan
        amount = min(-left[debtor], left[creditor])
        left[debtor] += amount
        left[creditor] -= amount
        plan.append(Transfer(debtor, creditor, amount))
