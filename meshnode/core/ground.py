"""What all parts of the core stand on, and what is known of each connection."""

from dataclasses import dataclass, field
from enum import Enum

from meshnode.core.agenda import Agenda
from meshnode.core.chance import Chance
from meshnode.core.flight import Flight
from meshnode.core.ports import Identity, Ledger
from meshnode.core.settings import CoreSettings
from meshproto.records.ids import AgentId, Key, RecordId, ScopeId
from meshproto.wire.messages import Hello, Name

HEARD_MAX = 1_024
"""Tips remembered per connection that the peer is known to have. Forgetting one costs a needless message."""

NO_AGENT = AgentId(b"")
NO_KEY = Key(b"")


class Phase(Enum):
    """How far a conversation has come: GREETING → PROVING → OPEN → CLOSED; any of them → CLOSED."""

    GREETING = "our hello is out, theirs is due"
    PROVING = "their proof is due"
    OPEN = "both have proven who they are"
    CLOSED = "goodbye is said; nothing counts any more"


@dataclass(slots=True)
class Session:
    """One connection. `shared` names the scopes both sides carry; `agent` is empty until it is proven."""

    conn: int
    peer: str
    address: str
    outbound: bool
    local_peer: str
    nonce: bytes
    phase: Phase = Phase.GREETING
    hello: Hello | None = None
    transcript: bytes = b""
    agent: AgentId = NO_AGENT
    key: Key = NO_KEY
    known: bool = False
    ended: bool = False
    """It speaks with a key that was let in by our owner once, and is not any more."""
    lapsed: bool = False
    """By the fold it speaks with a key that spoke for its agent once, and does not any more."""
    tags_told: tuple[bytes, ...] | None = None
    tags_heard: frozenset[bytes] | None = None
    shared: dict[Name, ScopeId] = field(default_factory=dict)
    agreements_told: dict[ScopeId, None] = field(default_factory=dict)
    """Agreements of which the other side was told."""
    may_send: int = 0
    granted: int = 0
    owed: int = 0
    spoken: int = 0
    spoken_since: int = 0
    heard: dict[RecordId, None] = field(default_factory=dict)
    knocks: int = 0
    guest_of: dict[ScopeId, RecordId] = field(default_factory=dict)
    """Networks for which the peer has proven to hold an invitation, each with that."""
    regains: frozenset[ScopeId] = frozenset()
    """Networks to which the peer comes back: a member here vouches for it, and it has shown a recovery key."""

    def hear(self, tip: RecordId) -> None:
        """Remember that the peer has a record, so that it is not told of it."""
        self.heard[tip] = None
        if len(self.heard) > HEARD_MAX:
            del self.heard[next(iter(self.heard))]

    @property
    def is_open(self) -> bool:
        """Whether records may be exchanged."""
        return self.phase is Phase.OPEN


@dataclass(slots=True)
class Ground:
    """The shared footing of all parts."""

    settings: CoreSettings
    identity: Identity
    ledger: Ledger
    chance: Chance
    flight: Flight
    agenda: Agenda = field(default_factory=Agenda)
    sessions: dict[int, Session] = field(default_factory=dict)

    def session(self, conn: int) -> Session | None:
        """An open session, None if it is not open (any more)."""
        session = self.sessions.get(conn)
        return session if session is not None and session.is_open else None

    def open_sessions(self) -> list[Session]:
        """All open sessions, oldest first."""
        return [session for session in self.sessions.values() if session.is_open]

    def jitter(self, span: int) -> int:
        """A time around `span`, a quarter less to a quarter more, so that nodes do not move in step."""
        return int(span * (0.75 + self.chance.random() / 2))
