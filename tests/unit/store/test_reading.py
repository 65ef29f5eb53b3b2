"""Questions the core asks of the ledger, beside those that the writer's tests ask."""

from pathlib import Path

import pytest

from meshnode.core.ports import Batch
from meshnode.core.rows import HeldEntry, PeerEntry, WaitEntry
from meshnode.store import reading
from meshnode.store.errors import StoreDamaged, StoreError
from meshnode.store.source import damage_mark
from meshnode.store.store import Store, open_store
from meshproto.records.ids import AgentId, RecordId
from meshproto.records.log import Run
from tests.support.authors import Author, parts_of
from tests.support.scribe import Scribe


@pytest.fixture
def store() -> Store:
    return open_store(None)


def commit(store: Store, *runs: Run) -> None:
    store.writer.commit(Batch(0, runs=runs))


def test_a_run_ends_in_a_signed_record_within_the_limits(store: Store) -> None:
    alice = Author("alice")
    commit(store, alice.genesis, alice.writes(3), alice.writes(3))
    served = store.reader().run_after(alice.log(), 0, 1, 5, 1 << 20)
    assert served is not None
    assert len(served.headers) == 3


def test_a_stretch_under_one_signature_is_given_whole_even_above_the_limits(store: Store) -> None:
    alice = Author("alice")
    run = alice.writes(9)
    commit(store, alice.genesis, run)
    for records, size in ((2, 1 << 20), (512, 10)):
        served = store.reader().run_after(alice.log(), 0, 1, records, size)
        assert served is not None
        assert len(served.headers) == 9


def test_the_largest_stretch_is_served_whole(store: Store) -> None:
    alice = Author("alice")
    commit(store, alice.genesis, alice.writes(512))
    served = store.reader().run_after(alice.log(), 0, 1, 512, 1 << 20)
    assert served is not None
    assert len(served.headers) == 512


def test_nothing_follows_the_tip_or_an_unknown_log(store: Store) -> None:
    alice = Author("alice")
    commit(store, alice.genesis)
    assert store.reader().run_after(alice.log(), 0, 1, 512, 1 << 20) is None
    assert store.reader().run_after(alice.log(), 1, 0, 512, 1 << 20) is None
    assert store.reader().run_after(b"x" * 32, 0, 0, 512, 1 << 20) is None


def test_a_run_crosses_the_point_where_a_branch_left(store: Store) -> None:
    alice = Author("alice")
    trunk = alice.writes(4)
    fork = alice.writes(2, after=(3, trunk.records[1].id))
    commit(store, alice.genesis, trunk, fork)
    served = store.reader().run_after(alice.log(), 1, 1, 512, 1 << 20)
    assert served is not None
    assert list(served.headers) == [record.raw for record in (*trunk.records[:2], *fork.records)]


def test_one_record_is_proven_by_its_headers_up_to_the_next_signature(store: Store) -> None:
    alice = Author("alice")
    first, second = alice.writes(5), alice.writes(5)
    commit(store, alice.genesis, first, second)
    proof = store.reader().proof_run(first.records[2].id)
    assert proof == (tuple(record.raw for record in first.records[2:]), first.signature)
    assert store.reader().proof_run(b"x" * 32) is None


def test_places_name_log_lane_and_number(store: Store) -> None:
    alice = Author("alice")
    trunk = alice.writes(2)
    fork = alice.writes(1, after=(2, trunk.records[0].id))
    commit(store, alice.genesis, trunk, fork)
    reader = store.reader()
    assert reader.place(fork.records[0].id) == (alice.log(), 1, 3)
    assert reader.place(b"x" * 32) is None
    assert reader.forked_logs() == (alice.log(),)


def test_a_path_ends_where_the_log_ends(store: Store) -> None:
    alice = Author("alice")
    commit(store, alice.genesis, alice.writes(1))
    assert store.reader().id_at(alice.log(), 0, 1) == RecordId(alice.id)
    assert store.reader().id_at(alice.log(), 0, 3) is None


