"""The live part: who is pushed what, who is only told, and how links change their kind."""

import pytest

from meshnode.core.drafts import Draft
from meshnode.core.events import LeaveScope
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import LogId, RecordId, ScopeId
from meshproto.wire.messages import (
    Get,
    Graft,
    Have,
    Headers,
    LogTip,
    LogWant,
    Message,
    Part,
    Privates,
    Prune,
    Unknown,
    Want,
)
from tests.support.core_rig import Peer, Rig, Writer, ids_of
from tests.support.core_scene import member, scene


def crowd(many: int, settings: CoreSettings | None = None) -> tuple[Rig, ScopeId, list[Peer]]:
    """A node with that many members connected, who have all been told everything."""
    rig, scope, first, _ = scene(settings)
    peers = [first]
    for at in range(many - 1):
        who = Writer(f"member {at}")
        peer = rig.meet(who, scope)
        member(rig, peer, who, scope)
        peers.append(peer)
    rig.wait(1_000)
    for peer in peers:
        peer.take()
    return rig, scope, peers


def kinds(messages: list[Message]) -> list[str]:
    return [type(each).__name__ for each in messages]


def tip_of(signed_by: Writer, scope: ScopeId) -> LogTip:
    end = signed_by.ends[scope]
    return LogTip(signed_by.log(scope), end.seq, end.id)


def test_a_new_record_is_pushed_with_its_private_part_but_not_back() -> None:
    rig, scope, (one, two, three) = crowd(3)
    signed = one.who.notes(scope, text="news")
    one.push(signed)
    one.say(Privates(signed.privates, (), ()))
    assert kinds(one.take()) == []
    for peer in (two, three):
        run, parts = peer.take()
        assert isinstance(run, Headers)
        assert run.part is Part.PUSHED
        assert isinstance(parts, Privates)
        assert parts.parts == signed.privates
    assert rig.ledger.has(ids_of(signed)[0])


def test_nothing_is_passed_on_before_it_is_on_disk() -> None:
    rig, scope, (one, two) = crowd(2)
    rig.held = True
    one.push(one.who.notes(scope))
    assert two.take() == []
    rig.flush()
    assert kinds(two.take()) == ["Headers"]


def test_a_part_that_comes_after_its_record_is_passed_on_when_it_is_on_disk() -> None:
    _rig, scope, (one, two) = crowd(2)
    signed = one.who.notes(scope, text="news")
    one.push(signed)
    assert kinds(two.take()) == ["Headers"]
    one.say(Privates(signed.privates, (), ()))
    assert [each.parts for each in two.all(Privates)] == [signed.privates]


def test_a_part_for_a_peer_that_has_left_goes_nowhere() -> None:
    rig, scope, (one, two) = crowd(2)
    signed = one.who.notes(scope, text="news")
    one.push(signed)
    two.leaves()
    one.say(Privates(signed.privates, (), ()))
    assert rig.ledger.private(ids_of(signed)[0]) is not None


def test_parts_waited_for_are_bounded() -> None:
    rig, scope, (one, _) = crowd(2, CoreSettings(announced_max=2))
    for _ in range(4):
        one.push(one.who.notes(scope, text="news"))
    assert rig.node.parts.gossip.announced == 2


def test_without_the_live_part_nothing_is_passed_on() -> None:
    _rig, scope, (one, two) = crowd(2, CoreSettings(live=False))
    one.push(one.who.notes(scope))
    assert two.take() == []


def test_beyond_the_first_links_records_are_only_told() -> None:
    _rig, scope, peers = crowd(4, CoreSettings(eager_max=2))
    signed = peers[0].who.notes(scope)
    peers[0].push(signed)
    assert [kinds(peer.take()) for peer in peers] == [[], ["Headers"], ["Have"], ["Have"]]


def test_a_peer_without_credit_is_only_told() -> None:
    rig, scope, (one, two) = crowd(2)
    rig.node.parts.ground.sessions[two.conn].may_send = 10
    one.push(one.who.notes(scope))
    assert kinds(two.take()) == ["Have"]


def test_a_part_without_credit_is_left_to_be_asked_for() -> None:
    rig, scope, (one, two) = crowd(2)
    rig.held = True
    signed = one.who.notes(scope, text="x" * 3_000)
    one.push(signed)
    one.say(Privates(signed.privates, (), ()))
    rig.node.parts.ground.sessions[two.conn].may_send = 1_000
    rig.flush()
    assert kinds(two.take()) == ["Headers"]


