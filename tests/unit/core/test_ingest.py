"""Admission: what is kept, what waits, what is declined, and that nobody is blamed for it."""

from hashlib import sha256

import pytest

from meshnode.core.author import End, Pen, sign_genesis
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import Taken
from meshnode.core.events import LeaveScope, Offer
from meshnode.core.reports import ForkFound, NotStored, Overflow, PeerBroke
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import ScopeId
from meshproto.records.log import Run
from meshproto.records.record import build_header, read_header
from meshproto.records.signatures import SigningKey
from meshproto.types import authority, identity, value
from meshproto.wire.messages import Get, Headers, Part
from tests.support.core_rig import NOON, Dice, Rig, Writer, ids_of, network_of, records_of
from tests.support.core_scene import accept_of, scene


def why(rig: Rig) -> list[str]:
    return [each.why for each in rig.told(NotStored)]


def test_a_run_that_continues_what_is_here_is_stored() -> None:
    rig, scope, peer, bob = scene()
    signed = bob.notes(scope, 3)
    peer.push(signed)
    assert all(rig.ledger.has(each) for each in ids_of(signed))


def test_of_a_run_that_is_partly_here_the_rest_is_stored() -> None:
    rig, scope, peer, bob = scene()
    signed = bob.notes(scope, 9)
    run = signed.runs[0]
    for count in (1, 4, 6):
        part = run.records[:count]
        peer.say(Headers(tuple(each.raw for each in part), bob.key.sign(part[-1].id), Part.PUSHED))
    peer.push(signed)
    peer.push(signed)
    assert rig.ledger.tips(bob.log(scope))[0].seq == 10
    assert not peer.closed


def test_runs_chain_on_what_is_still_on_its_way_to_the_disk() -> None:
    rig, scope, peer, bob = scene()
    rig.held = True
    first, second = bob.notes(scope, 2), bob.notes(scope, 2)
    peer.push(first)
    peer.push(second)
    peer.push(first)
    assert len(rig.pending) == 2
    rig.flush()
    assert rig.ledger.tips(bob.log(scope))[0].seq == 5


def test_a_run_after_a_gap_is_not_stored_and_nobody_is_blamed() -> None:
    rig, scope, peer, bob = scene()
    bob.notes(scope, 2)
    late = bob.notes(scope, 1)
    peer.push(late)
    assert not rig.ledger.has(ids_of(late)[0])
    assert not peer.closed


def test_a_second_record_of_one_number_opens_a_branch() -> None:
    rig, scope, peer, bob = scene()
    start = bob.ends[scope]
    left, right = bob.notes(scope, 2, after=start, side="l"), bob.notes(scope, 2, after=start, side="r")
    peer.push(left)
    peer.push(right)
    assert len(rig.ledger.tips(bob.log(scope))) == 2
    (fork,) = rig.told(ForkFound)
    assert (fork.seq, set(fork.ids)) == (start.seq + 1, {ids_of(left)[0], ids_of(right)[0]})


def test_a_fork_at_the_first_record_is_found_too() -> None:
    rig, scope, peer, bob = scene()
    peer.push(bob.notes(scope, 1, after=End(0, b"")))  # type: ignore[arg-type]  # no record
    assert [each.seq for each in rig.told(ForkFound)] == [1]


def test_a_ninth_branch_is_kept_only_if_another_names_it() -> None:
    rig, scope, peer, bob = scene()
    start = bob.ends[scope]
    branches = [bob.notes(scope, 1, after=start, branch=at) for at in range(10)]
    for signed in branches[:8]:
        peer.push(signed)
    peer.push(branches[8])
    assert len(rig.ledger.tips(bob.log(scope))) == 8
    assert why(rig) == ["branches"]
    peer.push(bob.sign(Draft(bob.stream, "note", {"x": ids_of(branches[9])[0]})), Part.LAST)
    peer.push(branches[9])
    assert len(rig.ledger.tips(bob.log(scope))) == 9


