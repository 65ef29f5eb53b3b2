"""Letting go: whose parts, in which order, what never, and what happens when a step is cut short."""

from dataclasses import replace

import pytest

from meshnode.core.drafts import Draft
from meshnode.core.events import Block, Committed, Follow, Offer, Woken
from meshnode.core.reports import LetGo
from meshnode.core.rows import BearingEntry, DayEntry, NoteEntry, ReviewEntry
from meshnode.core.settings import CoreSettings
from meshnode.core.sweep import DAY, NOTE
from meshnode.core.turn import Turn
from meshproto.records.ids import RecordId, ScopeId
from meshproto.types import repair
from meshproto.wire.messages import Item, Mark, Privates, Want, WantPrivates
from tests.support.core_rig import Peer, Rig, Writer, ids_of
from tests.support.core_scene import member, scene

SIZE = 1_000
"""Bytes of a text; its private part has some thirty more."""
PATIENT = CoreSettings(answer_deadline=10**9, sync_interval=10**9, privates_interval=10**9)
"""Nothing is asked for or compared by itself."""


def told(peer: Peer, who: Writer, scope: ScopeId, many: int = 1) -> list[RecordId]:
    """Let a peer tell records with their private parts."""
    signed = who.notes(scope, many, text="x" * SIZE)
    peer.push(signed)
    peer.say(Privates(signed.privates, (), ()))
    return ids_of(signed)


def held(rig: Rig, records: list[RecordId]) -> list[bool]:
    return [rig.ledger.private(record) is not None for record in records]


def choose(rig: Rig, event: type[Follow] | type[Block], who: Writer, on: bool = True) -> None:
    rig.feed(event(rig.ticket(), who.agent, on))
    rig.wait(1)


def with_carol(settings: CoreSettings) -> tuple[Rig, ScopeId, Peer, Writer, Writer]:
    rig, scope, peer, bob = scene(settings)
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    return rig, scope, peer, bob, carol


def counts(rig: Rig) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in rig.told(LetGo):
        found[each.why] = found.get(each.why, 0) + each.parts
    return found


def test_blocking_lets_go_of_all_that_is_held_and_unblocking_asks_for_it_again() -> None:
    rig, scope, peer, bob, carol = with_carol(replace(PATIENT, keeping_step=2))
    his, hers = told(peer, bob, scope, 5), told(peer, carol, scope, 2)
    choose(rig, Block, bob)
    assert (held(rig, his), held(rig, hers)) == ([False] * 5, [True] * 2)
    assert (counts(rig), rig.ledger.rows(ReviewEntry)) == ({"blocked": 5}, ())
    assert rig.node.parts.bounds.held(bob.agent) == 0
    rig.wait(10_000)
    assert peer.all(WantPrivates) == []
    choose(rig, Block, bob, on=False)
    rig.wait(1_000)
    assert set(peer.last(WantPrivates).ids) == set(his)


def test_blocking_leaves_no_trace_of_what_went_before_for_another_reason() -> None:
    rig, scope, peer, bob = scene(PATIENT)
    his = told(peer, bob, scope, 3)
    rig.settings = replace(PATIENT, parts_per_author=0)
    rig.reborn()
    rig.wait(1)
    assert (held(rig, his), [each.purged for each in rig.ledger.evictions_after(0, 9)]) == ([False] * 3, [False] * 3)
    choose(rig, Block, bob)
    # All files are cleared of all that went, as soon as anything is to leave no trace.
    assert any(each.purged for each in rig.ledger.evictions_after(0, 9))


def test_a_review_cut_short_is_gone_on_with_in_the_next_life() -> None:
    rig, scope, peer, bob = scene(replace(PATIENT, keeping_step=2))
    his = told(peer, bob, scope, 6)
    rig.feed(Block(rig.ticket(), bob.agent, True))
    rig.held = True
    rig.wait(1)
    rig.flush()  # one step of it reaches the disk, the next does not
    assert 0 < held(rig, his).count(True) < 6
    rig.held = False
    rig.reborn()
    rig.wait(1)
    assert held(rig, his) == [False] * 6


