"""Agreements for tales: people who work, say what they saw of each other, and share what comes in."""

from typing import Any

from meshproto.records.record import Record
from meshproto.types import accounts, evaluation, identity, value
from meshproto.types.rulings import ruling
from scripts.vectors.cases import work
from scripts.vectors.tale import Tale, terms

HOURS: dict[str, Any] = {"cur": "EUR", "steps": [{"do": "pro_rata", "weights": [{"unit": "HUR"}]}]}
SEEN_ONCE = {"min": 1, "by": "parties"}
DECLINE = "decline"


class Deal:
    """An agreement among people, and what they do under it."""

    def __init__(self, description: str, *names: str, signed: bool = True, **more: Any) -> None:
        self.tale = Tale(description)
        self.people = {name: self.tale.person(name, "holder") for name in ("alice", "bob", *names)}
        more = {"value_equation": HOURS, "ack": SEEN_ONCE} | more
        roles = more.pop("roles", {})
        parties = {self.people[name].id: roles.get(name, ["provider"]) for name in self.people}
        parties[self.people["alice"].id] = ["provider", "holder"]
        named = [self.people[each] for each in more.pop("named", ())]
        for each in named:
            del parties[each.id]
        mediators = [self.people[each] for each in more.pop("mediators", ())]
        for each in mediators:
            del parties[each.id]
        if mediators:
            more["dispute"] = {"mediators": sorted(each.id for each in mediators), "quorum": [2, 3]}
        self.more = {"dispute": more["dispute"]} if mediators else {}
        first = self.people["alice"]
        self.deal = self.tale.deal("alice", first, parties=parties, named=[each.id for each in named], **more)
        self.parties = parties
        if signed:
            self.all_accept(self.deal)
            self.tale.is_(self.deal, state="in_force")

    def write(self, name: str, type_: str, facts: Any, **more: Any) -> Record:
        """A record by somebody in the agreement."""
        return self.tale.write(name, self.deal, type_, facts, agent=self.people[name], **more)

    def accept(self, name: str, target: Record, **more: Any) -> Record:
        """Somebody accepts a record."""
        return self.write(name, "countersign", identity.accept(target.id), **more)

    def all_accept(self, target: Record, *names: str) -> None:
        """Some accept a record, or all parties."""
        for name in names or self.people:
            if names or self.people[name].id in self.parties:
                self.accept(name, target)

    def version(self, name: str, *prev: Record, **more: Any) -> Record:
        """Another version."""
        given = {"value_equation": HOURS, "parties": self.parties, "ack": SEEN_ONCE} | self.more | more
        return self.write(name, "agreement", terms(self.people[name], prev=[each.id for each in prev], **given))

    def work(self, name: str, minutes: int, by: str = "", state: str = "acknowledged", **more: Any) -> Record:
        """Work of somebody, attested by somebody."""
        made = self.write(name, "contribution", work(minutes, **more))
        if by:
            self.write(by, "attestation", evaluation.attestation(made.id))
        return self.tale.is_(made, state=state)

    def income(self, cents: int, name: str = "alice", state: str = "confirmed", **more: Any) -> Record:
        """Money that came in, or went back."""
        given = {"on": "2025-11-30", "net": value.Money(cents, "EUR")} | more
        made = self.write(name, "income", accounts.income(self.people[name].id, **given))
        return self.tale.is_(made, state=state)

    def share(self, name: str, *incomes: Record, **more: Any) -> Record:
        """A distribution by somebody."""
        return self.tale.share(name, self.deal, *incomes, agent=self.people[name], **more)

    def rule(self, name: str, outcome: str, *about: Record, under: Record | None = None, **more: Any) -> Record:
        """A resolution by somebody under a version, else the first; with a `pick` that is among what it is about."""
        subjects = {each.id for each in about}
        given: dict[str, Any] = {"prev": [each.id for each in more.pop("prev", ())]}
        if "pick" in more:
            pick = more.pop("pick")
            given["pick"] = pick.id
            subjects.add(pick.id)
        facts = ruling(outcome, (under or self.deal).id, subjects, **given)
        return self.tale.is_(self.write(name, "resolution", facts, **more), state="carried")


def missing(deal: Deal, *names: str) -> dict[str, Any]:
    """Why something is only proposed: some have not signed it."""
    ids = sorted(deal.people[name].id for name in names)
    return {"reason": "T-MISSING", "ids": [each.hex() for each in ids]}
