"""The store alone: 1,000,000 records in 200 logs, opened anew and read by id."""

import gc
import random
import tempfile
import time
from pathlib import Path

from meshnode.core.ports import Batch
from meshnode.store.store import open_store
from meshproto.records.ids import RecordId
from tests.bench.authors import Author, work
from tests.bench.report import median, percentile, progress, say

RECORDS, LOGS, RUN = 1_000_000, 200, 500
READS, SERVED, SINGLES = 20_000, 100_000, 1_000


def million_records(runs: int, versus_git: bool) -> None:
    """Store, open, read."""
    progress("ledger: signing and storing 1,000,000 records; some minutes")
    with tempfile.TemporaryDirectory(prefix="meshnode-bench-") as folder:
        path = Path(folder) / "records.db"
        seconds, payload, ids = _fill(path)
        size = sum(each.stat().st_size for each in Path(folder).iterdir())
        opened = [_open(path) for _ in range(max(runs, 3))]
        reads = _read(path, ids)
        served = [_serve(path) for _ in range(max(runs, 3))]
        singles = _write_singly(path)
    say("ledger", what="store in runs of 500", records=RECORDS, records_per_second=round(RECORDS / seconds))
    say("ledger", what="open", seconds=median(opened))
    say("ledger", what="read by id", p50_us=percentile(reads, 0.5, 1), p99_us=percentile(reads, 0.99, 1))
    say("ledger", what="read runs for serving", records_per_second=round(median(served, 0)))
    say(
        "ledger",
        what="commit one record, flushed",
        p50_ms=percentile(singles, 0.5),
        p99_ms=percentile(singles, 0.99),
    )
    say("ledger", what="bytes per record beyond the header", bytes=round((size - payload) / RECORDS, 1))


def _fill(path: Path) -> tuple[float, int, list[RecordId]]:
    """Seconds spent in commits, bytes of all headers, and some of the ids."""
    store = open_store(path)
    founder = Author("founder")
    scope, founding = founder.found("bench")
    accept = founding.runs[-1].records[-1].id
    store.writer.commit(Batch(1, runs=(*founder.genesis.runs, *founding.runs)))
    number, seconds, payload = 1, 0.0, 0
    ids: list[RecordId] = []
    for log in range(LOGS):
        signer = Author(f"author {log}")
        runs = [*signer.genesis.runs, *signer.join(scope, [accept]).runs]
        for _ in range(RECORDS // LOGS // RUN):
            signed = signer.sign([work(scope, signer.chance) for _ in range(RUN)])
            runs += signed.runs
            payload += sum(len(record.raw) for record in signed.runs[0].records)
            ids.append(signed.runs[0].records[number % RUN].id)
            number += 1
            begun = time.perf_counter()
            store.writer.commit(Batch(number, runs=tuple(runs)))
            seconds += time.perf_counter() - begun
            runs = []
    store.close()
    return seconds, payload, ids


def _open(path: Path) -> float:
    begun = time.perf_counter()
    store = open_store(path)
    store.reader().tips(bytes(32))
    seconds = time.perf_counter() - begun
    store.close()
    return seconds


def _read(path: Path, ids: list[RecordId]) -> list[float]:
    """Microseconds of reads by id, in random order."""
    store = open_store(path)
    reader = store.reader()
    chosen = random.Random(1).choices(ids, k=READS)
    gc.collect()
    times = []
    for each in chosen:
        begun = time.perf_counter()
        found = reader.record(each)
        times.append((time.perf_counter() - begun) * 1e6)
        assert found is not None
    store.close()
    return times


def _serve(path: Path) -> float:
    """Records a second, read and checked as runs for a peer."""
    store = open_store(path)
    reader = store.reader()
    logs = [head.log for head in reader.logs()]
    gc.collect()
    count, begun = 0, time.perf_counter()
    for log in logs:
        seq = 0
        while count < SERVED and (run := reader.run_after(log, 0, seq, 512, 1 << 20)):
            seq += len(run.headers)
            count += len(run.headers)
    seconds = time.perf_counter() - begun
    store.close()
    return count / seconds


def _write_singly(path: Path) -> list[float]:
    """Milliseconds from handing in one record to having it on the disk."""
    store = open_store(path)
    author = Author("writes alone")
    scope, founding = author.found("alone")
    store.writer.commit(Batch(1, runs=(*author.genesis.runs, *founding.runs)))
    store.writer.tidy()
    times = []
    for number in range(SINGLES):
        (run,) = author.sign([work(scope, author.chance)]).runs
        begun = time.perf_counter()
        store.writer.commit(Batch(number, runs=(run,)))
        times.append((time.perf_counter() - begun) * 1e3)
    store.close()
    return times
