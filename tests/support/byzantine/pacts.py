"""Random histories of an agreement: people know little or much, forget, contradict each other, and lose a phone."""

import random
from collections.abc import Callable
from typing import Any

from meshproto.records.record import Record
from meshproto.types import accounts, authority, evaluation, identity, repair, value
from scripts.vectors.cases import key, work
from scripts.vectors.tale import Tale, filled, terms

NAMES = ("alice", "bob", "carol")
PHONE = "phone"
RATINGS = [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]]
EQUATIONS: list[dict[str, Any]] = [
    {"cur": "EUR", "steps": [{"do": "pro_rata", "weights": [{"unit": "HUR", "quality": True}]}]},
    {"cur": "EUR", "steps": [{"do": "pro_rata", "weights": [{"unit": "HUR"}]}, {"do": "equal"}]},
    {"cur": "EUR", "steps": [{"do": "pro_rata", "mix": [{"part": [1, 1], "ballots": "round"}]}, {"do": "equal"}]},
]


class Pact:
    """One agreement and all that is written in it, by chance."""

    def __init__(self, chance: random.Random, lie: float) -> None:
        """`lie` is how often somebody pretends to know little."""
        self._chance, self._lie = chance, lie
        self.tale = Tale("a pact")
        self.people = {name: self.tale.person(name) for name in NAMES}
        self.phone = self._grant()
        roles: dict[bytes, list[str]] = {each.id: ["provider", "holder"] for each in self.people.values()}
        if chance.random() < 0.3:
            roles[self.people["carol"].id] = ["client"]
        self.deal = self.tale.deal("alice", self.people["alice"], **self._terms(roles))
        for name in NAMES:
            if chance.random() < 0.9:
                self._write(name, "countersign", identity.accept(self.deal.id))

    @property
    def records(self) -> list[Record]:
        """All of it."""
        return self.tale.records

    def go_on(self, acts: int) -> "Pact":
        """Let some things happen."""
        deeds: dict[Callable[[str], None], int] = {
            self._work: 4,
            self._attest: 5,
            self._correct: 1,
            self._vote: 1,
            self._income: 3,
            self._share: 5,
            self._answer: 12,
            self._version: 1,
            self._settle: 1,
            self._promise: 1,
            self._revoke: 1,
        }
        for _ in range(acts):
            [deed] = self._chance.choices([*deeds], [*deeds.values()])
            deed(self._chance.choice((*NAMES, PHONE)))
        return self

    def _grant(self) -> Record:
        return self.tale.write("bob", self.people["bob"], "grant", authority.device(key(PHONE).public))

    def _terms(self, roles: dict[bytes, list[str]]) -> dict[str, Any]:
        chance = self._chance
        return {
            "parties": roles,
            "value_equation": chance.choice(EQUATIONS),
            "ack": {"min": chance.choice((0, 1, 1, 2)), "by": "parties", "ratings": RATINGS},
            "approval": chance.choice(("all", 1, 2)),
            "amendment": chance.choice(("all", 2)),
            "income_confirm": chance.choice(("none", "none", "party", "client")),
            "late": chance.choice(("next", "catch_up", "exclude")),
            "ballots": {"budget": 50, "rounds": ["one", "two"]},
            **({"until": "2025-11-21"} if chance.random() < 0.1 else {}),
        }  # fmt: skip

    def _of(self, *types: str) -> list[Record]:
        return [each for each in self.records if each.type in types and each.home == self.deal.home]

    def _some(self, *types: str) -> Record | None:
        found = self._of(*types)
        return self._chance.choice(found) if found else None

    def _knows(self) -> list[Record] | None:
        if self._chance.random() >= self._lie:
            return None
        found = self._of("agreement", "countersign", "income", "distribution", "attestation", "contribution")
        return [self.deal, *self._chance.sample(found, min(len(found), self._chance.randrange(6)))]

    def _write(self, name: str, type_: str, facts: Any, knows: list[Record] | None = None) -> Record:
        auth = [self.phone] if name == PHONE else []
        if name == PHONE and knows is not None:
            knows = [*knows, self.phone]
        agent = self.people["bob" if name == PHONE else name]
        return self.tale.write(name, self.deal, type_, facts, agent=agent, auth=auth, knows=knows)

    def _agent(self, name: str) -> bytes:
        agent: bytes = self.people["bob" if name == PHONE else name].id
        return agent

    def _work(self, name: str) -> None:
        own, other = self._agent(name), self._agent(self._chance.choice(NAMES))
        shares = {own: 2, other: 1} if self._chance.random() < 0.3 else None
        day = self._chance.choice(("2025-11-20", "2025-11-22"))
        facts = work(self._chance.randrange(1, 200), shares=shares) | {"when": {"from": "2025-11-01", "to": day}}
        self._write(name, "contribution", facts, self._knows())

    def _attest(self, name: str) -> None:
        subject = self._some("contribution")
        if subject is None:
            return
        before = [each for each in self._of("attestation") if each.agent == self._agent(name)]
        own = [each.id for each in before if each.facts["subject"] == subject.id]
        more: dict[str, Any] = {"verdict": "reject"} if self._chance.random() < 0.2 else {"rating": 4}
        if "rating" in more and self._chance.random() < 0.5:
            more["qty"] = value.Measure(self._chance.randrange(150), 0, "MIN")
        facts = evaluation.attestation(subject.id, supersedes=own if self._chance.random() < 0.7 else (), **more)
        self._write(name, "attestation", facts, self._knows())

    def _correct(self, name: str) -> None:
        own = [each for each in self._of("contribution", "income") if each.agent == self._agent(name)]
        if not own:
            return
        target = self._chance.choice(own)
        less = repair.delta(target.id, qty=value.Measure(-10, 0, "MIN"))
        retracts = target.type == "income" or self._chance.random() < 0.3
        self._write(name, "correction", repair.retract(target.id) if retracts else less, self._knows())

    def _vote(self, name: str) -> None:
        points = {self._agent(each): self._chance.randrange(30) for each in NAMES}
        before = [each.id for each in self._of("allocation") if each.agent == self._agent(name)]
        facts = evaluation.allocation("one", points, supersedes=before if self._chance.random() < 0.7 else ())
        self._write(name, "allocation", facts, self._knows())

    def _income(self, name: str) -> None:
        net, refunds = value.Money(self._chance.randrange(1, 5000), "EUR"), None
        income = self._some("income")
        if income is not None and income.agent == self._agent(name) and self._chance.random() < 0.5:
            net = value.Money(-self._chance.randrange(1, 3000), "EUR")
            refunds = income.id
        facts = accounts.income(self._agent(name), net=net, on="2025-11-20", refunds=refunds)
        self._write(name, "income", facts, self._knows())

    def _share(self, name: str) -> None:
        chance, knows = self._chance, self._knows()
        incomes = self._of("income")
        version, prev = self._some("agreement"), self._some("distribution") if chance.random() < 0.6 else None
        if version is None:
            return
        chosen = sorted(each.id for each in chance.sample(incomes, min(len(incomes), chance.choice((0, 1, 1, 2)))))
        facts: Any = {"agreement": version.id, "incomes": chosen, "to": chance.choice(("2025-12-30", "2025-12-31"))}
        if prev is not None:
            facts["prev"] = prev.id
            if chance.random() < 0.8:
                facts["agreement"] = prev.facts["agreement"]
        full = self._filled(name, facts, knows)
        if full is not None:
            if chance.random() < 0.15:
                full |= chance.choice(
                    ({"carry": {"amt": 1, "cur": "EUR"}}, {"inputs_digest": b"\x01" + bytes(32)}, {"lines": []})
                )
            self._write(name, "distribution", full, knows)

    def _filled(self, name: str, facts: Any, knows: list[Record] | None) -> Any:
        tale = self.tale
        near = tale._near(self.deal) if knows is None else [each.id for each in knows]
        before = tale._ends.get((key(name).public, self.deal.id))
        named = [facts["agreement"], *facts["incomes"], *([facts["prev"]] if "prev" in facts else [])]
        agent, auth = self._agent(name), [self.phone.id] if name == PHONE else []
        try:
            return filled(
                tale.records, self.deal.id, facts, [*near, *named, agent, *auth, *([before.id] if before else [])]
            )
        except (AssertionError, KeyError):  # it names what is not valid, or cannot be shared at all
            return None

    def _answer(self, name: str) -> None:
        target = self._some("agreement", "distribution", "distribution", "income", "settlement", "contribution")
        if target is None:
            return
        decision = "decline" if self._chance.random() < 0.15 else "accept"
        self._write(name, "countersign", {"target": target.id, "decision": decision}, self._knows())

    def _version(self, name: str) -> None:
        prev = {each.id for each in self._chance.sample(self._of("agreement"), 1)}
        if self._chance.random() < 0.4:
            prev |= {each.id for each in self._of("agreement")[-2:]}
        roles: dict[bytes, list[str]] = {each.id: ["provider", "holder"] for each in self.people.values()}
        facts = terms(self.people["bob" if name == PHONE else name], prev=sorted(prev), **self._terms(roles))
        self._write(name, "agreement", facts, self._knows())

    def _settle(self, name: str) -> None:
        payer, payee = self._chance.sample([each.id for each in self.people.values()], 2)
        if self._agent(name) in (payer, payee):
            facts = accounts.settlement(payer, payee, value.Money(100, "EUR"), on="2025-12-31")
            self._write(name, "settlement", facts, self._knows())

    def _promise(self, name: str) -> None:
        provider, receiver = self._chance.sample([each.id for each in self.people.values()], 2)
        if self._agent(name) in (provider, receiver):
            facts = accounts.commitment(provider, receiver, "deliver", value.Measure(1, 0, "C62"), due="2025-12-31")
            self._write(name, "commitment", facts, self._knows())

    def _revoke(self, name: str) -> None:
        own = [each for each in self.records if each.key == key(PHONE).public]
        seen = [each.id for each in self._chance.sample(own, min(len(own), self._chance.randrange(3)))]
        bob = self.people["bob"]
        self.tale.write("bob", bob, "revoke", authority.revoke([self.phone.id], seen=seen), knows=[])
        self.phone = self._grant()


def pact(seed: int, acts: int = 40) -> list[Record]:
    """The records of the pact with a seed."""
    chance = random.Random(seed)
    return Pact(chance, chance.choice((0.0, 0.2, 0.5))).go_on(acts).records
