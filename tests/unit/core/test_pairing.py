"""Devices of one owner: how they are known, told that they were ended, and found when they are new."""

import pytest

from meshnode.core.author import BEGINNING, Pen, sign_drafts
from meshnode.core.drafts import Draft
from meshnode.core.effects import Done, Written
from meshnode.core.events import AwaitDevice, FoldMoved, Found, Looked, Offer
from meshnode.core.folded import FoldInRam
from meshnode.core.reports import DeviceAsks
from meshnode.core.rows import SearchEntry, UndecidedEntry
from meshproto.fold.fold import Fold
from meshproto.records.ids import AgentId, RecordId, ScopeId, ext
from meshproto.records.signatures import SigningKey
from meshproto.types import authority, repair
from meshproto.wire import session as words
from meshproto.wire.messages import Compare, Scopes
from tests.support.core_rig import NOON, Peer, Rig, Writer, records_of


def folded_scene() -> tuple[Rig, Fold, Writer]:
    """A node that reads a fold of its owner's records, and a second key that claims to speak for its owner."""
    memory = FoldInRam()
    rig, fold = Rig(folded=memory), Fold(memory)
    for record in records_of(rig.me.genesis):
        fold.add(record)
    second = Writer("second")
    second.agent = rig.me.agent
    return rig, fold, second


def grants(rig: Rig, fold: Fold, draft: Draft) -> bytes:
    written = rig.write(draft)
    assert isinstance(written, Written)
    record = rig.ledger.record(written.ids[0])
    assert record is not None
    fold.add(record)
    return record.id


def known(rig: Rig, peer: Peer) -> bool:
    return rig.node.parts.ground.sessions[peer.conn].known


def test_a_device_is_known_by_its_grant_as_soon_as_that_is_folded() -> None:
    rig, fold, second = folded_scene()
    peer = rig.meet(second)
    assert not known(rig, peer)
    grants(rig, fold, Draft(rig.me.stream, "grant", authority.device(second.key.public)))
    rig.feed(FoldMoved())
    assert known(rig, peer)


def test_another_device_may_read_the_own_stream_though_it_shares_nothing() -> None:
    rig, fold, second = folded_scene()
    grants(rig, fold, Draft(rig.me.stream, "grant", authority.device(second.key.public)))
    session = rig.node.parts.ground.sessions[rig.meet(second).conn]
    assert (session.known, session.shared) == (True, {})
    assert rig.node.parts.gate.reads_own_stream(session, rig.me.stream)
    assert not rig.node.parts.gate.reads_own_stream(session, Writer("bob").stream)


def test_an_ended_device_is_known_no_more_and_may_read_that_it_was_ended() -> None:
    rig, fold, second = folded_scene()
    grant = grants(rig, fold, Draft(rig.me.stream, "grant", authority.device(second.key.public)))
    peer = rig.meet(second)
    assert known(rig, peer)
    grants(rig, fold, Draft(rig.me.stream, "revoke", authority.revoke([grant])))
    rig.feed(FoldMoved())
    session = rig.node.parts.ground.sessions[peer.conn]
    assert (session.known, session.ended) == (False, True)
    assert rig.node.parts.gate.reads_own_stream(session, rig.me.stream)


def test_more_is_shared_with_a_device_that_is_let_in_while_it_is_connected() -> None:
    rig, fold, second = folded_scene()
    scope = rig.found(is_open=False)
    rig.fold()
    peer = rig.meet(second, scope, outbound=True)
    assert rig.node.parts.ground.sessions[peer.conn].shared == {}
    grants(rig, fold, Draft(rig.me.stream, "grant", authority.device(second.key.public)))
    peer.take()
    rig.fold()
    rig.feed(FoldMoved())
    assert [*rig.node.parts.ground.sessions[peer.conn].shared.values()] == [scope]
    assert peer.all(Compare)


def test_a_new_device_that_shows_the_secret_of_a_pairing_is_told_of() -> None:
    rig, _, second = folded_scene()
    secret = ScopeId(b"s" * 32)
    early = rig.meet(second, secret)
    assert rig.told(DeviceAsks) == []
    ticket = rig.ticket()
    rig.feed(AwaitDevice(ticket, secret))
    assert rig.answers[ticket] == Done()
    assert rig.told(DeviceAsks) == [DeviceAsks(second.key.public, secret)]
    early.leaves()
    rig.meet(second, secret)
    rig.meet(second, ScopeId(b"t" * 32))
    assert len(rig.told(DeviceAsks)) == 2
    stranger = Writer("stranger")
    rig.meet(stranger, secret)
    rig.feed(AwaitDevice(rig.ticket(), None))
    rig.meet(second, secret)
    assert len(rig.told(DeviceAsks)) == 2


def test_a_device_that_waits_shows_the_secret_to_whom_it_meets() -> None:
    rig = Rig()
    bob = Writer("bob")
    rig.node.parts.conversations.pairing.asks = ScopeId(b"s" * 32)
    peer = rig.meet(bob)
    assert words.tag(b"s" * 32, peer.transcript, words.ANSWERER) in peer.last(Scopes).tags


