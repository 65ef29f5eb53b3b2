"""What the core asks of the world: the ledger it reads, and what one commit holds.

A `Ledger` shows what is committed and nothing else. What is to be committed goes out as a `Batch`; nothing that rests
on a batch may leave the node before the runtime says `Committed`. The store derives a run's lane from what it follows.
"""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import NamedTuple, Protocol, TypeVar

from meshnode.core.rows import Forget, HeldEntry, LocalRow, PeerEntry
from meshproto.records.ids import AgentId, Key, LogId, RecordId, ScopeId
from meshproto.records.log import Run
from meshproto.records.record import Record
from meshproto.records.signatures import SigningKey

RowT = TypeVar("RowT", bound=LocalRow)


class Moment(NamedTuple):
    """Now: wall-clock milliseconds UTC, and milliseconds of a clock that never goes back."""

    wall: int
    ticks: int


class Identity(NamedTuple):
    """Who this node signs as: the agent, and the key of this device.

    `grant` is the record that let this device in, empty as long as that is not here; None where the key is, or was,
    the agent's root.
    """

    agent: AgentId
    key: SigningKey
    grant: bytes | None = None


class Tip(NamedTuple):
    """The last record of one branch of a log."""

    seq: int
    id: RecordId
    lane: int
    """0 for the branch stored first, then 1, 2 … in the order in which branches were stored."""


class Lane(NamedTuple):
    """One branch of a log: its own records are those after `base`, up to `tip`; before them it is its parent."""

    number: int
    parent: int
    """The lane it left; its own number if it begins with record 1."""
    base: int
    """The seq of the last record shared with the parent, 0 if none."""
    tip: Tip


class LogHead(NamedTuple):
    """One log with all its tips, in the order of lanes. `scope` is the home of its records, never empty."""

    log: LogId
    scope: ScopeId
    key: Key
    tips: tuple[Tip, ...]
    agent: AgentId
    """The author of its first record; the scope itself where that is an agent's genesis."""
    counted: bool = True
    """False for a stranger's log in an open network that no member's record reaches (see `Batch.uncounted`)."""
    size: int = 0
    """Header bytes of all its records."""


class NetworkFacts(NamedTuple):
    """What a network's genesis says that decides who is served and how much is stored."""

    open: bool
    founders: tuple[AgentId, ...]
    log_records: int
    log_bytes: int
    key: Key = Key(b"")
    """The key that signed the genesis, and nothing else."""


class Place(NamedTuple):
    """Where a stored record stands."""

    log: LogId
    lane: int
    seq: int


class PartHere(NamedTuple):
    """What became of one private part that was not erased."""

    record: RecordId
    seq: int
    arrival: int
    size: int
    state: str
    """`held`, `wanted` (still to come) or `gone` (let go, or not asked for)."""


class StoredRun(NamedTuple):
    """A run as it is served: headers in order and the signature on the last."""

    headers: tuple[bytes, ...]
    signature: bytes


class Batch(NamedTuple):
    """What is committed together or not at all; all parts may be empty."""

    number: int
    runs: tuple[Run, ...] = ()
    """Each continues a stored record, an earlier run of this batch, or nothing (seq 1). Records held are skipped."""
    privates: tuple[tuple[RecordId, bytes], ...] = ()
    """Checked private parts of records that are stored or in `runs`. Dropped if erased."""
    erasures: tuple[RecordId, ...] = ()
    """Records whose private part must go, from every file, and never come back."""
    local: tuple[LocalRow | Forget, ...] = ()
    uncounted: tuple[LogId, ...] = ()
    """Logs that begin in this batch and do not count: stored, but outside folds, views and fingerprints for now."""
    promoted: tuple[LogId, ...] = ()
    """Uncounted logs that count from now on: all their stored records arrive now, before `runs`."""
    evictions: tuple[RecordId, ...] = ()
    """Records, stored or in `runs`, whose private part is not kept here: it is let go if held, and not missing."""
    wanted: tuple[RecordId, ...] = ()
    """Records whose private part was let go, and is missing from now on."""
    voices: tuple[tuple[LogId, AgentId], ...] = ()
    """For whom logs speak besides those who began them."""
    scrub: bool = False
    """No trace of what is evicted is to stay in any file."""


