"""Being let in: knocking with an invitation, and answering who knocks.

Of one knock: wanted (nobody there yet) → (the conversation opens) knocked → answered.

What may be told of a door is decided by what is folded; see protocol/spec/03-sync.md, section 12.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from meshnode.core.effects import LetIn, ShutOut
from meshnode.core.gate import OPEN, Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.standing import Doorway, NetworkStanding
from meshnode.core.turn import Turn
from meshproto.records.ids import ScopeId
from meshproto.records.signatures import SigningKey
from meshproto.types.authority import accept_invitation
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.messages import Door, DoorState, Knock
from meshproto.wire.session import ANSWERER, DIALLER, door_tag, invitation_key, is_knock, sign_knock

KNOCKS_WAITING = 64
"""Invitations that wait for their peer to be reached; the oldest is given up."""

KNOCKS_HEARD = 8
"""Knocks answered in one conversation: each costs a look at all invitations."""


@dataclass(slots=True)
class Wish:
    """Somebody waits to be let in at a peer; `conn` is the connection over which was knocked, 0 before that.

    `agent` is the organisation to be let in, empty for the owner.
    """

    ticket: int
    key: SigningKey
    agent: bytes = b""
    conn: int = 0


class Doors:
    """Knocks, and answers knocks."""

    def __init__(self, ground: Ground, gate: Gate) -> None:
        self._ground = ground
        self._gate = gate
        self._wishes: dict[str, Wish] = {}

    def wish(self, ticket: int, peer: str, secret: bytes, turn: Turn, agent: bytes = b"") -> None:
        """Knock at a peer, now or as soon as it is there. Who wished the same before is answered as if not let in."""
        before = self._wishes.pop(peer, None)
        if before is None and len(self._wishes) >= KNOCKS_WAITING:
            before = self._wishes.pop(next(iter(self._wishes)))
        if before is not None:
            turn.answer(before.ticket, ShutOut("again"))
        self._wishes[peer] = Wish(ticket, invitation_key(secret), agent)
        for session in self._ground.open_sessions():
            self.knock(session, turn)

    def knock(self, session: Session, turn: Turn) -> None:
        """wanted → knocked, if somebody wants to be let in at the peer of a conversation that is open."""
        wish = self._wishes.get(session.peer)
        if wish is not None and not wish.conn:
            wish.conn = session.conn
            ours = DIALLER if session.outbound else ANSWERER
            tag = door_tag(wish.key.public, session.transcript, ours)
            proof = sign_knock(wish.key, session.transcript, ours, self._ground.identity.agent)
            turn.send(session.conn, Knock(tag, proof))

    def count(self, session: Session) -> None:
        """Somebody knocks. Raises Breached."""
        session.knocks += 1
        if session.knocks > KNOCKS_HEARD:
            raise Breached(Breach.FLOOD, f"{session.knocks} knocks")

    def take_knock(self, session: Session, knock: Knock, turn: Turn) -> ScopeId | None:
        """Answer a knock. Returns the network into which the peer is let by it."""
        theirs, ours = (ANSWERER, DIALLER) if session.outbound else (DIALLER, ANSWERER)
        found = self._gate.door(lambda key: door_tag(key, session.transcript, theirs) == knock.tag)
        if found is None:
            turn.send(session.conn, _WALL)
            return None
        told, door = found
        if not is_knock(door.key, session.transcript, theirs, session.agent, knock.proof):
            turn.send(session.conn, _WALL)
            return None
        state, tag = _state_of(told, door, turn), door_tag(door.key, session.transcript, ours)
        if state is not DoorState.OPEN:
            turn.send(session.conn, Door(state, tag, b"", b""))
            return None
        session.guest_of[told.scope] = door.grant
        turn.send(session.conn, Door(state, tag, told.scope, door.grant))
        return told.scope

    def take_door(self, session: Session, door: Door, turn: Turn) -> tuple[ScopeId, bytes, bytes] | None:
        """knocked → answered. Returns the network to be joined, what its accept needs (grant and proof), and for whom.

        The ticket is answered when that is on disk.
        """
        wish = self._wishes.get(session.peer)
        if wish is None or wish.conn != session.conn:
            return None
        theirs = ANSWERER if session.outbound else DIALLER
        # SPEC 03-sync 12.2: It MUST pass over a door it has not knocked at, and one whose tag is not the one due.
        if door.tag and door.tag != door_tag(wish.key.public, session.transcript, theirs):
            return None
        del self._wishes[session.peer]
        if door.state is not DoorState.OPEN:
            turn.answer(wish.ticket, ShutOut(door.state.value))
            return None
        network = ScopeId(door.network)
        turn.after.answers.append((wish.ticket, LetIn(network)))
        proof = accept_invitation(door.grant, wish.agent or self._ground.identity.agent, wish.key)["proof"]
        assert isinstance(proof, bytes)
        return network, door.grant + proof, wish.agent

    def parted(self, conn: int) -> None:
        """A connection is gone: knocked → wanted."""
        for wish in [each for each in self._wishes.values() if each.conn == conn]:
            wish.conn = 0


_WALL = Door(DoorState.UNKNOWN, b"", b"", b"")
"""What is said to whoever does not know an invitation of ours: it does not tell whether there are any."""


def _state_of(told: NetworkStanding, door: Doorway, turn: Turn) -> DoorState:
    """What becomes of somebody who holds an invitation."""
    if door.state == "used":
        return DoorState.USED
    if told.is_over or door.state != OPEN:
        return DoorState.ENDED
    today = datetime.fromtimestamp(turn.moment.wall / 1000, UTC).date().isoformat()
    return DoorState.LATE if door.until and door.until < today else DoorState.OPEN