def test_runs_of_an_unknown_author_wait_for_his_genesis() -> None:
    rig, scope, peer, _ = scene()
    carol = Writer("carol")
    granted, more = carol.grant(scope, accept_of(rig, scope)), carol.notes(scope, 2)
    peer.take()
    peer.push(granted)
    peer.push(more)
    assert why(rig) == ["waiting", "waiting"]
    assert [bytes(each) for each in peer.last(Get).ids] == [carol.agent]
    peer.push(carol.genesis, Part.LAST)
    assert all(rig.ledger.has(each) for each in ids_of(granted) + ids_of(more))


def test_the_pool_is_bounded_and_says_when_something_fell_out() -> None:
    rig, scope, peer, _ = scene(CoreSettings(pool_runs_per_peer=1))
    for name in ("carol", "dave"):
        peer.push(Writer(name).grant(scope))
    assert len(rig.told(Overflow)) == 1


def test_runs_of_an_unknown_network_wait_for_its_genesis() -> None:
    rig, _, peer, bob = scene()
    scope, genesis = network_of(bob, name="other")
    rig.join(scope)
    peer.show(*rig.node.parts.scopes.carried)
    peer.push(bob.accept(scope))
    assert why(rig) == ["waiting"]
    peer.push(genesis, Part.LAST)
    assert rig.ledger.log(bob.log(scope)) is not None


@pytest.mark.parametrize("kind", ["stranger's key", "another's stream", "grants", "network's own key"])
def test_a_log_by_nobody_entitled_is_declined(kind: str) -> None:
    rig, scope, peer, bob = scene()
    mallory = Writer("mallory")
    before = rig.ledger.counts()
    match kind:
        case "stranger's key":
            mallory.agent = bob.agent
            peer.push(mallory.notes(scope), Part.LAST)
        case "another's stream":
            peer.push(mallory.genesis, Part.LAST)
            before = rig.ledger.counts()
            peer.push(mallory.notes(bob.stream), Part.LAST)
        case "grants":
            header = records_of(bob.notes(scope))[0]
            peer.push(_with_auth(bob, scope, header.id), Part.LAST)
            return
        case _:
            key = _network_writer(rig, scope)
            peer.push(key.notes(scope), Part.LAST)
    assert rig.ledger.counts() == before
    assert why(rig) == ["author"]
    assert not peer.closed


def _with_auth(bob: Writer, scope: ScopeId, grant: bytes) -> SignedRecords:
    raw = build_header(
        scope=scope,
        key=bob.key.public,
        seq=1,
        prev=b"",
        deps=[],
        at=1,
        type="note",
        agent=bob.agent,
        auth=[grant],
        facts={},
        private=None,
    )
    record = read_header(raw)
    return SignedRecords((Run((record,), bob.key.sign(record.id)),))


def _network_writer(rig: Rig, scope: ScopeId) -> Writer:
    """Somebody who kept the key of the network's genesis."""
    thief = Writer("thief")
    thief.key = SigningKey.from_seed(sha256(b"network net").digest())
    thief.agent, thief.ends[scope] = rig.me.agent, End(1, scope)  # type: ignore[arg-type]  # the genesis
    return thief


def test_logs_of_networks_that_are_not_carried_are_declined() -> None:
    rig, _, peer, bob = scene()
    scope, genesis = network_of(bob, name="other")
    peer.push(genesis, Part.LAST)
    assert why(rig) == ["unwanted"]
    rig.put(genesis)
    peer.push(bob.accept(scope), Part.LAST)
    assert why(rig) == ["unwanted", "unwanted"]


def test_a_genesis_of_another_kind_is_declined() -> None:
    rig, _, peer, bob = scene()
    _, signed = sign_genesis(Pen(b"", bob.key, NOON, Dice()), {"kind": "robot"})
    peer.push(signed, Part.LAST)
    assert why(rig) == ["scope"]


def test_a_log_in_a_scope_that_is_no_scope_is_declined() -> None:
    rig, scope, peer, bob = scene()
    signed = bob.notes(ScopeId(accept_of(rig, scope)))
    peer.push(signed, Part.LAST)
    assert why(rig) == ["unwanted"]
    ticket = rig.ticket()
    rig.feed(Offer(ticket, signed))
    assert rig.answers[ticket] == Taken(0, 0, 0, ((signed.runs[0].records[0].log, "scope"),))


