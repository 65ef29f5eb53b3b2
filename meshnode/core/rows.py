"""The local rows: what is durable in a node and never leaves it, and how each kind is stored."""

from typing import NamedTuple


class PeerEntry(NamedTuple):
    """One line of the peer book. Key: `peer`."""

    peer: str
    """The transport's name for the node (a libp2p peer id)."""
    agent: bytes = b""
    """The agent it proved to act for, empty while unknown."""
    addresses: tuple[str, ...] = ()
    added: bool = False
    """The owner added it by hand, so it is never forgotten by itself."""
    seen: int = 0
    """When it was last connected, milliseconds UTC; 0 for never."""
    failures: int = 0
    """Dials in a row that failed."""
    source: str = ""
    """`hand`, `join`, `lan` or `peer`; `inbound` if it came by itself, `member` once it shared a network then."""


class HeldEntry(NamedTuple):
    """One agent says that it stores a log up to a tip. Key: `log`, `agent`, `tip`."""

    log: bytes
    agent: bytes
    tip: bytes
    seq: int
    checked: bool = False
    """The last spot check of this agent was answered rightly."""
    at: int = 0
    """When it said so, milliseconds UTC by our clock."""


class JoinedEntry(NamedTuple):
    """A network or organisation this node belongs to, or had left. Key: `network`."""

    network: bytes
    at: int
    left: bool = False
    slug: str = ""
    """The owner's short name for it."""
    relayed: bool = False
    """It is carried for its members: the owner follows it and has not joined."""
    host: str = ""
    """The peer at which this node was let in, or of which it was told together with the network; else empty."""
    invitation: bytes = b""
    """The grant that invites and the proof that goes into its accept, 32 and 64 bytes; empty once that is signed."""
    leaving: bool = False
    """The owner has left, but nobody who stays is known to have heard of it."""
    agent: bytes = b""
    """The organisation for which the owner takes part; empty if it is for itself, perhaps among others."""


class AgreementEntry(NamedTuple):
    """An agreement that this node carries. Key: `agreement`."""

    agreement: bytes
    at: int
    """When it came here, milliseconds UTC."""
    host: str = ""
    """The peer that told of it; empty where it began here, or came by file."""


class DroppedEntry(NamedTuple):
    """An agreement of which records are here, that concerned nobody here and is not carried. Key: `agreement`."""

    agreement: bytes
    size: int
    """Header bytes that it takes up."""


class TimerEntry(NamedTuple):
    """A running timer; `agent` is the organisation for which it is signed, empty for the owner. Key: `name`."""

    name: str
    started: int
    """Milliseconds UTC."""
    text: str = ""
    project: str = ""
    network: str = ""
    kind: str = ""
    agent: bytes = b""


class AnswerEntry(NamedTuple):
    """What a write with this idempotency key made, so that asking again makes nothing new. Key: `key`."""

    key: str
    request: bytes
    """SHA-256 of the request, so that one key is not used for two."""
    ids: tuple[bytes, ...]
    at: int


class ImportEntry(NamedTuple):
    """One import that can be undone as a whole. Key: `batch`."""

    batch: str
    kind: str
    source: str
    at: int
    ids: tuple[bytes, ...] = ()
    undone: bool = False


class WaitEntry(NamedTuple):
    """A stored record not to be named yet: what it names is not here, or may never be named. Key: `record`, `on`."""

    record: bytes
    on: bytes
    """What it waits for; its own id if it reaches outside its scope for good."""
    log: bytes


class OrderEntry(NamedTuple):
    """An agent has ordered that the private part of whatever bears a name be erased. Key: `name`, `agent`."""

    name: bytes
    """The `ext` of the record."""
    agent: bytes
    order: bytes
    """The record that says so."""


class SearchEntry(NamedTuple):
    """An order to erase, of which was not looked yet what it names weakly among the records stored before it.

    Key: `order`.
    """

    order: bytes


class UndecidedEntry(NamedTuple):
    """An order to erase of which only the fold can tell whether it counts, and has not. Key: `order`."""

    order: bytes


class FollowEntry(NamedTuple):
    """The owner follows an agent: their private parts are kept first. Key: `agent`."""

    agent: bytes
    at: int


class BlockEntry(NamedTuple):
    """The owner has blocked an agent: their private parts are not kept, and they are not shown. Key: `agent`."""

    agent: bytes
    at: int


class ReviewEntry(NamedTuple):
    """Whose private parts are to be looked at one by one, since it changed what is kept. Key: `agent`."""

    agent: bytes
    """Empty: of everybody."""


class BearingEntry(NamedTuple):
    """A record on which something rests that the owner has accepted: its part is never let go. Key: `record`."""

    record: bytes


class NamedEntry(NamedTuple):
    """A person or organisation is named in a scope. Key: `person`, `scope`."""

    person: bytes
    scope: bytes


class DayEntry(NamedTuple):
    """How far arrivals had come on a day. Key: `day`."""

    day: str
    """Days since 1970, eight digits."""
    arrival: int


class TokenEntry(NamedTuple):
    """The right of a program to use the local API. Key: `id`."""

    id: str
    name: str
    """What the owner calls it."""
    digest: bytes
    """SHA-256 of the secret, which stands nowhere."""
    areas: tuple[str, ...]
    created: int
    """Milliseconds UTC, like the other times."""
    expires: int
    used: int = 0
    """When it was last used, to the minute; 0 for never."""


class NoteEntry(NamedTuple):
    """A small fact this node keeps for itself, by name. Key: `name`."""

    name: str
    value: bytes


LocalRow = (
    PeerEntry
    | HeldEntry
    | JoinedEntry
    | AgreementEntry
    | DroppedEntry
    | TimerEntry
    | AnswerEntry
    | ImportEntry
    | WaitEntry
    | OrderEntry
    | SearchEntry
    | UndecidedEntry
    | FollowEntry
    | BlockEntry
    | ReviewEntry
    | BearingEntry
    | NamedEntry
    | DayEntry
    | TokenEntry
    | NoteEntry
)
"""What is durable but never leaves the node. New fields go last and have defaults: rows already stored lack them."""


ROW_KINDS: dict[type[LocalRow], tuple[str, int]] = {
    PeerEntry: ("peer", 1),
    HeldEntry: ("held", 3),
    JoinedEntry: ("joined", 1),
    AgreementEntry: ("agreement", 1),
    DroppedEntry: ("dropped", 1),
    TimerEntry: ("timer", 1),
    AnswerEntry: ("answer", 1),
    ImportEntry: ("import", 1),
    WaitEntry: ("wait", 2),
    OrderEntry: ("order", 2),
    SearchEntry: ("search", 1),
    UndecidedEntry: ("undecided", 1),
    FollowEntry: ("follow", 1),
    BlockEntry: ("block", 1),
    ReviewEntry: ("review", 1),
    BearingEntry: ("bearing", 1),
    NamedEntry: ("named", 2),
    DayEntry: ("day", 1),
    TokenEntry: ("token", 1),
    NoteEntry: ("note", 1),
}
"""The stored name of each kind of row, and how many of its first fields are its key."""


class Forget(NamedTuple):
    """Remove one local row."""

    kind: type[LocalRow]
    key: tuple[str | bytes, ...]