def test_heads_of_all_logs_are_read_page_by_page(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.store.heads.PAGE", 2)
    people = [Author(str(number)) for number in range(5)]
    commit(store, *(each.genesis for each in people))
    assert [head.scope for head in store.reader().logs()] == [each.id for each in people]


def test_what_stands_in_a_network_are_its_logs_and_the_streams_of_their_agents(store: Store) -> None:
    alice, bob, network = Author("alice"), Author("bob"), Author("network")
    commit(store, alice.genesis, bob.genesis, network.genesis, alice.writes(1, scope=network.id))
    standing = dict(store.reader().logs_standing_in(network.id))
    assert sorted(standing) == sorted([network.log(), alice.log(network.id), alice.log()])
    assert list(standing[alice.log()]) == [alice.id]
    assert list(store.reader().scopes_of(alice.id)) == sorted([alice.id, network.id])


def test_all_tips_of_a_forked_log_stand_in_its_network_in_order(store: Store) -> None:
    alice = Author("alice")
    trunk = alice.writes(1)
    forks = [alice.writes(1, after=(1, alice.id)) for _ in range(3)]
    commit(store, alice.genesis, trunk, *forks)
    ((_, tips),) = store.reader().logs_standing_in(alice.id)
    assert list(tips) == sorted(run.records[0].id for run in (trunk, *forks))


def test_fresh_heads_are_the_tips_that_came_since_latest_first(store: Store) -> None:
    alice, bob, network = Author("alice"), Author("bob"), Author("network")
    first = alice.writes(1, scope=network.id)
    commit(store, alice.genesis, network.genesis, first)
    second, stranger = bob.writes(1, scope=network.id), Author("carol").genesis
    commit(store, stranger, bob.genesis, second)
    reader = store.reader()
    since = reader.fresh_heads(network.id, first.records[0].id, 9)
    assert list(since) == [second.records[0].id, bob.id]
    everything = [second.records[0].id, bob.id, first.records[0].id, network.id, alice.id]
    assert list(reader.fresh_heads(network.id, b"", 9)) == everything
    assert list(reader.fresh_heads(network.id, b"", 2)) == everything[:2]


def test_logs_of_a_scope_come_by_log_id(store: Store) -> None:
    alice, bob, network = Author("alice"), Author("bob"), Author("network")
    commit(store, network.genesis, alice.writes(2, scope=network.id), bob.writes(1, scope=network.id))
    heads = store.reader().logs_of_scope(network.id)
    assert [head.log for head in heads] == sorted(head.log for head in heads)
    assert len(heads) == 3


def test_an_agent_is_known_by_the_key_of_its_genesis(store: Store) -> None:
    alice = Author("alice")
    run = alice.writes(1)
    commit(store, alice.genesis, run)
    assert store.reader().root_of(alice.id) == alice.key.public
    assert store.reader().root_of(run.records[0].id) is None
    assert store.reader().root_of(b"x" * 32) is None


def test_a_network_is_known_by_its_charter(store: Store) -> None:
    alice = Scribe("alice")
    scope = alice.found("studio")
    commit(store, *alice.runs())
    facts = store.reader().network(scope)
    assert facts is not None
    assert (facts.open, facts.founders, facts.log_records) == (True, (alice.agent,), 1_000_000)
    assert store.reader().network(alice.agent) is None
    assert store.reader().network(b"x" * 32) is None


def test_only_so_many_networks_are_remembered(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "NETWORKS_REMEMBERED", 2)
    scribes = [Scribe(name) for name in ("alice", "bob", "carol")]
    scopes = [each.found("studio") for each in scribes]
    commit(store, *[run for each in scribes for run in each.runs()])
    reader = store.reader()
    for _ in range(2):
        founders = [facts.founders for scope in scopes if (facts := reader.network(scope))]
        assert founders == [(each.agent,) for each in scribes]
        assert len(reader._networks) <= 2


def test_who_holds_a_record_is_told_once_for_each_agent(store: Store) -> None:
    alice, bob = Author("alice"), b"b" * 32
    run = alice.writes(3)
    commit(store, alice.genesis, run)
    short = HeldEntry(alice.log(), bob, alice.id, 1)
    far = HeldEntry(alice.log(), bob, run.records[1].id, 3, checked=True, at=7)
    store.writer.commit(Batch(0, local=(short, far)))
    reader = store.reader()
    assert reader.held(alice.id) == (far,)
    assert reader.held(run.records[2].id) == ()


def test_whoever_holds_one_branch_does_not_hold_the_other(store: Store) -> None:
    alice, bob = Author("alice"), b"b" * 32
    trunk = alice.writes(2)
    fork = alice.writes(1, after=(2, trunk.records[0].id))
    commit(store, alice.genesis, trunk, fork)
    entry = HeldEntry(alice.log(), bob, fork.records[0].id, 3)
    store.writer.commit(Batch(0, local=(entry,)))
    reader = store.reader()
    assert reader.held(trunk.records[0].id) == (entry,)
    assert reader.held(fork.records[0].id) == (entry,)
    assert reader.held(trunk.records[1].id) == ()


def test_a_tip_further_than_ours_counts_only_while_the_log_has_one_branch(store: Store) -> None:
    alice, bob = Author("alice"), b"b" * 32
    run = alice.writes(1)
    commit(store, alice.genesis, run)
    entry = HeldEntry(alice.log(), bob, b"t" * 32, 9)
    store.writer.commit(Batch(0, local=(entry,)))
    assert store.reader().held(run.records[0].id) == (entry,)
    commit(store, alice.writes(1, after=(1, alice.id)))
    assert store.reader().held(run.records[0].id) == ()


def test_missing_are_the_ids_that_waiting_records_name_and_nobody_has(store: Store) -> None:
    alice = Author("alice")
    commit(store, alice.genesis)
    waits = [WaitEntry(b"r" * 32, on, alice.log()) for on in (b"m" * 32, alice.id, b"r" * 32)]
    store.writer.commit(Batch(0, local=tuple(waits)))
    assert list(store.reader().missing(9)) == [b"m" * 32]


def test_an_abbreviated_id_finds_what_lies_between_its_bounds(store: Store) -> None:
    people = [Author(str(number)) for number in range(40)]
    commit(store, *(each.genesis for each in people))
    ids = sorted(RecordId(each.id) for each in people)
    reader = store.reader()
    assert list(reader.beginning_with(b"\0" * 32, b"\xff" * 32, 99)) == ids
    assert list(reader.beginning_with(ids[3], ids[6], 99)) == ids[3:7]
    assert list(reader.beginning_with(ids[3][:1].ljust(32, b"\0"), ids[3][:1].ljust(32, b"\xff"), 99))


def test_private_parts_queue_in_the_order_in_which_they_came(store: Store) -> None:
    alice = Author("alice")
    run = alice.writes(3, text="words")
    commit(store, alice.genesis, run)
    for part in parts_of(alice, run)[::-1]:
        store.writer.commit(Batch(0, privates=(part,)))
    reader = store.reader()
    parts = reader.parts_after(0, 9)
    assert [part.record for part in parts] == [record.id for record in run.records[::-1]]
    assert reader.parts_after(parts[1].part, 9) == parts[2:]
    store.writer.commit(Batch(0, erasures=(run.records[0].id,)))
    assert reader.parts_after(0, 9)[2].content == b""
    assert reader.erasures_after(0, 9) == [(1, run.records[0].id)]
    assert reader.erasures_after(1, 9) == []


def test_counts_tell_what_is_stored(store: Store) -> None:
    alice = Author("alice")
    run = alice.writes(3, text="words")
    commit(store, alice.genesis, run, alice.writes(1, after=(1, alice.id)))
    store.writer.commit(Batch(0, privates=parts_of(alice, run)[:1], erasures=(run.records[1].id,)))
    assert store.reader().counts() == (5, 1, 1, 1, 1, 1, 0)


def test_a_reader_sees_a_commit_as_soon_as_it_returned_and_holds_a_steady_view(tmp_path: Path) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    reader = store.reader()
    commit(store, alice.genesis)
    assert reader.has(alice.id)
    run = alice.writes(1)
    with reader.steady():
        assert reader.tips(alice.log())[0].seq == 1
        commit(store, run)
        assert not reader.has(run.records[0].id)
    assert reader.has(run.records[0].id)
    store.close()


def test_a_steady_view_that_is_not_looked_at_holds_up_nothing(tmp_path: Path) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    reader = store.reader()
    begun = []
    with reader.steady():
        begun.append(reader.source.connection.in_transaction)
        commit(store, alice.genesis)
        assert reader.has(alice.id)
        begun.append(reader.source.connection.in_transaction)
    assert [*begun, reader.source.connection.in_transaction] == [False, True, False]
    store.close()


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    store = open_store(tmp_path / "records.db")
    with pytest.raises(StoreError):
        store.reader().source.rows("DELETE FROM logs")
    store.close()


def test_ids_kept_in_memory_are_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("meshnode.store.reading.PRESENT_REMEMBERED", 3)
    people = [Author(str(number)) for number in range(8)]
    commit(store, *(each.genesis for each in people))
    reader = store.reader()
    assert all(reader.has(each.id) for each in people)
    assert len(reader._present) <= 3


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE records SET header = zeroblob(9)",
        "UPDATE records SET signature = zeroblob(64)",
        "UPDATE records SET proof = proof + 1",
    ],
)
def test_a_damaged_record_is_never_served(tmp_path: Path, damage: str) -> None:
    store, alice = open_store(tmp_path / "records.db"), Author("alice")
    commit(store, alice.genesis, alice.writes(2))
    store.source.rows(damage)
    reader = store.reader()
    with pytest.raises(StoreDamaged):
        reader.run_after(alice.log(), 0, 0, 512, 1 << 20)
    with pytest.raises(StoreDamaged):
        reader.records_after(0, 9)
    assert damage_mark(tmp_path / "records.db").exists()
    store.close()
    with pytest.raises(StoreDamaged, match="found earlier"):
        open_store(tmp_path / "records.db")


