"""How much of others is held: one author's bound, the bound of all, and who makes room for whom."""

from meshnode.core.bounds import RECOUNT, Bounds
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import AgentId, RecordId
from tests.support.core_rig import Rig, Writer

ANA, BEN, EVE = (AgentId(name * 32) for name in (b"a", b"b", b"e"))
SETTINGS = CoreSettings(parts_per_author=100, parts_of_others=160)


def bounds(**held: int) -> tuple[Rig, Bounds]:
    rig = Rig(settings=SETTINGS)
    for name, size in held.items():
        rig.node.parts.bounds.take(RecordId(name.encode() * 32), AgentId(name[:1].encode() * 32), size)
    return rig, rig.node.parts.bounds


def test_an_author_has_a_bound_and_all_together_have_one() -> None:
    _, found = bounds(a=90, b=20)
    assert [found.lacks_room(ANA, size) for size in (10, 11)] == ["", "author"]
    assert [found.lacks_room(BEN, size) for size in (50, 60, 61)] == ["", "", "later"]
    assert found.lacks_room(BEN, 81) == "author"


def test_beyond_the_bound_of_all_the_largest_makes_room_for_the_smaller_only() -> None:
    _, found = bounds(e=90, b=70)
    assert [found.lacks_room(EVE, 1), found.lacks_room(BEN, 1), found.lacks_room(ANA, 10)] == ["total", "", ""]
    assert found.lacks_room(BEN, 20) == "total"
    assert found.lacks_room(ANA, 11) == "later"


def test_whoever_is_followed_goes_before_the_largest() -> None:
    rig, found = bounds(e=90, b=70)
    assert found.largest() == EVE
    rig.node.parts.policy.followed[EVE] = None
    assert (found.largest(), found.lacks_room(EVE, 5)) == (BEN, "")
    assert found.largest({BEN: None}) is None
    assert found.largest({BEN: None}, followed=True) == EVE


def test_where_all_are_followed_nobody_makes_room() -> None:
    rig, found = bounds(e=90, b=70)
    rig.node.parts.policy.followed.update({EVE: None, BEN: None})
    assert found.lacks_room(ANA, 1) == "total"


def test_what_was_promised_takes_room_until_it_was_asked_for() -> None:
    rig, found = bounds(a=50)
    found.promise(ANA, 50)
    found.promise(rig.me.agent, 999)
    assert (found.lacks_room(ANA, 1, promised=True), found.lacks_room(ANA, 1)) == ("author", "")
    assert [found.lacks_room(BEN, size, promised=True) for size in (60, 61)] == ["", "total"]
    found.forget_promises()
    assert found.lacks_room(ANA, 50, promised=True) == ""


def test_one_s_own_parts_have_no_bound() -> None:
    rig, found = bounds()
    found.take(RecordId(b"o" * 32), rig.me.agent, 999)
    assert (found.total, found.lacks_room(rig.me.agent, 999)) == (0, "")


def test_letting_go_makes_room() -> None:
    _, found = bounds(a=90, b=20)
    found.let_go(ANA, 40)
    found.let_go(BEN, 20)
    found.let_go(EVE, 1)
    assert (found.total, found.fullest, found.held(ANA), found.held(BEN)) == (50, 50, 50, 0)
    assert not found.is_over
    assert found.overfull() == []


def test_who_holds_most_is_looked_up_again_now_and_then() -> None:
    _, found = bounds(a=90)
    assert found.largest() == ANA
    for at in range(RECOUNT):
        found.take(RecordId(at.to_bytes(32, "big")), BEN, 1)
    assert found.largest() == BEN


def test_what_earlier_lives_left_is_counted_without_one_s_own() -> None:
    rig, bob = Rig(settings=SETTINGS), Writer("bob")
    signed, own = bob.notes(bob.stream, 2, text="words"), rig.me.notes(rig.me.stream, text="my own words")
    rig.put(bob.genesis, signed, own)
    rig.reborn()
    assert rig.node.parts.bounds.total == sum(len(raw) for _, raw in signed.privates)
