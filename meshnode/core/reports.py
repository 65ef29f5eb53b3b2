"""What the core has to tell: facts for log lines, counters and people. `runtime/watching/reports.py` words them."""

from dataclasses import dataclass
from typing import TypeAlias

from meshproto.records.ids import AgentId, Key, LogId, RecordId, ScopeId
from meshproto.wire.breaches import Breach


@dataclass(frozen=True, slots=True)
class PeerWelcome:
    """A peer has proven who it is; `known` if its agent's genesis is stored and names this key."""

    conn: int
    peer: str
    agent: AgentId
    known: bool
    shared: int


@dataclass(frozen=True, slots=True)
class PeerGone:
    """A connection has ended."""

    conn: int
    peer: str
    reason: str


@dataclass(frozen=True, slots=True)
class PeerBroke:
    """A peer broke the protocol and is closed and backed off for `backoff` ms; 0 if nobody is to blame."""

    conn: int
    peer: str
    breach: Breach
    detail: str
    backoff: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A batch is on disk: how many records and private parts, and from which connection (None: from here)."""

    conn: int | None
    records: int
    privates: int


@dataclass(frozen=True, slots=True)
class NotStored:
    """Records were not taken in, or not yet: `why` is a word of `core/ingest.py` or a reason code."""

    conn: int | None
    log: LogId
    seq: int
    why: str


@dataclass(frozen=True, slots=True)
class ForkFound:
    """A log has forked at `seq`; both records are stored and prove it."""

    log: LogId
    agent: AgentId
    seq: int
    ids: tuple[RecordId, RecordId]


@dataclass(frozen=True, slots=True)
class ForkHealed:
    """This node's own log had forked; the record `healing` joins the branches."""

    log: LogId
    healing: RecordId


@dataclass(frozen=True, slots=True)
class Erased:
    """Private parts were removed because `order` says so."""

    order: RecordId
    targets: tuple[RecordId, ...]


@dataclass(frozen=True, slots=True)
class LetGo:
    """Private parts are not kept here; `why` is "policy", "blocked", "author" or "total" (a bound), or "age"."""

    why: str
    parts: int


@dataclass(frozen=True, slots=True)
class ScopeReady:
    """A network's founding is complete here: its genesis and all founders' accepts are stored."""

    scope: ScopeId


@dataclass(frozen=True, slots=True)
class DeviceAsks:
    """A device that knows the secret of a pairing line asks to be let in; `scope` stands for the secret."""

    key: Key
    scope: ScopeId


@dataclass(frozen=True, slots=True)
class ScopeClosed:
    """A peer that shared a network with us does not admit us any more."""

    conn: int
    scope: ScopeId


@dataclass(frozen=True, slots=True)
class RoundDone:
    """A reconciliation with a peer has ended: how many logs differed."""

    conn: int
    peer: str
    differed: int


@dataclass(frozen=True, slots=True)
class ClaimFailed:
    """A peer said it holds what it could not show; what it says it holds is not counted any more."""

    peer: str
    agent: AgentId
    log: LogId


@dataclass(frozen=True, slots=True)
class MayNotSign:
    """This home was copied or restored, and nobody who held its logs has answered yet."""

    asked: int


@dataclass(frozen=True, slots=True)
class MaySign:
    """A copied home may sign: the peers that held its logs were asked, or the owner decided."""

    forced: bool


@dataclass(frozen=True, slots=True)
class DialFailed:
    """A peer could not be reached at any of its addresses; tried again in `backoff` ms."""

    peer: str
    reason: str
    backoff: int


@dataclass(frozen=True, slots=True)
class Overflow:
    """A bounded table was full and something was dropped; `table` is the setting that bounds it."""

    table: str


@dataclass(frozen=True, slots=True)
class Halted:
    """The store failed; nothing is taken in any more."""

    error: str


News: TypeAlias = (
    PeerWelcome
    | PeerGone
    | PeerBroke
    | Stored
    | NotStored
    | ForkFound
    | ForkHealed
    | Erased
    | LetGo
    | ScopeReady
    | ScopeClosed
    | RoundDone
    | DeviceAsks
    | ClaimFailed
    | MayNotSign
    | MaySign
    | DialFailed
    | Overflow
    | Halted
)
