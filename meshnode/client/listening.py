"""Listening to events, apart from how they travel: what is asked, what comes, and where to go on after a break.

States: broken → (connected) reading → (broke) broken …; the place in the node's arrivals outlives every break.
"""

from __future__ import annotations

import json
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from meshnode.client.calls import Call
from meshnode.client.errors import BadAnswer, ClientError, Problem

if TYPE_CHECKING:
    from meshnode.client.event_answers import Happening

SILENCE = 60.0
"""Seconds without a sign of life after which a connection counts as broken; the node gives one every 15."""
MAX_EVENT = 1 << 20
"""Bytes of one event; the node's have some hundred."""
_DELAYS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds to wait before each attempt to connect again; the last one from then on."""
_PASSING = frozenset(("busy", "stopping", "deadline"))
"""Codes of problems that pass by themselves."""


class Event(NamedTuple):
    """Something that happened at the node."""

    name: str
    """`record`: it arrived. `changed`: it stands otherwise than before, or its texts came or went.

    Of changes nobody hears who was away, be it for a moment while a connection was made anew: ask then how the records
    stand that matter.
    """
    place: int
    """The arrival up to which everything was told: what to go on after."""
    told: Happening


class Chosen(NamedTuple):
    """Which events are wanted; what is empty limits nothing."""

    kinds: tuple[str, ...] = ()
    """Types of records: `contribution`, `recognition` …"""
    network: str = ""
    agreement: str = ""
    who: str = ""
    """The author, by name or id."""
    changes: bool = True
    """Whether to hear of changes, too."""


class Listening:
    """One reader of events."""

    def __init__(self, chosen: Chosen, after: int | None) -> None:
        self._chosen = chosen
        self.place = after
        """The arrival up to which everything was told; None: from now on."""
        self._attempts = 0
        self._heard = False
        self._rest = b""
        self._events: deque[Event] = deque()

    def call(self) -> Call[object]:
        """What to ask for to go on, over a new connection; what was cut off on the one before is forgotten."""
        chosen, self._rest = self._chosen, b""
        # `False` would be left out of a query, and zero is a place like any other.
        after, changes = None if self.place is None else str(self.place), None if chosen.changes else "false"
        rest = {"network": chosen.network, "agreement": chosen.agreement, "who": chosen.who}
        return Call("GET", "/events", {"after": after, "kinds": ",".join(chosen.kinds), "changes": changes, **rest})

    def next(self) -> Event | None:
        """Return what happened next, None if nothing more was received."""
        while self._events:
            event = self._events.popleft()
            self.place = event.place
            if event.name:
                return event
        return None

    def take(self, received: bytes) -> None:
        """Take in bytes of the stream; raises BadAnswer."""
        self._heard, self._attempts = True, 0
        *blocks, self._rest = (self._rest + received).split(b"\n\n")
        if len(self._rest) > MAX_EVENT:
            raise BadAnswer("an event is too long")
        for block in blocks:
            self._take_event(block)

    def broke(self, error: ClientError) -> float:
        """Take note that the connection is broken, and return how many seconds to wait before the next attempt.

        Raises the error if it will not pass: a refusal, or no node there from the beginning.
        """
        if isinstance(error, Problem) and error.code not in _PASSING:
            raise error
        if not self._heard:
            raise error
        delay = _DELAYS[min(self._attempts, len(_DELAYS) - 1)]
        self._attempts += 1
        return delay

    def _take_event(self, block: bytes) -> None:
        fields: dict[bytes, bytes] = {}
        for line in block.split(b"\n"):
            name, _, value = line.partition(b":")
            if name:  # else a comment
                fields[name] = value.removeprefix(b" ")
        try:
            before = self._events[-1].place if self._events else self.place
            place = int(fields[b"id"]) if b"id" in fields else before or 0
            told: Happening = json.loads(fields.get(b"data", b"{}"))
        except ValueError as error:
            raise BadAnswer("an event cannot be read") from error
        # A mark without content has no name: only its place counts.
        self._events.append(Event(fields.get(b"event", b"").decode() if told else "", place, told))
