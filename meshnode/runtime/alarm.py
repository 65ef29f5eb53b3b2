"""The one alarm of the core."""

from collections.abc import Callable
from math import inf

import trio


class Alarm:
    """Rings once at the time last set; setting it again replaces what was set before."""

    def __init__(self, ring: Callable[[], None]) -> None:
        self._ring = ring
        self._at = inf
        self._scope = trio.CancelScope()

    def set(self, seconds: float) -> None:
        """Ring at this time of the event loop."""
        self._at = seconds
        self._scope.deadline = seconds

    async def run(self) -> None:
        """Wait and ring until cancelled."""
        while True:
            # A new scope each time: one that has rung cannot be used again.
            self._scope = trio.CancelScope(deadline=self._at)
            with self._scope:
                await trio.sleep(inf)
            self._at = inf
            self._ring()
