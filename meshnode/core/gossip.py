"""The live part: new records are pushed along a tree that grows out of who was first (Plumtree).

Per network and connection a link is **eager** (new records are pushed) or **lazy** (only their tips are told). A
push of what is here already makes the link lazy on both sides (`prune`); a tip that was told and not pushed by
anyone in time is pulled, and makes the link eager again (`graft`). Only what is committed is passed on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.scopes import Scopes
from meshnode.core.turn import Arrival, Turn
from meshproto.records.ids import LogId, RecordId, ScopeId, log_id
from meshproto.wire.codec import cost
from meshproto.wire.limits import MAX_ANNOUNCED, MAX_FRAME, MAX_IDS
from meshproto.wire.messages import Graft, Have, Headers, Item, LogTip, Mark, Name, Part, Privates, Prune


@dataclass(slots=True)
class Announced:
    """A tip somebody has that is not here: who said so, and when it is pulled if nobody pushes it."""

    log: LogId
    seq: int
    due: int
    conns: list[int] = field(default_factory=list)


class Gossip:
    """Decides who is sent what is new."""

    def __init__(self, ground: Ground, scopes: Scopes, gate: Gate) -> None:
        self._ground = ground
        self._scopes = scopes
        self._gate = gate
        self._lazy: dict[int, dict[Name, None]] = {}
        self._announced: dict[RecordId, Announced] = {}
        self._due_parts: dict[RecordId, list[int]] = {}

    @property
    def announced(self) -> int:
        """How many tips that were told are waited for."""
        return max(len(self._announced), len(self._due_parts))

    def welcome(self, session: Session) -> None:
        """Choose the kind of link for each newly shared network: eager while there are few."""
        lazy = self._lazy.setdefault(session.conn, {})
        for name, scope in session.shared.items():
            others = [each for each in self._ground.open_sessions() if each is not session]
            eager = sum(1 for other in others for theirs in self._eager_names(other) if other.shared[theirs] == scope)
            if eager >= self._ground.settings.eager_max:
                lazy[name] = None

    def spread(self, arrivals: Iterable[Arrival], turn: Turn) -> None:
        """Pass on what has been committed: push it over eager links, tell its tips over the others."""
        if not self._ground.settings.live:
            return
        sessions = [session for session in self._ground.open_sessions() if session.shared]
        told: dict[int, dict[LogId, LogTip]] = {}
        for arrival in arrivals if sessions else ():
            if not arrival.counted and arrival.origin is not None:
                continue  # strangers speak for themselves
            scopes = {carried.scope for carried in self._scopes.sets_of(arrival.scope)}
            message = Headers(tuple([each.raw for each in arrival.run.records]), arrival.run.signature, Part.PUSHED)
            last = arrival.run.records[-1]
            for session in sessions:
                if session.conn == arrival.origin or last.id in session.heard:
                    continue
                names = [name for name, scope in session.shared.items() if scope in scopes]
                if names and not self._push(session, names, arrival, message, turn):
                    told.setdefault(session.conn, {})[arrival.log] = LogTip(arrival.log, last.seq, last.id)
        self._tell(told, turn)

    def tell_tips(self, tips: Iterable[tuple[list[int], LogTip]], turn: Turn) -> None:
        """Tell certain connections of certain tips."""
        told: dict[int, dict[LogId, LogTip]] = {}
        for conns, tip in tips:
            for conn in conns:
                told.setdefault(conn, {})[tip.log] = tip
        self._tell(told, turn)

    def tell_own_tips(self, sessions: Iterable[Session], turn: Turn) -> None:
        """Tell where our own stream ends to those who share it no longer, since we have left their network."""
        own = self._ground.identity
        log, scope = log_id(own.agent, own.key.public), ScopeId(own.agent)
        readers = [
            session.conn
            for session in sessions
            if self._gate.reads_own_stream(session, scope) and not self._gate.names_of(session, scope)
        ]
        self.tell_tips([(readers, LogTip(log, tip.seq, tip.id)) for tip in self._ground.ledger.tips(log)], turn)

    def spread_parts(self, records: Iterable[RecordId], turn: Turn) -> None:
        """Pass on private parts that have been committed to those who were pushed their records."""
        due: dict[int, list[tuple[RecordId, bytes]]] = {}
        for record in records:
            conns = self._due_parts.pop(record, ())
            raw = self._ground.ledger.private(record) if conns else None
            for conn in conns if raw is not None else ():
                due.setdefault(conn, []).append((record, raw))  # type: ignore[arg-type]  # narrowed a line above
        for conn, parts in due.items():
            session = self._ground.session(conn)
            if session is not None:
                readable = [(record, raw) for record, raw in parts if self._gate.has(session, record)]
                self._send_parts(session, readable, turn)

    def take_duplicate(self, session: Session, arrival_names: list[Name], turn: Turn) -> None:
        """Something pushed was here already: prune the link, if another eager one remains."""
        lazy = self._lazy.setdefault(session.conn, {})
        for name in arrival_names:
            if name not in lazy and self._has_other_eager(session, name):
                lazy[name] = None
                turn.send(session.conn, Prune(name))

    def take_prune(self, session: Session, prune: Prune) -> None:
        """eager → lazy, at the other side's wish."""
        if prune.name in session.shared:
            self._lazy.setdefault(session.conn, {})[prune.name] = None

    def take_graft(self, session: Session, graft: Graft) -> None:
        """lazy → eager, at the other side's wish."""
        self._lazy.get(session.conn, {}).pop(graft.name, None)

    def take_have(self, session: Session, have: Have, turn: Turn) -> list[Item]:
        """Note tips a peer has; returns those to be pulled at once, because nobody else could push them."""
        pull: list[Item] = []
        alone = not self._has_company(session)
        for tip in have.tips:
            session.hear(tip.id)
            if self._gate.has(session, tip.id):
                continue
            if alone or not self._ground.settings.live:
                pull.append(_item(tip.log, tip.seq, tip.id))
            else:
                self._wait_for(session, tip, turn)
        return pull

    def overdue(self, turn: Turn) -> list[tuple[int, Item]]:
        """Tips told and not pushed in time, each with a connection to pull it from; grafts those links."""
        pulls: list[tuple[int, Item]] = []
        now = turn.moment.ticks
        for record, told in list(self._announced.items()):
            lacking = [each for each in told.conns if self._seems_lacking(each, record)]
            if not lacking or told.due <= now:
                del self._announced[record]
            if lacking and told.due <= now:
                pulls.append((lacking[0], _item(told.log, told.seq, record)))
        self._graft({conn for conn, _ in pulls}, [item.log for _, item in pulls], turn)
        self._set_alarm()
        return pulls

    def parted(self, conn: int) -> None:
        """A connection is gone."""
        self._lazy.pop(conn, None)

    def is_eager(self, conn: int, name: Name) -> bool:
        """Whether new records of a network are pushed to a connection."""
        return name not in self._lazy.get(conn, {})

    def _push(self, session: Session, names: list[Name], arrival: Arrival, message: Headers, turn: Turn) -> bool:
        """Push a run over an eager link, with its private parts; false if its tip is to be told instead."""
        price = cost(message)
        if not arrival.live or price > min(session.may_send, self._ground.settings.push_bytes):
            return False
        if not any(self.is_eager(session.conn, name) for name in names):
            return False
        session.may_send -= price
        session.hear(arrival.run.records[-1].id)
        turn.send(session.conn, message)
        self._push_privates(session, arrival, turn)
        return True

    def _push_privates(self, session: Session, arrival: Arrival, turn: Turn) -> None:
        """Push the private parts that are here, and remember to push those that come next."""
        named = [record.id for record in arrival.run.records if record.private is not None]
        parts = self._ground.ledger.privates(named)
        held = {record for record, _ in parts}
        for record in named:
            if record not in held:
                self._due_parts.setdefault(record, []).append(session.conn)
                if len(self._due_parts) > self._ground.settings.announced_max:
                    del self._due_parts[next(iter(self._due_parts))]
        self._send_parts(session, parts, turn)

    def _send_parts(self, session: Session, parts: list[tuple[RecordId, bytes]], turn: Turn) -> None:
        """Send private parts unasked, as far as the credit reaches; the rest is asked for later."""
        while parts:
            message = Privates(tuple(parts[:MAX_IDS]), (), ())
            price = cost(message)
            if price > min(session.may_send, MAX_FRAME // 2):
                return
            session.may_send -= price
            turn.send(session.conn, message)
            parts = parts[MAX_IDS:]

    def _tell(self, told: dict[int, dict[LogId, LogTip]], turn: Turn) -> None:
        for conn, tips in told.items():
            session = self._ground.session(conn)
            fresh = [tip for tip in tips.values() if session is not None and tip.id not in session.heard]
            for at in range(0, len(fresh), MAX_ANNOUNCED):
                turn.send(conn, Have(tuple(fresh[at : at + MAX_ANNOUNCED])))

    def _wait_for(self, session: Session, tip: LogTip, turn: Turn) -> None:
        """Give others time to push a tip before it is pulled."""
        told = self._announced.get(tip.id)
        if told is not None:
            if session.conn not in told.conns and len(told.conns) < self._ground.settings.eager_max:
                told.conns.append(session.conn)
            return
        if len(self._announced) >= self._ground.settings.announced_max:
            return  # the next round finds it
        due = turn.moment.ticks + self._ground.settings.graft_wait
        self._announced[tip.id] = Announced(tip.log, tip.seq, due, [session.conn])
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._announced:
            # Waits are all of one length, so the first in is the first due.
            self._ground.agenda.set("graft", 0, next(iter(self._announced.values())).due)

    def _graft(self, conns: set[int], logs: list[LogId], turn: Turn) -> None:
        """Make links eager over which a tip was told that nobody pushed."""
        heads = [head for head in map(self._ground.ledger.log, logs) if head is not None]
        scopes = {carried.scope for head in heads for carried in self._scopes.sets_of(head.scope)}
        for conn in sorted(conns):
            session = self._ground.session(conn)
            lazy = self._lazy.setdefault(conn, {})
            for name, scope in session.shared.items() if session is not None else ():
                if scope in scopes:
                    lazy.pop(name, None)
                    turn.send(conn, Graft(name))

    def _seems_lacking(self, conn: int, record: RecordId) -> bool:
        """Whether a connection is there and its peer must think that a record is not here."""
        session = self._ground.session(conn)
        return session is not None and not self._gate.has(session, record)

    def _has_company(self, session: Session) -> bool:
        """Whether another peer shares what this one does, and so may push the same."""
        shared = set(session.shared.values())
        others = (each for each in self._ground.open_sessions() if each is not session)
        return any(not shared.isdisjoint(each.shared.values()) for each in others)

    def _eager_names(self, session: Session) -> list[Name]:
        return [name for name in session.shared if self.is_eager(session.conn, name)]

    def _has_other_eager(self, session: Session, name: Name) -> bool:
        scope = session.shared.get(name)
        others = [each for each in self._ground.open_sessions() if each is not session]
        return any(other.shared[theirs] == scope for other in others for theirs in self._eager_names(other))


def _item(log: LogId, seq: int, tip: RecordId) -> Item:
    return Item(log, 3, (Mark(seq, tip),))
