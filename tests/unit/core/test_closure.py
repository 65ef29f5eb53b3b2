"""The closure: what nobody should name yet, and when that is over."""

from meshnode.core.drafts import Draft
from meshnode.core.rows import WaitEntry
from meshproto.records.ids import RecordId, ScopeId
from meshproto.wire.messages import Part
from tests.support.core_rig import Rig, Writer, ids_of, network_of
from tests.support.core_scene import accept_of, member, scene

LATER = bytes([7]) * 32


def naming(who: Writer, scope: ScopeId, *names: bytes):  # type: ignore[no-untyped-def]  # signed records
    return who.sign(Draft(scope, "note", {"names": list(names)}))


def waits(rig: Rig) -> list[WaitEntry]:
    return list(rig.ledger.rows(WaitEntry))


def is_sound(rig: Rig, record: bytes) -> bool:
    return rig.node.parts.closure.is_sound(record)


def test_what_names_something_missing_waits_and_so_does_what_follows_it() -> None:
    rig, scope, peer, bob = scene()
    before, waiting, after = bob.notes(scope), naming(bob, scope, LATER), bob.notes(scope)
    for signed in (before, waiting, after):
        peer.push(signed)
    assert [is_sound(rig, ids_of(each)[0]) for each in (before, waiting, after)] == [True, False, False]
    assert waits(rig) == [WaitEntry(ids_of(waiting)[0], LATER, bob.log(scope))]
    assert not is_sound(rig, LATER)


def test_it_is_free_when_that_comes_also_after_a_restart() -> None:
    for restart in (False, True):
        rig, scope, peer, bob = scene()
        carol = Writer("carol")
        work = carol.sign(Draft(carol.stream, "note", {}))
        waiting = naming(bob, scope, *ids_of(work))
        peer.push(waiting)
        if restart:
            rig.reborn()
            peer = rig.meet(bob, scope)
        member(rig, peer, carol, scope)
        carol.ends.pop(carol.stream)
        peer.push(work, Part.LAST)
        assert is_sound(rig, ids_of(waiting)[0])
        assert waits(rig) == []


def test_two_logs_that_wait_for_each_others_earlier_records_both_become_free() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    early = [who.notes(scope) for who in (bob, carol)]
    late = [naming(bob, scope, *ids_of(early[1]), LATER), naming(carol, scope, *ids_of(early[0]), LATER)]
    for signed in (early[0], late[0], early[1], late[1]):
        peer.push(signed)
    assert {row.on for row in waits(rig)} == {LATER}


def test_what_reaches_outside_its_scope_is_never_named() -> None:
    rig, scope, peer, bob = scene()
    other = rig.found(name="other")
    foreign = naming(bob, scope, other)
    peer.push(foreign)
    (record,) = ids_of(foreign)
    assert waits(rig) == [WaitEntry(record, record, bob.log(scope))]
    peer.push(naming(bob, scope, record))
    assert not is_sound(rig, bob.ends[scope].id)


def test_a_stream_may_not_reach_into_a_network() -> None:
    rig, scope, peer, bob = scene()
    foreign = naming(bob, bob.stream, scope)
    peer.push(foreign)
    assert not is_sound(rig, ids_of(foreign)[0])


def test_naming_a_record_that_waits_is_waiting_too() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    waiting = naming(bob, scope, LATER)
    peer.push(waiting)
    second = naming(carol, scope, *ids_of(waiting))
    peer.push(second)
    assert WaitEntry(ids_of(second)[0], ids_of(waiting)[0], carol.log(scope)) in waits(rig)


def test_a_branch_does_not_suffer_from_what_stands_on_another() -> None:
    rig, scope, peer, bob = scene()
    start = bob.ends[scope]
    peer.push(bob.notes(scope, 1, after=start, names=LATER))
    healthy = bob.notes(scope, 4, after=start)
    peer.push(healthy)
    more = bob.notes(scope, 1, after=bob.ends[scope]._replace(seq=start.seq + 4, id=ids_of(healthy)[-1]))
    rig.held = True
    peer.push(more)
    assert is_sound(rig, ids_of(healthy)[0])
    assert is_sound(rig, ids_of(more)[0]), "also while it is on its way to the disk"
    rig.flush()
    assert is_sound(rig, ids_of(more)[0])


