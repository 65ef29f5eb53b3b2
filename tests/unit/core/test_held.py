"""Held by: what peers claim, what is believed, and how a liar is caught."""

from dataclasses import replace
from hashlib import sha256

from meshnode.core.drafts import Draft
from meshnode.core.ports import Batch
from meshnode.core.reports import ClaimFailed
from meshnode.core.rows import HeldEntry
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import LogId, RecordId, ScopeId
from meshproto.wire import session as words
from meshproto.wire.messages import Held, LogTip, Proof, Spot
from tests.support.core_rig import Peer, Rig, Writer, ids_of
from tests.support.core_scene import member, scene


def own_tip(rig: Rig, scope: ScopeId) -> LogTip:
    log = rig.me.log(scope)
    (tip,) = rig.ledger.tips(log)
    return LogTip(log, tip.seq, tip.id)


def wrote(rig: Rig, scope: ScopeId, many: int = 5) -> LogTip:
    rig.write(*[Draft(scope, "note", {"n": at}) for at in range(many)])
    return own_tip(rig, scope)


def claims(rig: Rig, record: bytes) -> list[bytes]:
    return [entry.agent for entry in rig.node.held_by(record)]


def headers_between(rig: Rig, spot: Spot) -> list[bytes]:
    place = rig.ledger.place(spot.last)
    first = rig.ledger.place(spot.first)
    assert place is not None
    assert first is not None
    ids = [rig.ledger.id_at(place.log, place.lane, seq) for seq in range(first.seq, place.seq + 1)]
    return [rig.stored(each or b"").raw for each in ids]


def test_a_claim_counts_for_all_records_up_to_it() -> None:
    rig, scope, peer, bob = scene()
    first = own_tip(rig, scope)
    last = wrote(rig, scope)
    peer.say(Held((first,)))
    assert claims(rig, first.id) == [bob.agent]
    assert claims(rig, last.id) == []
    peer.say(Held((last,)))
    assert claims(rig, last.id) == [bob.agent]
    assert [(row.tip, row.seq) for row in rig.ledger.rows(HeldEntry)] == [(last.id, last.seq)]


def test_claims_on_our_own_logs_survive_a_restart() -> None:
    rig, scope, peer, bob = scene()
    tip = wrote(rig, scope)
    peer.say(Held((tip,)))
    rig.reborn()
    assert claims(rig, tip.id) == [bob.agent]


def test_an_older_claim_does_not_undo_a_newer_one() -> None:
    rig, scope, peer, bob = scene()
    first, last = own_tip(rig, scope), wrote(rig, scope)
    peer.say(Held((last,)), Held((first,)))
    assert claims(rig, last.id) == [bob.agent]


def test_what_is_not_here_or_not_so_is_not_believed() -> None:
    rig, scope, peer, _bob = scene()
    tip = wrote(rig, scope)
    peer.say(Held((tip._replace(seq=99), tip._replace(log=LogId(b"x" * 32)), tip._replace(id=RecordId(b"x" * 32)))))
    assert claims(rig, tip.id) == []
    assert claims(rig, b"x" * 32) == []


def test_who_is_not_known_is_not_believed_and_neither_are_we() -> None:
    rig, scope, _, _ = scene()
    tip = wrote(rig, scope)
    for who in (Writer("nobody"), rig.me):
        rig.meet(who, scope).say(Held((tip,)))
    assert claims(rig, tip.id) == []


def test_claims_on_others_logs_are_remembered_within_bounds() -> None:
    rig, scope, peer, bob = scene(CoreSettings(held_others=1, held_agents=1))
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    tips = [LogTip(who.log(scope), who.ends[scope].seq, who.ends[scope].id) for who in (bob, carol)]
    other = rig.meet(carol, scope)
    peer.say(Held(tuple(tips)))
    other.say(Held((tips[0],)))
    assert claims(rig, tips[0].id) == [bob.agent]
    assert claims(rig, tips[1].id) == []
    assert rig.ledger.rows(HeldEntry) == ()


