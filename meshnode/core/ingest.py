"""Admission: what becomes of a run that came, from a peer, from a file or from this node itself.

    new and entitled → on its way to the disk (Accepted)
    stored already, or on its way → Known
    what it continues is not here → Gap
    who may write there cannot be decided yet → Waiting
    not to be stored here → Declined, and nobody is blamed

Stored is not valid: whether a record counts is for the fold. Here it is decided only what is kept and served.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from meshnode.core.closure import Closure, named_by
from meshnode.core.crowded import may_branch
from meshnode.core.entitled import entitled_by, entitled_to_agreement
from meshnode.core.erasing import apply_erasures
from meshnode.core.flight import LogNow, is_agreement, is_organisation, is_person, network_facts
from meshnode.core.ground import Ground
from meshnode.core.named import Named
from meshnode.core.policy import Policy
from meshnode.core.ports import NetworkFacts
from meshnode.core.rows import AgreementEntry
from meshnode.core.scopes import Scopes
from meshnode.core.speaking import speaks, visits
from meshnode.core.turn import Arrival, Turn
from meshproto.records.ids import AgentId, Key, LogId, RecordId, ScopeId
from meshproto.records.log import Run
from meshproto.records.record import Record, may_name_records

VOICES_REMEMBERED = 4_096
"""Logs with agents for whom they speak, kept at hand, so that it is looked into once."""

COUNTING_REMEMBERED = 4_096
"""Logs known to count, kept at hand, so that naming them costs nothing."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """On its way to the disk: the records that are new, as a run."""

    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Known:
    """Nothing in it is new."""


@dataclass(frozen=True, slots=True)
class Gap:
    """What it continues is not here."""

    log: LogId


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whether its author may write there cannot be decided before `on` is here."""

    on: RecordId


@dataclass(frozen=True, slots=True)
class Declined:
    """Not stored here; `why` is "unwanted", "scope", "author", "quota", "relayed", "blocked", "branches" or "full".

    "relayed": there is no room for more of a network that is only relayed.
    """

    why: str


Admission: TypeAlias = Accepted | Known | Gap | Waiting | Declined


@dataclass(frozen=True, slots=True)
class Source:
    """Where a run comes from. `trusted`: by file or from here, so no network need be carried for it.

    `asked`: this node asked for it. `live`: it is news, to be pushed on.
    """

    conn: int | None
    trusted: bool = False
    asked: bool = False
    live: bool = False


FILE = Source(None, trusted=True)
"""Where records come from that are neither ours nor a peer's."""


