"""Named situations, each played in a calm world with only the fault that it is about."""

import pytest

from meshnode.core.author import Pen, end_of, sign_drafts
from meshnode.core.drafts import Draft
from meshnode.core.effects import Joined, NotWritten, Synced, Taken, Written
from meshnode.core.events import LeaveScope, RemovePeer, TrustThisCopy
from meshnode.core.reports import ForkFound, ForkHealed, MayNotSign, MaySign, NotStored, PeerBroke
from meshnode.core.settings import CoreSettings
from meshproto.records.forks import check_fork_proof, encode_fork_proof, make_fork_proof
from meshproto.records.ids import RecordId, ScopeId, ext, to_text
from meshproto.records.limits import MAX_BRANCHES
from meshproto.records.log import Run, check_run
from meshproto.types import repair, value
from meshproto.wire.breaches import Breach
from meshproto.wire.codec import encode
from meshproto.wire.messages import Get, Message
from tests.simulation.people import contribute, found, grant, intrude, join, write
from tests.simulation.scenes import Scene, copy_disk, meet, news, offer, own_log, sync, written
from tests.simulation.watch import check_store, digest_of, ledger_of, parts_of
from tests.simulation.world import TICKETS, Host, SeededChance


def branch(host: Host, scope: ScopeId, after: int, many: int = 1, kind: str = "idea", count: int = 1) -> Run:
    """Records that fork a person's log after the one with that seq."""
    start = host.ledger.id_at(own_log(host, scope), 0, after)
    assert start is not None
    pen = Pen(host.identity.agent, host.identity.key, host.moment.wall, SeededChance(host.world.random))
    facts = value.contribution(kind=kind, qty=value.Measure(count, 0, "C62"), when=("2027-01-15", "2027-01-15"))
    return sign_drafts(pen, [Draft(scope, "contribution", facts)] * many, end_of([(after, start)])).runs[0]


def test_a_record_reaches_a_node_that_its_author_never_meets() -> None:
    scene = Scene("alice", "bob", "carol")
    alice, bob, carol = scene.hosts
    scene.joins(bob, alice)
    carol.stop("not there yet")
    ids = written(alice, contribute(alice, scene.network, "work", 3))
    scene.run(1_000)
    alice.stop("gone for good")
    carol.start()
    scene.joins(carol, bob)
    assert [carol.ledger.has(each) for each in ids] == [True] * 3
    assert [carol.ledger.private(each) is not None for each in ids] == [True] * 3
    check_store(carol)


def test_nodes_converge_without_the_live_part() -> None:
    scene = Scene("alice", "bob", "carol", settings=CoreSettings(live=False))
    scene.all_join()
    contribute(scene.hosts[1], scene.network, "work", 5)
    scene.run(90_000)
    assert scene.level()
    assert len({digest_of(host, scene.network) for host in scene.hosts}) == 1


def test_two_halves_converge_after_a_partition() -> None:
    scene = Scene("alice", "bob", "carol", "dave")
    scene.all_join()
    scene.world.part([scene.hosts[:2], scene.hosts[2:]])
    for host in scene.hosts:
        contribute(host, scene.network, "apart", 4)
    scene.run(20_000)
    assert not scene.level()
    scene.world.part([])
    scene.run(60_000)
    assert scene.level()


def test_new_records_spread_within_a_few_messages() -> None:
    scene = Scene("alice", "bob", "carol", "dave", "erin")
    scene.all_join()
    scene.run(5_000)
    scene.world.faults.delay, scene.world.faults.commit = (5, 5), (2, 2)
    (record,) = written_after(scene, scene.hosts[3])
    scene.run(100)
    assert all(host.ledger.has(record) for host in scene.hosts)


def written_after(scene: Scene, host: Host) -> tuple[RecordId, ...]:
    return written(host, contribute(host, scene.network, "news"))


