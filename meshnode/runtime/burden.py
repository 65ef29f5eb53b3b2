"""What strangers together may make this node hold: frames they sent, answers they do not read.

Each peer's part has a bound of its own, generous enough for a member of a shared network. Hundreds of strangers who
each go to that bound would take hundreds of megabytes, so all of them share a smaller one; the heaviest has to go.
"""

from collections.abc import Callable

from meshnode.runtime.settings import STRANGERS_BYTES


class Burden:
    """Weighs the connections of strangers. A connection that came to share a network is not weighed any more."""

    def __init__(self, is_stranger: Callable[[int], bool], drop: Callable[[int], None]) -> None:
        """`is_stranger` is asked about a connection; `drop` is to end one at once, and must not wait."""
        self._is_stranger, self._drop = is_stranger, drop
        self._weights: dict[int, tuple[int, int]] = {}
        self._total = 0

    def unfinished(self, conn: int, weight: int) -> None:
        """So many bytes have come that were not dealt with, because the rest of a frame has not, or others have."""
        self._weigh(conn, weight, self._weights.get(conn, (0, 0))[1])

    def unsent(self, conn: int, weight: int) -> None:
        """So many bytes wait to be sent."""
        self._weigh(conn, self._weights.get(conn, (0, 0))[0], weight)

    def forget(self, conn: int) -> None:
        """A connection is gone."""
        self._total -= sum(self._weights.pop(conn, (0, 0)))

    def _weigh(self, conn: int, unfinished: int, unsent: int) -> None:
        self.forget(conn)
        if unfinished or unsent:
            self._weights[conn] = unfinished, unsent
            self._total += unfinished + unsent
        while self._total > STRANGERS_BYTES:
            heaviest = max(self._weights, key=lambda each: sum(self._weights[each]))
            self.forget(heaviest)
            if self._is_stranger(heaviest):
                self._drop(heaviest)
