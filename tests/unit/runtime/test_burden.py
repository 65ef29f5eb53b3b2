"""What strangers together may make this node hold."""

from meshnode.runtime.burden import Burden
from meshnode.runtime.settings import STRANGERS_BYTES

STRANGERS = 64
PART = STRANGERS_BYTES // STRANGERS


class Peers:
    """Connections, some of which share a network; notes who is dropped."""

    def __init__(self, *friends: int) -> None:
        self.dropped: list[int] = []
        self.burden = Burden(lambda conn: conn not in friends, self.dropped.append)

    def fill(self) -> None:
        """Let strangers hold as much as they may."""
        for conn in range(STRANGERS):
            self.burden.unfinished(conn, PART)


def test_strangers_may_hold_so_much_together_and_then_the_heaviest_goes() -> None:
    peers = Peers()
    peers.fill()
    assert peers.dropped == []
    peers.burden.unfinished(7, PART + 1)
    assert peers.dropped == [7]


def test_what_is_unread_counts_as_what_is_unfinished_does() -> None:
    peers = Peers()
    peers.fill()
    peers.burden.unsent(3, 1)
    assert peers.dropped == [3]


def test_what_was_read_or_finished_or_left_weighs_nothing_any_more() -> None:
    peers = Peers()
    peers.fill()
    peers.burden.unfinished(1, 0)
    peers.burden.unsent(2, PART // 2)
    peers.burden.unsent(2, 0)
    peers.burden.forget(3)
    peers.burden.unsent(4, PART)
    peers.burden.unsent(5, PART)
    assert peers.dropped == []
    peers.burden.unsent(6, 1)
    assert peers.dropped == [4]


def test_who_shares_a_network_is_never_dropped() -> None:
    peers = Peers(1, 2)
    peers.burden.unsent(1, STRANGERS_BYTES)
    peers.burden.unsent(2, STRANGERS_BYTES)
    peers.burden.unsent(3, STRANGERS_BYTES)
    peers.burden.unsent(3, STRANGERS_BYTES + 1)
    assert peers.dropped == [3]
