"""Private parts: asked for until they are held or erased, and only those that are to be kept."""

import pytest

from meshnode.core.author import End
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.events import Offer
from meshnode.core.ground import Session
from meshnode.core.settings import CoreSettings, Keep
from meshproto.records.ids import RecordId, ScopeId
from meshproto.wire.messages import Part, Privates, WantPrivates
from tests.support.core_rig import Rig, Writer, ids_of
from tests.support.core_scene import scene

QUIET = CoreSettings(privates_interval=30_000, answer_deadline=10**9, sync_interval=10**9)


def held(rig: Rig, signed: SignedRecords) -> list[bool]:
    return [rig.ledger.private(record) is not None for record in ids_of(signed)]


def test_parts_that_come_along_are_stored() -> None:
    rig, scope, peer, bob = scene()
    signed = bob.notes(scope, 3, text="words")
    peer.push(signed)
    peer.say(Privates(signed.privates, (), ()))
    assert held(rig, signed) == [True] * 3
    assert len(rig.node.parts.privates) == 0


def test_what_does_not_come_along_is_asked_for_after_a_while_and_again() -> None:
    rig, scope, peer, bob = scene(QUIET)
    signed = bob.notes(scope, 2, text="words")
    peer.push(signed)
    rig.wait(29_000)
    assert peer.all(WantPrivates) == []
    rig.wait(90_000)
    assert {each.ids for each in peer.all(WantPrivates)} == {tuple(ids_of(signed))}
    assert len(peer.all(WantPrivates)) >= 2


def test_another_peer_is_asked_as_soon_as_it_is_level() -> None:
    rig, scope, peer, bob = scene(QUIET)
    signed = bob.notes(scope, text="words")
    peer.push(signed)
    peer.say(Privates((), (), tuple(ids_of(signed))))
    other = rig.meet(Writer("carol"), scope)
    other.level()
    assert other.last(WantPrivates).ids == tuple(ids_of(signed))
    peer.leaves()
    other.say(Privates((), tuple(ids_of(signed)), ()))
    assert held(rig, signed) == [False]


def test_a_part_that_is_not_what_its_record_names_ends_the_conversation() -> None:
    rig, scope, peer, bob = scene()
    one, two = bob.notes(scope, text="one"), bob.notes(scope, text="two")
    peer.push(one)
    peer.say(Privates(((ids_of(one)[0], two.privates[0][1]),), (), ()))
    assert peer.bye == "W-PART"
    assert held(rig, one) == [False]


def test_parts_nobody_lacks_are_passed_over() -> None:
    _rig, scope, peer, bob = scene()
    signed, plain = bob.notes(scope, text="words"), bob.notes(scope)
    peer.push(signed)
    peer.say(Privates(signed.privates, (), ()), Privates(signed.privates, (), ()))
    peer.push(plain)
    raw = signed.privates[0][1]
    peer.say(Privates(((ids_of(plain)[0], raw), (RecordId(b"x" * 32), raw)), (), ()))
    assert not peer.closed


@pytest.mark.parametrize(("keep", "mine", "theirs"), [("own", True, False), ("none", True, False)])
def test_what_is_not_kept_is_neither_asked_for_nor_stored(keep: Keep, mine: bool, theirs: bool) -> None:
    rig, scope, peer, bob = scene(CoreSettings(keep_privates=keep, answer_deadline=10**9))
    signed = bob.notes(scope, text="words")
    peer.push(signed)
    peer.say(Privates(signed.privates, (), ()))
    rig.write(Draft(scope, "note", {}, {"text": "my own"}))
    rig.wait(100_000)
    own = rig.ledger.tips(rig.me.log(scope))[0].id
    assert (rig.ledger.private(own) is not None, held(rig, signed)) == (mine, [theirs])
    assert peer.all(WantPrivates) == []


def test_ones_own_parts_are_asked_for_also_when_others_are_not() -> None:
    rig, scope, peer, _ = scene(CoreSettings(keep_privates="own", privates_interval=1_000, answer_deadline=10**9))
    rig.me.ends[scope] = _end(rig, scope)
    lost = rig.me.notes(scope, text="from an older disk")
    peer.push(lost, Part.LAST)
    rig.wait(3_000)
    assert peer.last(WantPrivates).ids == tuple(ids_of(lost))


