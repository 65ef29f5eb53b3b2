"""What follows when batches are on disk: indexes move on, news is passed on, answers are given."""

from collections.abc import Iterable, Sequence

from meshnode.core.effects import Look
from meshnode.core.ground import Session
from meshnode.core.limits import give_back
from meshnode.core.parts import Parts
from meshnode.core.reports import ForkFound, ScopeReady, Stored
from meshnode.core.turn import Aftermath, Arrival, Turn
from meshproto.records.ids import LogId
from meshproto.wire.messages import LogTip


def settle(parts: Parts, afters: Sequence[tuple[int, Aftermath]], turn: Turn) -> bool:
    """Do all that was held back for these batches, in their order. Returns whether what is shared may have changed."""
    arrivals: list[Arrival] = []
    promoted: list[LogId] = []
    voices: list[LogId] = []
    for number, after in afters:
        parts.ground.flight.landed(number)
        parts.sweep.landed(number, turn)
        for record in after.parts:
            parts.bounds.landed(record)
        arrivals += after.arrivals
        promoted += after.promoted
        voices += after.voices
    _move_indexes(parts, [*promoted, *(each.log for each in arrivals), *voices], frozenset(voices), turn)
    for arrival in arrivals:
        parts.heads.note(arrival)
        if arrival.fork:
            _report_fork(parts, arrival, turn)
    if arrivals:
        parts.rounds.note_news(turn)
    parts.gossip.spread(arrivals, turn)
    if any(bytes(each.scope) == parts.ground.identity.agent for each in arrivals):
        parts.gossip.tell_own_tips(parts.ground.open_sessions(), turn)
    parts.held.note(arrivals, turn)
    if parts.bounds.is_over or any(after.keeping for _, after in afters):
        parts.sweep.hasten(turn)
    if any(after.search for _, after in afters):
        turn.effects.append(Look())
    for _, after in afters:
        parts.gossip.spread_parts(after.parts, turn)
        parts.serve.note_parts(after.parts)
        _finish(parts, after, turn)
    if any(after.astray for _, after in afters):
        for session in parts.ground.open_sessions():
            parts.privates.ask(session, turn)
    # A genesis makes an agent known or a network's rules: that decides whom we share with.
    return any(not each.run.records[0].scope for each in arrivals)


def _finish(parts: Parts, after: Aftermath, turn: Turn) -> None:
    """Give answers, credit and reports of one batch."""
    for ticket, outcome in after.answers:
        turn.answer(ticket, outcome)
    for news in after.news:
        turn.tell(news)
    for conn, cost in after.owed:
        session = parts.ground.session(conn)
        if session is not None:
            give_back(session, cost, parts.ground, turn)
    counts: dict[int | None, int] = {}
    for arrival in after.arrivals:
        counts[arrival.origin] = counts.get(arrival.origin, 0) + len(arrival.run.records)
    for origin, count in counts.items():
        parts.waiters.received += count if origin is not None else 0
        turn.tell(Stored(origin, count, 0))
    if after.parts:
        turn.tell(Stored(None, 0, len(after.parts)))


def _move_indexes(parts: Parts, logs: Iterable[LogId], voices: frozenset[LogId], turn: Turn) -> None:
    """Bring indexes up to date; streams of agents that stand in a network now are told to those who share it."""
    tips: list[tuple[list[int], LogTip]] = []
    wider: dict[int, Session] = {}
    for log in dict.fromkeys(logs):
        for now in parts.scopes.note_committed(log, speaks_for_more=log in voices):
            parts.intake.note_standing(now.agent)
            parts.policy.note_standing(now, turn)
            sharing = [each for each in parts.ground.open_sessions() if parts.gate.names_of(each, now.scope)]
            wider.update((each.conn, each) for each in sharing)
            tips += [([each.conn for each in sharing], LogTip(now.log, seq, tip)) for tip, seq in now.tips.items()]
    if parts.ground.settings.live:
        parts.gossip.tell_tips(tips, turn)
    for session in wider.values():
        parts.serve.offer(session)
    for carried in parts.scopes.carried.values():
        if parts.scopes.look_at_founding(carried):
            turn.tell(ScopeReady(carried.scope))


def _report_fork(parts: Parts, arrival: Arrival, turn: Turn) -> None:
    """A branch is stored: tell which two records prove the fork."""
    first = arrival.run.records[0]
    ledger, log = parts.ground.ledger, arrival.log
    there = (ledger.id_at(log, tip.lane, first.seq) for tip in ledger.tips(log))
    rival = next(record for record in there if record is not None and record != first.id)
    turn.tell(ForkFound(log, arrival.agent, first.seq, (rival, first.id)))
