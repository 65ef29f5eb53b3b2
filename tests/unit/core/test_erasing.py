"""Erasure: whose order counts, for what, and when."""

import pytest

from meshnode.core.author import Pen, sign_drafts
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.events import Found, Looked
from meshnode.core.reports import Erased
from meshnode.core.rows import OrderEntry, SearchEntry
from meshnode.store.searching import Search
from meshproto.records.encoding import Value
from meshproto.records.ids import RecordId, ScopeId, ext
from meshproto.records.log import Run
from meshproto.records.record import build_header, read_header
from meshproto.types import repair
from meshproto.wire.messages import Part, Privates
from tests.support.core_rig import NOON, Peer, Rig, Writer, ids_of
from tests.support.core_scene import member, scene


def order(who: Writer, scope: ScopeId, *targets: bytes, part: str = "private") -> SignedRecords:
    return who.sign(Draft(scope, "erasure", repair.erasure(targets, part=part)))


def tell(peer: Peer, signed: SignedRecords) -> RecordId:
    """Push records with their private parts; returns the id of the first."""
    peer.push(signed)
    if signed.privates:
        peer.say(Privates(signed.privates, (), ()))
    return ids_of(signed)[0]


def erased(rig: Rig, record: RecordId) -> bool:
    return rig.ledger.erased(record) and rig.ledger.private(record) is None


def test_the_author_may_have_a_part_erased() -> None:
    rig, scope, peer, bob = scene()
    record = tell(peer, bob.notes(scope, text="secret"))
    assert rig.ledger.private(record) is not None
    told = tell(peer, order(bob, scope, record))
    assert erased(rig, record)
    assert rig.told(Erased) == [Erased(told, (record,))]


def test_whoever_is_named_in_a_record_may_have_its_part_erased() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    deep: dict[str, Value] = {"who": [{"x": 1, "agent": carol.agent}]}
    record = tell(peer, bob.sign(Draft(scope, "note", deep, {"text": "about Carol"})))
    tell(peer, order(carol, scope, record))
    assert erased(rig, record)


@pytest.mark.parametrize("case", ["another's", "other scope", "blobs", "agent_private", "no basis", "none held"])
def test_other_orders_erase_nothing(case: str) -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    record = tell(peer, bob.notes(scope, text="mine"))
    match case:
        case "another's":
            tell(peer, order(carol, scope, record))
        case "other scope":
            tell(peer, order(bob, bob.stream, record))
        case "blobs" | "agent_private":
            tell(peer, order(bob, scope, record, part=case))
        case "no basis":
            tell(peer, bob.sign(Draft(scope, "erasure", {"part": "private", "targets": [record]})))
        case _:
            tell(peer, order(bob, scope, bytes([9]) * 32))
    assert rig.ledger.private(record) is not None
    assert rig.told(Erased) == []


def test_a_malformed_order_erases_nothing() -> None:
    rig, scope, peer, bob = scene()
    record = tell(peer, bob.notes(scope, text="mine"))
    tell(peer, bob.sign(Draft(scope, "erasure", {"part": "private", "targets": record})))
    tell(peer, bob.sign(Draft(scope, "erasure", {"part": 5, "targets": [record]})))
    assert rig.ledger.private(record) is not None


def test_an_order_that_comes_first_is_carried_out_when_its_target_comes() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    secret = bob.sign(Draft(scope, "note", {"agent": carol.agent}, {"text": "about Carol"}))
    (record,) = ids_of(secret)
    told = tell(peer, order(carol, scope, record))
    tell(peer, carol.sign(Draft(scope, "note", {"x": record})))
    peer.push(secret)
    assert rig.ledger.erased(record)
    assert rig.told(Erased) == [Erased(told, (record,))]
    peer.say(Privates(secret.privates, (), ()))
    assert rig.ledger.private(record) is None
    assert not peer.closed


def test_an_order_for_a_record_without_a_private_part_changes_nothing() -> None:
    rig, scope, peer, bob = scene()
    plain = bob.notes(scope)
    peer.push(plain)
    tell(peer, order(bob, scope, *ids_of(plain)))
    assert rig.told(Erased) == []


@pytest.mark.parametrize("stranger", [False, True])
def test_nobody_may_order_in_the_name_of_another(stranger: bool) -> None:
    rig, scope, peer, bob = scene()
    mallory = Writer("mallory")
    peer.push(mallory.genesis, Part.LAST)
    if not stranger:
        member(rig, peer, mallory, scope)
    tell(peer, mallory.notes(scope))
    record = tell(peer, bob.notes(scope, text="mine"))
    draft = Draft(scope, "erasure", repair.erasure([record]))
    forged = sign_drafts(Pen(bob.agent, mallory.key, NOON, mallory.dice), [draft], mallory.ends[scope])
    told = tell(peer, forged)
    assert rig.ledger.has(told)
    assert rig.ledger.private(record) is not None
    assert rig.told(Erased) == []


def whisper(who: Writer, *targets: bytes) -> SignedRecords:
    """An order from the own stream that names records weakly."""
    return order(who, who.stream, *(ext(each) for each in targets))


def look(rig: Rig) -> tuple[Found, ...]:
    """Look for what orders name weakly, as whoever carries out effects does; returns what was found."""
    search = Search(rig.ledger)
    while search.step():
        pass
    rig.feed(Looked(rig.ticket(), search.found))
    return search.found


@pytest.mark.parametrize("in_flight", [False, True])
def test_a_record_that_comes_after_an_order_that_names_it_weakly_is_never_taken_in(in_flight: bool) -> None:
    rig, scope, peer, bob = scene()
    secret = bob.notes(scope, text="mine")
    (record,) = ids_of(secret)
    told = whisper(bob, record)
    rig.held = in_flight
    tell(peer, told)
    tell(peer, secret)
    if in_flight:
        rig.held = False
        rig.flush()
    assert erased(rig, record)
    assert rig.told(Erased) == [Erased(ids_of(told)[0], (record,))]
    assert rig.ledger.private_missing(9) == []


