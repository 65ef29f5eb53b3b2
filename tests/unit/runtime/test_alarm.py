import trio
from trio.testing import MockClock

from meshnode.runtime.alarm import Alarm


async def rung(alarm_times: list[float], until: float) -> list[float]:
    times: list[float] = []
    start = trio.current_time()
    alarm = Alarm(lambda: times.append(trio.current_time() - start))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(alarm.run)
        for at in alarm_times:
            alarm.set(start + at)
            await trio.sleep(0.01)
        await trio.sleep_until(start + until)
        nursery.cancel_scope.cancel()
    return [round(time) for time in times]


async def test_the_alarm_rings_once_at_its_time(autojump_clock: MockClock) -> None:
    assert await rung([5], until=100) == [5]


async def test_the_last_time_set_is_the_one_that_counts(autojump_clock: MockClock) -> None:
    assert await rung([50, 7], until=100) == [7]
    assert await rung([7, 50], until=100) == [50]


async def test_a_time_in_the_past_rings_at_once(autojump_clock: MockClock) -> None:
    assert await rung([-3], until=10) == [0]


async def test_an_alarm_set_while_it_rings_rings_again(autojump_clock: MockClock) -> None:
    times: list[float] = []

    def ring() -> None:
        times.append(trio.current_time())
        if len(times) < 3:
            alarm.set(trio.current_time() + 2)

    alarm = Alarm(ring)
    start = trio.current_time()
    alarm.set(start + 1)
    with trio.move_on_after(60):
        await alarm.run()
    assert [round(time - start) for time in times] == [1, 3, 5]
