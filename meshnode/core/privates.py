"""Private parts that are still to come: asked for until they are held or erased.

A part travels after its record, often along with it. What stays away is asked for: of the peer the record came from,
then of any that shares its scope, again and again. The store knows all that is missing; a bounded part of it is here.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from meshnode.core.bounds import Bounds
from meshnode.core.events import CheckedPart
from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.policy import Policy
from meshnode.core.reports import LetGo
from meshnode.core.turn import Turn
from meshproto.records.ids import AgentId, LogId, RecordId, ScopeId
from meshproto.records.log import Run
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.limits import MAX_IDS
from meshproto.wire.messages import WantPrivates

READ_AT_ONCE = 512
"""Missing parts looked up in the store in one go: some 10 ms."""


@dataclass(slots=True, eq=False)
class Origin:
    """What missing parts of one run share, and when (ticks) which connection was last asked for them."""

    log: LogId
    scope: ScopeId
    agent: AgentId
    asked: dict[int, int] = field(default_factory=dict)


class Lack(NamedTuple):
    """A part that is missing: its digest and size, as its record says."""

    digest: bytes
    size: int
    origin: Origin


class Privates:
    """Fetches private parts."""

    def __init__(self, ground: Ground, gate: Gate, policy: Policy, bounds: Bounds) -> None:
        self._ground = ground
        self._gate = gate
        self._policy = policy
        self._bounds = bounds
        self._lacks: dict[RecordId, Lack] = {}
        self._open: dict[int, dict[RecordId, None]] = {}
        self._read_to = 0
        self._all_read = False

    def __len__(self) -> int:
        return len(self._lacks)

    def note(self, run: Run, log: LogId, conn: int | None, turn: Turn, *, late: bool = False) -> None:
        """Records are on their way to the disk: their parts are to come, first of all along with them.

        `late`: the run had to wait, so parts that came along were of no use.
        """
        lacking = {
            record.id: record.private
            for record in run.records
            if record.private is not None and record.id not in turn.erasures
        }
        now = self._ground.flight.log(log)
        if not lacking or now is None:
            return
        if not self._policy.keeps(now):
            if not self._policy.is_own(now.agent):
                turn.evictions.update(dict.fromkeys(lacking))
            return
        if len(self._lacks) + len(lacking) > self._ground.settings.privates_queue:
            self._all_read = False
            return
        # Where not everybody's parts are kept, those of a new log were not asked for along with it (see `wants`).
        settings = self._ground.settings
        comes_along = settings.keep_privates == "all" and not late
        turn.after.astray |= late
        asked = {conn: turn.moment.ticks} if comes_along and conn is not None else {}
        origin = Origin(log, now.scope, now.agent, asked)
        self._lacks.update({record: Lack(*private, origin) for record, private in lacking.items()})
        wait = settings.privates_interval if comes_along else settings.held_interval
        self._ground.agenda.hasten("privates", 0, turn.moment.ticks + wait)

    def take(self, session: Session, parts: tuple[CheckedPart, ...], turn: Turn) -> None:
        """Put the parts that are missing here into the batch. Raises Breached if one is not what its record names."""
        open_ = self._open.get(session.conn, {})
        were_open = bool(open_)
        let_in: dict[ScopeId, bool] = {}  # asked once for all parts of a scope: there may be thousands
        for part in parts:
            open_.pop(part.id, None)
            lack = self._lacks.get(part.id) or self._lack_of(part.id)
            if lack is None:
                continue
            scope = lack.origin.scope
            if scope not in let_in:
                let_in[scope] = self._gate.lets_parts_in(session, scope)
            if not let_in[scope]:
                continue
            # SPEC 03-sync 7: A receiver MUST close the connection with W-PART if a private part is not the one that
            # its record names.
            if lack.digest != part.digest:
                raise Breached(Breach.PART, part.id.hex())
            self._keep(part.id, lack, part.raw, turn)
        if were_open and not open_ and turn.privates:
            self.ask(session, turn)  # all that was asked for came: there may be more

    def take_file(self, parts: Iterable[tuple[RecordId, bytes]], turn: Turn) -> None:
        """Put private parts from a file into the batch, those that are missing and are what their records name."""
        for record, raw in parts:
            lack = self._lacks.get(record) or self._lack_of(record)
            if lack is not None and lack.digest == sha256(raw).digest():
                self._keep(record, lack, raw, turn)

    def take_refusal(self, conn: int, ids: tuple[RecordId, ...]) -> None:
        """A peer does not have parts, or has erased them; the record that orders an erasure comes by itself."""
        for record in ids:
            self._open.get(conn, {}).pop(record, None)

    def forget(self, record: RecordId) -> None:
        """A part is not missing any more: it is here, or it was erased."""
        self._lacks.pop(record, None)

    def ask(self, session: Session, turn: Turn) -> None:
        """Ask a connection for the missing parts that it may have and was not asked for lately."""
        if self._ground.settings.keep_privates == "none":
            return
        self._read_more()
        limit = min(self._ground.settings.privates_asked, MAX_IDS)
        open_ = self._open.setdefault(session.conn, {})
        origins: dict[Origin, bool] = {}
        ids: list[RecordId] = []
        full: dict[RecordId, str] = {}
        for record, (_, size, origin) in self._lacks.items():
            if len(ids) + len(open_) >= limit:
                origin.asked.pop(session.conn, None)  # its other parts are still to be asked for
                break
            if origin not in origins:
                origins[origin] = self._may_ask(session, origin, turn)
            if origins[origin] and record not in open_:
                why = self._bounds.lacks_room(origin.agent, size)
                if not why:
                    ids.append(record)
                elif why != "later":
                    full[record] = why
        self._give_up(full, turn)
        if ids:
            open_.update(dict.fromkeys(ids))
            turn.send(session.conn, WantPrivates(tuple(ids)))

    def ask_anew(self, session: Session, turn: Turn) -> None:
        """More is shared with a connection than before: ask it also for what it has refused, or sent in vain."""
        for lack in self._lacks.values():
            lack.origin.asked.pop(session.conn, None)
        self.ask(session, turn)

    def ask_all(self, turn: Turn) -> None:
        """Ask every connection for what it was not asked for lately, and do so again later."""
        # The store knows best: parts may be missing that were never noted here, as those of promoted logs. What does
        # not fit at once has its turn next time.
        if self._all_read:
            self._all_read, self._read_to = False, 0
        else:
            self._lacks.clear()
        for session in self._ground.open_sessions():
            self._open.pop(session.conn, None)
            self.ask(session, turn)
        wait = self._ground.jitter(self._ground.settings.privates_interval)
        self._ground.agenda.set("privates", 0, turn.moment.ticks + wait)

    def asked(self, conn: int) -> int:
        """How many parts a connection was asked for and has not answered."""
        return len(self._open.get(conn, ()))

    def parted(self, conn: int) -> None:
        """A connection is gone."""
        self._open.pop(conn, None)
        for lack in self._lacks.values():
            lack.origin.asked.pop(conn, None)

    def read_again(self) -> None:
        """More is missing than before: look into the store from its beginning."""
        self._all_read, self._read_to = False, 0

    def wants(self, session: Session, log: LogId) -> bool:
        """Whether private parts of a log are to come along with it: they are kept, and there is room."""
        now = self._gate.log(session, log)
        if now is None:  # whose it is shows when it comes
            return self._ground.settings.keep_privates == "all"
        return self._policy.keeps(now) and not self._bounds.lacks_room(now.agent, 1)

    def _may_ask(self, session: Session, origin: Origin, turn: Turn) -> bool:
        """Whether a connection may be asked for parts of a run: it may have them, and was not asked lately."""
        asked = origin.asked.get(session.conn)
        if asked is not None and asked + self._ground.settings.privates_interval > turn.moment.ticks:
            return False
        now = self._ground.flight.committed(origin.log)
        if now is None or not self._gate.may_read(session, now):
            return False
        origin.asked[session.conn] = turn.moment.ticks
        return True

    def _keep(self, record: RecordId, lack: Lack, raw: bytes, turn: Turn) -> None:
        """Put a part into the batch that is missing and is what its record names, if there is room."""
        why = self._bounds.lacks_room(lack.origin.agent, len(raw))
        if why:
            self._give_up({} if why == "later" else {record: why}, turn)
            return
        self._lacks.pop(record, None)
        self._bounds.take(record, lack.origin.agent, len(raw))
        turn.privates.append((record, raw))
        turn.after.parts.append(record)

    def _give_up(self, full: dict[RecordId, str], turn: Turn) -> None:
        """Parts for which there is no room are not missing any more."""
        counts: dict[str, int] = {}
        for record, why in full.items():
            self._lacks.pop(record, None)
            turn.evictions[record] = None
            counts[why] = counts.get(why, 0) + 1
        turn.after.news += [LetGo(why, count) for why, count in counts.items()]

    def _lack_of(self, record: RecordId) -> Lack | None:
        """What is missing of a record that is not remembered here, None if nothing is or nothing is wanted."""
        ledger = self._ground.ledger
        stored = self._ground.flight.record(record)
        if stored is None or stored.private is None or record in self._bounds.coming:
            return None
        now = self._ground.flight.log(stored.log)
        if now is None or not self._policy.keeps(now):
            return None
        if ledger.erased(record) or ledger.evicted(record) or ledger.private(record) is not None:
            return None
        return Lack(*stored.private, Origin(stored.log, now.scope, now.agent))

    def _read_more(self) -> None:
        """Take up what the store knows to be missing, once room allows."""
        room = min(self._ground.settings.privates_queue // 2 - len(self._lacks), READ_AT_ONCE)
        if self._all_read or room <= 0:
            return
        rows = self._ground.ledger.private_missing(room, self._read_to)
        for arrival, record in rows:
            self._read_to = arrival
            lack = None if record in self._lacks else self._lack_of(record)
            if lack is not None:
                self._lacks[record] = lack
        self._all_read = len(rows) < room
