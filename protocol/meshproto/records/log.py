"""A run: contiguous records of one log under one signature.

Records are chained by `prev`, so the signature on the last one authenticates all of them: a receiver
hashes each header and verifies once.
"""

from collections.abc import Sequence
from typing import NamedTuple

from meshproto.records.limits import MAX_RUN_BYTES, MAX_RUN_RECORDS
from meshproto.records.reasons import Reason, Refused
from meshproto.records.record import Record, read_header
from meshproto.records.signatures import verify


class Run(NamedTuple):
    """Checked records of one log, in order; `signature` is on the last. `records[0].prev` is what they continue."""

    records: tuple[Record, ...]
    signature: bytes


def check_run(headers: Sequence[bytes], signature: bytes) -> Run:
    """Read a run and check its chain and its signature. Raises Refused; `detail` is the index of the record."""
    if not headers:
        raise Refused(Reason.L_EMPTY)
    if len(headers) > MAX_RUN_RECORDS or sum(map(len, headers)) > MAX_RUN_BYTES:
        raise Refused(Reason.L_SIZE)
    first = last = _read(headers[0], 0)
    records = [first]
    home, key, agent = first.home, first.key, first.agent
    for index in range(1, len(headers)):
        record = _read(headers[index], index)
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


def _read(raw: bytes, index: int) -> Record:
    try:
        return read_header(raw)
    except Refused as refusal:
        raise Refused(refusal.reason, f"{index}: {refusal.detail}" if refusal.detail else str(index)) from None
