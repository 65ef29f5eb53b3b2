"""One running node: the core, its store and its network joined, and the one desk at which anything is written.

States: starting → running → (asked to stop, or the store failed) stopping → ended. On the way out the peers are told,
what was submitted is committed, and only then do the parts let go; nothing acknowledged depends on any of it.
"""

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import trio

from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import Outcome, Taken, Written
from meshnode.core.events import (
    AddressesFound,
    Event,
    FoldMoved,
    Listening,
    NetworksStand,
    Offer,
    Started,
    Stopping,
    Woken,
    Write,
)
from meshnode.core.fullness import Fullness
from meshnode.core.ports import Batch, Identity, Ledger
from meshnode.core.reports import News
from meshnode.core.rows import AnswerEntry, Forget, LocalRow
from meshnode.core.standing import NetworkStanding
from meshnode.net.transport import Discovery, PeerId, Transport
from meshnode.runtime.alarm import Alarm
from meshnode.runtime.asked import Asked
from meshnode.runtime.clock import Clock
from meshnode.runtime.conversations import Conversations, Pace
from meshnode.runtime.dialler import Dialler
from meshnode.runtime.driver import Core, Driver, Hands
from meshnode.runtime.failures import StoreFailed
from meshnode.runtime.hub import Hub
from meshnode.runtime.inbox import Inbox
from meshnode.runtime.presence import Presence
from meshnode.runtime.projector import AUTHORITY
from meshnode.runtime.refusals import Code, Refusal
from meshnode.runtime.settings import STOP_SECONDS
from meshnode.runtime.streaming import Streaming
from meshnode.runtime.tickets import Tickets
from meshnode.runtime.unwritten import Naming, Undecided, about, refusal_of
from meshnode.runtime.verifier import Verifier
from meshnode.runtime.watching.histogram import Histogram
from meshnode.runtime.watching.reports import Reports
from meshnode.runtime.writer import Store, Writer
from meshproto.records.encoding import Value
from meshproto.records.ids import AgentId, RecordId, ScopeId, ext
from meshproto.records.record import Record

log = logging.getLogger(__name__)

NAMING = AUTHORITY | {"profile", "project", "correction", "erasure"}
"""Types of records that say who may do what, and by which something gets a name, or another, or none."""

TOUCHED = 1_024
"""Records of which is remembered when something was written here about them: far more than are written in a moment."""


JUST_WRITTEN = 256
"""Records kept that were written here: more than are answered at once, each asked for when its answer is made."""


def _named_in(draft: Draft) -> Iterator[bytes]:
    """The records that a draft names; those that stand elsewhere as `ext` names them."""
    values: list[Value] = [*draft.facts.values()]
    while values:
        each = values.pop()
        if isinstance(each, bytes):
            yield each
        elif isinstance(each, list | dict):
            values += each.values() if isinstance(each, dict) else each


def _nothing() -> None:
    """What happens when nobody wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a node is made of; the composition root brings them together."""

    identity: Identity
    core: Core
    ledger: Ledger
    """Read in the event loop's thread."""
    store: Store
    """Written by the writing thread alone."""
    transport: Transport
    discovery: Discovery | None = None
    announce: tuple[str, ...] = ()
    """Addresses told to peers besides those listened on."""
    copied: bool = False
    """The home's stamp says that it was copied or restored."""
    after_commit: Callable[[], None] = _nothing
    """Called in the event loop's thread after every commit; must return at once."""
    busy: Callable[[], None] = _nothing
    """Called likewise whenever much comes from or goes to a peer."""
    look: Callable[[], None] = _nothing
    """Called likewise when what orders name weakly is to be looked for."""
    asked: Asked = field(default_factory=Asked)
    """Who waits for an answer of the API."""
    wall_ms: int | None = None
    """A fixed beginning of the wall clock, for tests."""


class Ears:
    """Passes on that the transport listens, and where."""

    def __init__(self, heard: Callable[[tuple[str, ...]], None]) -> None:
        self._heard = heard

    def started(self, value: tuple[str, ...]) -> None:
        """Called by the transport."""
        self._heard(value)