def test_an_agent_that_is_no_person_cannot_write() -> None:
    rig, scope, peer, bob = scene()
    bob.agent = scope  # type: ignore[assignment]  # that is the point
    bob.ends.pop(scope)
    other = rig.found(name="other")
    peer.show(scope, other)
    peer.push(bob.notes(other), Part.LAST)
    assert why(rig) == ["author"]


def test_streams_of_those_who_stand_nowhere_are_kept_only_if_asked_for_and_only_so_many() -> None:
    rig, _, peer, _ = scene(CoreSettings(idle_streams=1))
    carol, dave = Writer("carol"), Writer("dave")
    peer.push(carol.genesis)
    assert why(rig) == ["full"]
    peer.push(carol.genesis, Part.LAST)
    peer.push(carol.notes(carol.stream), Part.LAST)
    peer.push(dave.genesis, Part.LAST)
    assert why(rig) == ["full", "full"]
    assert len(rig.ledger.logs_of_scope(carol.stream)) == 1


def test_however_many_streams_are_idle_whoever_writes_in_a_network_is_let_in() -> None:
    rig, scope, peer, _ = scene(CoreSettings(idle_streams=1))
    carol = Writer("carol")
    for who in (Writer("idler"), carol):
        peer.push(who.genesis, Part.LAST)
    assert why(rig) == ["full"]
    peer.push(carol.grant(scope), Part.LAST)
    peer.push(carol.genesis, Part.LAST)
    assert rig.ledger.log(carol.log(scope)) is not None


def test_a_stream_is_not_idle_any_more_once_its_agent_stands_somewhere() -> None:
    rig, scope, peer, _ = scene(CoreSettings(idle_streams=1))
    carol = Writer("carol")
    peer.push(carol.genesis, Part.LAST)
    peer.push(carol.grant(scope, accept_of(rig, scope)), Part.LAST)
    assert rig.node.parts.intake.idle == 0


def test_another_agents_stream_under_ones_own_name_is_declined() -> None:
    rig, _, peer, bob = scene()
    carol = Writer("carol")
    rig.put(carol.genesis)
    rig.reborn()
    fresh = rig.meet(bob, *rig.node.parts.scopes.carried)
    fresh.push(carol.notes(carol.stream))
    assert why(rig)[-1:] == ["unwanted"]
    assert peer.conn != fresh.conn


def test_a_log_that_waits_for_too_much_is_held_back() -> None:
    rig, scope, peer, bob = scene(CoreSettings(waits_per_log=2))
    for at in range(3):
        peer.push(bob.notes(scope, 1, x=bytes([at + 1]) * 32))
    assert rig.ledger.tips(bob.log(scope))[0].seq == 3
    assert why(rig) == ["full"]


def test_strangers_stand_outside_until_they_join() -> None:
    rig, scope, peer, _ = scene()
    carol = Writer("carol")
    peer.push(carol.genesis, Part.LAST)
    peer.push(carol.notes(scope, 2), Part.LAST)
    assert rig.head(carol.log(scope)).counted is False
    peer.push(carol.grant(scope), Part.LAST)
    assert rig.head(carol.log(scope)).counted is True


@pytest.mark.parametrize("first", ["role", "accept", "work"])
def test_who_accepts_a_role_counts_whatever_came_first(first: str) -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    peer.push(carol.genesis, Part.LAST)
    role = bob.sign(Draft(scope, "grant", authority.grant(carol.agent, "client"), agent=scope))
    work = carol.notes(scope) if first == "work" else SignedRecords()
    accept = carol.sign(Draft(scope, "countersign", identity.accept(ids_of(role)[0])))
    theirs = SignedRecords(tuple(run for each in (work, accept) for run in each.runs))
    for each in (role, theirs) if first == "role" else (theirs, role):
        rig.feed(Offer(rig.ticket(), each))
    assert rig.head(carol.log(scope)).counted is True


