"""The client for programs that run on trio: the same calls, awaited.

    node = AsyncClient.of(Path("~/.local/share/meshnode").expanduser())
    await node.work.log("Landing page, first draft", seconds=12600)
    async for event in node.events(after=0):
        ...

Errors, idempotency keys and types are those of `meshnode.client.client`. Nothing else of the client imports trio, and
without trio installed this module cannot be imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar, cast

import trio

from meshnode.client.calls import Call, is_read, next_page, page_by_page
from meshnode.client.connection import proposed, read, read_node_file, refused, request_of, seconds_of
from meshnode.client.errors import BadAnswer, ClientError, CutOff, DeadlineExceeded, NodeNotRunning
from meshnode.client.groups import Groups
from meshnode.client.http import Incoming, Steps
from meshnode.client.listening import SILENCE, Chosen, Event, Listening
from meshnode.client.transport import Address

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path
    from types import TracebackType

    from meshnode.client.answers import Page

T = TypeVar("T")
_CHUNK = 65_536


class AsyncConnection:
    """Asks one node, each question over a connection of its own."""

    def __init__(self, address: Address, seconds: float | None = None, *, proposing: bool = False) -> None:
        self.address = address
        self.seconds = seconds
        """How long a question may take, where that was said."""
        self.proposing = proposing
        """Whether what founders decide on is to be proposed to them; then Proposed is raised."""

    async def ask(self, call: Call[T], /) -> T:
        """Make a call and return the decoded answer; raises the errors of `meshnode.client.errors`."""
        call = proposed(call) if self.proposing else call
        if is_read(call):
            return cast(T, [item async for item in self.pages(page_by_page(call))])
        seconds = seconds_of(call, self.seconds)
        try:
            with trio.fail_after(seconds):
                async with await _connect(self.address) as wire:
                    await wire.send(request_of(call, self.address))
                    answer = await wire.run(Incoming().answer())
        except trio.TooSlowError:
            raise DeadlineExceeded(seconds) from None
        return read(call, answer)

    async def pages(self, call: Call[Page[T]], /) -> AsyncIterator[T]:
        """Read a list to its end, beginning with this call for its first page."""
        following: Call[Page[T]] | None = call
        while following is not None:
            page = await self.ask(following)
            following = next_page(following, page)
            for item in page["items"]:
                yield item


class AsyncClient(Groups[AsyncConnection]):
    """One node, reached over its Unix socket, or at a TCP port with a token."""

    def __init__(self, socket: str, seconds: float | None = None, *, proposing: bool = False) -> None:
        """With `proposing`, what the founders of an organisation decide on is proposed to them, and raises Proposed."""
        super().__init__(AsyncConnection(Address(socket), seconds, proposing=proposing))

    @classmethod
    def at(cls, url: str, token: str, seconds: float | None = None) -> AsyncClient:
        """Return the client of the node that listens at a URL such as http://127.0.0.1:4480; raises ValueError."""
        made = cls("", seconds)
        made.link.address = Address.of(url, token)
        return made

    @classmethod
    def of(cls, data: Path, seconds: float | None = None) -> AsyncClient:
        """Return the client of the node whose data folder is `data`; raises NodeNotRunning if none ever ran."""
        found = read_node_file(data)
        if found is None:
            raise NodeNotRunning(str(data), "no node.json")
        return cls(found["socket"], seconds)

    def events(self, after: int | None = None, chosen: Chosen | None = None) -> AsyncEvents:
        """What happens at the node, as it happens; with `after` first what arrived after that number, 0 for all.

        Keep `place` of the last event that was dealt with, and give it as `after` to go on there, whenever that is.
        """
        return AsyncEvents(self.link.address, Listening(chosen or Chosen(), after))


class AsyncEvents:
    """An asynchronous iterator that waits for what happens next, and never ends by itself.

    A connection that breaks is made anew and goes on where it was: every arrival comes at least once, in order, but no
    change that was made meanwhile. Raises the errors of `meshnode.client.errors` for a node that is not there to begin
    with, or that refuses.
    """

    def __init__(self, address: Address, listening: Listening) -> None:
        self._address, self._listening = address, listening
        self._wire: _Wire | None = None
        self._incoming = Incoming()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        while (event := self._listening.next()) is None:
            try:
                await self._receive()
            except ClientError as error:
                await trio.sleep(self._listening.broke(error))
        return event

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    @property
    def place(self) -> int | None:
        """The arrival up to which everything was told: what to go on after."""
        return self._listening.place

    async def aclose(self) -> None:
        """Hang up; the next event would come over a new connection."""
        self._hang_up()
        await trio.lowlevel.checkpoint()

    def _hang_up(self) -> None:
        if self._wire is not None:
            self._wire.stream.socket.close()
            self._wire = None

    async def _receive(self) -> None:
        try:
            with trio.fail_after(SILENCE):
                self._listening.take(await self._next_chunk())
        except trio.TooSlowError:
            self._hang_up()
            raise DeadlineExceeded(SILENCE) from None
        except BaseException:
            self._hang_up()  # in the middle of something, whatever it was: what comes next would not make sense
            raise

    async def _next_chunk(self) -> bytes:
        if self._wire is None:
            self._wire, self._incoming = await _connect(self._address), Incoming()
            await self._wire.send(request_of(self._listening.call(), self._address, "text/event-stream"))
            status, headers = await self._wire.run(self._incoming.head())
            if status != 200:
                raise refused(status, await self._wire.run(self._incoming.body(status, headers)))
        received = await self._wire.run(self._incoming.chunk())
        if not received:
            raise BadAnswer("the stream has ended")
        return received


class _Wire:
    """One connection to a node."""

    def __init__(self, stream: trio.SocketStream) -> None:
        self.stream = stream

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await trio.aclose_forcefully(self.stream)

    async def send(self, request: bytes) -> None:
        """Send bytes; raises CutOff."""
        try:
            await self.stream.send_all(request)
        except trio.BrokenResourceError as error:
            raise CutOff("the node hung up") from error

    async def run(self, steps: Steps[T]) -> T:
        """Receive as many bytes as the steps need; raises BadAnswer."""
        try:
            next(steps)
            while True:
                steps.send(await self.stream.receive_some(_CHUNK))
        except StopIteration as found:
            value: T = found.value
            return value
        except trio.BrokenResourceError as error:
            raise CutOff("the node hung up") from error


async def _connect(address: Address) -> _Wire:
    """Connect to a node; raises NodeNotRunning."""
    try:
        if address.path:
            return _Wire(await trio.open_unix_socket(address.path))
        return _Wire(await trio.open_tcp_stream(address.host, address.port))
    except OSError as error:
        raise NodeNotRunning(address.shown, error.strerror or str(error)) from error
