"""Agreeing on a protocol by multistream-select, with the library's code and our bounds.

The library reads as many bytes as a peer announces, so it reads from a pipe that ends after a fixed number.
Unnecessary once upstream's `read_delim` refuses long messages, as the specification asks (64 KiB).
"""

from collections.abc import Awaitable, Callable

from libp2p.custom_types import TProtocol
from libp2p.io.abc import ReadWriteCloser
from libp2p.protocol_muxer.exceptions import MultiselectClientError, MultiselectError
from libp2p.protocol_muxer.multiselect import Multiselect
from libp2p.protocol_muxer.multiselect_client import MultiselectClient
from libp2p.protocol_muxer.multiselect_communicator import MultiselectCommunicator

from meshnode.net.libp2p.violation import Violation
from meshnode.net.transport import CloseReason

BUDGET_BYTES = 4096
"""What a peer may say while agreeing on a protocol: the names of a few dozen."""

NO_TIMEOUT = 3600
"""The library wants a time-out in whole seconds; ours, which is shorter, is set around the whole handshake."""


class HungUp(Exception):
    """The peer closed while a protocol was being agreed on."""


class NotAgreed(Exception):
    """The peer speaks none of the protocols asked for."""


class BoundedPipe(ReadWriteCloser):
    """A stream as the library wants to see it, which refuses to carry more than `budget` bytes to us."""

    def __init__(
        self,
        receive: Callable[[int], Awaitable[bytes]],
        send: Callable[[bytes], Awaitable[None]],
        *,
        budget: int = BUDGET_BYTES,
        first: bytes = b"",
    ) -> None:
        self._receive, self._send, self._budget = receive, send, budget
        self._waiting = bytearray(first)

    @property
    def rest(self) -> bytes:
        """What arrived and was not read: it belongs to whatever comes next on the stream."""
        return bytes(self._waiting)

    async def read(self, n: int | None = None) -> bytes:
        """Return up to `n` bytes, at least one unless none is asked for.

        Raises `HungUp`, or `Violation` if the peer talks too much.
        """
        while n != 0 and not self._waiting:
            # A stream gives no more than asked for, so that what follows stays where its reader will look for it.
            data = await self._receive(n or 1)
            if not data:
                raise HungUp
            self._waiting += data
        data = bytes(self._waiting[:n])
        del self._waiting[:n]
        self._budget -= len(data)
        if self._budget < 0:
            raise Violation(CloseReason.FLOOD, "says too much before it says what it wants")
        return data

    async def write(self, data: bytes) -> None:
        """Send `data`."""
        await self._send(data)

    async def close(self) -> None:
        """Do nothing: whoever made the pipe closes what is below it."""

    def get_remote_address(self) -> None:
        """Tell nothing: the library needs no address to agree on a protocol."""


async def ask_for(protocol: str, pipe: BoundedPipe) -> None:
    """Ask the peer to speak `protocol`; raises `NotAgreed`, `HungUp` or `Violation`."""
    try:
        await MultiselectClient().select_one_of((TProtocol(protocol),), MultiselectCommunicator(pipe), NO_TIMEOUT)
    except MultiselectClientError as error:
        raise NotAgreed(str(error)) from error
    except UnicodeDecodeError as error:
        raise Violation(CloseReason.MALFORMED, "a protocol name that is no text") from error


async def offer(protocols: tuple[str, ...], pipe: BoundedPipe) -> str:
    """Let the peer choose among `protocols` and return its choice; raises `NotAgreed`, `HungUp` or `Violation`."""
    try:
        chosen, _ = await Multiselect({TProtocol(name): None for name in protocols}).negotiate(
            MultiselectCommunicator(pipe), NO_TIMEOUT
        )
    except MultiselectError as error:
        raise NotAgreed(str(error)) from error
    except UnicodeDecodeError as error:
        raise Violation(CloseReason.MALFORMED, "a protocol name that is no text") from error
    if chosen is None:
        raise NotAgreed("no protocol")
    return chosen
