"""Carries out the core's dials: one address, one try, a bounded number at once."""

import trio

from meshnode.core.events import DialResult, Event
from meshnode.net.transport import AlreadyConnected, ChannelClosed, DialError, NotRunning, Transport
from meshnode.runtime.conversations import Conversations
from meshnode.runtime.inbox import Inbox
from meshnode.runtime.settings import MAX_DIALS


class Dialler:
    """Dials in tasks of the nursery it is given; a connection made is held there too."""

    def __init__(self, transport: Transport, conversations: Conversations, inbox: Inbox[Event]) -> None:
        self._transport, self._conversations, self._inbox = transport, conversations, inbox
        self._room = trio.CapacityLimiter(MAX_DIALS)
        self._nursery: trio.Nursery | None = None

    def begin(self, nursery: trio.Nursery) -> None:
        """Dial, and hold what comes of it, in tasks of this nursery from now on."""
        self._nursery = nursery

    def end(self) -> None:
        """Dial no more, for the nursery is about to close: what the core still asks for is dropped."""
        self._nursery = None

    def dial(self, peer: str, address: str) -> None:
        """Try an address; DialResult follows, unless the node is leaving."""
        if self._nursery is not None:
            self._nursery.start_soon(self._dial, peer, address)

    async def _dial(self, peer: str, address: str) -> None:
        async with self._room:
            try:
                channel = await self._transport.dial(address)
            except AlreadyConnected:
                self._inbox.put_own(DialResult(peer, address, ok=True))
                return
            except DialError as error:
                self._inbox.put_own(DialResult(peer, address, ok=False, reason=error.reason))
                return
            except (NotRunning, ChannelClosed) as error:
                self._inbox.put_own(DialResult(peer, address, ok=False, reason=str(error)))
                return
        self._inbox.put_own(DialResult(peer, address, ok=True))
        await self._conversations.hold(channel)