def test_a_stranger_who_joins_before_the_disk_is_flushed_counts_from_the_start() -> None:
    rig, scope, peer, _ = scene()
    carol = Writer("carol")
    peer.push(carol.genesis, Part.LAST)
    rig.held = True
    peer.push(carol.notes(scope, 1), Part.LAST)
    peer.push(carol.grant(scope), Part.LAST)
    rig.flush()
    assert rig.head(carol.log(scope)).counted is True


def test_whom_a_member_names_counts_and_so_does_whom_that_one_names() -> None:
    rig, scope, peer, bob = scene()
    carol, dave = Writer("carol"), Writer("dave")
    for writer in (carol, dave):
        peer.push(writer.genesis, Part.LAST)
    work = dave.notes(scope, 2)
    peer.push(work, Part.LAST)
    named = carol.sign(Draft(scope, "note", {"x": ids_of(work)[1]}))
    peer.push(named, Part.LAST)
    logs = [rig.ledger.log(writer.log(scope)) for writer in (carol, dave)]
    assert [each.counted for each in logs if each] == [False, False]
    peer.push(bob.sign(Draft(scope, "recognition", value.recognition(to=[carol.agent], for_=ids_of(named)[0]))))
    logs = [rig.ledger.log(writer.log(scope)) for writer in (carol, dave)]
    assert [each.counted for each in logs if each] == [True, True]


def test_a_strangers_record_that_a_member_waits_for_counts_when_it_comes() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    work = carol.notes(scope)
    peer.push(carol.genesis, Part.LAST)
    peer.push(bob.sign(Draft(scope, "note", {"x": ids_of(work)[0]})))
    peer.push(work, Part.LAST)
    assert rig.head(carol.log(scope)).counted is True


def test_a_strangers_word_does_not_make_another_stranger_count() -> None:
    rig, scope, peer, _ = scene()
    carol, dave = Writer("carol"), Writer("dave")
    for writer in (carol, dave):
        peer.push(writer.genesis, Part.LAST)
    work = dave.notes(scope)
    peer.push(carol.sign(Draft(scope, "note", {"x": ids_of(work)[0]})), Part.LAST)
    peer.push(work, Part.LAST)
    assert rig.head(dave.log(scope)).counted is False


def test_what_strangers_had_stored_in_earlier_lives_weighs_too() -> None:
    rig, scope, peer, bob = scene(CoreSettings(stranger_records=3))
    carol = Writer("carol")
    peer.push(carol.genesis, Part.LAST)
    peer.push(carol.notes(scope, 3), Part.LAST)
    rig.reborn()
    again = rig.meet(bob, scope)
    again.push(carol.notes(scope, 1), Part.LAST)
    assert rig.ledger.tips(carol.log(scope))[0].seq == 3
    assert why(rig) == ["quota"]


def test_many_named_logs_are_remembered_within_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.core.ingest.COUNTING_REMEMBERED", 2)
    monkeypatch.setattr("meshnode.core.closure.PLACES_REMEMBERED", 2)
    monkeypatch.setattr("meshnode.core.flight.ROOTS_REMEMBERED", 2)
    monkeypatch.setattr("meshnode.core.flight.NETWORKS_REMEMBERED", 1)
    monkeypatch.setattr("meshnode.core.scopes.STANDINGS_REMEMBERED", 1)
    rig, scope, peer, bob = scene()
    rig.found(name="another")
    others = [Writer(name) for name in ("carol", "dave", "erin")]
    for other in others:
        peer.push(other.genesis, Part.LAST)
        peer.push(other.grant(scope, accept_of(rig, scope)), Part.LAST)
        peer.push(bob.sign(Draft(scope, "note", {"x": other.ends[scope].id})))
    assert len(rig.node.parts.intake._counting) <= 2
    assert len(rig.node.parts.scopes._standings) <= 1
    assert rig.told(PeerBroke) == []


def test_a_record_for_another_agent_in_a_log_is_stored_and_names_him() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    bob.agent = carol.agent
    signed = bob.notes(scope)
    peer.push(signed)
    assert rig.ledger.has(ids_of(signed)[0])
    assert rig.node.parts.closure.is_named(carol.agent)