def test_a_step_waits_for_the_one_before() -> None:
    rig, scope, peer, bob = scene(replace(PATIENT, keeping_step=2))
    told(peer, bob, scope, 6)
    rig.feed(Block(rig.ticket(), bob.agent, True))
    rig.held = True
    rig.wait(1_000)
    assert len(rig.pending) == 1
    first = rig.pending[0]
    rig.node.parts.ground.agenda.set("keep", 0, rig.ticks)
    rig.feed(Woken())
    assert rig.pending == [first]
    rig.feed(Committed(0))
    assert rig.pending == [first]
    rig.held = False
    rig.flush()
    rig.wait(1)
    assert rig.ledger.rows(ReviewEntry) == ()


def test_a_change_of_mind_during_a_review_is_heeded() -> None:
    rig, scope, peer, bob = scene(replace(PATIENT, keeping_step=2))
    his = told(peer, bob, scope, 6)
    rig.feed(Block(rig.ticket(), bob.agent, True))
    rig.held = True
    rig.wait(1)
    rig.flush()
    rig.feed(Block(rig.ticket(), bob.agent, False))
    rig.held = False
    rig.flush()
    rig.wait(2_000)
    wanted = {each for message in peer.all(WantPrivates) for each in message.ids}
    assert wanted | {record for record, here in zip(his, held(rig, his), strict=True) if here} == set(his)
    assert rig.ledger.rows(ReviewEntry) == ()


def test_unfollowing_lets_go_where_only_the_followed_are_kept() -> None:
    rig, scope, peer, bob = scene(replace(PATIENT, keep_privates="followed"))
    choose(rig, Follow, bob)
    his = told(peer, bob, scope, 3)
    assert held(rig, his) == [True] * 3
    choose(rig, Follow, bob, on=False)
    assert (held(rig, his), counts(rig)) == ([False] * 3, {"policy": 3})
    choose(rig, Follow, bob)
    rig.wait(1_000)
    assert set(peer.last(WantPrivates).ids) == set(his)


def test_other_settings_are_noticed_at_the_next_start_and_followed_by_a_look_at_everything() -> None:
    rig, scope, peer, bob = scene(PATIENT)
    his = told(peer, bob, scope, 3)
    rig.write(Draft(scope, "note", {}, {"text": "my own"}))
    rig.settings = replace(PATIENT, keep_privates="own")
    for _ in range(2):
        rig.reborn()
        rig.wait(1)
        assert (held(rig, his), rig.ledger.private(rig.ledger.tips(rig.me.log(scope))[0].id) is None) == (
            [False] * 3,
            False,
        )
        assert [note.name for note in rig.ledger.rows(NoteEntry)] == [NOTE]
        assert rig.ledger.rows(ReviewEntry) == ()
    rig.settings = PATIENT
    rig.reborn()
    again = rig.meet(bob, scope)
    rig.wait(2_000)
    assert {each for message in again.all(WantPrivates) for each in message.ids} == set(his)


def test_what_is_still_to_come_of_somebody_blocked_is_not_missing_any_more() -> None:
    rig, scope, peer, bob = scene(PATIENT)
    signed = bob.notes(scope, 2, text="words")
    peer.push(signed)
    choose(rig, Block, bob)
    assert rig.ledger.private_missing(9) == []
    assert all(rig.ledger.evicted(record) for record in ids_of(signed))


def test_a_part_on_its_way_to_the_disk_is_let_go_after_it_came() -> None:
    rig, scope, peer, bob = scene(PATIENT)
    signed = bob.notes(scope, 1, text="words")
    peer.push(signed)
    rig.feed(Block(rig.ticket(), bob.agent, True))
    rig.feed(Block(rig.ticket(), bob.agent, False))
    rig.held = True
    peer.say(Privates(signed.privates, (), ()))
    peer.say(Privates(signed.privates, (), ()))
    assert rig.node.parts.bounds.held(bob.agent) == len(signed.privates[0][1])
    rig.node.parts.policy.blocked[bob.agent] = None
    rig.wait(1)
    rig.held = False
    rig.flush()
    assert (held(rig, ids_of(signed)), rig.node.parts.bounds.total) == ([False], 0)


