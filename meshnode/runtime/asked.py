"""Whether people wait for answers: a sync goes in short rounds then, and lets them go first.

A request takes several rounds of the event loop, and little of each. A sync would take all there is: it waits here
between two pieces of work, but never for long, so that it goes on however much is asked. The projector does not: more
and smaller slices make those who ask look everything up again, and whoever waits for rows would wait for himself.
"""

import time
from types import TracebackType

import trio

from meshnode.runtime.settings import ASKED_BREATH_SECONDS, ASKED_MOST_SECONDS, ASKED_SECONDS


class Asked:
    """Counts the requests that are being answered, each in the body of a `with`."""

    def __init__(self) -> None:
        self._open = 0
        self._answered_at = float("-inf")
        self._answered = trio.lowlevel.ParkingLot()

    def __enter__(self) -> None:
        """Somebody waits for an answer until the body ends."""
        self._open += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open -= 1
        self._answered_at = time.monotonic()
        if not self._open:
            self._answered.unpark_all()

    @property
    def lately(self) -> bool:
        """Whether somebody waits for an answer, or soon may again."""
        return self._open > 0 or time.monotonic() - self._answered_at < ASKED_SECONDS

    async def give_way(self) -> None:
        """Before a piece of work in the loop: let whoever asks be heard and answered, within a bound."""
        if not self.lately:
            return
        await trio.sleep(ASKED_BREATH_SECONDS)  # who has just asked is not counted yet
        with trio.move_on_after(ASKED_MOST_SECONDS):
            while self._open:
                await self._answered.park()
