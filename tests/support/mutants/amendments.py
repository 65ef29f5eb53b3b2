"""Questions of the pipe (07-pipe) about agreements whose equation is amended between distributions."""

import random
from typing import Any

from meshproto.records.record import Record
from meshproto.types import evaluation, repair, value
from scripts.vectors.deals import Deal
from tests.support.mutants.previews import Json, Writer

NAMES = ("alice", "bob", "carol")
RATINGS = [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]]
BY_AGENT = ("pay", "parts", "rate", "owed", "cap")
"""Where pairs stand whose first is an agent."""


def amended(seed: int) -> dict[str, object]:
    """A fold of an agreement, the same for the same seed, in which each distribution has the sums that are right."""
    history = _History(random.Random(seed))
    for index in range(history.chance.randint(3, 6)):
        history.go_on(index)
    return {"op": "fold", "headers": [each.raw.hex() for each in history.deal.tale.records]}


class _History:
    """One agreement: what was done, said, amended and shared in it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.writer = Writer(chance, people=NAMES)
        self.works: list[tuple[Record, Json]] = []
        self.deal = Deal("amended", "carol", signed=False)
        self.deal = Deal("amended", "carol", signed=False, **self._terms())
        self.deal.all_accept(self.deal.deal)
        self.version = self.deal.deal
        self.shared: Record | None = None
        self.incomes: dict[int, Record] = {}
        self.left: dict[int, int] = {}

    def go_on(self, index: int) -> None:
        """Some work, some words, perhaps another version, and a distribution."""
        self.writer.today = f"2026-01-{1 + 5 * index:02d}"
        for number in range(self.chance.choice((0, 1, 2, 4))):
            self._work(self.writer.contribution(index, number))
        for _ in range(self.chance.choice((0, 3, 6)) if self.works else 0):
            self._attest()
        if self.works and self.chance.random() < 0.4:
            self._correct()
        for giver in self.chance.sample(NAMES, self.chance.choice((0, 0, 2, 3))):
            points = {self._id(each): self.chance.randrange(9) for each in NAMES}
            self.deal.write(giver, "allocation", evaluation.allocation(str(index), points))
        if index and self.chance.random() < 0.6:
            self.version = self.deal.version("bob", self.version, **self._terms())
            self.deal.all_accept(self.version)
        self._share(index)

    def _id(self, name: str) -> bytes:
        found: bytes = self.deal.people[name].id
        return found

    def _terms(self) -> dict[str, Any]:
        steps = [self.writer.step() for _ in range(self.chance.choice((1, 2, 3)))]
        return {
            "value_equation": {"cur": "EUR", "steps": self._in_ids(steps)},
            "ack": {"min": self.chance.choice((0, 1, 1)), "by": "parties", "ratings": RATINGS},
            "late": self.chance.choice(("next", "catch_up", "exclude")),
            "ballots": {"budget": 50, "rounds": [str(each) for each in range(6)]},
        }

    def _in_ids(self, told: Any, key: str = "") -> Any:
        if isinstance(told, dict):
            # Projects are records, which nobody here has.
            return {name: self._in_ids(each, name) for name, each in told.items() if name != "project"}
        if key == "agent":
            return self._id(told)
        if key in BY_AGENT:
            return [[who if who == "*" else self._id(who), self._in_ids(each)] for who, each in told]
        return [self._in_ids(each) for each in told] if isinstance(told, list) else told

    def _work(self, told: Json) -> None:
        money, day = told.get("value"), self.writer.today
        when = told.get("when", {"from": day, "to": day})
        facts = value.contribution(
            kind=told["kind"],
            qty=value.Measure(**told["qty"]),
            when=(when["from"], when["to"]),
            value=None if money is None else value.Money(**money),
            shares={self._id(agent): part for agent, part in told.get("shares", ())},
            classified_as=told.get("class", ()),
            beneficiaries=[self._id(agent) for agent in told.get("beneficiaries", ())],
            comp=told.get("comp"),
            stream=told.get("stream"),
        )
        made = self.deal.write(told["agent"], "contribution", facts)
        self.works.append((made, told))
        for agent in told.get("declined", ()) if "shares" in told else ():
            if agent != told["agent"] and agent in dict(told["shares"]):
                self.deal.write(agent, "countersign", {"target": made.id, "decision": "decline"})

    def _attest(self) -> None:
        made, told = self.chance.choice(self.works)
        others = [each for each in NAMES if each != told["agent"]]
        more: Json = {"verdict": "reject"} if self.chance.random() < 0.15 else {"rating": self.chance.randint(1, 5)}
        if "rating" in more and self.chance.random() < 0.4:
            more["qty"] = value.Measure(self.chance.randint(0, 90), 0, told["qty"]["u"])
        self.deal.write(self.chance.choice(others), "attestation", evaluation.attestation(made.id, **more))

    def _correct(self) -> None:
        made, told = self.chance.choice(self.works)
        less = value.Measure(-self.chance.randint(1, 60), 0, told["qty"]["u"])
        facts = repair.retract(made.id) if self.chance.random() < 0.3 else repair.delta(made.id, qty=less)
        self.deal.write(told["agent"], "correction", facts)

    def _share(self, index: int) -> None:
        refundable = [each for each, left in self.left.items() if left > 0]
        more: Json = {}
        if refundable and self.chance.random() < 0.3:
            named = self.chance.choice(refundable)
            net = -self.chance.choice((1, self.left[named], self.left[named] // 2 or 1))
            self.left[named] += net
            more["refunds"] = self.incomes[named].id
        else:
            net = self.left[index] = self.chance.choice((1, 5, 999, 10_000, 123_457, 1_000_000))
        self.incomes[index] = self.deal.income(net, **more)
        self.shared = self.deal.share(
            self.chance.choice(NAMES), self.incomes[index], version=self.version, prev=self.shared, to=self.writer.today
        )
