"""Agreements are told of to whom they name, and what is told of is carried as long as it may concern somebody here."""

from meshnode.core.author import Pen, sign_genesis
from meshnode.core.drafts import Draft
from meshnode.core.effects import NotWritten
from meshnode.core.gauges import gauges
from meshnode.core.rows import AgreementEntry, DroppedEntry
from meshnode.core.settings import CoreSettings
from meshnode.core.telling import PATIENCE, STRANGE_LEAST
from meshproto.records.ids import AgentId, RecordId, ScopeId
from meshproto.types import identity
from meshproto.wire.messages import Agreements, Get, Headers, Part, Privates, Scopes
from meshproto.wire.session import tag
from tests.support.bargain_scene import accepted, amended, begun, proposed
from tests.support.closed_scene import appointed, shared
from tests.support.core_rig import NOON, Peer, Rig, Writer, network_of
from tests.support.core_scene import accept_of

BOB, CAROL, DAVE = Writer("bob"), Writer("carol"), Writer("dave")
STRANGE = ScopeId(b"s" * 32)


def told(peer: Peer) -> list[bytes]:
    """Of which agreements the node has told a peer."""
    return [scope for each in peer.all(Agreements) for scope in each.ids]


def shows(peer: Peer, scope: ScopeId) -> bool:
    """Whether the node shows a peer the tag of a scope."""
    ours = b"\x01" if not peer.outbound else b"\x00"
    return tag(scope, peer.transcript, ours) in peer.last(Scopes).tags


def carried(rig: Rig) -> list[bytes]:
    """Which agreements the node remembers."""
    return [row.agreement for row in rig.ledger.rows(AgreementEntry)]


def test_whom_a_proposal_names_is_told_of_it_once_and_nobody_else() -> None:
    rig = Rig()
    scope = proposed(rig, BOB)
    bob, carol = rig.meet(BOB), rig.meet(CAROL)
    assert told(bob) == [scope]
    assert told(carol) == []
    assert shows(bob, scope)
    assert not shows(carol, scope)
    bob.show()
    rig.fold()
    assert told(bob) == [scope]


def test_who_shows_its_tag_is_not_told() -> None:
    rig = Rig()
    scope = proposed(rig, BOB)
    bob = rig.meet(BOB, scope)
    assert told(bob) == []
    assert shared(rig, bob) == {scope}


def test_what_is_not_shared_is_not_told_of() -> None:
    rig = Rig(settings=CoreSettings(share_scopes="none"))
    proposed(rig, BOB)
    assert told(rig.meet(BOB)) == []


def test_nothing_is_told_before_the_other_side_has_shown_tags() -> None:
    rig = Rig()
    peer = rig.dialled(BOB)
    peer.greet()
    proposed(rig, BOB)
    assert told(peer) == []
    peer.show()
    assert len(told(peer)) == 1


def test_what_is_told_of_is_fetched_and_kept_once_it_concerns_us() -> None:
    rig = Rig()
    scope, signed = begun(BOB, rig.me)
    peer = rig.meet(BOB)
    peer.say(Agreements((RecordId(scope),)))
    assert shows(peer, scope)
    peer.show(scope)
    peer.push(signed)
    peer.push(BOB.genesis)
    assert carried(rig) == [scope]
    rig.fold()
    rig.wait(2 * PATIENCE)
    assert carried(rig) == [scope]
    rig.reborn()
    rig.fold()
    rig.wait(2 * PATIENCE)
    assert scope in rig.node.parts.scopes.carried


def test_the_first_version_waits_for_who_signed_it() -> None:
    rig = Rig()
    scope, signed = begun(BOB, rig.me)
    peer = rig.meet(BOB)
    peer.say(Agreements((RecordId(scope),)))
    peer.show(scope)
    peer.push(signed)
    assert carried(rig) == []
    peer.push(BOB.genesis)
    assert carried(rig) == [scope]


def test_what_concerns_nobody_here_is_dropped_after_a_while() -> None:
    rig = Rig()
    scope, signed = begun(BOB, CAROL)
    peer = rig.meet(BOB)
    peer.say(Agreements((RecordId(scope), RecordId(STRANGE))))
    peer.show(scope)
    for each in (signed, BOB.genesis, CAROL.genesis):
        peer.push(each)
    rig.fold()
    assert scope in rig.node.parts.scopes.carried
    rig.wait(2 * PATIENCE)
    assert carried(rig) == []
    assert {scope, STRANGE}.isdisjoint(rig.node.parts.scopes.carried)
    rig.meet(BOB).say(Agreements((RecordId(scope),)))
    assert carried(rig) == [scope]  # It may concern somebody by now.


