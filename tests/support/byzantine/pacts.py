"""Random histories of an agreement: people know little or much, forget, contradict each other, and lose a phone."""

import random
from collections.abc import Callable
from typing import Any, NamedTuple

from meshproto.records.record import Record
from meshproto.types import accounts, authority, evaluation, identity, repair, value
from scripts.vectors.cases import key, work
from scripts.vectors.tale import Tale, terms

NAMES = ("alice", "bob", "carol")
PHONE, CLERK, BOSS = "phone", "clerk", "boss"
"""Bob's second device; bob and carol when they speak for the firm that she founded."""
RATINGS = [[1, 2], [4, 5], [1, 1], [6, 5], [3, 2]]
EQUATIONS: list[dict[str, Any]] = [
    {"cur": "EUR", "steps": [{"do": "pro_rata", "weights": [{"unit": "HUR", "quality": True}]}]},
    {"cur": "EUR", "steps": [{"do": "pro_rata", "weights": [{"unit": "HUR"}]}, {"do": "equal"}]},
    {"cur": "EUR", "steps": [{"do": "pro_rata", "mix": [{"part": [1, 1], "ballots": "round"}]}, {"do": "equal"}]},
]


class Seat(NamedTuple):
    """Whose key signs for whom, and by which entries."""

    signer: str
    agent: Record
    auth: list[Record]
    needs: list[Record]
    """What even who pretends to know little must name."""