def test_a_flood_stops_at_its_author_s_bound_and_is_not_asked_for_again() -> None:
    rig, scope, peer, eve, carol = with_carol(CoreSettings(parts_per_author=5 * SIZE, answer_deadline=10**9))
    floods, hers = told(peer, eve, scope, 20), told(peer, carol, scope, 2)
    assert (held(rig, floods).count(True), held(rig, hers)) == (4, [True, True])
    assert counts(rig) == {"author": 16}
    rig.wait(300_000)
    assert peer.all(WantPrivates) == []
    assert rig.ledger.tips(eve.log(scope))[0].seq == 21
    assert rig.node.parts.bounds.fullest <= 5 * SIZE


def test_whoever_has_no_room_is_asked_for_records_alone() -> None:
    rig, scope, peer, eve, carol = with_carol(CoreSettings(parts_per_author=2 * SIZE, keep_privates="all"))
    told(peer, eve, scope, 3)
    parts, session = rig.node.parts, rig.node.parts.ground.sessions[peer.conn]
    assert [parts.privates.wants(session, log) for log in (eve.log(scope), carol.log(scope))] == [True, True]
    parts.bounds.take(RecordId(b"r" * 32), eve.agent, 2 * SIZE - parts.bounds.held(eve.agent))
    assert [parts.privates.wants(session, log) for log in (eve.log(scope), carol.log(scope))] == [False, True]


def test_missing_parts_without_room_are_given_up_before_they_are_asked_for() -> None:
    rig, scope, peer, eve = scene(
        CoreSettings(parts_per_author=2 * SIZE, privates_interval=1_000, answer_deadline=10**9)
    )
    signed = eve.notes(scope, 4, text="x" * SIZE)
    peer.push(signed)
    rig.node.parts.bounds.take(RecordId(b"r" * 32), eve.agent, 2 * SIZE)
    rig.wait(5_000)
    assert peer.all(WantPrivates) == []
    assert all(rig.ledger.evicted(record) for record in ids_of(signed))


def test_when_all_is_full_the_largest_goes_first_and_the_oldest_of_it() -> None:
    settings = replace(PATIENT, parts_of_others=16 * SIZE, parts_per_author=14 * SIZE, keeping_step=3)
    rig, scope, peer, eve, carol = with_carol(settings)
    floods, hers = told(peer, eve, scope, 12), told(peer, carol, scope, 4)
    rig.wait(1)
    assert held(rig, hers) == [True] * 4
    assert held(rig, floods) == [False] * 2 + [True] * 10
    assert counts(rig) == {"total": 2}
    assert rig.node.parts.bounds.total <= 15 * SIZE


def test_the_followed_go_last() -> None:
    settings = replace(PATIENT, parts_of_others=16 * SIZE, parts_per_author=14 * SIZE)
    rig, scope, peer, bob, carol = with_carol(settings)
    choose(rig, Follow, bob)
    hers, his = told(peer, carol, scope, 5), told(peer, bob, scope, 11)
    rig.wait(1)
    assert (held(rig, hers).count(True), held(rig, his)) == (3, [True] * 11)
    rig.settings = replace(PATIENT, parts_of_others=6 * SIZE, parts_per_author=14 * SIZE)
    rig.reborn()
    rig.wait(1)
    assert (held(rig, hers), held(rig, his).count(True)) == ([False] * 5, 5)


def test_what_finds_no_room_yet_stays_missing_until_others_have_made_it() -> None:
    settings = replace(PATIENT, parts_of_others=16 * SIZE, parts_per_author=20 * SIZE, privates_interval=1_000)
    rig, scope, peer, eve, carol = with_carol(settings)
    bounds = rig.node.parts.bounds
    bounds.take(RecordId(b"r" * 32), eve.agent, 18 * SIZE)
    signed = carol.notes(scope, 2, text="x" * SIZE)
    peer.push(signed)
    peer.say(Privates(signed.privates, (), ()))
    rig.wait(5_000)
    assert (peer.all(WantPrivates), held(rig, ids_of(signed))) == ([], [False] * 2)
    bounds.let_go(eve.agent, 9 * SIZE)
    rig.wait(5_000)
    assert set(peer.last(WantPrivates).ids) == set(ids_of(signed))


def test_a_bound_that_was_lowered_is_kept_by_letting_the_oldest_go() -> None:
    rig, scope, peer, bob, carol = with_carol(PATIENT)
    his, hers = told(peer, bob, scope, 6), told(peer, carol, scope, 2)
    rig.settings = replace(PATIENT, parts_per_author=3 * SIZE + 500)
    rig.reborn()
    rig.wait(1)
    assert (held(rig, his), held(rig, hers)) == ([False] * 3 + [True] * 3, [True] * 2)
    assert counts(rig) == {"author": 3}


