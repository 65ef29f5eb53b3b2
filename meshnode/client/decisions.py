"""What the founders of a network or organisation decide together.

Reached as `Client.decisions`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import Body, Call, Group, Link, Query, asks, for_, get, listed, segment, write

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import decision_answers as f


class Decisions(Group[Link]):
    """What the founders of a network or organisation decide together."""

    @asks
    def every(self, scope: str | None = None, *, everything: bool = False) -> Call[list[f.Decision]]:
        """The decisions that wait for somebody, with `everything` the others, too."""
        query: Query = {"scope": scope, "all": everything}
        return listed("/decisions", query)

    @asks
    def one(self, decision: str) -> Call[f.Decision]:
        """One decision."""
        return get(f"/decisions/{segment(decision)}")

    @asks
    def propose(self, scope: str, wish: Body, *, key: str = "") -> Call[f.Decision]:
        """Propose something to the founders of a network or organisation; `wish` as in `DecisionRequest`."""
        return write("/decisions", {**wish, "scope": scope}, key)

    @asks
    def vote(
        self, decision: str, vote: str = "accept", text: str = "", *, as_: str | None = None, key: str = ""
    ) -> Call[f.Decision]:
        """Vote on a proposal: `accept`, `decline` or `object`."""
        body = {"vote": vote, "text": text, **for_(as_)}
        return write(f"/decisions/{segment(decision)}/votes", body, key)

    @asks
    def carry_out(self, decision: str, *, key: str = "") -> Call[f.Decision]:
        """Do what a carried decision says."""
        return write(f"/decisions/{segment(decision)}/carry-out", {}, key)
