"""The ports through which the node meets the network, and the errors they raise.

A transport carries bytes between authenticated peers and decides nothing about them. It keeps at most one
connection per pair of nodes, bounds what a peer can make it hold, and drops peers that fall silent. The errors:

    TransportError
     +-- ListenError         cannot listen where it was told to
     |    +-- PortInUse      somebody else listens there
     +-- DialError           this address did not lead to this peer, now
     +-- AlreadyConnected    there is a channel to this peer; use that one
     +-- NotRunning          dial() outside of run()
     +-- ChannelClosed       nothing more can be sent or received
"""

from collections.abc import Awaitable, Callable, Mapping
from enum import StrEnum
from typing import NewType, Protocol

PeerId = NewType("PeerId", str)
"""A peer's name on the network: the base58 text of its libp2p peer id, `12D3Koo...`, proven by its key."""

RECEIVE_BYTES = 262_144
"""How much one `receive` returns at most unless told otherwise.

A quarter of the largest message: fewer wake-ups than frames, and still only a moment's work.
"""


class DialReason(StrEnum):
    """Why an address could not be dialled."""

    BAD_ADDRESS = "bad-address"
    """Not an address of the form `/ip4/1.2.3.4/tcp/4001/p2p/12D3Koo...`."""
    SELF = "self"
    """The address names this node."""
    UNREACHABLE = "unreachable"
    """Nobody answers there: refused, no route, or the name does not resolve."""
    TIMEOUT = "timeout"
    """The connection or its handshake took too long."""
    WRONG_PEER = "wrong-peer"
    """Somebody else answers there."""
    HANDSHAKE = "handshake"
    """Whoever answers there does not speak the same security or multiplexing protocol."""
    NO_PROTOCOL = "no-protocol"
    """The peer is reached, but it does not speak our protocol."""
    REFUSED = "refused"
    """The peer is reached and turned us away: it is full, or leaving."""
    FULL = "full"
    """This node already has as many connections as it may."""


class CloseReason(StrEnum):
    """Why a channel ended."""

    LOCAL = "local"
    """This side closed it."""
    REMOTE = "remote"
    """The other side closed it."""
    RESET = "reset"
    """The other side gave it up without closing it."""
    BROKEN = "broken"
    """The network below it broke."""
    SILENT = "silent"
    """The other side did not answer for too long."""
    DUPLICATE = "duplicate"
    """Another connection to the same peer was kept instead."""
    OVERRUN = "overrun"
    """The other side sent more than it had been granted."""
    MALFORMED = "malformed"
    """The other side sent what the multiplexing or security protocol does not allow."""
    FLOOD = "flood"
    """The other side asked for too much work that serves nobody."""
    CANCELLED = "cancelled"
    """A send was given up half way, so what followed could not be understood any more."""
    FAILED = "failed"
    """The code that served the channel failed."""
    SHUTDOWN = "shutdown"
    """This node is leaving."""


class TransportError(Exception):
    """What can go wrong at a transport's ports."""


class ListenError(TransportError):
    """The transport cannot listen at `address`; `detail` says why in the system's words."""

    def __init__(self, address: str, detail: str) -> None:
        self.address, self.detail = address, detail
        super().__init__(f"cannot listen on {address}: {detail}")


class PortInUse(ListenError):
    """Another program, or another node, already listens at `address`."""

    def __init__(self, address: str) -> None:
        super().__init__(address, "the port is in use; stop the other program or choose another port")


class DialError(TransportError):
    """`address` did not lead to a channel. Trying again later, or another address, may."""

    def __init__(self, reason: DialReason, address: str, detail: str = "") -> None:
        self.reason, self.address, self.detail = reason, address, detail
        super().__init__(f"cannot reach {address}: {reason}" + (f" ({detail})" if detail else ""))


class AlreadyConnected(TransportError):
    """There is a connection to `peer`, made by either side; it was or will be handed out as a channel."""

    def __init__(self, peer: PeerId) -> None:
        self.peer = peer
        super().__init__(f"already connected to {peer}")


class NotRunning(TransportError):
    """The transport does not run, so nobody could take care of a connection."""

    def __init__(self) -> None:
        super().__init__("the transport is not running")