def _end(rig: Rig, scope: ScopeId) -> End:
    (tip,) = rig.ledger.tips(rig.me.log(scope))
    return End(tip.seq, tip.id)


def test_only_so_many_are_asked_for_at_once_and_more_when_they_have_come() -> None:
    rig, scope, _, bob = scene(CoreSettings(privates_asked=2, answer_deadline=10**9))
    signed = bob.notes(scope, 5, text="words")
    rig.put(SignedRecords(signed.runs))
    rig.reborn()
    peer = rig.meet(bob, scope)
    for expected in ([0, 1], [2, 3], [4]):
        asked = peer.last(WantPrivates)
        assert [ids_of(signed).index(each) for each in asked.ids] == expected
        peer.say(Privates(tuple(signed.privates[at] for at in expected), (), ()))
    assert held(rig, signed) == [True] * 5


def test_what_was_missing_in_earlier_lives_is_asked_for() -> None:
    rig, scope, _, bob = scene()
    signed = bob.notes(scope, 2, text="words")
    rig.put(SignedRecords(signed.runs))
    rig.reborn()
    assert set(ids_of(signed)) <= set(rig.meet(bob, scope).last(WantPrivates).ids)


def test_what_may_not_be_read_by_a_peer_is_not_asked_of_it() -> None:
    rig, scope, _, _ = scene()
    carol = Writer("carol")
    rig.put(SignedRecords(carol.genesis.runs), SignedRecords(carol.notes(carol.stream, text="words").runs))
    rig.reborn()
    peer = rig.meet(Writer("dave"), scope)
    peer.level()
    assert peer.all(WantPrivates) == []


def test_more_than_fits_has_its_turn_later() -> None:
    rig, scope, peer, bob = scene(CoreSettings(privates_queue=6, privates_interval=1_000, answer_deadline=10**9))
    first, second = bob.notes(scope, 5, text="one"), bob.notes(scope, 5, text="two")
    peer.push(first)
    peer.push(second)
    assert len(rig.node.parts.privates) == 5
    asked: set[RecordId] = set()
    for _ in range(20):
        rig.wait(1_000)
        peer.say(Privates((), (), tuple(ids_of(first) + ids_of(second))))
        asked |= {each for want in peer.all(WantPrivates) for each in want.ids}
    assert asked == {*ids_of(first), *ids_of(second)}


def test_parts_from_a_file_are_stored_if_they_are_what_their_records_name() -> None:
    rig, scope, _, bob = scene()
    signed, other = bob.notes(scope, 2, text="words"), Writer("carol").genesis
    (one, raw), (two, _) = signed.privates
    rig.feed(Offer(rig.ticket(), SignedRecords(signed.runs, ((one, raw), (two, raw), (ids_of(other)[0], raw)))))
    assert held(rig, signed) == [True, False]


def test_parts_of_a_strangers_log_are_asked_for_once_it_counts_also_after_a_restart() -> None:
    rig, scope, peer, bob = scene(QUIET)
    carol = Writer("carol")
    signed = carol.notes(scope, text="words")
    peer.push(carol.genesis, Part.LAST)
    peer.push(signed, Part.LAST)
    rig.reborn()
    back = rig.meet(bob, scope)
    assert ids_of(signed)[0] not in [each for want in back.all(WantPrivates) for each in want.ids]
    back.push(carol.grant(scope), Part.LAST)
    rig.wait(60_000)
    assert ids_of(signed)[0] in [each for want in back.all(WantPrivates) for each in want.ids]


def test_whether_a_peer_may_send_parts_of_a_scope_is_asked_once_for_all_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rig, scope, peer, bob = scene()
    signed, asked = bob.notes(scope, 3, text="words"), list[ScopeId]()
    hides = rig.node.parts.gate.hides

    def noted(session: Session, of: ScopeId) -> bool:
        asked.append(of)
        return hides(session, of)

    peer.push(signed)
    with monkeypatch.context() as patch:
        patch.setattr(rig.node.parts.gate, "hides", noted)
        peer.say(Privates(signed.privates, (), ()))
    assert held(rig, signed) == [True] * 3
    assert asked == [scope]
