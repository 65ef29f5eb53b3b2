"""What is on its way to the disk, and logs at rest that are kept at hand."""

import pytest

from meshnode.core import flight as module
from meshnode.core.drafts import Draft
from meshnode.core.events import Committed
from meshnode.core.flight import Flight, log_now
from meshnode.core.ports import LogHead
from meshproto.records.ids import LogId
from meshproto.wire.messages import Part
from tests.support.core_rig import Rig, Writer, records_of
from tests.support.core_scene import accept_of, scene


class CountingLedger:
    """Counts how often a log is read."""

    def __init__(self, rig: Rig) -> None:
        self._ledger, self.reads = rig.ledger, 0

    def log(self, log: bytes) -> LogHead | None:
        """One log."""
        self.reads += 1
        return self._ledger.log(log)


def test_a_log_that_landed_is_known_without_reading_it() -> None:
    rig, scope, peer, bob = scene()
    peer.push(bob.notes(scope))
    now = rig.node.parts.ground.flight.committed(bob.log(scope))
    head = rig.ledger.log(bob.log(scope))
    assert head is not None
    assert now is not None
    assert (now.tips, now.size, now.counted) == ({tip.id: tip.seq for tip in head.tips}, head.size, True)


def test_a_log_with_records_in_flight_is_told_apart_from_what_is_committed() -> None:
    rig, scope, _, _ = scene()
    rig.held = True
    rig.write(Draft(scope, "note", {"n": 1}))
    flight, log = rig.node.parts.ground.flight, rig.me.log(scope)
    coming, committed = flight.log(log), flight.committed(log)
    assert coming is not None
    assert committed is not None
    assert (list(coming.tips.values()), list(committed.tips.values())) == ([2], [1])
    rig.flush()
    assert flight.committed(log) == coming


def test_a_log_of_which_nothing_is_committed_yet_is_only_coming() -> None:
    rig, scope, peer, _ = scene()
    carol = Writer("carol")
    rig.held = True
    peer.push(carol.genesis, Part.LAST)
    peer.push(carol.grant(scope, accept_of(rig, scope)), Part.LAST)
    flight = rig.node.parts.ground.flight
    assert flight.log(carol.log(scope)) is not None
    assert flight.committed(carol.log(scope)) is None


def test_a_log_stays_in_flight_until_the_last_batch_that_touches_it_landed() -> None:
    rig, scope, _, _ = scene()
    rig.held = True
    rig.write(Draft(scope, "note", {"n": 1}))
    rig.write(Draft(scope, "note", {"n": 2}))
    batches, rig.pending = rig.pending, []
    rig.store.writer.commit(batches[0])
    rig.feed(Committed(batches[0].number))
    committed = rig.node.parts.ground.flight.committed(rig.me.log(scope))
    assert committed is not None
    assert list(committed.tips.values()) == [2]


def test_an_unknown_log_is_neither_coming_nor_committed() -> None:
    rig = Rig()
    flight = rig.node.parts.ground.flight
    assert (flight.log(LogId(b"x" * 32)), flight.committed(LogId(b"x" * 32))) == (None, None)
    assert rig.node.parts.scopes.note_committed(LogId(b"x" * 32)) == []
    rig.node.parts.scopes.refresh(LogId(b"x" * 32))


def test_a_log_at_rest_is_read_once() -> None:
    rig, scope, _, bob = scene()
    ledger = CountingLedger(rig)
    flight = Flight(ledger)  # type: ignore[arg-type]  # it is only asked for logs
    assert [flight.log(bob.log(scope)) for _ in range(3)] == [log_now(rig.ledger.log(bob.log(scope)))] * 3  # type: ignore[arg-type]  # it is stored
    assert ledger.reads == 1


def test_a_log_that_is_not_here_is_looked_for_once_until_it_comes() -> None:
    rig, scope, peer, _ = scene()
    carol, ledger = Writer("carol"), CountingLedger(rig)
    flight = Flight(ledger)  # type: ignore[arg-type]  # it is only asked for logs
    assert [flight.log(carol.log(scope)) for _ in range(3)] == [None] * 3
    assert ledger.reads == 1
    flight = rig.node.parts.ground.flight
    assert flight.log(carol.log(scope)) is None
    peer.push(carol.genesis, Part.LAST)
    peer.push(carol.grant(scope, accept_of(rig, scope)), Part.LAST)
    assert flight.committed(carol.log(scope)) is not None


def test_logs_at_rest_are_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOGS_REMEMBERED", 1)
    rig, scope, peer, bob = scene()
    peer.push(bob.notes(scope))
    rig.write(Draft(scope, "note", {"n": 1}))
    assert [now.log for now in rig.node.parts.ground.flight.at_hand] == [rig.me.log(scope)]


def test_where_nothing_is_folded_nobody_is_known_to_speak() -> None:
    rig = Rig()
    (genesis,) = records_of(rig.me.genesis)
    assert Flight(rig.ledger).may_order(genesis) is None
