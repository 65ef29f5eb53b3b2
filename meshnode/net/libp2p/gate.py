"""Who may connect: decided when a connection is accepted, before any work is done for it, and again when it says who
it is. No I/O; the caller tells the time.

    arrive()  -> half-open --settle()--> settled --leave()--> gone
                     `-------leave()----------------------->
    set_out() -> settled --leave()--> gone

A half-open connection yields to a newer one: a handshake in earnest takes milliseconds, so the oldest is the one that
will not finish. Unnecessary once upstream limits connections per source before the handshake, keeps room for known
peers, and gives the slot of a closed connection back: 0.8.1 holds every inbound slot until the process ends.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv6Address, ip_address

from meshnode.net.libp2p.rates import Bucket
from meshnode.net.settings import TransportSettings

REMEMBERED_SOURCES = 4096
"""Source addresses whose rate is remembered; the one that was quiet longest is forgotten first."""


class Refusal(StrEnum):
    """Why a connection was turned away; also the name of its counter."""

    RATE = "refused_rate"
    """Its address connects too often."""
    FULL = "refused_full"
    """There is no slot left, or only slots for known peers."""
    ADDRESS = "refused_address"
    """Its address has as many connections as strangers may."""


@dataclass(eq=False, slots=True)
class Visit:
    """One connection, from accept or dial to close."""

    source: str
    yields: Callable[[], None]
    """Called when it must make room, while it is half-open."""
    stranger: bool = field(default=True, init=False)


def _stay() -> None:
    """Yield to nobody."""


def source_of(host: str) -> str:
    """Return what counts as one source: an IPv4 address, or the /64 that one IPv6 customer has."""
    address = ip_address(host.partition("%")[0])
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(IPv6Address(int(address) >> 64 << 64)) + "/64"
    return str(address)


class Gate:
    """Keeps account of all connections, and of the sources of inbound ones."""

    def __init__(self, settings: TransportSettings) -> None:
        self._settings = settings
        self._half_open: dict[Visit, None] = {}
        self._settled: dict[Visit, None] = {}
        self._rates: OrderedDict[str, Bucket] = OrderedDict()

    @property
    def half_open(self) -> int:
        """How many connections have not finished their handshake."""
        return len(self._half_open)

    def arrive(self, source: str, yields: Callable[[], None], now: float) -> Visit | Refusal:
        """Let a connection begin its handshake, possibly at the cost of an older one, or refuse it."""
        if not self._rate_of(source, now).draw(1, now):
            return Refusal.RATE
        if self._from(source, self._half_open) >= self._settings.max_half_open_per_address:
            self._evict(source)
        elif len(self._half_open) >= self._settings.max_half_open:
            self._evict(self._greediest())
        visit = Visit(source, yields)
        self._half_open[visit] = None
        return visit

    def set_out(self) -> Visit | Refusal:
        """Give a slot to a connection this side dials: whoever we dial is known."""
        if len(self._settled) >= self._settings.max_connections:
            return Refusal.FULL
        visit = Visit("", _stay)
        visit.stranger = False
        self._settled[visit] = None
        return visit

    def settle(self, visit: Visit, *, known: bool) -> Refusal | None:
        """The handshake is over and the peer is `known` or a stranger: give it a slot or refuse it."""
        limit = self._settings.max_connections - (0 if known else self._settings.reserved_for_known)
        if len(self._settled) >= limit:
            return Refusal.FULL
        strangers = sum(1 for other in self._settled if other.stranger and other.source == visit.source)
        if not known and strangers >= self._settings.max_connections_per_address:
            return Refusal.ADDRESS
        self._half_open.pop(visit, None)
        visit.stranger = not known
        self._settled[visit] = None
        return None

    def leave(self, visit: Visit) -> None:
        """Give back what the connection held. Safe to repeat."""
        self._half_open.pop(visit, None)
        self._settled.pop(visit, None)

    def _evict(self, source: str) -> None:
        """Let the oldest half-open connection of `source` yield."""
        oldest = next(visit for visit in self._half_open if visit.source == source)
        del self._half_open[oldest]
        oldest.yields()

    def _greediest(self) -> str:
        """Return the source with most half-open connections, the first of them if several have as many."""
        counts: dict[str, int] = {}
        for visit in self._half_open:
            counts[visit.source] = counts.get(visit.source, 0) + 1
        return max(counts, key=lambda source: counts[source])

    @staticmethod
    def _from(source: str, visits: dict[Visit, None]) -> int:
        return sum(1 for visit in visits if visit.source == source)

    def _rate_of(self, source: str, now: float) -> Bucket:
        bucket = self._rates.get(source)
        if bucket is None:
            settings = self._settings
            bucket = Bucket(settings.accepts_per_address_per_second, settings.accepts_per_address_burst, now)
            self._rates[source] = bucket
            if len(self._rates) > REMEMBERED_SOURCES:
                self._rates.popitem(last=False)
        self._rates.move_to_end(source)
        return bucket
