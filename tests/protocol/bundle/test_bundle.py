"""Bundles: written, torn, fed in pieces, and found to hold what was put in."""

from collections.abc import Iterator
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meshproto.bundle.items import MAGIC, MAX_FRAME, End, ErasedItem, Head, PrivateItem, RunItem
from meshproto.bundle.merkle import merkle_root
from meshproto.bundle.reader import BundleReader
from meshproto.bundle.report import BundleReport, Fork, verify_bundle
from meshproto.bundle.writer import Part, write_bundle
from meshproto.fold.fold import Fold
from meshproto.fold.memory import DictMemory
from meshproto.fold.standing import Status
from meshproto.fold.state import digests
from meshproto.records.log import Run
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record
from scripts.vectors.cases import NOON, key, private_part, record, work
from scripts.vectors.deals import Deal
from scripts.vectors.story import ACCEPT, ALICE, BOB, FIRST, OPEN, in_net, in_stream

PART = private_part("Some work")
THREE: list[Record] = [ACCEPT]
for _ in range(3):
    THREE.append(in_net(OPEN, ALICE, "alice", "contribution", work(), before=THREE[-1], private=PART))
RIVAL = in_stream(ALICE, ALICE, work(3))


def run(name: str, *records: Record) -> Run:
    return Run(records, key(name).sign(records[-1].id))


PARTS = [
    Part(run("alice", ALICE), {}, ()),
    Part(run("garden", OPEN), {}, ()),
    Part(run("alice", *THREE), {THREE[1].id: PART}, [THREE[2].id]),
    Part(run("alice", FIRST), {}, ()),
    Part(run("alice", RIVAL), {}, ()),
]
WHOLE = b"".join(write_bundle(NOON, [OPEN.id], PARTS))


def pieces(raw: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(raw), size):
        yield raw[start : start + size]


def test_a_report_tells_what_the_bundle_holds() -> None:
    memory = DictMemory()
    fold = Fold(memory)
    for part in PARTS:
        for each in part.run.records:
            fold.add(each)
    assert verify_bundle([WHOLE]) == BundleReport(
        at=NOON,
        scopes=(OPEN.id,),
        size=len(WHOLE),
        agents=(ALICE.id,),
        networks=(OPEN.id,),
        logs=3,
        runs=5,
        records=8,
        private_held=1,
        private_erased=1,
        private_missing=1,
        standings={Status.YES: 8},
        forks=(Fork(ALICE.id, ALICE.log, 2, tuple(sorted((FIRST.id, RIVAL.id)))),),
        digests=digests(memory),
        pacts=(),
    )


def test_a_report_works_out_anew_what_an_agreement_comes_to() -> None:
    deal = Deal("two who share")
    deal.work("bob", 60, "alice")
    shared = deal.share("alice", deal.income(1000))
    deal.all_accept(shared)
    names = {bytes(key(name).public): name for name in deal.people}
    parts = [Part(run(names[each.key], each), {}, ()) for each in deal.tale.records]
    [pact] = verify_bundle(write_bundle(NOON, [deal.deal.id], parts)).pacts
    alice, bob = (deal.people[name].id for name in ("alice", "bob"))
    assert pact.scope == deal.deal.id
    assert pact.distributions == ((shared.id, "effective", "EUR", 1000, shared.facts["result_digest"]),)
    assert {agent: each.open for (agent, _), each in pact.balances.items()} == {alice: -1000, bob: 1000}


def test_a_reader_gives_what_was_written() -> None:
    reader = BundleReader()
    items = reader.feed(WHOLE)
    assert items[0] == Head(NOON, (OPEN.id,))
    assert [item.run for item in items if isinstance(item, RunItem)] == [part.run for part in PARTS]
    assert [(item.record, item.raw) for item in items if isinstance(item, PrivateItem)] == [(THREE[1], PART)]
    assert [item.ids for item in items if isinstance(item, ErasedItem)] == [(THREE[2].id,)]
    assert items[-1] == reader.close() == End(5, 8, 1, merkle_root(sorted(x.id for p in PARTS for x in p.run.records)))


@given(st.integers(1, 200))
def test_the_size_of_the_pieces_makes_no_difference(size: int) -> None:
    reader = BundleReader()
    assert [item for each in pieces(WHOLE, size) for item in reader.feed(each)] == BundleReader().feed(WHOLE)


@given(st.integers(0, len(WHOLE) - 1))
def test_a_torn_file_tells_up_to_which_byte_it_is_good(cut: int) -> None:
    reader = BundleReader()
    items = reader.feed(WHOLE[:cut])
    with pytest.raises(Refused) as told:
        reader.close()
    assert (told.value.reason, told.value.detail) == (Reason.B_TORN, f"at byte {reader.good}")
    assert reader.good <= cut
    assert BundleReader().feed(WHOLE[: reader.good]) == items


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
def test_no_changed_byte_goes_unnoticed(place: int, by: int) -> None:
    raw = bytearray(WHOLE)
    raw[place] ^= by
    with pytest.raises(Refused):
        verify_bundle([bytes(raw)])


def test_records_whose_past_is_elsewhere_are_pending() -> None:
    report = verify_bundle(write_bundle(NOON, [], [Part(run("alice", *THREE), {}, ())]))
    assert report.standings == {Status.PENDING: 4}
    assert (report.agents, report.networks, report.digests) == ((), (), {})


def test_one_long_run_fits_a_frame() -> None:
    facts = work(classified_as=["a" * 250] * 7)
    log: list[Record] = [BOB]
    while len(log) < 512:
        log.append(record(key("bob"), "contribution", facts, before=log[-1], scope=BOB.id, agent=BOB.id))
    raw = b"".join(write_bundle(NOON, [], [Part(run("bob", *log), {}, ())]))
    assert 1_000_000 < len(raw) < MAX_FRAME
    assert verify_bundle(pieces(raw, 4096)).records == 512


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 8, 9])
def test_the_root_is_that_of_rfc_6962(count: int) -> None:
    def tree(ids: list[bytes]) -> bytes:
        if len(ids) == 1:
            return sha256(b"\x00" + ids[0]).digest()
        half = 1 << (len(ids) - 1).bit_length() - 1
        return sha256(b"\x01" + tree(ids[:half]) + tree(ids[half:])).digest()

    ids = [bytes([each]) * 32 for each in range(count)]
    assert merkle_root(ids) == tree(ids)


def test_the_magic_may_come_byte_by_byte() -> None:
    reader = BundleReader()
    assert [reader.feed(MAGIC[at : at + 1]) for at in range(len(MAGIC))] == [[]] * len(MAGIC)
    assert reader.good == len(MAGIC)
