"""All parts of the core, put together; and how a run passes through those that take records in."""

from collections.abc import Iterable

from meshnode.core.arriving import Arrivals
from meshnode.core.bounds import Bounds
from meshnode.core.chance import Chance
from meshnode.core.closure import Closure
from meshnode.core.conversation import Conversations
from meshnode.core.copies import Copies
from meshnode.core.crowded import Crowded
from meshnode.core.doors import Doors
from meshnode.core.erasing import take_up_orders
from meshnode.core.fill import Fill
from meshnode.core.flight import Flight
from meshnode.core.folded import Folded
from meshnode.core.gate import Gate
from meshnode.core.getter import Getter
from meshnode.core.gossip import Gossip
from meshnode.core.ground import Ground, Session
from meshnode.core.heads import Heads
from meshnode.core.held import HeldBy
from meshnode.core.ingest import Accepted, Admission, Declined, Gap, Intake, Source, Waiting
from meshnode.core.mandates import Mandates
from meshnode.core.named import Named
from meshnode.core.peers import PeerBook
from meshnode.core.policy import Policy
from meshnode.core.pool import Pool
from meshnode.core.ports import Identity, Ledger
from meshnode.core.privates import Privates
from meshnode.core.reports import NotStored, Overflow
from meshnode.core.rounds import Rounds
from meshnode.core.rows import UndecidedEntry, WaitEntry
from meshnode.core.scopes import Scopes
from meshnode.core.serve import Serve
from meshnode.core.settings import CoreSettings
from meshnode.core.summing import Sums
from meshnode.core.sweep import Sweep
from meshnode.core.telling import Telling
from meshnode.core.tickets import Waiters
from meshnode.core.turn import Turn
from meshnode.core.unseen import Unseen
from meshnode.core.vouching import Vouching
from meshnode.core.writing import Desk
from meshproto.records.ids import LogId, RecordId, ScopeId
from meshproto.records.log import Run