def test_a_claim_on_a_branch_counts_for_that_branch() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    start = carol.ends[scope]
    left, right = carol.notes(scope, 2, after=start, side="l"), carol.notes(scope, 2, after=start, side="r")
    root = carol.notes(scope, 1, after=start._replace(seq=0, id=RecordId(b"")))
    for signed in (left, right, root):
        peer.push(signed)
    tip = ids_of(right)[-1]
    peer.say(Held((LogTip(carol.log(scope), start.seq + 2, tip),)))
    assert claims(rig, tip) == [bob.agent]
    assert claims(rig, start.id) == [bob.agent]
    assert claims(rig, ids_of(left)[0]) == []
    assert claims(rig, ids_of(root)[0]) == []


def test_what_is_stored_is_told_after_a_while_once_for_each_log() -> None:
    rig, scope, peer, bob = scene(CoreSettings(held_interval=500))
    rig.wait(500)
    peer.take()
    for _ in range(3):
        peer.push(bob.notes(scope))
    assert peer.all(Held) == []
    rig.wait(500)
    (held,) = peer.all(Held)
    assert [tip.seq for tip in held.tips] == [bob.ends[scope].seq]


def test_what_is_to_be_told_is_bounded() -> None:
    rig, scope, peer, _bob = scene(CoreSettings(held_untold=1))
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    assert rig.node.parts.held.untold(peer.conn) == 1


QUIET = CoreSettings(answer_deadline=20_000, sync_interval=10**9)
"""No rounds but the first, so that nothing but the check is owed."""


def checked(rig: Rig, scope: ScopeId, peer: Peer) -> Spot:
    """Let a claim be made and checked; returns the question."""
    peer.level()
    peer.say(Held((wrote(rig, scope, 9),)))
    while not peer.all(Spot):
        rig.wait(1_000)
    return peer.last(Spot)


def test_a_true_claim_stands_the_check() -> None:
    rig, scope, peer, bob = scene(QUIET)
    spot = checked(rig, scope, peer)
    peer.say(Proof(spot.nonce, words.holding_proof(spot.nonce, headers_between(rig, spot))))
    assert [row.checked for row in rig.ledger.rows(HeldEntry)].count(True) == 1
    assert claims(rig, own_tip(rig, scope).id) == [bob.agent]


def test_a_false_proof_costs_all_belief_and_nothing_else() -> None:
    rig, scope, peer, bob = scene(QUIET)
    spot = checked(rig, scope, peer)
    peer.say(Proof(spot.nonce, sha256(b"?").digest()))
    assert [(each.peer, each.agent) for each in rig.told(ClaimFailed)] == [(peer.name, bob.agent)]
    assert rig.ledger.rows(HeldEntry) == ()
    peer.say(Held((own_tip(rig, scope),)))
    assert claims(rig, own_tip(rig, scope).id) == []
    assert not peer.closed


def test_no_proof_in_time_is_a_false_one() -> None:
    rig, scope, peer, _ = scene(QUIET)
    checked(rig, scope, peer)
    peer.take()
    rig.wait(30_000)
    assert len(rig.told(ClaimFailed)) == 1


def test_a_proof_nobody_asked_for_is_passed_over() -> None:
    rig, scope, peer, _ = scene(QUIET)
    spot = checked(rig, scope, peer)
    peer.say(Proof(bytes(32), bytes(32)))
    assert rig.told(ClaimFailed) == []
    peer.say(Proof(spot.nonce, b""))
    peer.say(Proof(spot.nonce, b""))
    assert len(rig.told(ClaimFailed)) == 1