def test_who_knows_an_agreement_that_concerns_nobody_here_is_not_served_it() -> None:
    rig = Rig()
    scope, signed = begun(BOB, CAROL)
    peer = rig.meet(BOB)
    peer.say(Agreements((RecordId(scope),)))
    peer.show(scope)
    for each in (signed, BOB.genesis, CAROL.genesis):
        peer.push(each)
    rig.fold()
    stranger, carol = rig.meet(DAVE), rig.meet(CAROL)
    for other in (stranger, carol):
        other.say(Agreements((RecordId(scope),)))
    assert shows(carol, scope)
    assert not shows(stranger, scope)
    rig.wait(2 * PATIENCE)
    stranger = rig.meet(DAVE)
    stranger.say(Agreements((RecordId(scope),)))
    assert scope not in rig.node.parts.scopes.carried
    assert not shows(stranger, scope)


def test_what_is_here_and_nobody_is_told_to_take_part_in_is_had_from_nobody() -> None:
    rig = Rig()
    scope, signed = begun(BOB, CAROL)
    peer = rig.meet(BOB)
    peer.say(Agreements((RecordId(scope),)))
    peer.show(scope)
    for each in (signed, BOB.genesis):
        peer.push(each)
    assert carried(rig) == [scope]
    stranger = rig.meet(DAVE)
    stranger.say(Agreements((RecordId(scope),)))
    assert not shows(stranger, scope)


def test_only_so_many_are_carried_that_concern_nobody() -> None:
    rig = Rig(settings=CoreSettings(agreements_told=2))
    peer = rig.meet(BOB)
    ids = [ScopeId(bytes([number]) * 32) for number in range(1, 4)]
    peer.say(Agreements(tuple(map(RecordId, ids))))
    assert [each in rig.node.parts.scopes.carried for each in ids] == [True, True, False]


def test_two_may_tell_of_the_same() -> None:
    rig = Rig()
    for who in (BOB, CAROL):
        peer = rig.meet(who)
        peer.say(Agreements((RecordId(STRANGE),)))
        assert shows(peer, STRANGE)


def test_what_is_no_agreement_is_not_taken_for_one() -> None:
    rig = Rig()
    scope, genesis = network_of(BOB, name="strange")
    peer = rig.meet(BOB)
    peer.say(Agreements((RecordId(scope), RecordId(BOB.agent))))
    peer.show(scope)
    peer.push(BOB.genesis)
    peer.push(genesis)
    assert rig.ledger.network(scope) is None
    own = rig.found(name="mine")
    peer.say(Agreements((RecordId(own),)))
    assert carried(rig) == []


def test_a_first_version_of_which_nobody_told_is_not_taken_in() -> None:
    rig = Rig()
    scope, signed = begun(BOB, rig.me)
    peer = rig.meet(BOB)
    peer.push(BOB.genesis, Part.LAST)
    peer.push(signed)
    assert not rig.ledger.has(scope)


def test_whom_only_anothers_proposal_names_is_told_by_nobody_else() -> None:
    rig = Rig()
    scope, signed = begun(BOB, rig.me, CAROL)
    bob = rig.meet(BOB)
    bob.say(Agreements((RecordId(scope),)))
    bob.show(scope)
    for each in (signed, BOB.genesis, CAROL.genesis, accepted(BOB, scope)):
        bob.push(each)
    rig.fold()
    carol = rig.meet(CAROL, scope)
    assert shared(rig, carol) == set()
    bob.push(accepted(CAROL, scope))
    rig.fold()
    assert shared(rig, carol) == {scope}


def test_whom_a_later_version_names_is_told_by_who_proposed_it() -> None:
    rig = Rig()
    scope = proposed(rig, BOB)
    rig.put(CAROL.genesis)
    carol = rig.meet(CAROL, scope)
    rig.put(accepted(rig.me, scope), accepted(BOB, scope), amended(BOB, scope, scope, rig.me, CAROL))
    rig.fold()
    assert shared(rig, carol) == set()
    rig.put(amended(rig.me, scope, scope, BOB, CAROL))
    rig.fold()
    assert shared(rig, carol) == {scope}


def test_who_shares_it_also_reads_what_those_are_called_who_are_named_in_it() -> None:
    rig, erin = Rig(), Writer("erin")
    facts = identity.person(key=erin.key.public, nonce=bytes(16))
    stream, erin.genesis = sign_genesis(Pen(b"", erin.key, NOON, erin.dice), facts, {"name": "Erin"})
    erin.agent = AgentId(stream)
    scope = proposed(rig, BOB, erin)
    bob = rig.meet(BOB, scope)
    bob.take()
    bob.say(Get((RecordId(stream),)))
    assert [each for message in bob.all(Privates) for each in message.parts] == [*erin.genesis.privates]
    choir = rig.found(name="choir")
    other = rig.meet(CAROL, choir)
    other.take()
    other.say(Get((RecordId(stream),)))
    assert [len(other.all(Headers)), other.all(Privates)] == [1, []]  # She stands nowhere yet, so this is no secret.


