"""Server-sent events: an answer that goes on until its reader leaves or the node stops.

A stream takes its place the moment it begins, so that no more are open than may be, however many are asked for at once.
It holds nothing for its reader. Every send has a deadline (see `meshnode.api.server`), and the next turn is only read
when the one before is on its way, so a reader who stalls costs a connection for some seconds and no more.
"""

import logging
from collections.abc import Mapping
from typing import Protocol

import trio
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from meshnode.api.codec import problem_answer
from meshnode.api.problems import problem
from meshnode.api.settings import HEARTBEAT_SECONDS, MAX_READERS
from meshnode.runtime.hub import Hub
from meshnode.runtime.refusals import Code, Refusal
from meshnode.store.errors import StoreError

log = logging.getLogger(__name__)

MEDIA_TYPE = "text/event-stream"
_UNBUFFERED: Mapping[str, str] = {"x-accel-buffering": "no"}
"""Tells a proxy not to gather what is sent."""
_GREETING = b": events\nretry: 1000\n"
"""How long a browser waits before it connects again, in milliseconds; what follows begins with the reader's place."""


class Turns(Protocol):
    """What a stream tells, turn by turn."""

    def turn(self) -> tuple[bytes, bool]:
        """What to send now, and whether there is more to look at already."""
        ...

    def mark(self) -> bytes:
        """What says how far the reader is, and nothing else."""
        ...


class Counted(Protocol):
    """What knows when there is more to tell, and how many listen."""

    readers: int

    @property
    def moved(self) -> Hub:
        """Moves when there may be more."""
        ...


class EventStream(Response):
    """The answer to one reader."""

    def __init__(self, source: Counted, turns: Turns, stopping: trio.Event) -> None:
        self.status_code, self.media_type, self.background = 200, MEDIA_TYPE, None
        self.init_headers(_UNBUFFERED)
        self._source, self._turns, self._stopping = source, turns, stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell until the reader is gone or the node stops; refuse if as many are told already as may be."""
        if self._source.readers >= MAX_READERS:
            full = problem(Code.BUSY, f"{MAX_READERS} streams of events are open", "close those that nobody reads")
            await problem_answer(full)(scope, receive, send)
            return
        self._source.readers += 1
        try:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            if scope["method"] != "HEAD":
                await self._tell_until_over(receive, send)
        finally:
            self._source.readers -= 1
        await send({"type": "http.response.body", "body": b""})

    async def _tell_until_over(self, receive: Receive, send: Send) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_until_gone, receive, nursery.cancel_scope)
            nursery.start_soon(_until_stopping, self._stopping, nursery.cancel_scope)
            nursery.start_soon(self._tell, send, nursery.cancel_scope)

    async def _tell(self, send: Send, ends: trio.CancelScope) -> None:
        try:
            await self._write(send, _GREETING + self._turns.mark())
            while True:
                await self._round(send)
        except (StoreError, Refusal) as error:
            log.warning("a stream of events ends, for it cannot be read: %s", error)
            ends.cancel()
        except Exception:  # supervisor: a failed stream must not end the node
            log.exception("a stream of events failed")
            ends.cancel()

    async def _round(self, send: Send) -> None:
        """Tell everything there is, then wait until there is more, or until it is time for a sign of life."""
        seen, more, written = self._source.moved.moves, True, trio.current_time()
        while more:
            text, more = self._turns.turn()
            if not text and trio.current_time() - written > HEARTBEAT_SECONDS:
                text = self._turns.mark()  # nothing of so much was wanted
            if text:
                await self._write(send, text)
                written = trio.current_time()
            await trio.lowlevel.checkpoint()
        with trio.move_on_after(HEARTBEAT_SECONDS) as silence:
            await self._source.moved.after(seen)
        if silence.cancelled_caught:
            await self._write(send, b":\n" + self._turns.mark())

    async def _write(self, send: Send, text: bytes) -> None:
        await send({"type": "http.response.body", "body": text, "more_body": True})


async def _until_gone(receive: Receive, ends: trio.CancelScope) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass  # the rest of a body that nobody asked for
    ends.cancel()


async def _until_stopping(stopping: trio.Event, ends: trio.CancelScope) -> None:
    await stopping.wait()
    ends.cancel()