def test_who_speaks_for_nobody_is_not_known() -> None:
    rig = Rig()
    nobody = Writer("nobody")
    nobody.agent = AgentId(b"")
    peer = rig.meet(nobody)
    rig.feed(FoldMoved())
    assert not known(rig, peer)


def ordered_by(rig: Rig, key: SigningKey, grant: bytes, *targets: bytes) -> None:
    """Take in an order to erase that a device has signed for the owner."""
    draft = Draft(rig.me.stream, "erasure", repair.erasure(targets), auth=(RecordId(grant),))
    signed = sign_drafts(Pen(rig.me.agent, key, NOON, rig.dice), [draft], BEGINNING)
    rig.feed(Offer(rig.ticket(), signed))


def let_in(rig: Rig, fold: Fold, second: Writer) -> tuple[bytes, RecordId]:
    """Let in a second device; returns the grant, and a record of the owner's with a text."""
    grant = grants(rig, fold, Draft(rig.me.stream, "grant", authority.device(second.key.public)))
    secret = grants(rig, fold, Draft(rig.me.stream, "note", {"n": 1}, {"text": "secret"}))
    return grant, RecordId(secret)


def test_what_a_device_orders_is_erased() -> None:
    rig, fold, second = folded_scene()
    grant, secret = let_in(rig, fold, second)
    ordered_by(rig, second.key, grant, secret)
    assert rig.ledger.private(secret) is None


def test_what_a_device_orders_by_a_weak_name_is_looked_for() -> None:
    rig, fold, second = folded_scene()
    grant, secret = let_in(rig, fold, second)
    ordered_by(rig, second.key, grant, ext(secret))
    assert rig.looks == 1


def test_an_order_waits_until_its_devices_grant_is_folded() -> None:
    rig, fold, second = folded_scene()
    unseen = Fold(FoldInRam())
    grant, secret = let_in(rig, unseen, second)
    ordered_by(rig, second.key, grant, secret)
    rig.feed(FoldMoved())
    assert rig.ledger.private(secret) is not None
    record = rig.ledger.record(grant)
    assert record is not None
    fold.add(record)
    rig.feed(FoldMoved())
    assert rig.ledger.private(secret) is None
    assert rig.node.parts.ground.flight.undecided == {}


def test_what_an_ended_device_orders_is_not_erased() -> None:
    rig, fold, second = folded_scene()
    grant, secret = let_in(rig, fold, second)
    grants(rig, fold, Draft(rig.me.stream, "revoke", authority.revoke([grant])))
    ordered_by(rig, second.key, grant, secret)
    rig.feed(FoldMoved())
    assert rig.ledger.private(secret) is not None


def waiting(rig: Rig) -> list[bytes]:
    """The orders that wait for the fold, as the home remembers them."""
    return [row.order for row in rig.ledger.rows(UndecidedEntry)]


def test_an_order_that_waits_for_the_fold_is_carried_out_in_a_later_life() -> None:
    rig, fold, second = folded_scene()
    unseen = Fold(FoldInRam())
    grant, secret = let_in(rig, unseen, second)
    ordered_by(rig, second.key, grant, secret)
    rig.feed(FoldMoved())
    rig.reborn()
    assert (rig.ledger.private(secret) is not None, len(waiting(rig))) == (True, 1)
    record = rig.ledger.record(grant)
    assert record is not None
    fold.add(record)
    rig.reborn()
    assert (rig.ledger.private(secret), waiting(rig)) == (None, [])


def test_an_order_that_waits_is_not_lost_when_it_is_looked_for_too_early() -> None:
    rig, fold, second = folded_scene()
    unseen = Fold(FoldInRam())
    grant, secret = let_in(rig, unseen, second)
    ordered_by(rig, second.key, grant, ext(secret))
    (order,) = waiting(rig)
    rig.node.parts.ground.flight.undecided.clear()
    rig.feed_rows(SearchEntry(order))
    rig.feed(Looked(0, (Found(RecordId(order), ()),)))
    assert list(rig.node.parts.ground.flight.undecided) == [order]
    record = rig.ledger.record(grant)
    assert record is not None
    fold.add(record)
    rig.feed(FoldMoved())
    assert waiting(rig) == []
    assert [row.order for row in rig.ledger.rows(SearchEntry)] == [order]


def test_orders_that_wait_for_the_fold_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.core.erasing.UNDECIDED_MOST", 0)
    rig, _, second = folded_scene()
    unseen = Fold(FoldInRam())
    grant, secret = let_in(rig, unseen, second)
    ordered_by(rig, second.key, grant, secret)
    assert rig.node.parts.ground.flight.undecided == {}


def test_an_order_that_is_gone_when_the_fold_moves_is_forgotten() -> None:
    rig = Rig()
    rig.node.parts.ground.flight.undecided[RecordId(b"g" * 32)] = None
    rig.feed(FoldMoved())
    assert rig.node.parts.ground.flight.undecided == {}