def test_a_fork_is_found_and_proven_once_two_honest_nodes_hold_the_branches() -> None:
    scene = Scene("alice", "bob", "mallory")
    alice, bob, mallory = scene.hosts
    scene.world.forkers["mallory"] = None
    scene.all_join()
    contribute(mallory, scene.network, "work", 3)
    scene.run(1_000)
    scene.world.part([[alice, mallory], [bob]])
    left, right = branch(mallory, scene.network, 2), branch(mallory, scene.network, 2, kind="care")
    offer(mallory, left)
    scene.run(5_000)
    scene.world.part([[bob], [alice], [mallory]])
    offer(bob, right)
    scene.run(1_000)
    scene.world.part([[alice, bob], [mallory]])
    scene.run(60_000)
    log = own_log(mallory, scene.network)
    assert ledger_of(alice, scene.network) == ledger_of(bob, scene.network)
    for host in (alice, bob):
        assert len(host.ledger.tips(log)) == 3
        assert {each.seq for each in news(host, ForkFound)} == {3}
        found_ids = news(host, ForkFound)[0].ids
        proof = make_fork_proof(*[proof_of(host, each) for each in found_ids])
        assert check_fork_proof(encode_fork_proof(proof)) == proof
        assert news(host, PeerBroke) == []


def proof_of(host: Host, record: bytes) -> Run:
    stored = host.ledger.proof_run(record)
    assert stored is not None
    return check_run(stored.headers, stored.signature)


def test_the_next_record_of_a_forked_log_heals_it() -> None:
    scene = Scene("alice")
    (alice,) = scene.hosts
    contribute(alice, scene.network, "work", 3)
    scene.run(100)
    scene.world.forkers["alice"] = None
    offer(alice, branch(alice, scene.network, 2))
    scene.run(100)
    tips = alice.ledger.tips(own_log(alice, scene.network))
    ids = [written_after(scene, alice)[0] for _ in range(2)]
    first, second = [alice.ledger.record(each) for each in ids]
    assert first is not None
    assert second is not None
    assert {first.prev, *first.deps} == {tip.id for tip in tips}
    assert first.seq == max(tip.seq for tip in tips) + 1
    assert second.deps == ()
    assert [each.healing for each in news(alice, ForkHealed)] == [ids[0]]


def scene_with_branches(many: int, settings: CoreSettings | None = None) -> Scene:
    """Three in a network; of the log of the third there is so many a branch besides the first."""
    scene = Scene("alice", "bob", "mallory", settings=settings)
    mallory = scene.hosts[-1]
    scene.world.forkers["mallory"] = None
    scene.all_join()
    contribute(mallory, scene.network, "work", 3)
    scene.run(100)
    for number in range(many):
        offer(mallory, branch(mallory, scene.network, 2, count=number + 1))
    return scene


def test_what_was_missed_of_a_log_with_many_branches_comes_by_rounds() -> None:
    scene = scene_with_branches(MAX_BRANCHES - 1, settings=CoreSettings(live=False))
    alice, bob, mallory = scene.hosts
    scene.run(90_000)
    assert len(bob.ledger.tips(own_log(mallory, scene.network))) == MAX_BRANCHES
    scene.world.part([[alice, mallory], [bob]])
    missed = written(mallory, contribute(mallory, scene.network, "joins them", 2))
    scene.run(90_000)
    assert alice.ledger.has(missed[1])
    scene.world.part([[alice, bob], [mallory]])
    scene.run(90_000)
    assert bob.ledger.has(missed[1])
    assert digest_of(alice, scene.network) == digest_of(bob, scene.network)


def test_nodes_that_keep_different_branches_agree_once_their_people_write() -> None:
    scene = scene_with_branches(MAX_BRANCHES - 2)
    alice, bob, mallory = scene.hosts
    scene.run(1_000)
    scene.world.part([[alice], [bob]])
    for host, many in ((alice, 20), (bob, 30)):
        offer(host, branch(mallory, scene.network, 2, many, count=many))
    mallory.stop("gone for good")
    scene.run(1_000)
    scene.world.part([])
    scene.run(90_000)
    log = own_log(mallory, scene.network)
    assert [len(host.ledger.tips(log)) for host in (alice, bob)] == [MAX_BRANCHES] * 2
    assert digest_of(alice, scene.network) != digest_of(bob, scene.network)
    for host in (alice, bob):
        contribute(host, scene.network, "goes on")
        scene.run(1_000)
    scene.run(600_000)
    assert [len(host.ledger.tips(log)) for host in (alice, bob)] == [MAX_BRANCHES + 1] * 2
    assert digest_of(alice, scene.network) == digest_of(bob, scene.network)
    assert news(alice, PeerBroke) == news(bob, PeerBroke) == []


