"""The bounds of the local API; what the owner may change comes from the configuration."""

MAX_BODY = 1 << 20
"""Bytes of one request's body. The longest honest one, a note with its numbers, stays far below."""
MAX_CONNECTIONS = 640
"""Connections served at once on each socket: some hundreds of watchers, of which each holds one, and the rest."""
BACKLOG = 128
"""Connections that the system may hold until they are accepted."""
MAX_HEAD = 16_384
"""Bytes of the head of a request; an honest one has a few hundred, with a long cookie some thousands."""
MAX_HEADERS = 64
"""Headers of one request; a browser sends about twenty."""
MAX_READERS = 512
"""Streams of events open at once, so that forgotten ones leave connections to everybody else."""
HEARTBEAT_SECONDS = 15.0
"""How long a stream of events may be silent before it says that it is still there; proxies give up after 30 or 60."""
EVENTS_AT_ONCE = 50
"""Events read for one turn of a stream, some milliseconds of work in which nobody else is heard."""
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