def test_what_rests_on_an_accept_and_what_one_wrote_are_never_let_go() -> None:
    rig, scope, peer, bob = scene(PATIENT)
    his = told(peer, bob, scope, 3)
    rig.write(Draft(scope, "note", {}, {"text": "y" * SIZE}))
    own = rig.ledger.tips(rig.me.log(scope))[0].id
    rig.feed_rows(BearingEntry(his[1]))
    rig.settings = replace(PATIENT, parts_per_author=1, parts_of_others=1, keep_privates="own", retention_days=1)
    rig.reborn()
    rig.wait(1)
    assert (held(rig, his), held(rig, [own])) == ([False, True, False], [True])
    assert rig.alarm is None or rig.alarm > rig.ticks  # it does not go round in circles
    choose(rig, Block, bob)
    assert held(rig, his) == [False, True, False]


def test_parts_are_let_go_after_so_many_days_but_not_of_the_followed() -> None:
    settings = replace(PATIENT, retention_days=3, keeping_step=2)
    rig, scope, peer, bob, carol = with_carol(settings)
    choose(rig, Follow, carol)
    rig.wait(7_200_000)
    his, hers = told(peer, bob, scope, 5), told(peer, carol, scope, 2)
    rig.write(Draft(scope, "note", {}, {"text": "my own"}))
    rig.wait(DAY + 7_200_000)
    later = told(peer, bob, scope, 1)
    rig.wait(2 * DAY)
    assert held(rig, his) == [True] * 5
    rig.wait(DAY + 7_200_000)
    assert (held(rig, his), held(rig, hers), held(rig, later)) == ([False] * 5, [True] * 2, [True])
    assert counts(rig) == {"age": 5}
    rig.wait(2 * DAY)
    assert held(rig, later) == [False]
    assert len(rig.ledger.rows(DayEntry)) == 1


def test_days_are_counted_only_where_parts_are_let_go_by_age() -> None:
    rig, _, _, _ = scene(PATIENT)
    rig.wait(2 * DAY)
    assert rig.ledger.rows(DayEntry) == ()


def test_an_erased_part_takes_up_no_room() -> None:
    rig, scope, peer, bob = scene(PATIENT)
    his = told(peer, bob, scope, 2)
    one = rig.node.parts.bounds.total // 2
    peer.push(bob.sign(Draft(scope, "erasure", repair.erasure(his[:1], part="private"))))
    assert (held(rig, his), rig.node.parts.bounds.total) == ([False, True], one)


@pytest.mark.parametrize("keep", ["own", "all"])
def test_parts_from_a_file_are_kept_by_the_same_rules(keep: str) -> None:
    settings = replace(PATIENT, keep_privates=keep, parts_per_author=2 * SIZE)  # type: ignore[arg-type]  # a word of Keep
    rig, scope, _peer, bob = scene(settings)
    signed = bob.notes(scope, 3, text="x" * SIZE)
    rig.feed(Offer(rig.ticket(), signed))
    assert held(rig, ids_of(signed)).count(True) == (0 if keep == "own" else 1)
    assert rig.ledger.private_missing(9) == []


def test_a_log_that_is_lacking_is_asked_for_without_parts_where_there_is_no_room() -> None:
    rig, scope, peer, eve, carol = with_carol(replace(PATIENT, parts_per_author=SIZE))
    rig.node.parts.bounds.take(RecordId(b"r" * 32), eve.agent, SIZE)
    session = rig.node.parts.ground.sessions[peer.conn]
    logs = [eve.log(scope), carol.log(scope)]
    turn = Turn(rig.moment, 999)
    rig.node.parts.fill.offer(
        rig.node.parts.ground.sessions[peer.conn], [Item(log, 3, (Mark(9, RecordId(b"z" * 32)),)) for log in logs]
    )
    rig.node.parts.fill.pump(session, turn)
    wants = [effect.message for effect in turn.effects]  # type: ignore[union-attr]  # they are sends
    assert {(each.logs[0].log, each.privates) for each in wants if isinstance(each, Want)} == {
        (logs[0], False),
        (logs[1], True),
    }
