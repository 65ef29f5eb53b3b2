"""Letting go of private parts that are not kept any more, and wanting those again that are: step by step.

Four reasons, looked at in this order, each from what is on the disk, so that a crash between two steps loses nothing:

    review  what is kept of an author has changed (followed, blocked, other settings): ReviewEntry → every part → gone
    author  more is held of an author than may be, since the bound was lowered
    total   more is held of all than may be: the largest of those not followed first, oldest first; then the followed
    age     parts of those not followed are here for longer than they are kept

One step is on its way to the disk at a time: idle → (something is due) → stepping → (it landed) → idle or the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from meshnode.core.bounds import SLACK, Bounds
from meshnode.core.flight import LogNow
from meshnode.core.ground import Ground
from meshnode.core.policy import Policy
from meshnode.core.ports import LogHead, PartHere
from meshnode.core.reports import LetGo
from meshnode.core.rows import DayEntry, Forget, NoteEntry, ReviewEntry
from meshnode.core.settings import CoreSettings
from meshnode.core.turn import Turn
from meshproto.records.ids import AgentId, LogId

DAY = 86_400_000
NOTE = "keeping"
"""The note of what was kept in the life before, so that other settings are noticed."""


@dataclass(slots=True)
class Walk:
    """A way through all private parts of some logs, lane by lane, oldest first."""

    heads: Iterator[LogHead]
    lanes: list[tuple[LogId, int]] = field(default_factory=list)
    seq: int = 0

    def page(self, ground: Ground) -> list[tuple[LogNow, PartHere]] | None:
        """The next parts; None at the end. May be empty before that."""
        if not self.lanes:
            head = next(self.heads, None)
            if head is None:
                return None
            self.lanes = [(head.log, lane) for lane in range(len(head.tips))][::-1]
        log, lane = self.lanes[-1]
        parts, more = ground.ledger.parts_in(log, lane, self.seq, ground.settings.keeping_step)
        self.seq = more or 0
        if more is None:
            self.lanes.pop()
        now = ground.flight.committed(log)
        return [] if now is None else [(now, part) for part in parts]


class Sweep:
    """Keeps private parts within what the owner chose."""

    def __init__(self, ground: Ground, policy: Policy, bounds: Bounds) -> None:
        self._ground = ground
        self._policy = policy
        self._bounds = bounds
        self._step_of = 0
        """The batch on its way, 0 if none."""
        self._reviewing: tuple[bytes, Walk] | None = None
        self._pressing = False
        self._walks: dict[AgentId, Walk] = {}
        self._spared: dict[AgentId, None] = {}
        self._aged_to, self._age_limit = 0, 0
        self.wanted_again = False
        """Parts are missing that were not before, since this was looked at last."""

    def start(self, turn: Turn) -> None:
        """Begin: notice other settings, and take up what was cut short."""
        settings, ledger = self._ground.settings, self._ground.ledger
        now, then = _fingerprint(settings), _fingerprint(CoreSettings())
        for note in ledger.rows(NoteEntry):
            then = note.value if note.name == NOTE else then
        if now != then:
            turn.local += [ReviewEntry(b""), NoteEntry(NOTE, now)]
            turn.after.keeping = True
        self._ground.agenda.set("keep", 0, turn.moment.ticks)
        self._ground.agenda.set("age", 0, turn.moment.ticks)

    def hasten(self, turn: Turn) -> None:
        """Something may be due."""
        self._ground.agenda.hasten("keep", 0, turn.moment.ticks)

    def landed(self, number: int, turn: Turn) -> None:
        """stepping → idle, once that batch is on the disk."""
        if self._step_of and number >= self._step_of:
            self._step_of = 0
            self.hasten(turn)

    def begin_again(self) -> None:
        """What is kept has changed: a review that is under way has looked at some parts by the old rule."""
        self._reviewing = None
        self._bounds.forget_promises()

    def step(self, turn: Turn) -> None:
        """Do the next bit of what is due; nothing while an earlier bit is on its way to the disk."""
        if self._step_of:
            return
        if self._review(turn) or self._press(turn) or self._age(turn):
            if turn.batch() is not None:
                self._step_of = turn.number
            else:
                self.hasten(turn)

    def note_day(self, turn: Turn) -> None:
        """Remember how far arrivals have come today, and which are too old by now."""
        settings, ledger = self._ground.settings, self._ground.ledger
        self._ground.agenda.set("age", 0, turn.moment.ticks + self._ground.jitter(settings.keeping_interval))
        self._spared.clear()
        if not settings.retention_days:
            return
        marks, last, day = ledger.rows(DayEntry), ledger.last_arrival(), turn.moment.wall // DAY
        if not marks or (int(marks[-1].day) < day and marks[-1].arrival < last):
            turn.local.append(DayEntry(f"{day:08}", last))
        old = [mark for mark in marks if int(mark.day) <= day - settings.retention_days]
        if old:
            self._age_limit = old[-1].arrival
            turn.local += [Forget(DayEntry, (mark.day,)) for mark in old[:-1]]
            self.hasten(turn)

    def _review(self, turn: Turn) -> bool:
        """Look at the next parts of whoever is reviewed; false if nobody is."""
        if self._reviewing is None:
            row = next(iter(self._ground.ledger.rows(ReviewEntry)), None)
            if row is None:
                return False
            ledger = self._ground.ledger
            heads = iter(ledger.logs_of_agent(row.agent)) if row.agent else ledger.logs()
            self._reviewing = row.agent, Walk(heads)
        agent, walk = self._reviewing
        page = walk.page(self._ground)
        if page is None:
            self._reviewing = None
            self._bounds.forget_promises()
            self.wanted_again = True
            turn.local.append(Forget(ReviewEntry, (agent,)))
            return True
        self._judge(page, turn)
        return True

    def _judge(self, page: list[tuple[LogNow, PartHere]], turn: Turn) -> None:
        """Let go of what is not kept, without trace where its author is blocked; want again what is and has room."""
        gone: dict[str, int] = {}
        for now, part in page:
            blocked, keeps = now.agent in self._policy.blocked, self._policy.keeps(now)
            if part.state == "gone" and keeps:
                if not self._bounds.lacks_room(now.agent, part.size, promised=True):
                    self._bounds.promise(now.agent, part.size)
                    turn.wanted.append(part.record)
            elif part.state == "gone" and blocked and not turn.scrub:
                # It may have gone for another reason, with traces: files are cleared of all for the sake of one.
                turn.evictions[part.record] = None
                turn.scrub = True
            elif part.state != "gone" and not keeps and not self._policy.is_safe(now, part.record):
                self._let_go(now, part, turn)
                turn.scrub = turn.scrub or blocked
                why = "blocked" if blocked else "policy"
                gone[why] = gone.get(why, 0) + 1
        turn.after.news += [LetGo(why, count) for why, count in gone.items()]

    def _press(self, turn: Turn) -> bool:
        """Let the oldest parts go of whoever has too much, or most; false if all is within its bounds."""
        bound = self._ground.settings.parts_of_others
        over = [agent for agent in self._bounds.overfull() if agent not in self._spared]
        self._pressing = self._bounds.total > (bound - bound // SLACK if self._pressing else bound)
        if not over and not self._pressing:
            self._walks.clear()
            return False
        agent = over[0] if over else self._bounds.largest(self._spared)
        if agent is None:
            agent = self._bounds.largest(self._spared, followed=True)
        if agent is None:
            self._pressing = False
            return False
        return self._shrink(agent, bool(over), turn)

    def _shrink(self, agent: AgentId, over: bool, turn: Turn) -> bool:
        """Let the oldest parts of an author go, as many as must."""
        settings = self._ground.settings
        walk = self._walks.get(agent)
        if walk is None:
            walk = self._walks[agent] = Walk(iter(self._ground.ledger.logs_of_agent(agent)))
        page = walk.page(self._ground)
        if page is None:
            self._spared[agent] = None  # nothing is left of it but what is never let go
            del self._walks[agent]
            return True
        low = settings.parts_of_others - settings.parts_of_others // SLACK
        count = 0
        for now, part in page:
            enough = self._bounds.held(agent) <= settings.parts_per_author if over else self._bounds.total <= low
            if not enough and part.state == "held" and not self._policy.is_safe(now, part.record):
                self._let_go(now, part, turn)
                count += 1
        if count:
            turn.after.news.append(LetGo("author" if over else "total", count))
        return True

    def _age(self, turn: Turn) -> bool:
        """Let parts go that are here for too long; false if none is left."""
        if self._aged_to >= self._age_limit:
            return False
        limit = self._ground.settings.keeping_step
        page = self._ground.ledger.parts_held(self._aged_to, self._age_limit, limit)
        self._aged_to = page[-1][1].arrival if len(page) == limit else self._age_limit
        count = 0
        for log, part in page:
            now = self._ground.flight.committed(log)
            if now is None or now.agent in self._policy.followed or self._policy.is_safe(now, part.record):
                continue
            self._let_go(now, part, turn)
            count += 1
        if count:
            turn.after.news.append(LetGo("age", count))
        return True

    def _let_go(self, now: LogNow, part: PartHere, turn: Turn) -> None:
        """held or wanted → gone."""
        turn.evictions[part.record] = None
        if part.state == "held" or part.record in self._bounds.coming:
            self._bounds.let_go(now.agent, part.size)


def _fingerprint(settings: CoreSettings) -> bytes:
    """What decides which private parts are kept, apart from age."""
    bounds = f"{settings.keep_privates} {settings.parts_per_author} {settings.parts_of_others}"
    return bounds.encode()