def test_private_parts_are_read_many_at_once_in_the_order_asked_for(store: Store) -> None:
    alice = Author("alice")
    run = alice.writes(5, text="words")
    store.writer.commit(
        Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run)[:4], erasures=(run.records[1].id,))
    )
    asked = [run.records[index].id for index in (3, 4, 1, 0)]
    held = [(run.records[index].id, alice.parts[run.records[index].id]) for index in (3, 0)]
    assert store.reader().privates([*asked, b"x" * 32]) == held
    assert store.reader().privates([]) == []


def test_a_damaged_private_part_or_local_row_is_never_served(store: Store) -> None:
    alice = Author("alice")
    run = alice.writes(1, text="words")
    store.writer.commit(
        Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run), local=(PeerEntry("12D3KooW"),))
    )
    store.source.rows("UPDATE parts SET content = CAST('x' || content AS BLOB)")
    store.source.rows("UPDATE local SET body = CAST(body || 'x' AS BLOB)")
    with pytest.raises(StoreDamaged):
        store.reader().private(run.records[0].id)
    with pytest.raises(StoreDamaged):
        store.reader().peers()


def test_with_whom_a_log_speaks_for_goes_the_stream_of_that_agent_and_of_its_people(store: Store) -> None:
    alice, bob, network, firm = Author("alice"), Author("bob"), Author("network"), Author("firm")
    commit(store, alice.genesis, bob.genesis, network.genesis, firm.genesis, bob.writes(1, scope=firm.id))
    commit(store, alice.writes(1, scope=network.id))
    reader, log = store.reader(), alice.log(network.id)
    assert bob.log() not in dict(reader.logs_standing_in(network.id))
    for _ in range(2):  # what is known already changes nothing
        store.writer.commit(Batch(9, voices=((log, AgentId(firm.id)), (log, AgentId(alice.id)))))
    assert list(reader.agents_of_log(log)) == sorted([alice.id, firm.id])
    standing = dict(reader.logs_standing_in(network.id))
    assert {firm.log(), bob.log(firm.id), bob.log()} <= set(standing)
    assert list(reader.scopes_of(bob.id)) == sorted([bob.id, firm.id, network.id])
    assert bob.id in reader.fresh_heads(network.id, b"", 9)


def test_everything_of_a_record_is_read_at_once(store: Store) -> None:
    alice = Author("alice")
    run = alice.writes(3)
    store.writer.commit(Batch(0, runs=(alice.genesis, run), privates=parts_of(alice, run)))
    reader = store.reader()
    found = [reader.whole(each.id) for each in run.records]
    assert found == [(each, reader.proof_run(each.id), reader.private(each.id)) for each in run.records]
    assert [len(each.proof.headers) for each in found if each and each.proof] == [3, 2, 1]
    assert reader.whole(b"x" * 32) is None
