"""Networks: founding, joining, leaving, inviting, and who stands in them.

Reached as `Client.networks`; errors and idempotency keys as there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import (
    LONG,
    Call,
    Group,
    Link,
    asks,
    delete,
    for_,
    get,
    given,
    listed,
    new_key,
    segment,
    wait,
    write,
    write_items,
)

if TYPE_CHECKING:  # The shapes are for type checkers; making them would cost every command some milliseconds.
    from meshnode.client import move_answers as m
    from meshnode.client import network_answers as g


class Networks(Group[Link]):
    """Networks: founding, joining, leaving, inviting, and who stands in them."""

    @asks
    def every(self) -> Call[list[g.Network]]:
        """The networks known here, the notebook among them."""
        return listed("/networks")

    @asks
    def one(self, network: str) -> Call[g.NetworkDetail]:
        """One network with its charter."""
        return get(f"/networks/{segment(network)}")

    @asks
    def create(
        self, name: str, join: str = "open", *, purpose: str = "", as_: str | None = None, key: str = ""
    ) -> Call[g.Network]:
        """Found a network; `join` is `open` or `invite`."""
        body = {"name": name, "join": join, "purpose": purpose, **for_(as_)}
        return write("/networks", body, key)

    @asks
    def join(self, line: str, *, as_: str | None = None, wait_ms: int = 10_000, key: str = "") -> Call[g.Joined]:
        """Join by an invitation, or an open network by its line."""
        return wait("/joins", {"line": line, **for_(as_)}, wait_ms, key=key or new_key())

    @asks
    def leave(self, network: str, *, as_: str | None = None) -> Call[g.Left]:
        """Leave a network."""
        return delete(f"/networks/{segment(network)}", {"as": as_}, usual=LONG)

    @asks
    def split(
        self, network: str, name: str, *, purpose: str = "", join: str | None = None, only: list[str], key: str = ""
    ) -> Call[g.Network]:
        """Found a network for the people of another one, or for `only` some of them."""
        body = given(name=name, purpose=purpose, join=join, only=only)
        return write(f"/networks/{segment(network)}/split", body, key)

    @asks
    def merge(self, network: str, into: str, text: str = "", *, key: str = "") -> Call[m.Merged]:
        """Invite the people of a network into another one, and propose to dissolve it."""
        body = {"into": into, "text": text}
        return write(f"/networks/{segment(network)}/merge", body, key)

    @asks
    def members(self, network: str) -> Call[list[g.Member]]:
        """Everybody who stands, stood or is to stand in a network."""
        return listed(f"/networks/{segment(network)}/members")

    @asks
    def appoint(self, network: str, agent: str, role: str, *, delegate: bool = False, key: str = "") -> Call[g.Member]:
        """Give somebody a role by name; it holds once accepted."""
        body = {"agent": agent, "role": role, "delegate": delegate}
        return write(f"/networks/{segment(network)}/members", body, key)

    @asks
    def accept_roles(self, network: str, *, as_: str | None = None, key: str = "") -> Call[list[g.Member]]:
        """Accept every role offered in a network to the owner, or to an organisation it signs for."""
        return write_items(f"/networks/{segment(network)}/accept", for_(as_), key)

    @asks
    def remove_member(self, network: str, agent: str, reason: str = "end", *, key: str = "") -> Call[list[g.Member]]:
        """End every role somebody has in a network."""
        body = {"agent": agent, "reason": reason}
        return write_items(f"/networks/{segment(network)}/removals", body, key)

    @asks
    def invite(self, network: str, role: str = "core", uses: int = 1, seconds: int = 7 * 24 * 3600) -> Call[g.Invite]:
        """Invite people; the answer tells the line that opens the door, and nothing tells it again."""
        body = {"role": role, "uses": uses, "seconds": seconds}
        return write(f"/networks/{segment(network)}/invites", body, "")

    @asks
    def invites(self, network: str) -> Call[list[g.Invite]]:
        """The invitations to a network."""
        return listed(f"/networks/{segment(network)}/invites")

    @asks
    def withdraw(self, network: str, invite: str) -> Call[g.Invite]:
        """Withdraw an invitation."""
        return delete(f"/networks/{segment(network)}/invites/{segment(invite)}")
