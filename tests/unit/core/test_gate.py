"""The gate: members read, guests read, and to everyone else a closed network is not there."""

import pytest

from meshnode.core.author import BEGINNING, Pen, sign_drafts
from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.effects import NotWritten, Written
from meshnode.core.events import Block, JoinScope, LeaveScope, Offer
from meshnode.core.reports import ScopeClosed
from meshnode.core.rows import HeldEntry
from meshnode.core.standing import circles_in, standing_of
from meshproto.fold.memory import DictMemory
from meshproto.records.ids import RecordId, ScopeId, to_text
from meshproto.records.record import read_header
from meshproto.records.signatures import SigningKey
from meshproto.types import authority, identity
from meshproto.wire.messages import (
    Get,
    Have,
    Headers,
    Held,
    Item,
    LogTip,
    LogWant,
    Mark,
    Part,
    Privates,
    Scopes,
    Spot,
    Unknown,
    Want,
    WantPrivates,
)
from tests.support.closed_scene import KEY, closed, ended, enters, invited, shared, written
from tests.support.core_rig import NOON, Peer, Rig, Writer, headers_of, ids_of, network_of, records_of
from tests.support.core_scene import accept_of

BOB, CAROL = Writer("bob"), Writer("carol")


def note(scope: ScopeId, text: str = "") -> Draft:
    return Draft(scope, "recognition", {"kind": "thanks", "to": [BOB.agent]}, {"text": text} if text else None)


def with_member() -> tuple[Rig, ScopeId, Peer, bytes]:
    """A closed network, and a member of it who is connected."""
    rig, scope = closed()
    bob = Writer("bob")
    accept = enters(rig, scope, bob, invited(rig, scope))
    peer = rig.meet(bob, scope)
    assert shared(rig, peer) == {scope}
    return rig, scope, peer, accept


def test_a_member_is_served_until_the_fold_says_that_he_is_removed() -> None:
    rig, scope, peer, accept = with_member()
    log = rig.me.log(scope)
    peer.say(Want((LogWant(log, ()),), False))
    assert len(peer.all(Headers)) == 1
    ended(rig, scope, accept)
    assert shared(rig, peer) == set()
    assert len(peer.last(Scopes).tags) == 0
    peer.take()
    peer.say(Want((LogWant(log, ()),), False), Get((accept_of(rig, scope),)))  # type: ignore[arg-type]  # an id
    assert peer.take() == [Unknown(log)]


def test_what_waits_for_credit_is_withheld_from_who_is_removed() -> None:
    rig, scope = closed()
    bob = Writer("bob")
    accept = enters(rig, scope, bob, invited(rig, scope))
    record = written(rig, note(scope, "nobody's business"))
    peer = rig.dialled(bob)
    peer.greet(credit=0)
    peer.show(scope)
    stream = bob.log(bob.stream)
    peer.say(Want((LogWant(rig.me.log(scope), ()), LogWant(stream, ())), True), WantPrivates((record,)))
    serve = rig.node.parts.serve
    assert serve.queued(peer.conn) or not serve.is_idle(peer.conn)
    ended(rig, scope, accept)
    peer.take()
    rig.node.parts.ground.sessions[peer.conn].may_send = 1 << 20
    rig.wait(1)
    peer.say(Get((record,)))
    said = peer.take()
    assert not any(isinstance(each, Headers) and len(each.headers) > 1 for each in said)
    assert not any(isinstance(each, Privates) and each.parts for each in said)


def test_logs_that_were_asked_for_are_unknown_once_they_may_not_be_read() -> None:
    rig, scope = closed()
    bob = Writer("bob")
    accept = enters(rig, scope, bob, invited(rig, scope))
    for _ in range(3):
        written(rig, note(scope))
    peer = rig.dialled(bob)
    peer.greet(credit=0)
    peer.show(scope)
    log = rig.me.log(scope)
    peer.say(Want((LogWant(log, ()), LogWant(bob.log(scope), ())), False))
    ended(rig, scope, accept)
    assert Unknown(bob.log(scope)) in peer.heard


def test_a_stranger_who_tells_or_lists_what_is_here_is_asked_as_if_it_were_not() -> None:
    rig, scope = closed()
    log, tip = rig.me.log(scope), rig.ledger.tips(rig.me.log(scope))[0]
    peer = rig.meet(CAROL, scope)
    peer.take()
    peer.say(Have((LogTip(log, tip.seq, tip.id),)))
    rig.wait(1_000)
    assert peer.take() == [Want((LogWant(log, ()),), True)]
    peer.say(Unknown(log), Held((LogTip(log, tip.seq, tip.id),)), Spot(bytes(32), tip.id, tip.id))
    assert [type(each).__name__ for each in peer.take()] == ["Proof"]
    assert rig.node.held_by(tip.id) == ()


