"""The pool: runs wait for what decides about them, within bounds."""

from meshnode.core.ingest import Source
from meshnode.core.pool import Pool
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import RecordId
from meshproto.records.log import Run
from tests.support.core_rig import Writer

ON, OTHER = RecordId(b"1" * 32), RecordId(b"2" * 32)


def runs_of(name: str, many: int = 1) -> list[Run]:
    writer = Writer(name)
    return [writer.notes(writer.stream).runs[0] for _ in range(many)]


def test_runs_come_out_in_the_order_in_which_they_came() -> None:
    pool, runs = Pool(CoreSettings()), runs_of("alice", 3)
    for run in runs:
        assert pool.put(run, Source(1), ON) == 0
    assert len(pool) == 3
    assert pool.awaits(runs[0].records[0].log) == ON
    assert [pooled.run for pooled in pool.release(ON)] == runs
    assert (len(pool), pool.bytes, pool.release(ON)) == (0, 0, [])


def test_logs_that_wait_for_the_same_come_out_together() -> None:
    pool = Pool(CoreSettings())
    for name in ("alice", "bob"):
        pool.put(runs_of(name)[0], Source(1), ON)
    pool.put(runs_of("carol")[0], Source(1), OTHER)
    assert len(pool.release(ON)) == 2
    assert len(pool) == 1


def test_one_connection_cannot_fill_the_pool() -> None:
    pool, runs = Pool(CoreSettings(pool_runs_per_peer=2)), runs_of("alice", 3)
    assert [pool.put(run, Source(1), ON) for run in runs] == [0, 0, 1]
    assert pool.put(runs[2], Source(2), ON) == 0


def test_the_oldest_log_falls_out_when_there_is_no_room() -> None:
    (old,), (new,) = runs_of("alice"), runs_of("bob")
    size = len(old.records[0].raw)
    pool = Pool(CoreSettings(pool_bytes=size + size // 2))
    assert pool.put(old, Source(1), ON) == 0
    assert pool.put(new, Source(1), ON) == 1
    assert [pooled.run for pooled in pool.release(ON)] == [new]


def test_what_can_never_fit_is_not_kept() -> None:
    pool = Pool(CoreSettings(pool_bytes=10))
    assert pool.put(runs_of("alice")[0], Source(1), ON) == 1
    assert len(pool) == 0


def test_when_one_of_two_waiting_logs_falls_out_the_other_still_waits() -> None:
    (old,), (new,), (third,) = runs_of("alice"), runs_of("bob"), runs_of("carol")
    size = len(old.records[0].raw)
    pool = Pool(CoreSettings(pool_bytes=2 * size + size // 2))
    for run in (old, new, third):
        pool.put(run, Source(1), ON)
    assert [pooled.run for pooled in pool.release(ON)] == [new, third]
