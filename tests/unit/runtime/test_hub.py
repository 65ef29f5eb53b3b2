import trio
from trio.testing import MockClock, wait_all_tasks_blocked

from meshnode.runtime.clock import Clock
from meshnode.runtime.hub import Hub


async def test_whoever_waits_is_told_of_a_move_and_nobody_misses_one(nursery: trio.Nursery) -> None:
    hub, seen = Hub(), list[int]()

    async def watch() -> None:
        last = hub.moves
        while True:
            last = await hub.after(last)
            seen.append(last)

    nursery.start_soon(watch)
    await wait_all_tasks_blocked()
    hub.move()
    hub.move()
    await wait_all_tasks_blocked()
    hub.move()
    await wait_all_tasks_blocked()
    assert seen == [2, 3]
    assert await hub.after(1) == 3
    nursery.cancel_scope.cancel()


async def test_a_clock_with_a_fixed_beginning_goes_on_with_the_loop(autojump_clock: MockClock) -> None:
    clock = Clock(wall_ms=1_000_000)
    first = clock.now()
    await trio.sleep(5)
    second = clock.now()
    assert (first.wall, second.wall) == (1_000_000, 1_005_000)
    assert second.ticks - first.ticks == 5_000
    assert clock.seconds_at(second.ticks) == second.ticks / 1000


async def test_days_can_go_by_in_a_moment_for_which_nothing_waits(autojump_clock: MockClock) -> None:
    clock = Clock(wall_ms=1_000_000)
    first, steady = clock.now(), clock.steady()
    clock.skip(86_400_000)
    assert (clock.now().wall - first.wall, clock.steady() - steady) == (86_400_000, 86_400_000)
    assert clock.now().ticks == first.ticks


async def test_otherwise_the_wall_is_that_of_the_system() -> None:
    assert Clock().now().wall > 1_735_689_600_000
