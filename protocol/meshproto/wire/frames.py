"""Frames: a length of four bytes, big-endian, then the body of one message."""

from meshproto.wire.breaches import Breach, Breached
from meshproto.wire.limits import LENGTH_SIZE, MAX_FRAME


def frame(body: bytes) -> bytes:
    """Put the length before a body of 1 to MAX_FRAME bytes."""
    return len(body).to_bytes(LENGTH_SIZE, "big") + body


class FrameReader:
    """Cuts a stream of bytes into bodies. Holds at most one unfinished frame."""

    __slots__ = ("_held",)

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> list[bytes]:
        """Take in what came and return the bodies that are complete. Raises Breached(FRAME); then stop reading."""
        held = self._held
        held += data
        bodies: list[bytes] = []
        at = 0
        with memoryview(held) as view:
            while len(held) - at >= LENGTH_SIZE:
                size = int.from_bytes(view[at : at + LENGTH_SIZE], "big")
                # SPEC 03-sync 1: A receiver MUST close the connection with W-FRAME if a length is 0 or more than
                # 1,056,768.
                if not 0 < size <= MAX_FRAME:
                    raise Breached(Breach.FRAME, f"{size} bytes")
                end = at + LENGTH_SIZE + size
                if end > len(held):
                    break
                bodies.append(bytes(view[at + LENGTH_SIZE : end]))
                at = end
        del held[:at]
        return bodies

    @property
    def torn(self) -> bool:
        """Whether the stream, if it ended now, would end inside a frame."""
        return bool(self._held)