def test_a_stranger_who_tells_of_our_own_log_there_does_not_see_that_it_is_ours() -> None:
    rig, scope = closed()
    ours, other = rig.me.log(scope), CAROL.log(scope)
    peer = rig.meet(CAROL, scope)
    peer.take()
    peer.say(Have((LogTip(ours, 9, RecordId(b"i" * 32)), LogTip(other, 5, RecordId(b"j" * 32)))))
    rig.wait(1_000)
    assert peer.take() == [Want((LogWant(other, ()), LogWant(ours, ())), True)]


def test_a_tip_that_comes_meanwhile_is_not_pulled() -> None:
    rig, scope, peer, _ = with_member()
    bob, other = peer.who, rig.meet(CAROL)
    (signed,) = (bob.notes(scope),)
    peer.take()
    rig.meet(bob, scope)
    record = records_of(signed)[0]
    peer.say(Have((LogTip(record.log, record.seq, record.id),)))
    rig.put(signed)
    rig.wait(1_000)
    assert peer.all(Want) == []
    other.leaves()


def test_runs_of_what_is_not_shared_are_passed_over_in_silence() -> None:
    rig, scope = closed()
    dave = Writer("dave")
    strange, genesis = network_of(dave, name="strange")
    peer = rig.meet(CAROL)
    peer.take()
    later = rig.me.notes(scope, after=None)
    for signed in (dave.notes(strange, 2), later, CAROL.notes(dave.stream)):
        peer.push(signed)
        peer.push(signed, Part.LAST)
    assert [each for each in peer.take() if type(each).__name__ != "Credit"] == []
    assert rig.ledger.log(dave.log(strange)) is None
    assert genesis.runs


def test_who_stands_in_a_stream_by_another_agent_is_passed_over_where_that_is_hidden() -> None:
    rig, scope, _, _ = with_member()
    peer = rig.meet(CAROL)
    peer.take()
    strange = Writer("dave")
    run = strange.sign(Draft(BOB.stream, "countersign", identity.accept(BOB.agent))).runs[0]
    peer.say(headers_of(run))
    assert [each for each in peer.take() if type(each).__name__ != "Credit"] == []
    assert shared(rig, peer) == set()
    assert scope in rig.node.parts.scopes.carried


def test_private_parts_of_what_is_hidden_are_neither_taken_nor_blamed() -> None:
    rig, scope = closed()
    signed = rig.me.sign(note(scope, "secret"), after=None, deps=[])
    rig.put(signed._replace(privates=()))
    (record,) = ids_of(signed)
    peer = rig.meet(CAROL)
    peer.say(Privates(((record, b"\x81\xa4salt\xc4\x10" + bytes(16)),), (), ()))
    assert not peer.closed


def test_a_person_who_stands_in_a_closed_network_only_is_not_shown_to_others() -> None:
    rig, scope, member, _ = with_member()
    choir = rig.found(name="choir")
    peer = rig.meet(CAROL, choir)
    for person in (member.who.agent, rig.me.agent):
        peer.take()
        peer.say(Get((person,)))  # type: ignore[arg-type]  # an agent's id is that of its genesis
        assert bool([each for each in peer.take() if isinstance(each, Headers)]) is (person == rig.me.agent)
    assert scope != choir


@pytest.mark.parametrize("is_here", [False, True])
def test_who_stands_in_a_closed_network_only_is_asked_for_as_if_nobody_knew_him(*, is_here: bool) -> None:
    rig, scope = closed()
    bob, phone = Writer("bob"), Writer("bobs phone")
    if is_here:
        enters(rig, scope, bob, invited(rig, scope))
    choir = rig.found(name="choir")
    peer = rig.meet(CAROL, choir)
    (grant,) = ids_of(bob.sign(Draft(bob.stream, "grant", authority.device(phone.key.public))))
    phone.agent = bob.agent
    peer.take()
    peer.push(phone.sign(Draft(choir, "note", {"n": 1}, auth=(grant,))))
    assert peer.all(Get) == [Get((RecordId(bob.agent), grant))]
    rig.wait(1_000)
    assert peer.all(Get)[1:] == [Get((RecordId(bob.agent), grant))]


def test_who_was_told_that_a_network_is_not_shared_any_more_reports_it() -> None:
    rig, scope, peer, _ = with_member()
    peer.show()
    assert rig.told(ScopeClosed) == [ScopeClosed(peer.conn, scope)]


