"""Serving: what is wanted, to those who may read it, fairly and within bounds."""

import pytest

from meshnode.core.drafts import Draft
from meshnode.core.events import Woken
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import LogId, RecordId, ScopeId
from meshproto.records.log import check_run
from meshproto.types import repair
from meshproto.wire.messages import (
    Credit,
    Get,
    Headers,
    LogWant,
    Mark,
    Part,
    Privates,
    Unknown,
    Want,
    WantPrivates,
)
from tests.support.core_rig import Peer, Rig, Writer, ids_of
from tests.support.core_scene import member, scene


def wrote(rig: Rig, scope: ScopeId, many: int, *, text: str = "") -> LogId:
    private = {"text": text} if text else None
    rig.write(*[Draft(scope, "note", {"n": at}, private) for at in range(many)])  # type: ignore[arg-type]  # a map
    return rig.me.log(scope)


def want(peer: Peer, log: LogId, *have: Mark, privates: bool = False) -> None:
    peer.take()
    peer.say(Want((LogWant(log, have),), privates))


def served(peer: Peer) -> list[int]:
    """The seqs of the records that came, run by run checked."""
    return [record.seq for each in peer.all(Headers) for record in check_run(each.headers, each.signature).records]


def mark(rig: Rig, log: LogId, seq: int, lane: int = 0) -> Mark:
    record = rig.ledger.id_at(log, lane, seq)
    assert record is not None
    return Mark(seq, record)


def test_a_log_is_served_after_the_last_mark_in_runs_of_which_the_last_is_told() -> None:
    rig, scope, peer, _ = scene(CoreSettings(run_records=2))
    log = rig.me.log(scope)
    for _ in range(3):
        wrote(rig, scope, 2)
    want(peer, log, mark(rig, log, 3), mark(rig, log, 1))
    assert served(peer) == [4, 5, 6, 7]
    assert [each.part for each in peer.all(Headers)] == [Part.WANTED, Part.LAST]


def test_without_marks_a_log_is_served_from_the_start() -> None:
    rig, scope, peer, _ = scene()
    want(peer, wrote(rig, scope, 3))
    assert served(peer) == [1, 2, 3, 4]


def test_marks_that_are_not_known_are_answered_so_unless_they_reach_the_start() -> None:
    rig, scope, peer, _ = scene()
    log = wrote(rig, scope, 3)
    strange = RecordId(b"x" * 32)
    want(peer, log, Mark(9, strange))
    assert peer.take() == [Unknown(log)]
    want(peer, log, Mark(3, strange), Mark(1, strange))
    assert served(peer) == [1, 2, 3, 4]


@pytest.mark.parametrize("kind", ["unknown", "level", "hidden"])
def test_nothing_to_serve_is_answered_so(kind: str) -> None:
    rig, scope, peer, _ = scene()
    hidden = rig.found(name="hidden")
    log = wrote(rig, scope, 1)
    match kind:
        case "unknown":
            want(peer, LogId(b"x" * 32))
        case "level":
            want(peer, log, mark(rig, log, 2))
        case _:
            want(peer, rig.me.log(hidden))
    assert [type(each) for each in peer.take()] == [Unknown]
    assert not peer.closed


def test_a_mark_of_a_branch_that_is_not_here_makes_us_want_the_log_too() -> None:
    rig, scope, peer, bob = scene()
    peer.push(bob.notes(scope, 3))
    log = bob.log(scope)
    want(peer, log, Mark(2, RecordId(b"x" * 32)), mark(rig, log, 1))
    assert any(isinstance(each, Want) for each in peer.take())


def test_every_branch_is_served_from_where_it_left_the_marks() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    other = rig.meet(carol, scope)
    member(rig, other, carol, scope)
    start = bob.ends[scope]
    left = bob.notes(scope, 3, after=start, side="l")
    right = bob.notes(scope, 3, after=start, side="r")
    middle = bob.notes(scope, 2, after=start._replace(seq=start.seq + 2, id=ids_of(left)[1]), side="m")
    for signed in (left, right, middle):
        peer.push(signed)
    want(other, bob.log(scope), Mark(start.seq, start.id))
    ids = {record.id for each in other.all(Headers) for record in check_run(each.headers, each.signature).records}
    assert ids == {*ids_of(left), *ids_of(right), *ids_of(middle)}
    assert [each.part for each in other.all(Headers)] == [Part.WANTED, Part.WANTED, Part.LAST]
    want(other, bob.log(scope), Mark(start.seq + 3, ids_of(left)[2]), Mark(start.seq + 3, ids_of(right)[2]))
    assert served(other) == [start.seq + 3, start.seq + 4]


