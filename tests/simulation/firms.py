"""Stories in which organisations act: founded by two or three, with staff that comes and goes, members of networks.

What somebody signs for a firm while he is being dismissed elsewhere is contested alike on all nodes. What a firm may
read, whoever acts for it may, and nobody else.
"""

from collections.abc import Iterable, Sequence

from meshnode.core.author import Pen, sign_genesis
from meshnode.core.decisions import CARRIED, OPEN, Decision, charter_now, decision_of, still_to_end
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.events import JoinScope, Offer, Write
from meshnode.core.founding import awaited_founders
from meshproto.fold.state import Member
from meshproto.records.ids import RecordId, ScopeId
from meshproto.records.log import check_run
from meshproto.records.signatures import SigningKey
from meshproto.types import authority, identity
from tests.simulation.citizen import Citizen
from tests.simulation.people import work_in
from tests.simulation.society import Society
from tests.simulation.watch import Broken, digest_of, ledger_of, records_of
from tests.simulation.world import NOON, TICKETS, SeededChance

MOST_SEEN = 256
ACTING = ("founder", "staff")


class Firms(Society):
    """Plays one seed."""

    def __init__(self, seed: int, *, quiet: bool = True) -> None:
        super().__init__(seed, quiet=quiet)
        firm = {"hire": 4, "dismiss": 3, "sign": 8, "enrol": 4, "withdraw": 1, "propose": 2, "vote": 3, "resign": 1}
        self.acts = {**self.acts, **firm, "race_dismissal": 1}
        self.firms: dict[ScopeId, tuple[Citizen, ...]] = {}
        """Organisations, each with its founders."""
        self._answering: dict[tuple[str, ScopeId], tuple[int, int]] = {}

    def _gather(self) -> None:
        super()._gather()
        for number in range(self.random.choice((1, 1, 2))):
            honest = self.people[:-1]
            founders = self.random.sample(honest, min(len(honest), self.random.choice((2, 2, 3))))
            self._found(f"firm {number}", founders)
        self.world.run(self.world.now + 2_000)
        self._between()
        self.world.run(self.world.now + 2_000)

    def _found(self, name: str, founders: Sequence[Citizen]) -> None:
        """Found an organisation; the other founders are told where it is to be had."""
        first, *others = founders
        for each in others:
            self._introduce(first, each)
        key = SigningKey.from_seed(self.random.randbytes(32))
        ids = [each.identity.agent for each in founders]
        facts = identity.organisation(founders=ids, nonce=self.random.randbytes(16))
        firm, signed = sign_genesis(Pen(b"", key, NOON, SeededChance(self.random)), facts, {"name": name})
        accept = Draft(firm, "countersign", identity.accept(firm))
        first.hear(Write(next(TICKETS), (accept,), signed))
        self.firms[firm], self.told_of[firm] = tuple(founders), {}
        self._tell_of(firm, first, first)
        for each in others:
            self._tell_of(firm, each, first)

    def _introduce(self, host: Citizen, other: Citizen) -> None:
        """Give somebody the other's card."""
        genesis = other.ledger.proof_run(other.identity.agent)
        assert genesis is not None  # it is one's own
        host.hear(Offer(next(TICKETS), SignedRecords((check_run(genesis.headers, genesis.signature),))))

    def _tell_of(self, scope: ScopeId, host: Citizen, at: Citizen) -> None:
        """Give somebody the line by which an organisation or network is carried."""
        self.told_of[scope][host.name] = None
        peers = ((at.name, (at.address,)),) if at is not host else ()
        host.hear(JoinScope(next(TICKETS), scope, peers))

    def _between(self) -> None:
        """Accept what waits for one in organisations, as founders, staff, or the firm in a network."""
        super()._between()
        for host in self.people[:-1]:
            for firm in self.firms if host.node is not None else ():
                self._answer(host, firm)

    def _answer(self, host: Citizen, firm: ScopeId) -> None:
        life, ticket = self._answering.get((host.name, firm), (0, 0))
        if not host.ledger.has(firm) or (life == host.life and ticket and ticket not in host.answers):
            return
        founders = [each.identity.agent for each in self.firms[firm]]
        waits = [firm] if host.identity.agent in awaited_founders(host.ledger, firm, founders) else []
        mine = [each for each in host.members(firm) if each.agent == host.identity.agent and each.state == "invited"]
        drafts = [Draft(firm, "countersign", identity.accept(RecordId(each))) for each in waits]
        drafts += [Draft(firm, "countersign", identity.accept(RecordId(each.record))) for each in mine]
        for network in self._networks() if self._acts(host, firm) else ():
            offered = [each for each in host.members(network) if each.agent == firm and each.state == "invited"]
            drafts += [
                Draft(network, "countersign", identity.accept(RecordId(each.record)), agent=firm) for each in offered
            ]
        if drafts:
            self._answering[host.name, firm] = host.life, host.write(*drafts)

    def _networks(self) -> list[ScopeId]:
        return [*self.networks, *([self.commons] if self.commons is not None else [])]

    def _acts(self, host: Citizen, firm: ScopeId) -> bool:
        """Whether somebody signs for an organisation, as far as is folded there."""
        mine = (each for each in host.members(firm) if each.agent == host.identity.agent)
        return any(each.state == "active" and each.role in ACTING for each in mine)

    def _some_firm(self, host: Citizen, *, founded: bool = False) -> tuple[Citizen, ScopeId | None]:
        """Somebody and a firm he acts for, as a founder if wished: the one who was chosen, or another."""
        firms = [*self.firms]
        self.random.shuffle(firms)
        for each in (host, *self.random.sample(self.people[:-1], len(self.people) - 1)):
            for firm in firms if each.node is not None else ():
                if self._acts(each, firm) and (not founded or each in self.firms[firm]):
                    return each, firm
        return host, None

    def _staff(self, host: Citizen, firm: ScopeId) -> list[Member]:
        standing = [each for each in host.members(firm) if each.state in ("active", "invited")]
        return [each for each in standing if each.role == "staff"]

    # What people do for firms.

    def _hire(self, host: Citizen) -> None:
        host, firm = self._some_firm(host, founded=True)
        other = self.random.choice(self.people[:-1])
        if firm is None or other in self.firms[firm]:
            return
        self._introduce(host, other)
        scopes = self.random.choice((None, None, ["contribution"], ["contribution", "grant", "countersign"]))
        facts = authority.grant(other.identity.agent, "staff", scopes=scopes, may_delegate=self.random.random() < 0.3)
        host.write(Draft(firm, "grant", facts, agent=firm))
        self._tell_of(firm, other, host)

    def _dismiss(self, host: Citizen) -> None:
        host, firm = self._some_firm(host, founded=True)
        if firm is not None and (staff := self._staff(host, firm)):
            self._ends(host, firm, self.random.choice(staff))

    def _ends(self, host: Citizen, firm: ScopeId, member: Member, order: bytes = b"") -> None:
        """End one mandate; what that person signed for the firm, as far as is known, stays."""
        facts = authority.revoke([member.record], reason="end", seen=self._seen(host, firm, member.agent))
        host.write(Draft(firm, "revoke", facts, agent=firm, order=order))

    def _seen(self, host: Citizen, firm: ScopeId, person: bytes) -> list[bytes]:
        scopes = dict.fromkeys((firm, *host.ledger.scopes_of(firm)))
        heads = [head for scope in scopes for head in host.ledger.logs_of_scope(scope)]
        keys = self.world.keys_of(host, person)
        mine = [head for head in heads if head.key in keys or person in host.ledger.agents_of_log(head.log)]
        return sorted({bytes(tip.id) for head in mine for tip in head.tips})[:MOST_SEEN]

    def _sign(self, host: Citizen) -> None:
        """Contribute in the name of a firm."""
        host, firm = self._some_firm(host)
        if firm is None:
            return
        many = self.random.choice((1, 1, 2))
        host.write(*work_in(self.random.choice(self._networks()), "for", many, firm))

    def _enrol(self, host: Citizen) -> None:
        """Let a firm into a network, and those who act for it carry that: by a role, or by itself into an open one."""
        host, firm = self._some_firm(host)
        if firm is None:
            return
        if self.commons is not None and self.random.random() < 0.4:
            host.write(Draft(self.commons, "grant", identity.join(firm), agent=firm))
            return
        steward, scope = self._some_steward(host)
        if scope is None or not steward.ledger.has(firm):
            return
        if firm not in {each.agent for each in steward.members(scope) if each.state in ("active", "invited")}:
            facts = authority.grant(firm, self.random.choice(("core", "core", "occasional", "observer")))
            steward.write(Draft(scope, "grant", facts, agent=scope))
        people = {each.agent for each in host.members(firm) if each.state == "active"}
        for each in self.people[:-1]:
            if each.identity.agent in people and each is not steward:
                self._tell_of(scope, each, steward)

    def _withdraw(self, host: Citizen) -> None:
        """Give back what a firm has in a network."""
        host, firm = self._some_firm(host)
        for scope in self._networks() if firm is not None else ():
            active = [each.record for each in host.members(scope) if each.agent == firm and each.state == "active"]
            if active and firm is not None:
                seen = [tip.id for head in host.ledger.logs_of_scope(scope) for tip in head.tips][:MOST_SEEN]
                facts = authority.revoke(active, reason="resign", seen=seen)
                host.write(Draft(scope, "revoke", facts, agent=firm))
                return

    def _resign(self, host: Citizen) -> None:
        """A clerk gives his mandate back."""
        for firm in self.firms:
            mine = [each.record for each in self._staff(host, firm) if each.agent == host.identity.agent]
            if mine:
                facts = authority.revoke(mine, reason="resign", seen=self._seen(host, firm, host.identity.agent))
                host.write(Draft(firm, "revoke", facts))
                return

    def _race_dismissal(self, host: Citizen) -> None:
        """A clerk is parted from the founders; both act: he signs, they dismiss him."""
        for firm, founders in self.firms.items():
            first = founders[0]
            staff = {each.agent: each for each in self._staff(first, firm)} if first.node is not None else {}
            clerks = [each for each in self.people[:-1] if each.identity.agent in staff and each.node is not None]
            if clerks:
                clerk = self.random.choice(clerks)
                self.world.part([[clerk], [each for each in self.people if each is not clerk]])
                self._sign(clerk)
                self._ends(first, firm, staff[clerk.identity.agent])
                return

    # What founders decide.

    def _propose(self, host: Citizen) -> None:
        host, firm = self._some_firm(host, founded=True)
        charter = None if firm is None else charter_now(firm, host.memory)
        if firm is None or charter is None:
            return
        staff = self._staff(host, firm)
        if staff and self.random.random() < 0.7:
            facts = authority.resolution("remove", prev=charter.stop, about=[self.random.choice(staff).record])
        else:
            share = self.random.choice(([2, 3], [3, 4], [1, 1]))
            facts = authority.resolution("charter", prev=charter.stop, charter={"quorum": [*share]})
        host.write(Draft(firm, "resolution", facts))

    def _vote(self, host: Citizen) -> None:
        """Accept what is open; carry out what is carried."""
        host, firm = self._some_firm(host, founded=True)
        for decision in self._decisions(host, firm) if firm is not None else ():
            if decision.state == OPEN and host.identity.agent in decision.awaited:
                host.write(Draft(ScopeId(decision.scope), "countersign", identity.accept(RecordId(decision.record))))
                return
            if decision.state == CARRIED and decision.outcome == "remove" and firm is not None:
                targets = still_to_end(decision, host.memory)
                facts = authority.revoke(targets, reason="end")
                host.write(Draft(firm, "revoke", facts, agent=firm, order=decision.record))
                return

    def _decisions(self, host: Citizen, firm: ScopeId) -> Iterable[Decision]:
        for head in host.ledger.logs_of_scope(firm):
            for record in records_of(host, head.log):
                found = decision_of(record.id, host.memory, frozenset(), 0) if record.type == "resolution" else None
                if found is not None:
                    yield found

    # The end.

    def _heal(self) -> int:
        for firm, founders in self.firms.items():
            for name in self.told_of[firm]:
                host = self.world.hosts[name]
                assert isinstance(host, Citizen)  # all are in a town
                if host.node is not None and firm not in host.node.parts.scopes.carried:
                    self._tell_of(firm, host, founders[0])
        return super()._heal()

    def _people_of(self, firm: ScopeId) -> list[Citizen]:
        """Whose nodes must be level: they act for it, or are asked to, by what its first founder has folded."""
        first = self.firms[firm][0]
        return [
            host
            for host in self.people[:-1]
            if host.node is not None and firm in host.node.parts.scopes.carried and self.world.stands(first, host, firm)
        ]

    def _differences(self) -> list[str]:
        self._between()
        found = super()._differences()
        for firm in self.firms:
            inside = self._people_of(firm)
            ledgers = {host.name: ledger_of(host, firm) for host in inside}
            first = self.firms[firm][0]
            found += [
                f"{first.name} and {name}: firm" for name, each in ledgers.items() if each != ledgers.get(first.name)
            ]
            found += [f"{each.name}: does not carry its firm" for each in self.firms[firm] if each not in inside]
            found += [f"{each.name}: what others name" for each in inside if self._waits(each, firm, inside)]
        return found

    def _check(self) -> None:
        super()._check()
        for firm in self.firms:
            inside = self._people_of(firm)
            digests = {host.name: host.digest(firm).hex()[:8] for host in inside}
            if len(set(digests.values())) != 1:
                raise Broken(f"states of a firm differ: {digests}")
            for host in inside:
                self._check_honest(host, firm)
                if host.digest(firm) != digest_of(host, firm):
                    raise Broken(f"{host.name} folds another state of a firm from nothing")
            for host in self.people:
                if host.name not in self.told_of[firm] and firm in host.gone:
                    raise Broken(f"{host.name} has left a firm it never heard of")
