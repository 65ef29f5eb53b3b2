"""Arriving in a closed network: whoever lets one in is admitted until one can tell who stands there, and no longer."""

from meshnode.core.drafts import Draft
from meshnode.core.events import JoinScope
from meshnode.core.rows import JoinedEntry
from meshnode.core.settings import CoreSettings
from meshproto.types import authority
from meshproto.wire.messages import Part, Scopes
from meshproto.wire.session import DIALLER, tag
from tests.support.closed_scene import KEY, shared
from tests.support.core_rig import Peer, Rig, Writer, ids_of, network_of

QUIET = CoreSettings(live=False, privates_interval=10**8, answer_deadline=10**9, sync_interval=10**9)
BOB, CAROL = Writer("bob"), Writer("carol")


class Comeback:
    """A founder who comes back to a closed network at Bob's, whom she had let in; Bob has sent what she signed."""

    def __init__(self) -> None:
        self.rig, self.bob, self.carol = Rig(settings=QUIET), Writer("bob"), Writer("carol")
        me = self.rig.me
        self.scope, self.genesis = network_of(me, is_open=False)
        self.accept = me.accept(self.scope)
        facts = authority.invitation(KEY.public, uses=2)
        self.power = (ids_of(self.accept)[0],)
        self.grant = me.sign(Draft(self.scope, "grant", facts, agent=self.scope, auth=self.power))
        self.rig.feed(JoinScope(1, self.scope, (("peer-bob", ("/bob",)),)))
        self.peer = self.meets(self.bob)
        for signed in (self.genesis, self.accept):
            self.peer.push(signed, Part.LAST)

    def meets(self, who: Writer) -> Peer:
        return self.rig.meet(who, self.scope, outbound=True)

    def enters(self, who: Writer, by: Peer) -> bytes:
        """Tell of somebody who was let in; returns the accept."""
        facts = authority.accept_invitation(ids_of(self.grant)[0], who.agent, KEY)
        signed = who.sign(Draft(self.scope, "countersign", facts), deps=ids_of(self.accept))
        for each in (self.grant, who.genesis, signed):
            by.push(each, Part.LAST)
        return ids_of(signed)[0]

    def hosts(self) -> list[str]:
        """The peers at which the network was joined, as the home remembers it."""
        rows = [row for row in self.rig.ledger.rows(JoinedEntry) if row.network == self.scope]
        return [row.host for row in rows]


def test_a_host_of_whom_nothing_is_folded_is_admitted_though_oneself_stands_there_already() -> None:
    tale = Comeback()
    tale.rig.fold()
    assert tale.rig.node.parts.gate.is_in(tale.scope)
    assert shared(tale.rig, tale.peer) == {tale.scope}
    tale.enters(tale.bob, tale.peer)
    tale.rig.fold()
    assert shared(tale.rig, tale.peer) == {tale.scope}
    assert tale.hosts() == [""], "he is admitted as a member by now"


def test_a_host_who_holds_no_more_than_is_here_and_does_not_stand_there_is_admitted_no_longer() -> None:
    tale = Comeback()
    tale.rig.fold()
    tale.peer.level()
    assert shared(tale.rig, tale.peer) == set()
    assert tale.hosts() == [""]
    tale.rig.reborn()
    tale.rig.fold()
    assert shared(tale.rig, tale.meets(tale.bob)) == set()


def test_a_host_stays_one_over_a_restart_until_then() -> None:
    tale = Comeback()
    tale.rig.fold()
    tale.rig.reborn()
    tale.rig.fold()
    assert shared(tale.rig, tale.meets(tale.bob)) == {tale.scope}


def test_being_level_before_one_stands_there_by_the_fold_says_nothing() -> None:
    tale = Comeback()
    tale.peer.level()
    assert tale.hosts() == ["peer-bob"]