def test_a_run_too_large_to_push_is_only_told() -> None:
    _rig, scope, (one, two) = crowd(2, CoreSettings(push_bytes=1_000))
    one.push(one.who.notes(scope, 9))
    assert kinds(two.take()) == ["Have"]


def test_what_was_fetched_is_told_and_not_pushed() -> None:
    _rig, scope, (one, two) = crowd(2)
    one.push(one.who.notes(scope), Part.WANTED)
    assert kinds(two.take()) == ["Have"]


def test_a_link_over_which_known_records_come_is_pruned_while_another_is_eager() -> None:
    _rig, scope, (one, two) = crowd(2)
    signed = one.who.notes(scope)
    one.push(signed)
    two.take()
    two.push(signed)
    assert two.take() == [Prune(two.name_of(scope))]
    one.push(one.who.notes(scope))
    assert kinds(two.take()) == ["Have"]
    one.push(signed)
    assert one.take() == [], "it is the last eager one"


def test_prune_and_graft_change_a_link_at_the_others_wish() -> None:
    _rig, scope, (one, two) = crowd(2)
    two.say(Prune(two.name_of(scope)), Prune(b"unshared"))
    one.push(one.who.notes(scope))
    assert kinds(two.take()) == ["Have"]
    two.say(Graft(two.name_of(scope)))
    one.push(one.who.notes(scope))
    assert kinds(two.take()) == ["Headers"]


def test_a_tip_that_only_one_peer_could_push_is_pulled_at_once() -> None:
    _rig, scope, (one,) = crowd(1)
    one.who.notes(scope)
    one.say(Have((tip_of(one.who, scope),)))
    (want,) = one.take()
    assert isinstance(want, Want)
    assert want.logs[0].log == one.who.log(scope)


def test_a_tip_that_is_here_is_not_pulled_and_not_told_back() -> None:
    rig, scope, (one, two) = crowd(2)
    rig.held = True
    one.push(one.who.notes(scope))
    two.say(Have((tip_of(one.who, scope),)))
    rig.flush()
    assert two.take() == []


def test_a_tip_that_nobody_pushes_in_time_is_pulled_and_its_link_grafted() -> None:
    rig, scope, (one, two) = crowd(2, CoreSettings(graft_wait=250))
    two.say(Prune(two.name_of(scope)))
    signed = one.who.notes(scope)
    tip = tip_of(one.who, scope)
    two.say(Have((tip,)))
    rig.wait(249)
    assert two.take() == []
    rig.wait(1)
    assert kinds(two.take()) == ["Graft", "Want"]
    two.push(signed, Part.LAST)
    assert kinds(one.take()) == ["Headers"], "what was pulled is news, too"
    one.push(one.who.notes(scope))
    assert kinds(two.take()) == ["Headers"], "the link is eager again"


def test_a_tip_that_was_pushed_meanwhile_is_not_pulled() -> None:
    rig, scope, (one, two) = crowd(2)
    signed = one.who.notes(scope)
    two.say(Have((tip_of(one.who, scope),)))
    one.push(signed)
    two.take()
    rig.wait(1_000)
    assert "Want" not in kinds(two.take())


def test_a_tip_is_pulled_from_another_who_told_it_if_the_first_has_left() -> None:
    rig, scope, (one, two, three) = crowd(3, CoreSettings(eager_max=2))
    one.who.notes(scope)
    for peer in (two, three, three):
        peer.say(Have((tip_of(one.who, scope),)))
    two.leaves()
    rig.wait(250)
    assert "Want" in kinds(three.take())


def test_a_tip_whose_tellers_have_all_left_is_forgotten() -> None:
    rig, scope, (one, two) = crowd(2)
    one.who.notes(scope)
    two.say(Have((tip_of(one.who, scope),)))
    two.leaves()
    rig.wait(250)
    assert rig.node.parts.gossip.announced == 0
    assert one.take() == []


def test_tips_waited_for_are_bounded() -> None:
    rig, _scope, (_one, two) = crowd(2, CoreSettings(announced_max=3))
    tips = tuple(LogTip(LogId(bytes([at]) * 32), 5, RecordId(bytes([at]) * 32)) for at in range(10))
    two.say(Have(tips))
    assert rig.node.parts.gossip.announced == 3


