"""What tests of situations in agreements share: people of an open network, a client of none, and what they sign."""

from collections.abc import Mapping, Sequence

from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import Written
from meshnode.core.events import AddPeer, Offer
from meshnode.core.settings import CoreSettings
from meshproto.fold.lineage import read_stand
from meshproto.records.encoding import Value
from meshproto.records.ids import NONE, RecordId, ScopeId
from meshproto.records.log import Run
from meshproto.types import identity
from meshproto.types.agreement import agreement
from tests.simulation.citizen import Citizen
from tests.simulation.people import contribute, found, grant, join, settle
from tests.simulation.town import Town
from tests.simulation.watch import ledger_of
from tests.simulation.world import TICKETS

ACK: Mapping[str, Value] = {"min": 0, "by": "parties"}


class Bargain:
    """A calm town whose people know each other from an open network, but for those who stay outside."""

    def __init__(
        self, *names: str, outside: Sequence[str] = (), seed: int = 1, settings: CoreSettings | None = None
    ) -> None:
        self.world = Town(seed)
        self.people = [self._settled(name, settings) for name in names]
        self.outsiders = [self._settled(name, settings) for name in outside]
        self.run(100)
        self.network = found(self.people[0], "studio")
        self.run(300)
        for host in self.people[1:]:
            join(host, self.network, self.people[0])
            self.run(500)
            grant(host, self.network)
            self.run(500)

    def run(self, ms: int) -> None:
        """Let time pass."""
        self.world.run(self.world.now + ms)

    def proposes(self, host: Citizen, *others: Citizen, **more: Value) -> ScopeId:
        """Let somebody propose an agreement to others, and sign it; people by their agents."""
        parties: dict[bytes, list[str]] = {each.identity.agent: ["provider"] for each in (host, *others)}
        facts = agreement(parties, from_="2027-01-01", ack=ACK) | more
        scope = ScopeId(self.writes(host, Draft(ScopeId(NONE), "agreement", facts, {"title": "logo"})))
        self.signs(host, scope)
        return scope

    def amends(self, host: Citizen, scope: ScopeId, prev: bytes, *parties: Citizen, **more: Value) -> RecordId:
        """Let somebody propose another version, and sign it."""
        roles: dict[bytes, list[str]] = {each.identity.agent: ["provider"] for each in parties}
        facts = agreement(roles, from_="2027-01-01", ack=ACK, prev=[prev]) | more
        version = self.writes(host, Draft(scope, "agreement", facts, {"title": "logo, again"}))
        self.signs(host, scope, version)
        return version

    def signs(self, host: Citizen, scope: ScopeId, version: bytes = b"") -> RecordId:
        """Let somebody sign a version, or the first."""
        return self.writes(host, Draft(scope, "countersign", identity.accept(version or scope)))

    def writes(self, host: Citizen, draft: Draft) -> RecordId:
        """Let somebody write, and wait until it is folded there."""
        ticket = host.write(draft)
        self.run(300)
        answer = host.answers[ticket]
        assert isinstance(answer, Written), answer
        return answer.ids[0]

    def works(self, host: Citizen, scope: ScopeId) -> RecordId:
        """Let somebody contribute."""
        ticket = contribute(host, scope, "work")
        self.run(300)
        answer = host.answers[ticket]
        assert isinstance(answer, Written), answer
        return answer.ids[0]

    def introduces(self, host: Citizen, stranger: Citizen) -> None:
        """Give somebody the card of another: who it is, and where his machine stands."""
        record = stranger.ledger.record(stranger.identity.agent)
        run = stranger.ledger.proof_run(stranger.identity.agent)
        assert record is not None
        assert run is not None
        host.hear(Offer(next(TICKETS), SignedRecords((Run((record,), run.signature),))))
        self.meet(host, stranger)

    def meet(self, host: Citizen, other: Citizen) -> None:
        """Let one add the other as a peer."""
        host.hear(AddPeer(next(TICKETS), other.name, (other.address,)))

    def state(self, host: Citizen, version: bytes) -> str:
        """How a version stands, as far as somebody has folded; empty where it is not here."""
        return read_stand(host.memory, version).state

    def knows(self, host: Citizen, scope: ScopeId) -> bool:
        """Whether anything of an agreement is on somebody's disk."""
        return bool(host.ledger.logs_of_scope(scope))

    def level(self, scope: ScopeId, *among: Citizen) -> bool:
        """Whether all of them hold and fold the same."""
        ledgers = [ledger_of(each, scope) for each in among]
        digests = [each.digest(scope) for each in among]
        return all(each == ledgers[0] for each in ledgers) and all(each == digests[0] != b"" for each in digests)

    def _settled(self, name: str, settings: CoreSettings | None) -> Citizen:
        host = settle(self.world, name, settings)
        assert isinstance(host, Citizen)  # all are in a town
        return host
