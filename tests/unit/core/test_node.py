"""The node as a whole: lives, ends, failures, and bounds that can be read."""

from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import Close, Done, NotWritten, Send, Taken
from meshnode.core.events import CommitFailed, JoinScope, LeaveScope, Offer, PeerDown, RunIn, Stopping
from meshnode.core.gauges import gauges
from meshnode.core.reports import Halted, NotStored, PeerGone, ScopeReady
from meshnode.core.rows import JoinedEntry
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import LogId, RecordId
from meshproto.wire.breaches import Breach
from meshproto.wire.messages import Bye, Part
from tests.support.core_rig import Rig, Writer, network_of
from tests.support.core_scene import member, scene


def test_a_failed_commit_halts_the_node_and_its_writes_are_unknown() -> None:
    rig = Rig()
    scope = rig.found()
    rig.held = True
    rig.write(Draft(scope, "note", {}))
    ticket = rig._tickets
    rig.feed(CommitFailed(rig.pending[0].number, "disk full"))
    assert rig.answers[ticket] == NotWritten("store", "disk full", unknown=True)
    assert rig.told(Halted) == [Halted("disk full")]
    assert rig.feed(JoinScope(9, scope)) == []


def test_a_node_that_stops_says_goodbye_to_everyone() -> None:
    rig, _, peer, _ = scene()
    fresh = rig.dialled(Writer("carol"))
    rig.feed(Stopping())
    rig.feed(Stopping())
    assert peer.bye == fresh.bye == "W-CLOSING"
    assert [type(each) for each in rig.effects if isinstance(each, Send | Close)] == []


def test_a_network_is_ready_once_its_founding_is_here() -> None:
    rig = Rig()
    scope = rig.found()
    assert rig.told(ScopeReady) == [ScopeReady(scope)]


def test_what_comes_over_a_connection_that_is_gone_is_passed_over() -> None:
    rig, scope, peer, bob = scene()
    signed = bob.notes(scope)
    peer.leaves()
    rig.feed(PeerDown(peer.conn, "again"))
    assert rig.feed(RunIn(peer.conn, signed.runs[0], Part.PUSHED, 100)) == []
    assert len(rig.told(PeerGone)) == 1


def test_a_network_that_was_left_keeps_its_name_for_when_it_is_joined_again() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, _ = network_of(bob)
    rig.feed(JoinScope(1, scope, slug="studio"))
    rig.feed(LeaveScope(2, scope))
    assert rig.answers[2] == Done()
    assert rig.ledger.rows(JoinedEntry)[0].left
    assert rig.reborn().parts.scopes.carried == {}
    rig.join(scope)
    assert [(row.slug, row.left) for row in rig.ledger.rows(JoinedEntry)] == [("studio", False)]


def test_only_so_many_networks_are_carried() -> None:
    rig, bob = Rig(settings=CoreSettings(scopes_max=1)), Writer("bob")
    scope, other = rig.found(), network_of(bob)[0]
    ticket = rig.join(other)
    assert rig.answers[ticket] == NotWritten("scope", "at most 1 networks")
    assert rig.answers[rig.join(scope)] is not None


def test_a_file_is_taken_in_whatever_the_order_of_its_runs() -> None:
    rig, bob, mallory = Rig(), Writer("bob"), Writer("mallory")
    scope, genesis = network_of(bob)
    mallory.agent = bob.agent
    runs = [
        bob.accept(scope),
        bob.notes(scope, 2),
        genesis,
        bob.genesis,
        mallory.notes(scope),
        Writer("x").grant(scope),
    ]
    ticket = rig.ticket()
    rig.feed(Offer(ticket, SignedRecords(tuple(run for signed in runs for run in signed.runs))))
    assert rig.answers[ticket] == Taken(5, 0, 1, ((mallory.log(scope), "author"),))


def test_a_file_frees_what_waited_for_it() -> None:
    rig, scope, peer, _ = scene()
    carol = Writer("carol")
    peer.push(carol.grant(scope))
    assert [each.why for each in rig.told(NotStored)] == ["waiting"]
    rig.feed(Offer(rig.ticket(), SignedRecords(carol.genesis.runs)))
    assert rig.ledger.log(carol.log(scope)) is not None


def test_every_table_has_a_gauge_within_its_bound() -> None:
    rig, scope, peer, bob = scene()
    peer.push(bob.notes(scope, 3, text="words"))
    read = {each.name: (each.filled, each.limit) for each in gauges(rig.node.parts)}
    assert read["privates_queue"] == (3, 16_384)
    assert read["scopes_max"] == (1, 256)
    assert all(filled <= limit for filled, limit in read.values())


def test_what_a_peer_has_is_remembered_within_bounds() -> None:
    rig, _scope, peer, _ = scene()
    session = rig.node.parts.ground.sessions[peer.conn]
    for at in range(2_000):
        session.hear(RecordId(at.to_bytes(32, "big")))
    assert len(session.heard) == 1_024


def test_records_written_while_a_peer_is_away_are_told_when_it_is_back() -> None:
    rig, scope, peer, bob = scene()
    peer.leaves()
    rig.write(Draft(scope, "note", {}))
    back = rig.meet(bob, scope, outbound=True)
    assert [each.ranges[0].name for each in back.heard if hasattr(each, "ranges")] == [back.name_of(scope)]


def test_a_peer_is_not_told_why_the_owner_does_not_want_it() -> None:
    rig, _, peer, _ = scene()
    rig.feed(Stopping())
    assert peer.last(Bye) == Bye(Breach.CLOSING)


def test_logs_that_are_not_here_change_no_index() -> None:
    rig, scope, peer, _ = scene()
    assert rig.node.parts.scopes.note_committed(LogId(b"x" * 32)) == []
    member(rig, peer, Writer("carol"), scope)
    assert rig.node.parts.scopes.item_of(rig.me.log(scope)).rank == 2


def test_a_file_with_known_records_says_so_and_others_networks_keep_their_names() -> None:
    rig, _, _, bob = scene()
    first, second = rig.ticket(), rig.ticket()
    signed = bob.notes(bob.stream, 2)
    rig.feed(Offer(first, signed))
    rig.feed(Offer(second, signed))
    assert rig.answers[second] == Taken(0, 2, 0, ())
    other, _ = network_of(bob, name="other")
    rig.feed(JoinScope(90, other, (("zoe", ("/z",)),), "other"))
    rig.feed(LeaveScope(91, other))
    assert [row.left for row in rig.ledger.rows(JoinedEntry) if row.network == other] == [True]
    assert [each.peer for each in rig.node.parts.book.entries() if each.source == "join"] == ["zoe"]


def test_a_peer_that_left_before_its_run_was_on_disk_is_granted_nothing() -> None:
    rig, scope, peer, bob = scene(CoreSettings(credit_step=1))
    rig.held = True
    peer.push(bob.notes(scope))
    peer.leaves()
    peer.take()
    rig.flush()
    assert peer.take() == []


def test_a_conversation_that_is_over_stays_silent_whatever_becomes_due() -> None:
    rig, scope, peer, _bob = scene()
    other = rig.meet(Writer("carol"), scope)
    peer.say(Bye(Breach.CLOSING))
    other.say_bytes(b"garbage")
    for each in (peer, other):
        each.take()
    rig.wait(200_000)
    assert peer.take() == other.take() == []