def test_what_an_ex_member_said_to_hold_is_not_checked_any_more() -> None:
    rig, scope, peer, accept = with_member()
    tip = rig.ledger.tips(rig.me.log(scope))[0]
    peer.say(Held((LogTip(rig.me.log(scope), tip.seq, tip.id),)))
    assert [type(each) for each in rig.node.held_by(tip.id)] == [HeldEntry]
    ended(rig, scope, accept)
    peer.take()
    rig.wait(200_000)
    assert [each for each in peer.take() if isinstance(each, Spot)] == []


def test_a_member_signs_by_a_role_that_allows_it_and_a_steward_for_the_network() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob, is_open=False)
    accept = bob.accept(scope)
    rig.put(bob.genesis, genesis, accept)
    rig.join(scope)
    rig.fold()
    assert rig.write(note(scope)) == NotWritten("role", to_text(scope))
    is_offered(rig, scope, bob, ids_of(accept)[0], "observer")
    work = Draft(scope, "project", {"state": "active", "supersedes": []})
    assert why_not(rig, work) == "beyond"
    assert isinstance(rig.write(note(scope)), Written)
    invitation = Draft(scope, "grant", authority.invitation(CAROL.key.public), agent=scope)
    assert why_not(rig, invitation) == "mandate"
    steward = is_offered(rig, scope, bob, ids_of(accept)[0], "steward")
    assert isinstance(rig.write(invitation), Written)
    assert isinstance(rig.write(Draft(scope, "revoke", authority.revoke([steward], reason="resign"))), Written)


def why_not(rig: Rig, draft: Draft) -> str:
    """Why the node may not sign a draft."""
    outcome = rig.write(draft)
    assert isinstance(outcome, NotWritten)
    return outcome.why


def is_offered(rig: Rig, scope: ScopeId, by: Writer, power: bytes, role: str) -> bytes:
    """Let the node's owner be given a role, and accept it."""
    facts = authority.grant(rig.me.agent, role)
    granted = by.sign(Draft(scope, "grant", facts, agent=scope, auth=(power,)), deps=[rig.me.agent])
    rig.put(granted)
    rig.fold()
    (grant,) = ids_of(granted)
    written(rig, Draft(scope, "countersign", identity.accept(grant)))
    return grant


def test_who_left_is_nobody_there_any_more() -> None:
    rig, scope, peer, _ = with_member()
    rig.feed(LeaveScope(rig.ticket(), scope))
    assert shared(rig, peer) == set()


def test_a_founder_who_was_ended_needs_a_role() -> None:
    rig, scope = closed()
    rig.put(BOB.genesis)
    accept = accept_of(rig, scope)
    written(rig, Draft(scope, "revoke", authority.revoke([accept], reason="resign")))
    assert rig.write(note(scope)) == NotWritten("role", to_text(scope))


def test_of_what_is_no_network_no_standing_is_told() -> None:
    memory = DictMemory()
    assert standing_of(b"?" * 32, b"me", memory) is None
    assert circles_in(memory) == []


def test_marks_of_a_hidden_log_are_not_told_when_it_is_asked_for_again() -> None:
    rig, scope = closed()
    log = rig.me.log(scope)
    choir = rig.found(name="choir")
    peer = rig.meet(CAROL, choir)
    peer.take()
    session = rig.node.parts.ground.sessions[peer.conn]
    rig.node.parts.fill.offer(session, [Item(log, 3, (Mark(9, b"?" * 32),))])  # type: ignore[arg-type]  # an id
    peer.say(Unknown(rig.me.log(choir)))
    assert peer.last(Want).logs == (LogWant(log, ()),)
    peer.say(Unknown(log))
    assert len(peer.all(Want)) == 1


def test_a_closed_network_that_is_relayed_is_shared_with_its_members_alone() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob, is_open=False)
    rig.feed(JoinScope(rig.ticket(), scope, relay=True))
    peer = rig.meet(bob, scope)
    for signed in (bob.genesis, genesis, bob.accept(scope)):
        peer.push(signed, Part.LAST)
    rig.fold()
    assert (shared(rig, peer), shared(rig, rig.meet(CAROL, scope))) == ({scope}, set())


def test_who_follows_a_closed_network_without_a_role_is_told_nothing_of_it() -> None:
    rig, scope = closed()
    peer = rig.meet(CAROL, scope)
    assert (shared(rig, peer), peer.all(Spot), peer.all(Headers)) == (set(), [], [])


