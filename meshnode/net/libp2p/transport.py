"""The transport over libp2p: joins the parts of this folder and implements `meshnode.net.transport.Transport`.

Unnecessary once upstream's swarm keeps the promises of `gate`, `pairs` and `connection`. Its host is not used: leaving
it leaves sockets open, it retries and blacklists where we have our own backoff, and it remembers every peer it met.
"""

import logging
import socket
from collections import Counter
from collections.abc import Mapping
from typing import Protocol

import trio

from meshnode.net.libp2p import services, sockets
from meshnode.net.libp2p.book import Book
from meshnode.net.libp2p.channel import StreamChannel
from meshnode.net.libp2p.connection import Connection, Shared
from meshnode.net.libp2p.dialler import Dialler
from meshnode.net.libp2p.door import Door
from meshnode.net.libp2p.gate import Gate, Visit
from meshnode.net.libp2p.handshake import Greeted
from meshnode.net.libp2p.identity import identity_of
from meshnode.net.libp2p.negotiation import BoundedPipe, HungUp, NotAgreed, offer
from meshnode.net.libp2p.stream import MuxedStream
from meshnode.net.libp2p.violation import Violation
from meshnode.net.libp2p.windows import Allowance
from meshnode.net.libp2p.wire import Wire
from meshnode.net.settings import TransportSettings
from meshnode.net.transport import ChannelClosed, ChannelHandler, CloseReason, ListeningStatus, NotRunning, PeerId

log = logging.getLogger(__name__)


class _ShelterStatus(Protocol):
    def started(self, value: trio.Nursery) -> None: ...


