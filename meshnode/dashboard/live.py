"""Tells open pages that something is new; what it is, they read themselves by asking for the page again.

What is told is a number that grows with everything that happens here. Each page says at which number it was drawn, so
that it also notices what happened before it began to listen, or while its connection was broken.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from functools import partial

import trio

from meshnode.dashboard.settings import BEAT_SECONDS, MAX_STREAMS, NEWS_GAP
from meshnode.runtime.node import RunningNode


class Streams:
    """The pages that wait for news, a bounded number at once."""

    def __init__(self, node: RunningNode) -> None:
        self._node = node
        self._open = 0

    @property
    def has_room(self) -> bool:
        """Whether one more page may wait."""
        return self._open < MAX_STREAMS and not self._node.stopping.is_set()

    @property
    def seen(self) -> int:
        """How much has happened; a page that is drawn now shows all of it."""
        return self._node.hub.moves + self._node.news.moves

    async def run(self) -> AsyncGenerator[str]:
        """An event whenever something was committed, folded or heard, else a beat; ends with the node.

        It ends at once where others took the last place since `has_room` was asked; a browser then asks again.
        """
        if not self.has_room:
            return
        self._open += 1
        try:
            seen = self.seen
            yield f"retry: 2000\nid: {seen}\ndata: {seen}\n\n"
            while not self._node.stopping.is_set():
                with trio.move_on_after(BEAT_SECONDS):
                    await self._next(seen)
                    await trio.sleep(NEWS_GAP)
                if self._node.stopping.is_set():
                    return
                moved = self.seen
                yield f"id: {moved}\ndata: {moved}\n\n" if moved != seen else ": still here\n\n"
                seen = moved
        finally:
            self._open -= 1

    async def _next(self, seen: int) -> None:
        """Wait until there is something that was not seen, or the node is to end."""
        hub, news = self._node.hub.moves, self._node.news.moves
        if hub + news != seen:
            return
        async with trio.open_nursery() as nursery:

            async def first(wait: Callable[[], Awaitable[object]]) -> None:
                await wait()
                nursery.cancel_scope.cancel()

            nursery.start_soon(first, partial(self._node.hub.after, hub))
            nursery.start_soon(first, partial(self._node.news.after, news))
            nursery.start_soon(first, self._node.stopping.wait)
