"""Tells whoever watches that something new stands on the disk; what it is, they read themselves.

The store is the queue: a slow watcher reads later, and no memory grows.
"""

import trio


class Hub:
    """A number that only grows, and waiting for it to grow."""

    def __init__(self) -> None:
        self._moves = 0
        self._moved = trio.Event()

    @property
    def moves(self) -> int:
        """How often something was told so far."""
        return self._moves

    def move(self) -> None:
        """Tell all who wait."""
        self._moves += 1
        self._moved.set()
        self._moved = trio.Event()

    async def after(self, seen: int) -> int:
        """Wait until there were more moves than `seen`, and return how many there are now."""
        while self._moves <= seen:
            await self._moved.wait()
        return self._moves
