"""The kinds of lines that say few things of fixed size, and how every line is read (10-lines 1 and 3)."""

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from meshproto.lines.cards import CardLine, card_body, read_card_body
from meshproto.lines.places import Places, pack_address, pack_peer
from meshproto.lines.sealing import seal, unseal
from meshproto.records.encoding import decode
from meshproto.records.reasons import Reason, Refused
from meshproto.records.signatures import SIGNATURE_SIZE
from meshproto.types.authority import rotation_message
from meshproto.types.schema import Facts

INVITATION, DEVICE, RECOVERY, CARD = "mn1", "device1.", "recover1.", "card1."
OFFER, ASK, YES = "guard1.", "ask1.", "yes1."
LONGEST: Mapping[str, int] = {
    CARD: 64_000,
    ASK: 100_000,
    **dict.fromkeys((INVITATION, DEVICE, RECOVERY, OFFER, YES), 200),
}
"""Characters of a line by how it begins. 200 are still read as a QR code from a screen."""
JOIN_LINK, LINE_LINK = "meshnode:join/", "meshnode:line/"
"""What an invitation, or any other line, begins with in a link."""
SECRET_SIZE = 16
VERSION = 1
PAIRING_CONTEXT = b"meshnode/1 pairing\n"

_ID_SIZE = _KEY_SIZE = 32
_MINUTES_SIZE = 4
_SPACES = str.maketrans("", "", "\t\n\v\f\r ")
_LOWER = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


class InvitationLine(NamedTuple):
    """How somebody is let into a network. `minutes` UTC until when, 0 for no end; addresses are without the peer."""

    secret: bytes
    minutes: int
    peer: str
    addresses: tuple[str, ...]


class DeviceLine(NamedTuple):
    """How a new device reaches the one that lets it in."""

    agent: bytes
    notebook: bytes
    secret: bytes
    peer: str
    addresses: tuple[str, ...]


class RecoveryLine(NamedTuple):
    """How somebody who lost every device reaches whoever vouches."""

    agent: bytes
    secret: bytes
    peer: str
    addresses: tuple[str, ...]


class OfferLine(NamedTuple):
    """Somebody offers to keep a recovery key: its public half."""

    key: bytes


class AskLine(NamedTuple):
    """Somebody is asked to sign a rotate: its facts without signatures."""

    facts: Facts


class YesLine(NamedTuple):
    """They did."""

    key: bytes
    signature: bytes


Line: TypeAlias = InvitationLine | DeviceLine | RecoveryLine | CardLine | OfferLine | AskLine | YesLine


def kind_of(text: str) -> str:
    """How a text begins that is meant as a line, once what pasting and links add is gone; empty for any other."""
    plain = _plain(text)
    return next((each for each in LONGEST if plain.startswith(each)), "")


def read_line(text: str) -> Line:
    """What a line says. Raises Refused."""
    plain, kind = _plain(text), kind_of(text)
    if not kind:
        raise Refused(Reason.N_KIND)
    # SPEC 10-lines 1.2: 2. It has more characters than its kind may have: `N-SIZE`.
    if len(plain) > LONGEST[kind]:
        raise Refused(Reason.N_SIZE)
    body = unseal(plain, kind)
    match kind:
        case "mn1":
            return _invitation(body)
        case "device1.":
            said, places = _split(body, 2 * _ID_SIZE + SECRET_SIZE)
            agent, notebook, secret = said[:_ID_SIZE], said[_ID_SIZE : 2 * _ID_SIZE], said[2 * _ID_SIZE :]
            return DeviceLine(agent, notebook, secret, places.peer(), places.addresses())
        case "recover1.":
            said, places = _split(body, _ID_SIZE + SECRET_SIZE)
            return RecoveryLine(said[:_ID_SIZE], said[_ID_SIZE:], places.peer(), places.addresses())
        case "guard1.":
            return OfferLine(_exactly(body, _KEY_SIZE))
        case "ask1.":
            return _ask(body)
        case "yes1.":
            said = _exactly(body, _KEY_SIZE + SIGNATURE_SIZE)
            return YesLine(said[:_KEY_SIZE], said[_KEY_SIZE:])
        case _:
            return read_card_body(_versioned(body))


def write_line(line: Line) -> str:
    """The line that says this; of addresses that would make it too long, or that no line can carry, none stands in it.

    Raises ValueError for a peer that no line can carry.
    """
    match line:
        case InvitationLine(secret, minutes, peer, addresses):
            return _written(
                INVITATION, bytes([VERSION]) + secret + minutes.to_bytes(_MINUTES_SIZE, "big"), peer, addresses
            )
        case DeviceLine(agent, notebook, secret, peer, addresses):
            return _written(DEVICE, agent + notebook + secret, peer, addresses)
        case RecoveryLine(agent, secret, peer, addresses):
            return _written(RECOVERY, agent + secret, peer, addresses)
        case OfferLine(key):
            return seal(OFFER, key)
        case AskLine(facts):
            return seal(ASK, rotation_message(facts))
        case YesLine(key, signature):
            return seal(YES, key + signature)
        case _:
            return seal(CARD, bytes([VERSION]) + card_body(line))


def scope_of_pairing(secret: bytes) -> bytes:
    """The 32 bytes that stand for the secret of a `device1.` line where scopes are shown."""
    return sha256(PAIRING_CONTEXT + secret).digest()


def _written(beginning: str, said: bytes, peer: str, addresses: Iterable[str]) -> str:
    body = said + pack_peer(peer)
    for each in map(pack_address, addresses):
        if len(seal(beginning, body + each)) <= LONGEST[beginning]:
            body += each
    return seal(beginning, body)


def _plain(text: str) -> str:
    """A line without what pasting, links and reading aloud add."""
    plain = text.translate(_SPACES)
    invitation = plain.translate(_LOWER).removeprefix(JOIN_LINK)
    return invitation if invitation.startswith(INVITATION) else plain.removeprefix(LINE_LINK)


def _invitation(body: bytes) -> InvitationLine:
    said, places = _split(_versioned(body), SECRET_SIZE + _MINUTES_SIZE)
    minutes = int.from_bytes(said[SECRET_SIZE:], "big")
    return InvitationLine(said[:SECRET_SIZE], minutes, places.peer(), places.addresses())


def _ask(body: bytes) -> AskLine:
    facts = decode(body)
    # SPEC 10-lines 3.4: It is not a map with `root`, `after` and `keys`: `N-SHAPE`.
    if not isinstance(facts, dict) or not {"root", "after", "keys"} <= facts.keys():
        raise Refused(Reason.N_SHAPE)
    return AskLine(facts)


def _versioned(body: bytes) -> bytes:
    # SPEC 10-lines 1.2: 4. Its kind has a version, and that is not 1: `N-VERSION`.
    if body[:1] != bytes([VERSION]):
        raise Refused(Reason.N_VERSION)
    return body[1:]


def _split(body: bytes, size: int) -> tuple[bytes, Places]:
    if len(body) < size:
        raise Refused(Reason.N_SHAPE)
    return body[:size], Places(body[size:])


def _exactly(body: bytes, size: int) -> bytes:
    if len(body) != size:
        raise Refused(Reason.N_SHAPE)
    return body
