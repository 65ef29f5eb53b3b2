"""Looks for what orders to erase name weakly, in a worker thread, whenever the core asks for it.

One pass goes on at a time, and it rests between its steps: whoever floods a node with orders makes them wait for each
other, and nobody else.
"""

import logging
from collections.abc import Callable
from functools import partial
from typing import Protocol

import trio

from meshnode.core.effects import Outcome
from meshnode.core.events import Event, Found, Looked
from meshnode.runtime.refusals import Refusal
from meshnode.runtime.settings import LOOK_SHARE, RETRY_SECONDS
from meshnode.store.errors import StoreBusy, StoreError
from meshnode.store.reading import Reader
from meshnode.store.searching import Search

log = logging.getLogger(__name__)


class Told(Protocol):
    """Whom the searcher tells; the running node."""

    async def ask(self, make: Callable[[int], Event]) -> Outcome:
        """Hand an event to the core and wait for its answer. Raises Refusal."""
        ...


class Searcher:
    """Waits to be woken, looks, and tells the core what was found."""

    def __init__(self, reader: Reader) -> None:
        """`reader` is the searcher's own: its worker thread uses it."""
        self._reader = reader
        self._woken = trio.Event()

    def wake(self) -> None:
        """There is something to look for."""
        self._woken.set()

    async def run(self, node: Told) -> None:
        """Look whenever woken, until cancelled, or until the store fails: the next start goes on."""
        while True:
            await self._woken.wait()
            self._woken = trio.Event()
            try:
                found = await self._look()
                if found:
                    self.wake()  # there may be more orders than fit into one pass
                    await node.ask(partial(Looked, found=found))
            except StoreBusy:
                await trio.sleep(RETRY_SECONDS)
                self.wake()
            except (StoreError, Refusal) as error:
                log.warning("what was ordered to be erased cannot be looked for: %s", error)
                return

    async def _look(self) -> tuple[Found, ...]:
        """One pass through all that is stored."""
        search = await trio.to_thread.run_sync(Search, self._reader)
        more = True
        while more:
            start = trio.current_time()
            more = await trio.to_thread.run_sync(search.step)
            await trio.sleep(LOOK_SHARE * (trio.current_time() - start))
        return search.found
