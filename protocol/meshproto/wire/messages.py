"""The messages of `/meshnode/sync/1`, one class each.

A message is an array `[code, field, …]`: `tag` is the code, the fields follow in order, each with its limits.
Codes of 128 and above are optional: a reader that does not know one ignores it. `codec.py` reads and writes them;
who may send which and when stands in protocol/spec/03-sync.md.
"""

from enum import IntEnum, StrEnum
from typing import Annotated, NamedTuple, TypeAlias

from msgspec import Meta, Struct

from meshproto.records.ids import AgentId, Key, LogId, RecordId
from meshproto.records.limits import MAX_HEADER, MAX_INT, MAX_PRIVATE, MAX_RUN_RECORDS
from meshproto.wire.breaches import Breach
from meshproto.wire.limits import (
    FAN,
    FINGERPRINT_SIZE,
    MAX_ADDRESS,
    MAX_ADDRESSES,
    MAX_ANNOUNCED,
    MAX_CREDIT,
    MAX_DETAIL,
    MAX_FEATURES,
    MAX_IDS,
    MAX_ITEMS,
    MAX_MARKS,
    MAX_NIBBLES,
    MAX_PEER_ID,
    MAX_PEERS,
    MAX_RANGES,
    MAX_RANK,
    MAX_TAGS,
    MAX_TIPS,
    MAX_VERSIONS,
    MAX_WANTS,
    MAX_WORD,
    NAME_SIZE,
    NONCE_SIZE,
    TAG_SIZE,
)

_32 = Meta(min_length=32, max_length=32)

Seq: TypeAlias = Annotated[int, Meta(ge=1, le=MAX_INT)]
Id: TypeAlias = Annotated[RecordId, _32]
Log: TypeAlias = Annotated[LogId, _32]
Nonce: TypeAlias = Annotated[bytes, Meta(min_length=NONCE_SIZE, max_length=NONCE_SIZE)]
Tag: TypeAlias = Annotated[bytes, Meta(min_length=TAG_SIZE, max_length=TAG_SIZE)]
Signature: TypeAlias = Annotated[bytes, Meta(min_length=64, max_length=64)]
Address: TypeAlias = Annotated[str, Meta(max_length=MAX_ADDRESS)]
Addresses: TypeAlias = Annotated[tuple[Address, ...], Meta(max_length=MAX_ADDRESSES)]
Ids: TypeAlias = Annotated[tuple[Id, ...], Meta(max_length=MAX_IDS)]
SomeIds: TypeAlias = Annotated[tuple[Id, ...], Meta(min_length=1, max_length=MAX_IDS)]

Name: TypeAlias = Annotated[bytes, Meta(min_length=NAME_SIZE, max_length=NAME_SIZE)]
"""How both sides of one session name a shared scope: the first 8 bytes of the dialler's tag for it."""

