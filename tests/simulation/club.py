"""What tests of named situations in a closed network share: people who are in it, or not."""

from meshnode.core.drafts import Draft
from meshnode.core.effects import Written
from meshnode.core.events import AddPeer, EnterBy, JoinScope
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import RecordId, ScopeId
from meshproto.types import authority
from meshproto.wire.session import invitation_key
from tests.simulation.citizen import Citizen
from tests.simulation.people import contribute, found, join, settle
from tests.simulation.town import STANDING, Town
from tests.simulation.watch import ledger_of
from tests.simulation.world import TICKETS


class Club:
    """A calm town; the first of its people has founded a closed network."""

    def __init__(self, *names: str, seed: int = 1, settings: CoreSettings | None = None, founds: bool = True) -> None:
        self.world = Town(seed)
        self.people = [self._settled(name, settings) for name in names]
        self.run(100)
        self.network = ScopeId(b"")
        if founds:
            self.network = found(self.people[0], "club", is_open=False)
            join(self.people[0], self.network)
            self.run(300)

    def run(self, ms: int) -> None:
        """Let time pass."""
        self.world.run(self.world.now + ms)

    def wrote(self, host: Citizen, draft: Draft) -> RecordId:
        """Let somebody write, and wait until it is folded there."""
        ticket = host.write(draft)
        self.run(200)
        answer = host.answers[ticket]
        assert isinstance(answer, Written), answer
        return answer.ids[0]

    def invites(self, host: Citizen, secret: bytes, *, uses: int = 1) -> RecordId:
        """Let somebody invite whoever holds a secret."""
        facts = authority.invitation(invitation_key(secret).public, uses=uses)
        return self.wrote(host, Draft(self.network, "grant", facts, agent=self.network))

    def knocks(self, host: Citizen, at: Citizen, secret: bytes, grant: bytes = b"") -> int:
        """Let somebody knock; `grant` is the invitation if he was given its line. Returns the ticket."""
        if grant:
            self.world.given.setdefault(grant, {})[host.name] = None
        ticket = next(TICKETS)
        host.hear(EnterBy(ticket, secret, at.name, (at.address,)))
        return ticket

    def all_enter(self) -> None:
        """Let everybody in, through the founder."""
        for number, host in enumerate(self.people[1:]):
            secret = bytes([number]) * 16
            self.knocks(host, self.people[0], secret, self.invites(self.people[0], secret))
        assert self.world.run(self.world.now + 120_000, self._are_all_in)

    def appoints(self, by: Citizen, who: Citizen, role: str, *, may_delegate: bool = False) -> RecordId:
        """Let somebody give a role by name, and tell of it."""
        facts = authority.grant(who.identity.agent, role, may_delegate=may_delegate)
        grant = self.wrote(by, Draft(self.network, "grant", facts, agent=self.network))
        who.hear(JoinScope(next(TICKETS), self.network, ((by.name, (by.address,)),)))
        self.run(2_000)
        return grant

    def ends(self, by: Citizen, *targets: bytes) -> RecordId:
        """Let somebody end roles or invitations in the name of the network."""
        seen = [tip.id for head in by.ledger.logs_of_scope(self.network) for tip in head.tips]
        facts = authority.revoke(targets, reason="cause", seen=seen)
        return self.wrote(by, Draft(self.network, "revoke", facts, agent=self.network))

    def roles_of(self, who: Citizen, at: Citizen) -> list[bytes]:
        """By which records somebody stands, as another sees it."""
        return [
            each.record
            for each in at.members(self.network)
            if each.agent == who.identity.agent and each.state in STANDING
        ]

    def is_in(self, who: Citizen, at: Citizen) -> bool:
        """Whether somebody stands in the network, as another sees it."""
        return self.world.stands(at, who, self.network)

    def works(self, host: Citizen, many: int = 1) -> tuple[RecordId, ...]:
        """Let somebody contribute; returns the ids."""
        ticket = contribute(host, self.network, "work", many)
        self.run(300)
        answer = host.answers[ticket]
        assert isinstance(answer, Written), answer
        return answer.ids

    def meet(self, host: Citizen, other: Citizen) -> None:
        """Let one add the other as a peer."""
        host.hear(AddPeer(next(TICKETS), other.name, (other.address,)))

    def shares(self, host: Citizen, other: Citizen) -> bool:
        """Whether a node shares the network with a peer."""
        sessions = host.node.parts.ground.open_sessions() if host.node is not None else []
        return any(each.peer == other.name and self.network in each.shared.values() for each in sessions)

    def level(self, *among: Citizen) -> bool:
        """Whether all of them hold and fold the same."""
        ledgers = [ledger_of(each, self.network) for each in among]
        digests = [each.digest(self.network) for each in among]
        return all(each == ledgers[0] for each in ledgers) and all(each == digests[0] for each in digests)

    def _are_all_in(self) -> bool:
        return all(self.is_in(each, at) for each in self.people for at in self.people)

    def _settled(self, name: str, settings: CoreSettings | None) -> Citizen:
        host = settle(self.world, name, settings)
        assert isinstance(host, Citizen)  # all are in a town
        return host
