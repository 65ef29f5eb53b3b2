"""What is kept of whom, and which networks are exchanged: as the owner chose, and nobody else."""

import pytest

from meshnode.core.drafts import Draft
from meshnode.core.effects import Done
from meshnode.core.events import Block, Event, Follow, JoinScope, LeaveScope
from meshnode.core.rows import BearingEntry, BlockEntry, FollowEntry, JoinedEntry, NoteEntry
from meshnode.core.settings import CoreSettings, Keep
from meshproto.records.ids import AgentId, LogId, RecordId, ScopeId
from meshproto.types import identity
from meshproto.wire.messages import Item, Mark, Part, Privates, Scopes, WantPrivates
from tests.support.core_rig import Peer, Rig, Writer, ids_of, network_of
from tests.support.core_scene import member, scene

KEPT: dict[Keep, tuple[bool, bool]] = {
    "all": (True, True),
    "followed": (True, False),
    "own": (False, False),
    "none": (False, False),
}


def follow(rig: Rig, who: Writer, on: bool = True) -> None:
    ticket = rig.ticket()
    rig.feed(Follow(ticket, who.agent, on))
    assert rig.answers[ticket] == Done()


def block(rig: Rig, who: Writer, on: bool = True) -> None:
    ticket = rig.ticket()
    rig.feed(Block(ticket, who.agent, on))
    assert rig.answers[ticket] == Done()


def told(peer: Peer, who: Writer, scope: ScopeId, rig: Rig, many: int = 1) -> list[bool]:
    """Let a peer tell records with their private parts; which of these are here then."""
    signed = who.notes(scope, many, text="words")
    peer.push(signed)
    peer.say(Privates(signed.privates, (), ()))
    return [rig.ledger.private(record) is not None for record in ids_of(signed)]


@pytest.mark.parametrize("keep", list(KEPT))
def test_parts_are_kept_of_whom_the_owner_says(keep: Keep) -> None:
    rig, scope, peer, bob = scene(CoreSettings(keep_privates=keep))
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    follow(rig, bob)
    assert (told(peer, bob, scope, rig)[0], told(peer, carol, scope, rig)[0]) == KEPT[keep]


def test_whose_parts_are_kept_does_not_change_by_claiming_to_be_somebody() -> None:
    rig, scope, peer, bob = scene(CoreSettings(keep_privates="followed"))
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    follow(rig, bob)
    carol.agent = AgentId(bob.agent)  # the log is still hers
    assert told(peer, carol, scope, rig) == [False]


def test_nothing_is_taken_in_of_whom_one_has_blocked_but_the_chain() -> None:
    rig, scope, peer, bob = scene()
    block(rig, bob)
    assert told(peer, bob, scope, rig) == [False]
    assert rig.ledger.tips(bob.log(scope))[0].seq == 2
    block(rig, bob, False)
    assert told(peer, bob, scope, rig) == [True]


def test_whom_one_blocks_one_does_not_follow() -> None:
    rig, _, _, bob = scene()
    follow(rig, bob)
    block(rig, bob)
    assert (rig.ledger.rows(FollowEntry), [row.agent for row in rig.ledger.rows(BlockEntry)]) == ((), [bob.agent])


def test_what_was_chosen_holds_in_the_next_life() -> None:
    rig, _, _, bob = scene()
    carol = Writer("carol")
    follow(rig, carol)
    block(rig, bob)
    rig.reborn()
    policy = rig.node.parts.policy
    assert (list(policy.followed), list(policy.blocked)) == ([carol.agent], [bob.agent])


def test_choosing_the_same_twice_changes_nothing() -> None:
    rig, _, _, bob = scene()
    for on in (True, False):
        follow(rig, bob, on)
        follow(rig, bob, on)
        block(rig, bob, on)
        block(rig, bob, on)
    assert not rig.ledger.rows(FollowEntry) + rig.ledger.rows(BlockEntry)


def test_a_blocked_stranger_is_not_stored_and_a_member_is() -> None:
    rig, scope, peer, bob = scene()
    carol, dave = Writer("carol"), Writer("dave")
    for who in (carol, dave):
        peer.push(who.genesis, Part.LAST)
    for who in (bob, carol):
        block(rig, who)
    for who in (bob, carol, dave):
        peer.push(who.notes(scope))
    assert [rig.ledger.log(who.log(scope)) is not None for who in (bob, carol, dave)] == [True, False, True]


