"""What tests of named situations share: machines that are up and know each other, and how to look at them."""

from typing import TypeVar

from meshnode.core.drafts import SignedRecords
from meshnode.core.effects import Written
from meshnode.core.events import AddPeer, Offer, SyncNow
from meshnode.core.reports import News
from meshnode.core.settings import CoreSettings
from meshnode.store.database import RECORDS, StoreSettings, open_database
from meshnode.store.source import Source
from meshnode.store.store import Store
from meshproto.records.ids import LogId, RecordId, ScopeId, log_id
from meshproto.records.log import Run
from tests.simulation.people import found, grant, join, settle
from tests.simulation.watch import WatchedWorld, ledger_of
from tests.simulation.world import TICKETS, Host

NewsT = TypeVar("NewsT", bound=News)


class Scene:
    """A calm world with people in one open network."""

    def __init__(self, *names: str, seed: int = 1, settings: CoreSettings | None = None, is_open: bool = True) -> None:
        self.world = WatchedWorld(seed)
        self.hosts = [settle(self.world, name, settings) for name in names]
        self.run(50)
        self.network = found(self.hosts[0], "studio", is_open=is_open)
        self.run(100)

    def run(self, ms: int) -> None:
        """Let time pass."""
        self.world.run(self.world.now + ms)

    def all_join(self) -> None:
        """Let everyone join through the founder."""
        for host in self.hosts[1:]:
            self.joins(host, self.hosts[0])

    def joins(self, host: Host, *through: Host) -> None:
        """Let someone join, become a member, and settle."""
        join(host, self.network, *through)
        self.run(1_000)
        grant(host, self.network)
        self.run(1_000)

    def level(self) -> bool:
        """Whether everyone who is up holds the same."""
        ledgers = [ledger_of(host, self.network) for host in self.hosts if host.node is not None]
        return all(ledger == ledgers[0] for ledger in ledgers)


def news(host: Host, kind: type[NewsT]) -> list[NewsT]:
    """What a node has reported of one kind."""
    return [each for each in host.reports if isinstance(each, kind)]


def meet(host: Host, other: Host) -> None:
    """Let one add the other as a peer."""
    host.hear(AddPeer(next(TICKETS), other.name, (other.address,)))


def sync(host: Host) -> int:
    """Ask for a sync with everyone; returns the ticket."""
    ticket = next(TICKETS)
    host.hear(SyncNow(ticket))
    return ticket


def offer(host: Host, *runs: Run) -> int:
    """Hand runs to a node as if from a file; returns the ticket."""
    ticket = next(TICKETS)
    host.hear(Offer(ticket, SignedRecords(runs)))
    return ticket


def own_log(host: Host, scope: ScopeId) -> LogId:
    """The log of a person in a scope."""
    return log_id(scope, host.identity.key.public)


def written(host: Host, ticket: int) -> tuple[RecordId, ...]:
    """The ids a write is answered with."""
    host.world.run(host.world.now + 50, lambda: ticket in host.answers)
    answer = host.answers[ticket]
    assert isinstance(answer, Written), answer
    return answer.ids


def copy_disk(host: Host) -> Store:
    """A copy of a machine's disk as it is now."""
    connection = open_database(None, RECORDS, StoreSettings())
    host.store.source.connection.backup(connection)
    return Store(Source(connection, None), StoreSettings())
