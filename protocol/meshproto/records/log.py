"""A run: contiguous records of one log under one signature.

Records are chained by `prev`, so the signature on the last one authenticates all of them: a receiver
hashes each header and verifies once.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from meshproto.records.ids import LogId
from meshproto.records.limits import MAX_RUN_BYTES, MAX_RUN_RECORDS
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record, read_header, read_quickly
from meshproto.records.signatures import verify


class Run(NamedTuple):
    """Checked records of one log, in order; `signature` is on the last. `records[0].prev` is what they continue."""

    records: tuple[Record, ...]
    signature: bytes


def check_run(headers: Sequence[bytes], signature: bytes) -> Run:
    """Read a run and check its chain and its signature. Raises Refused; `detail` is the index of the record."""
    # SPEC 01-records 6: A run is 1 to 512 headers of one log, each the `prev` of the next, and the signature of the
    # last: at most 1 MiB of headers.
    if not headers:
        raise Refused(Reason.L_EMPTY)
    if len(headers) > MAX_RUN_RECORDS or sum(map(len, headers)) > MAX_RUN_BYTES:
        raise Refused(Reason.L_SIZE)
    # Where not all is plainly in order, one by one, so that the first thing that is wrong is told.
    read = iter(read_quickly(headers) or _read_each(headers))
    first = last = next(read)
    records = [first]
    home, key, agent = first.home, first.key, first.agent
    for index, record in enumerate(read, start=1):
        if record.key != key or record.scope != home:
            raise Refused(Reason.L_LOG, str(index))
        if record.seq != last.seq + 1:
            raise Refused(Reason.L_SEQ, str(index))
        if record.prev != last.id:
            raise Refused(Reason.L_PREV, str(index))
        # One copy of what the records of a run share, instead of one in each.
        record.scope, record.key, record.prev = home, key, last.id
        if record.agent == agent:
            record.agent = agent
        records.append(record)
        last = record
    if not verify(key, last.id, signature):
        raise Refused(Reason.S_SIG, str(len(headers) - 1))
    return Run(tuple(records), signature)


def check_continues(run: Run, log: LogId, seq: int) -> None:
    """Check that a run fits the record it continues, of which log and number are known. Raises Refused."""
    # SPEC 01-records 6: a receiver MUST likewise refuse the run with `L-LOG` if the two are not of one log, and with
    # `L-SEQ` if their numbers do not follow each other.
    first = run.records[0]
    if first.log != log:
        raise Refused(Reason.L_LOG, "0")
    if first.seq != seq + 1:
        raise Refused(Reason.L_SEQ, "0")


def _read_each(headers: Iterable[bytes]) -> Iterator[Record]:
    for index, raw in enumerate(headers):
        try:
            yield read_header(raw)
        except Refused as refusal:
            raise Refused(refusal.reason, f"{index}: {refusal.detail}" if refusal.detail else str(index)) from None
