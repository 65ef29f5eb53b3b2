"""Inbound connections, from the accept to the book."""

import logging
import socket
from collections import Counter
from collections.abc import Callable

import trio

from meshnode.net.address import of_socket
from meshnode.net.libp2p import sockets
from meshnode.net.libp2p.book import Book
from meshnode.net.libp2p.connection import Connection
from meshnode.net.libp2p.gate import Gate, Refusal, Visit, source_of
from meshnode.net.libp2p.handshake import Greeted, greet
from meshnode.net.libp2p.identity import Identity
from meshnode.net.libp2p.negotiation import HungUp, NotAgreed
from meshnode.net.libp2p.violation import Violation
from meshnode.net.libp2p.wire import Wire
from meshnode.net.settings import TransportSettings
from meshnode.net.transport import CloseReason

log = logging.getLogger(__name__)

MakeConnection = Callable[[Wire, Greeted, str, bool], Connection]
"""Makes a connection of a wire, its greeted peer, its address, and whether this side dialled."""

LookAfter = Callable[[Connection, Visit], None]
"""Starts the tasks of a connection that is in the book; they give its slot back in the end."""


class Door:
    """Lets peers in."""

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

    async def run(self, listeners: list[socket.socket]) -> None:
        """Accept connections until cancelled."""
        async with trio.open_nursery() as nursery:

            def take(wire: Wire, host: str, port: int) -> None:
                scope = trio.CancelScope()
                visit = self._gate.arrive(source_of(host), scope.cancel, trio.current_time())
                self._counted["accepted"] += 1
                if isinstance(visit, Refusal):
                    self._counted[visit] += 1
                    wire.cut()
                else:
                    nursery.start_soon(self._welcome, wire, visit, scope, str(of_socket(host, port)))

            for listener in listeners:
                nursery.start_soon(sockets.accept, listener, take)

    async def _welcome(self, wire: Wire, visit: Visit, scope: trio.CancelScope, address: str) -> None:
        """Find out who connects, and let them in or not; the supervisor of one handshake."""
        admitted = False
        try:
            with scope, trio.fail_after(self._settings.handshake_deadline):
                admitted = await self._let_in(wire, visit, address)
        except (HungUp, NotAgreed, Violation, trio.BrokenResourceError, trio.ClosedResourceError) as failure:
            self._counted["handshakes_failed"] += 1
            log.debug("the handshake with %s failed: %r", address, failure)
        except trio.TooSlowError:
            self._counted["handshakes_late"] += 1
        except Exception:  # supervisor: whoever connects must not end the listener
            self._counted["handshake_errors"] += 1
            log.warning("the handshake with %s failed in an unforeseen way", address, exc_info=True)
        finally:
            if scope.cancelled_caught:
                self._counted["handshakes_evicted"] += 1
            if not admitted:
                self._gate.leave(visit)
                wire.cut()

    async def _let_in(self, wire: Wire, visit: Visit, address: str) -> bool:
        greeted = await greet(wire, self._identity, None)
        if greeted.peer == self._identity.peer:
            raise Violation(CloseReason.DUPLICATE, "this node connected to itself")
        if refusal := self._gate.settle(visit, known=self._settings.known(greeted.peer)):
            self._counted[refusal] += 1
            return False
        connection = self._make(wire, greeted, address, False)
        if not await self._book.admit(connection):
            return False
        self._look_after(connection, visit)
        return True