def test_a_restored_home_asks_before_it_signs_and_does_not_fork() -> None:
    scene = Scene("alice", "bob")
    alice, bob = scene.hosts
    scene.all_join()
    scene.run(40_000)
    backup = copy_disk(bob)
    ticket = contribute(bob, scene.network, "newest", 2)
    scene.run(1_000)
    newer = written(bob, ticket)
    scene.world.part([[alice], [bob]])
    bob.stop("its disk dies")
    bob.reopen(backup)
    bob.start(copied=True)
    refused = contribute(bob, scene.network, "too early")
    assert bob.answers[refused] == NotWritten("copied")
    assert len(news(bob, MayNotSign)) == 1
    scene.world.part([])
    scene.run(60_000)
    assert news(bob, MaySign) == [MaySign(forced=False)]
    assert all(bob.ledger.has(each) for each in newer)
    ticket = contribute(bob, scene.network, "and on")
    scene.run(1_000)
    assert isinstance(bob.answers[ticket], Written)
    assert len(alice.ledger.tips(own_log(bob, scene.network))) == 1


def test_a_copied_home_that_finds_nobody_signs_only_when_its_owner_says_so() -> None:
    scene = Scene("alice")
    (alice,) = scene.hosts
    alice.stop("copied")
    alice.start(copied=True)
    refused = contribute(alice, scene.network, "no")
    assert alice.answers[refused] == NotWritten("copied")
    scene.run(60_000)
    alice.hear(TrustThisCopy(next(TICKETS)))
    assert news(alice, MaySign) == [MaySign(forced=True)]
    allowed = contribute(alice, scene.network, "yes")
    scene.run(100)
    assert isinstance(alice.answers[allowed], Written)


def test_an_erasure_spreads_and_nobody_brings_the_part_back() -> None:
    scene = Scene("alice", "bob", "carol")
    alice, bob, carol = scene.hosts
    scene.all_join()
    (record,) = written_after(scene, alice)
    scene.run(2_000)
    assert parts_of(carol, scene.network) == parts_of(alice, scene.network)
    carol.stop("asleep")
    write(alice, Draft(scene.network, "erasure", repair.erasure([record])))
    scene.run(2_000)
    assert [host.ledger.private(record) for host in (alice, bob)] == [None, None]
    before = digest_of(alice, scene.network)
    carol.start()
    scene.run(120_000)
    assert carol.ledger.erased(record)
    assert [host.ledger.private(record) for host in scene.hosts] == [None] * 3
    assert digest_of(carol, scene.network) == before


@pytest.mark.parametrize("live", [True, False])
def test_an_order_of_who_has_left_reaches_whom_he_left(live: bool) -> None:
    scene = Scene("alice", "bob", "carol", settings=CoreSettings(live=live))
    alice, bob, carol = scene.hosts
    scene.all_join()
    (record,) = written_after(scene, bob)
    scene.run(90_000)
    assert [host.ledger.private(record) is not None for host in scene.hosts] == [True] * 3
    carol.stop("asleep")
    bob.hear(LeaveScope(next(TICKETS), scene.network))
    scene.run(1_000)
    write(bob, Draft(ScopeId(bob.identity.agent), "erasure", repair.erasure([ext(record)])))
    scene.run(90_000)
    bob.stop("gone for good")
    carol.start()
    scene.run(120_000)
    assert [host.ledger.erased(record) for host in scene.hosts] == [True] * 3
    assert ledger_of(alice, scene.network) == ledger_of(carol, scene.network)


def test_an_erasure_that_comes_before_its_target_holds() -> None:
    scene = Scene("alice", "bob")
    alice, bob = scene.hosts
    scene.all_join()
    (record,) = written_after(scene, alice)
    write(alice, Draft(scene.network, "erasure", repair.erasure([record])))
    scene.run(2_000)
    assert bob.ledger.erased(record)
    assert bob.ledger.private_missing(10) == []


