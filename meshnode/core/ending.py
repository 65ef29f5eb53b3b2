"""How a conversation ends: the other side takes leave, breaks the protocol, or is left by this node."""

from meshnode.core.effects import Close
from meshnode.core.ground import Phase, Session
from meshnode.core.parts import Parts
from meshnode.core.reports import PeerBroke
from meshnode.core.turn import Turn
from meshproto.wire.breaches import Breach, Breached


def take_leave(parts: Parts, session: Session, breach: Breach, turn: Turn) -> None:
    """The other side says goodbye: nothing more is said to it."""
    session.phase = Phase.CLOSED
    parts.hush(session.conn)
    turn.effects.append(Close(session.conn, breach))


def break_off(parts: Parts, session: Session, breached: Breached, turn: Turn) -> None:
    """A peer broke the protocol: end the conversation and leave it alone for a while."""
    pause = parts.book.blame(session.peer, breached.breach, turn)
    turn.tell(PeerBroke(session.conn, session.peer, breached.breach, breached.detail, pause))
    close(parts, session.conn, breached.breach, breached.detail, turn)


def close(parts: Parts, conn: int, breach: Breach, detail: str, turn: Turn) -> None:
    """Say goodbye to a peer, unless that is done."""
    session = parts.ground.sessions.get(conn)
    if session is not None and session.phase is not Phase.CLOSED:
        session.phase = Phase.CLOSED
        parts.hush(conn)
        turn.close(conn, breach, detail)
