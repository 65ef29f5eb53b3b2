"""What the core needs from the world, as protocols; `store` and the simulation implement them.

A **log** is a tree of lanes. Lane 0 begins at seq 1. Every fork opens a lane: it holds its own records from
`first` on, and what lies before them is on its parent. The path of a lane is that chain from seq 1 to its tip.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from meshproto.records.ids import AgentId, Key, LogId, RecordId, ScopeId
from meshproto.records.log import Run
from meshproto.records.record import Record
from meshproto.records.signatures import SigningKey

NO_LANE = -1
"""The parent of a lane that begins at seq 1."""


class Moment(NamedTuple):
    """Now: wall-clock milliseconds UTC, and milliseconds of a clock that never goes back."""

    wall: int
    ticks: int


class Lane(NamedTuple):
    """One branch of a log: its own records run from `first` to `seq`, whose id is `tip`; before, see `parent`."""

    number: int
    parent: int
    first: int
    seq: int
    tip: RecordId


class Place(NamedTuple):
    """Where a record stands."""

    log: LogId
    lane: int
    seq: int


class LogState(NamedTuple):
    """One stored log. `scope` is the home of its records (never empty), `agent` the author of its first record.

    `counted` is false for a stranger's log in an open network that no member's record reaches: such a log is
    kept outside arrival order, folds and fingerprints. `size` sums the header bytes of all lanes.
    """

    log: LogId
    scope: ScopeId
    key: Key
    agent: AgentId
    lanes: tuple[Lane, ...]
    counted: bool
    size: int


class NetworkFacts(NamedTuple):
    """What a network's genesis says that decides who is served and how much is stored."""

    open: bool
    founders: tuple[AgentId, ...]
    log_records: int
    log_bytes: int


class MissingPart(NamedTuple):
    """A private part that a stored record names and that is neither held nor erased."""

    id: RecordId
    digest: bytes
    size: int


class LocalRow(NamedTuple):
    """A row of this node's own, never sent: (kind, key) → value in the core's encoding; None deletes."""

    kind: str
    key: bytes
    value: bytes | None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who this node signs as: the agent, and the key of this device (the agent's root key)."""

    agent: AgentId
    key: SigningKey


class Ledger(Protocol):
    """Synchronous reads of what is committed. Must answer in microseconds; sees each batch whole or not at all."""

    def has(self, record: bytes) -> bool:
        """Whether the record is stored."""

    def record(self, record: bytes) -> Record | None:
        """Read one header back."""

    def place(self, record: bytes) -> Place | None:
        """Where the record stands, None if it is not stored."""

    def log(self, log: LogId) -> LogState | None:
        """The state of one log, None if nothing of it is stored."""

    def logs_of(self, scope: bytes) -> Iterator[LogState]:
        """All logs whose home is `scope`, counted or not, ordered by log id."""

    def logs_standing_in(self, scope: bytes) -> Iterator[tuple[LogId, tuple[RecordId, ...]]]:
        """The map that is reconciled: counted logs of `scope` and all logs of the streams of their agents.

        Each with the ids of its tips, sorted; every log once, any order.
        """

    def scopes_of(self, agent: bytes) -> tuple[ScopeId, ...]:
        """The scopes in which the agent has a counted log, sorted."""

    def id_at(self, log: LogId, lane: int, seq: int) -> RecordId | None:
        """The id of the record with this seq on the path of a lane."""

    def run_after(self, log: LogId, lane: int, seq: int, max_records: int, max_bytes: int) -> Run | None:
        """The next run on the path of a lane after `seq`: ends in a signed record, as long as the bounds allow.

        When the first signed record lies beyond the bounds the run reaches to it all the same (a log never has
        a longer gap than a run may be). None when nothing follows.
        """

    def proof_run(self, record: bytes) -> Run | None:
        """The headers from this record to the next signature on some lane: its proof."""

    def private(self, record: bytes) -> bytes | None:
        """The private part, None if it is not held."""

    def private_missing(self, after: int, limit: int) -> tuple[int, tuple[MissingPart, ...]]:
        """Parts of counted logs' records neither held nor erased, in order of arrival.

        Returns the arrival to go on after, and at most `limit` parts that arrived after `after`.
        """

    def erased(self, record: bytes) -> bool:
        """Whether the private part was ordered to be erased."""

    def root_of(self, agent: bytes) -> Key | None:
        """The root key of a person whose genesis is stored."""

    def network(self, scope: bytes) -> NetworkFacts | None:
        """The facts of a network whose genesis is stored."""

    def fresh_heads(self, scope: bytes, since: bytes, limit: int) -> tuple[RecordId, ...]:
        """Tips of counted logs that stand in `scope` and arrived after the record `since`, latest first.

        `since` empty: all. The streams of the agents that stand in `scope` belong to it.
        """

    def local(self, kind: str) -> Iterator[tuple[bytes, bytes]]:
        """All local rows of a kind, ordered by key."""

    def local_row(self, kind: str, key: bytes) -> bytes | None:
        """One local row."""


class Chance(Protocol):
    """Randomness as a port: the operating system's in a node, seeded in the simulation."""

    def below(self, limit: int) -> int:
        """A number from 0 to `limit` − 1, each as likely."""

    def bytes(self, count: int) -> bytes:
        """That many bytes nobody can guess."""