def test_a_network_by_invitation_is_told_and_served_to_its_founders_alone() -> None:
    scene = Scene("alice", "bob", is_open=False)
    alice, bob = scene.hosts
    contribute(alice, scene.network, "diary", 3)
    join(bob, scene.network, alice)
    scene.run(60_000)
    assert [session.shared for session in alice.node.parts.ground.open_sessions()] == [{}]  # type: ignore[union-attr]  # it is up
    assert not bob.ledger.has(scene.network)


def test_a_strangers_log_stays_out_until_a_member_names_it() -> None:
    scene = Scene("alice", "bob", "carol")
    alice, bob, carol = scene.hosts
    scene.joins(carol, alice)
    scene.world.part([[bob], [carol]])
    join(bob, scene.network, alice)
    scene.run(1_000)
    refused = contribute(bob, scene.network, "work")
    assert bob.answers[refused] == NotWritten("stranger", to_text(scene.network))
    (record,) = intrude(bob, scene.network, "work")
    scene.run(40_000)
    log = own_log(bob, scene.network)
    assert alice.ledger.log(log).counted is False  # type: ignore[union-attr]  # it is stored
    assert not carol.ledger.has(record)
    facts = value.recognition(to=[bob.identity.agent], for_=record)
    write(alice, Draft(scene.network, "recognition", facts, {"text": "well done"}))
    scene.run(40_000)
    assert [host.ledger.log(log).counted for host in scene.hosts] == [True] * 3  # type: ignore[union-attr]  # it is stored
    assert scene.level()
    assert len({digest_of(host, scene.network) for host in scene.hosts}) == 1


def test_strangers_together_cannot_make_us_store_more_than_we_choose() -> None:
    scene = Scene("alice", "bob", "carol", settings=CoreSettings(stranger_records=5, stranger_logs=1))
    alice, bob, carol = scene.hosts
    for host in (bob, carol):
        join(host, scene.network, alice)
        scene.run(1_000)
    intrude(bob, scene.network, "noise", 4)
    scene.run(1_000)
    intrude(carol, scene.network, "noise", 1)
    intrude(bob, scene.network, "noise", 4)
    scene.run(1_000)
    assert alice.ledger.log(own_log(carol, scene.network)) is None
    assert alice.ledger.tips(own_log(bob, scene.network))[0].seq == 4
    assert {each.why for each in news(alice, NotStored)} >= {"quota"}
    assert news(alice, PeerBroke) == []


def test_a_log_never_grows_beyond_what_the_charter_allows() -> None:
    scene = Scene("alice", "bob")
    alice, bob = scene.hosts
    small = found(alice, "small", log_records=5)
    scene.run(100)
    for scope in (scene.network, small):
        join(bob, scope, alice)
        scene.run(1_000)
        grant(bob, scope)
        scene.run(100)  # Who has joined is known once that is on the disk.
    contribute(bob, small, "work", 3)
    scene.run(100)
    refused = contribute(bob, small, "more", 3)
    assert bob.answers[refused] == NotWritten("quota", "5 records or 1073741824 bytes in one log")
    scene.run(40_000)
    assert alice.ledger.tips(own_log(bob, small))[0].seq == 4
    scene.world.forkers["bob"] = None
    offer(bob, branch(bob, small, 4, 3))  # what an honest node would not sign
    scene.run(60_000)
    offer(bob, branch(bob, small, 7, 3))
    scene.run(60_000)
    assert alice.ledger.tips(own_log(bob, small))[0].seq == 7
    ticket = sync(alice)
    scene.run(61_000)
    assert isinstance(alice.answers[ticket], Synced)
    assert alice.answers[ticket].level == ("bob",)  # type: ignore[union-attr]  # it is Synced


def test_a_flood_ends_the_conversation_and_honest_peers_go_on() -> None:
    most = 600
    scene = Scene("alice", "bob", "mallory", settings=CoreSettings(requests_per_minute=most))
    alice, bob, mallory = scene.hosts
    scene.all_join()

    def flood(message: Message) -> list[bytes]:
        return [encode(message)] + [encode(Get((mallory.identity.agent,)))] * 2 * most  # type: ignore[arg-type]  # an agent's id

    mallory.bend = flood
    contribute(mallory, scene.network, "noise")
    contribute(bob, scene.network, "work")
    scene.run(2_000)
    assert {each.breach for each in news(alice, PeerBroke)} == {Breach.FLOOD}
    assert alice.ledger.tips(own_log(bob, scene.network))[0].seq == 2
    mallory.bend = None
    scene.run(10_000)
    assert all(line.ends != (mallory, alice) for line in mallory.lines.values()), "it is left alone for a minute"
    scene.run(400_000)
    assert scene.level()


