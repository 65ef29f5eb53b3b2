"""What an operator may set about the network, and every bound the transport keeps.

Times are in seconds, sizes in bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from meshnode.net.transport import PeerId

SEED_BYTES = 32
SYNC_PROTOCOL = "/meshnode/sync/1"

KIB = 1024
MIB = 1024 * KIB
FIRST_WINDOW = 256 * KIB


def nobody(_peer: PeerId) -> bool:
    """Know nobody: every peer is a stranger."""
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportSettings:
    """How a transport behaves; the defaults suit a person's own machine."""

    seed: bytes = field(repr=False)
    """The 32-byte Ed25519 seed of the transport key. Never printed."""

    listen: tuple[str, ...] = ("/ip4/0.0.0.0/tcp/0",)
    """Where to listen: `/ip4/.../tcp/...` or `/ip6/.../tcp/...`; port 0 takes a free one. Empty: only dial."""

    protocol: str = SYNC_PROTOCOL
    """The name of the protocol the channels carry, agreed with the peer before anything is sent."""

    agent: str = "meshnode"
    """How this node names its program to peers that ask. No version: it would tell strangers what to attack."""

    known: Callable[[PeerId], bool] = nobody
    """Tells whether a peer is one of ours; asked after the handshake, so it must answer at once."""

    max_connections: int = 256
    """Connections at a time, both directions. Each costs memory and a little work even when idle."""

    reserved_for_known: int = 32
    """How many of those only known peers may use, so that strangers cannot lock friends out."""

    max_connections_per_address: int = 16
    """Established connections of strangers per source address (per /64 for IPv6).

    More than one because households and offices share an address; few, because an attacker has one too.
    """

    max_half_open: int = 64
    """Inbound connections that have not finished their handshake. The oldest of the greediest address yields."""

    max_half_open_per_address: int = 8
    """The same for one source address; its oldest yields, so that somebody in earnest still gets through."""

    accepts_per_address_per_second: float = 20.0
    """Inbound connections that one source address may begin; above it they are closed before any work is done."""

    accepts_per_address_burst: int = 40
    """How many may come at once, as after a restart of a machine with many nodes."""

    dial_deadline: float = 5.0
    """For the connection below: enough for a lost packet or two on a slow line."""

    handshake_deadline: float = 10.0
    """For security, multiplexing and our own protocol together, from accept or connect on."""

    window_max: int = 4 * MIB
    """What a peer may send unread on a stream that proved bulky: 1 MiB gives only 17 MB/s at 50 ms round trip.

    Every stream begins with 256 KiB; the multiplexing protocol fixes that.
    """

    window_total: int = 24 * MIB
    """What all streams together may have been granted beyond what they began with."""

    send_queue: int = 256 * KIB
    """Bytes taken from senders and not yet handed to the system, per connection."""

    max_streams_per_connection: int = 8
    """Streams a peer may have open; ours needs one, ping and identify come and go."""

    ping_interval: float = 2.0
    """After how long without a byte from the peer it is asked for a sign of life."""

    ping_timeout: float = 2.5
    """How long it may take to answer. A frozen peer is dropped after both together."""

    close_deadline: float = 2.0
    """How long a graceful close may take before the connection is cut."""

    def __post_init__(self) -> None:
        """Refuse what cannot work; raises `ValueError` naming the setting."""
        if len(self.seed) != SEED_BYTES:
            raise ValueError(f"seed: expected {SEED_BYTES} bytes, got {len(self.seed)}")
        if not 0 <= self.reserved_for_known < self.max_connections:
            raise ValueError("reserved_for_known: must leave room for others below max_connections")
        if self.window_max < FIRST_WINDOW:
            raise ValueError(f"window_max: must be at least {FIRST_WINDOW}")
        for name in ("max_connections_per_address", "max_half_open", "max_half_open_per_address"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: must be at least 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverySettings:
    """How peers on the same network are found."""

    service: str = "_meshnode._udp.local."
    """The name announced. Our own, so that other programs built on libp2p neither see us nor matter to us."""

    interfaces: tuple[str, ...] = ()
    """The addresses of the network interfaces to use; empty for all of them."""

    retry_interval: float = 30.0
    """After how long to try again where the network did not allow multicast, or when its addresses changed."""

    max_peers: int = 256
    """How many announced peers are remembered at a time; anybody nearby can announce as many as they like."""

    max_addresses: int = 8
    """How many addresses of one peer are passed on."""
