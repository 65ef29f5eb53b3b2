"""Turns: work for many peers at once does not make a round of the loop long."""

import time

import trio
from trio.abc import Instrument

from meshnode.net.turns import ROUND_SECONDS, turn

TASKS = 60
WORK = 0.005


class Rounds(Instrument):
    """Notes how long this thread worked in each round."""

    def __init__(self) -> None:
        self.worked: list[float] = []
        self._began = time.thread_time()

    def after_io_wait(self, timeout: float) -> None:
        self._began = time.thread_time()

    def before_io_wait(self, timeout: float) -> None:
        self.worked.append(time.thread_time() - self._began)


def work() -> None:
    until = time.thread_time() + WORK
    while time.thread_time() < until:
        pass


async def test_many_who_work_at_once_share_several_short_rounds() -> None:
    done, rounds = [], Rounds()

    async def for_a_peer(number: int) -> None:
        await turn()
        work()
        done.append(number)

    trio.lowlevel.add_instrument(rounds)
    async with trio.open_nursery() as nursery:
        for number in range(TASKS):
            nursery.start_soon(for_a_peer, number)
    trio.lowlevel.remove_instrument(rounds)
    assert sorted(done) == list(range(TASKS))
    # A machine that is busy, or looks for garbage just now, may make one round longer.
    assert sorted(rounds.worked)[-2] < ROUND_SECONDS + 4 * WORK < TASKS * WORK


async def test_a_single_one_need_not_wait() -> None:
    await turn()
    await trio.lowlevel.checkpoint()
    before = trio.lowlevel.current_statistics().tasks_runnable
    with trio.CancelScope() as scope:
        scope.cancel()
        await turn()
    assert not scope.cancelled_caught
    assert before == 0