class Intake:
    """Admits runs. What is admitted goes into the turn's batch."""

    def __init__(
        self,
        ground: Ground,
        scopes: Scopes,
        policy: Policy,
        closure: Closure,
        named: Named,
        is_awaited: Callable[[RecordId], bool],
    ) -> None:
        """`is_awaited` tells whether runs wait for a record to be decided about."""
        self._ground = ground
        self._policy = policy
        self._scopes = scopes
        self._closure = closure
        self._named = named
        self._is_awaited = is_awaited
        self._strangers: dict[ScopeId, dict[LogId, int]] = {}
        self._idle: dict[AgentId, None] = {}
        self._counting: dict[LogId, None] = {}
        self._voices: dict[tuple[LogId, AgentId], None] = {}

    def admit(self, run: Run, source: Source, turn: Turn) -> Admission:
        """Decide about one run and, if it is accepted, put what is new of it into the batch."""
        new = self._new_of(run)
        if not new:
            return Known()
        first = new[0]
        now = self._ground.flight.log(first.log)
        if first.prev and (now is None or first.prev not in now.tips) and not self._ground.flight.has(first.prev):
            return Gap(first.log)
        if len(new) > 1 and network_facts(first) is not None:
            return Declined("author")  # as in _may_stand
        verdict = self._may_stand(first, now, source)
        if verdict is not None:
            return verdict
        fork = now is not None and first.prev not in now.tips
        refusal = self._keep_within(new, now, fork, source)
        if refusal is not None:
            return refusal
        return Accepted(self._take(Run(new, run.signature), now, fork, source, turn))

    @property
    def idle(self) -> int:
        """How many streams are kept of agents that stand in no network here."""
        return len(self._idle)

    def strangers(self, scope: ScopeId) -> int:
        """How many records of non-members of a network are kept."""
        return sum(self._strangers_in(scope).values())

    def note_standing(self, agent: AgentId) -> None:
        """An agent stands in a network now: its stream is not idle any more."""
        self._idle.pop(agent, None)

    def _new_of(self, run: Run) -> tuple[Record, ...]:
        """The records of a run that are neither stored nor on their way: what is held comes first in a chain."""
        records, flight = run.records, self._ground.flight
        now = flight.log(records[0].log)
        if now is None or records[0].prev in now.tips:
            return records
        if flight.has(records[-1].id):
            return ()
        low, high = 0, len(records) - 1
        while low < high:
            middle = (low + high) // 2
            if flight.has(records[middle].id):
                low = middle + 1
            else:
                high = middle
        return records[low:]

    def _may_stand(self, first: Record, now: LogNow | None, source: Source) -> Waiting | Declined | None:
        """Whether this log may be kept; None if so."""
        if now is not None and self._scopes.is_genesis_log(now):
            return Declined("author")  # the key of a network's genesis signs that record and nothing else
        if now is not None:
            return None if source.trusted or self._is_wanted(now.scope, now.agent, source) else Declined("unwanted")
        if not first.scope:
            return self._may_begin(first, source)
        flight, scope = self._ground.flight, first.home
        facts = flight.network(scope)
        if facts is None and not flight.is_personal(scope) and not flight.is_agreement(scope):
            return Declined("scope") if flight.has(scope) else Waiting(RecordId(scope))
        for answer in (self._speaks(first), self._may_write(first, facts)):
            if answer is not True:
                return Waiting(answer) if answer else Declined("author")
        if not source.trusted and not self._is_wanted(scope, AgentId(first.agent), source):
            return Declined("unwanted")
        return None

    def _speaks(self, first: Record) -> bool | RecordId:
        """Whether the key of a log's first record speaks for its agent."""
        if not self._ground.flight.has(first.agent):
            return RecordId(first.agent)
        return speaks(first, self._ground.flight)

    def _may_write(self, first: Record, facts: NetworkFacts | None) -> bool | RecordId:
        """Whether an agent may begin a log in this scope."""
        if facts is None and self._ground.flight.is_agreement(first.scope):
            return entitled_to_agreement(first, self._named, self._ground.flight)
        if facts is None:
            return first.agent == first.scope or visits(first, self._ground.flight)
        return self._scopes.is_open(ScopeId(first.scope)) or entitled_by(first, facts, self._ground.flight)

    def _may_begin(self, genesis: Record, source: Source) -> Waiting | Declined | None:
        """Whether the genesis of a scope is kept: of a network or agreement that is carried, or of a person."""
        if is_person(genesis) or is_organisation(genesis):
            if source.trusted or self._is_wanted(genesis.home, genesis.author, source):
                return None
            return Declined("full")
        if is_agreement(genesis):
            speaks_ = self._speaks(genesis)
            if speaks_ is not True:
                return Waiting(speaks_) if speaks_ else Declined("author")
        elif network_facts(genesis) is None or genesis.home in self._scopes.expected:
            return Declined("scope")
        return None if source.trusted or genesis.home in self._scopes.carried else Declined("unwanted")

    def _is_wanted(self, scope: ScopeId, agent: AgentId, source: Source) -> bool:
        """Whether logs of a scope are carried here: networks of ours, and the streams of who stands in them.

        Causes come before effects, so a stream may come before its agent stands anywhere; how many such streams are
        kept is bounded.
        """
        if scope in self._scopes.carried or agent == self._ground.identity.agent:
            return True
        if bytes(scope) != bytes(agent):
            if not self._ground.flight.is_personal(scope):
                return False
            agent = AgentId(scope)  # Who visits a stream is kept where the stream is.
        if self._scopes.sets_of(scope) or self._closure.is_named(agent) or agent in self._idle:
            return True
        if self._is_awaited(RecordId(agent)):
            return True
        if agent in self._policy.blocked:
            return False
        if not source.asked or len(self._idle) >= self._ground.settings.idle_streams:
            return False
        self._idle[agent] = None
        return True

    def _keep_within(self, new: tuple[Record, ...], now: LogNow | None, fork: bool, source: Source) -> Declined | None:
        """Whether a log stays within its bounds with this run."""
        first, settings = new[0], self._ground.settings
        if first.scope:
            records, size = self._scopes.allowance(ScopeId(first.scope))
            if first.seq > records or (now is not None and now.size >= size):
                return Declined("quota")
        if source.trusted:
            return None
        if self._scopes.is_full(first.home):
            return Declined("relayed")
        if self._closure.waiting_in(first.log) >= settings.waits_per_log or len(self._closure) >= settings.waits_max:
            return Declined("full")
        named = self._closure.are_waiting and any(self._closure.is_named(record.id) for record in new)
        if fork and now is not None and not may_branch(new, now, self._closure, asked=source.asked):
            return Declined("branches")
        if named or self._counts(new, now):
            return None
        if first.author in self._policy.blocked:
            return Declined("blocked")
        logs = self._strangers_in(first.home)
        total = sum(logs.values()) + len(new)
        if total > settings.stranger_records or (now is None and len(logs) >= settings.stranger_logs):
            return Declined("quota")
        return None

    def _counts(self, new: tuple[Record, ...], now: LogNow | None) -> bool:
        """Whether a log counts with these records: its author has joined, or need not."""
        if now is not None and now.counted:
            return True
        first = new[0]
        facts = self._ground.flight.network(first.scope) if first.scope else None
        if facts is None or not self._scopes.is_open(ScopeId(first.scope)) or first.agent in facts.founders:
            return True
        return any(self._lets_in(record, facts) for record in new)

    def _lets_in(self, record: Record, facts: NetworkFacts) -> bool:
        """Whether somebody joins by a record, accepts what may let them in once it is here, or was let in before."""
        if record.type == "grant" and record.facts.get("to") == record.agent:
            return True
        # Whatever it names, here or not: nodes that hold the same must agree, and joining costs no more than naming.
        if record.type == "countersign" and record.facts.get("decision") == "accept":
            return True
        return entitled_by(record, facts, self._ground.flight) is True

    def _is_named_by_counting(self, record: RecordId) -> bool:
        """Whether a record that counts waits for this one."""
        logs = map(self._ground.flight.log, self._closure.waiting_logs(record))
        return any(now is not None and now.counted for now in logs)

    def _take(self, run: Run, now: LogNow | None, fork: bool, source: Source, turn: Turn) -> Arrival:
        """Put new records into the batch and remember what follows from them."""
        new = run.records
        first, last = new[0], new[-1]
        log = first.log
        counted = self._counts(new, now) or any(self._is_named_by_counting(record.id) for record in new)
        if now is None:
            now = LogNow(log, first.home, Key(first.key), first.author, {}, counted, 0)
            if is_agreement(first):
                self._carry_agreement(now.scope, turn)
            if not counted:
                turn.uncounted.append(log)
        elif counted and not now.counted:
            self._promote(now, turn)
        if not counted:
            logs = self._strangers_in(first.home)
            logs[log] = logs.get(log, 0) + len(new)
        now.tips.pop(RecordId(first.prev), None)
        now.tips[last.id] = last.seq
        size = sum([len(record.raw) for record in new])
        now.size += size
        self._scopes.grow(now.scope, size)
        self._policy.note_accepts(new, turn)
        arrival = Arrival(run, log, now.scope, now.agent, source.conn, source.live, fork, counted)
        turn.runs.append(run)
        turn.after.arrivals.append(arrival)
        self._ground.flight.add(turn.number, new, now)
        # Before those who wait are freed: an order to erase waits for its target.
        apply_erasures(run, self._ground.flight, self._closure, turn)
        self._look_at_names(new, now, turn)
        return arrival

    def _carry_agreement(self, scope: ScopeId, turn: Turn) -> None:
        """An agreement begins here, or has come: it is carried from its first record on."""
        self._scopes.expected.pop(scope, None)
        hosts = sorted(self._scopes.carry(scope).hosts)
        turn.local.append(AgreementEntry(scope, turn.moment.wall, hosts[0] if hosts else ""))

    def _look_at_names(self, new: tuple[Record, ...], now: LogNow, turn: Turn) -> None:
        """Remember what new records wait for, free who waited for them, and let who is named count."""
        closure, scope = self._closure, now.scope
        for record in new:
            names_none = not record.deps and not record.auth and not may_name_records(record)
            if not names_none or (record.agent and record.agent != now.agent):
                refs = [each for each in (*named_by(record), record.agent) if each not in (b"", scope, now.agent)]
                turn.local += closure.take(record, dict.fromkeys(refs), scope)
                for ref in refs if now.counted else ():
                    self._let_count(ref, now, turn)
                self._listen(record, now.log, now.agent, turn)
            if closure.is_named(record.id):
                self._note_waited_for(record, turn)
                freed = closure.release(record.id, now.log)
                turn.local += freed
                for waiter in dict.fromkeys(bytes(row.key[0]) for row in freed if isinstance(row.key[0], bytes)):
                    self._listen_again(waiter, turn)

    def _listen(self, record: Record, log: LogId, first: AgentId, turn: Turn) -> None:
        """Note for whom else a log speaks than who began it; what is claimed falsely is no voice."""
        voice = log, AgentId(record.agent)
        if not record.agent or record.agent in (first, record.scope) or voice in self._voices:
            return
        if speaks(record, self._ground.flight) is True:  # what must come before that is waited for, and tells
            turn.voices[voice] = None
            turn.after.voices.append(log)
            self._voices[voice] = None
            if len(self._voices) > VOICES_REMEMBERED:
                del self._voices[next(iter(self._voices))]

    def _listen_again(self, waiter: bytes, turn: Turn) -> None:
        """A record waits for less than before: perhaps it is known now for whom it speaks."""
        record = self._ground.flight.record(waiter)
        assert record is not None  # who waits is stored
        now = self._ground.flight.log(record.log)
        assert now is not None  # and so is its log
        self._listen(record, now.log, now.agent, turn)

    def _note_waited_for(self, record: Record, turn: Turn) -> None:
        """A record has come that others name: remember where, if it begins somebody's stream."""
        place = self._closure.place(record.id)
        assert place is not None  # it is on its way to the disk
        for now in map(self._ground.flight.log, self._closure.waiting_logs(record.id)):
            assert now is not None  # who waits is here
            self._named.note(record.id, place, now.scope, turn)

    def _let_count(self, ref: bytes, by: LogNow, turn: Turn) -> None:
        """A counting record names this one: if it stands in a stranger's log, that counts from now on."""
        place = self._closure.place(ref)
        if place is not None:
            self._named.note(ref, place, by.scope, turn)
        if place is None or place.home != by.scope or place.log == by.log or place.log in self._counting:
            return
        now = self._ground.flight.log(place.log)
        if now is not None and not now.counted:
            self._promote(now, turn)
            self._ground.flight.add(turn.number, (), now)
            for record in self._records_of(now):
                for each in named_by(record):
                    self._let_count(each, now, turn)
        self._counting[place.log] = None
        if len(self._counting) > COUNTING_REMEMBERED:
            del self._counting[next(iter(self._counting))]

    def _records_of(self, now: LogNow) -> Iterator[Record]:
        """All records of a log; only asked of strangers' logs, which are few and short."""
        flight = self._ground.flight
        for tip in now.tips:
            record = flight.record(tip)
            while record is not None:
                yield record
                record = flight.record(record.prev) if record.prev else None

    def _promote(self, now: LogNow, turn: Turn) -> None:
        """Uncounted → counted: the log stands in its network like any other."""
        now.counted = True
        self._strangers.get(now.scope, {}).pop(now.log, None)
        if now.log in turn.uncounted:
            turn.uncounted.remove(now.log)
        else:
            turn.after.promoted.append(now.log)

    def _strangers_in(self, scope: ScopeId) -> dict[LogId, int]:
        """How many records each stranger's log in a network has, counted once and then kept."""
        if scope not in self._strangers:
            heads = self._ground.ledger.logs_of_scope(scope)
            self._strangers[scope] = {head.log: sum(tip.seq for tip in head.tips) for head in heads if not head.counted}
        return self._strangers[scope]
