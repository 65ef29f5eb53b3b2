"""How a peer can break the protocol: one code for each way, told in `bye` and in reports.

Exceptions here: `Breached` is what reading the other side's bytes raises. Nothing else leaves this package.
"""

from enum import StrEnum


class Breach(StrEnum):
    """The W-* codes of protocol/spec/03-sync.md. A connection ends with one of them."""

    # What cannot be read.
    FRAME = "W-FRAME"
    """A frame is empty or larger than a frame may be."""
    ENCODING = "W-ENCODING"
    """A frame is not canonical MessagePack."""
    SHAPE = "W-SHAPE"
    """A message has not the fields, types or sizes of its kind."""
    UNKNOWN = "W-UNKNOWN"
    """A message of a kind this node does not know and may not ignore."""

    # What is said at the wrong moment or without right.
    ORDER = "W-ORDER"
    """A message before the conversation has come to it, or a second one where there is only one."""
    VERSION = "W-VERSION"
    """No version of the protocol is common to both; the other may be newer."""
    HELLO = "W-HELLO"
    """The proof of who speaks does not hold for this session."""
    CREDIT = "W-CREDIT"
    """More bulk data than was granted."""
    FLOOD = "W-FLOOD"
    """More messages or requests than a peer may have open or send in a while."""

    # What is false.
    RUN = "W-RUN"
    """A run whose headers, chain or signature are refused."""
    PART = "W-PART"
    """A private part that is not the one its record names."""

    # Ends that are nobody's fault.
    CLOSING = "W-CLOSING"
    """The node is stopping."""
    IDLE = "W-IDLE"
    """The peer did not do in time what it was waited for."""
    TWICE = "W-TWICE"
    """Another connection to the same peer is kept instead of this one."""
    FULL = "W-FULL"
    """No room for one more peer."""
    UNWANTED = "W-UNWANTED"
    """The owner of the node took the peer off the list."""

    @property
    def blames(self) -> bool:
        """Whether the peer did wrong, so that it is backed off."""
        return self not in _NOBODYS_FAULT


_NOBODYS_FAULT = (Breach.VERSION, Breach.CLOSING, Breach.IDLE, Breach.TWICE, Breach.FULL, Breach.UNWANTED)


class Breached(Exception):
    """The other side broke the protocol; `breach` says how, `detail` where."""

    def __init__(self, breach: Breach, detail: str = "") -> None:
        super().__init__(breach, detail)
        self.breach = breach
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.breach.value} {self.detail}".rstrip()
