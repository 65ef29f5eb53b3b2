"""Coming back to one's networks after every device was lost, with the help of one member.

At the helper: (vouch) somebody may ask, for a day → (the line's secret and a recovery key are shown) the peer regains
the networks in which that agent stands, on this connection.
At who comes back: wanted → (the conversation opens) asked → doors, one for each network, the agent's own the last.

See protocol/spec/03-sync.md, section 13.
"""

from dataclasses import dataclass, field

from meshnode.core.effects import Done, Regained, ShutOut
from meshnode.core.events import Regain, Vouch
from meshnode.core.gate import Gate
from meshnode.core.ground import Ground, Session
from meshnode.core.mandates import Mandates
from meshnode.core.peers import PeerBook
from meshnode.core.telling import Telling
from meshnode.core.turn import Turn
from meshproto.records.ids import ScopeId
from meshproto.wire.messages import Door, DoorState, Knock
from meshproto.wire.session import (
    ANSWERER,
    DIALLER,
    door_tag,
    invitation_key,
    is_knock,
    is_regain,
    sign_knock,
    sign_regain,
)

VOUCH_MS = 86_400_000
"""How long a line to come back by holds, in milliseconds: time to find the words, and to write a file from a stick."""
VOUCHES = 16
"""Lines that hold at once; the oldest ends."""


@dataclass(slots=True)
class Vouched:
    """Somebody is expected to come back; `until` is in ticks."""

    vouch: Vouch
    until: int


@dataclass(slots=True)
class Return:
    """We come back at a peer; `conn` is the connection over which was asked, 0 before that."""

    wish: Regain
    conn: int = 0
    found: list[ScopeId] = field(default_factory=list)


class Vouching:
    """Lets others come back, and comes back."""

    def __init__(self, ground: Ground, gate: Gate, mandates: Mandates, telling: Telling) -> None:
        self._ground, self._gate, self._mandates, self._telling = ground, gate, mandates, telling
        self._vouched: list[Vouched] = []
        self._return: Return | None = None

    def heed(self, event: Vouch | Regain, book: PeerBook, turn: Turn) -> None:
        """Expect somebody, or come back at a peer, now or as soon as it is there."""
        if isinstance(event, Vouch):
            self._vouched = [*self._vouched, Vouched(event, turn.moment.ticks + VOUCH_MS)][-VOUCHES:]
            turn.answer(event.ticket, Done())
            return
        if self._return is not None:
            turn.answer(self._return.wish.ticket, ShutOut("again"))
        self._return = Return(event)
        book.add(event.peer, event.addresses, turn, by_hand=True, source="join")
        for session in self._ground.open_sessions():
            self.knock(session, turn)

    def take_knock(self, session: Session, knock: Knock, turn: Turn) -> bool:
        """Answer who comes back; False if this is nobody who is expected."""
        theirs, ours = (ANSWERER, DIALLER) if session.outbound else (DIALLER, ANSWERER)
        expected = [each for each in self._vouched if each.vouch.agent == session.agent]
        for each in expected:
            if turn.moment.ticks < each.until and self._proves(session, each.vouch, knock, theirs):
                session.regains = frozenset(self._gate.networks_of(session.agent))
                # Before the doors, after which who comes back may think that all is there.
                self._telling.tell(session, turn)
                tag = door_tag(each.vouch.key, session.transcript, ours)
                is_agreement = self._ground.flight.is_agreement  # of which it is told in another way
                networks = [each for each in sorted(session.regains) if not is_agreement(each)]
                for network in (*networks, ScopeId(session.agent)):
                    turn.send(session.conn, Door(DoorState.OPEN, tag, network, session.agent))
                return True
        return False

    def knock(self, session: Session, turn: Turn) -> None:
        """wanted → asked, if one comes back at the peer of a conversation that is open."""
        here = self._return
        if here is None or here.conn or here.wish.peer != session.peer:
            return
        here.conn = session.conn
        ours = DIALLER if session.outbound else ANSWERER
        key, holder, me = invitation_key(here.wish.secret), here.wish.holder, self._ground.identity.agent
        if holder is None:
            tag, proof = door_tag(key.public, session.transcript, ours), sign_knock(key, session.transcript, ours, me)
        else:
            tag, proof = holder.public, sign_regain(holder, session.transcript, ours, me, key.public)
        turn.send(session.conn, Knock(tag, proof))

    def take_door(self, session: Session, door: Door, turn: Turn) -> ScopeId | None:
        """asked → a door; returns the network behind it, None if it leads into none or was not asked for.

        After the last the ticket is answered, when what is found is on disk.
        """
        here = self._return
        if here is None or here.conn != session.conn:
            return None
        theirs = ANSWERER if session.outbound else DIALLER
        tag = door_tag(invitation_key(here.wish.secret).public, session.transcript, theirs)
        # SPEC 03-sync 13: It MUST pass over those whose tag is not the one due
        if door.tag != tag and door.state is not DoorState.UNKNOWN:
            return None
        if door.state is not DoorState.OPEN:
            self._return = None
            turn.answer(here.wish.ticket, ShutOut(door.state.value))
            return None
        if door.network != self._ground.identity.agent:
            here.found.append(ScopeId(door.network))
            return here.found[-1]
        self._return = None
        turn.after.answers.append((here.wish.ticket, Regained(tuple(here.found))))
        return None

    def parted(self, conn: int) -> None:
        """A connection is gone: asked → wanted."""
        if self._return is not None and self._return.conn == conn:
            self._return.conn, self._return.found = 0, []

    def _proves(self, session: Session, vouch: Vouch, knock: Knock, theirs: bytes) -> bool:
        """Whether a knock shows the line's secret, and a recovery key of the agent unless the helper is one himself."""
        if knock.tag == door_tag(vouch.key, session.transcript, theirs):
            return vouch.suffices and is_knock(vouch.key, session.transcript, theirs, session.agent, knock.proof)
        if not self._mandates.is_committed(session.agent, knock.tag):
            return False
        return is_regain(knock.tag, session.transcript, theirs, session.agent, vouch.key, knock.proof)