def test_logs_of_one_want_take_turns() -> None:
    rig, scope, peer, bob = scene(CoreSettings(run_records=1))
    for _ in range(3):
        wrote(rig, scope, 1)
        peer.push(bob.notes(scope))
    carol = Writer("carol")
    other = rig.meet(carol, scope)
    member(rig, other, carol, scope)
    other.take()
    other.say(Want((LogWant(rig.me.log(scope), ()), LogWant(bob.log(scope), ())), False))
    order = [check_run(each.headers, each.signature).records[0].log for each in other.all(Headers)]
    assert order == [rig.me.log(scope), bob.log(scope)] * 4


def test_private_parts_come_along_if_wanted() -> None:
    rig, scope, peer, _ = scene()
    log = wrote(rig, scope, 3, text="words")
    want(peer, log, privates=True)
    assert [type(each) for each in peer.heard] == [Headers, Privates]
    assert len(peer.last(Privates).parts) == 3
    want(peer, log)
    assert peer.all(Privates) == []


def test_many_private_parts_are_split_into_messages() -> None:
    rig, scope, peer, _ = scene(CoreSettings(run_bytes=4_000))
    log = wrote(rig, scope, 3, text="x" * 3_000)
    want(peer, log, privates=True)
    assert [len(each.parts) for each in peer.all(Privates)] == [1, 1, 1]
    rig, scope, peer, _ = scene(CoreSettings(run_records=512))
    for _ in range(3):
        wrote(rig, scope, 400, text="x")
    want(peer, rig.me.log(scope), privates=True)
    assert sum(len(each.parts) for each in peer.all(Privates)) == 1_200


def test_serving_stops_where_the_credit_ends_and_goes_on_when_there_is_more() -> None:
    rig, scope, _, _ = scene(CoreSettings(run_records=1))
    for _ in range(4):
        wrote(rig, scope, 1)
    carol = Writer("carol")
    peer = rig.dialled(carol)
    peer.greet(credit=700)
    peer.show(scope)
    want(peer, rig.me.log(scope))
    assert served(peer) == [1, 2]
    peer.say(Credit(2_000))
    assert served(peer) == [1, 2, 3, 4, 5]
    assert rig.node.parts.serve.is_idle(peer.conn)


def test_a_long_service_lets_others_have_their_turn() -> None:
    rig, scope, peer, _ = scene(CoreSettings(run_records=1, serve_slice=1_500))
    for _ in range(5):
        wrote(rig, scope, 1)
    want(peer, rig.me.log(scope))
    assert served(peer) == [1, 2]
    assert rig.alarm == rig.ticks
    rig.wait(0)
    assert served(peer) == [1, 2, 3, 4, 5, 6]


def test_those_served_in_one_turn_share_its_slice() -> None:
    rig, scope, bob, _ = scene(CoreSettings(run_records=1, serve_slice=1_000))
    for _ in range(3):
        wrote(rig, scope, 1)
    carol = rig.meet(Writer("carol"), scope)
    for peer in (bob, carol):
        want(peer, rig.me.log(scope))
    assert (served(bob), served(carol)) == ([1], [1])
    rig.feed(Woken())
    assert (served(bob), served(carol)) == ([1, 2], [1])
    rig.feed(Woken())
    assert (served(bob), served(carol)) == ([1, 2], [1, 2])


def test_looking_for_what_is_not_here_uses_up_the_slice_too() -> None:
    rig, _, peer, _ = scene(CoreSettings(serve_slice=10_000))
    peer.say(Get(tuple(RecordId(bytes([number]) * 32) for number in range(100))))
    assert 80 < rig.node.parts.serve.queued(peer.conn) < 100
    rig.feed(Woken())
    assert 60 < rig.node.parts.serve.queued(peer.conn) < 90