def test_a_stranger_does_not_notice_that_somebody_in_a_closed_network_is_blocked() -> None:
    rig, scope, _, _ = with_member()
    rig.feed(Block(rig.ticket(), BOB.agent, True))
    log = BOB.log(scope)
    assert rig.ledger.log(log) is not None
    peer = rig.meet(CAROL, scope)
    peer.take()
    peer.say(Have((LogTip(log, 9, b"?" * 32),)))  # type: ignore[arg-type]  # an id
    rig.wait(1_000)
    assert peer.take() == [Want((LogWant(log, ()),), True)]


def test_a_stranger_does_not_notice_what_had_no_room_in_a_closed_network() -> None:
    rig, scope = closed()
    log = BOB.log(scope)
    rig.node.parts.fill.refuse(log, scope)
    peer = rig.meet(CAROL, scope)
    peer.take()
    peer.say(Have((LogTip(log, 9, b"?" * 32),)))  # type: ignore[arg-type]  # an id
    rig.wait(1_000)
    assert peer.take() == [Want((LogWant(log, ()),), True)]


def test_parts_of_the_own_stream_are_taken_in_before_one_stands_anywhere() -> None:
    rig, (scope, _) = Rig(), network_of(BOB, is_open=False)
    rig.feed(JoinScope(rig.ticket(), scope, (("peer-bob", ("/bob",)),)))
    signed = rig.me.notes(rig.me.stream, text="words")
    rig.put(signed._replace(privates=()))
    (record,) = ids_of(signed)
    for who, taken in ((CAROL, False), (BOB, True)):
        rig.meet(who, scope).say(Privates(signed.privates, (), ()))
        assert (rig.ledger.private(record) is not None) is taken


def test_who_reads_a_record_is_told_whom_it_names_though_they_stand_in_another_closed_network() -> None:
    rig, scope, peer, _ = with_member()
    other = rig.found(is_open=False, name="other")
    rig.fold()
    enters(rig, other, CAROL, invited(rig, other))
    stranger = rig.meet(Writer("dave"), other)
    peer.take()
    peer.say(Get((RecordId(CAROL.agent),)))
    assert peer.take() == []
    written(rig, Draft(scope, "recognition", {"kind": "thanks", "to": [CAROL.agent]}))
    for each in (peer, stranger):
        each.take()
        each.say(Get((RecordId(CAROL.agent),)))
    assert [read_header(each.headers[0]).home for each in peer.all(Headers)] == [CAROL.stream]
    assert stranger.take() == []


def test_whom_a_record_names_is_known_also_if_they_came_later() -> None:
    rig, scope, peer, _ = with_member()
    other = rig.found(is_open=False, name="other")
    rig.fold()
    bob, dave = peer.who, Writer("dave")
    peer.push(bob.sign(Draft(scope, "recognition", {"kind": "thanks", "to": [dave.agent]})))
    rig.feed(Offer(rig.ticket(), dave.genesis))
    enters(rig, other, dave, invited(rig, other))
    peer.take()
    peer.say(Get((RecordId(dave.agent),)))
    assert [read_header(each.headers[0]).home for each in peer.all(Headers)] == [dave.stream]


def test_before_a_closed_network_is_folded_nobody_writes_there_but_its_founders() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob, is_open=False)
    rig.feed(JoinScope(rig.ticket(), scope))
    rig.feed(Offer(rig.ticket(), bob.genesis))
    for signed in (genesis, bob.accept(scope)):
        rig.feed(Offer(rig.ticket(), signed))
    assert rig.write(note(scope)) == NotWritten("role", to_text(scope))


def test_an_act_for_the_network_hides_nobodys_stream_that_comes_with_it() -> None:
    rig, scope = closed()
    grant, key = invited(rig, scope), SigningKey.from_seed(b"second device".ljust(32))
    device = written(rig, Draft(rig.me.stream, "grant", authority.device(key.public)))
    act = Draft(scope, "grant", authority.invitation(key.public), agent=scope, auth=(accept_of(rig, scope), device))
    pen = Pen(rig.me.agent, key, NOON, rig.dice)
    signed = sign_drafts(pen, [act], BEGINNING, [grant])
    facts = authority.accept_invitation(grant, CAROL.agent, KEY)
    enters = CAROL.sign(Draft(scope, "countersign", facts), after=BEGINNING, deps=[grant])
    assert rig.node.parts.scopes.sets_of(CAROL.stream) == []
    rig.feed(Offer(rig.ticket(), SignedRecords((*CAROL.genesis.runs, *signed.runs, *enters.runs))))
    index = rig.node.parts.scopes.carried[scope].index
    assert [index.get(CAROL.log(each)) is not None for each in (scope, CAROL.stream)] == [True, True]
