"""Relays of closed networks: with a grant they carry for members who never meet, without one nothing."""

from collections import Counter

import pytest

from meshnode.core.drafts import Draft
from meshnode.core.effects import Synced
from meshnode.core.events import JoinScope
from meshnode.core.settings import CoreSettings
from meshproto.types import authority
from meshproto.wire.messages import Message
from tests.simulation.citizen import Citizen
from tests.simulation.club import Club
from tests.simulation.people import found, join
from tests.simulation.scenes import sync
from tests.simulation.world import TICKETS, Host, Line


class Outpost(Club):
    """A club whose people are behind routers; all dial a relay, the last of them, which they know from a commons."""

    def __init__(self, *names: str, relayed_bytes: int = 1 << 30) -> None:
        super().__init__(*names)
        founder, *_, self.relay = self.people
        self.relay.stop("to be set up")
        self.relay.settings = CoreSettings(relayed_bytes=relayed_bytes)
        self.relay.start()
        self.world.behind = {each.name: None for each in self.people[:-1]}
        commons = found(founder, "commons")
        for host in self.people[:-1]:
            join(host, commons, self.relay)
        join(self.relay, commons)
        self.run(5_000)

    def relays(self, *, granted: bool) -> None:
        """Let the relay carry the network, which the founder has told it of, with or without a grant."""
        founder = self.people[0]
        if granted:
            facts = authority.grant(self.relay.identity.agent, "relay")
            self.wrote(founder, Draft(self.network, "grant", facts, agent=self.network))
        self.relay.hear(JoinScope(next(TICKETS), self.network, ((founder.name, ()),), relay=True))
        self.run(3_000)

    def fill(self) -> None:
        """Let more be written than the relay has room for."""
        for _ in range(10):
            for host in self.people[:2]:
                self.works(host, 3)
        self.run(60_000)
        assert not self.level(self.people[0], self.relay)

    def enters(self, host: Citizen) -> int:
        """Let somebody come in by an invitation of the founder's, at the relay; returns the ticket."""
        secret = host.name.encode().ljust(16)
        grant = self.invites(self.people[0], secret)
        self.run(1_000)
        ticket = self.knocks(host, self.relay, secret, grant)
        self.run(3_000)
        return ticket


def test_members_who_never_meet_exchange_everything_through_a_granted_relay() -> None:
    club = Outpost("alice", "bob", "carol", "rita")
    alice, bob, carol, rita = club.people
    club.relays(granted=True)
    for host in (bob, carol):
        club.enters(host)
    for host in (alice, bob, carol):
        club.works(host, 5)
    club.run(60_000)
    assert club.level(alice, bob, carol, rita)
    assert all(len(each.ledger.logs_of_scope(club.network)) == 5 for each in club.people)
    met = {line.ends[1].name for host in (alice, bob, carol) for line in host.lines.values()}
    assert met == {"rita"}
    alice.stop("gone")
    ids = club.works(bob)
    bob.stop("gone")
    club.run(1_000)
    assert carol.ledger.has(ids[0])


def test_a_relay_whose_grant_was_ended_carries_no_more() -> None:
    club = Outpost("alice", "bob", "rita")
    alice, bob, rita = club.people
    club.relays(granted=True)
    club.enters(bob)
    club.ends(alice, *club.roles_of(rita, alice))
    (missed,) = club.works(alice)
    club.run(120_000)
    assert not rita.ledger.has(missed)
    assert not bob.ledger.has(missed)
    assert not club.shares(alice, rita)


def test_a_relay_without_a_grant_carries_nothing() -> None:
    club = Outpost("alice", "bob", "rita")
    alice, bob, rita = club.people
    club.relays(granted=False)
    club.enters(bob)
    club.works(alice, 3)
    club.run(120_000)
    assert [host.ledger.logs_of_scope(club.network) for host in (bob, rita)] == [(), ()]


def test_a_relay_that_holds_a_part_is_not_compared_with_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    club = Outpost("alice", "bob", "rita", relayed_bytes=3_000)
    alice, bob, _ = club.people
    club.relays(granted=True)
    club.enters(bob)
    club.fill()
    ticket = sync(alice)
    club.run(20_000)
    assert alice.answers[ticket] == Synced((), ("rita",), 0)
    club.run(1_800_000)
    said: Counter[str] = Counter()
    watch = club.world.watch_bodies

    def count(host: Host, line: Line, message: Message, bodies: list[bytes]) -> None:
        watch(host, line, message, bodies)
        said[type(message).__name__] += 1

    monkeypatch.setattr(club.world, "watch_bodies", count)
    club.run(3_600_000)
    assert said["Compare"] < 60  # 480 if they were compared twice a minute


def test_what_is_new_reaches_a_relay_that_was_not_compared_with_for_long() -> None:
    club = Outpost("alice", "bob", "rita", relayed_bytes=3_000)
    alice, bob, rita = club.people
    club.relays(granted=True)
    club.enters(bob)
    club.fill()
    club.run(1_800_000)
    another = found(bob, "another")
    join(rita, another)
    join(alice, another, rita)
    club.run(10_000)
    assert alice.ledger.has(another)
