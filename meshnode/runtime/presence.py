"""Who is connected, who speaks there, and what became of the last attempts: gathered from what the core reports.

For people and the status; the one decision that rests on it is who has to go when strangers hold too much.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import assert_never

from meshnode.core.reports import (
    ClaimFailed,
    DeviceAsks,
    DialFailed,
    Erased,
    ForkFound,
    ForkHealed,
    Halted,
    LetGo,
    MayNotSign,
    MaySign,
    News,
    NotStored,
    Overflow,
    PeerBroke,
    PeerGone,
    PeerWelcome,
    RoundDone,
    ScopeClosed,
    ScopeReady,
    Stored,
)

MAX_ASKING = 16
"""Devices that may ask at once; whoever knows the line of a pairing can make up any number."""
MAX_TROUBLED = 1024
"""Peers whose last trouble is remembered; the oldest is forgotten."""


@dataclass(slots=True)
class Connected:
    """One connection that has proven who speaks."""

    conn: int
    peer: str
    agent: bytes
    shared: int
    since: int
    address: str = ""
    received: int = 0
    rounds: int = 0
    compared: int = 0
    """When the last comparison came to an end, milliseconds UTC; when it connected until there was one."""


@dataclass(slots=True)
class Trouble:
    """Why a peer could not be reached or kept, and when it is tried again, in milliseconds UTC."""

    reason: str
    next_try: int


@dataclass(slots=True)
class Presence:
    """The state of the connections, by connection; and the last trouble of each peer."""

    connected: dict[int, Connected] = field(default_factory=dict)
    troubles: dict[str, Trouble] = field(default_factory=dict)
    may_not_sign: int | None = None
    """How many peers are asked before this home may sign; None if it may."""
    may_sign_again: bool = False
    """A home that might have been an old copy turned out to be the one to go on with."""
    asking: dict[bytes, bytes] = field(default_factory=dict)
    """Devices that ask to be let in, by key, each with the scope that stands for the secret it showed."""
    scopes_ready: int = 0
    """How many networks became ready to be written in since the start."""
    halted: str = ""
    closed: dict[bytes, None] = field(default_factory=dict)
    """Networks of which some peer has told that this node is not in them any more."""

    def of_peer(self, peer: str) -> Connected | None:
        """The connection of a peer, if it has one."""
        return next((each for each in self.connected.values() if each.peer == peer), None)

    def is_stranger(self, conn: int) -> bool:
        """Whether a connection shares no network with this node, or has not shown yet that it does."""
        found = self.connected.get(conn)
        return found is None or not found.shared

    def take(self, news: News, now: int, address_of: Callable[[int], str]) -> None:
        """Take note of one piece of news; `now` is in milliseconds UTC, `address_of` tells where a connection leads."""
        match news:
            case PeerWelcome(conn, peer, agent, _, shared):
                self.connected[conn] = Connected(conn, peer, agent, shared, now, address_of(conn), compared=now)
                self.troubles.pop(peer, None)
            case PeerGone(conn, _, _):
                self.connected.pop(conn, None)
            case PeerBroke(_, peer, breach, detail, backoff):
                self._trouble(peer, f"{breach.value} {detail}".rstrip(), now + backoff)
            case DialFailed(peer, reason, backoff):
                self._trouble(peer, reason, now + backoff)
            case Stored(conn, records, _):
                if conn in self.connected:
                    self.connected[conn].received += records
            case RoundDone(conn, _, _):
                if conn in self.connected:
                    self.connected[conn].rounds += 1
                    self.connected[conn].compared = now
            case MayNotSign(asked):
                self.may_not_sign = asked
            case MaySign():
                self.may_not_sign, self.may_sign_again = None, True
            case DeviceAsks(key, scope):
                if len(self.asking) < MAX_ASKING:
                    self.asking[key] = scope
            case ScopeReady():
                self.scopes_ready += 1
            case ScopeClosed(_, scope):
                self.closed[scope] = None
            case Halted(error):
                self.halted = error
            case NotStored() | ForkFound() | ForkHealed() | Erased() | LetGo() | ClaimFailed() | Overflow():
                pass
            case _:
                assert_never(news)

    def _trouble(self, peer: str, reason: str, next_try: int) -> None:
        self.troubles.pop(peer, None)
        while len(self.troubles) >= MAX_TROUBLED:
            del self.troubles[next(iter(self.troubles))]
        self.troubles[peer] = Trouble(reason, next_try)
