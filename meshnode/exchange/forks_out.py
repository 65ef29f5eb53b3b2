"""Writes the proof of a fork to a file that anyone can check without a node."""

from collections.abc import Callable
from pathlib import Path

from meshnode.exchange.bundle_out import Exported
from meshnode.exchange.entries import ImportRefused
from meshnode.exchange.files import written_whole
from meshnode.store.reading import Reader
from meshproto.records.forks import encode_fork_proof, make_fork_proof
from meshproto.records.ids import LogId
from meshproto.records.log import Run, check_run


def export_fork(open_reader: Callable[[], Reader], path: Path, log: LogId | None) -> Exported:
    """Write the proof of the first fork of a log, or of the only forked log for None; blocks.

    Raises ImportRefused when there is no such fork or several logs are forked, FileTrouble, StoreError.
    """
    reader = open_reader()
    try:
        raw = _proof(reader, _chosen(reader, log))
    finally:
        reader.close()
    with written_whole(path) as write:
        write(raw)
    return Exported(path, len(raw), 2, b"")


def _chosen(reader: Reader, log: LogId | None) -> LogId:
    forked = reader.forked_logs()
    if log is not None and log not in forked:
        raise ImportRefused("not-forked", "this log is not forked")
    if log is None and not forked:
        raise ImportRefused("not-forked", "no fork is known here")
    if log is None and len(forked) > 1:
        names = ", ".join(each.hex()[:12] for each in forked[:5])
        raise ImportRefused("several-forks", f"{len(forked)} logs are forked: {names}", "say which: --log NAME")
    return log if log is not None else forked[0]


def _proof(reader: Reader, log: LogId) -> bytes:
    """The proof that the second branch of a log went on where another record stands."""
    branch = reader.lanes(log)[1]
    other = 0 if branch.parent == branch.number else branch.parent
    one, two = (_run_from(reader, log, lane, branch.base + 1) for lane in (other, branch.number))
    return encode_fork_proof(make_fork_proof(one, two))


def _run_from(reader: Reader, log: LogId, lane: int, seq: int) -> Run:
    """The records of a branch from `seq` to the next signature."""
    record = reader.id_at(log, lane, seq)
    stored = None if record is None else reader.proof_run(record)
    if stored is None:
        raise ImportRefused("not-forked", f"branch {lane} has no record {seq}", "meshnode doctor")
    return check_run(stored.headers, stored.signature)
