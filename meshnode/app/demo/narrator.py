"""What the demonstration says: each claim is checked before it is printed."""

import time
from collections.abc import Awaitable, Callable

import trio

PATIENCE = 120.0
"""Seconds until something that should happen by itself is said not to have happened: also where much else runs."""
LOOK_AGAIN = 0.01


class ClaimFailed(Exception):
    """The demonstration said something that does not hold."""


class Narrator:
    """Prints what happens while it happens; what is claimed has been checked."""

    def __init__(self, write: Callable[[str, str, bool | None, float], None]) -> None:
        """`write` takes a kind (`scene`, `told`, `claim`), a text, whether a claim holds, and the seconds so far."""
        self._write = write
        self._begun = time.monotonic()
        self.claims = 0

    def scene(self, text: str) -> None:
        """Begin a new scene."""
        self._write("scene", text, None, self._now())

    def tell(self, text: str) -> None:
        """Say what is about to be done, or was done."""
        self._write("told", text, None, self._now())

    def claim(self, text: str, holds: bool) -> None:
        """Say that something is so. Raises ClaimFailed if it is not."""
        self._write("claim", text, holds, self._now())
        if not holds:
            raise ClaimFailed(text)
        self.claims += 1

    def _now(self) -> float:
        return time.monotonic() - self._begun


async def comes_true(holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> bool:
    """Whether something becomes true within so many seconds."""
    with trio.move_on_after(seconds) as patience:
        while not await holds():  # noqa: ASYNC110 - what is waited for happens in several nodes
            await trio.sleep(LOOK_AGAIN)
    return not patience.cancelled_caught
