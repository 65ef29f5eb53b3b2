"""How messages are read and written: canonical MessagePack arrays `[code, field, …]`.

`decode` is strict: it yields a message of the right shape, within all limits, or raises Breached. What the
fields mean is checked by whoever takes the message in.
"""

import msgspec

from meshproto.records.encoding import UNREADABLE
from meshproto.records.encoding import decode as decode_value
from meshproto.records.reasons import Refused
from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.limits import (
    BULK_OVERHEAD,
    FAN,
    FINGERPRINT_SIZE,
    MAX_CODE,
    MAX_NIBBLES,
    OPTIONAL_FROM,
    TAG_SIZE,
    TAG_STEP,
)
from meshproto.wire.messages import (
    Auth,
    Bye,
    Compare,
    Door,
    DoorState,
    Headers,
    Hello,
    Message,
    Optional,
    Peers,
    Privates,
    Proof,
    Scopes,
    Spoken,
)

_ENCODE = msgspec.msgpack.Encoder(order="deterministic").encode  # shortest forms: canonical for what we build
_DECODE = msgspec.msgpack.Decoder(Spoken).decode
_CODES = range(1, 23)


_DOOR_SIZES: dict[DoorState, list[int]] = {
    **{state: [TAG_SIZE, 0, 0] for state in DoorState},
    DoorState.OPEN: [TAG_SIZE, 32, 32],
    DoorState.UNKNOWN: [0, 0, 0],
}
"""Bytes of tag, network and grant, by what becomes of a knock."""


def encode(message: Message) -> bytes:
    """Encode a message as the body of a frame."""
    if isinstance(message, Optional):
        return _ENCODE((message.code,))
    return _ENCODE(message)


def decode(body: bytes) -> Message:
    """Decode the body of a frame. Raises Breached: ENCODING, UNKNOWN or SHAPE."""
    try:
        message: Spoken = _DECODE(body)
        # Equal to its re-encoding: then lengths are shortest, nothing trails, and no other type passed for ours.
        if _ENCODE(message) == body and _is_printable(message):
            _check_shape(message)
            return message
    except UNREADABLE:
        pass
    return _decode_slowly(body)


def cost(message: Headers | Privates) -> int:
    """What a bulk message takes from the credit granted, in bytes."""
    if isinstance(message, Headers):
        return BULK_OVERHEAD + sum(map(len, message.headers))
    return BULK_OVERHEAD + sum(BULK_OVERHEAD + len(raw) for _, raw in message.parts)


def _decode_slowly(body: bytes) -> Optional:
    """Find out what is wrong with a body that is no message of ours; nothing may be, if its kind is optional."""
    try:
        value = decode_value(body)
    except Refused as refusal:
        raise Breached(Breach.ENCODING, str(refusal)) from None
    code = value[0] if isinstance(value, list) and value else None
    if type(code) is not int or not 0 <= code <= MAX_CODE:
        raise Breached(Breach.SHAPE, "not an array with a code")
    # SPEC 03-sync 2: A receiver MUST ignore a message whose code it does not know if the code is 128 or more, and
    # MUST close the connection with W-UNKNOWN if it is less.
    if code >= OPTIONAL_FROM:
        return Optional(code)
    if code not in _CODES:
        raise Breached(Breach.UNKNOWN, f"code {code}")
    raise Breached(Breach.SHAPE, f"code {code}")


def _is_printable(message: Spoken) -> bool:
    """Whether all texts are printable ASCII, as canonical encoding has it on the wire."""
    match message:
        case Hello(_, _, features, _, listening):
            texts = [*features, *listening]
        case Peers(_, peers):
            texts = [text for peer, addresses in peers for text in (peer, *addresses)]
        case Bye(_, detail):
            texts = [detail]
        case _:
            texts = []
    return all(text.isascii() and text.isprintable() for text in texts)


def _check_shape(message: Spoken) -> None:
    """Check what types and lengths alone cannot say. Raises Breached(SHAPE)."""
    match message:
        case Compare(_, ranges, listings):
            spans = [each.span for each in ranges] + [each.span for each in listings]
            if not all(map(is_span, spans)):
                raise Breached(Breach.SHAPE, "not a span")
            if any(len(each.prints) not in (FINGERPRINT_SIZE, FAN * FINGERPRINT_SIZE) for each in ranges):
                raise Breached(Breach.SHAPE, "1 or 16 fingerprints were due")
        case Scopes(tags) if len(tags) % TAG_STEP:
            raise Breached(Breach.SHAPE, f"{len(tags)} tags")
        case Auth(agent, _, _) if len(agent) not in (0, 32):
            raise Breached(Breach.SHAPE, "not an agent")
        case Door(state, tag, network, grant) if [len(tag), len(network), len(grant)] != _DOOR_SIZES[state]:
            raise Breached(Breach.SHAPE, f"not an answer of a door that is {state}")
        case Proof(_, digest) if len(digest) not in (0, 32):
            raise Breached(Breach.SHAPE, "not a digest")
        case _:
            pass


def is_span(span: bytes) -> bool:
    """Whether the bytes name a range; the unused half of the last one is zero, so that each has one name."""
    count = span[0]
    if count > MAX_NIBBLES or len(span) != 1 + (count + 1) // 2:
        return False
    return count % 2 == 0 or span[-1] & 0x0F == 0