def test_a_claim_that_was_forgotten_meanwhile_is_not_brought_back() -> None:
    rig, scope, peer, _bob = scene(QUIET)
    spot = checked(rig, scope, peer)
    rig.node.parts.held._claims.clear()
    peer.say(Proof(spot.nonce, words.holding_proof(spot.nonce, headers_between(rig, spot))))
    assert claims(rig, own_tip(rig, scope).id) == []


def test_doubts_are_bounded_too() -> None:
    rig, scope, peer, _bob = scene(replace(QUIET, held_agents=1))
    checked(rig, scope, peer)
    rig.wait(21_000)
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    other = rig.meet(carol, scope)
    other.level()
    other.say(Held((own_tip(rig, scope),)))
    rig.wait(200_000)
    assert len(rig.told(ClaimFailed)) == 2
    assert len(rig.node.parts.held._doubted) == 1


def test_nobody_is_checked_who_claims_nothing() -> None:
    rig, scope, peer, _ = scene(QUIET)
    wrote(rig, scope)
    rig.wait(300_000)
    assert peer.all(Spot) == []


def test_we_prove_what_we_hold_to_those_who_may_read_it() -> None:
    rig, scope, peer, _ = scene()
    wrote(rig, scope, 9)
    log = rig.me.log(scope)
    first, last = rig.ledger.id_at(log, 0, 3), rig.ledger.id_at(log, 0, 7)
    spot = Spot(b"n" * 32, first or RecordId(b""), last or RecordId(b""))
    peer.say(spot)
    assert peer.last(Proof) == Proof(spot.nonce, words.holding_proof(spot.nonce, headers_between(rig, spot)))


def test_what_cannot_be_proven_is_answered_empty() -> None:
    rig, scope, peer, bob = scene()
    hidden = rig.found(name="hidden")
    mine, theirs, secret = own_tip(rig, scope).id, bob.ends[scope].id, own_tip(rig, hidden).id
    nowhere = RecordId(b"x" * 32)
    for first, last in ((mine, theirs), (secret, secret), (nowhere, mine), (mine, nowhere)):
        peer.say(Spot(b"n" * 32, first, last))
        assert peer.last(Proof) == Proof(b"n" * 32, b"")


def test_records_on_different_branches_cannot_be_proven_together() -> None:
    _rig, scope, peer, bob = scene()
    start = bob.ends[scope]
    left, right = bob.notes(scope, 1, after=start, side="l"), bob.notes(scope, 3, after=start, side="r")
    peer.push(left)
    peer.push(right)
    peer.say(Spot(b"n" * 32, ids_of(right)[2], ids_of(left)[0]))
    assert peer.last(Proof).digest == b""


def test_a_claim_on_something_that_is_not_here_any_more_is_neither_counted_nor_checked() -> None:
    rig, scope, peer, bob = scene(QUIET)
    tip = wrote(rig, scope)
    lost = HeldEntry(tip.log, bob.agent, b"lost".ljust(32), tip.seq)
    rig.store.writer.commit(Batch(9, local=(lost,)))
    rig.reborn()
    back = rig.meet(bob, scope)
    back.level()
    assert claims(rig, tip.id) == []
    rig.wait(100_000)
    assert back.all(Spot) == peer.all(Spot) == []


def test_a_second_agent_may_claim_what_another_has_claimed() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    member(rig, peer, carol, scope)
    tip = LogTip(bob.log(scope), bob.ends[scope].seq, bob.ends[scope].id)
    peer.say(Held((tip,)))
    rig.meet(carol, scope).say(Held((tip,)))
    assert claims(rig, tip.id) == [bob.agent, carol.agent]


def test_who_is_not_believed_any_more_holds_nothing_of_others_either() -> None:
    rig, scope, peer, bob = scene(QUIET)
    tip = LogTip(bob.log(scope), bob.ends[scope].seq, bob.ends[scope].id)
    peer.say(Held((tip,)))
    spot = checked(rig, scope, peer)
    peer.say(Proof(spot.nonce, b""))
    assert claims(rig, tip.id) == []
