"""Signing: drafts become the next records of a log; what they name never spoils them."""

from typing import Any

import pytest

from meshnode.core.author import BEGINNING, DraftRefused, End, Pen, end_of, sign_drafts, sign_genesis, sign_offline
from meshnode.core.drafts import Draft
from meshnode.core.ports import Batch, Identity, Moment
from meshnode.store.store import open_store
from meshproto.records.ids import ScopeId
from meshproto.records.limits import MAX_DEPS
from meshproto.records.log import check_run
from meshproto.records.record import check_private, read_header
from meshproto.types import identity
from meshproto.wire.messages import Part
from tests.support.core_rig import NOON, Dice, Rig, Writer, ids_of, network_of, records_of

ALICE = Writer("alice")
PEN = Pen(ALICE.agent, ALICE.key, NOON, Dice())
NOTE = Draft(ALICE.stream, "note", {"n": 1}, {"text": "hello"})


def test_drafts_become_a_chain_under_one_signature() -> None:
    signed = sign_drafts(PEN, [NOTE] * 3, End(4, ids_of(ALICE.genesis)[0]))
    (run,) = signed.runs
    assert check_run([record.raw for record in run.records], run.signature) == run
    assert [record.seq for record in run.records] == [5, 6, 7]
    assert [record.at for record in run.records] == [NOON] * 3
    assert [check_private(record, raw)["text"] for record, (_, raw) in zip(run.records, signed.privates, strict=True)]


def test_a_long_write_is_signed_again_before_a_run_is_full() -> None:
    many = sign_drafts(PEN, [Draft(ALICE.stream, "note", {})] * 600, BEGINNING)
    assert [len(run.records) for run in many.runs] == [512, 88]
    large = sign_drafts(PEN, [Draft(ALICE.stream, "note", {"x": "y" * 60_000})] * 10, BEGINNING)
    assert [len(run.records) for run in large.runs] == [8, 2]


def test_what_is_signed_for_another_agent_is_that_agents_also_before_it_is_read_again() -> None:
    (record,) = records_of(sign_drafts(PEN, [Draft(ALICE.stream, "note", {}, agent=b"a" * 32)], BEGINNING))
    assert record.agent == read_header(record.raw).agent == b"a" * 32


def test_a_draft_may_restate_when_something_was_claimed() -> None:
    (record,) = records_of(sign_drafts(PEN, [Draft(ALICE.stream, "note", {}, at=42)], BEGINNING))
    assert record.at == 42


@pytest.mark.parametrize(
    ("draft", "why"),
    [
        (Draft(ALICE.stream, "note", {"f": 1.5}), "no canonical encoding"),  # type: ignore[dict-item]  # that is the point
        (Draft(ALICE.stream, "No Type", {}), "H-TYPE"),
        (Draft(ALICE.stream, "note", {"x": "y" * 66_000}), "H-FACTS"),
        (Draft(ALICE.stream, "note", {}, {"x": "y" * 70_000}), "H-PRIVATE"),
    ],
)
def test_a_draft_that_makes_no_record_says_why(draft: Draft, why: str) -> None:
    with pytest.raises(DraftRefused, match=f"draft 1: {why}"):
        sign_drafts(PEN, [NOTE, draft], BEGINNING)


def test_a_log_goes_on_at_its_highest_tip_and_names_the_others() -> None:
    one, two, three = [bytes([at]) * 32 for at in (1, 2, 3)]
    tips: list[Any] = [(5, two), (7, three), (7, one)]
    assert end_of(tips) == (7, one, (three, two))
    assert end_of([]) == BEGINNING


def test_a_genesis_speaks_for_itself() -> None:
    facts = identity.person(key=ALICE.key.public, nonce=bytes(16))
    scope, signed = sign_genesis(PEN, facts, {"name": "Alice"})
    (record,) = records_of(signed)
    assert (record.scope, record.agent, record.home) == (b"", b"", scope)


def offline(rig: Rig, draft: Draft) -> Any:
    identity_ = Identity(rig.me.agent, rig.me.key)
    batch, ids = sign_offline(rig.ledger, identity_, [draft], Moment(NOON, 0), Dice())
    rig.store.writer.commit(batch)
    return rig.ledger.record(ids[0])


def test_a_stopped_node_signs_on_where_its_log_ends() -> None:
    rig = Rig()
    scope = rig.found()
    first, second = [offline(rig, Draft(scope, "note", {"n": at}, {"text": "x"})) for at in (1, 2)]
    assert (first.seq, second.seq, second.prev) == (2, 3, first.id)
    assert first.deps == ()


def test_what_says_by_which_entries_it_is_signed_keeps_them() -> None:
    rig = Rig()
    scope = rig.found()
    role = bytes([7]) * 32
    assert offline(rig, Draft(scope, "note", {}, auth=(role,))).auth == (role,)
    assert offline(rig, Draft(scope, "note", {})).auth == ()


def test_the_first_record_in_a_network_names_the_founders_accepts() -> None:
    rig, bob, carol = Rig(), Writer("bob"), Writer("carol")
    scope, genesis = network_of(bob, carol)
    accepts = [bob.accept(scope), carol.accept(scope)]
    later = bob.notes(scope, 2)
    rig.put(bob.genesis, carol.genesis, genesis, *accepts, later)
    record = offline(rig, Draft(scope, "grant", identity.join(rig.me.agent)))
    assert set(record.deps) >= {ids_of(later)[-1], ids_of(accepts[1])[-1]}


def test_a_founders_accept_is_named_when_what_follows_it_may_not_be() -> None:
    rig, bob = Rig(), Writer("bob")
    scope, genesis = network_of(bob)
    rig.join(scope)
    peer = rig.meet(bob, scope)
    accept, unsound = bob.accept(scope), bob.notes(scope, 1, names=bytes([9]) * 32)
    for signed in (bob.genesis, genesis, accept, unsound):
        peer.push(signed, Part.LAST)
    record = offline(rig, Draft(scope, "grant", identity.join(rig.me.agent)))
    assert ids_of(accept)[0] in record.deps
    assert ids_of(unsound)[0] not in record.deps


def test_identity_records_come_first_and_no_more_than_fit() -> None:
    rig = Rig()
    scope = rig.found()
    others = [Writer(f"writer {at}") for at in range(40)]
    for other in others:
        rig.put(other.genesis, other.grant(scope), other.notes(other.stream))
    record = offline(rig, Draft(scope, "note", {}))
    assert len(record.deps) == MAX_DEPS
    homes = [rig.stored(each).home for each in record.deps]
    assert all(home != scope for home in homes)


def test_a_stream_names_no_heads() -> None:
    store = open_store(None)
    bob = Writer("bob")
    store.writer.commit(Batch(1, runs=bob.genesis.runs))
    identity_ = Identity(bob.agent, bob.key)
    batch, _ = sign_offline(store.reader(), identity_, [Draft(bob.stream, "note", {})], Moment(NOON, 0), Dice())
    assert batch.runs[0].records[0].deps == ()


def test_a_founder_whose_records_are_not_here_is_not_named() -> None:
    rig, bob, carol = Rig(), Writer("bob"), Writer("carol")
    scope, genesis = network_of(bob, carol)
    rig.put(bob.genesis, carol.genesis, genesis, bob.accept(scope))
    record = offline(rig, Draft(ScopeId(scope), "grant", identity.join(rig.me.agent)))
    assert len(record.deps) >= 1
