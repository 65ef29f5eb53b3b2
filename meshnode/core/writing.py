"""Writes of this node's owner: drafts are signed, admitted and committed as one batch."""

from collections.abc import Callable, Iterator

from meshnode.core.author import BEGINNING, DraftRefused, End, Pen, end_of, sign_drafts
from meshnode.core.closure import Closure
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import NotWritten, Written
from meshnode.core.entitled import entitled_by
from meshnode.core.events import Write
from meshnode.core.flight import LogNow, is_agreement
from meshnode.core.founding import awaited_founders
from meshnode.core.gate import Gate
from meshnode.core.ground import Ground
from meshnode.core.heads import Heads
from meshnode.core.ingest import Accepted, Admission, Known, Source
from meshnode.core.mandates import Denied, Mandates
from meshnode.core.reports import ForkHealed
from meshnode.core.rows import AnswerEntry, Forget, ImportEntry, LocalRow
from meshnode.core.scopes import Scopes
from meshnode.core.summing import Sums, Unsummed, with_sums
from meshnode.core.turn import Turn
from meshnode.core.unseen import GOVERNING, MOST_CHECKPOINTS, NAMED_AT_ONCE, Unseen
from meshproto.records.ids import NONE, AgentId, LogId, RecordId, ScopeId, log_id, to_text
from meshproto.records.log import Run
from meshproto.records.record import Record, ids_in
from meshproto.types import repair
from meshproto.types.catalogue import check_facts

OWN = Source(None, trusted=True, live=True)
"""Where this node's own records come from."""

Admit = Callable[[Run, Source, Turn], Admission]


