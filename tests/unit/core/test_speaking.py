"""Who may speak for whom, by what is stored: this decides which logs are kept."""

from typing import Any

import pytest

from meshnode.core.flight import Flight, LogNow
from meshnode.core.ports import Batch
from meshnode.core.speaking import is_root, speaks, visits
from meshnode.store.store import open_store
from meshproto.records.ids import AgentId, Key, LogId, ScopeId
from meshproto.records.log import Run
from meshproto.records.record import Record
from meshproto.types import authority, identity
from scripts.vectors.cases import key
from scripts.vectors.tale import Tale


def flight_over(tale: Tale, *without: Record) -> Flight:
    """The records of a tale, stored but for some and what follows these; nobody looks at the signatures."""
    store = open_store(None)
    ends = {each.log: each.seq for each in without}
    kept = [each for each in tale.records if each.seq < ends.get(each.log, each.seq + 1)]
    runs = tuple(Run((each,), b"s" * 64) for each in kept)
    store.writer.commit(Batch(1, runs=runs))
    return Flight(store.reader())


def answer(tale: Tale, one: Record, *without: Record) -> object:
    return speaks(one, flight_over(tale, one, *without))


def test_a_root_speaks_for_its_person_and_another_key_does_not() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    assert answer(tale, tale.write("alice", alice)) is True
    assert answer(tale, tale.write("bob", bob, agent=alice)) is False
    assert answer(tale, tale.write("bob", bob, agent=alice), alice) == alice.id


def test_a_device_speaks_by_its_grant_even_when_that_was_ended() -> None:
    tale = Tale("")
    alice = tale.person("alice")
    grant = tale.write("alice", alice, "grant", authority.device(key("phone").public))
    tale.write("alice", alice, "revoke", authority.revoke([grant.id]))
    one = tale.write("phone", alice, auth=(grant,))
    assert answer(tale, one) is True
    assert answer(tale, one, grant) == grant.id
    assert answer(tale, tale.write("tablet", alice, auth=(grant,))) is False


def test_a_grant_of_somebody_else_or_of_no_acting_role_leads_nowhere() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    net = tale.net("shed", alice)
    grant = tale.write("bob", bob, "grant", authority.device(key("phone").public))
    role = tale.write("alice", net, "grant", authority.grant(bob.id, "core"), agent=net, auth=tale.accepts_of(net))
    assert answer(tale, tale.write("phone", alice, auth=(grant,))) is False
    assert answer(tale, tale.write("bob", net, agent=bob, auth=(role,))) is True
    odd = tale.write("bob", bob, "grant", {"to": b"short", "role": "device"})
    assert answer(tale, tale.write("phone", bob, auth=(odd,))) is False


def test_an_organisation_is_spoken_for_by_way_of_its_people() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    firm = tale.firm("acme", alice)
    (founds,) = tale.accepts_of(firm)
    job = tale.write("alice", firm, "grant", authority.grant(bob.id, "staff"), auth=(founds,))
    phone = tale.write("bob", bob, "grant", authority.device(key("phone").public))
    assert answer(tale, tale.write("alice", firm, auth=(founds,))) is True
    assert answer(tale, tale.write("phone", firm, auth=(job, phone))) is True
    assert answer(tale, tale.write("bob", firm, auth=(phone,))) is False
    refused = tale.write("alice", firm, "countersign", {"target": firm.id, "decision": "decline"}, agent=alice)
    assert answer(tale, tale.write("alice", firm, auth=(refused,))) is False


def rotated(tale: Tale, *holders: str, after: Record | None = None, **change: Any) -> Record:
    alice = tale.records[0]
    facts = authority.rotate(key("new").public, (after or alice).id, [key(each) for each in holders]) | change
    return tale.write("new", alice, "rotate", facts, agent=alice)


def test_a_new_root_speaks_once_the_recovery_keys_have_signed_it() -> None:
    tale = Tale("")
    alice = tale.person("alice", "words")
    rotate = rotated(tale, "words")
    assert answer(tale, rotate) is True
    assert answer(tale, rotate, alice) == alice.id
    assert answer(tale, tale.write("new", alice)) is True
    flight = flight_over(tale)
    assert [is_root(alice.id, Key(key(each).public), flight) for each in ("alice", "new", "thief")] == [1, 1, 0]


@pytest.mark.parametrize("case", ["other key", "too few", "not signed", "no recovery", "of another", "malformed"])
def test_a_rotate_that_nobody_committed_to_makes_no_root(case: str) -> None:
    tale = Tale("")
    tale.person("alice", "words", "file", need=2)
    bob = tale.person("bob")
    match case:
        case "other key":
            one = rotated(tale, "words", "thief")
        case "too few":
            one = rotated(tale, "words")
        case "not signed":
            one = rotated(tale, "words", "file", sigs=[b"s" * 64, b"s" * 64])
        case "no recovery":
            facts = authority.rotate(key("new").public, bob.id, [key("words")])
            one = tale.write("new", bob, "rotate", facts, agent=bob)
        case "of another":
            one = rotated(tale, "words", after=bob)
        case _:
            one = rotated(tale, "words", "file", sigs=[])
    assert answer(tale, one) is False


def test_only_whom_it_concerns_writes_in_anothers_stream() -> None:
    tale = Tale("")
    alice, bob, carol = (tale.person(each) for each in ("alice", "bob", "carol"))
    firm = tale.firm("acme", alice)
    job = tale.write("alice", firm, "grant", authority.grant(bob.id, "staff"), auth=tale.accepts_of(firm))
    yes = tale.write("bob", firm, "countersign", identity.accept(job.id), agent=bob)
    nosy = tale.write("carol", firm, "countersign", identity.accept(job.id), agent=carol)
    flight = flight_over(tale)
    assert visits(yes, flight) is True
    assert visits(yes, flight_over(tale, job)) == job.id
    assert visits(nosy, flight) is False
    assert visits(tale.write("bob", firm, agent=bob), flight) is False
    leaves = tale.write("bob", firm, "revoke", authority.revoke([yes.id], reason="resign"), agent=bob)
    assert visits(leaves, flight) is True
    decides = authority.resolution("remove", about=[job.id])
    assert visits(tale.write("alice", firm, "resolution", decides, agent=alice), flight) is True
    assert visits(tale.write("carol", firm, "resolution", decides, agent=carol), flight) is False


def test_what_does_not_concern_anybody_opens_no_stream() -> None:
    tale = Tale("")
    alice, bob = tale.person("alice"), tale.person("bob")
    odd = tale.write("alice", alice, "contribution", {"kind": "nonsense"})
    yes = tale.write("bob", alice, "countersign", identity.accept(odd.id), agent=bob)
    assert visits(yes, flight_over(tale)) is False


def test_a_root_that_is_on_its_way_to_the_disk_is_a_root() -> None:
    tale = Tale("")
    alice = tale.person("alice", "words")
    rotate = rotated(tale, "words")
    flight = flight_over(tale, rotate)
    new = Key(key("new").public)
    assert not is_root(alice.id, new, flight)
    flight.add(1, [rotate], LogNow(LogId(rotate.log), ScopeId(alice.id), new, AgentId(alice.id), {}, True, 0))
    assert is_root(alice.id, new, flight)
    flight.landed(1)
    later = tale.write("new", alice)
    flight.add(2, [later], LogNow(LogId(later.log), ScopeId(alice.id), new, AgentId(alice.id), {}, True, 0))
    assert not is_root(alice.id, new, flight)
