"""The node: takes in one event at a time and says what must be done about it.

Each event goes to the parts concerned; what they want stored gathers into one batch; what may be said only when that
is on disk waits for Committed.

    running → (CommitFailed) halted;  running → (Stopping) stopping
"""

from typing import assert_never

from meshnode.core.aftermath import settle
from meshnode.core.chance import Chance
from meshnode.core.conversation import new_nonce
from meshnode.core.due import Due
from meshnode.core.effects import Alarm, Effect, Look, NotWritten, Taken
from meshnode.core.ending import break_off, close, take_leave
from meshnode.core.events import (
    BreachIn,
    CommitFailed,
    Committed,
    Event,
    MessageIn,
    Offer,
    PeerDown,
    PeerUp,
    PrivatesIn,
    RunIn,
    Started,
    Stopping,
    Woken,
    Write,
)
from meshnode.core.flight import is_organisation, network_facts
from meshnode.core.folded import Folded, FoldInRam
from meshnode.core.fullness import Fullness, fullness
from meshnode.core.ground import Phase, Session
from meshnode.core.ingest import FILE, Accepted, Declined, Known
from meshnode.core.parts import Parts
from meshnode.core.ports import Identity, Ledger, Moment
from meshnode.core.reports import Halted, PeerGone
from meshnode.core.rows import HeldEntry, JoinedEntry, SearchEntry
from meshnode.core.settings import CoreSettings
from meshnode.core.talk import Talk
from meshnode.core.turn import Aftermath, Turn
from meshnode.core.unshared import unshared
from meshnode.core.wishes import Wishes
from meshproto.records.ids import LogId, ScopeId
from meshproto.records.record import Record
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.messages import Bye


