"""How an answer that takes many reads leaves the loop to others: now and then, not after each of a hundred items."""

import time

import trio

LONGEST_SECONDS = 0.003
"""After so much work in a row others have their turn; each turn costs a whole round of the loop, with all it does."""


class Breath:
    """Counts the time since others had their turn."""

    def __init__(self) -> None:
        self._since = time.perf_counter()

    async def take(self) -> None:
        """Between two items: let others go first, if this has worked long enough."""
        if time.perf_counter() - self._since >= LONGEST_SECONDS:
            await trio.lowlevel.checkpoint()
            self._since = time.perf_counter()
