"""A stream that speaks our protocol, as the rest of the node sees it."""

import trio

from meshnode.net.libp2p.connection import Connection
from meshnode.net.libp2p.stream import MuxedStream
from meshnode.net.transport import RECEIVE_BYTES, ChannelClosed, CloseReason, PeerId


class StreamChannel:
    """A `Channel` over libp2p. It is all its connection is for: both close together."""

    def __init__(self, connection: Connection, stream: MuxedStream) -> None:
        self._connection, self._stream = connection, stream
        self._closed = False
        connection.in_use = stream.claimed = True

    @property
    def peer(self) -> PeerId:
        """See `Channel.peer`."""
        return self._connection.peer

    @property
    def address(self) -> str:
        """See `Channel.address`."""
        return self._connection.address

    @property
    def outbound(self) -> bool:
        """See `Channel.outbound`."""
        return self._connection.outbound

    async def send(self, data: bytes) -> None:
        """See `Channel.send`."""
        self._check()
        try:
            await self._stream.send(data)
        except trio.Cancelled:
            if self._stream.torn:
                self._connection.abort(CloseReason.CANCELLED)
            raise

    def send_now(self, data: bytes) -> bool:
        """See `Channel.send_now`."""
        self._check()
        return self._stream.send_now(data)

    async def receive(self, max_bytes: int = RECEIVE_BYTES) -> bytes:
        """See `Channel.receive`."""
        self._check()
        data = await self._stream.receive(max_bytes)
        self._check()
        return data

    async def ping(self) -> float:
        """See `Channel.ping`."""
        self._check()
        return await self._connection.ping()

    async def aclose(self) -> None:
        """See `Channel.aclose`."""
        self._closed = True
        await self._connection.aclose()

    def abort(self, reason: CloseReason = CloseReason.LOCAL) -> None:
        """See `Channel.abort`."""
        self._closed = True
        self._connection.abort(reason)

    def _check(self) -> None:
        if self._closed:
            raise ChannelClosed(self.peer, self._connection.over or CloseReason.LOCAL)