class RunningNode:
    """A node between its start and its end; made by `running`."""

    def __init__(self, parts: Parts) -> None:
        self._parts, self.asked = parts, parts.asked
        self.clock = Clock(parts.wall_ms)
        self.hub = Hub()
        """Moves with every commit."""
        self.chosen = Hub()
        """Moves with what the owner chooses and is kept beside records: whom they block, for instance."""
        self.news = Hub()
        """Moves with every report of the core: who is connected, what was compared."""
        self.reports = Reports()
        self.presence = Presence()
        self.stopping = trio.Event()
        """Set when the node is to end, whoever asked; long answers end on it."""
        self.naming: Naming = lambda agent: ""
        """What an agent is called, as refusals name it."""
        self.standings: dict[bytes, NetworkStanding] = {}
        """How networks stand, as far as is folded."""
        self.written = self.named = 0
        """The arrival up to which all stands that was written here; and, whoever wrote it, that names or governs."""
        self.streaming = Streaming()
        self._just_written: dict[RecordId, Record] = {}
        self._touched: dict[bytes, int] = {}  # by record, as it is named; what is forgotten, by nothing
        self.failure: StoreFailed | None = None
        self.started_at = self.clock.now().wall
        self._inbox: Inbox[Event] = Inbox()
        self._tickets = Tickets(self._inbox.put_own)
        self._driver = Driver(parts.core, parts.ledger, self._inbox, self.clock, self._tell)
        self._writer = Writer(parts.store, self._landed, self._driver.failed, lambda: self.asked.lately)
        self._conversations = Conversations(
            self._inbox,
            Verifier(),
            parts.transport.peer_id,
            parts.busy,
            self.presence.is_stranger,
            Pace(parts.asked.give_way, self.streaming.came),
        )
        self._dialler = Dialler(parts.transport, self._conversations, self._inbox)
        self._alarm = Alarm(self._ring)
        self._listens = trio.Event()

    @property
    def me(self) -> AgentId:
        """The owner."""
        return self._parts.identity.agent

    @property
    def identity(self) -> Identity:
        """The owner with the key that signs here."""
        return self._parts.identity

    @property
    def ledger(self) -> Ledger:
        """What is committed; read it in the event loop's thread."""
        return self._parts.ledger

    @property
    def peer(self) -> PeerId:
        """This node's name on the network."""
        return self._parts.transport.peer_id

    @property
    def listening(self) -> tuple[str, ...]:
        """Where this node can be dialled."""
        own = self._parts.transport.addresses()
        named = tuple(f"{each.partition('/p2p/')[0]}/p2p/{self.peer}" for each in self._parts.announce)
        return (*own, *(each for each in named if each not in own))

    @property
    def arrival(self) -> int:
        """The local number of the last record that is committed."""
        return self._writer.arrival

    def holders(self, record: bytes) -> tuple[AgentId, ...]:
        """The other agents that say they hold a record."""
        held = {AgentId(entry.agent) for entry in self._parts.core.held_by(record)}
        return tuple(sorted(held - {self.me}))

    def unshared(self) -> dict[ScopeId, tuple[int, ...]]:
        """The networks that nobody shares with us, each with the connections of people who stand there."""
        return self._parts.core.unshared()

    def fullness(self) -> list[Fullness]:
        """How full each bound is that the owner can do something about."""
        return self._parts.core.fullness()

    def counters(self) -> dict[str, int]:
        """What was counted since the start, of every part."""
        own = {"inbox": len(self._inbox), "commits": self._writer.groups, "batches": self._writer.batches}
        network = {f"net.{name}": number for name, number in self._parts.transport.counters().items()}
        return {**self.reports.counters(), **own, **network}

    @property
    def commit_times(self) -> Histogram:
        """How long commits took."""
        return self._writer.commit_times

    def now(self) -> int:
        """The wall clock in milliseconds UTC."""
        return self.clock.now().wall

    async def ping(self, peer: str) -> float | None:
        """How many seconds it takes to a peer and back; None if it is not connected or does not answer."""
        return await self._conversations.ping(peer)

    def folded(self, standings: tuple[NetworkStanding, ...]) -> None:
        """The fold has moved on; the core hears of it."""
        self.standings.update({each.scope: each for each in standings})
        self._inbox.put_own(NetworksStand(standings))
        self.news.move()

    async def ask(self, make: Callable[[int], Event]) -> Outcome:
        """Hand the event that `make` builds around a ticket to the core, and wait for its answer. Raises Refusal."""
        outcome = await self._tickets.ask(make)
        self.chosen.move()
        return outcome

    async def write(
        self, drafts: Sequence[Draft], *, ready: SignedRecords | None = None, local: Sequence[LocalRow | Forget] = ()
    ) -> tuple[RecordId, ...]:
        """See `Desk.write`."""
        records = ready or SignedRecords()
        outcome = await self._tickets.ask(lambda ticket: Write(ticket, tuple(drafts), records, tuple(local)))
        if isinstance(outcome, Written):
            self.written = self.arrival
            self._note_written(outcome.records)
            self._note_touched((*outcome.ids, *(named for each in drafts for named in _named_in(each))))
            if any(not isinstance(row, AnswerEntry) for row in local):
                self.chosen.move()
            return outcome.ids
        refusal = refusal_of(outcome, about(drafts, self.ledger, self.naming))
        if refusal.code is Code.NEEDS_DECISION and ready is None and len({each.agent for each in drafts}) == 1:
            raise Undecided(refusal, drafts)
        raise refusal

    async def offer(self, records: SignedRecords, local: Sequence[LocalRow | Forget] = ()) -> Taken:
        """See `Desk.offer`."""
        outcome = await self._tickets.ask(lambda ticket: Offer(ticket, records, tuple(local)))
        if isinstance(outcome, Taken):
            self.written = self.arrival
            return outcome
        raise refusal_of(outcome)

    def written_about(self, record: bytes) -> int:
        """The arrival up to which all stands that was written here about a record."""
        return max(self._touched.get(each, 0) for each in (b"", record, ext(record)))

    def record(self, record: RecordId) -> Record | None:
        """A record; one that was written here just now is not read again."""
        return self._just_written.get(record) or self.ledger.record(record)

    def _note_written(self, records: Sequence[Record]) -> None:
        if len(self._just_written) + len(records) > JUST_WRITTEN:
            self._just_written.clear()
        self._just_written.update((each.id, each) for each in records[:JUST_WRITTEN])

    def _note_touched(self, records: Iterable[bytes]) -> None:
        if len(self._touched) >= TOUCHED:
            self._touched.clear()
            self._touched[b""] = self.written  # what is forgotten counts as touched by the last write
        self._touched.update(dict.fromkeys(records, self.written))

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run until the body ends; the store is flushed and the network left when this returns.

        Raises, inside exception groups: PortInUse or ListenError if it cannot listen, and StoreFailed at the end if a
        commit had failed.
        """
        self._writer.start()
        try:
            async with trio.open_nursery() as inner:
                inner.start_soon(self._drive)
                inner.start_soon(self._alarm.run)
                inner.start_soon(self._writer.run)
                async with trio.open_nursery() as edges:
                    self._dialler.begin(edges)
                    try:
                        self._inbox.put_own(Started(self._parts.copied, self.peer, ()))
                        edges.start_soon(self._transport)
                        await self._listens.wait()
                        if self._parts.discovery is not None:
                            edges.start_soon(self._parts.discovery.run, self._found)
                        try:
                            yield
                        finally:
                            await self._say_goodbye()
                            edges.cancel_scope.cancel()
                    finally:
                        self._dialler.end()
                await self._writer.aclose()
                if self.failure is None:
                    with trio.move_on_after(STOP_SECONDS):
                        await self._inbox.emptied()
                inner.cancel_scope.cancel()
        finally:
            await self._writer.aclose()
            self._tickets.close(Refusal(Code.STOPPING, "the node has stopped", "meshnode up"))
        if self.failure is not None:
            raise self.failure

    async def _transport(self) -> None:
        await self._parts.transport.run(self._conversations.hold, task_status=Ears(self._heard))

    def _heard(self, addresses: tuple[str, ...]) -> None:
        """The transport listens."""
        self._inbox.put_own(Listening(self.listening))
        log.info("listening on %s", ", ".join(addresses) or "nothing")
        self._listens.set()

    async def _drive(self) -> None:
        try:
            await self._driver.run(
                Hands(
                    writer=self._writer,
                    conversations=self._conversations,
                    dialler=self._dialler,
                    alarm=self._alarm,
                    tickets=self._tickets,
                    look=self._parts.look,
                )
            )
        except StoreFailed as failure:
            self.failure = failure
            hint = "restart the node and repeat the request: the same Idempotency-Key settles it"
            self._tickets.close(Refusal(Code.OUTCOME_UNKNOWN, str(failure), hint))
            self.stopping.set()

    async def _say_goodbye(self) -> None:
        """Tell the peers, and give their conversations a moment to end."""
        self.stopping.set()
        if self.failure is None:
            self._inbox.put_own(Stopping())
            with trio.CancelScope(deadline=trio.current_time() + STOP_SECONDS, shield=True):
                await self._conversations.ended()

    def _landed(self, group: Sequence[Batch]) -> None:
        self.streaming.landed(self.arrival)
        if any(each.type in NAMING for batch in group for run in batch.runs for each in run.records):
            self.named = self.arrival
        self._driver.landed(group)
        self.hub.move()
        self._parts.after_commit()

    def fold_moved(self) -> None:
        """More is folded: tell the core, which asks the fold who may do what."""
        self._inbox.put_own(FoldMoved())

    def _ring(self) -> None:
        self._inbox.put_own(Woken())

    def _found(self, peer: PeerId, addresses: tuple[str, ...]) -> None:
        self._inbox.put_own(AddressesFound(peer, addresses, "lan"))

    def _tell(self, news: News) -> None:
        self.reports.tell(news)
        self.presence.take(news, self.now(), self._conversations.address)
        self.news.move()
