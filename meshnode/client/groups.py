"""The groups of calls that every client has, whatever it reaches its node over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meshnode.client.calls import Group, Link

if TYPE_CHECKING:  # A command needs one or two of them, so each is loaded when it is first asked for.
    from meshnode.client.agreements import Agreements
    from meshnode.client.backups import Backups
    from meshnode.client.credentials import Credentials
    from meshnode.client.decisions import Decisions
    from meshnode.client.devices import Devices
    from meshnode.client.exchange import Exchange
    from meshnode.client.money import Money
    from meshnode.client.networks import Networks
    from meshnode.client.node import Node
    from meshnode.client.organisations import Organisations
    from meshnode.client.peers import Peers
    from meshnode.client.people import People
    from meshnode.client.records import Records
    from meshnode.client.tokens import Tokens
    from meshnode.client.work import Work


class Groups(Group[Link]):
    """Everything that can be asked of a node, by what it is about."""

    @property
    def node(self) -> Node[Link]:
        """How the node is, what it must check, whom it compares with."""
        from meshnode.client.node import Node

        return Node(self.link)

    @property
    def people(self) -> People[Link]:
        """The owner and the people they know."""
        from meshnode.client.people import People

        return People(self.link)

    @property
    def devices(self) -> Devices[Link]:
        """The owner's devices."""
        from meshnode.client.devices import Devices

        return Devices(self.link)

    @property
    def work(self) -> Work[Link]:
        """Contributions, thanks, timers and projects."""
        from meshnode.client.work import Work

        return Work(self.link)

    @property
    def networks(self) -> Networks[Link]:
        """Networks, and who stands in them."""
        from meshnode.client.networks import Networks

        return Networks(self.link)

    @property
    def decisions(self) -> Decisions[Link]:
        """What founders decide together."""
        from meshnode.client.decisions import Decisions

        return Decisions(self.link)

    @property
    def organisations(self) -> Organisations[Link]:
        """Organisations, and who signs for them."""
        from meshnode.client.organisations import Organisations

        return Organisations(self.link)

    @property
    def agreements(self) -> Agreements[Link]:
        """What people agree on."""
        from meshnode.client.agreements import Agreements

        return Agreements(self.link)

    @property
    def money(self) -> Money[Link]:
        """Money under agreements, and what it rests on."""
        from meshnode.client.money import Money

        return Money(self.link)

    @property
    def records(self) -> Records[Link]:
        """Records as such."""
        from meshnode.client.records import Records

        return Records(self.link)

    @property
    def exchange(self) -> Exchange[Link]:
        """Files in and out."""
        from meshnode.client.exchange import Exchange

        return Exchange(self.link)

    @property
    def backups(self) -> Backups[Link]:
        """Backups of the node's home."""
        from meshnode.client.backups import Backups

        return Backups(self.link)

    @property
    def credentials(self) -> Credentials[Link]:
        """The owner's work and memberships as verifiable credentials."""
        from meshnode.client.credentials import Credentials

        return Credentials(self.link)

    @property
    def peers(self) -> Peers[Link]:
        """The peers this node knows and dials."""
        from meshnode.client.peers import Peers

        return Peers(self.link)

    @property
    def tokens(self) -> Tokens[Link]:
        """What lets programs in on loopback."""
        from meshnode.client.tokens import Tokens

        return Tokens(self.link)
