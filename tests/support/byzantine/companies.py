"""Pacts in which more is at stake: rivals, false sums, leavers, reopened accounts, mediators, dismissed staff."""

import random
from collections.abc import Callable, Mapping
from typing import Any

from meshproto.fold.standing import Status
from meshproto.records.record import Record
from meshproto.types import evaluation, repair
from meshproto.types.agreement import electors_of
from meshproto.types.rulings import ruling
from scripts.vectors.tale import terms
from tests.support.byzantine.pacts import Pact

MESS = 0.05
"""How often somebody does not look whether something is valid at all."""
LIES = (0.0, 0.1, 0.3)
ACTS = (20, 30, 45)


class Company(Pact):
    """One agreement in which money is shared, claimed, given back and quarrelled about."""

    @property
    def deeds(self) -> dict[Callable[[str], None], int]:
        """What people do, and how often."""
        return {
            self._do: 5,
            self._correct: 2,
            self._vote: 1,
            self._income: 3,
            self._go_on_sharing: 6,
            self._share: 2,
            self._restate: 2,
            self._approve: 7,
            self._answer: 5,
            self._amend: 2,
            self._drop: 1,
            self._decide: 4,
            self._settle: 2,
            self._promise: 1,
            self._lose: 2,
            self._erase: 1,
            self._give_up: 1,
        }

    def _terms(self, roles: dict[bytes, list[str]]) -> dict[str, Any]:
        chance, agents = self._chance, sorted(roles)
        more: dict[str, Any] = {"ack": {"min": chance.choice((0, 1, 1)), "by": "parties"}}
        if chance.random() < 0.5:
            mediators = sorted(chance.sample(agents, chance.randint(0, 2)))
            more["dispute"] = {"mediators": mediators, "quorum": chance.choice(([1, 1], [2, 3]))}
        if chance.random() < 0.7:
            more["leaver"] = {"good": chance.choice(("keep", "once")), "bad": chance.choice(("keep", "drop_unpaid"))}
        if chance.random() < 0.8:
            to, final = chance.sample(agents, 2)
            more["responsibility"] = [{"to": to, "scope": "shop", "final": final, "liability": "several"}]
        return super()._terms(roles) | more

    def _of(self, *types: str) -> list[Record]:
        found = super()._of(*types)
        if self._chance.random() < MESS:
            return found
        known = self.tale.folded()  # so that most of what follows may have an effect
        standings = ((each, known.standing(each.id)) for each in found)
        return [each for each, standing in standings if standing and standing.status in (Status.YES, Status.CONTESTED)]

    def _heads(self) -> list[Record]:
        """The distributions that none goes on from."""
        shared = self._of("distribution")
        gone = {each.facts.get("prev") for each in shared}
        return [each for each in shared if each.id not in gone]

    def _do(self, name: str) -> None:
        """Somebody works, and others saw it."""
        self._work(name)
        for other in self._chance.sample([*self.seats], 2):
            self._attest(other)

    def _go_on_sharing(self, name: str) -> None:
        """An income that was not shared yet, after the last distribution, if there is any; now and then another."""
        chance, knows = self._chance, self._knows()
        before = chance.choice(self._heads() or [None])
        line = self._line(before)
        spent = {each for one in line for each in one.facts["incomes"]}
        incomes = [each.id for each in self._of("income") if each.id not in spent or chance.random() < 0.05]
        version = chance.choice(self._of("agreement")[-2:] or [self.deal]).id
        if before is not None and chance.random() < 0.5:
            version = before.facts["agreement"]
        chosen = sorted(chance.sample(incomes, min(len(incomes), 1)))
        facts: Any = {"agreement": version, "to": "2025-12-31", "incomes": chosen}
        if before is not None:
            facts["prev"] = before.id
        self._publish(name, facts, knows)

    def _line(self, last: Record | None) -> list[Record]:
        found: list[Record] = []
        by_id: Mapping[bytes, Record] = {each.id: each for each in self._of("distribution")}
        while last is not None:
            found.append(last)
            last = by_id.get(last.facts.get("prev", b""))
        return found

    def _restate(self, name: str) -> None:
        before, knows = self._chance.choice(self._heads() or [None]), self._knows()
        if before is None:
            return
        old = self._chance.choice(self._line(before))
        facts: Any = {"agreement": before.facts["agreement"], "incomes": [], "to": "2025-12-31", "prev": before.id}
        facts["restates"] = old.id
        if self._chance.random() < 0.85:
            self._publish(name, facts, knows)
        elif full := self._filled(name, facts, knows):
            wrong = self._chance.choice(self._of("distribution", "income"))
            self._write(name, "distribution", full | {"restates": wrong.id}, knows)

    def _publish(self, name: str, facts: Any, knows: list[Record] | None) -> None:
        """A distribution with the right sums, or with false ones; often all approve it at once."""
        full = self._filled(name, facts, knows)
        if full is None:
            return
        wrong = self._chance.random() < 0.2
        made = self._write(name, "distribution", self._falsified(name, full, knows) if wrong else full, knows)
        if self._chance.random() < 0.5:
            self._all(made, 0.95)

    def _falsified(self, name: str, facts: Any, knows: list[Record] | None) -> Any:
        """What a liar may try: another cent, an input left out or invented, another carry, another chain."""
        chance, lines = self._chance, facts["lines"]
        less = self._filled(name, {each: facts[each] for each in facts if each != "lines"}, [self.deal])
        wrong: list[Any] = [
            {"carry": {**facts["carry"], "amt": facts["carry"]["amt"] + 1}},
            {"inputs_digest": b"\x01" + chance.randbytes(32)},
            {"result_digest": b"\x01" + chance.randbytes(32)},
            {"prev": chance.choice(self._of("distribution") or [self.deal]).id},
            {each: (less or facts)[each] for each in ("lines", "carry", "inputs_digest", "result_digest")},
        ]
        if lines and lines[0][3]:
            agent, payable, held, [[path, amount], *parts] = lines[0]
            wrong += [{"lines": [[agent, payable + 1, held, [[path, amount + 1], *parts]], *lines[1:]]}] * 3
        return facts | chance.choice(wrong)

    def _approve(self, name: str) -> None:
        """The parties approve a distribution, or two that cannot both be."""
        heads = self._heads()
        for each in self._chance.sample(heads, min(len(heads), self._chance.choice((1, 1, 2)))):
            self._all(each, 0.9)

    def _amend(self, name: str) -> None:
        self._sign(name, self._chance.choice(self._of("agreement")[-2:] or [self.deal]), self._terms(self._roles()))

    def _drop(self, name: str) -> None:
        before = self._chance.choice(self._of("agreement")[-2:] or [self.deal])
        roles: dict[bytes, list[str]] = dict(before.facts["parties"])
        leaving = self._chance.choice(sorted(roles))
        del roles[leaving]
        if len(roles) > 1:
            how = self._chance.choice(("good", "bad"))
            more = {"named": [leaving], "leaves": [[leaving, how]]}
            given = {**self._terms(roles), "amendment": "all", "approval": "all"}
            self._sign(name, before, {**given, "income_confirm": "none", **more})

    def _sign(self, name: str, before: Record, given: dict[str, Any]) -> None:
        facts = terms(self.seats[name].agent, prev=[before.id], **given)
        made = self._write(name, "agreement", facts, self._knows())
        self._all(made, 0.97)

    def _decide(self, name: str) -> None:
        """A resolution about two that cannot both be, or about something that staff or a phone has signed."""
        chance = self._chance
        found = self._rival_pairs()
        if found and chance.random() < 0.7:
            about, pinned = chance.choice(found)
            facts = ruling("pick", pinned, about, pick=chance.choice(about), prev=self._earlier(about))
        else:
            signed = [each for each in self._of("countersign", "settlement", "commitment") if each.auth]
            if not signed:
                return
            shaken = [each for each in signed if self._is_contested(each)]
            bond = chance.choice(shaken or signed)
            pinned = self._ground(bond)
            facts = ruling(
                chance.choice(("uphold", "uphold", "reject")), pinned, [bond.id], prev=self._earlier([bond.id])
            )
        version = next(each for each in self.records if each.id == pinned)
        electors = electors_of(version.facts)[0]
        voters = [each for each in self.seats if self._agent(each) in electors or chance.random() < 0.1]
        made = self._write(chance.choice(voters or [name]), "resolution", facts, self._knows())
        for each in voters:
            if chance.random() < 0.85:
                self._write(each, "countersign", {"target": made.id, "decision": "accept"}, self._knows())

    def _is_contested(self, record: Record) -> bool:
        standing = self.tale.folded().standing(record.id)
        return standing is not None and standing.status is Status.CONTESTED

    def _earlier(self, about: list[bytes]) -> list[bytes]:
        same: list[bytes] = [each.id for each in self._of("resolution") if not {*about}.isdisjoint(each.facts["about"])]
        return same if self._chance.random() < 0.5 else []

    def _rival_pairs(self) -> list[tuple[list[bytes], bytes]]:
        """Versions or distributions with the same one before, and the version under which they are decided."""
        found: list[tuple[list[bytes], bytes]] = []
        for some in (self._of("agreement"), self._of("distribution")):
            for one in some:
                for other in some:
                    if one.id < other.id and one.facts.get("prev") == other.facts.get("prev"):
                        ground = one.facts["prev"][0] if one.type == "agreement" else one.facts["agreement"]
                        found.append(([one.id, other.id], ground))
        return found

    def _ground(self, bond: Record) -> bytes:
        target = next((each for each in self.records if each.id == bond.facts.get("target")), bond)
        ground: bytes = target.facts.get("agreement", self.deal.id)
        return target.facts["prev"][0] if target.type == "agreement" and "prev" in target.facts else ground

    def _give_up(self, name: str) -> None:
        """Somebody declines a version, or a share in what was done together."""
        shared = [each for each in self._of("contribution") if "shares" in each.facts]
        target = self._chance.choice([*self._of("agreement")[-1:], *shared] or [self.deal])
        self._write(name, "countersign", {"target": target.id, "decision": "decline"}, self._knows())

    def _erase(self, name: str) -> None:
        own = [each for each in self._of("contribution", "income") if each.agent == self._agent(name)]
        if own:
            self._write(name, "erasure", repair.erasure([self._chance.choice(own).id]), self._knows())

    def _attest(self, name: str) -> None:
        if self._chance.random() < 0.6 and (works := self._of("contribution")):
            self._write(name, "attestation", evaluation.attestation(works[-1].id), self._knows())
        else:
            super()._attest(name)


def company(seed: int) -> list[Record]:
    """The records of the company with a seed."""
    chance = random.Random(seed)
    return Company(chance, chance.choice(LIES)).go_on(chance.choice(ACTS)).records
