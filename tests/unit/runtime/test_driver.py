from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
import trio
import trio.lowlevel
import trio.testing

import meshnode.runtime.driver as driver_module
from meshnode.core.effects import Alarm as SetAlarm
from meshnode.core.effects import Answer, Close, Commit, Dial, Done, Effect, Look, Report, Send
from meshnode.core.events import CommitFailed, Committed, Event, MessageIn, TrustThisCopy, Woken
from meshnode.core.fullness import Fullness
from meshnode.core.ports import Batch, Moment
from meshnode.core.reports import News, RoundDone
from meshnode.core.rows import HeldEntry
from meshnode.net.memory import MemoryMesh
from meshnode.runtime.alarm import Alarm
from meshnode.runtime.clock import Clock
from meshnode.runtime.conversations import Conversations
from meshnode.runtime.dialler import Dialler
from meshnode.runtime.driver import Driver, Hands
from meshnode.runtime.failures import StoreFailed
from meshnode.runtime.inbox import Inbox
from meshnode.runtime.tickets import Tickets
from meshnode.runtime.verifier import Verifier
from meshnode.runtime.writer import Writer
from meshnode.store.store import open_store
from meshproto.records.ids import ScopeId
from meshproto.wire.breaches import Breach
from meshproto.wire.messages import Credit
from tests.support.patience import DEADLINE

Rule = Callable[[Event], list[Effect]]


