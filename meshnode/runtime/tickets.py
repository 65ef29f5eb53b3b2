"""Pairs what is asked of the core with its answers."""

from collections.abc import Callable
from itertools import count

import trio

from meshnode.core.effects import Outcome
from meshnode.core.events import Event
from meshnode.runtime.refusals import Code, Refusal

MAX_OPEN = 1024
"""Requests that may wait for the core at once; the API and the exchange together make far fewer."""


class Tickets:
    """Open requests by number. After `close` every request ends with the same refusal."""

    def __init__(self, submit: Callable[[Event], None]) -> None:
        self._submit = submit
        self._numbers = count(1)
        self._open: dict[int, tuple[trio.Event, list[Outcome]]] = {}
        self._closed: tuple[Code, str, str] | None = None

    async def ask(self, make: Callable[[int], Event]) -> Outcome:
        """Hand the event that `make` builds around a new ticket to the core, and wait for its answer.

        Raises Refusal when too much is open or the node stops first.
        """
        if self._closed is not None:
            raise Refusal(*self._closed)
        if len(self._open) >= MAX_OPEN:
            raise Refusal(Code.BUSY, "too many requests wait already", "try again in a moment")
        ticket, answered, outcome = next(self._numbers), trio.Event(), list[Outcome]()
        self._open[ticket] = (answered, outcome)
        try:
            self._submit(make(ticket))
            await answered.wait()
        finally:
            self._open.pop(ticket, None)
        if not outcome:
            assert self._closed is not None
            raise Refusal(*self._closed)
        return outcome[0]

    def answer(self, ticket: int, outcome: Outcome) -> None:
        """Give the answer to whoever still waits for it."""
        if ticket in self._open:
            answered, place = self._open[ticket]
            place.append(outcome)
            answered.set()

    def close(self, refusal: Refusal) -> None:
        """End every open request, and those to come, with this refusal."""
        self._closed = self._closed or (refusal.code, refusal.detail, refusal.hint)
        for answered, _ in self._open.values():
            answered.set()