def test_once_somebody_who_stands_there_shares_it_no_host_is_believed() -> None:
    tale = Comeback()
    tale.rig.fold()
    other = tale.meets(tale.carol)
    assert shared(tale.rig, other) == set()
    tale.enters(tale.carol, tale.peer)
    tale.rig.fold()
    assert shared(tale.rig, other) == {tale.scope}
    assert shared(tale.rig, tale.peer) == set()


def test_once_somebody_who_stands_there_begins_to_share_it_no_host_is_believed() -> None:
    tale = Comeback()
    tale.enters(tale.carol, tale.peer)
    other = tale.rig.meet(tale.carol, outbound=True)
    tale.rig.fold()
    assert shared(tale.rig, tale.peer) == {tale.scope}
    other.show(tale.scope)
    assert shared(tale.rig, tale.peer) == set()


def test_a_host_whom_one_believes_no_longer_is_shown_no_tag_once_more() -> None:
    tale = Comeback()
    tale.rig.feed(JoinScope(2, tale.scope, (("peer-carol", ("/carol",)),)))
    choir = tale.rig.found(is_open=False, name="choir")
    tale.rig.fold()
    assert shared(tale.rig, tale.meets(tale.carol)) == shared(tale.rig, tale.peer) == {tale.scope}
    tale.peer.push(tale.bob.genesis, Part.LAST)
    tale.enters(tale.carol, tale.peer)
    tale.rig.write(Draft(choir, "grant", authority.grant(tale.bob.agent, "core"), agent=choir))
    tale.peer.take()
    tale.rig.fold()
    tags = [tag(each, tale.peer.transcript, DIALLER) for each in (choir, tale.scope)]
    assert [[each in shown.tags for each in tags] for shown in tale.peer.all(Scopes)] == [[True, False]]


def test_a_host_whom_the_fold_knows_as_removed_is_admitted_no_longer() -> None:
    tale = Comeback()
    accept = tale.enters(tale.bob, tale.peer)
    removal = Draft(tale.scope, "revoke", authority.revoke([accept]), agent=tale.scope, auth=tale.power)
    tale.peer.push(tale.rig.me.sign(removal, deps=[accept]), Part.LAST)
    tale.rig.fold()
    assert shared(tale.rig, tale.peer) == set()


def test_a_host_whose_key_was_ended_is_admitted_no_longer() -> None:
    tale = Comeback()
    phone = Writer("bobs phone")
    given = tale.bob.sign(Draft(tale.bob.stream, "grant", authority.device(phone.key.public)))
    ended = tale.bob.sign(Draft(tale.bob.stream, "revoke", authority.revoke(ids_of(given), reason="lost")))
    phone.agent, phone.name = tale.bob.agent, "bob"
    tale.peer.leaves()
    peer = tale.meets(phone)
    for signed in (tale.bob.genesis, given):
        peer.push(signed, Part.LAST)
    tale.rig.fold()
    assert shared(tale.rig, peer) == {tale.scope}
    peer.push(ended, Part.LAST)
    tale.rig.fold()
    assert shared(tale.rig, peer) == set()


def test_where_one_stands_already_a_line_makes_nobody_a_host() -> None:
    tale = Comeback()
    tale.rig.fold()
    tale.peer.level()
    tale.rig.feed(JoinScope(2, tale.scope, (("peer-carol", ("/carol",)),)))
    assert shared(tale.rig, tale.meets(tale.carol)) == set()
    assert tale.hosts() == [""]


def test_where_one_does_not_stand_yet_a_host_is_admitted_whatever_is_folded() -> None:
    rig, carol = Rig(settings=QUIET), Writer("carol")
    scope, genesis = network_of(carol, is_open=False)
    rig.feed(JoinScope(1, scope, (("peer-bob", ("/bob",)),)))
    peer = rig.meet(Writer("bob"), scope, outbound=True)
    for signed in (carol.genesis, genesis, carol.accept(scope)):
        peer.push(signed, Part.LAST)
    rig.fold()
    peer.level()
    assert not rig.node.parts.gate.is_in(scope)
    assert shared(rig, peer) == {scope}
