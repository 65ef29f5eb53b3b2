"""What is checked before the core hears of it: hashes, chains and signatures.

`event_of` touches nothing but its arguments, so the runtime runs it in a worker thread.
"""

from hashlib import sha256

from meshnode.core.events import BreachIn, CheckedPart, MessageIn, PrivatesIn, RunIn
from meshproto.records.ids import RecordId
from meshproto.records.log import check_run
from meshproto.records.reasons import Refused
from meshproto.records.record import read_private
from meshproto.wire.breaches import Breach
from meshproto.wire.codec import cost
from meshproto.wire.messages import Headers, Message, Privates


def is_bulk(message: Message) -> bool:
    """Whether `event_of` has real work to do for this message, worth a worker thread."""
    return isinstance(message, Headers | Privates)


def event_of(conn: int, message: Message) -> MessageIn | RunIn | PrivatesIn | BreachIn:
    """Check a message that came and turn it into the event to hand in."""
    match message:
        case Headers():
            return _run_in(conn, message)
        case Privates():
            return _privates_in(conn, message)
        case _:
            return MessageIn(conn, message)


def checked_part(record: RecordId, raw: bytes) -> CheckedPart:
    """Check that a private part is well formed in itself. Raises Refused: E-* or V-*."""
    read_private(raw)
    return CheckedPart(record, raw, sha256(raw).digest())


def _run_in(conn: int, message: Headers) -> RunIn | BreachIn:
    try:
        run = check_run(message.headers, message.signature)
    except Refused as refusal:
        return BreachIn(conn, Breach.RUN, str(refusal))
    return RunIn(conn, run, message.part, cost(message))


def _privates_in(conn: int, message: Privates) -> PrivatesIn | BreachIn:
    try:
        parts = tuple(checked_part(record, raw) for record, raw in message.parts)
    except Refused as refusal:
        return BreachIn(conn, Breach.PART, str(refusal))
    return PrivatesIn(conn, parts, message.erased, message.missing, cost(message))