class Node:
    """One node's decisions. Give it an event and a moment, carry out what it returns, in order."""

    def __init__(
        self,
        settings: CoreSettings,
        identity: Identity,
        ledger: Ledger,
        chance: Chance,
        folded: Folded | None = None,
    ) -> None:
        """`folded` is the memory of a fold over the ledger, which is only read; without it nothing counts as folded."""
        self._parts = Parts(settings, identity, ledger, chance, folded or FoldInRam())
        self._talk = Talk(self._parts)
        self._wishes = Wishes(self._parts, self._talk)
        self._due = Due(self._parts, self._talk)
        self._afters: dict[int, Aftermath] = {}
        self._next = 1
        self._alarm: int | None = None
        self._halted = False

    def handle(self, event: Event, moment: Moment) -> list[Effect]:
        """Take in one event and return what must be done about it, in order."""
        turn = Turn(moment, self._next)
        if self._halted:
            return []
        self._dispatch(event, turn)
        self._commit(turn)
        self._set_alarm(turn)
        return turn.effects

    def held_by(self, record: bytes) -> tuple[HeldEntry, ...]:
        """Which agents say they hold a record."""
        return self._parts.held.of(record)

    def fullness(self) -> list[Fullness]:
        """How full each bound is that the owner can do something about."""
        return fullness(self._parts)

    def unshared(self) -> dict[ScopeId, tuple[int, ...]]:
        """The networks that nobody shares with us, each with the connections of people who stand there."""
        return unshared(self._parts)

    @property
    def parts(self) -> Parts:
        """The parts, for whoever shows the state of the node."""
        return self._parts

    def _dispatch(self, event: Event, turn: Turn) -> None:
        """Hand an event to those it concerns."""
        match event:
            case RunIn() | PrivatesIn() | MessageIn() | BreachIn():
                self._hear(event, turn)
            case Committed(number):
                self._settle(number, turn)
            case Write():
                self._write(event, turn)
            case Woken():
                self._do_what_is_due(turn)
            case PeerUp():
                self._welcome(event, turn)
            case PeerDown(conn, reason):
                self._part(conn, reason, turn)
            case Started():
                self._start(event, turn)
            case Offer():
                self._take_offer(event, turn)
            case CommitFailed(_, error):
                self._halt(error, turn)
            case Stopping():
                self._stop(turn)
            case _:
                self._wishes.obey(event, turn)

    def _start(self, event: Started, turn: Turn) -> None:
        """Take up what earlier lives left, and begin."""
        parts, now = self._parts, turn.moment.ticks
        parts.book.own = event.peer
        parts.conversations.listening = event.listening
        parts.load(turn)
        for record, log in parts.closure.missing():
            parts.getter.want(record, parts.scope_of(log), turn)
        settings, agenda = parts.ground.settings, parts.ground.agenda
        agenda.set("spot", 0, now + parts.ground.jitter(settings.spot_interval))
        agenda.set("peers", 0, now + parts.ground.jitter(settings.peers_interval))
        agenda.set("privates", 0, now + parts.ground.jitter(settings.privates_interval))
        agenda.set("dial", 0, now)
        parts.sweep.start(turn)
        if event.copied:
            parts.copies.doubt(turn)
        if parts.ground.ledger.has_rows(SearchEntry):
            turn.effects.append(Look())  # an earlier life was cut short

    def _welcome(self, event: PeerUp, turn: Turn) -> None:
        """A connection is open: greet, unless this peer is left alone for now."""
        parts, nonce = self._parts, new_nonce(self._parts.ground)
        session = Session(event.conn, event.peer, event.address, event.outbound, event.local_peer, nonce)
        session.spoken_since = turn.moment.ticks
        parts.ground.sessions[event.conn] = session
        if parts.book.take_up(session, turn):
            parts.conversations.greet(session, turn)
        else:
            close(self._parts, event.conn, Breach.FULL, "backed off", turn)

    def _part(self, conn: int, reason: str, turn: Turn) -> None:
        """A connection is gone."""
        parts = self._parts
        session = parts.ground.sessions.pop(conn, None)
        if session is None:
            return
        parts.parted(conn)
        self._talk.parted(conn)
        parts.book.take_down(session, turn)
        turn.tell(PeerGone(conn, session.peer, reason))
        self._talk.go_on_all(turn)
        parts.waiters.look(turn)

    def _hear(self, event: RunIn | PrivatesIn | MessageIn | BreachIn, turn: Turn) -> None:
        """A peer says something; if it breaks the protocol by it, the conversation is over."""
        session = self._parts.ground.sessions.get(event.conn)
        if session is None or session.phase is Phase.CLOSED:
            return
        try:
            match event:
                case RunIn():
                    self._talk.take_run(session, event, turn)
                case PrivatesIn():
                    self._talk.take_privates(session, event, turn)
                case MessageIn(_, Bye(breach, _)):
                    take_leave(self._parts, session, breach, turn)
                case MessageIn(_, message):
                    self._talk.take_message(session, message, turn)
                case BreachIn(_, breach, detail):
                    raise Breached(breach, detail)
                case _:
                    assert_never(event)
        except Breached as breached:
            break_off(self._parts, session, breached, turn)

    def _write(self, event: Write, turn: Turn) -> None:
        """Sign and store what the owner writes."""
        if not self._parts.copies.may_sign:
            turn.answer(event.ticket, NotWritten("copied"))
            return
        refusal = self._parts.desk.refusal(event)
        if refusal is None:
            for run in event.ready.runs:
                self._carry_founded(run.records[0], turn)
            refusal = self._parts.desk.write(event, turn)
        if refusal is not None:
            turn.answer(event.ticket, refusal)

    def _carry_founded(self, genesis: Record, turn: Turn) -> None:
        """A network or organisation that is founded here is carried from its first record on."""
        founds, scope = network_facts(genesis) is not None or is_organisation(genesis), genesis.home
        if founds and scope not in self._parts.scopes.carried:
            self._parts.scopes.carry(scope)
            turn.local.append(JoinedEntry(scope, turn.moment.wall))

    def _take_offer(self, event: Offer, turn: Turn) -> None:
        """Take in records from a file; runs that had to wait for later ones of the same file are tried again."""
        new = known = 0
        refused: list[tuple[LogId, str]] = []
        waiting = list(event.records.runs)
        tried = -1
        while waiting and len(waiting) != tried:
            tried, again = len(waiting), []
            for run in waiting:
                match self._parts.intake.admit(run, FILE, turn):
                    case Accepted(arrival):
                        self._parts.privates.note(arrival.run, arrival.log, None, turn)
                        self._parts.admit_pooled(arrival.run, turn)
                        new += len(arrival.run.records)
                    case Known():
                        known += len(run.records)
                    case Declined(why):
                        refused.append((run.records[0].log, why))
                    case _:
                        again.append(run)
            waiting = again
        self._parts.privates.take_file(event.records.privates, turn)
        turn.local += event.local
        turn.after.answers.append((event.ticket, Taken(new, known, len(waiting), tuple(refused))))

    def _do_what_is_due(self, turn: Turn) -> None:
        """Do all that the agenda says is due."""
        self._alarm = None
        self._due.do(turn)

    def _settle(self, number: int, turn: Turn) -> None:
        """Batches are on disk: do what waited for that."""
        landed = [each for each in self._afters if each <= number]
        if settle(self._parts, [(each, self._afters.pop(each)) for each in landed], turn):
            self._talk.refresh(turn)
        self._talk.go_on_all(turn)
        if self._parts.waiters.are_waiting:
            self._parts.waiters.look(turn)

    def _commit(self, turn: Turn) -> None:
        """Hand the batch of this call to the store; what rests on nothing new is done at once."""
        for record in (*turn.erasures, *(each for each, _ in turn.privates)):
            self._parts.privates.forget(record)
        self._parts.note_erased(turn.erasures)
        batch = turn.batch()
        if batch is not None:
            self._next += 1
            self._afters[batch.number] = turn.after
            self._parts.ground.flight.begin(batch.number)
            turn.commit(batch)
        else:
            for ticket, outcome in turn.after.answers:
                turn.answer(ticket, outcome)

    def _set_alarm(self, turn: Turn) -> None:
        at = self._parts.ground.agenda.next()
        if at is not None and at != self._alarm:
            self._alarm = at
            turn.effects.append(Alarm(at))

    def _halt(self, error: str, turn: Turn) -> None:
        """running → halted: the store failed, so what is in memory may be ahead of the disk."""
        self._halted = True
        for after in self._afters.values():
            for ticket, _ in after.answers:
                turn.answer(ticket, NotWritten("store", error, unknown=True))
        self._afters.clear()
        turn.tell(Halted(error))

    def _stop(self, turn: Turn) -> None:
        """running → stopping: say goodbye to everyone."""
        for conn in list(self._parts.ground.sessions):
            close(self._parts, conn, Breach.CLOSING, "", turn)
