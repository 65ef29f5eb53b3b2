"""What a peer may cost: bulk bytes by credit, small messages by rate.

Credit: each side says in hello how many bytes of runs and private parts the other may send ahead. What came is
granted again once it is on disk, or at once if nothing is to be stored; so a fast sender waits for our disk.
"""

from meshnode.core.ground import Ground, Session
from meshnode.core.turn import Turn
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.limits import MAX_CREDIT
from meshproto.wire.messages import Compare, Credit, Get, Message, Want

MINUTE = 60_000


def charge(session: Session, message: Message, ground: Ground, turn: Turn) -> None:
    """Count a small message. Raises Breached if there were too many in a minute."""
    if turn.moment.ticks - session.spoken_since >= MINUTE:
        session.spoken_since, session.spoken = turn.moment.ticks, 0
    session.spoken += _weight(message)
    if session.spoken > ground.settings.requests_per_minute:
        raise Breached(Breach.FLOOD, f"{session.spoken} requests in a minute")


def take_bulk(session: Session, cost: int) -> None:
    """Count a bulk message against what was granted. Raises Breached."""
    # SPEC 03-sync 6: A receiver MUST close the connection with W-CREDIT if a bulk message costs more than what is
    # left of the credit it granted.
    session.granted -= cost
    if session.granted < 0:
        raise Breached(Breach.CREDIT, f"{-session.granted} bytes too many")


def give_back(session: Session, cost: int, ground: Ground, turn: Turn) -> None:
    """What a bulk message took may be sent again; granted in steps."""
    session.owed += cost
    if session.owed >= ground.settings.credit_step:
        session.granted += session.owed
        turn.send(session.conn, Credit(session.owed))
        session.owed = 0


def take_credit(session: Session, credit: Credit) -> None:
    """The other side grants more. Raises Breached."""
    session.may_send += credit.bytes
    if session.may_send > MAX_CREDIT:
        raise Breached(Breach.FLOOD, "credit")


def _weight(message: Message) -> int:
    """What answering a message costs, in small messages."""
    match message:
        case Compare(_, ranges, listings):
            return 1 + len(ranges) + sum(1 + len(listing.items) // 16 for listing in listings)
        case Want(logs, _):
            return 1 + len(logs) // 16
        case Get(ids):
            return 1 + len(ids) // 16
        case _:
            return 1