class ChannelClosed(TransportError):
    """The channel to `peer` ended for `reason`; nothing more goes in or comes out."""

    def __init__(self, peer: PeerId, reason: CloseReason) -> None:
        self.peer, self.reason = peer, reason
        super().__init__(f"the channel to {peer} is closed: {reason}")


class Channel(Protocol):
    """One authenticated, ordered stream of bytes to one peer and back.

    Bytes, not messages: what was sent in one piece may arrive in several, or together with the next.
    """

    @property
    def peer(self) -> PeerId:
        """Who is at the other end, proven by the handshake."""

    @property
    def address(self) -> str:
        """Where the other end is, as `/ip4/1.2.3.4/tcp/4001`; for people, not for dialling back."""

    @property
    def outbound(self) -> bool:
        """True if this side dialled."""

    async def send(self, data: bytes) -> None:
        """Take `data` into the bounded queue to the peer, waiting while there is no room.

        Calls from several tasks do not mix their bytes. Bound the wait with a deadline; if it cuts a send that
        has begun, the channel is aborted with `CANCELLED`, because the stream would be torn.

        Raises `ChannelClosed`.
        """

    def send_now(self, data: bytes) -> bool:
        """Take all of `data` into the queue if that needs no waiting, else nothing; whether it was taken.

        Bytes of a `send` under way do not mix with it: then it takes nothing. Raises `ChannelClosed`.
        """

    async def receive(self, max_bytes: int = RECEIVE_BYTES) -> bytes:
        """Return between one and `max_bytes` bytes as soon as there are any, b"" once the peer closed cleanly.

        One task at a time. Raises `ChannelClosed` when the channel ended in any other way.
        """

    async def ping(self) -> float:
        """Return how many seconds it takes to the peer's transport and back, whatever else is going on.

        Bound the wait with a deadline. Raises `ChannelClosed`.
        """

    async def aclose(self) -> None:
        """Send what is queued, tell the peer, and close; bounded in time and safe to repeat or cancel."""

    def abort(self) -> None:
        """Close at once, without sending what is queued. Safe to repeat."""


ChannelHandler = Callable[[Channel], Awaitable[None]]
"""Serves one channel; the transport closes the channel when this returns.

It may let `ChannelClosed` pass; any other exception is a bug in it, and is reported as one.
"""


class ListeningStatus(Protocol):
    """What `nursery.start` hands to `Transport.run`: how to say that it listens now."""

    def started(self, value: tuple[str, ...]) -> None:
        """Let `nursery.start` return `value`, the addresses."""


class Transport(Protocol):
    """Dials peers and is dialled by them."""

    @property
    def peer_id(self) -> PeerId:
        """This node's own name, derived from its key."""

    def addresses(self) -> tuple[str, ...]:
        """Return where this node can be dialled, `/p2p/...` included; empty while it does not listen."""

    async def dial(self, address: str) -> Channel:
        """Return a channel to the peer that `address` names, trying this one address once and at once.

        The caller owns the channel and must close it. Never waits longer than the settings' deadlines.

        Raises `DialError`, `AlreadyConnected` (also when the peer's own dial, made at the same moment, won) and
        `NotRunning`.
        """

    async def run(self, on_channel: ChannelHandler, *, task_status: ListeningStatus = ...) -> None:
        """Listen until cancelled and call `on_channel`, in a task each, for every channel a peer opened.

        Reports `started(addresses)` once it really listens. What `on_channel` raises is contained: it is logged,
        counted, and ends that channel alone. On cancellation everything is closed before this returns.

        Raises `PortInUse` or `ListenError` before it has started.
        """

    def counters(self) -> Mapping[str, int]:
        """Return what was counted since the start, by name; the names stand in the transport's own module."""


FoundPeer = Callable[[PeerId, tuple[str, ...]], None]
"""Called with a peer and where it says it can be dialled; nothing of it is proven."""


class Discovery(Protocol):
    """Finds peers nearby and lets them find this node."""

    async def run(self, found: FoundPeer) -> None:
        """Announce and look around until cancelled; `found` is called again when a peer's addresses change.

        Where the network does not allow it, this is logged, and the call waits for better times: it never raises.
        """
