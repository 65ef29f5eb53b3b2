"""Outbound connections, from an address to a channel: one address, one try, no waiting for others.

Unnecessary once upstream lets its caller try one address at a time without retries, without blacklisting the peer
for a minute after a failure, and without waiting 250 ms after a success.
"""

import errno
import logging
from collections import Counter

import trio
from libp2p.peer.id import ID

from meshnode.net.address import Address, BadAddress, parse
from meshnode.net.libp2p import sockets
from meshnode.net.libp2p.book import Book
from meshnode.net.libp2p.channel import StreamChannel
from meshnode.net.libp2p.connection import Connection
from meshnode.net.libp2p.door import LookAfter, MakeConnection
from meshnode.net.libp2p.gate import Gate, Refusal, Visit
from meshnode.net.libp2p.handshake import WrongPeer, greet
from meshnode.net.libp2p.identity import Identity, read_peer_id
from meshnode.net.libp2p.negotiation import BoundedPipe, HungUp, NotAgreed, ask_for
from meshnode.net.libp2p.violation import Violation
from meshnode.net.libp2p.wire import Wire
from meshnode.net.settings import TransportSettings
from meshnode.net.transport import AlreadyConnected, ChannelClosed, CloseReason, DialError, DialReason, PeerId

CROSSING = 0.5
"""Seconds in which a peer's own dial, made at the same moment and preferred by both, must arrive."""

log = logging.getLogger(__name__)


class Dialler:
    """Reaches peers."""

    def __init__(
        self,
        identity: Identity,
        settings: TransportSettings,
        gate: Gate,
        book: Book,
        counted: Counter[str],
        make: MakeConnection,
        look_after: LookAfter,
    ) -> None:
        self._identity, self._settings = identity, settings
        self._gate, self._book, self._counted = gate, book, counted
        self._make, self._look_after = make, look_after
        self._under_way: dict[PeerId, trio.Event] = {}

    async def dial(self, text: str) -> StreamChannel:
        """See `Transport.dial`."""
        address, peer, expected = self._target(text)
        # Two dials of ours to one peer would only compete; the second waits for what becomes of the first.
        while (other := self._under_way.get(peer)) is not None:
            await other.wait()
        if self._book.holds(peer):
            raise AlreadyConnected(peer)
        done = self._under_way[peer] = trio.Event()
        try:
            return await self._dial(text, address, peer, expected)
        except DialError:
            self._counted["dials_failed"] += 1
            raise
        finally:
            del self._under_way[peer]
            done.set()

    def _target(self, text: str) -> tuple[Address, PeerId, ID]:
        try:
            address = parse(text)
            if address.peer is None:
                raise BadAddress(text, "it must say who is expected there: /p2p/PEER")
            expected = read_peer_id(address.peer)
        except ValueError as error:
            problem = error.problem if isinstance(error, BadAddress) else str(error)
            raise DialError(DialReason.BAD_ADDRESS, text, problem) from None
        if address.peer == self._identity.peer:
            raise DialError(DialReason.SELF, text)
        return address, address.peer, expected

    async def _dial(self, text: str, address: Address, peer: PeerId, expected: ID) -> StreamChannel:
        visit = self._gate.set_out()
        if isinstance(visit, Refusal):
            raise DialError(DialReason.FULL, text)
        wire: Wire | None = None
        channel: StreamChannel | None = None
        try:
            wire = await self._connect(text, address)
            with trio.fail_after(self._settings.handshake_deadline):
                channel = await self._introduce(wire, visit, text, address, peer, expected)
            return channel
        except trio.TooSlowError:
            raise DialError(DialReason.TIMEOUT, text, "the handshake took too long") from None
        finally:
            if channel is None:
                self._gate.leave(visit)
                if wire is not None:
                    wire.cut()

    async def _connect(self, text: str, address: Address) -> Wire:
        try:
            with trio.fail_after(self._settings.dial_deadline):
                return await sockets.connect(address)
        except trio.TooSlowError:
            raise DialError(DialReason.TIMEOUT, text, "nobody answers") from None
        except OSError as error:
            reason = DialReason.REFUSED if error.errno == errno.ECONNRESET else DialReason.UNREACHABLE
            raise DialError(reason, text, error.strerror or str(error)) from None

    async def _introduce(
        self, wire: Wire, visit: Visit, text: str, address: Address, peer: PeerId, expected: ID
    ) -> StreamChannel:
        """Make a channel of a fresh connection; the supervisor of one dial's handshake."""
        try:
            greeted = await greet(wire, self._identity, expected)
        except WrongPeer as wrong:
            raise DialError(DialReason.WRONG_PEER, text, str(wrong)) from None
        except (HungUp, trio.BrokenResourceError):
            raise DialError(DialReason.REFUSED, text) from None
        except (NotAgreed, Violation) as failure:
            raise DialError(DialReason.HANDSHAKE, text, str(failure)) from None
        except Exception as error:  # supervisor: whoever answers a dial must not end the dialler
            log.warning("the handshake with %s failed in an unforeseen way", text, exc_info=True)
            raise DialError(DialReason.HANDSHAKE, text) from error
        connection = self._make(wire, greeted, str(Address(address.kind, address.host, address.port)), True)
        if not await self._book.admit(connection):
            raise AlreadyConnected(peer)
        self._look_after(connection, visit)
        try:
            return await self._open(connection, text, peer)
        except BaseException:
            connection.abort(CloseReason.LOCAL)
            raise

    async def _open(self, connection: Connection, text: str, peer: PeerId) -> StreamChannel:
        try:
            stream = connection.muxer.open()
            await ask_for(self._settings.protocol, BoundedPipe(stream.receive, stream.send))
        except (NotAgreed, Violation) as failure:
            raise DialError(DialReason.NO_PROTOCOL, text, str(failure)) from None
        except (HungUp, ChannelClosed):
            # It may have turned this connection away for the one it is dialling itself.
            self._book.remove(connection)
            if await self._book.comes_to_hold(peer, CROSSING):
                raise AlreadyConnected(peer) from None
            raise DialError(DialReason.REFUSED, text) from None
        return StreamChannel(connection, stream)