class Desk:
    """Signs what the owner writes."""

    def __init__(
        self,
        ground: Ground,
        scopes: Scopes,
        closure: Closure,
        gate: Gate,
        heads: Heads,
        mandates: Mandates,
        unseen: Unseen,
        admit: Admit,
        sums: Sums,
    ) -> None:
        self._unseen, self._sums = unseen, sums
        self._ground = ground
        self._gate = gate
        self._mandates = mandates
        self._closure = closure
        self._scopes = scopes
        self._heads = heads
        self._admit = admit
        self._healed: dict[LogId, frozenset[RecordId]] = {}

    def refusal(self, write: Write) -> NotWritten | None:
        """Why a write is refused whatever it says, before anything of it is taken in; None if it is not."""
        settings = self._ground.settings
        if len(self._ground.flight) >= settings.in_flight_max:
            return NotWritten("busy")
        if len(write.drafts) > settings.drafts_max:
            return NotWritten("draft", f"at most {settings.drafts_max} at once")
        own = self._mandates.device() if write.drafts and write.drafts[0].type != "rotate" else None
        return _refused_by(own).outcome if isinstance(own, Denied) else None

    def write(self, write: Write, turn: Turn) -> NotWritten | None:
        """Put a write that is not refused anyway into the batch; its ticket is answered when that is on disk.

        NotWritten: none of its drafts is signed.
        """
        for run in write.ready.runs:
            taken = self._admit(run, OWN, turn)
            if not isinstance(taken, Accepted | Known):
                return NotWritten("refused", str(taken))
        turn.privates += write.ready.privates
        try:
            records = self._sign(write.drafts, turn)
        except _CannotWrite as refusal:
            return refusal.outcome
        ids = tuple(record.id for record in records)
        turn.local += tuple(_listing(row, ids) for row in write.local)
        turn.after.answers.append((write.ticket, Written(ids, records)))
        return None

    def _sign(self, drafts: tuple[Draft, ...], turn: Turn) -> tuple[Record, ...]:
        """Sign drafts, those of one scope as one chain, and admit them. Raises _CannotWrite before anything is."""
        groups: dict[ScopeId, list[int]] = {}
        signed: list[tuple[list[int], SignedRecords]] = []
        for index, draft in enumerate(drafts):
            if draft.scope:
                groups.setdefault(draft.scope, []).append(index)
            else:
                signed.append(([index], self._begin(draft, turn)))
        for scope, indexes in groups.items():
            signed.append((indexes, self._sign_in(scope, [drafts[index] for index in indexes], turn)))
        made: dict[int, Record] = {}
        for indexes, records in signed:
            if drafts[indexes[0]].scope:
                self._note_named(records, turn)
            for run in records.runs:
                taken = self._admit(run, OWN, turn)
                assert isinstance(taken, Accepted)  # what may be refused was asked before signing
            turn.privates += records.privates
            chain = [record for run in records.runs for record in run.records]
            made.update(zip(indexes, chain[-len(indexes) :], strict=True))  # Checkpoints may come before.
        return tuple(made[index] for index in range(len(drafts)))

    def _sign_in(self, scope: ScopeId, drafts: list[Draft], turn: Turn) -> SignedRecords:
        identity = self._ground.identity
        self._check_scope(scope, drafts)
        self._check_names(scope, drafts)
        log = log_id(scope, identity.key.public)
        now = self._ground.flight.log(log)
        end = end_of((seq, tip) for tip, seq in now.tips.items()) if now is not None else end_of(())
        healed = self._healed.get(log, frozenset())
        end = End(end.seq, end.id, tuple(each for each in end.others if each not in healed))
        pen = Pen(identity.agent, identity.key, turn.moment.wall, self._ground.chance)
        drafts = self._joining(scope, self._with_mandates(drafts, end.id), end)
        self._check_quota(scope, drafts)
        heads = self._heads.choose(scope, end)
        drafts = self._with_sums(drafts, end, heads)
        try:
            signed = sign_drafts(pen, drafts, end, heads)
        except DraftRefused as refusal:
            raise _CannotWrite("draft", str(refusal)) from None
        facts, first = self._ground.flight.network(scope), signed.runs[0].records[0]
        begins_closed = facts if now is None and facts is not None and not self._scopes.is_open(scope) else None
        if begins_closed is not None and entitled_by(first, begins_closed, self._ground.flight) is not True:
            raise _CannotWrite("role", to_text(scope))  # The fold would have said so, but has not come so far.
        return signed

    def _with_sums(self, drafts: list[Draft], end: End, heads: list[RecordId]) -> list[Draft]:
        """The drafts, distributions with what comes of them. Raises _CannotWrite."""
        found = with_sums(drafts, end, heads, self._ground.identity.agent, self._sums)
        if isinstance(found, Unsummed):
            raise _CannotWrite(*found)
        return found

    def _begin(self, draft: Draft, turn: Turn) -> SignedRecords:
        """Sign the first version of an agreement, which begins a scope of its own. Raises _CannotWrite."""
        identity = self._ground.identity
        self._check_organisation(draft.agent, draft.scope)
        self._check_names(draft.scope, [draft])
        pen = Pen(identity.agent, identity.key, turn.moment.wall, self._ground.chance)
        try:
            signed = sign_drafts(pen, self._with_mandates([draft], RecordId(NONE)), BEGINNING)
        except DraftRefused as refusal:
            raise _CannotWrite("draft", str(refusal)) from None
        first = signed.runs[0].records[0]
        if not is_agreement(first):
            raise _CannotWrite("draft", str(check_facts(first) or "it begins no agreement"))
        return signed

    def _with_mandates(self, drafts: list[Draft], tip: RecordId) -> list[Draft]:
        """The drafts with what they are signed by. Raises _CannotWrite."""
        found: list[Draft] = []
        named: set[RecordId] = set()
        for draft, answer in zip(drafts, self._mandates.answers(drafts, tip), strict=True):
            if isinstance(answer, Denied):
                raise _refused_by(answer)
            for each in answer.auth:
                if not self._closure.is_sound(each):
                    raise _CannotWrite("pending" if self._closure.place(each) else "missing", to_text(each))
            deps = [each for each in answer.deps if each not in named and self._closure.is_sound(each)]
            named.update(deps)
            fresh = tuple(each for each in deps if each not in draft.deps)
            found.append(draft._replace(auth=answer.auth, deps=(*draft.deps, *fresh)))
        return found

    def _joining(self, scope: ScopeId, drafts: list[Draft], end: End) -> list[Draft]:
        """The drafts, such that those which govern know of all that is held: after checkpoints where it takes any."""
        first = next((at for at, draft in enumerate(drafts) if draft.type in GOVERNING), None)
        carried = self._scopes.carried.get(scope)
        if first is None or (carried is not None and not carried.founded):
            return drafts
        named = list(dict.fromkeys((*self._unseen.heads(scope, end), *drafts[first].deps)))
        if len(named) <= NAMED_AT_ONCE:
            if end.seq:  # The first record of a log names the founders before all else.
                drafts[first] = drafts[first]._replace(deps=tuple(named))
            return drafts
        checkpoint = Draft(scope, "checkpoint", repair.checkpoint())
        answer = self._mandates.answer(checkpoint, end.id)
        if isinstance(answer, Denied):
            return drafts  # Whoever comes in, or is let in for little, joins what one record can name.
        named = list(dict.fromkeys((*answer.deps, *named)))[: NAMED_AT_ONCE * MOST_CHECKPOINTS]
        pieces = [*_pieces(named)] if end.seq else [answer.deps, *_pieces(named)]
        joining = [checkpoint._replace(auth=answer.auth, deps=each) for each in pieces]
        drafts[first] = drafts[first]._replace(deps=())
        return [*joining, *drafts]

    def _note_named(self, records: SignedRecords, turn: Turn) -> None:
        """Heads are named once, and other branches of our own log joined once; here nothing is refused any more."""
        first = records.runs[0].records[0]
        named = frozenset(each for run in records.runs for record in run.records for each in record.deps)
        self._heads.forget(ScopeId(first.home), named)
        now = self._ground.flight.log(first.log)
        if now is None:
            return
        joined = frozenset(tip for tip in now.tips if tip in named and tip != first.prev)
        if joined:
            self._healed[first.log] = joined | self._healed.get(first.log, frozenset()).intersection(now.tips)
            turn.after.news.append(ForkHealed(first.log, first.id))

    def _check_scope(self, scope: ScopeId, drafts: list[Draft]) -> None:
        """Whether this node may write these there. Raises _CannotWrite."""
        identity, flight = self._ground.identity, self._ground.flight
        now = flight.log(log_id(scope, identity.key.public))
        if bytes(scope) != bytes(identity.agent):
            founders, carried = self._scopes.founders_of(scope), self._scopes.carried.get(scope)
            founders = () if flight.is_agreement(scope) else founders
            if founders is None or carried is None:
                raise _CannotWrite("scope", "not a network this node takes part in")
            if not carried.founded:
                self._check_founding(scope, founders, drafts, begun=now is not None)
            if self._gate.is_open(scope):
                self._check_standing(scope, founders, drafts, now)
        for agent in dict.fromkeys(each.agent for each in drafts):
            self._check_organisation(agent, scope)
        self._check_quota(scope, drafts)

    def _check_quota(self, scope: ScopeId, drafts: list[Draft]) -> None:
        """Whether the own log has room for these. Raises _CannotWrite."""
        now = self._ground.flight.log(log_id(scope, self._ground.identity.key.public))
        records, size = self._scopes.own_allowance(scope)
        if now is not None and (max(now.tips.values()) + len(drafts) > records or now.size >= size):
            raise _CannotWrite("quota", f"{records} records or {size} bytes in one log")

    def _check_standing(
        self, scope: ScopeId, founders: tuple[AgentId, ...], drafts: list[Draft], now: LogNow | None
    ) -> None:
        """Whether those for whom this is signed are no strangers in an open network. Raises _CannotWrite."""
        log = now if now is not None and now.counted else None
        known = (*founders, scope) if log is None else (*founders, scope, log.agent)
        for draft in drafts:
            agent = AgentId(draft.agent or self._ground.identity.agent)
            if draft.type == "grant" or self._takes_up(draft):
                return  # by which one joins
            if agent in known:
                continue  # mostly the owner; who else was heard in the log is asked for
            if log is None or agent not in self._ground.ledger.agents_of_log(log.log):
                raise _CannotWrite("stranger", to_text(scope))

    def _takes_up(self, draft: Draft) -> bool:
        """Whether a draft accepts a role that was given by name, or an invitation."""
        named = draft.facts.get("target")
        if draft.type != "countersign" or draft.facts.get("decision") != "accept" or not isinstance(named, bytes):
            return False
        target = self._ground.flight.record(named)
        return target is not None and target.type == "grant" and target.home == draft.scope

    def _check_organisation(self, agent: bytes, scope: ScopeId) -> None:
        """Whether an organisation for which something is signed elsewhere is founded. Raises _CannotWrite."""
        founders = self._ground.flight.founders_of(agent) if agent and agent != scope else None
        awaited = awaited_founders(self._ground.ledger, ScopeId(agent), founders) if founders else []
        # What is not folded cannot be named, and what does not name all founders' accepts is invalid for ever.
        awaited = awaited or (self._mandates.awaited(agent) if agent else [])
        if awaited:
            raise _CannotWrite("unfounded", ", ".join(to_text(each) for each in awaited))

    def _check_founding(
        self, scope: ScopeId, founders: tuple[AgentId, ...], drafts: list[Draft], *, begun: bool
    ) -> None:
        """Whether drafts count though not all founders' accepts are on the disk. Raises _CannotWrite."""
        # SPEC 04-fold 4: each that is an organisation or network: it is not founded for x: *invalid*, `T-MISSING`
        founding, agent = drafts[0].type == "countersign", drafts[0].agent
        me = self._ground.identity.agent if agent in (b"", scope) else AgentId(agent)
        awaited = awaited_founders(self._ground.ledger, scope, founders)
        if (founding or begun) and me in awaited:
            awaited.remove(me)  # what a founder writes first is the accept
        alone = me in founders and all(each.type == "countersign" for each in drafts)
        if awaited and not alone:
            raise _CannotWrite("unfounded", ", ".join(to_text(each) for each in awaited))

    def _check_names(self, scope: ScopeId, drafts: list[Draft]) -> None:
        """Whether all that drafts name may be named: what may not would spoil the log for good. Raises _CannotWrite."""
        named = dict.fromkeys(each for draft in drafts for each in (*draft.deps, *ids_in(draft.facts)))
        for each in named:
            place = self._closure.place(each)
            if place is None:
                raise _CannotWrite("missing", to_text(each))
            if not place.personal and place.home != scope:
                raise _CannotWrite("foreign", to_text(each))
            if not self._closure.is_sound(each):
                raise _CannotWrite("pending", to_text(each))


def _listing(row: LocalRow | Forget, ids: tuple[RecordId, ...]) -> LocalRow | Forget:
    """A row that lists what was written gets the ids of these records too: nobody knew them before."""
    return row._replace(ids=row.ids + ids) if isinstance(row, AnswerEntry | ImportEntry) else row


def _pieces(named: list[RecordId]) -> Iterator[tuple[RecordId, ...]]:
    """Cut what is to be named into what one checkpoint names each."""
    for at in range(0, len(named), NAMED_AT_ONCE):
        yield tuple(named[at : at + NAMED_AT_ONCE])


class _CannotWrite(Exception):
    """A write cannot be signed; `outcome` is what its ticket is answered with."""

    def __init__(self, why: str, detail: str) -> None:
        super().__init__(why, detail)
        self.outcome = NotWritten(why, detail)


def _refused_by(denied: Denied) -> _CannotWrite:
    return _CannotWrite(denied.why, to_text(denied.by) if denied.by else "")