def test_an_order_that_names_weakly_holds_in_later_lives() -> None:
    rig, scope, peer, bob = scene()
    secret = bob.notes(scope, text="mine")
    tell(peer, whisper(bob, *ids_of(secret)))
    rig.reborn()
    again = rig.meet(bob, scope)
    tell(again, secret)
    assert erased(rig, *ids_of(secret))


def test_who_is_named_erases_from_the_own_stream_and_others_do_not() -> None:
    rig, scope, peer, bob = scene()
    carol, dave = Writer("carol"), Writer("dave")
    for each in (carol, dave):
        member(rig, peer, each, scope)
    secret = bob.sign(Draft(scope, "note", {"about": [carol.agent]}, {"text": "about Carol"}))
    (record,) = ids_of(secret)
    tell(peer, whisper(dave, record))
    tell(peer, secret)
    assert rig.ledger.private(record) is not None
    tell(peer, whisper(carol, record))
    look(rig)
    assert erased(rig, record)


def test_what_was_here_before_an_order_is_looked_for_once_the_order_is_on_the_disk() -> None:
    rig, scope, peer, bob = scene()
    record, plain = tell(peer, bob.notes(scope, text="mine")), tell(peer, bob.notes(scope))
    rig.held = True
    told = tell(peer, whisper(bob, record, plain, bytes(32)))
    assert rig.looks == 0
    rig.held = False
    rig.flush()
    assert rig.looks == 1
    assert rig.ledger.private(record) is not None
    assert look(rig) == (Found(told, (record,)),)
    assert erased(rig, record)
    assert rig.told(Erased) == [Erased(told, (record,))]
    assert rig.ledger.rows(SearchEntry) == ()


def test_a_part_still_to_come_is_looked_for_too() -> None:
    rig, scope, peer, bob = scene()
    secret = bob.notes(scope, text="mine")
    peer.push(secret)
    tell(peer, whisper(bob, *ids_of(secret)))
    look(rig)
    peer.say(Privates(secret.privates, (), ()))
    assert erased(rig, *ids_of(secret))


def test_a_search_that_was_cut_short_begins_again_with_the_next_life() -> None:
    rig, scope, peer, bob = scene()
    record = tell(peer, bob.notes(scope, text="mine"))
    tell(peer, whisper(bob, record))
    rig.looks = 0
    rig.reborn()
    assert rig.looks == 1
    look(rig)
    assert erased(rig, record)
    rig.reborn()
    assert rig.looks == 1


def test_what_was_found_is_believed_only_as_far_as_the_order_goes() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    mine, hers = tell(peer, bob.notes(scope, text="mine")), tell(peer, carol.notes(scope, text="hers"))
    unnamed = tell(peer, bob.notes(scope, text="unnamed"))
    told = tell(peer, whisper(bob, hers))
    strong = tell(peer, order(bob, scope, bytes([9]) * 32))
    found = (Found(told, (mine, hers, unnamed, RecordId(bytes(32)))), Found(strong, (mine,)), Found(mine, (mine,)))
    rig.feed(Looked(rig.ticket(), (*found, Found(RecordId(bytes(32)), (mine,)))))
    assert [rig.ledger.erased(each) for each in (mine, hers, unnamed)] == [False, False, False]


@pytest.mark.parametrize("case", ["in a network", "for another", "through a grant"])
def test_only_an_order_in_ones_own_stream_names_weakly(case: str) -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    record = tell(peer, bob.notes(scope, text="mine"))
    match case:
        case "in a network":
            tell(peer, order(bob, scope, ext(record)))
        case "for another":
            pen = Pen(bob.agent, carol.key, NOON, carol.dice)
            draft = Draft(carol.stream, "erasure", repair.erasure([ext(record)]))
            tell(peer, sign_drafts(pen, [draft], carol.ends[carol.stream]))
        case _:
            tell(peer, granted(bob, ext(record)))
    assert (rig.looks, rig.ledger.rows(OrderEntry)) == (0, ())


def granted(who: Writer, target: bytes) -> SignedRecords:
    """An order that says it is signed by a device."""
    end = who.ends[who.stream]
    header = build_header(
        scope=who.stream,
        key=who.key.public,
        seq=end.seq + 1,
        prev=end.id,
        deps=(),
        at=NOON,
        type="erasure",
        agent=who.agent,
        auth=[end.id],
        facts=repair.erasure([target]),
        private=None,
    )
    record = read_header(header)
    return SignedRecords((Run((record,), who.key.sign(record.id)),), ())


def test_an_order_is_carried_out_once() -> None:
    rig, scope, peer, bob = scene()
    record = tell(peer, bob.notes(scope, text="mine"))
    for each in (order(bob, scope, record), order(bob, scope, record), whisper(bob, record)):
        tell(peer, each)
        look(rig)
    assert len(rig.told(Erased)) == 1


def test_what_the_store_lost_of_an_order_is_restored_when_it_is_looked_at_again() -> None:
    rig, scope, peer, bob = scene()
    record = tell(peer, bob.notes(scope, text="mine"))
    strong, weak = order(bob, scope, record), whisper(bob, bytes(32))
    rig.put(strong, weak)  # without what follows from them
    rig.feed(Looked(rig.ticket(), tuple(Found(each, ()) for each in (*ids_of(strong), *ids_of(weak)))))
    assert erased(rig, record)
    assert [row.order for row in rig.ledger.rows(OrderEntry)] == ids_of(weak)
