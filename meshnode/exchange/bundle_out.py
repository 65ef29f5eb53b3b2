"""Writes bundles: everything held, or what belongs to one network, as of the moment when writing began.

All tips are noted first, in one question to the store; then logs are written up to these tips and no further. What was
committed together with its past is so exported together with its past, however much is written meanwhile.

The order serves whoever reads the file as it comes: streams of people first, then what founded networks, then all logs
in turn, some records of each, so that little ever waits for what stands further on.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

from meshnode.core.ports import LogHead
from meshnode.core.rows import NamedEntry
from meshnode.exchange.files import written_whole
from meshnode.store.reading import Reader
from meshproto.bundle.items import LENGTH_SIZE, MAX_SCOPES
from meshproto.bundle.writer import BundleWriter, Part
from meshproto.records.encoding import decode
from meshproto.records.ids import LogId, ScopeId
from meshproto.records.log import Run
from meshproto.records.record import read_header

MOST_RECORDS = 500
"""Most records of one log before the next log has its turn: enough to make one signature cheap."""

LEAST_RECORDS = 16
"""Fewest, however many logs there are."""

TURN_RECORDS = 32_000
"""Records of all logs in one turn, as far as possible: half of what a node remembers as waiting for its past."""

RUN_BYTES = 512 * 1024
"""Header bytes of one run, unless one signature covers more."""


@dataclass(frozen=True, slots=True)
class Exported:
    """A file that was written, flushed and named."""

    path: Path
    size: int
    records: int
    root: bytes
    """The Merkle root over the ids; empty for a fork proof."""


class _Branch(NamedTuple):
    """One branch of a log: what it leaves and where, how far it is written, and how far it is to be."""

    log: LogId
    lane: int
    parent: int
    base: int
    written: int
    end: int


def export_bundle(open_reader: Callable[[], Reader], path: Path, scope: ScopeId | None, at: int) -> Exported:
    """Write a bundle to `path`; blocks, so call it in a thread. `at` is the time of export, ms UTC.

    With `scope` only what is reconciled for that network: its logs and the streams of all who stand in it, and of
    those who are named there.
    Raises FileTrouble, StoreError; whatever happens, the file is whole or not there. The reader is closed.
    """
    reader = open_reader()
    size, piece = 0, b""
    try:
        with written_whole(path) as write:
            for piece in _pieces(reader, scope, at):
                write(piece)
                size += len(piece)
    finally:
        reader.close()
    _, _, records, _, root, _ = cast(tuple[str, int, int, int, bytes, bytes], decode(piece[LENGTH_SIZE:]))
    return Exported(path, size, records, root)


def _pieces(reader: Reader, scope: ScopeId | None, at: int) -> Iterator[bytes]:
    """Give the bytes of the whole file; the last piece is the last frame."""
    writer = BundleWriter()
    heads = _heads(reader, scope)
    scopes = [scope] if scope is not None else sorted({head.scope for head in heads})[:MAX_SCOPES]
    yield writer.head(at, scopes)
    for run in _runs(reader, heads):
        yield writer.run(_part(reader, run))
    yield writer.end()


def _heads(reader: Reader, scope: ScopeId | None) -> list[LogHead]:
    """The counted logs to be written, as they stand now: people's streams first, then foundings, then the rest."""
    heads = [head for head in reader.logs() if head.counted]
    if scope is not None:
        wanted = _told_with(reader, scope, {head.log: head.scope for head in heads})
        heads = [head for head in heads if head.log in wanted]
    return sorted(heads, key=lambda head: (_rank(reader, head), head.log))


def _told_with(reader: Reader, scope: ScopeId, scopes: Mapping[LogId, ScopeId]) -> set[LogId]:
    """What is reconciled for a scope, and the streams of whoever is named there without standing there.

    Whoever thanks or works for somebody outside names them, and a record counts nowhere where one that it names is not.
    """
    named: dict[bytes, list[ScopeId]] = {}
    for row in reader.rows(NamedEntry):
        named.setdefault(row.scope, []).append(ScopeId(row.person))
    wanted: set[LogId] = set()
    seen, ahead = {scope}, [scope]
    while ahead:
        found = {log for log, _ in reader.logs_standing_in(ahead.pop())} - wanted
        wanted |= found
        homes = {scope, *(scopes[log] for log in found if log in scopes)}
        fresh = {person for home in homes for person in named.get(home, ())} - seen
        seen |= fresh
        ahead += sorted(fresh)
    return wanted


def _rank(reader: Reader, head: LogHead) -> int:
    if bytes(head.agent) == head.scope:  # a person's stream, or the genesis of a network
        return 0 if reader.network(head.scope) is None else 1
    network = reader.network(head.scope)
    return 2 if network is not None and head.agent in network.founders else 3


def _runs(reader: Reader, heads: Sequence[LogHead]) -> Iterator[Run]:
    """Give all records up to the noted tips, some of each log in turn."""
    most = min(MOST_RECORDS, max(LEAST_RECORDS, TURN_RECORDS // max(1, len(heads))))
    waiting = deque(branch for head in heads for branch in _branches(reader, head))
    written = {(branch.log, branch.lane): branch.written for branch in waiting}
    while waiting:
        branch = waiting.popleft()
        # SPEC 05-bundle 2: A record MUST come after the record it names as `prev`, if that is in the bundle at all
        if written.get((branch.log, branch.parent), branch.base) < branch.base:
            waiting.append(branch)
            continue
        size = min(most, branch.end - branch.written)
        found = reader.run_after(branch.log, branch.lane, branch.written, size, RUN_BYTES)
        records = tuple(read_header(raw) for raw in found.headers) if found is not None else ()
        if found is not None:
            yield Run(records, found.signature)
        reached = records[-1].seq if records else branch.end
        written[(branch.log, branch.lane)] = reached
        if reached < branch.end:
            waiting.append(branch._replace(written=reached))


def _branches(reader: Reader, head: LogHead) -> Iterator[_Branch]:
    """The branches of a log, each without what its parent has."""
    tips = {tip.lane: tip.seq for tip in head.tips}
    if len(tips) == 1:
        yield from (_Branch(head.log, lane, lane, 0, 0, seq) for lane, seq in tips.items())
        return
    for lane in reader.lanes(head.log):
        if lane.number in tips:
            yield _Branch(head.log, lane.number, lane.parent, lane.base, lane.base, tips[lane.number])


def _part(reader: Reader, run: Run) -> Part:
    """A run with what is held of its private parts."""
    privates: dict[bytes, bytes] = {}
    erased: list[bytes] = []
    for record in run.records:
        if record.private is not None:
            part = reader.private(record.id)
            if part is not None:
                privates[record.id] = part
            elif reader.erased(record.id):
                erased.append(record.id)
    return Part(run, privates, erased)
