"""What peers that are not known have sent, and nobody has read."""

from typing import cast

from meshnode.net.libp2p.connection import STRANGERS_BYTES, Connection, Unread
from meshnode.net.transport import CloseReason


class Holding:
    """A connection that holds so many bytes, and notes why it was ended; its own muxer."""

    def __init__(self, unread: int) -> None:
        self.unread = unread
        self.muxer = self
        self.over: CloseReason | None = None

    def abort(self, reason: CloseReason) -> None:
        """End it."""
        self.over = reason

    def abandon(self) -> None:
        """Drop what it holds."""
        self.unread = 0


def note(unread: Unread, *connections: Holding) -> None:
    for each in connections:
        unread.note(cast(Connection, each))


def test_of_too_much_unread_the_heaviest_goes() -> None:
    unread, few, many = Unread(), Holding(STRANGERS_BYTES // 3), Holding(STRANGERS_BYTES * 2 // 3)
    note(unread, few, many)
    assert (few.over, many.over) == (None, None)
    few.unread += 2
    note(unread, few)
    assert (few.over, many.over) == (None, CloseReason.FLOOD)
    assert many.unread == 0


def test_what_was_read_or_is_forgotten_counts_no_more() -> None:
    unread, read, gone, last = Unread(), *(Holding(STRANGERS_BYTES // 2) for _ in range(3))
    note(unread, read, gone)
    read.unread = 0
    unread.forget(cast(Connection, gone))
    note(unread, last)
    last.unread = STRANGERS_BYTES
    note(unread, last)
    assert [each.over for each in (read, gone, last)] == [None, None, None]
