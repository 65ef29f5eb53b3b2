"""What a peer may ask of this node besides our own protocol: ping and identify, as every libp2p node answers them.

Exceptions end the one stream. Unnecessary once upstream contains them: in 0.8.1 any exception in a stream's handler
ends the whole host.
"""

from typing import Protocol

import trio
from libp2p.identity.identify.pb.identify_pb2 import Identify

from meshnode.net.libp2p.identity import Identity
from meshnode.net.turns import turn

PING = "/ipfs/ping/1.0.0"
PING_BYTES = 32
IDENTIFY = "/ipfs/id/1.0.0"
PROTOCOL_VERSION = "ipfs/0.1.0"


class Stream(Protocol):
    """What a service needs of a stream."""

    async def receive(self, max_bytes: int) -> bytes:
        """See `Channel.receive`."""

    async def send(self, data: bytes) -> None:
        """See `Channel.send`."""

    def finish(self) -> None:
        """Tell the peer that no more will come."""


async def answer_pings(stream: Stream) -> None:
    """Send every 32 bytes back until the peer has enough."""
    waiting = b""
    while data := await stream.receive(PING_BYTES - len(waiting)):
        waiting += data
        if len(waiting) == PING_BYTES:
            await stream.send(waiting)
            waiting = b""
            # Whoever sends many at once leaves the others their turn.
            await trio.lowlevel.checkpoint()
            await turn()
    stream.finish()


async def identify(stream: Stream, identity: Identity, agent: str, protocols: tuple[str, ...]) -> None:
    """Say who this node is and what it speaks.

    Not where else it can be reached: anybody may ask, and our peers learn addresses over our own protocol.
    """
    message = Identify(
        protocol_version=PROTOCOL_VERSION,
        agent_version=agent,
        public_key=identity.key.get_public_key().serialize(),
        protocols=list(protocols),
    ).SerializeToString()
    await stream.send(_varint(len(message)) + message)
    stream.finish()


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