def test_a_log_nobody_knows_is_asked_for_without_a_graft() -> None:
    rig, _scope, (_one, two) = crowd(2)
    two.say(Have((LogTip(LogId(b"?" * 32), 5, RecordId(b"!" * 32)),)))
    rig.wait(250)
    assert kinds(two.take()) == ["Want"]
    two.say(Unknown(LogId(b"?" * 32)))
    assert two.take() == []


def test_streams_of_an_agent_that_stands_in_a_network_now_are_told() -> None:
    _rig, scope, (one, two) = crowd(2)
    carol = Writer("carol")
    one.push(carol.genesis, Part.LAST)
    assert two.take() == []
    one.push(carol.grant(scope), Part.LAST)
    told = {tip.log for have in two.all(Have) for tip in have.tips}
    assert carol.log(carol.stream) in told


@pytest.mark.parametrize("many", [3])
def test_many_tips_go_into_messages_that_others_can_read(many: int) -> None:
    _rig, scope, peers = crowd(many, CoreSettings(eager_max=0))
    peers[0].push(peers[0].who.notes(scope))
    assert kinds(peers[1].take()) == ["Have"]
    assert peers[2].all(Get) == []


def test_tips_told_later_are_waited_for_longer() -> None:
    _, scope, (one, two) = crowd(2)[0:3]
    rig = two.rig
    one.who.notes(scope)
    two.say(Have((tip_of(one.who, scope),)))
    rig.wait(200)
    two.say(Have((LogTip(LogId(b"?" * 32), 5, RecordId(b"!" * 32)),)))
    rig.wait(50)
    assert rig.node.parts.gossip.announced == 1


def after_leaving(rig: Rig, scope: ScopeId) -> None:
    """Leave a network; what is said about that is of no interest here."""
    rig.feed(LeaveScope(rig.ticket(), scope))
    for peer in rig.peers.values():
        peer.take()


def own_stream(rig: Rig) -> LogTip:
    """Write something into the node's own stream; returns its tip."""
    rig.write(Draft(rig.me.stream, "note", {"n": 1}))
    log = rig.me.log(rig.me.stream)
    (tip,) = rig.ledger.tips(log)
    return LogTip(log, tip.seq, tip.id)


def test_whom_we_have_left_is_told_of_our_stream_and_may_read_it() -> None:
    rig, scope, peer, _ = scene()
    after_leaving(rig, scope)
    tip = own_stream(rig)
    assert peer.take() == [Have((tip,))]
    peer.say(Want((LogWant(tip.log, ()),), True))
    (run,) = peer.take()
    assert isinstance(run, Headers)
    assert len(run.headers) == tip.seq


def test_whom_we_have_left_is_told_once_he_is_there_again_and_after_a_restart() -> None:
    rig, scope, peer, bob = scene()
    after_leaving(rig, scope)
    peer.leaves()
    tip = own_stream(rig)
    rig.reborn()
    assert rig.meet(bob, scope).all(Have) == [Have((tip,))]


@pytest.mark.parametrize("case", ["stranger", "joined again", "not left", "impostor"])
def test_nobody_else_is_told_of_a_stream_that_is_not_shared(case: str) -> None:
    rig, scope, peer, bob = scene()
    if case != "not left":
        after_leaving(rig, scope)
    if case == "joined again":
        rig.join(scope)
    if case == "impostor":
        bob.key = Writer("mallory").key
    peer.leaves()
    rig.reborn()
    who = Writer("carol") if case == "stranger" else bob
    other = rig.meet(who, *([scope] if case == "joined again" else []))
    tip = own_stream(rig)
    assert other.all(Have) == []
    if case == "stranger":
        other.say(Want((LogWant(tip.log, ()),), True))
        assert other.last(Unknown).log == tip.log


def test_a_network_that_was_never_carried_is_not_left() -> None:
    rig, scope, _, _ = scene()
    rig.feed(LeaveScope(rig.ticket(), ScopeId(bytes(32))))
    assert list(rig.node.parts.scopes.left) == []
    rig.feed(LeaveScope(rig.ticket(), scope))
    assert list(rig.node.parts.scopes.left) == [scope]