class Ledger(Protocol):
    """Synchronous reads of what is committed."""

    def has(self, record_id: bytes) -> bool:
        """Whether the record is stored."""
        ...

    def record(self, record_id: bytes) -> Record | None:
        """The record, decoded."""
        ...

    def place(self, record_id: bytes) -> Place | None:
        """Where the record stands."""
        ...

    def log(self, log: bytes) -> LogHead | None:
        """One log, None if nothing of it is stored."""
        ...

    def tips(self, log: bytes) -> tuple[Tip, ...]:
        """The tips of a log, in the order of lanes; empty for an unknown log."""
        ...

    def lanes(self, log: bytes) -> tuple[Lane, ...]:
        """The branches of a log, in the order of their numbers."""
        ...

    def logs(self) -> Iterator[LogHead]:
        """Every log, for building memory at start."""
        ...

    def logs_of_scope(self, scope: bytes) -> tuple[LogHead, ...]:
        """The logs of one scope, counted or not, by log id."""
        ...

    def logs_of_agent(self, agent: bytes) -> tuple[LogHead, ...]:
        """The logs of one agent, counted or not, those begun first first."""
        ...

    def logs_standing_in(self, scope: bytes) -> Iterator[tuple[LogId, tuple[RecordId, ...]]]:
        """What is reconciled for a scope: its counted logs, and all logs of the streams that go with it (`scopes_of`).

        Each log once, in any order, with the ids of its tips, sorted.
        """
        ...

    def scopes_of(self, agent: bytes) -> tuple[ScopeId, ...]:
        """The scopes with which the agent's stream goes, sorted: those with logs of it, those with logs of these …"""
        ...

    def agents_of_log(self, log: bytes) -> tuple[AgentId, ...]:
        """Who began a log, and for whom else its key speaks there (`Batch.voices`), sorted."""
        ...

    def fresh_heads(self, scope: bytes, since: bytes, limit: int) -> tuple[RecordId, ...]:
        """Tips that stand in `scope` (as in `logs_standing_in`) and arrived after the record `since`, latest first.

        `since` empty: all tips.
        """
        ...

    def agents_in_scope(self, scope: bytes) -> tuple[AgentId, ...]:
        """Every agent that stands in `agent` or `auth` of a record in the scope, sorted."""
        ...

    def id_at(self, log: bytes, lane: int, seq: int) -> RecordId | None:
        """The id of the record with this seq on the path of a lane: its own records, before `base` its parent's."""
        ...

    def run_after(self, log: bytes, lane: int, seq: int, max_records: int, max_bytes: int) -> StoredRun | None:
        """The records after `seq` on the path of this lane, as many as fit, ending in a signed one.

        The path is the lane's own records, and its parents' before `base`: a run may cross from a parent into the
        lane. A stretch under one signature is given whole even if it exceeds the limits: it never exceeds those of
        a run. None when nothing follows.
        """
        ...

    def proof_run(self, record_id: bytes) -> StoredRun | None:
        """The headers from this record to the next signature in its lane."""
        ...

    def private(self, record_id: bytes) -> bytes | None:
        """The private part, if held."""
        ...

    def steady(self) -> AbstractContextManager[None]:
        """Read at one point in time, and faster, as long as this lasts: milliseconds."""
        ...

    def privates(self, record_ids: Sequence[bytes]) -> list[tuple[RecordId, bytes]]:
        """Those of these records' private parts that are held, each with its record, in the order asked for."""
        ...

    def private_missing(self, limit: int, after: int = 0) -> Sequence[tuple[int, RecordId]]:
        """(arrival, id) of records whose private part is neither held nor erased, by arrival, after `after`."""
        ...

    def erased(self, record_id: bytes) -> bool:
        """Whether the private part of this record was erased and must never be taken in again."""
        ...

    def evicted(self, record_id: bytes) -> bool:
        """Whether the private part of this record was let go, or not asked for, and is not missing."""
        ...

    def part_bytes(self) -> Iterator[tuple[AgentId, int]]:
        """How many bytes of private parts of each agent's logs are held; an agent may come more than once."""
        ...

    def parts_in(self, log: bytes, lane: int, seq: int, limit: int) -> tuple[list[PartHere], int | None]:
        """Private parts of a lane's own records after `seq`, not erased ones, among the next `limit` records.

        Also the seq to go on after, None at the end of the lane.
        """
        ...

    def parts_held(self, after: int, upto: int, limit: int) -> list[tuple[LogId, PartHere]]:
        """Private parts held of records with arrivals after `after` and up to `upto`, by arrival, each with its log."""
        ...

    def last_arrival(self) -> int:
        """The number of the latest record that arrived, 0 for none."""
        ...

    def missing(self, limit: int) -> tuple[RecordId, ...]:
        """Ids that stored records name and that are not stored, oldest first."""
        ...

    def root_of(self, agent: bytes) -> Key | None:
        """The key that signed the agent's genesis, if that is stored."""
        ...

    def network(self, scope: bytes) -> NetworkFacts | None:
        """What the genesis of a network says, if that is stored and `scope` is a network."""
        ...

    def peers(self) -> tuple[PeerEntry, ...]:
        """The peer book."""
        ...

    def held(self, record_id: bytes) -> tuple[HeldEntry, ...]:
        """Who says that it stores this record: one entry for each agent, the furthest."""
        ...

    def rows(self, kind: type[RowT], start: tuple[str | bytes, ...] = ()) -> tuple[RowT, ...]:
        """All local rows of one kind whose key begins with `start`, by key."""
        ...

    def has_rows(self, kind: type[LocalRow]) -> bool:
        """Whether there is a local row of one kind."""
        ...