def test_the_stream_of_a_blocked_agent_who_stands_nowhere_is_not_kept() -> None:
    rig, _, peer, _ = scene()
    carol, dave = Writer("carol"), Writer("dave")
    block(rig, carol)
    for who in (carol, dave):
        peer.push(who.genesis, Part.LAST)
    assert (rig.ledger.has(carol.agent), rig.ledger.has(dave.agent)) == (False, True)


def test_a_network_that_is_followed_is_carried_and_not_joined() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob)
    rig.feed(JoinScope(rig.ticket(), scope, relay=True))
    peer = rig.meet(bob, scope)
    for signed in (bob.genesis, genesis, bob.accept(scope)):
        peer.push(signed, Part.LAST)
    assert rig.ledger.log(bob.log(scope)) is not None
    assert [row.relayed for row in rig.ledger.rows(JoinedEntry)] == [True]
    rig.reborn()
    assert list(rig.node.parts.policy.relayed) == [scope]


def test_joining_what_one_relays_makes_it_one_s_own_and_relaying_does_not_undo_that() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, _ = network_of(bob)
    for relay, relayed in ((True, True), (False, False), (True, False)):
        rig.feed(JoinScope(rig.ticket(), scope, relay=relay))
        assert [row.relayed for row in rig.ledger.rows(JoinedEntry)] == [relayed]
        assert (scope in rig.node.parts.policy.relayed) is relayed


def test_what_is_noted_along_with_a_choice_is_committed_with_it() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, _ = network_of(bob)
    choices: list[Event] = [
        Follow(rig.ticket(), bob.agent, True, (NoteEntry("followed", b"1"),)),
        Block(rig.ticket(), bob.agent, True, (NoteEntry("blocked", b"1"),)),
        JoinScope(rig.ticket(), scope, relay=True, local=(NoteEntry("relayed", b"1"),)),
        LeaveScope(rig.ticket(), scope, (NoteEntry("left", b"1"),)),
    ]
    for choice in choices:
        rig.feed(choice)
    assert [row.name for row in rig.ledger.rows(NoteEntry)] == ["blocked", "followed", "left", "relayed"]


def test_following_a_network_one_has_left_is_no_return() -> None:
    rig = Rig(settings=CoreSettings(share_scopes="all"))
    scope = rig.found()
    rig.feed(LeaveScope(rig.ticket(), scope))
    rig.feed(JoinScope(rig.ticket(), scope, relay=True))
    assert [(row.left, row.relayed) for row in rig.ledger.rows(JoinedEntry)] == [(False, True)]


def test_in_a_network_one_follows_everybody_s_parts_are_kept() -> None:
    rig, bob = Rig(settings=CoreSettings(keep_privates="followed")), Writer("bob")
    scope, genesis = network_of(bob)
    rig.feed(JoinScope(rig.ticket(), scope, relay=True))
    peer = rig.meet(bob, scope)
    for signed in (bob.genesis, genesis, bob.accept(scope)):
        peer.push(signed, Part.LAST)
    assert told(peer, bob, scope, rig) == [True]


def test_what_members_of_a_network_one_follows_are_called_is_kept_too() -> None:
    settings = CoreSettings(keep_privates="followed", answer_deadline=10**9)
    rig, bob, carol = Rig(settings=settings), Writer("bob"), Writer("carol")
    scope, genesis = network_of(bob)
    rig.feed(JoinScope(rig.ticket(), scope, relay=True))
    peer = rig.meet(bob, scope)
    profiles = {who: who.notes(who.stream, text="what I am called") for who in (bob, carol)}
    for signed in (bob.genesis, carol.genesis, *profiles.values()):
        peer.push(signed, Part.LAST)
        peer.say(Privates(signed.privates, (), ()))
    for signed in (genesis, bob.accept(scope)):
        peer.push(signed, Part.LAST)
    rig.wait(2_000)
    assert set(peer.last(WantPrivates).ids) == set(ids_of(profiles[bob]))


SHARED: dict[Keep, list[str]] = {
    "all": ["joined", "relayed", "left"],
    "followed": ["joined", "relayed"],
    "own": ["joined"],
    "none": [],
}


