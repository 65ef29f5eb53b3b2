"""The owner and the people they know: profile, contact cards, whom to follow or to block.

Reached as `Client.people`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import Call, Group, Link, asks, delete, for_, get, given, listed, post, put, segment, wait

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import answers as a
    from meshnode.client import device_answers as d
    from meshnode.client import keeping as k


class People(Group[Link]):
    """The owner and the people they know: profile, contact cards, whom to follow or to block."""

    @asks
    def me(self) -> Call[a.Me]:
        """The owner of the node."""
        return get("/me")

    @asks
    def set_profile(self, /, *, as_: str | None = None, **fields: str | list[str] | None) -> Call[a.Profile]:
        """Change the profile; what is not given stays."""
        return put("/me/profile", {**given(**fields), **for_(as_)})

    @asks
    def card(self, *, as_: str | None = None) -> Call[d.OwnCard]:
        """The contact card of the owner, or of an organisation."""
        return get("/card", {"as": as_})

    @asks
    def take_in_card(self, line: str, *, dry_run: bool = False) -> Call[d.Contact]:
        """Take in somebody's contact card, or only say what it says."""
        return post("/cards", {"line": line, "dry_run": dry_run})

    @asks
    def vouch(self, who: str) -> Call[d.RecoveryLine]:
        """Write the line by which somebody who lost every device comes back."""
        return post("/recovery-lines", {"who": who})

    @asks
    def keeping(self) -> Call[k.Keeping]:
        """What is kept of others here, and how full each bound is."""
        return get("/keeping")

    @asks
    def follows(self) -> Call[list[k.Choice]]:
        """Who is followed, and which networks are relayed."""
        return listed("/follows")

    @asks
    def follow(self, who: str, *, wait_ms: int = 5_000) -> Call[k.Choice]:
        """Follow somebody, or relay a network."""
        return wait("/follows", {"who": who}, wait_ms)

    @asks
    def unfollow(self, who: str) -> Call[object]:
        """Follow somebody, or relay a network, no more."""
        return delete(f"/follows/{segment(who)}")

    @asks
    def blocks(self) -> Call[list[k.Choice]]:
        """Who is blocked."""
        return listed("/blocks")

    @asks
    def block(self, who: str) -> Call[k.Choice]:
        """Block somebody."""
        return post("/blocks", {"who": who})

    @asks
    def unblock(self, who: str) -> Call[object]:
        """Block somebody no more."""
        return delete(f"/blocks/{segment(who)}")
