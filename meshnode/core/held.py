"""Who says that he holds what: each node tells its peers which tips it has stored, and is believed until it is caught.

What is said of this node's own logs is kept durably; of others' logs a bounded number is remembered. A claim is
checked now and then: the claimant hashes a run that the asker picks after a nonce that he could not foresee.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.ports import Lane
from meshnode.core.reports import ClaimFailed
from meshnode.core.rows import Forget, HeldEntry
from meshnode.core.scopes import Scopes
from meshnode.core.turn import Arrival, Turn
from meshproto.records.ids import AgentId, LogId, RecordId, ScopeId, log_id
from meshproto.records.limits import MAX_RUN_BYTES, MAX_RUN_RECORDS
from meshproto.wire.limits import MAX_ANNOUNCED, NONCE_SIZE
from meshproto.wire.messages import Held, LogTip, Proof, Spot
from meshproto.wire.session import holding_proof


@dataclass(frozen=True, slots=True)
class Check:
    """A spot check that is out: what the proof must be, and of which log."""

    nonce: bytes
    digest: bytes
    log: LogId


class HeldBy:
    """Tells, listens to and checks claims."""

    def __init__(self, ground: Ground, scopes: Scopes, gate: Gate) -> None:
        self._ground = ground
        self._scopes = scopes
        self._gate = gate
        self._claims: dict[LogId, dict[AgentId, HeldEntry]] = {}
        self._others = 0
        self._untold: dict[int, dict[LogId, LogTip]] = {}
        self._checks: dict[int, Check] = {}
        self._doubted: dict[AgentId, None] = {}

    @property
    def others(self) -> int:
        """How many other authors' logs somebody's claims are remembered of."""
        return self._others

    def untold(self, conn: int) -> int:
        """How many tips a connection is to be told."""
        return len(self._untold.get(conn, ()))

    def load(self) -> None:
        """Take up what was said in earlier lives."""
        for row in self._ground.ledger.rows(HeldEntry):
            self._claims.setdefault(LogId(row.log), {})[AgentId(row.agent)] = row

    def holders(self, log: LogId) -> tuple[AgentId, ...]:
        """The agents that say they hold something of a log."""
        return tuple(self._claims.get(log, ()))

    def of(self, record: bytes) -> tuple[HeldEntry, ...]:
        """What is said about a record: one entry for each agent that holds it or something that follows from it."""
        if not self._claims:
            return ()
        place = self._ground.ledger.place(record)
        if place is None or not self._claims.get(place.log):
            return ()
        lanes = self._ground.ledger.lanes(place.log)
        return tuple(
            claim
            for claim in self._claims[place.log].values()
            if claim.seq >= place.seq and self._is_on_path(lanes, claim.tip, place.lane, place.seq)
        )

    def note(self, arrivals: Iterable[Arrival], turn: Turn) -> None:
        """Records were committed: those who share them are to be told."""
        for arrival in arrivals:
            last = arrival.run.records[-1]
            tip = LogTip(arrival.log, last.seq, last.id)
            for session in self._ground.open_sessions():
                if session.shared and self._gate.names_of(session, arrival.scope):
                    untold = self._untold.setdefault(session.conn, {})
                    if len(untold) < self._ground.settings.held_untold or arrival.log in untold:
                        untold[arrival.log] = tip
                        self._ground.agenda.hasten("held", 0, turn.moment.ticks + self._ground.settings.held_interval)

    def tell(self, turn: Turn) -> None:
        """Tell each peer what was stored lately."""
        for conn, tips in self._untold.items():
            session = self._ground.session(conn)
            every = [tip for tip in tips.values() if session is not None and self._gate.log(session, tip.log)]
            for at in range(0, len(every), MAX_ANNOUNCED):
                turn.send(conn, Held(tuple(every[at : at + MAX_ANNOUNCED])))
        self._untold.clear()

    def take(self, session: Session, held: Held, turn: Turn) -> None:
        """A peer says what it holds. Only what is stored here too is of interest."""
        for tip in held.tips:
            place = self._ground.ledger.place(tip.id)
            if place is not None and place.log == tip.log and place.seq == tip.seq and self._gate.log(session, tip.log):
                self._believe(session, tip, turn)

    def take_level(self, session: Session, turn: Turn) -> None:
        """Equal fingerprints: the peer holds whatever of our own logs is shared with it."""
        own = self._ground.identity
        for scope in dict.fromkeys([*session.shared.values(), ScopeId(own.agent)]):
            log = log_id(scope, own.key.public)
            if self._gate.names_of(session, scope):
                for each in self._ground.ledger.tips(log):
                    # What is on the disk and not known to be was not compared: the fingerprints do not cover it yet.
                    if not self._ground.flight.carries(each.id):
                        self._believe(session, LogTip(log, each.seq, each.id), turn)

    def check_some(self, turn: Turn) -> None:
        """Ask one connected claimant for proof of something it said about our own logs."""
        self._ground.agenda.set("spot", 0, turn.moment.ticks + self._ground.jitter(self._ground.settings.spot_interval))
        candidates = [
            (session, claim)
            for session in self._ground.open_sessions()
            if session.conn not in self._checks
            for log in self._scopes.own_logs()
            if (claim := self._claims.get(log, {}).get(session.agent)) is not None and self._gate.log(session, log)
        ]
        if not candidates:
            return
        session, claim = candidates[int(self._ground.chance.random() * len(candidates))]
        seq = 1 + int(self._ground.chance.random() * claim.seq)
        last = min(claim.seq, seq + int(self._ground.chance.random() * MAX_RUN_RECORDS))
        headers = self._headers(LogId(claim.log), claim.tip, seq, last)
        if headers:
            nonce = self._ground.chance.token(NONCE_SIZE)
            ids = [RecordId(sha256(each).digest()) for each in (headers[0], headers[-1])]
            digest = holding_proof(nonce, headers)
            self._checks[session.conn] = Check(nonce, digest, LogId(claim.log))
            turn.send(session.conn, Spot(nonce, ids[0], ids[1]))
            self._ground.agenda.set("proof", session.conn, turn.moment.ticks + self._ground.settings.answer_deadline)

    def take_spot(self, session: Session, spot: Spot, turn: Turn) -> None:
        """Prove what we hold, as far as the asker may read it."""
        first, last = self._ground.ledger.place(spot.first), self._ground.ledger.place(spot.last)
        headers: list[bytes] = []
        if first is not None and last is not None and first.log == last.log:
            now = self._ground.flight.committed(last.log)
            if now is not None and self._gate.may_read(session, now) and last.seq - first.seq < MAX_RUN_RECORDS:
                headers = self._headers(last.log, spot.last, first.seq, last.seq)
        turn.send(session.conn, Proof(spot.nonce, holding_proof(spot.nonce, headers) if headers else b""))

    def take_proof(self, session: Session, proof: Proof, turn: Turn) -> None:
        """Compare a proof with what it must be."""
        check = self._checks.get(session.conn)
        if check is None or check.nonce != proof.nonce:
            return
        self._ground.agenda.drop("proof", session.conn)
        del self._checks[session.conn]
        if proof.digest != check.digest:
            self._doubt(session, check.log, turn)
            return
        claim = self._claims.get(check.log, {}).get(session.agent)
        if claim is not None:
            self._keep(claim._replace(checked=True, at=turn.moment.wall), turn)

    def proof_is_overdue(self, session: Session, turn: Turn) -> None:
        """No proof came in time."""
        self._doubt(session, self._checks.pop(session.conn).log, turn)

    def parted(self, conn: int) -> None:
        """A connection is gone."""
        self._untold.pop(conn, None)
        self._checks.pop(conn, None)

    def _believe(self, session: Session, tip: LogTip, turn: Turn) -> None:
        """Take down a claim, unless the agent is not known or doubted, or this is a copy of this very device."""
        agent = session.agent
        if not session.known or session.key == self._ground.identity.key.public or agent in self._doubted:
            return
        session.hear(tip.id)
        before = self._claims.get(tip.log, {}).get(agent)
        if before is not None and before.seq >= tip.seq:
            return
        checked = before is not None and before.checked
        self._keep(HeldEntry(tip.log, agent, tip.id, tip.seq, checked, turn.moment.wall), turn)

    def _keep(self, claim: HeldEntry, turn: Turn) -> None:
        """Remember a claim; about our own logs for good."""
        log, agent = LogId(claim.log), AgentId(claim.agent)
        claims = self._claims.get(log)
        if claims is not None and agent not in claims and len(claims) >= self._ground.settings.held_agents:
            return
        if log in self._scopes.own_logs():
            before = None if claims is None else claims.get(agent)
            if before is not None and before.tip != claim.tip:
                turn.local.append(Forget(HeldEntry, (before.log, before.agent, before.tip)))
            turn.local.append(claim)
        elif claims is None:
            if self._others >= self._ground.settings.held_others:
                return
            self._others += 1
        self._claims.setdefault(log, {})[agent] = claim

    def _doubt(self, session: Session, log: LogId, turn: Turn) -> None:
        """Forget what an agent claims, and believe it nothing more in this life of the node."""
        self._doubted[session.agent] = None
        if len(self._doubted) > self._ground.settings.held_agents:
            del self._doubted[next(iter(self._doubted))]
        turn.tell(ClaimFailed(session.peer, session.agent, log))
        for claims in self._claims.values():
            claim = claims.pop(session.agent, None)
            if claim is not None and claim.log in self._scopes.own_logs():
                turn.local.append(Forget(HeldEntry, (claim.log, claim.agent, claim.tip)))

    def _headers(self, log: LogId, tip: bytes, first: int, last: int) -> list[bytes]:
        """The headers of a stretch of the branch that ends in `tip`; empty if they are not all here."""
        place = self._ground.ledger.place(tip)
        headers: list[bytes] = []
        while place is not None and first + len(headers) <= last:
            after = first + len(headers) - 1
            run = self._ground.ledger.run_after(log, place.lane, after, last - after, MAX_RUN_BYTES)
            assert run is not None  # the branch reaches to `last`
            headers += run.headers
        return headers[: last - first + 1]

    def _is_on_path(self, lanes: tuple[Lane, ...], tip: bytes, lane: int, seq: int) -> bool:
        """Whether the record at (lane, seq) is reached from `tip` by going back."""
        place = self._ground.ledger.place(tip)
        if place is None:
            return False
        number, reach = place.lane, place.seq
        while number != lane:
            here = lanes[number]
            if here.parent == number:
                return False
            number, reach = here.parent, min(reach, here.base)
        return seq <= reach
