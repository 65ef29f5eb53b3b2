"""The time as the core is told it."""

import time

import trio

from meshnode.core.ports import Moment


class Clock:
    """Wall time from the system, ticks from the event loop, so that tests can turn both by trio's clock.

    `wall_ms` replaces the system's clock by a fixed beginning that the loop's clock moves on.
    """

    def __init__(self, wall_ms: int | None = None) -> None:
        self._passed = 0
        self._offset = None if wall_ms is None else wall_ms - int(trio.current_time() * 1000)

    def now(self) -> Moment:
        """The present moment; call inside trio."""
        ticks = int(trio.current_time() * 1000)
        wall = time.time_ns() // 1_000_000 if self._offset is None else ticks + self._offset
        return Moment(wall=wall + self._passed, ticks=ticks)

    def steady(self) -> int:
        """Milliseconds of a clock that is never set, and that goes on while the machine sleeps where there is one."""
        if self._offset is not None or not hasattr(time, "CLOCK_BOOTTIME"):
            return int(trio.current_time() * 1000) + self._passed
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000 + self._passed

    def skip(self, milliseconds: int) -> None:
        """Let so much time have passed in a moment, for demonstrations: days go by, but nothing waits any less."""
        self._passed += milliseconds

    def seconds_at(self, ticks: int) -> float:
        """The loop's own time for a number of ticks."""
        return ticks / 1000
