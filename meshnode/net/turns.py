"""Keeps the rounds of the event loop short, however many peers want something at once.

trio gives every task that can go on its turn in one round, and hears nobody before all have had theirs. A millisecond
of work for each of 200 peers would keep everybody else waiting for a fifth of a second. So whoever is about to work for
a peer asks first, and is put off to the next round if this one has lasted long enough.
"""

import time

import trio
from trio.abc import Instrument

ROUND_SECONDS = 0.02
"""How long a round may have lasted when work for a peer begins. Shorter ones waste time on waking tasks in vain."""


class _Round(Instrument):
    """Knows when the round began."""

    def __init__(self) -> None:
        self.began = time.perf_counter()

    def after_io_wait(self, timeout: float) -> None:
        self.began = time.perf_counter()


_round = trio.lowlevel.RunVar[_Round]("round")


async def turn() -> None:
    """Return when work for a peer may begin: at once, or in one of the next rounds."""
    try:
        current = _round.get()
    except LookupError:
        current = _Round()
        trio.lowlevel.add_instrument(current)
        _round.set(current)
    while time.perf_counter() - current.began > ROUND_SECONDS:
        await trio.lowlevel.checkpoint()
