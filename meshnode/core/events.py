"""What can happen to a node. The runtime hands these to `Node.handle`, one at a time."""

from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from meshnode.core.drafts import Draft, SignedRecords
from meshnode.core.rows import Forget, LocalRow
from meshnode.core.standing import NetworkStanding
from meshproto.records.ids import AgentId, RecordId, ScopeId
from meshproto.records.log import Run
from meshproto.records.signatures import SigningKey
from meshproto.wire.breaches import Breach
from meshproto.wire.messages import Part, Small


@dataclass(frozen=True, slots=True)
class Started:
    """The first event. `copied`: the home's stamp says it was copied or restored, so ask before signing."""

    copied: bool = False
    peer: str = ""
    listening: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listening:
    """Where this node can be dialled has changed."""

    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PeerUp:
    """A connection is open. `conn` numbers it for good; the peer ids are those the transport has proven."""

    conn: int
    peer: str
    address: str
    outbound: bool
    local_peer: str


@dataclass(frozen=True, slots=True)
class PeerDown:
    """A connection has ended, whoever ended it."""

    conn: int
    reason: str


@dataclass(frozen=True, slots=True)
class MessageIn:
    """A message other than runs and private parts."""

    conn: int
    message: Small


@dataclass(frozen=True, slots=True)
class RunIn:
    """A run whose chain and signature hold. `cost` is what it took from the credit granted, in bytes."""

    conn: int
    run: Run
    part: Part
    cost: int


@dataclass(frozen=True, slots=True)
class CheckedPart:
    """A private part that is well formed in itself; `digest` is the SHA-256 of `raw`."""

    id: RecordId
    raw: bytes
    digest: bytes


@dataclass(frozen=True, slots=True)
class PrivatesIn:
    """Private parts that came, each well formed; and what the peer says of the rest."""

    conn: int
    parts: tuple[CheckedPart, ...]
    erased: tuple[RecordId, ...]
    missing: tuple[RecordId, ...]
    cost: int


@dataclass(frozen=True, slots=True)
class BreachIn:
    """What came breaks the protocol: unreadable, or a run or private part that was refused."""

    conn: int
    breach: Breach
    detail: str


