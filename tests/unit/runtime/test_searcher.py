"""Looking in a worker thread: woken, told, tried again."""

from collections.abc import Callable

import pytest
import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from meshnode.core.effects import Done, Outcome
from meshnode.core.events import Event, Found, Looked
from meshnode.runtime.answers.searcher import Searcher
from meshnode.runtime.refusals import Code, Refusal
from meshnode.store.errors import StoreBusy, StoreDamaged
from meshnode.store.reading import Reader
from meshnode.store.store import open_store
from meshproto.records.ids import RecordId

ORDER = RecordId(b"o" * 32)


class Asked:
    """Whoever is told what was found; `refusal` is what it says to that."""

    def __init__(self, refusal: Refusal | None = None) -> None:
        self.events: list[Event] = []
        self.refusal = refusal
        self.told = trio.Event()

    async def ask(self, make: Callable[[int], Event]) -> Outcome:
        """Take down an event."""
        self.events.append(make(7))
        self.told.set()
        if self.refusal is not None:
            raise self.refusal
        return Done()


class Scripted:
    """Searches that end as a test says, one after the other; then there is nothing more to find."""

    def __init__(self, *endings: tuple[Found, ...] | Exception) -> None:
        self.endings = list(endings)
        self.steps = 0

    def __call__(self, reader: Reader) -> "Scripted":
        """Begin one."""
        if self.endings and isinstance(self.endings[0], Exception):
            raise self.endings.pop(0)  # type: ignore[misc]  # asked a line above
        return self

    def step(self) -> bool:
        """Two steps for each search."""
        self.steps += 1
        return bool(self.steps % 2)

    @property
    def found(self) -> tuple[Found, ...]:
        """How it ended."""
        ending = self.endings.pop(0) if self.endings else ()
        assert not isinstance(ending, Exception)
        return ending


@pytest.fixture
def searcher() -> Searcher:
    return Searcher(open_store(None).reader())


def script(monkeypatch: pytest.MonkeyPatch, *endings: tuple[Found, ...] | Exception) -> Scripted:
    scripted = Scripted(*endings)
    monkeypatch.setattr("meshnode.runtime.answers.searcher.Search", scripted)
    return scripted


async def test_what_is_found_is_told_and_it_is_looked_again_until_nothing_is_left(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    scripted, asked = script(monkeypatch, (Found(ORDER, ()),), (Found(ORDER, (ORDER,)),)), Asked()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(searcher.run, asked)
        await wait_all_tasks_blocked()
        assert scripted.steps == 0
        searcher.wake()
        await wait_all_tasks_blocked(0.05)
        nursery.cancel_scope.cancel()
    assert asked.events == [Looked(7, (Found(ORDER, ()),)), Looked(7, (Found(ORDER, (ORDER,)),))]
    assert scripted.steps == 6


async def test_a_store_that_is_busy_is_asked_again(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch, autojump_clock: MockClock
) -> None:
    script(monkeypatch, StoreBusy("records.db", "locked"), (Found(ORDER, ()),))
    asked = Asked()
    searcher.wake()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(searcher.run, asked)
        await asked.told.wait()
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("stage", ["store", "node"])
async def test_a_store_or_node_that_has_ended_ends_it(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    script(monkeypatch, StoreDamaged("records.db", "found") if stage == "store" else (Found(ORDER, ()),))
    searcher.wake()
    with trio.fail_after(10):
        await searcher.run(Asked(Refusal(Code.STOPPING, "the node has stopped")))
