"""Named situations of organisations, each in a calm town that watches every byte (town.py)."""

from meshnode.core.author import Pen, sign_genesis
from meshnode.core.drafts import Draft
from meshnode.core.effects import NotWritten, Written
from meshnode.core.events import JoinScope, Write
from meshproto.fold.standing import Status
from meshproto.records.ids import RecordId, ScopeId
from meshproto.records.signatures import SigningKey
from meshproto.types import authority, identity
from tests.simulation.citizen import Citizen
from tests.simulation.club import Club
from tests.simulation.people import work_in
from tests.simulation.world import NOON, TICKETS, Faults, SeededChance


class Guild(Club):
    """A club of which all are members, and a firm that the first of them founds with some others."""

    def __init__(self, *names: str, founders: int = 1) -> None:
        super().__init__(*names)
        self.all_enter()
        first, others = self.people[0], self.people[1:founders]
        facts = identity.organisation(founders=[each.identity.agent for each in (first, *others)], nonce=bytes(16))
        pen = Pen(b"", SigningKey(b"f" * 32), NOON, SeededChance(self.world.random))
        self.firm, signed = sign_genesis(pen, facts, {"name": "firm"})
        first.hear(Write(next(TICKETS), (self.founding,), signed))
        self.run(300)
        for each in others:
            self.carries(each)

    @property
    def founding(self) -> Draft:
        """A founder's accept."""
        return Draft(self.firm, "countersign", identity.accept(self.firm))

    def carries(self, host: Citizen) -> None:
        """Tell somebody where the firm is to be had."""
        first = self.people[0]
        host.hear(JoinScope(next(TICKETS), self.firm, ((first.name, (first.address,)),)))
        self.run(2_000)

    def hires(self, who: Citizen) -> RecordId:
        """The founder lets somebody sign, who accepts."""
        first = self.people[0]
        grant = self.wrote(
            first, Draft(self.firm, "grant", authority.grant(who.identity.agent, "staff"), agent=self.firm)
        )
        self.carries(who)
        self.wrote(who, Draft(self.firm, "countersign", identity.accept(grant)))
        self.run(2_000)
        return grant

    def dismisses(self, grant: RecordId) -> None:
        """The founder ends a mandate."""
        self.wrote(self.people[0], Draft(self.firm, "revoke", authority.revoke([grant], reason="end"), agent=self.firm))
        self.run(2_000)

    def enrols(self, by: Citizen) -> None:
        """The firm becomes a member of the club; somebody accepts for it."""
        first = self.people[0]
        role = authority.grant(self.firm, "core")
        grant = self.wrote(first, Draft(self.network, "grant", role, agent=self.network))
        self.run(2_000)
        self.wrote(by, Draft(self.network, "countersign", identity.accept(grant), agent=self.firm))
        self.run(2_000)

    def work(self, scope: ScopeId | None = None) -> Draft:
        """A contribution of the firm."""
        (draft,) = work_in(scope or self.network, "x", agent=self.firm)
        return draft

    def hears_the_firm(self, host: Citizen, clerk: Citizen) -> bool:
        """Whether what a clerk signs for the firm now counts by the fold of somebody a minute later."""
        record = self.wrote(clerk, self.work())
        self.run(60_000)
        standing = host.standing(record)
        return standing is not None and standing.status is Status.YES


def test_a_dismissed_clerk_goes_on_hearing_in_a_network_what_the_firm_signs_there() -> None:
    guild = Guild("alice", "bob", "carol")
    alice, bob, carol = guild.people
    guild.dismisses(guild.hires(bob))
    guild.hires(carol)
    guild.enrols(carol)
    assert guild.hears_the_firm(bob, carol)
    assert guild.level(alice, bob, carol)


def test_who_looks_for_a_firm_that_lets_him_nowhere_hears_in_a_network_what_it_signs_there() -> None:
    guild = Guild("alice", "bob", "carol")
    alice, bob, carol = guild.people
    guild.carries(bob)
    guild.hires(carol)
    guild.enrols(carol)
    assert guild.hears_the_firm(bob, carol)
    assert guild.level(alice, bob, carol)


def test_nothing_is_signed_for_a_firm_before_its_founding_is_folded() -> None:
    guild = Guild("alice", "bob", founders=2)
    alice, bob = guild.people
    guild.world.faults = Faults(fold=(20_000, 20_000))
    bob.hear(Write(next(TICKETS), (guild.founding,)))
    guild.run(5_000)
    alone = guild.people[0].ledger.logs_of_scope(guild.firm)
    assert {head.agent for head in alone} >= {alice.identity.agent, bob.identity.agent}, "it is stored"
    role = Draft(guild.firm, "grant", authority.grant(bob.identity.agent, "staff"), agent=guild.firm)
    early = alice.write(role)
    guild.run(1_000)
    refused = alice.answers[early]
    assert isinstance(refused, NotWritten), "else it would be invalid for ever"
    assert refused.why == "unfounded"
    guild.run(60_000)
    late = alice.write(role)
    guild.run(60_000)
    answer = alice.answers[late]
    assert isinstance(answer, Written)
    standing = alice.standing(answer.ids[0])
    assert standing is not None
    assert standing.status is Status.YES
