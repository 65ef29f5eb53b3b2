"""What a node remembers of an agreement besides its records."""

from typing import NamedTuple


class AgreementEntry(NamedTuple):
    """An agreement that this node carries; a local row like those of `ports`. Key: `agreement`."""

    agreement: bytes
    at: int
    """When it came here, milliseconds UTC."""
    host: str = ""
    """The peer that told of it; empty where it began here, or came by file."""
