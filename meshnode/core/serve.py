"""Serving what others ask for: logs by want, single records by get, private parts.

Wants of one connection are served in order; the logs of one want in turn, a run each, so that a long log does not
hold up short ones. Runs and private parts are sent as far as the other side has granted credit, and no more than a
slice in one turn, whoever it is for, so that serving peers holds up nobody.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256

from meshnode.core.flight import LogNow
from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.ports import Lane, StoredRun, Tip
from meshnode.core.turn import Turn
from meshproto.records.ids import LogId, RecordId
from meshproto.records.record import read_header
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.codec import cost
from meshproto.wire.limits import MAX_IDS
from meshproto.wire.messages import Get, Headers, LogWant, Part, Privates, Unknown, Want, WantPrivates

OWED_MOST = 256
"""Private parts that a connection is to get once they come, or once it may read them: such as names."""

LOOKUP_COST = 1024
"""What serving costs besides the bytes: looking for what is not here takes as long as reading a kilobyte."""


@dataclass(slots=True)
class Cursor:
    """One log being served: branches still to come, each as (lane, seq to go on after, seq of its tip)."""

    log: LogId
    lanes: deque[tuple[int, int, int]]
    privates: bool


@dataclass(slots=True)
class Order:
    """What one connection has asked for: records by id, private parts by id, and groups of logs.

    `posted` are bulk messages that wait for credit, each with its cost. `owed` are private parts that could not be sent
    when they were due: they are not here yet, or were not to be read.
    """

    records: deque[RecordId] = field(default_factory=deque)
    parts: deque[RecordId] = field(default_factory=deque)
    groups: deque[deque[Cursor]] = field(default_factory=deque)
    posted: deque[tuple[Headers | Privates, int]] = field(default_factory=deque)
    owed: dict[RecordId, None] = field(default_factory=dict)

    def owe(self, records: Iterable[RecordId]) -> None:
        """Remember private parts that are to follow."""
        self.owed.update(dict.fromkeys(records))
        while len(self.owed) > OWED_MOST:
            del self.owed[next(iter(self.owed))]

    def __len__(self) -> int:
        return len(self.records) + len(self.parts) + sum(map(len, self.groups))


class Serve:
    """Serves one node's peers."""

    def __init__(self, ground: Ground, gate: Gate) -> None:
        self._ground = ground
        self._gate = gate
        self._orders: dict[int, Order] = {}

    def take_want(self, session: Session, want: Want, turn: Turn) -> list[LogId]:
        """Queue logs to be served. Returns logs of which the other side holds records that are not here.

        Raises Breached.
        """
        order = self._order(session.conn, len(want.logs))
        group: deque[Cursor] = deque()
        strange: list[LogId] = []
        for each in want.logs:
            lanes, is_strange = self._lanes_after(session, each)
            if is_strange:
                strange.append(each.log)
            if lanes:
                group.append(Cursor(each.log, lanes, want.privates))
            else:
                turn.send(session.conn, Unknown(each.log))
        if group:
            order.groups.append(group)
        return strange

    def take_get(self, session: Session, get: Get) -> None:
        """Queue single records; ids not here or not to be read are passed over. Raises Breached."""
        self._order(session.conn, len(get.ids)).records.extend(get.ids)

    def take_want_privates(self, session: Session, want: WantPrivates) -> None:
        """Queue private parts. Raises Breached."""
        self._order(session.conn, len(want.ids)).parts.extend(want.ids)

    def pump(self, session: Session, turn: Turn) -> None:
        """Serve what is queued as far as credit and what is left of this turn's slice reach."""
        order = self._orders.get(session.conn)
        served = 0
        while order is not None and self._deliver(session, order, turn) and len(order):
            if turn.served >= self._ground.settings.serve_slice:
                # Whoever got nothing in this turn is first in the next.
                self._ground.agenda.set("serve", session.conn, turn.moment.ticks - (served == 0))
                return
            served = self._serve_some(session, order)
            turn.served += served

    def withhold(self, session: Session, turn: Turn) -> None:
        """Less is shared than before: what was asked for and may not be read any more is not here any more."""
        order = self._orders.get(session.conn)
        if order is None:
            return
        posted, order.posted = order.posted, deque()
        for message, _ in posted:
            left = self._readable(session, message)
            if left is not None:
                _post(order, left)
        for group in order.groups:
            for cursor in [each for each in group if self._gate.log(session, each.log) is None]:
                group.remove(cursor)
                turn.send(session.conn, Unknown(cursor.log))
        order.groups = deque(group for group in order.groups if group)

    def note_parts(self, records: Iterable[RecordId]) -> None:
        """Private parts have come: they follow to those who could not be sent them before."""
        orders = [(self._ground.session(conn), order) for conn, order in self._orders.items() if order.owed]
        for record in records if orders else ():
            for session, order in orders:
                if session is not None and record in order.owed:
                    self._settle_debts(session, order, [record])

    def offer(self, session: Session) -> None:
        """A connection may read more than before: private parts that were kept from it follow."""
        order = self._orders.get(session.conn)
        if order is not None:
            self._settle_debts(session, order, list(order.owed))

    def is_idle(self, conn: int) -> bool:
        """Whether nothing is left to be served to a connection."""
        order = self._orders.get(conn)
        return order is None or not (len(order) or order.posted)

    def queued(self, conn: int) -> int:
        """How much a connection has asked for that is not served yet."""
        return len(self._orders.get(conn, ()))

    def parted(self, conn: int) -> None:
        """A connection is gone."""
        self._orders.pop(conn, None)

    def _order(self, conn: int, more: int) -> Order:
        """What a connection has asked for, if it may ask for so much more. Raises Breached."""
        order = self._orders.setdefault(conn, Order())
        if len(order) + more > self._ground.settings.serve_queue:
            raise Breached(Breach.FLOOD, f"{len(order) + more} requests open")
        return order

    def _serve_some(self, session: Session, order: Order) -> int:
        """Post one of each kind that is asked for; returns what it cost."""
        before = len(order.posted)
        if order.records:
            self._serve_record(session, order)
        if order.parts:
            self._serve_parts(session, order)
        if order.groups:
            self._serve_log(order)
        return LOOKUP_COST + sum(each for _, each in list(order.posted)[before:])

    def _serve_record(self, session: Session, order: Order) -> None:
        record = order.records.popleft()
        run = self._proof_for(session, record)
        if run is not None:
            _post(order, Headers(run.headers, run.signature, Part.LAST))
            if self._may_read_record(session, record):
                self._post_parts_of(order, run)

    def _serve_parts(self, session: Session, order: Order) -> None:
        """Post private parts; say which are erased and which are not here or not to be read."""
        parts: list[tuple[RecordId, bytes]] = []
        erased: list[RecordId] = []
        missing: list[RecordId] = []
        ledger, left = self._ground.ledger, self._ground.settings.run_bytes
        while order.parts and left > 0:
            record = order.parts.popleft()
            readable = self._may_read_record(session, record)
            raw = ledger.private(record) if readable else None
            if raw is not None:
                parts.append((record, raw))
                order.owed.pop(record, None)
                left -= len(raw)
            elif readable and ledger.erased(record):
                erased.append(record)
            else:
                missing.append(record)
        order.owe(missing)
        _post(order, Privates(tuple(parts), tuple(erased), tuple(missing)))

    def _serve_log(self, order: Order) -> None:
        """Post the next run of the log whose turn it is, and the private parts that belong to it."""
        group = order.groups[0]
        cursor = group.popleft()
        lane, seq, tip = cursor.lanes.popleft()
        settings, ledger = self._ground.settings, self._ground.ledger
        run = ledger.run_after(cursor.log, lane, seq, settings.run_records, settings.run_bytes)
        assert run is not None  # the branch reaches to `tip`
        upto = seq + len(run.headers)
        if upto < tip:
            cursor.lanes.appendleft((lane, upto, tip))
        _post(order, Headers(run.headers, run.signature, Part.WANTED if cursor.lanes else Part.LAST))
        if cursor.privates:
            self._post_parts_of(order, run)
        if cursor.lanes:
            group.append(cursor)
        if not group:
            order.groups.popleft()

    def _post_parts_of(self, order: Order, run: StoredRun) -> None:
        """Post the private parts of a run that are here; the others follow once they come."""
        named = _ids_with_part(run.headers)
        found = self._ground.ledger.privates(named)
        self._post_privates(order, found)
        if len(found) < len(named):
            held = {record for record, _ in found}
            order.owe(record for record in named if record not in held)

    def _settle_debts(self, session: Session, order: Order, records: Iterable[RecordId]) -> None:
        """Post those of the owed parts that are here and may be read by now."""
        due = [record for record in records if self._may_read_record(session, record)]
        self._post_privates(order, self._ground.ledger.privates(due))

    def _post_privates(self, order: Order, found: Iterable[tuple[RecordId, bytes]]) -> None:
        """Post private parts, as many in each message as fit."""
        parts: list[tuple[RecordId, bytes]] = []
        size = 0
        for record, raw in found:
            if parts and (size + len(raw) > self._ground.settings.run_bytes or len(parts) == MAX_IDS):
                _post(order, Privates(tuple(parts), (), ()))
                parts, size = [], 0
            parts.append((record, raw))
            order.owed.pop(record, None)
            size += len(raw)
        if parts:
            _post(order, Privates(tuple(parts), (), ()))

    def _deliver(self, session: Session, order: Order, turn: Turn) -> bool:
        """Send what is posted as far as the credit reaches; true if nothing is left."""
        while order.posted and order.posted[0][1] <= session.may_send:
            message, price = order.posted.popleft()
            session.may_send -= price
            turn.send(session.conn, message)
        return not order.posted

    def _lanes_after(self, session: Session, want: LogWant) -> tuple[deque[tuple[int, int, int]], bool]:
        """The branches to serve; none if there is nothing to serve or nothing common to begin at.

        Also whether the other side has named records that are not here though our log reaches as far.
        """
        ledger = self._ground.ledger
        now = self._ground.flight.committed(want.log)
        if now is None or not self._gate.may_read(session, now):
            return deque(), False
        places = {mark: ledger.place(mark.id) for mark in want.have}
        known = [place for place in places.values() if place is not None and place.log == want.log]
        longest = max(now.tips.values())
        strange = any(place is None and mark.seq <= longest for mark, place in places.items())
        if want.have and not known and all(mark.seq > 1 for mark in want.have):
            return deque(), strange
        lanes = _single_lane(now) if len(now.tips) == 1 else ledger.lanes(want.log)
        starts: deque[tuple[int, int, int]] = deque()
        for lane in lanes:
            path = dict(_path(lanes, lane))
            start = max([lane.base, *(place.seq for place in known if place.seq <= path.get(place.lane, 0))])
            if start < lane.tip.seq:
                starts.append((lane.number, start, lane.tip.seq))
        return starts, strange

    def _proof_for(self, session: Session, record: RecordId) -> StoredRun | None:
        """The proof of a record that the peer may read; geneses of agents may be read by whoever knows their id."""
        place = self._ground.ledger.place(record)
        now = None if place is None else self._ground.flight.committed(place.log)
        if now is None or not session.shared:
            return None
        is_person = bytes(now.scope) == record and self._ground.flight.is_personal(record)
        if not (self._gate.shares_person(session, now.scope) if is_person else self._gate.may_read(session, now)):
            return None
        return self._ground.ledger.proof_run(record)

    def _readable(self, session: Session, message: Headers | Privates) -> Headers | Privates | None:
        """What may still be sent of a bulk message."""
        if isinstance(message, Headers):
            return None if self._gate.hides(session, read_header(message.headers[0]).home) else message
        parts = tuple(each for each in message.parts if self._may_read_record(session, each[0]))
        gone = tuple(each for each, _ in message.parts if not self._may_read_record(session, each))
        return Privates(parts, message.erased, (*message.missing, *gone))

    def _may_read_record(self, session: Session, record: RecordId) -> bool:
        place = self._ground.ledger.place(record)
        now = None if place is None else self._ground.flight.committed(place.log)
        if now is None or self._gate.may_read(session, now):
            return now is not None
        # SPEC 03-sync 5.4: its private part comes along for whoever shares an agreement in which it is named.
        return bytes(now.scope) == record and self._gate.shares_name(session, now.scope)