def test_freeing_one_of_two_burdens_is_not_enough() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    work = carol.notes(scope)
    waiting = naming(bob, scope, *ids_of(work), LATER)
    peer.push(waiting)
    peer.push(work)
    assert [row.on for row in waits(rig)] == [LATER]
    assert not is_sound(rig, ids_of(waiting)[0])


def test_the_same_name_twice_is_one_burden() -> None:
    rig, scope, peer, bob = scene()
    peer.push(naming(bob, scope, LATER, LATER))
    assert len(rig.node.parts.closure) == 1
    rig.node.parts.closure.load(waits(rig))
    rig.node.parts.closure.load([WaitEntry(b"gone".ljust(32), LATER, b"log".ljust(32))])
    assert len(rig.node.parts.closure) == 1


def test_others_deps_weigh_like_names_in_facts() -> None:
    rig, scope, peer, bob = scene()
    signed = bob.sign(Draft(scope, "note", {}), deps=[LATER])
    peer.push(signed)
    assert not is_sound(rig, ids_of(signed)[0])
    assert accept_of(rig, scope)


def test_a_record_that_comes_while_its_log_waits_frees_nobody() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    waiting = naming(bob, scope, LATER)
    awaited = bob.notes(scope)
    second = naming(carol, scope, *ids_of(awaited))
    for signed in (second, waiting, awaited):
        peer.push(signed)
    assert not is_sound(rig, ids_of(second)[0])
    assert {row.on for row in waits(rig)} == {LATER, RecordId(ids_of(awaited)[0])}


def test_all_that_stood_on_a_missing_record_is_free_when_it_comes() -> None:
    rig, scope, peer, bob = scene()
    carol, dave = Writer("carol"), Writer("dave")
    for who in (carol, dave):
        member(rig, peer, who, scope)
    awaited = dave.notes(scope)
    waiting, follower = naming(bob, scope, *ids_of(awaited)), bob.notes(scope)
    second = naming(carol, scope, *ids_of(follower))
    for signed in (waiting, follower, second, awaited):
        peer.push(signed)
    assert waits(rig) == []
    assert is_sound(rig, ids_of(second)[0])


def test_a_networks_genesis_may_name_its_founders() -> None:
    rig, _, peer, bob = scene()
    scope, genesis = network_of(bob, name="third")
    rig.join(scope)
    peer.show(*rig.node.parts.scopes.carried)
    peer.push(genesis, Part.LAST)
    assert is_sound(rig, scope)


def test_a_record_that_is_here_and_waits_is_not_missing() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    waiting, other = naming(bob, scope, LATER), naming(bob, scope, LATER)
    for signed in (waiting, other, naming(carol, scope, *ids_of(waiting)), naming(carol, scope, *ids_of(other))):
        peer.push(signed)
    rig.reborn()
    assert [record for record, _ in rig.node.parts.closure.missing()] == [LATER]


def test_of_two_awaited_records_of_one_log_each_frees_its_own() -> None:
    rig, scope, peer, bob = scene()
    carol, dave = Writer("carol"), Writer("dave")
    for who in (carol, dave):
        member(rig, peer, who, scope)
    absent = dave.notes(scope)
    held_back = [naming(bob, scope, *ids_of(absent)), bob.notes(scope)]
    for signed in held_back:
        peer.push(signed)
    for signed in held_back:
        peer.push(naming(carol, scope, *ids_of(signed)))
    peer.push(absent)
    assert waits(rig) == []


def test_what_several_records_of_one_log_are_freed_by_is_freed_once() -> None:
    rig, scope, peer, bob = scene()
    carol, dave = Writer("carol"), Writer("dave")
    for who in (carol, dave):
        member(rig, peer, who, scope)
    absent = dave.notes(scope)
    first, between, second = naming(bob, scope, *ids_of(absent)), bob.notes(scope), naming(bob, scope, *ids_of(absent))
    for signed in (first, between, second, naming(carol, scope, *ids_of(between)), absent):
        peer.push(signed)
    assert waits(rig) == []