class Parts:
    """The parts, each with what it stands on."""

    def __init__(
        self, settings: CoreSettings, identity: Identity, ledger: Ledger, chance: Chance, folded: Folded
    ) -> None:
        flight = Flight(ledger)
        self.ground = Ground(settings, identity, ledger, chance, flight)
        self.closure = Closure(flight)
        self.policy = Policy(self.ground)
        self.bounds = Bounds(self.ground, self.policy)
        self.sweep = Sweep(self.ground, self.policy, self.bounds)
        self.scopes = Scopes(self.ground, self.policy)
        self.mandates = Mandates(identity, folded)
        flight.may_order = self.mandates.may_order
        self.named = Named(self.ground)
        self.gate = Gate(self.ground, self.scopes, self.named)
        self.arrivals = Arrivals(self.ground, self.scopes, self.gate)
        self.conversations = Conversations(self.ground, self.scopes, self.gate, self.mandates, self.policy)
        self.doors = Doors(self.ground, self.gate)
        self.telling = Telling(self.ground, self.scopes, self.gate, self.policy)
        self.scopes.fits = self.telling.fits
        self.vouching = Vouching(self.ground, self.gate, self.mandates, self.telling)
        self.pool = Pool(settings)
        self.intake = Intake(self.ground, self.scopes, self.policy, self.closure, self.named, self.pool.is_awaited)
        self.getter = Getter(self.ground, self.gate)
        self.privates = Privates(self.ground, self.gate, self.policy, self.bounds)
        self.fill = Fill(self.ground, self.scopes, self.gate, self.closure.is_sought, self.privates.wants)
        self.crowded = Crowded(self.ground, self.scopes, self.gate, self.fill)
        self.rounds = Rounds(self.ground, self.scopes, self.fill)
        self.serve = Serve(self.ground, self.gate)
        self.gossip = Gossip(self.ground, self.scopes, self.gate)
        self.held = HeldBy(self.ground, self.scopes, self.gate)
        self.copies = Copies(self.scopes, self.held)
        self.book = PeerBook(self.ground)
        self.waiters = Waiters(self.ground, self.scopes, self.rounds, self.book)
        self.heads = Heads(self.ground, self.scopes, self.closure)
        unseen = Unseen(self.ground, self.closure, folded)
        self.sums = Sums(folded)
        self.desk = Desk(
            self.ground, self.scopes, self.closure, self.gate, self.heads, self.mandates, unseen, self.admit, self.sums
        )

    def load(self, turn: Turn) -> None:
        """Take up what earlier lives left."""
        self.closure.load(self.ground.ledger.rows(WaitEntry))
        self.policy.load()
        self.bounds.load()
        self.scopes.load()
        self.held.load()
        self.book.load()
        self.telling.load(turn.moment.ticks)
        take_up_orders(self.ground.flight, self.ground.ledger.rows(UndecidedEntry), turn)

    def scope_of(self, log: LogId) -> ScopeId:
        """The scope of a log that is stored or about to be."""
        now = self.ground.flight.log(log)
        assert now is not None
        return now.scope

    def admit(self, run: Run, source: Source, turn: Turn, *, late: bool = False) -> Admission:
        """Take in one run, and those that waited for it. Returns what became of the run itself.

        `late`: it had to wait itself.
        """
        outcome = self._admit_one(run, source, turn, late=late)
        if isinstance(outcome, Accepted):
            self.admit_pooled(outcome.arrival.run, turn)
        return outcome

    def admit_from(self, session: Session, run: Run, source: Source, turn: Turn) -> Admission:
        """Take in a run from a peer, if it is of a scope of which he may send any."""
        first = run.records[0]
        if self.gate.lets_in(session, first):
            return self.admit(run, source, turn)
        turn.tell(NotStored(source.conn, first.log, first.seq, "unwanted"))
        return Declined("unwanted")

    def admit_pooled(self, run: Run, turn: Turn) -> None:
        """Take in the runs that waited for a record of this one."""
        for record in run.records if self.pool.bytes else ():
            for pooled in self.pool.release(record.id):
                self.admit(pooled.run, pooled.source, turn, late=True)

    def note_erased(self, records: Iterable[RecordId]) -> None:
        """Private parts are to be erased: they take up no room any more."""
        for record in records:
            raw = self.ground.ledger.private(record)
            place = None if raw is None else self.ground.ledger.place(record)
            now = None if place is None else self.ground.flight.committed(place.log)
            if raw is not None and now is not None:
                self.bounds.let_go(now.agent, len(raw))

    def parted(self, conn: int) -> None:
        """A connection is gone: nothing of it is kept."""
        for part in (
            self.fill,
            self.crowded,
            self.rounds,
            self.serve,
            self.gossip,
            self.privates,
            self.held,
            self.doors,
            self.vouching,
        ):
            part.parted(conn)
        self.hush(conn)

    def hush(self, conn: int) -> None:
        """Nothing more is to be said over a connection, whenever it was due."""
        for word in ("hello", "round", "sync", "fill", "proof", "serve"):
            self.ground.agenda.drop(word, conn)

    def _admit_one(self, run: Run, source: Source, turn: Turn, *, late: bool) -> Admission:
        outcome = self.intake.admit(run, source, turn)
        first, settings = run.records[0], self.ground.settings
        match outcome:
            case Accepted(arrival):
                self.privates.note(arrival.run, arrival.log, source.conn, turn, late=late)
                for row in turn.local:
                    if isinstance(row, WaitEntry) and row.log == arrival.log and not self.ground.flight.has(row.on):
                        self.getter.want(RecordId(row.on), arrival.scope, turn)
            case Waiting(on):
                self._keep(run, source, on, turn)
                beside = (RecordId(first.agent), *map(RecordId, first.auth))
                self.getter.want(on, first.home, turn, conn=source.conn, beside=beside)
            case Gap(log):
                on_too = self.pool.awaits(log)
                if on_too is not None:
                    self._keep(run, source, on_too, turn)
            case Declined(why):
                turn.tell(NotStored(source.conn, first.log, first.seq, why))
            case _:
                pass
        assert len(self.closure) <= settings.waits_max + settings.waits_per_log
        return outcome

    def _keep(self, run: Run, source: Source, on: bytes, turn: Turn) -> None:
        """Let a run wait."""
        turn.tell(NotStored(source.conn, run.records[0].log, run.records[0].seq, "waiting"))
        if self.pool.put(run, source, on):  # type: ignore[arg-type]  # an id of either kind
            turn.tell(Overflow("pool_bytes"))
