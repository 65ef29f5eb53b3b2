"""The messages of `/meshnode/sync/1`, one frozen class each.

A message is an array `[code, field, …]`. Codes of 128 and above are optional: a reader that does not know
one ignores it. How a message is read and written stands in `codec.py`; who may send which and when stands in
protocol/spec/03-sync.md.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import TypeAlias

from meshproto.records.ids import AgentId, Key, LogId, RecordId
from meshproto.wire.breaches import Breach

Mark: TypeAlias = tuple[int, RecordId]
"""A place in a log: [seq, id]."""

Name: TypeAlias = bytes
"""How both sides of one session name a shared scope: the first 8 bytes of the dialler's tag for it."""

Span: TypeAlias = bytes
"""A range of logs: one byte that counts nibbles, then that many nibbles of the log's id, packed."""


class Part(IntEnum):
    """Why a run is sent: pushed because it is new, or in answer to a `want`, the last one marked."""

    PUSHED = 0
    WANTED = 1
    LAST = 2


@dataclass(frozen=True, slots=True)
class Hello:
    """The first message of each side: what it speaks, and a nonce for the proof of who it is."""

    versions: tuple[int, ...]
    nonce: bytes
    features: tuple[str, ...] = ()
    credit: int = 0
    listening: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Auth:
    """Proof that the device `key` of `agent` speaks, bound to both peer ids, both nonces and the role."""

    agent: AgentId
    key: Key
    signature: bytes


@dataclass(frozen=True, slots=True)
class Scopes:
    """Tags of the scopes this side is ready to share with the other; each such message replaces the one before."""

    tags: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """A fingerprint of all logs in a span of one scope set."""

    name: Name
    span: Span
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """One log and its tips; `rank` puts causes before effects."""

    log: LogId
    rank: int
    tips: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """Logs in a span: all of them if `answer` (the other side then lists what differs), else those that differ."""

    name: Name
    span: Span
    answer: bool
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """One step of a reconciliation; empty when nothing is left to say."""

    round: int
    ranges: tuple[Range, ...]
    listings: tuple[Listing, ...]


@dataclass(frozen=True, slots=True)
class LogWant:
    """What is wanted of one log: everything after the marks the other side knows, on every branch."""

    log: LogId
    have: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Want:
    """Ask for logs, in this order; `privates` asks for the private parts along with them."""

    logs: tuple[LogWant, ...]
    privates: bool


@dataclass(frozen=True, slots=True)
class Headers:
    """A run on its way: headers as received and one signature on the last."""

    headers: tuple[bytes, ...]
    signature: bytes
    part: Part


@dataclass(frozen=True, slots=True)
class Unknown:
    """Answer to a `want` or a run that cannot be followed: none of the marks are known here, or nothing to serve."""

    log: LogId


@dataclass(frozen=True, slots=True)
class WantPrivates:
    """Ask for private parts by record id."""

    ids: tuple[RecordId, ...]


@dataclass(frozen=True, slots=True)
class Privates:
    """Private parts; and which of those asked for are erased, which not held."""

    parts: tuple[tuple[RecordId, bytes], ...]
    erased: tuple[RecordId, ...]
    missing: tuple[RecordId, ...]


@dataclass(frozen=True, slots=True)
class Have:
    """Announce new tips without sending the records."""

    tips: tuple[tuple[LogId, int, RecordId], ...]


@dataclass(frozen=True, slots=True)
class Graft:
    """Ask to be sent new records of a scope set as they are committed."""

    name: Name


@dataclass(frozen=True, slots=True)
class Prune:
    """Ask to be told only the tips of a scope set: the records come from others already."""

    name: Name


@dataclass(frozen=True, slots=True)
class Get:
    """Ask for single records by id: what others name and nobody listed."""

    ids: tuple[RecordId, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """Say which tips are stored durably here."""

    tips: tuple[tuple[LogId, int, RecordId], ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """Ask for proof of what was said to be held: the records from `first` to `last` of a log, hashed after a nonce."""

    nonce: bytes
    first: RecordId
    last: RecordId


@dataclass(frozen=True, slots=True)
class Proof:
    """Answer to a `spot`: SHA-256(nonce ‖ headers); empty when it cannot be given."""

    nonce: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class Peers:
    """Where other members of a shared network can be reached."""

    name: Name
    peers: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Credit:
    """Grant that many more bytes of runs and private parts."""

    bytes: int


@dataclass(frozen=True, slots=True)
class Bye:
    """The last message: why the connection ends."""

    breach: Breach
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Optional:
    """A message of a kind this node does not know and may ignore."""

    code: int


Message: TypeAlias = (
    Hello
    | Auth
    | Scopes
    | Compare
    | Want
    | Headers
    | Unknown
    | WantPrivates
    | Privates
    | Have
    | Graft
    | Prune
    | Get
    | Held
    | Spot
    | Proof
    | Peers
    | Credit
    | Bye
    | Optional
)
