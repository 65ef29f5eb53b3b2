"""The frames of yamux 1.0.0: twelve bytes of header, and a body behind those of data.

    version 1 | kind 1 | flags 2 | stream 4 | value 4        big endian

The value is the length of the body, a number of bytes granted, the number of a ping, or the code of a farewell.
"""

import struct

PROTOCOL = "/yamux/1.0.0"

VERSION = 0
HEADER = struct.Struct("!BBHII")

BODY_BYTES = 65_519 - HEADER.size
"""The longest body we send: with its header it fills one Noise message exactly."""

MAX_BODY_BYTES = 16 * 1024 * 1024
"""The longest body we let a peer announce, the largest window any known implementation grants."""

INITIAL_WINDOW = 256 * 1024
"""What either side may send on a new stream before it is granted more; fixed by the protocol."""

MAX_WINDOW = 2**32 - 1
"""A window beyond this cannot be meant."""


# What a frame is for. Plain numbers, here and below: they are compared several times for every frame.
DATA, WINDOW, PING, FAREWELL = 0, 1, 2, 3

# What a frame says about its stream, or about its ping.
SYN, ACK, FIN, RST = 1, 2, 4, 8

NORMAL = 0
"""The code of a farewell for no particular reason; an error of the protocol is 1, one of our own 2."""


def header(kind: int, flags: int, stream: int, value: int) -> bytes:
    """Return the header of a frame, which is the whole frame unless it carries data."""
    return HEADER.pack(VERSION, kind, flags, stream, value)
