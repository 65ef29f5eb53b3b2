"""Looking for what orders to erase name weakly."""

from pathlib import Path

import pytest

from meshnode.core.author import BEGINNING, Pen, sign_drafts
from meshnode.core.drafts import Draft
from meshnode.core.events import Found
from meshnode.core.ports import Batch
from meshnode.core.rows import SearchEntry
from meshnode.store.searching import Search
from meshnode.store.store import Store, open_store
from meshproto.records.ids import RecordId, ScopeId, ext
from meshproto.types import repair
from tests.support.authors import Author, parts_of
from tests.support.core_rig import NOON, Dice


@pytest.fixture
def store() -> Store:
    return open_store(None)


def orders(store: Store, who: Author, *targets: bytes) -> RecordId:
    """Store an order that is still to be looked for; each is the first record of a stream of its own."""
    scope = ScopeId(store.writer.last_arrival.to_bytes(32, "big"))
    draft = Draft(scope, "erasure", repair.erasure(targets))
    signed = sign_drafts(Pen(who.id, who.key, NOON, Dice()), [draft], BEGINNING)
    order = signed.runs[0].records[0].id
    store.writer.commit(Batch(0, runs=signed.runs, local=(SearchEntry(order),)))
    return order


def looked(store: Store) -> tuple[Found, ...]:
    search = Search(store.reader())
    while search.step():
        pass
    return search.found


def test_records_are_found_by_names_that_lead_to_none(store: Store) -> None:
    alice = Author("alice")
    told, plain = alice.writes(3, text="secret"), alice.writes(1)
    store.writer.commit(Batch(0, runs=(alice.genesis, told, plain), privates=parts_of(alice, told)))
    first, _, third = (record.id for record in told.records)
    one = orders(store, alice, ext(third), ext(plain.records[0].id))
    other = orders(store, alice, ext(third), ext(first), bytes([9]) * 32)
    assert sorted(looked(store)) == sorted([Found(one, (third,)), Found(other, (first, third))])


def test_parts_still_to_come_and_records_that_do_not_count_are_looked_at_too(store: Store) -> None:
    alice, bob = Author("alice"), Author("bob")
    wanted, strange = alice.writes(1, text="secret"), bob.writes(1, text="strange", scope=alice.id)
    store.writer.commit(Batch(0, runs=(alice.genesis, wanted)))
    batch = Batch(0, runs=(strange,), privates=parts_of(bob, strange), uncounted=(bob.log(alice.id),))
    store.writer.commit(batch)
    ids = (strange.records[0].id, wanted.records[0].id)
    order = orders(store, alice, *map(ext, ids))
    assert looked(store) == (Found(order, ids),)


def test_a_long_store_is_looked_through_in_steps(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.store.searching.ROWS_AT_ONCE", 2)
    alice = Author("alice")
    run = alice.writes(5, text="secret")
    store.writer.commit(Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run)))
    order = orders(store, alice, *(ext(record.id) for record in run.records))
    search = Search(store.reader())
    assert [search.step(), search.step(), search.step()] == [True, True, False]
    assert search.found == (Found(order, tuple(record.id for record in run.records)),)


def test_more_names_than_fit_into_one_pass_have_their_turn_in_the_next(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("meshnode.store.searching.NAMES_AT_ONCE", 2)
    alice = Author("alice")
    store.writer.commit(Batch(0, runs=(alice.genesis,)))
    for number in range(3):
        orders(store, alice, ext(bytes([number])))
    assert len(looked(store)) == 2


def test_an_order_that_is_gone_or_names_nothing_weakly_is_found_with_nothing(store: Store) -> None:
    alice = Author("alice")
    store.writer.commit(Batch(0, runs=(alice.genesis,), local=(SearchEntry(b"g" * 32), SearchEntry(alice.id))))
    strong = orders(store, alice, bytes([9]) * 32)
    assert {each.order: each.targets for each in looked(store)} == {b"g" * 32: (), alice.id: (), strong: ()}
    assert Search(store.reader()).step() is False


def test_nothing_is_looked_for_if_nobody_asks(tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.db")
    assert looked(store) == ()
    store.close()