def test_a_networks_genesis_comes_alone() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob, name="net")
    thief = _network_writer(rig, scope)
    more = thief.notes(scope)
    run = Run((*records_of(genesis), *records_of(more)), more.runs[0].signature)
    rig.join(scope)
    peer = rig.meet(bob, scope)
    peer.push(SignedRecords((run,)), Part.LAST)
    assert why(rig) == ["author"]
    assert not rig.ledger.has(scope)


def test_who_did_not_found_a_closed_network_cannot_write_there() -> None:
    rig, scope, peer, bob = scene()
    closed, genesis = network_of(rig.me, bob, is_open=False, name="closed")
    rig.put(genesis)
    rig.join(closed)
    rig.fold()
    peer.show(scope, closed)
    carol = Writer("carol")
    rig.put(carol.genesis)
    peer.push(carol.notes(closed), Part.LAST)
    assert why(rig) == ["author"]


def test_a_stranger_who_joins_in_the_same_file_counts_at_once() -> None:
    rig, scope, _, _ = scene()
    carol = Writer("carol")
    signed = [carol.genesis, carol.notes(scope), carol.grant(scope)]
    rig.feed(Offer(rig.ticket(), SignedRecords(tuple(run for each in signed for run in each.runs))))
    assert rig.head(carol.log(scope)).counted is True


def test_what_a_stranger_waits_for_is_no_reason_to_refresh_an_index() -> None:
    rig, scope, peer, _ = scene()
    carol = Writer("carol")
    peer.push(carol.genesis, Part.LAST)
    peer.push(carol.notes(scope), Part.LAST)
    assert rig.ledger.log(carol.log(scope)) is not None
    rig.node.parts.scopes.refresh(carol.log(scope))
    assert rig.node.parts.scopes.carried[scope].index.get(carol.log(scope)) is None


def test_what_goes_beyond_the_allowance_of_a_log_is_declined() -> None:
    rig, _, peer, bob = scene()
    small = rig.found(name="small", log_records=2)
    peer.show(*rig.node.parts.scopes.carried)
    peer.push(bob.grant(small, accept_of(rig, small)), Part.LAST)
    peer.push(bob.notes(small, 3))
    peer.push(bob.notes(small, 1))
    assert rig.ledger.tips(bob.log(small))[0].seq == 4, "the run that crosses the bound is kept whole"
    assert why(rig) == ["quota"]


def test_a_visitor_is_kept_where_the_stream_is_kept_and_nowhere_else() -> None:
    rig, scope, peer, bob = scene()
    carol = Writer("carol")
    peer.push(carol.genesis, Part.LAST)
    grant = bob.sign(Draft(bob.stream, "grant", authority.grant(carol.agent, "staff")))
    peer.push(grant, Part.LAST)
    (offered,) = ids_of(grant)
    yes = carol.sign(Draft(bob.stream, "countersign", identity.accept(offered)))
    peer.push(yes, Part.LAST)
    assert rig.ledger.log(carol.log(bob.stream)) is not None
    nosy = carol.sign(Draft(scope, "countersign", identity.accept(offered)))
    assert rig.ledger.log(nosy.runs[0].records[0].log) is None


def test_a_stream_of_which_nothing_is_kept_takes_no_visitors() -> None:
    rig, _, peer, _ = scene()
    carol, dan = Writer("carol"), Writer("dan")
    rig.put(carol.genesis, dan.genesis)
    grant = dan.sign(Draft(dan.stream, "grant", authority.grant(carol.agent, "staff")))
    rig.put(grant)
    peer.push(carol.sign(Draft(dan.stream, "countersign", identity.accept(ids_of(grant)[0]))), Part.PUSHED)
    assert rig.ledger.log(carol.log(dan.stream)) is None


def test_what_waited_for_its_author_is_not_wanted_once_the_network_was_left() -> None:
    rig, scope, peer, _ = scene()
    carol = Writer("carol")
    peer.push(carol.notes(scope), Part.LAST)
    assert why(rig)[-1] == "waiting"
    rig.feed(LeaveScope(rig.ticket(), scope))
    peer.push(carol.genesis, Part.LAST)
    assert why(rig)[-1] == "unwanted"
    assert rig.ledger.log(carol.log(scope)) is None