def _post(order: Order, message: Headers | Privates) -> None:
    """Put a bulk message behind those that wait for credit."""
    order.posted.append((message, cost(message)))


def _ids_with_part(headers: Iterable[bytes]) -> list[RecordId]:
    """The ids of the records that may have a private part."""
    return [RecordId(sha256(header).digest()) for header in headers if _may_have_private(header)]


def _may_have_private(header: bytes) -> bool:
    """Whether a header may name a private part: true for each that does, and for few others.

    The last field is nil, one byte 0xc0, or [SHA-256, size]; a size may end in the same byte.
    """
    return header[-1] != 0xC0 or header[-37:-34] == b"\x92\xc4\x20" or header[-38:-35] == b"\x92\xc4\x20"


def _single_lane(now: LogNow) -> tuple[Lane, ...]:
    """The lanes of a log without branches, as the ledger would tell them."""
    return tuple(Lane(0, 0, 0, Tip(seq, tip, 0)) for tip, seq in now.tips.items())


def _path(lanes: tuple[Lane, ...], lane: Lane) -> list[tuple[int, int]]:
    """Which lanes a reader of one passes through, each with the last seq of its that is on the path."""
    path, last = [], lane.tip.seq
    while True:
        path.append((lane.number, last))
        if lane.parent == lane.number:
            return path
        last = lane.base
        lane = lanes[lane.parent]
