"""Whole scopes: who stands in them, and the digest."""

from dataclasses import replace

from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.places import NETWORK, PERSON
from meshproto.fold.state import Member, Summary, digests, invitations_of, members_of, summary
from meshproto.records.ids import key33
from meshproto.records.record import Record
from meshproto.types import authority, identity, repair
from scripts.vectors.cases import private_part, work
from scripts.vectors.story import ACCEPT, ALICE, BOB, FIRST, OPEN, in_net, in_stream

JOINED = in_net(OPEN, BOB, "bob", "grant", identity.join(BOB.id, "client"), deps=(ACCEPT.id,))
GARDEN = [ALICE, BOB, OPEN, ACCEPT, JOINED]


def memory_of(*records: Record) -> DictMemory:
    memory = DictMemory()
    fold = Fold(memory)
    for each in records:
        fold.add(each)
    return memory


def test_a_network_knows_its_founders_and_members() -> None:
    members = [
        Member(ALICE.id, "founder", "active", ACCEPT.id),
        Member(BOB.id, "client", "active", JOINED.id),
    ]
    found = summary(OPEN.id, memory_of(*GARDEN))
    alice = (ALICE.id,)
    assert found == Summary(NETWORK, True, True, alice, alice, (2, 3), members=tuple(sorted(members)))


def test_a_person_is_a_scope_of_one() -> None:
    assert summary(ALICE.id, memory_of(ALICE)) == Summary(PERSON, True)
    assert summary(BOB.id, memory_of(ALICE)) is None


def test_the_summary_for_one_agent_tells_only_where_that_one_stands() -> None:
    memory = memory_of(*GARDEN)
    whole, own = summary(OPEN.id, memory), summary(OPEN.id, memory, BOB.id)
    assert whole is not None
    assert own is not None
    assert own == replace(whole, members=tuple(each for each in whole.members if each.agent == BOB.id))
    assert members_of(OPEN.id, memory) == whole.members
    assert len(whole.members) > len(own.members) > 0


def test_invitations_stand_among_the_members_and_are_found_without_them() -> None:
    facts = authority.invitation(b"k" * 32, "client")
    invitation = in_net(OPEN, OPEN, "alice", "grant", facts, auth=(ACCEPT.id,))
    memory = memory_of(*GARDEN, invitation)
    (found,) = invitations_of(OPEN.id, memory)
    assert found == Member(key33(b"k" * 32), "client", "open", invitation.id)
    assert found in members_of(OPEN.id, memory)


def test_the_digest_of_a_network_covers_the_streams_of_its_members() -> None:
    before, after = digests(memory_of(*GARDEN)), digests(memory_of(*GARDEN, FIRST))
    assert {scope for scope in before if before[scope] != after[scope]} == {ALICE.id, OPEN.id}


def test_a_record_that_is_not_valid_leaves_the_digest_alone() -> None:
    odd = in_stream(ALICE, ALICE, {"kind": "luck"})
    assert digests(memory_of(*GARDEN, odd)) == digests(memory_of(*GARDEN))


def test_strangers_leave_the_digest_alone() -> None:
    by_stranger = in_net(OPEN, BOB, "bob", "contribution", work(), deps=(ACCEPT.id,))
    base = [ALICE, BOB, OPEN, ACCEPT]
    assert digests(memory_of(*base, by_stranger)) == digests(memory_of(*base))


def test_a_private_part_makes_no_difference_but_its_name_does() -> None:
    parts = [in_stream(ALICE, ALICE, work(), private=private_part(each)) for each in ("a", "b")]
    one, other = (digests(memory_of(ALICE, each))[ALICE.id] for each in parts)
    assert one != other


def test_a_correction_that_waits_for_its_target_is_in_no_digest() -> None:
    retract = in_stream(ALICE, FIRST, repair.retract(FIRST.id), "correction")
    memory = memory_of(ALICE, retract)
    assert digests(memory) == digests(memory_of(ALICE))
    Fold(memory).add(FIRST)
    assert digests(memory) == digests(memory_of(ALICE, FIRST, retract))


def test_records_of_no_scope_are_in_no_digest() -> None:
    nowhere = in_net(FIRST, ALICE, "alice", "contribution", work())
    assert digests(memory_of(ALICE, FIRST, nowhere)) == digests(memory_of(ALICE, FIRST))
