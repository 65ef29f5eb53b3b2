"""What follows the Noise handshake: messages of at most 65,535 bytes, each sealed and prefixed by its length.

The handshake's own cipher states do the sealing. Unnecessary once upstream reads and writes many messages at once:
0.8.1 makes two small reads per message, and formats debug text for each.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from cryptography.exceptions import InvalidTag

from meshnode.net.libp2p.violation import Violation
from meshnode.net.transport import CloseReason

PREFIX_BYTES = 2
TAG_BYTES = 16
PLAIN_BYTES = 65_535 - TAG_BYTES
"""What fits into one message."""

Buffer = bytes | bytearray | memoryview


class Cipher(Protocol):
    """One direction's cipher state, as the `noise` package offers it."""

    def encrypt_with_ad(self, ad: bytes | None, plaintext: Buffer) -> bytes:
        """Seal a message and count it."""

    def decrypt_with_ad(self, ad: bytes | None, ciphertext: Buffer) -> bytes:
        """Open the next message and count it; raises `InvalidTag`."""


class Session:
    """Seals what is sent and opens what arrives."""

    def __init__(self, sealing: Cipher, opening: Cipher) -> None:
        self._sealing, self._opening = sealing, opening
        self._partial = b""

    @property
    def unopened(self) -> int:
        """How many bytes came of a message whose rest has not."""
        return len(self._partial)

    def seal(self, pieces: Sequence[Buffer]) -> bytes:
        """Return `pieces`, joined and sealed, ready for the wire."""
        plain = memoryview(b"".join(pieces))
        sealed: list[bytes] = []
        for start in range(0, len(plain), PLAIN_BYTES):
            message = self._sealing.encrypt_with_ad(None, plain[start : start + PLAIN_BYTES])
            sealed += (len(message).to_bytes(PREFIX_BYTES, "big"), message)
        return b"".join(sealed)

    def open(self, data: bytes) -> Iterator[bytes]:
        """Yield the messages that `data` completes; raises `Violation` if one was not sealed by the peer.

        Iterate to the end: what is left over is kept for the next call.
        """
        if self._partial:
            data = self._partial + data
        view = memoryview(data)
        at = 0
        while at + PREFIX_BYTES <= len(view):
            end = at + PREFIX_BYTES + int.from_bytes(view[at : at + PREFIX_BYTES], "big")
            if end > len(view):
                break
            message = self._open(view[at + PREFIX_BYTES : end])
            at = end
            yield message
        self._partial = bytes(view[at:])

    def _open(self, sealed: memoryview) -> bytes:
        if len(sealed) < TAG_BYTES:
            raise Violation(CloseReason.MALFORMED, "a Noise message without a seal")
        try:
            return self._opening.decrypt_with_ad(None, sealed)
        except InvalidTag:
            raise Violation(CloseReason.MALFORMED, "a Noise message that the peer did not seal") from None
