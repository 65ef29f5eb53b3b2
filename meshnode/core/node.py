"""The node: takes in one event at a time and says what must be done about it.

Each event goes to the parts concerned; what they want stored gathers into one batch; what may be said only when that
is on disk waits for Committed.

    running → (CommitFailed) halted;  running → (Stopping) stopping
"""

from typing import TypeAlias, assert_never

from meshnode.core.aftermath import settle
from meshnode.core.chance import Chance
from meshnode.core.conversation import new_nonce
from meshnode.core.effects import Alarm, Close, Done, Effect, Look, NotWritten, Taken
from meshnode.core.erasing import decide_orders, finish_search
from meshnode.core.events import (
    AddPeer,
    AddressesFound,
    AwaitDevice,
    Block,
    BreachIn,
    CommitFailed,
    Committed,
    DialResult,
    EnterBy,
    Event,
    FoldMoved,
    Follow,
    JoinScope,
    LeaveScope,
    Listening,
    Looked,
    MessageIn,
    NetworksStand,
    Offer,
    PeerDown,
    PeerUp,
    PrivatesIn,
    Regain,
    RemovePeer,
    RunIn,
    Started,
    Stopping,
    SyncNow,
    TrustThisCopy,
    Vouch,
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
from meshnode.core.reports import Halted, PeerBroke, PeerGone
from meshnode.core.rows import HeldEntry, JoinedEntry, SearchEntry
from meshnode.core.settings import CoreSettings
from meshnode.core.talk import Talk
from meshnode.core.turn import Aftermath, Turn
from meshnode.core.unshared import unshared
from meshproto.records.ids import LogId, ScopeId
from meshproto.records.record import Record
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.messages import Bye

Wish: TypeAlias = (
    JoinScope
    | EnterBy
    | Vouch
    | Regain
    | NetworksStand
    | LeaveScope
    | SyncNow
    | AddPeer
    | RemovePeer
    | DialResult
    | AddressesFound
    | Listening
    | TrustThisCopy
    | Follow
    | Block
    | Looked
    | FoldMoved
    | AwaitDevice
)
"""What is handled in a line or two: wishes of the owner, what the world says about peers, and what was looked for."""


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
                self._obey(event, turn)

    def _obey(self, event: Wish, turn: Turn) -> None:
        """Do what the owner, or the world around the node, says about peers and networks."""
        parts = self._parts
        match event:
            case JoinScope():
                self._join(event, turn)
            case EnterBy(ticket, secret, peer, addresses, agent):
                parts.book.add(peer, addresses, turn, by_hand=True, source="join")
                parts.doors.wish(ticket, peer, secret, turn, agent)
            case Vouch() | Regain():
                parts.vouching.heed(event, parts.book, turn)
            case NetworksStand(standings):
                for standing in standings:
                    parts.gate.tell(standing)
                    parts.scopes.tell(standing)
                self._talk.refresh(turn)
            case LeaveScope(ticket, scope):
                self._leave(scope, turn)
                turn.after.answers.append((ticket, Done()))
            case SyncNow(ticket, peer):
                parts.waiters.sync(ticket, peer, turn)
            case AddPeer(ticket, peer, addresses):
                parts.book.add(peer, addresses, turn, by_hand=True, source="hand")
                turn.after.answers.append((ticket, Done()))
            case RemovePeer(ticket, peer):
                for conn in parts.book.remove(peer, turn):
                    self._close(conn, Breach.UNWANTED, "", turn)
                turn.after.answers.append((ticket, Done()))
            case DialResult(peer, address, ok, reason):
                parts.book.take_result(peer, address, ok, reason, turn)
                parts.waiters.look(turn)
            case AddressesFound(peer, addresses, source):
                parts.book.add(peer, addresses, turn, by_hand=False, source=source)
            case Listening(addresses):
                parts.conversations.listening = addresses
            case TrustThisCopy(ticket):
                parts.copies.trust(turn)
                turn.answer(ticket, Done())
            case Follow(ticket, agent, on):
                parts.policy.follow(agent, on, turn)
                self._choose(ticket, turn)
            case Block(ticket, agent, on):
                parts.policy.block(agent, on, turn)
                self._choose(ticket, turn)
            case Looked(ticket, found):
                finish_search(found, parts.ground.flight, turn)
                turn.after.answers.append((ticket, Done()))
            case AwaitDevice(ticket, scope):
                parts.conversations.await_device(scope, turn)
                turn.answer(ticket, Done())
            case FoldMoved():
                decide_orders(parts.ground.flight, turn)
                self._talk.refresh(turn)
            case _:
                assert_never(event)

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

    def _choose(self, ticket: int, turn: Turn) -> None:
        """What is kept of an agent has changed: what is here is looked at once that is on the disk."""
        self._parts.sweep.begin_again()
        turn.after.answers.append((ticket, Done()))

    def _welcome(self, event: PeerUp, turn: Turn) -> None:
        """A connection is open: greet, unless this peer is left alone for now."""
        parts, nonce = self._parts, new_nonce(self._parts.ground)
        session = Session(event.conn, event.peer, event.address, event.outbound, event.local_peer, nonce)
        session.spoken_since = turn.moment.ticks
        parts.ground.sessions[event.conn] = session
        if parts.book.take_up(session, turn):
            parts.conversations.greet(session, turn)
        else:
            self._close(event.conn, Breach.FULL, "backed off", turn)

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
                    self._take_leave(session, breach, turn)
                case MessageIn(_, message):
                    self._talk.take_message(session, message, turn)
                case BreachIn(_, breach, detail):
                    raise Breached(breach, detail)
                case _:
                    assert_never(event)
        except Breached as breached:
            self._break(session, breached, turn)

    def _take_leave(self, session: Session, breach: Breach, turn: Turn) -> None:
        """The other side says goodbye: nothing more is said to it."""
        session.phase = Phase.CLOSED
        self._parts.hush(session.conn)
        turn.effects.append(Close(session.conn, breach))

    def _break(self, session: Session, breached: Breached, turn: Turn) -> None:
        """A peer broke the protocol: end the conversation and leave it alone for a while."""
        pause = self._parts.book.blame(session.peer, breached.breach, turn)
        turn.tell(PeerBroke(session.conn, session.peer, breached.breach, breached.detail, pause))
        self._close(session.conn, breached.breach, breached.detail, turn)

    def _close(self, conn: int, breach: Breach, detail: str, turn: Turn) -> None:
        session = self._parts.ground.sessions.get(conn)
        if session is not None and session.phase is not Phase.CLOSED:
            session.phase = Phase.CLOSED
            self._parts.hush(conn)
            turn.close(conn, breach, detail)

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

    def _join(self, event: JoinScope, turn: Turn) -> None:
        """Begin to carry a network, and find out who shares it."""
        parts = self._parts
        if len(parts.scopes.carried) >= parts.ground.settings.scopes_max and event.scope not in parts.scopes.carried:
            turn.answer(event.ticket, NotWritten("scope", f"at most {parts.ground.settings.scopes_max} networks"))
            return
        others = event.scope in parts.policy.relayed or event.scope in parts.scopes.left
        joined = event.scope in parts.scopes.carried and not others
        relayed = event.relay and not joined
        if relayed:
            parts.policy.relayed[event.scope] = None
        else:
            parts.policy.relayed.pop(event.scope, None)
        # SPEC 03-sync 3.4: A node MUST NOT take a host where its own agent stands by its own fold
        hosts = [] if parts.gate.is_in(event.scope) else [peer for peer, _ in event.peers]
        parts.scopes.carry(event.scope, hosts)
        rows = [row for row in parts.ground.ledger.rows(JoinedEntry) if row.network == event.scope]
        before = rows[0] if rows else JoinedEntry(event.scope, 0)
        slug, host = event.slug or before.slug, hosts[0] if hosts else before.host
        agent, now = event.agent if before.agent or not joined else b"", turn.moment.wall
        row = before._replace(at=now, left=False, leaving=False, slug=slug, relayed=relayed, host=host, agent=agent)
        turn.local.append(row)
        for peer, addresses in event.peers:
            parts.book.add(peer, addresses, turn, by_hand=True, source="join")
        self._talk.refresh(turn)
        parts.waiters.join(event.ticket, event.scope, turn)

    def _leave(self, scope: ScopeId, turn: Turn) -> None:
        """Stop carrying a network."""
        parts = self._parts
        if parts.scopes.goes_on_after_leaving(scope) and scope not in parts.policy.relayed:
            parts.scopes.left[scope] = None
        else:
            parts.scopes.drop(scope)
        parts.policy.relayed.pop(scope, None)
        rows = [row for row in parts.ground.ledger.rows(JoinedEntry) if row.network == scope]
        turn.local += [row._replace(left=True, leaving=False, host="", invitation=b"", agent=b"") for row in rows]
        self._talk.refresh(turn)
        parts.waiters.look(turn)

    def _do_what_is_due(self, turn: Turn) -> None:
        """Do all that the agenda says is due."""
        self._alarm = None
        for word, conn in self._parts.ground.agenda.take(turn.moment.ticks):
            if conn:
                self._do_for(self._parts.ground.sessions[conn], word, turn)
            else:
                self._do(word, turn)

    def _do(self, word: str, turn: Turn) -> None:
        """Do something that concerns no single connection."""
        parts = self._parts
        match word:
            case "graft":
                for conn, item in parts.gossip.overdue(turn):
                    self._talk.pull(conn, [item], turn)
            case "get":
                parts.getter.ask(turn)
            case "held":
                parts.held.tell(turn)
            case "privates":
                parts.privates.ask_all(turn)
            case "keep":
                self._keep(turn)
            case "age":
                parts.sweep.note_day(turn)
            case "dial":
                parts.book.dial_some(turn)
            case "spot":
                parts.held.check_some(turn)
            case "syncs":
                parts.waiters.look(turn)
            case _:
                parts.telling.sweep(turn)
                for session in parts.ground.open_sessions():
                    parts.book.introduce(session, turn)
                interval = parts.ground.settings.peers_interval
                parts.ground.agenda.set("peers", 0, turn.moment.ticks + parts.ground.jitter(interval))

    def _keep(self, turn: Turn) -> None:
        """Let private parts go that are not kept, and ask for those that are again."""
        parts = self._parts
        parts.sweep.step(turn)
        if parts.sweep.wanted_again:
            parts.sweep.wanted_again = False
            parts.privates.read_again()
            parts.ground.agenda.hasten("privates", 0, turn.moment.ticks + parts.ground.settings.held_interval)

    def _do_for(self, session: Session, word: str, turn: Turn) -> None:
        """Do something for one connection, or end it because it did not do its part in time."""
        parts = self._parts
        match word:
            case "sync":
                interval = parts.ground.settings.sync_interval
                parts.ground.agenda.set("sync", session.conn, turn.moment.ticks + parts.ground.jitter(interval))
                parts.rounds.open(session, turn)
            case "serve":
                parts.serve.pump(session, turn)
            case "proof":
                parts.held.proof_is_overdue(session, turn)
            case "fill" if not parts.fill.wanted(session.conn):
                pass  # what is listed is asked of others
            case _:
                self._break(session, Breached(Breach.IDLE, word), turn)

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
            self._close(conn, Breach.CLOSING, "", turn)