class Pact:
    """One agreement and all that is written in it, by chance."""

    def __init__(self, chance: random.Random, lie: float) -> None:
        """`lie` is how often somebody pretends to know little."""
        self._chance, self._lie = chance, lie
        self.tale = Tale("a pact")
        people = {name: self.tale.person(name) for name in NAMES}
        self.firm = self.tale.firm("firm", people["carol"])
        [founds] = self.tale.accepts_of(self.firm)
        self.seats = {name: Seat(name, one, [], []) for name, one in people.items()}
        self.seats[BOSS] = Seat("carol", self.firm, [founds], [])
        self._hire()
        self._equip()
        self.parties = [*people.values(), *([self.firm] if chance.random() < 0.5 else [])]
        self.deal = self.tale.deal("alice", people["alice"], **self._terms(self._roles()))
        self._all(self.deal, 0.95)

    @property
    def records(self) -> list[Record]:
        """All of it."""
        return self.tale.records

    @property
    def deeds(self) -> dict[Callable[[str], None], int]:
        """What people do, and how often."""
        return {
            self._work: 4,
            self._attest: 5,
            self._correct: 1,
            self._vote: 1,
            self._income: 3,
            self._share: 5,
            self._answer: 8,
            self._version: 1,
            self._settle: 1,
            self._promise: 1,
            self._lose: 1,
        }

    def go_on(self, acts: int) -> "Pact":
        """Let some things happen."""
        deeds = self.deeds
        for _ in range(acts):
            [deed] = self._chance.choices([*deeds], [*deeds.values()])
            bound = [name for name in self.seats if self.seats[name].agent in self.parties]
            deed(self._chance.choice(bound if self._chance.random() < 0.95 else [*self.seats]))
        return self

    def _roles(self) -> dict[bytes, list[str]]:
        roles: dict[bytes, list[str]] = {each.id: ["provider", "holder"] for each in self.parties}
        if self._chance.random() < 0.3:
            roles[self.seats["carol"].agent.id] = ["client"]
        return roles

    def _all(self, target: Record, odds: float) -> None:
        """The parties accept something, each with some odds."""
        for each in self.parties:
            if self._chance.random() < odds:
                seat = self._chance.choice([name for name in self.seats if self._agent(name) == each.id])
                self._write(seat, "countersign", identity.accept(target.id), self._knows())

    def _equip(self) -> None:
        bob = self.seats["bob"].agent
        grant = self.tale.write("bob", bob, "grant", authority.device(key(PHONE).public))
        self.seats[PHONE] = Seat(PHONE, bob, [grant], [grant])

    def _hire(self) -> None:
        boss, bob = self.seats[BOSS], self.seats["bob"].agent
        job = self.tale.write("carol", self.firm, "grant", authority.grant(bob.id, "staff"), auth=boss.auth)
        accept = self.tale.accept("bob", job, agent=bob)
        self.seats[CLERK] = Seat("bob", self.firm, [job], [accept])

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
        seat = self.seats[name]
        known = None if knows is None else [*knows, *seat.needs]
        return self.tale.write(seat.signer, self.deal, type_, facts, agent=seat.agent, auth=seat.auth, knows=known)

    def _agent(self, name: str) -> bytes:
        agent: bytes = self.seats[name].agent.id
        return agent

    def _some_agents(self, count: int) -> list[bytes]:
        return self._chance.sample([each.id for each in self.parties], count)

    def _work(self, name: str) -> None:
        own, other = self._agent(name), self._chance.choice(self.parties).id
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
        points: dict[bytes, int] = {each.id: self._chance.randrange(30) for each in self.parties}
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
        seat = self.seats[name]
        before = tale._ends.get((key(seat.signer).public, self.deal.id))
        named = [facts["agreement"], *facts["incomes"], *([facts["prev"]] if "prev" in facts else [])]
        named += [seat.agent.id, *(each.id for each in (*seat.auth, *seat.needs))]
        try:
            return tale.filled(self.deal, facts, [*near, *named, *([before.id] if before else [])])
        except (AssertionError, KeyError):  # it names what is not valid, or cannot be shared at all
            return None

    def _answer(self, name: str) -> None:
        target = self._some("agreement", "distribution", "distribution", "income", "settlement", "contribution")
        if target is None:
            return
        decision = "decline" if self._chance.random() < 0.15 else "accept"
        self._write(name, "countersign", {"target": target.id, "decision": decision}, self._knows())

    def _version(self, name: str) -> None:
        prev = {each.id for each in self._of("agreement")[-1:] or [self.deal]}
        if self._chance.random() < 0.4:
            prev |= {each.id for each in self._of("agreement")[-2:]}
        facts = terms(self.seats[name].agent, prev=sorted(prev), **self._terms(self._roles()))
        made = self._write(name, "agreement", facts, self._knows())
        if self._chance.random() < 0.5:
            self._all(made, 0.95)

    def _settle(self, name: str) -> None:
        payer, payee = self._some_agents(2)
        if self._agent(name) in (payer, payee):
            facts = accounts.settlement(payer, payee, value.Money(100, "EUR"), on="2025-12-31")
            self._write(name, "settlement", facts, self._knows())

    def _promise(self, name: str) -> None:
        provider, receiver = self._some_agents(2)
        if self._agent(name) in (provider, receiver):
            facts = accounts.commitment(provider, receiver, "deliver", value.Measure(1, 0, "C62"), due="2025-12-31")
            self._write(name, "commitment", facts, self._knows())

    def _lose(self, name: str) -> None:
        """Bob loses his phone, or his job; whoever ends that has seen some of what was signed by it."""
        gone = self._chance.choice((PHONE, CLERK))
        seat, by = self.seats[gone], self.seats["bob" if gone == PHONE else BOSS]
        own = [each for each in self.records if seat.auth[0].id in each.auth]
        seen = [each.id for each in self._chance.sample(own, min(len(own), self._chance.randrange(3)))]
        facts = authority.revoke([seat.auth[0].id], seen=seen)
        self.tale.write(by.signer, by.agent, "revoke", facts, auth=by.auth, knows=[])
        (self._equip if gone == PHONE else self._hire)()


def pact(seed: int, acts: int = 40) -> list[Record]:
    """The records of the pact with a seed."""
    chance = random.Random(seed)
    return Pact(chance, chance.choice((0.0, 0.2, 0.5))).go_on(acts).records
