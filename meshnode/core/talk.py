"""What peers say, and what is made of it. A peer that breaks the protocol makes Breached rise to the node."""

from typing import assert_never

from meshnode.core.events import PrivatesIn, RunIn
from meshnode.core.ground import Session
from meshnode.core.ingest import Accepted, Declined, Gap, Known, Source
from meshnode.core.limits import charge, give_back, take_bulk, take_credit
from meshnode.core.parts import Parts
from meshnode.core.reports import RoundDone
from meshnode.core.rows import JoinedEntry
from meshnode.core.turn import Turn
from meshproto.records.ids import LogId, ScopeId
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.messages import (
    Agreements,
    Auth,
    Bye,
    Compare,
    Credit,
    Door,
    Get,
    Graft,
    Have,
    Held,
    Hello,
    Item,
    Knock,
    Live,
    Mark,
    Opened,
    Optional,
    Part,
    Peers,
    Proof,
    Prune,
    Scopes,
    Small,
    Spot,
    Unknown,
    Want,
    WantPrivates,
)


class Talk:
    """Takes in what comes over open connections."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._pulled: dict[int, dict[LogId, None]] = {}  # connection → logs asked of it because they are news

    def take_message(self, session: Session, message: Small, turn: Turn) -> None:
        """Take in one small message. Raises Breached."""
        parts = self._parts
        charge(session, message, parts.ground, turn)
        match message:
            case Hello():
                parts.conversations.take_hello(session, message, turn)
            case Auth():
                parts.conversations.take_auth(session, message, turn)
                parts.book.take_proof(session, turn)
            case Bye() | Optional():
                pass
            case _:
                # SPEC 03-sync 3: A receiver MUST close the connection with W-ORDER if any other message comes before
                # the proof.
                if not session.is_open:
                    raise Breached(Breach.ORDER, type(message).__name__)
                self._take_open(session, message, turn)

    def take_run(self, session: Session, event: RunIn, turn: Turn) -> None:
        """Take in a run. Raises Breached."""
        if not session.is_open:
            raise Breached(Breach.ORDER, "a run")
        take_bulk(session, event.cost)
        parts, run, conn = self._parts, event.run, session.conn
        log, last = run.records[0].log, run.records[-1]
        pushed = event.part is Part.PUSHED
        session.hear(last.id)
        source = Source(conn, asked=not pushed, live=pushed or log in self._pulled.get(conn, {}))
        outcome = parts.admit_from(session, run, source, turn)
        if isinstance(outcome, Accepted):
            turn.after.owed.append((conn, event.cost))
            parts.rounds.note_gain()
        else:
            give_back(session, event.cost, parts.ground, turn)
        if isinstance(outcome, Declined):
            parts.crowded.note_waste(conn, log)
            if outcome.why == "relayed":
                parts.fill.refuse(log, run.records[0].home)
        if isinstance(outcome, Known) and pushed:
            parts.gossip.take_duplicate(session, parts.gate.names_of(session, run.records[0].home), turn)
        if isinstance(outcome, Gap):
            for record in run.records:
                parts.closure.seek(record.id, log)
        is_asked_for = parts.pool.awaits(log) is not None or parts.fill.wants(conn, log)
        if isinstance(outcome, Gap) and not is_asked_for and not parts.gate.hides(session, run.records[0].home):
            # Pushed, or got by id: what comes before it is asked for like any log.
            self._pull(session, [Item(log, 3, (Mark(last.seq, last.id),))])
        if event.part is Part.LAST:
            self._pulled.get(conn, {}).pop(log, None)
            parts.fill.take_end(conn, log)
        if not pushed:
            self._note_progress(session, turn)
        self._go_on(session, turn)

    def take_privates(self, session: Session, event: PrivatesIn, turn: Turn) -> None:
        """Take in private parts. Raises Breached."""
        if not session.is_open:
            raise Breached(Breach.ORDER, "private parts")
        take_bulk(session, event.cost)
        self._parts.privates.take(session, event.parts, turn)
        self._parts.privates.take_refusal(session.conn, (*event.erased, *event.missing))
        if turn.privates:
            turn.after.owed.append((session.conn, event.cost))
        else:
            give_back(session, event.cost, self._parts.ground, turn)

    def pull(self, conn: int, items: list[Item], turn: Turn) -> None:
        """Fetch tips that were told and not pushed."""
        session = self._parts.ground.sessions[conn]
        self._pull(session, items)
        self._go_on(session, turn)

    def parted(self, conn: int) -> None:
        """A connection is gone."""
        self._pulled.pop(conn, None)

    def go_on_all(self, turn: Turn) -> None:
        """Ask and serve on after a commit."""
        for session in self._parts.ground.open_sessions():
            self._go_on(session, turn)

    def welcome(self, session: Session, turn: Turn) -> None:
        """More is shared with a peer than before: compare it, and tell where others are."""
        parts = self._parts
        parts.gossip.welcome(session)
        parts.book.note_scopes(session, turn)
        parts.book.introduce(session, turn)
        parts.rounds.begin(session, turn)
        parts.privates.ask_anew(session, turn)
        parts.serve.offer(session)
        parts.serve.pump(session, turn)

    def refresh(self, turn: Turn) -> None:
        """What is shared may have changed: show tags anew, compare where there is more, withhold what is not shared."""
        parts = self._parts
        parts.arrivals.look(turn)  # or a host that is one no longer would be shown a tag once more
        before = {session.conn: set(session.shared.values()) for session in parts.ground.open_sessions()}
        for session in parts.conversations.refresh(turn):
            self.welcome(session, turn)
        for session in parts.ground.open_sessions():
            parts.telling.tell(session, turn)
            if not before[session.conn] <= set(session.shared.values()):
                parts.book.note_scopes(session, turn)
                parts.serve.withhold(session, turn)
        if parts.arrivals.look(turn):
            self.refresh(turn)

    def _take_open(self, session: Session, message: Opened, turn: Turn) -> None:
        """Take in a message of a conversation that is open. Raises Breached."""
        parts = self._parts
        match message:
            case Scopes():
                self._take_scopes(session, message, turn)
            case Compare():
                found = parts.rounds.take(session, message, turn)
                if found is not None:
                    self._end_round(session, found, turn)
            case Want():
                parts.rounds.note_want(session.conn)
                strange = parts.serve.take_want(session, message, turn)
                self._pull_strange(session, message, strange)
            case Unknown(log):
                self._pulled.get(session.conn, {}).pop(log, None)
                parts.fill.take_unknown(session, log, turn)
                self._note_progress(session, turn)
            case WantPrivates():
                parts.serve.take_want_privates(session, message)
            case Get():
                parts.serve.take_get(session, message)
            case Credit():
                take_credit(session, message)
            case Knock():
                parts.doors.count(session)
                comes_back = parts.vouching.take_knock(session, message, turn)
                if comes_back or parts.doors.take_knock(session, message, turn) is not None:
                    self.refresh(turn)
            case Door():
                self._take_door(session, message, turn)
            case Agreements():
                if parts.telling.take(session, message, turn):
                    self.refresh(turn)
            case _:
                self._take_live(session, message, turn)
        self._go_on(session, turn)

    def _take_live(self, session: Session, message: Live, turn: Turn) -> None:
        """Take in what keeps nodes up to date with each other. Raises Breached."""
        parts = self._parts
        match message:
            case Have():
                self._pull(session, parts.gossip.take_have(session, message, turn))
            case Graft():
                parts.gossip.take_graft(session, message)
            case Prune():
                parts.gossip.take_prune(session, message)
            case Held():
                parts.held.take(session, message, turn)
            case Spot():
                parts.held.take_spot(session, message, turn)
            case Proof():
                parts.held.take_proof(session, message, turn)
            case Peers():
                parts.book.take_peers(session, message, turn)
            case _:
                assert_never(message)

    def _take_scopes(self, session: Session, message: Scopes, turn: Turn) -> None:
        first = session.tags_heard is None
        wider = self._parts.conversations.take_tags(session, message, turn)
        if first:
            self._parts.conversations.welcome(session, turn)
            self._parts.doors.knock(session, turn)
            self._parts.vouching.knock(session, turn)
            self._parts.gossip.tell_own_tips([session], turn)
        if wider:
            self.welcome(session, turn)
            if self._parts.arrivals.look(turn):
                self.refresh(turn)
        self._parts.telling.tell(session, turn)
        self._parts.waiters.look(turn)

    def _take_door(self, session: Session, message: Door, turn: Turn) -> None:
        """A door at which we knocked: if it is open, begin to carry the network behind it."""
        parts = self._parts
        regained = parts.vouching.take_door(session, message, turn)
        if regained is not None:
            self._begin_to_carry(session, regained, b"", b"", turn)
            return
        let_in = parts.doors.take_door(session, message, turn)
        if let_in is not None:
            self._begin_to_carry(session, *let_in, turn)

    def _begin_to_carry(self, session: Session, scope: ScopeId, invitation: bytes, agent: bytes, turn: Turn) -> None:
        """Carry a network that a peer has told of."""
        parts = self._parts
        parts.policy.relayed.pop(scope, None)
        host = "" if parts.gate.is_in(scope) else session.peer
        parts.scopes.carry(scope, [host] if host else [])
        row = JoinedEntry(scope, turn.moment.wall, host=host, invitation=invitation, agent=agent)
        turn.local.append(row)
        self.refresh(turn)

    def _end_round(self, session: Session, found: int, turn: Turn) -> None:
        parts = self._parts
        turn.tell(RoundDone(session.conn, session.peer, found))
        # Of what is asked for now, a copied home may lack its own latest records.
        answered = parts.crowded.has_asked(session.conn) and parts.fill.is_idle(session.conn)
        asked = parts.crowded.ask(session, turn)
        if asked:
            self._note_progress(session, turn)
        if found == 0:
            parts.held.take_level(session, turn)
            if answered or not asked:
                parts.copies.take_level(session, turn)
            parts.privates.ask(session, turn)
            if parts.arrivals.take_level(session, turn):
                self.refresh(turn)
        parts.waiters.look(turn)

    def _pull_strange(self, session: Session, want: Want, strange: list[LogId]) -> None:
        """The other side named records that are not here: it holds a branch that we lack."""
        marks = {each.log: each.have for each in want.logs}
        items = [Item(log, 3, tuple(sorted(marks[log]))) for log in strange]
        self._parts.fill.offer(session, items)

    def _pull(self, session: Session, items: list[Item]) -> None:
        """Remember tips to fetch, and that they are news."""
        if items and self._parts.fill.offer(session, items):
            pulled = self._pulled.setdefault(session.conn, {})
            for item in items[: self._parts.ground.settings.announced_max - len(pulled)]:
                pulled[item.log] = None

    def _go_on(self, session: Session, turn: Turn) -> None:
        """Ask for more, serve more; once all that was found is here and on disk, compare again."""
        parts, ground = self._parts, self._parts.ground
        if parts.fill.pump(session, turn):
            self._note_progress(session, turn)
        parts.serve.pump(session, turn)
        if parts.fill.is_idle(session.conn):
            ground.agenda.drop("fill", session.conn)
            if not len(ground.flight) and not turn.runs:
                parts.rounds.look_again(session, turn)

    def _note_progress(self, session: Session, turn: Turn) -> None:
        """What is wanted comes, or was asked for just now: the peer has its time again."""
        ground = self._parts.ground
        ground.agenda.set("fill", session.conn, turn.moment.ticks + ground.settings.answer_deadline)