class Script:
    """A core that answers each event by a rule, and remembers what it was told."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.events: list[Event] = []
        self.moments: list[Moment] = []

    def handle(self, event: Event, moment: Moment) -> list[Effect]:
        self.events.append(event)
        self.moments.append(moment)
        return self.rule(event)

    def unshared(self) -> dict[ScopeId, tuple[int, ...]]:
        return {}

    def fullness(self) -> list[Fullness]:
        return []

    def held_by(self, record: bytes) -> tuple[HeldEntry, ...]:
        return ()


class Disk:
    """A store that commits at once, or fails."""

    last_arrival = 0
    crowded = False

    def __init__(self) -> None:
        self.staged: list[int] = []
        self.broken = False

    def stage(self, batches: Sequence[Batch]) -> None:
        self.staged += [batch.number for batch in batches]

    def finish(self) -> None:
        if self.broken:
            raise OSError("input/output error")

    def make_room(self) -> None:
        """Nothing to do."""

    def tidy(self) -> bool:
        """Nothing to do."""
        return False


class Bench:
    """A driver with its hands over a scripted core."""

    def __init__(self, core: Script) -> None:
        self.core, self.disk, self.news = core, Disk(), list[News]()
        self.looked = trio.Event()
        self.inbox: Inbox[Event] = Inbox()
        ledger = open_store(None).reader()
        self.driver = Driver(core, ledger, self.inbox, Clock(wall_ms=1_000_000), self.news.append)
        self.tickets = Tickets(self.inbox.put_own)
        transport = MemoryMesh().transport("near")
        conversations = Conversations(self.inbox, Verifier(), "near", busy=lambda: None)
        self.writer = Writer(self.disk, self.driver.landed, self.driver.failed)
        self.hands = Hands(
            writer=self.writer,
            conversations=conversations,
            dialler=Dialler(transport, conversations, self.inbox),
            alarm=Alarm(lambda: self.inbox.put_own(Woken())),
            tickets=self.tickets,
            look=self.looked.set,
        )


@asynccontextmanager
async def running(rule: Rule) -> AsyncIterator[Bench]:
    bench = Bench(Script(rule))
    bench.writer.start()
    async with trio.open_nursery() as nursery:
        bench.hands.dialler.begin(nursery)
        nursery.start_soon(bench.hands.alarm.run)
        nursery.start_soon(bench.driver.run, bench.hands)
        try:
            yield bench
        finally:
            await bench.writer.aclose()
            nursery.cancel_scope.cancel()


async def test_a_commit_comes_back_as_committed_with_the_number_of_the_last_batch() -> None:
    def rule(event: Event) -> list[Effect]:
        return [Commit(Batch(number)) for number in (1, 2, 3)] if isinstance(event, Woken) else []

    async with running(rule) as bench:
        bench.inbox.put_own(Woken())
        with trio.fail_after(DEADLINE):
            while len(bench.core.events) < 3:
                await trio.lowlevel.checkpoint()
    # The second and the third gathered while the first was flushed.
    assert bench.core.events == [Woken(), Committed(1), Committed(3)]
    assert bench.disk.staged == [1, 2, 3]


async def test_an_answer_reaches_who_asked() -> None:
    def rule(event: Event) -> list[Effect]:
        return [Answer(event.ticket, Done())] if isinstance(event, TrustThisCopy) else []

    async with running(rule) as bench:
        assert await bench.tickets.ask(TrustThisCopy) == Done()


async def test_what_is_to_be_looked_for_is_passed_on() -> None:
    async with running(lambda event: [Look()] if isinstance(event, Woken) else []) as bench:
        bench.inbox.put_own(Woken())
        with trio.fail_after(10):
            await bench.looked.wait()


async def test_the_alarm_wakes_the_core_at_its_time() -> None:
    def rule(event: Event) -> list[Effect]:
        return [SetAlarm(bench.core.moments[0].ticks + 30)] if len(bench.core.events) == 1 else []

    async with running(rule) as bench:
        bench.inbox.put_own(Woken())
        with trio.fail_after(DEADLINE):
            while len(bench.core.events) < 2:
                await trio.lowlevel.checkpoint()
    first, second = bench.core.moments
    assert second.ticks - first.ticks >= 30
    assert second.wall - first.wall == second.ticks - first.ticks


async def test_what_is_said_to_a_peer_that_is_gone_is_dropped() -> None:
    def rule(event: Event) -> list[Effect]:
        done = Report(RoundDone(9, "far", 0))
        return [Send(9, Credit(1)), Close(9, Breach.IDLE), Dial("far", "/memory/far/p2p/far"), done]

    async with running(rule) as bench:
        await bench.inbox.put(9, MessageIn(9, Credit(1)))
        with trio.fail_after(DEADLINE):
            while not bench.news:
                await trio.lowlevel.checkpoint()
    assert bench.news[0] == RoundDone(9, "far", 0)


async def test_a_failed_commit_is_told_to_the_core_and_then_ends_the_driver() -> None:
    def rule(event: Event) -> list[Effect]:
        return [Commit(Batch(1))] if isinstance(event, Woken) else []

    bench = Bench(Script(rule))
    bench.disk.broken = True
    bench.writer.start()
    bench.inbox.put_own(Woken())
    with pytest.raises(StoreFailed, match="input/output error"):
        await bench.driver.run(bench.hands)
    await bench.writer.aclose()
    assert bench.core.events == [Woken(), CommitFailed(1, "input/output error")]


async def test_an_event_is_dealt_with_by_the_time_it_is_put() -> None:
    async with running(lambda event: []) as bench:
        await trio.testing.wait_all_tasks_blocked()
        await bench.inbox.put(9, MessageIn(9, Credit(1)))
        bench.inbox.put_own(Woken())
        assert bench.core.events == [MessageIn(9, Credit(1)), Woken()]


async def test_what_the_core_raises_ends_the_driver_and_not_who_put_the_event() -> None:
    def rule(event: Event) -> list[Effect]:
        raise ZeroDivisionError

    bench = Bench(Script(rule))

    async def provoke() -> None:
        await bench.inbox.put(9, MessageIn(9, Credit(1)))
        await bench.inbox.put(9, MessageIn(9, Credit(2)))

    with pytest.RaisesGroup(ZeroDivisionError):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(bench.driver.run, bench.hands)
            await trio.testing.wait_all_tasks_blocked()
            await provoke()
            await trio.sleep_forever()
    assert bench.core.events == [MessageIn(9, Credit(1))]


async def test_after_its_end_the_driver_leaves_events_alone() -> None:
    async with running(lambda event: []) as bench:
        await trio.testing.wait_all_tasks_blocked()
    bench.inbox.put_own(Woken())
    assert bench.core.events == []


async def test_a_slice_that_is_used_up_leaves_the_rest_to_a_later_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver_module, "LOOP_SLICE_SECONDS", 0.0)
    async with running(lambda event: []) as bench:
        await trio.testing.wait_all_tasks_blocked()
        bench.inbox.put_own(Woken())
        bench.inbox.put_own(Woken())
        assert bench.core.events == []
        await trio.testing.wait_all_tasks_blocked()
        assert bench.core.events == [Woken(), Woken()]


async def test_other_tasks_run_while_events_keep_coming() -> None:
    def rule(event: Event) -> list[Effect]:
        bench.inbox.put_own(Woken())
        return []

    async with running(rule) as bench:
        bench.inbox.put_own(Woken())
        for _ in range(5):
            await trio.lowlevel.checkpoint()
        assert len(bench.core.events) > 5