def test_members_learn_of_each_other_and_meet() -> None:
    scene = Scene("alice", "bob", "carol")
    alice, bob, carol = scene.hosts
    scene.joins(bob, alice)
    scene.joins(carol, bob)
    scene.run(30_000)
    assert any(alice in line.ends for line in carol.lines.values())


def test_peers_are_remembered_over_restarts() -> None:
    scene = Scene("alice", "bob")
    alice, bob = scene.hosts
    scene.all_join()
    for host in scene.hosts:
        host.stop("power cut")
    scene.run(1_000)
    for host in scene.hosts:
        host.start()
    scene.run(5_000)
    assert len(alice.lines) == len(bob.lines) == 1


def test_a_peer_taken_off_the_list_is_closed_and_not_dialled_again() -> None:
    scene = Scene("alice", "bob")
    alice, bob = scene.hosts
    meet(alice, bob)
    scene.run(1_000)
    assert len(alice.lines) == 1
    alice.hear(RemovePeer(next(TICKETS), "bob"))
    bob.hear(RemovePeer(next(TICKETS), "alice"))
    scene.run(60_000)
    assert alice.lines == {}


def test_a_sync_tells_who_is_level_and_who_cannot_be_reached() -> None:
    scene = Scene("alice", "bob", "carol")
    alice, bob, carol = scene.hosts
    scene.all_join()
    scene.run(2_000)
    scene.world.part([[alice, bob], [carol]])
    meet(alice, carol)
    contribute(bob, scene.network, "work")
    ticket = sync(alice)
    scene.run(70_000)
    assert isinstance(alice.answers[ticket], Synced)
    assert alice.answers[ticket] == Synced(("bob",), ("carol",), 1)


def test_a_join_is_answered_when_the_founding_is_here() -> None:
    scene = Scene("alice", "bob")
    alice, bob = scene.hosts
    scene.world.part([[alice], [bob]])
    ticket = join(bob, scene.network, alice)
    scene.run(5_000)
    assert ticket not in bob.answers
    too_early = grant(bob, scene.network)
    assert bob.answers[too_early] == NotWritten("scope", "not a network this node takes part in")
    scene.world.part([])
    scene.run(30_000)
    assert bob.answers[ticket] == Joined(scene.network)


def test_a_network_that_was_left_is_not_carried_any_more() -> None:
    scene = Scene("alice", "bob")
    alice, bob = scene.hosts
    scene.all_join()
    bob.hear(LeaveScope(next(TICKETS), scene.network))
    scene.run(100)
    contribute(alice, scene.network, "later")
    scene.run(60_000)
    assert bob.ledger.tips(own_log(alice, scene.network))[0].seq == 1
    bob.stop("restart")
    bob.start()
    scene.run(60_000)
    assert bob.ledger.tips(own_log(alice, scene.network))[0].seq == 1


def test_a_file_brings_what_its_records_rest_on_in_any_order() -> None:
    scene = Scene("alice", "bob")
    alice, bob = scene.hosts
    contribute(alice, scene.network, "work", 3)
    scene.run(100)
    runs = []
    for log, _ in ledger_of(alice, scene.network):
        stored = alice.ledger.run_after(log, 0, 0, 512, 1 << 20)
        assert stored is not None
        runs.append(check_run(stored.headers, stored.signature))
    scene.world.part([[alice], [bob]])
    ticket = offer(bob, *sorted(runs, key=lambda run: -len(run.records)))
    scene.run(100)
    assert bob.answers[ticket] == Taken(new=6, known=0, waiting=0, refused=())
    again = offer(bob, *runs)
    scene.run(100)
    assert bob.answers[again] == Taken(new=0, known=6, waiting=0, refused=())
