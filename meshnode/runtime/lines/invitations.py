"""The line by which somebody is let into a network: the secret of an invitation, and where to use it (10-lines 3.1).

It is pasted, put into a link, and drawn as a QR code, so it is short and knows no case.
"""

from dataclasses import dataclass

from meshnode.runtime.refusals import Code, Refusal
from meshproto.lines import reading
from meshproto.lines.reading import INVITATION, InvitationLine, kind_of, read_line, write_line
from meshproto.records.reasons import Refused

LINK = reading.JOIN_LINK
MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a line says. `expires` is in milliseconds UTC, 0 for never."""

    secret: bytes
    expires: int
    peer: str
    addresses: tuple[str, ...]


def write_invitation(invitation: Invitation) -> str:
    """The line; of addresses that would make it too long the last are left out."""
    minutes = -(-invitation.expires // MINUTE)
    return write_line(InvitationLine(invitation.secret, minutes, invitation.peer, invitation.addresses))


def is_invitation(text: str) -> bool:
    """Whether somebody means an invitation by what he pasted."""
    return kind_of("".join(text.split())) == INVITATION


def read_invitation(text: str) -> Invitation:
    """What a line says. Raises Refusal if it is damaged."""
    try:
        line = read_line("".join(text.split()))
    except Refused:
        line = None
    if not isinstance(line, InvitationLine):
        why = "this invitation is incomplete or mistyped"
        raise Refusal(Code.BAD_REQUEST, why, "copy the whole line again: it begins with mn1")
    addresses = tuple(f"{each}/p2p/{line.peer}" for each in line.addresses)
    return Invitation(line.secret, line.minutes * MINUTE, line.peer, addresses)
