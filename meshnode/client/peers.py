"""The peers this node knows and dials.

Reached as `Client.peers`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import Call, Group, Link, asks, delete, given, listed, post, segment, wait

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import answers as a


class Peers(Group[Link]):
    """The peers this node knows and dials."""

    @asks
    def every(self) -> Call[list[a.Peer]]:
        """The peers known here."""
        return listed("/peers")

    @asks
    def add(self, address: str, *more: str, wait_ms: int = 5_000) -> Call[a.Peer]:
        """Remember a peer and dial it, at one address after the other."""
        body = given(address=address, more=[*more] or None)
        return wait("/peers", body, wait_ms)

    @asks
    def remove(self, peer: str) -> Call[object]:
        """Forget a peer."""
        return delete(f"/peers/{segment(peer)}")

    @asks
    def ping(self, peer: str) -> Call[a.Ping]:
        """Measure the way to a peer."""
        return post(f"/peers/{segment(peer)}/ping", {})