@dataclass(frozen=True, slots=True)
class Write:
    """Sign and store drafts as one unit; `ready` goes first, in the same batch, as do the local rows.

    Answered by Written once it is on disk, or by NotWritten. AnswerEntry and ImportEntry rows get the ids of the
    drafts' records appended to theirs.
    """

    ticket: int
    drafts: tuple[Draft, ...]
    ready: SignedRecords = field(default_factory=SignedRecords)
    local: tuple[LocalRow | Forget, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """Take in records that came by file. Answered by Taken once they are on disk."""

    ticket: int
    records: SignedRecords
    local: tuple[LocalRow | Forget, ...] = ()


@dataclass(frozen=True, slots=True)
class Committed:
    """Every batch up to and including this number is on disk."""

    number: int


@dataclass(frozen=True, slots=True)
class CommitFailed:
    """A batch could not be stored. The node takes nothing in from here on; its outcome is unknown."""

    number: int
    error: str


@dataclass(frozen=True, slots=True)
class FoldMoved:
    """More is folded than before: who may do what can have changed."""


@dataclass(frozen=True, slots=True)
class AwaitDevice:
    """Look out for a device that shows a tag of this scope, which stands for a pairing's secret; None: no more.

    Answered by Done; DeviceAsks is told when one comes.
    """

    ticket: int
    scope: ScopeId | None


@dataclass(frozen=True, slots=True)
class Woken:
    """The alarm rang."""


@dataclass(frozen=True, slots=True)
class JoinScope:
    """Take part in a network: reconcile it with whoever shares it. Answered by Joined once its founding is here.

    That one takes part is on disk before, together with the local rows.
    """

    ticket: int
    scope: ScopeId
    peers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    slug: str = ""
    relay: bool = False
    """Carry it for its members, without belonging to it."""
    agent: bytes = b""
    """The organisation for which one takes part, empty for oneself."""
    local: tuple[LocalRow | Forget, ...] = ()


@dataclass(frozen=True, slots=True)
class EnterBy:
    """Knock at a peer with an invitation. Answered by LetIn, then the network is carried, or by ShutOut.

    It is tried until there is an answer; whoever waits for it decides for how long.
    """

    ticket: int
    secret: bytes
    peer: str
    addresses: tuple[str, ...]
    agent: bytes = b""
    """The organisation that is to be let in, empty for oneself."""


@dataclass(frozen=True, slots=True)
class Vouch:
    """Expect an agent that lost every device to come back here, by a line of which `key` is the public key.

    `suffices`: the line alone will do, since the owner keeps a recovery key of that agent. Answered by Done.
    """

    ticket: int
    agent: AgentId
    key: bytes
    suffices: bool = False


@dataclass(frozen=True, slots=True)
class Regain:
    """Come back to the networks of one's agent at a peer that vouches. Answered by Regained, or by ShutOut.

    `holder` is a recovery key of the agent, None where the peer keeps one. It is tried until there is an answer.
    """

    ticket: int
    secret: bytes
    peer: str
    addresses: tuple[str, ...]
    holder: SigningKey | None


@dataclass(frozen=True, slots=True)
class NetworksStand:
    """The fold has moved on: how networks stand now."""

    standings: tuple[NetworkStanding, ...]


@dataclass(frozen=True, slots=True)
class LeaveScope:
    """Stop carrying a network. What is stored stays. Answered by Done once that and the local rows are on disk."""

    ticket: int
    scope: ScopeId
    local: tuple[LocalRow | Forget, ...] = ()


@dataclass(frozen=True, slots=True)
class SyncNow:
    """Reconcile at once with one peer or all, dialling those not connected. Answered by Synced."""

    ticket: int
    peer: str | None = None


@dataclass(frozen=True, slots=True)
class AddPeer:
    """Keep a connection to this peer from now on. Answered by Done once that and the local rows are on disk."""

    ticket: int
    peer: str
    addresses: tuple[str, ...]
    local: tuple[LocalRow | Forget, ...] = ()


@dataclass(frozen=True, slots=True)
class RemovePeer:
    """Forget a peer and close the connection to it. Answered by Done once that and the local rows are on disk."""

    ticket: int
    peer: str
    local: tuple[LocalRow | Forget, ...] = ()


@dataclass(frozen=True, slots=True)
class DialResult:
    """How a Dial ended. When it succeeded, PeerUp has come or comes; `reason` says why it did not."""

    peer: str
    address: str
    ok: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AddressesFound:
    """Someone says where a peer can be dialled; `source` is a word such as "mdns"."""

    peer: str
    addresses: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True)
class TrustThisCopy:
    """The owner says that no newer copy of this home exists. Answered by Done."""

    ticket: int


@dataclass(frozen=True, slots=True)
class Follow:
    """Keep the private parts of an agent before those of others, or not any more.

    Answered by Done once that and the local rows are on disk; `Block` likewise.
    """

    ticket: int
    agent: AgentId
    on: bool
    local: tuple[LocalRow | Forget, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Keep and show nothing of an agent that others need not have, or do so again. Answered by Done."""

    ticket: int
    agent: AgentId
    on: bool
    local: tuple[LocalRow | Forget, ...] = ()


class Found(NamedTuple):
    """An order to erase, and the stored records that bear a name it names; whether it may is not said."""

    order: RecordId
    targets: tuple[RecordId, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What these orders name weakly was looked for among all that is stored. Answered by Done."""

    ticket: int
    found: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Stopping:
    """Say goodbye to everyone; nothing is taken in after this except Committed."""


Event: TypeAlias = (
    Started
    | Listening
    | PeerUp
    | PeerDown
    | MessageIn
    | RunIn
    | PrivatesIn
    | BreachIn
    | Write
    | Offer
    | Committed
    | FoldMoved
    | AwaitDevice
    | CommitFailed
    | Woken
    | JoinScope
    | EnterBy
    | Vouch
    | Regain
    | NetworksStand
    | LeaveScope
    | SyncNow
    | AddPeer
    | RemovePeer
    | DialResult
    | AddressesFound
    | TrustThisCopy
    | Follow
    | Block
    | Looked
    | Stopping
)
