"""Feeds the core and carries out what it decides: the one place where events, time and effects meet.

    inbox → core.handle(event, moment) → effects, in order, at once → inbox

An event is dealt with as soon as it is put into the inbox, in the task that puts it there: each turn of the scheduler
would cost as much time as the core takes for a small message. No effect waits here: small messages are handed over
at once, others go into outboxes, batches to the writer's thread, dials to tasks of their own. Nothing the core must
not say before a commit is held back here; the core itself holds it back until `Committed`.
"""

import time
from collections.abc import Callable, Sequence
from typing import Protocol, assert_never

import trio

from meshnode.core.effects import Alarm as SetAlarm
from meshnode.core.effects import Answer, Close, Commit, Dial, Effect, Look, Report, Send
from meshnode.core.events import CommitFailed, Committed, Event
from meshnode.core.fullness import Fullness
from meshnode.core.ports import Batch, Ledger, Moment
from meshnode.core.reports import News
from meshnode.core.rows import HeldEntry
from meshnode.runtime.alarm import Alarm
from meshnode.runtime.clock import Clock
from meshnode.runtime.conversations import Conversations
from meshnode.runtime.dialler import Dialler
from meshnode.runtime.failures import StoreFailed
from meshnode.runtime.inbox import Inbox
from meshnode.runtime.settings import LOOP_SLICE_SECONDS
from meshnode.runtime.tickets import Tickets
from meshnode.runtime.writer import Writer
from meshproto.records.ids import ScopeId


class Core(Protocol):
    """What the driver needs of the core."""

    def handle(self, event: Event, moment: Moment) -> list[Effect]:
        """Take in one event and return what must be done about it, in order."""
        ...

    def held_by(self, record: bytes) -> tuple[HeldEntry, ...]:
        """Which agents say that they hold a record."""
        ...

    def unshared(self) -> dict[ScopeId, tuple[int, ...]]:
        """The networks that nobody shares with us, each with the connections of people who stand there."""
        ...

    def fullness(self) -> list[Fullness]:
        """How full each bound is that the owner can do something about."""
        ...


class Hands:
    """Whom the driver gives the effects to."""

    def __init__(
        self,
        *,
        writer: Writer,
        conversations: Conversations,
        dialler: Dialler,
        alarm: Alarm,
        tickets: Tickets,
        look: Callable[[], None],
    ) -> None:
        self.writer, self.conversations, self.dialler = writer, conversations, dialler
        self.alarm, self.tickets, self.look = alarm, tickets, look


class Driver:
    """Deals with what is put into the inbox. It ends by cancellation, or with StoreFailed after the core was told.

    waiting → (an event is put in) dealing → waiting; → (a slice is used up) the rest is left to the driver's own task,
    so that other tasks run; → (anything raised) broken: `run` raises it.
    """

    def __init__(
        self, core: Core, ledger: Ledger, inbox: Inbox[Event], clock: Clock, tell: Callable[[News], None]
    ) -> None:
        """`ledger` is the one that the core reads."""
        self._core, self._ledger, self._inbox, self._clock, self._tell = core, ledger, inbox, clock, tell
        self._failure: BaseException | None = None
        self._hands: Hands | None = None
        self._dealing = False
        self._left = 0.0
        self._raised: BaseException | None = None
        self._wake = trio.lowlevel.ParkingLot()
        inbox.filled = self._filled

    def landed(self, group: Sequence[Batch]) -> None:
        """The writer has committed these batches."""
        self._inbox.put_own(Committed(group[-1].number))

    def failed(self, group: Sequence[Batch], error: BaseException) -> None:
        """The writer could not commit these batches, or could not tidy (no batch)."""
        if self._failure is None:
            self._failure = error
            number = group[0].number if group else 0
            self._inbox.put_own(CommitFailed(number, str(error) or type(error).__name__))

    async def run(self, hands: Hands) -> None:
        """Take events and carry out their effects. Raises StoreFailed."""
        self._hands = hands
        try:
            while True:
                self._left = LOOP_SLICE_SECONDS
                if self._deal(hands):
                    await self._wake.park()
                else:
                    await trio.lowlevel.checkpoint()
                if self._raised is not None:
                    raise self._raised
        finally:
            self._hands = None

    def _filled(self) -> None:
        """An event was put in: deal with it, unless this is called from dealing with another."""
        if self._hands is None or self._dealing or self._raised is not None:
            return
        if self._left <= 0:
            self._wake.unpark()
            return
        try:
            done = self._deal(self._hands)
        except BaseException as error:  # supervisor: whoever put the event is not to blame; `run` raises it
            self._raised, done = error, False
        if not done:
            self._wake.unpark()

    def _deal(self, hands: Hands) -> bool:
        """Deal with what waits until nothing does, or the slice is used up; whether nothing waits any more."""
        begun = time.perf_counter()
        self._dealing = True
        try:
            # While the disk is behind, peers wait; the node's own events never do.
            while (event := self._inbox.take(peers=not hands.writer.full)) is not None:
                with self._ledger.steady():
                    effects = self._core.handle(event, self._clock.now())
                for effect in effects:
                    self._carry_out(effect, hands)
                hands.conversations.hand_over()
                if isinstance(event, CommitFailed):
                    assert self._failure is not None
                    raise StoreFailed(self._failure)
                if time.perf_counter() - begun > self._left:
                    return False
            return True
        finally:
            self._dealing = False
            self._left -= time.perf_counter() - begun

    def _carry_out(self, effect: Effect, hands: Hands) -> None:
        match effect:
            case Send(conn, message):
                hands.conversations.send(conn, message)
            case Commit(batch):
                hands.writer.submit(batch)
            case Answer(ticket, outcome):
                hands.tickets.answer(ticket, outcome)
            case SetAlarm(at):
                hands.alarm.set(self._clock.seconds_at(at))
            case Dial(peer, address):
                hands.dialler.dial(peer, address)
            case Close(conn, _):
                hands.conversations.close(conn)
            case Look():
                hands.look()
            case Report(news):
                self._tell(news)
            case _:
                assert_never(effect)