Span: TypeAlias = Annotated[bytes, Meta(min_length=1, max_length=1 + MAX_NIBBLES // 2)]
"""A range of logs: one byte that counts nibbles, then that many nibbles of the log's id, packed."""


class Mark(NamedTuple):
    """A place in a log."""

    seq: Seq
    id: Id


class LogTip(NamedTuple):
    """A tip of a log, with the log's name."""

    log: Log
    seq: Seq
    id: Id


Tips: TypeAlias = Annotated[tuple[LogTip, ...], Meta(min_length=1, max_length=MAX_ANNOUNCED)]


class Part(IntEnum):
    """Why a run is sent: pushed because it is new, or in answer to a `want` or `get`, the last one marked."""

    PUSHED = 0
    WANTED = 1
    LAST = 2


class Hello(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=1):
    """The first message of each side: what it speaks, and a nonce for the proof of who it is.

    `credit` are the bulk bytes the other side may send from the start.
    """

    versions: Annotated[tuple[Annotated[int, Meta(ge=1, le=MAX_INT)], ...], Meta(min_length=1, max_length=MAX_VERSIONS)]
    nonce: Nonce
    features: Annotated[tuple[Annotated[str, Meta(max_length=MAX_WORD)], ...], Meta(max_length=MAX_FEATURES)]
    credit: Annotated[int, Meta(ge=0, le=MAX_CREDIT)]
    listening: Addresses


class Auth(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=2):
    """Proof that the device `key` of `agent` speaks, bound to both peer ids, both nonces and the role."""

    agent: Annotated[AgentId, Meta(max_length=32)]
    key: Annotated[Key, _32]
    signature: Signature


class Scopes(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=3):
    """Tags of the scopes this side is ready to share with the other; each such message replaces the one before."""

    tags: Annotated[tuple[Tag, ...], Meta(max_length=MAX_TAGS)]


class Range(NamedTuple):
    """Fingerprints of logs in one scope set: one for the whole span, or 16, one for each of its parts."""

    name: Name
    span: Span
    prints: Annotated[bytes, Meta(min_length=FINGERPRINT_SIZE, max_length=FAN * FINGERPRINT_SIZE)]


class Item(NamedTuple):
    """One log and its tips, sorted; `rank` puts causes before effects."""

    log: Log
    rank: Annotated[int, Meta(ge=0, le=MAX_RANK)]
    tips: Annotated[tuple[Mark, ...], Meta(min_length=1, max_length=MAX_TIPS)]


class Listing(NamedTuple):
    """Logs in a span: all of them if `answer` (the other side then lists what differs), else those that differ."""

    name: Name
    span: Span
    answer: bool
    items: Annotated[tuple[Item, ...], Meta(max_length=MAX_ITEMS)]


class Compare(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=4):
    """One step of a reconciliation; empty when nothing is left to say. `round` is the opener's number."""

    round: Annotated[int, Meta(ge=0, le=MAX_INT)]
    ranges: Annotated[tuple[Range, ...], Meta(max_length=MAX_RANGES)]
    listings: Annotated[tuple[Listing, ...], Meta(max_length=MAX_RANGES)]


class LogWant(NamedTuple):
    """What is wanted of one log: everything after the marks the other side knows, on every branch."""

    log: Log
    have: Annotated[tuple[Mark, ...], Meta(max_length=MAX_MARKS)]


class Want(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=5):
    """Ask for logs, in this order; `privates` asks for the private parts along with them."""

    logs: Annotated[tuple[LogWant, ...], Meta(min_length=1, max_length=MAX_WANTS)]
    privates: bool


class Headers(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=6):
    """A run on its way: headers as received and one signature on the last."""

    headers: Annotated[
        tuple[Annotated[bytes, Meta(min_length=1, max_length=MAX_HEADER)], ...],
        Meta(min_length=1, max_length=MAX_RUN_RECORDS),
    ]
    signature: Signature
    part: Part


class Unknown(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=7):
    """Answer to the want of one log: none of the marks is known here, or there is nothing to serve."""

    log: Log


class WantPrivates(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=8):
    """Ask for private parts by record id."""

    ids: SomeIds


class Privates(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=9):
    """Private parts; and which of those asked for are erased, which not held."""

    parts: Annotated[
        tuple[tuple[Id, Annotated[bytes, Meta(min_length=1, max_length=MAX_PRIVATE)]], ...], Meta(max_length=MAX_IDS)
    ]
    erased: Ids
    missing: Ids


class Have(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=10):
    """Announce new tips without sending the records."""

    tips: Tips


class Graft(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=11):
    """Ask to be sent new records of a scope set as they are committed."""

    name: Name


class Prune(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=12):
    """Ask to be told only the tips of a scope set: the records come from others already."""

    name: Name


class Get(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=13):
    """Ask for single records by id: what others name and nobody listed."""

    ids: SomeIds


class Held(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=14):
    """Say which tips are stored durably here."""

    tips: Tips


class Spot(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=15):
    """Ask for proof of what was said to be held: the records of one log from `first` to `last`, after a nonce."""

    nonce: Nonce
    first: Id
    last: Id


class Proof(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=16):
    """Answer to a `spot`: SHA-256(nonce ‖ headers), or empty when it cannot be given."""

    nonce: Nonce
    digest: Annotated[bytes, Meta(max_length=32)]


class Peers(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=17):
    """Where other members of a shared network can be reached: peer ids, each with addresses."""

    name: Name
    peers: Annotated[
        tuple[tuple[Annotated[str, Meta(min_length=1, max_length=MAX_PEER_ID)], Addresses], ...],
        Meta(max_length=MAX_PEERS),
    ]


class Credit(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=18):
    """Grant that many more bytes of runs and private parts."""

    bytes: Annotated[int, Meta(ge=1, le=MAX_CREDIT)]


class Bye(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=19):
    """The last message: why the connection ends."""

    breach: Breach
    detail: Annotated[str, Meta(max_length=MAX_DETAIL)] = ""


class Knock(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=20):
    """Ask to be let in by an invitation: its tag in this session, and the proof by its key."""

    tag: Tag
    proof: Signature


class DoorState(StrEnum):
    """What becomes of a knock."""

    OPEN = "open"
    USED = "used"
    ENDED = "ended"
    LATE = "late"
    UNKNOWN = "unknown"


class Door(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=21):
    """The answer to a knock. `tag` shows that the invitation is known here; the network and the grant that invites are
    told if the door is open."""

    state: DoorState
    tag: Annotated[bytes, Meta(max_length=TAG_SIZE)]
    network: Annotated[bytes, Meta(max_length=32)]
    grant: Annotated[bytes, Meta(max_length=32)]


class Agreements(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag=22):
    """Tell of agreements of which the other side may read, and of which it has shown no tag."""

    ids: SomeIds


class Optional(Struct, frozen=True):
    """A message of a kind this node does not know and may ignore."""

    code: int


Spoken: TypeAlias = (
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
    | Knock
    | Door
    | Agreements
)
"""All kinds this version speaks."""

Message: TypeAlias = Spoken | Optional

Live: TypeAlias = Have | Graft | Prune | Held | Spot | Proof | Peers
"""What keeps nodes up to date with each other."""

Opened: TypeAlias = Scopes | Compare | Want | Unknown | WantPrivates | Get | Credit | Knock | Door | Agreements | Live
"""What may be said once both have proven who they are, but bulk messages."""

Small: TypeAlias = Hello | Auth | Bye | Optional | Opened
"""All but bulk messages, which are runs and private parts."""