@pytest.mark.parametrize("share", list(SHARED))
def test_networks_are_exchanged_as_the_owner_says(share: Keep) -> None:
    rig, bob = Rig(settings=CoreSettings(share_scopes=share)), Writer("bob")
    networks = {name: rig.found(name=name) for name in ("joined", "left")}
    networks["relayed"], _ = network_of(bob, name="relayed")
    rig.feed(JoinScope(rig.ticket(), networks["relayed"], relay=True))
    rig.feed(LeaveScope(rig.ticket(), networks["left"]))
    for _ in range(2):
        peer = rig.meet(bob, *networks.values())
        shared = rig.node.parts.ground.sessions[peer.conn].shared.values()
        assert [name for name in ("joined", "relayed", "left") if networks[name] in shared] == SHARED[share]
        assert len(peer.last(Scopes).tags) == 8 if SHARED[share] else peer.all(Scopes)[-1].tags == ()
        rig.reborn()


def test_a_relayed_network_that_is_left_is_not_carried_on() -> None:
    rig, bob = Rig(settings=CoreSettings(share_scopes="all")), Writer("bob")
    scope, genesis = network_of(bob)
    rig.put(bob.genesis, genesis)
    rig.feed(JoinScope(rig.ticket(), scope, relay=True))
    rig.feed(LeaveScope(rig.ticket(), scope))
    assert rig.node.parts.scopes.carried == {}
    rig.reborn()
    assert rig.node.parts.scopes.carried == {}


def relaying(settings: CoreSettings) -> tuple[Rig, ScopeId, Peer, Writer]:
    """A node that relays a network it does not belong to, and is connected to its founder."""
    rig, bob = Rig(settings=settings), Writer("bob")
    scope, genesis = network_of(bob)
    rig.feed(JoinScope(rig.ticket(), scope, relay=True))
    peer = rig.meet(bob, scope)
    for signed in (bob.genesis, genesis, bob.accept(scope)):
        peer.push(signed, Part.LAST)
    return rig, scope, peer, bob


def test_of_a_relayed_network_only_so_much_is_held_and_no_more_is_asked_for() -> None:
    rig, scope, peer, bob = relaying(CoreSettings(relayed_bytes=3_000))
    while not rig.node.parts.scopes.is_full(scope):
        peer.push(bob.notes(scope))
    carol, before = Writer("carol"), rig.ledger.tips(bob.log(scope))
    peer.push(carol.genesis, Part.LAST)
    more, hers = bob.notes(scope, 3), carol.notes(scope)
    peer.push(more)
    peer.push(hers)
    assert rig.ledger.tips(bob.log(scope)) == before
    assert rig.ledger.log(carol.log(scope)) is None
    offered = [Item(run.records[0].log, 3, (Mark(99, run.records[-1].id),)) for run in (*more.runs, *hers.runs)]
    assert rig.node.parts.fill.offer(rig.node.parts.ground.sessions[peer.conn], offered) == 0
    rig.reborn()
    assert rig.node.parts.scopes.is_full(scope)


def test_logs_that_had_no_room_are_remembered_within_bounds() -> None:
    rig, scope, peer, _ = relaying(CoreSettings(fill_queue=2))
    logs = [LogId(bytes([at]) * 32) for at in range(3)]
    for log in logs:
        rig.node.parts.fill.refuse(log, scope)
    offered = [Item(log, 3, (Mark(1, RecordId(log)),)) for log in logs]
    assert rig.node.parts.fill.offer(rig.node.parts.ground.sessions[peer.conn], offered) == 1


def test_members_are_bound_by_the_charter_alone() -> None:
    rig, scope, peer, bob = scene(CoreSettings(relayed_bytes=1))
    assert not rig.node.parts.scopes.is_full(scope)
    peer.push(bob.notes(scope))
    assert rig.ledger.tips(bob.log(scope))[0].seq == 2


def test_what_the_owner_accepts_is_remembered_with_what_it_names() -> None:
    rig, scope, peer, bob = scene()
    offer = bob.notes(scope, subject=rig.me.agent)
    peer.push(offer)
    accept = identity.accept(ids_of(offer)[0])
    decline = {**accept, "decision": "decline"}
    rig.write(Draft(scope, "countersign", accept))
    rig.write(Draft(scope, "countersign", decline), Draft(scope, "countersign", {**accept, "target": 1}))
    named = {row.record for row in rig.ledger.rows(BearingEntry)}
    assert named == {ids_of(offer)[0], rig.me.agent, scope}
