"""The bounds of the local API; what the owner may change comes from the configuration."""

from dataclasses import dataclass
from pathlib import Path

MAX_BODY = 1 << 20
"""Bytes of one request's body. The longest honest one, a note with its numbers, stays far below."""
MAX_CONNECTIONS = 64
"""Connections served at once; a command makes one or two, so more is a program that forgot to close them."""
SEND_SECONDS = 10.0
"""How long one send may wait for a reader who does not read.

Hypercorn shields its sends from cancellation, so without this a stalled reader would block shutdown for ever.
"""
IDLE_SECONDS = 5.0
"""How long a connection may stay idle, or take for the head of a request."""
GRACE_SECONDS = 3.0
"""What requests under way may still take once the node is told to stop."""
LONGEST_WAIT_MS = 600_000
"""The longest a request may ask to wait for peers; longer waits are repeated by the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """How the API is served."""

    socket: Path
    """Where the Unix socket stands; its folder is made 0700."""
    request_seconds: float = 60.0
    """Longest time one request may take; imports, exports and waiting for peers have their own."""
    uid: int
    """The one user who may connect."""
