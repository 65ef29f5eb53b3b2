"""What must be done about an event. The runtime carries these out in the order they come."""

from dataclasses import dataclass, field
from typing import TypeAlias

from meshnode.core.ports import Batch
from meshnode.core.reports import News
from meshproto.records.ids import LogId, RecordId, ScopeId
from meshproto.records.record import Record
from meshproto.wire.breaches import Breach
from meshproto.wire.messages import Message


@dataclass(frozen=True, slots=True)
class Send:
    """Send a message; sends to one connection keep their order."""

    conn: int
    message: Message


@dataclass(frozen=True, slots=True)
class Commit:
    """Store a batch, in the order of the numbers; answer with Committed once it is flushed."""

    batch: Batch


@dataclass(frozen=True, slots=True)
class Close:
    """Send what is queued, then end the connection; answer with PeerDown."""

    conn: int
    breach: Breach


@dataclass(frozen=True, slots=True)
class Dial:
    """Try one address of a peer once; answer with DialResult."""

    peer: str
    address: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """Hand in Woken at `at` (in ticks). Replaces the alarm before."""

    at: int


@dataclass(frozen=True, slots=True)
class Look:
    """Some `SearchEntry` stands in the ledger: look for what these orders name, and answer with Looked."""


@dataclass(frozen=True, slots=True)
class Written:
    """Drafts are on disk; their ids in order, and the records."""

    ids: tuple[RecordId, ...]
    records: tuple[Record, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class NotWritten:
    """Nothing of the write was stored, unless `unknown`: then the store failed on the way.

    `why`: "copied" (ask the peers that held this log, or TrustThisCopy), "scope" (not a network one may write
    in), "unfounded" (`detail`: the founders whose accept is not here), "stranger" (not joined: `detail` is the
    network), what `Denied.why` says (mandates.py), "quota", "draft" (does not encode or is too large), what it
    names is "missing", "pending" or "foreign" (`detail` is its id), "refused" (the ready records), "busy", "store",
    what `Unsummed.why` says (summing.py).
    """

    why: str
    detail: str = ""
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """Offered records are on disk: how many were new, how many known, and how many could not be taken in yet."""

    new: int
    known: int
    waiting: int
    refused: tuple[tuple[LogId, str], ...]


@dataclass(frozen=True, slots=True)
class Synced:
    """A sync has ended: peers that are level with us, peers that could not be reached, and records received."""

    level: tuple[str, ...]
    failed: tuple[str, ...]
    received: int


@dataclass(frozen=True, slots=True)
class Joined:
    """A network's founding is here and checked; it can be written in."""

    scope: ScopeId


@dataclass(frozen=True, slots=True)
class LetIn:
    """A door has opened: this network is carried from now on."""

    scope: ScopeId


@dataclass(frozen=True, slots=True)
class Regained:
    """A peer has let its networks' member come back: these are carried from now on."""

    networks: tuple[ScopeId, ...]


@dataclass(frozen=True, slots=True)
class ShutOut:
    """A door has not opened; `why`: "used" (up), "ended", "late", "unknown" (not there), "again" (knocked anew)."""

    why: str


@dataclass(frozen=True, slots=True)
class Done:
    """What was asked for is done."""


Outcome: TypeAlias = Written | NotWritten | Taken | Synced | Joined | LetIn | Regained | ShutOut | Done


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an event with a ticket."""

    ticket: int
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Report:
    """Something to tell."""

    news: News


Effect: TypeAlias = Send | Commit | Close | Dial | Alarm | Look | Answer | Report
