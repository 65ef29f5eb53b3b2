"""Whether records of others come in as they do in a sync, rather than one now and then.

quiet → (many came within a moment) streaming → (none came for a while) quiet.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import trio

STREAM_RECORDS = 100
"""Records from peers within STREAM_SECONDS that only a sync brings."""
STREAM_SECONDS = 2.0
"""How long after the last of them a sync may still go on."""


class Streaming:
    """Notices a sync by what peers send, before it is stored."""

    def __init__(self) -> None:
        self._began_at = self._last_at = float("-inf")
        self._came = 0
        self._last_arrival = -1
        self._hoping: dict[trio.CancelScope, None] = {}

    @property
    def now(self) -> bool:
        """Whether records stream in."""
        return trio.current_time() - self._last_at < STREAM_SECONDS

    def past(self, arrival: int) -> bool:
        """Whether nothing streams in, and what did arrived up to this number."""
        return arrival >= self._last_arrival and not self.now

    def came(self, records: int) -> None:
        """quiet → streaming, if they are many: whoever waits for all to be quiet waits no longer."""
        now = trio.current_time()
        if now - self._began_at >= STREAM_SECONDS:
            self._began_at, self._came = now, 0
        self._came += records
        if self._came > STREAM_RECORDS:
            self._last_at = now
            for scope in self._hoping:
                scope.cancel()

    def landed(self, arrival: int) -> None:
        """What came up to an arrival is stored."""
        if self.now:
            self._last_arrival = arrival

    @contextmanager
    def never(self, scope: trio.CancelScope) -> Iterator[None]:
        """Inside `scope`: the body is cancelled once records stream in."""
        self._hoping[scope] = None
        try:
            yield
        finally:
            del self._hoping[scope]
