"""Which of two connections to the same peer stays: a rule both sides apply alike.

Two nodes that dial each other at the same moment get two connections. Both keep the one dialled by the smaller peer
id. Later, a second connection means that the peer lost the first one without our noticing (it restarted, or its
network changed), or that somebody copied its key; which it is, the first connection tells by answering or not.
"""

from dataclasses import dataclass
from enum import Enum, auto

from meshnode.net.transport import PeerId


class Verdict(Enum):
    """What happens to two connections to the same peer."""

    KEEP_OLD = auto()
    TAKE_NEW = auto()
    ASK_OLD = auto()
    """Keep the old one if it answers, else take the new one."""


@dataclass(frozen=True, slots=True)
class Side:
    """What the rule asks about a connection."""

    outbound: bool
    since: float
    ending: bool


def settle(old: Side, new: Side, *, local: PeerId, peer: PeerId, simultaneous: float) -> Verdict:
    """Decide between two connections; `simultaneous` is how long apart, in seconds, two dials can have crossed."""
    if old.ending:
        return Verdict.TAKE_NEW
    if new.since - old.since > simultaneous:
        return Verdict.ASK_OLD
    if old.outbound == new.outbound:
        # One side dialled twice, so it has given up the first, whether or not the news has reached us.
        return Verdict.TAKE_NEW
    return Verdict.TAKE_NEW if new.outbound == (local < peer) else Verdict.KEEP_OLD
