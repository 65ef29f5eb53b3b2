import pytest
import trio
from trio.testing import MockClock

import meshnode.runtime.asked as asked_module
from meshnode.runtime.asked import Asked
from meshnode.runtime.settings import ASKED_MOST_SECONDS
from tests.support.patience import DEADLINE


async def test_who_gives_way_goes_on_at_once_while_nobody_asks(autojump_clock: MockClock) -> None:
    asked = Asked()
    assert not asked.lately
    await asked.give_way()
    assert trio.current_time() == 0


async def test_who_gives_way_goes_on_once_all_are_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asked_module, "ASKED_MOST_SECONDS", DEADLINE)
    asked, went_on = Asked(), trio.Event()

    async def work() -> None:
        await asked.give_way()
        went_on.set()

    with trio.fail_after(DEADLINE / 2):
        async with trio.open_nursery() as nursery:
            with asked:
                with asked:
                    nursery.start_soon(work)
                    while not asked._answered:
                        await trio.lowlevel.checkpoint()
                assert not went_on.is_set()
            await went_on.wait()


async def test_who_gives_way_waits_no_longer_than_a_bound(autojump_clock: MockClock) -> None:
    asked = Asked()
    with asked:
        await asked.give_way()
    assert ASKED_MOST_SECONDS <= trio.current_time() < 2 * ASKED_MOST_SECONDS


async def test_it_is_known_for_a_while_that_somebody_has_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked()
    monkeypatch.setattr(asked_module, "ASKED_SECONDS", DEADLINE)
    with asked:
        assert asked.lately
    assert asked.lately
    monkeypatch.setattr(asked_module, "ASKED_SECONDS", 0)
    assert not asked.lately