def test_more_requests_than_may_be_open_are_a_flood() -> None:
    rig, scope, _, _ = scene(CoreSettings(serve_queue=3))
    log = wrote(rig, scope, 1)
    for message in (
        Want((LogWant(log, ()),) * 4, False),
        Get((RecordId(b"x" * 32),) * 4),
        WantPrivates((RecordId(b"x" * 32),) * 4),
    ):
        peer = rig.meet(Writer("carol"), scope)
        peer.say(message)
        assert peer.bye == "W-FLOOD"
        peer.leaves()
        rig.node.parts.book._contacts.clear()


def test_a_record_got_by_id_comes_with_its_proof_and_private_part() -> None:
    rig, scope, peer, _ = scene()
    log = wrote(rig, scope, 3, text="words")
    peer.take()
    peer.say(Get((mark(rig, log, 3).id,)))
    assert served(peer) == [3, 4]
    assert peer.last(Headers).part is Part.LAST
    assert len(peer.last(Privates).parts) == 2


def test_of_a_person_merely_named_the_genesis_is_served_alone() -> None:
    rig, _scope, peer, _ = scene()
    carol = Writer("carol")
    rig.put(carol.genesis, carol.notes(carol.stream, text="private"))
    first, second = RecordId(carol.agent), carol.ends[carol.stream].id
    peer.take()
    peer.say(Get((first, second)))
    assert served(peer) == [1]
    assert peer.all(Privates) == []


def test_nothing_is_got_by_those_who_share_nothing_or_of_what_they_may_not_read() -> None:
    rig, scope, peer, _ = scene()
    hidden = rig.found(name="hidden")
    stranger = rig.meet(Writer("dave"))
    stranger.take()
    stranger.say(Get((RecordId(rig.me.agent), RecordId(scope))))
    peer.take()
    peer.say(Get((RecordId(hidden), RecordId(b"x" * 32))))
    assert stranger.take() == peer.take() == []


def test_private_parts_asked_for_are_held_erased_or_missing() -> None:
    rig, scope, peer, _ = scene()
    hidden = rig.found(name="hidden")
    log, secret = wrote(rig, scope, 2, text="words"), wrote(rig, hidden, 1, text="secret")
    held, gone, hid = mark(rig, log, 2).id, mark(rig, log, 3).id, mark(rig, secret, 2).id
    rig.write(Draft(scope, "erasure", repair.erasure([gone])))
    nowhere = RecordId(b"x" * 32)
    peer.take()
    peer.say(WantPrivates((held, gone, hid, nowhere)))
    (parts,) = peer.all(Privates)
    assert [record for record, _ in parts.parts] == [held]
    assert (parts.erased, parts.missing) == ((gone,), (hid, nowhere))


def test_a_long_list_of_private_parts_is_answered_in_several_messages() -> None:
    rig, scope, peer, _ = scene(CoreSettings(run_bytes=4_000))
    log = wrote(rig, scope, 3, text="x" * 3_000)
    peer.take()
    peer.say(WantPrivates(tuple(mark(rig, log, seq).id for seq in (2, 3, 4))))
    assert [len(each.parts) for each in peer.all(Privates)] == [2, 1]


def test_headers_whose_part_has_an_awkward_size_are_not_overlooked() -> None:
    rig, scope, peer, _ = scene()
    for size in (163, 8_119, 8_120):  # sizes of parts that end in the byte of nil
        rig.write(Draft(scope, "note", {}, {"t": "x" * size}))
    sizes = [rig.stored(mark(rig, rig.me.log(scope), seq).id).private for seq in (2, 3, 4)]
    want(peer, rig.me.log(scope), privates=True)
    assert len(peer.last(Privates).parts) == len(sizes) == 3


def test_a_log_without_private_parts_comes_alone() -> None:
    rig, scope, peer, _ = scene()
    want(peer, wrote(rig, scope, 2), privates=True)
    assert [type(each) for each in peer.heard] == [Headers]