def test_who_shares_it_reads_who_is_named_in_it() -> None:
    rig = Rig()
    scope = proposed(rig, BOB, CAROL)
    bob = rig.meet(BOB, scope)
    bob.take()
    bob.say(Get((CAROL.agent,)))  # type: ignore[arg-type]  # an agent's id is that of its genesis
    assert len(bob.all(Headers)) == 1
    dave = rig.meet(Writer("dave"), scope)
    dave.take()
    dave.say(Get((CAROL.agent, scope)))  # type: ignore[arg-type]  # ids
    assert dave.all(Headers) == []


def strange(peer: Peer, number: int, rig: Rig) -> ScopeId:
    """Let a peer tell of an agreement of two others, and send it; nobody here takes part."""
    scope, signed = begun(BOB, CAROL, until=f"2027-02-{number:02}")
    peer.say(Agreements((RecordId(scope),)))
    peer.show(scope)
    for each in (signed, BOB.genesis, CAROL.genesis):
        peer.push(each)
    rig.fold()
    return scope


def test_what_was_dropped_takes_up_room_so_that_no_stranger_fills_the_disk_in_time() -> None:
    rig = Rig(settings=CoreSettings(strange_bytes=4 * STRANGE_LEAST))
    found = []
    for number in range(1, 5):
        found.append(strange(rig.meet(BOB), number, rig))
        rig.wait(2 * PATIENCE)
    assert [rig.ledger.has(each) for each in found] == [True, True, False, False]
    assert carried(rig) == []


def test_what_was_dropped_takes_up_room_after_a_restart_too() -> None:
    rig = Rig(settings=CoreSettings(strange_bytes=2 * STRANGE_LEAST))
    first = strange(rig.meet(BOB), 1, rig)
    rig.wait(2 * PATIENCE)
    rig.reborn()
    rig.fold()
    assert [rig.ledger.has(each) for each in (first, strange(rig.meet(BOB), 2, rig))] == [True, False]


def test_half_the_room_for_strangers_agreements_is_kept_for_people_of_our_circles() -> None:
    rig = Rig(settings=CoreSettings(strange_bytes=2 * STRANGE_LEAST))
    club = rig.found(is_open=False, name="club")
    rig.put(DAVE.genesis)
    rig.fold()
    grant = appointed(rig, club, DAVE, "core")
    rig.put(DAVE.sign(Draft(club, "countersign", identity.accept(grant)), deps=[accept_of(rig, club)]))
    rig.fold()
    strange(rig.meet(BOB), 1, rig)
    assert not rig.ledger.has(strange(rig.meet(BOB), 2, rig))
    assert rig.ledger.has(strange(rig.meet(DAVE, club), 3, rig))


def test_who_has_an_agreement_with_the_owner_may_tell_of_others_when_strangers_may_not() -> None:
    rig = Rig(settings=CoreSettings(strange_bytes=2 * STRANGE_LEAST))
    ours = proposed(rig, BOB)
    strange(rig.meet(CAROL), 1, rig)
    assert not rig.ledger.has(strange(rig.meet(CAROL), 2, rig))
    assert rig.ledger.has(strange(rig.meet(BOB, ours), 3, rig))


def test_what_concerns_us_and_is_carried_is_told_of_for_nothing() -> None:
    rig = Rig()
    scope = proposed(rig, BOB)
    bob = rig.meet(BOB)
    bob.take()
    bob.say(Agreements((RecordId(scope),)))
    assert bob.take() == []


def test_an_agreement_that_was_dropped_and_concerns_us_after_all_takes_up_no_room_for_strangers() -> None:
    rig = Rig(settings=CoreSettings(strange_bytes=2 * STRANGE_LEAST))
    scope = strange(rig.meet(BOB), 1, rig)
    rig.wait(2 * PATIENCE)
    rig.put(accepted(BOB, scope), accepted(CAROL, scope), amended(BOB, scope, scope, CAROL, rig.me))
    rig.fold()
    rig.meet(BOB).say(Agreements((RecordId(scope),)))
    rig.wait(PATIENCE)
    assert carried(rig) == [scope]
    assert rig.ledger.rows(DroppedEntry) == ()
    assert rig.ledger.has(strange(rig.meet(BOB), 2, rig))


def test_agreements_that_peers_tell_of_leave_room_for_the_owners_networks() -> None:
    rig = Rig(settings=CoreSettings(scopes_max=4))
    rig.meet(BOB).say(Agreements(tuple(RecordId(bytes([number]) * 32) for number in range(1, 9))))
    assert len(rig.node.parts.scopes.carried) == 3
    ticket = rig.join(ScopeId(b"n" * 32))
    assert not isinstance(rig.answers.get(ticket), NotWritten)
    assert all(each.filled <= each.limit for each in gauges(rig.node.parts))


def test_of_what_is_not_carried_any_more_it_is_forgotten_who_was_told() -> None:
    rig = Rig()
    scope = proposed(rig, BOB)
    bob = rig.meet(BOB)
    assert [*rig.node.parts.ground.sessions[bob.conn].agreements_told] == [scope]
    rig.node.parts.scopes.drop_agreement(scope)
    rig.found(name="new")
    rig.fold()
    assert [*rig.node.parts.ground.sessions[bob.conn].agreements_told] == []