class Libp2pTransport:
    """A `Transport` over TCP, Noise and yamux.

    Counters: connections and half_open are what is now, all others count since the start: accepted, dialled,
    dials_failed, refused_rate, refused_full, refused_address, handshakes_failed, handshakes_late,
    handshakes_evicted, handshake_errors, duplicates, unused, streams_refused, handler_failures, connection_errors,
    bytes_in, bytes_out, and closed_ with each `CloseReason`.
    """

    def __init__(self, settings: TransportSettings) -> None:
        self._settings = settings
        self._identity = identity_of(settings.seed)
        self._counted: Counter[str] = Counter()
        self._shared = Shared(settings, Allowance(settings.window_total), self._counted)
        self._gate = Gate(settings)
        self._book = Book(self._identity.peer, settings, self._counted)
        parts = (self._identity, settings, self._gate, self._book, self._counted, self._make, self._look_after)
        self._door, self._dialler = Door(*parts), Dialler(*parts)
        self._protocols = (settings.protocol, services.PING, services.IDENTIFY)
        self._listeners: list[socket.socket] = []
        self._shelter: trio.Nursery | None = None
        self._dials: dict[trio.CancelScope, None] = {}
        self._on_channel: ChannelHandler | None = None

    @property
    def peer_id(self) -> PeerId:
        """See `Transport.peer_id`."""
        return self._identity.peer

    def addresses(self) -> tuple[str, ...]:
        """See `Transport.addresses`."""
        return tuple(
            f"{address}/p2p/{self.peer_id}" for listener in self._listeners for address in sockets.reachable(listener)
        )

    def counters(self) -> Mapping[str, int]:
        """See `Transport.counters`."""
        return {**self._counted, "connections": len(self._book), "half_open": self._gate.half_open}

    async def dial(self, address: str) -> StreamChannel:
        """See `Transport.dial`."""
        if self._shelter is None:
            raise NotRunning
        with trio.CancelScope() as scope:
            self._dials[scope] = None
            try:
                channel = await self._dialler.dial(address)
                self._counted["dialled"] += 1
                return channel
            finally:
                del self._dials[scope]
        raise NotRunning

    async def run(self, on_channel: ChannelHandler, *, task_status: ListeningStatus = trio.TASK_STATUS_IGNORED) -> None:
        """See `Transport.run`."""
        self._on_channel = on_channel
        try:
            for address in self._settings.listen:
                self._listeners.append(sockets.listen(address))
            await self._run(task_status)
        finally:
            for listener in self._listeners:
                listener.close()
            self._listeners.clear()

    async def _run(self, task_status: ListeningStatus) -> None:
        leaving = trio.Event()
        async with trio.open_nursery() as nursery:
            self._shelter = await nursery.start(self._give_shelter, leaving)
            nursery.start_soon(self._door.run, self._listeners)
            nursery.start_soon(self._book.patrol)
            task_status.started(self.addresses())
            try:
                await trio.sleep_forever()
            finally:
                self._shelter = None
                for scope in list(self._dials):
                    scope.cancel()
                leaving.set()

    async def _give_shelter(
        self, leaving: trio.Event, *, task_status: "_ShelterStatus" = trio.TASK_STATUS_IGNORED
    ) -> None:
        """Keep the connections' tasks alive while everything else is cancelled, until they have said farewell."""
        with trio.CancelScope(shield=True):
            async with trio.open_nursery() as nursery:
                task_status.started(nursery)
                await leaving.wait()
                await self._book.close_all()
                nursery.cancel_scope.cancel()

    def _make(self, wire: Wire, greeted: Greeted, address: str, outbound: bool) -> Connection:
        return Connection(wire, greeted, self._shared, address=address, outbound=outbound, serve=self._serve)

    def _look_after(self, connection: Connection, visit: Visit) -> None:
        """Run a connection that is in the book, and give its slot back when it is over."""
        if self._shelter is None:
            connection.abort(CloseReason.SHUTDOWN)
            self._depart(connection, visit)
        else:
            self._shelter.start_soon(self._carry, connection, visit)

    async def _carry(self, connection: Connection, visit: Visit) -> None:
        """The supervisor of one connection."""
        try:
            await connection.run()
        except Exception:  # supervisor: one connection must not end the others
            self._counted["connection_errors"] += 1
            log.exception("the connection to %s failed in an unforeseen way", connection.peer)
        finally:
            self._depart(connection, visit)

    def _depart(self, connection: Connection, visit: Visit) -> None:
        self._book.remove(connection)
        self._gate.leave(visit)

    def _serve(self, connection: Connection, stream: MuxedStream) -> None:
        """Serve a stream that the peer opened."""
        if self._shelter is None:
            stream.reset()
            connection.served()
        else:
            self._shelter.start_soon(self._supervise, connection, stream)

    async def _supervise(self, connection: Connection, stream: MuxedStream) -> None:
        """Find out what a stream is for and serve it; the supervisor of one stream."""
        try:
            with trio.fail_after(self._settings.handshake_deadline):
                protocol = await offer(self._protocols, BoundedPipe(stream.receive, stream.send))
            await self._speak(protocol, connection, stream)
        except (NotAgreed, HungUp, ChannelClosed, trio.TooSlowError):
            stream.reset()
        except Violation as violation:
            connection.abort(violation.reason)
        except Exception:  # supervisor: one stream must not end its connection, as upstream lets it end the host
            self._counted["handler_failures"] += 1
            log.exception("serving %s failed in an unforeseen way", connection.peer)
            stream.reset(CloseReason.FAILED)
        finally:
            stream.abandon()
            connection.served()

    async def _speak(self, protocol: str, connection: Connection, stream: MuxedStream) -> None:
        match protocol:
            case services.PING:
                await services.answer_pings(stream)
            case services.IDENTIFY:
                await services.identify(stream, self._identity, self._settings.agent, self._protocols)
            case _ if connection.outbound or connection.in_use:
                # Whoever dialled opens the one stream of ours; another would be a second conversation.
                stream.reset()
            case _:
                await self._converse(StreamChannel(connection, stream))

    async def _converse(self, channel: StreamChannel) -> None:
        """Hand a channel to the rest of the node, and close it whatever comes of that."""
        assert self._on_channel is not None
        try:
            await self._on_channel(channel)
        except ChannelClosed:
            log.debug("the channel to %s ended under its handler", channel.peer)
        except Exception:  # supervisor: a failing handler ends its own channel alone
            self._counted["handler_failures"] += 1
            log.exception("the handler of the channel to %s failed", channel.peer)
            channel.abort(CloseReason.FAILED)
        finally:
            await channel.aclose()
