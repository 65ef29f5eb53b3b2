"""Serves the API with Hypercorn's connection handling, inside the node's own nursery.

Hypercorn's own `serve` is not used: it would accept anybody, send without a deadline and own the shutdown. Its
connection class is; its version is pinned because of that.
"""

import logging
import math
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import h11
import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData
from hypercorn.protocol import ProtocolWrapper
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.trio.task_group import TaskGroup as Tasks
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import TrioSingleTask, WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState, TaskGroup
from hypercorn.utils import parse_socket_addr
from starlette.types import ASGIApp

from meshnode.api.listening import peer_uid
from meshnode.api.settings import (
    GRACE_SECONDS,
    IDLE_SECONDS,
    MAX_CONNECTIONS,
    MAX_HEAD,
    SEND_SECONDS,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entrance:
    """One listening socket, and the application that answers there."""

    listener: socket.socket
    app: ASGIApp
    uid: int | None = None
    """The one user who may connect; None where the system cannot tell who it is, and the application finds out."""


async def serve(entrances: Sequence[Entrance], stopping: trio.Event, most: int = MAX_CONNECTIONS) -> None:
    """Serve until `stopping` is set, then let what is under way end within GRACE_SECONDS. Closes the listeners.

    `most` connections at each of the entrances are served at once; others wait until one of them ends.
    """
    fronts = [_Front(entrance, most) for entrance in entrances]
    try:
        async with trio.open_nursery() as connections:
            async with trio.open_nursery() as acceptors:
                for front in fronts:
                    acceptors.start_soon(front.accept, connections)
                await stopping.wait()
                acceptors.cancel_scope.cancel()
            end = trio.current_time() + GRACE_SECONDS
            for front in fronts:
                await front.context.terminated.set()
                front.sends.end_at(end)
            connections.cancel_scope.deadline = end
    finally:
        for front in fronts:
            front.listener.socket.close()


class _Front:
    """Accepts connections, a bounded number at once."""

    def __init__(self, entrance: Entrance, most: int) -> None:
        self.context = WorkerContext(None)
        self.sends = _Sends()
        self.listener = trio.SocketListener(trio.socket.from_stdlib_socket(entrance.listener))
        self._app = ASGIWrapper(cast(ASGIFramework, entrance.app))
        self._uid = entrance.uid
        self._room = trio.Semaphore(most)
        self._config = Config()
        self._config.keep_alive_timeout = IDLE_SECONDS
        self._config.h11_max_incomplete_size = MAX_HEAD
        self._config.include_server_header = False
        self._config.errorlog = None
        self._config.accesslog = None

    async def accept(self, connections: trio.Nursery) -> None:
        while True:
            await self._room.acquire()
            try:
                stream = await self.listener.accept()
            except OSError as error:
                self._room.release()
                # Out of descriptors, or the caller was gone at once: both pass, and neither is worth ending for.
                log.warning("the API cannot accept a connection: %s", error)
                await trio.sleep(0.1)
                continue
            except BaseException:
                self._room.release()
                raise
            connections.start_soon(self._serve, stream)

    async def _serve(self, stream: trio.SocketStream) -> None:
        """Serve one connection and contain whatever goes wrong with it."""
        try:
            if self._uid is not None and peer_uid(stream.socket) != self._uid:
                log.warning("refused a connection of another user to the API")
                await trio.aclose_forcefully(stream)
                return
            state = ConnectionState({})
            # Hypercorn declares the one kind of stream that it wraps others into, and takes both.
            connection = _BoundedServer(self.sends, self._app, self._config, self.context, state, cast(Any, stream))
            await connection.run()
        except Exception:  # supervisor: one failed connection must not end the node
            log.exception("a connection to the API failed")
        finally:
            stream.socket.close()  # one that was cancelled is not closed by Hypercorn
            self._room.release()


class _Sends:
    """The sends under way, each with a deadline, and one for all of them once the node stops."""

    def __init__(self) -> None:
        self._scopes: dict[trio.CancelScope, None] = {}
        self._end = math.inf

    async def one(self, stream: trio.abc.SendStream, data: bytes) -> bool:
        """Send something; whether it was taken in time. Raises like `send_all`.

        Shielded like Hypercorn's own, so that cancelling does not tear an answer; but not for ever.
        """
        deadline = min(trio.current_time() + SEND_SECONDS, self._end)
        with trio.CancelScope(deadline=deadline, shield=True) as scope:
            self._scopes[scope] = None
            try:
                await stream.send_all(data)
            finally:
                del self._scopes[scope]
        return not scope.cancelled_caught

    def end_at(self, moment: float) -> None:
        """No send goes on beyond this moment: whoever reads nothing must not hold up the end."""
        self._end = moment
        for scope in self._scopes:
            scope.deadline = min(scope.deadline, moment)


class _Idle(TrioSingleTask):
    """How long a connection may stay idle: until a moment, or without end while a request is under way.

    Hypercorn's own begins a task after each request, and keeps the place of a caller who left until its time is up.
    This one needs one task for as long as the connection lasts, and ends with it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.until = math.inf
        self.begun = trio.Event()
        """Set while the connection is idle."""
        self.scope = trio.CancelScope()
        """Of the one task."""
        self._runs = False

    async def restart(self, task_group: TaskGroup, action: Callable[..., Any]) -> None:
        """under way → idle. The first time it begins the task."""
        self.until = trio.current_time() + IDLE_SECONDS
        self.begun.set()
        if not self._runs:
            self._runs = True
            task_group.spawn(action)

    async def stop(self) -> None:
        """idle → under way."""
        self.until = math.inf
        self.begun = trio.Event()


class _Http1(H11Protocol):
    """HTTP/1 and nothing that it could turn into: an upgrade is passed over, as a server may.

    Hypercorn would go on in HTTP/2 or as a websocket, whose streams have no bounds of ours and outlast their caller.
    """

    async def _check_protocol(self, event: h11.Request) -> None:
        """Turn into nothing."""

    async def _create_stream(self, request: h11.Request) -> None:
        if not request.http_version.startswith(b"1."):
            await self._send_error_response(505)
            await self.send(Closed())
            return
        if any(name == b"upgrade" for name, _ in request.headers):
            kept = [(name, value) for name, value in request.headers if name != b"upgrade"]
            version = request.http_version
            request = h11.Request(method=request.method, target=request.target, headers=kept, http_version=version)
        await super()._create_stream(request)


class _BoundedServer(TCPServer):
    """Hypercorn's connection, in HTTP/1 alone, with a deadline on every send, and fewer of them."""

    def __init__(self, sends: _Sends, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._sends, self._head = sends, b""
        self.idle_task: _Idle = _Idle()

    async def run(self) -> None:
        sock = cast(trio.SocketStream, self.stream).socket
        try:
            here, there = (parse_socket_addr(sock.family, each) for each in (sock.getsockname(), sock.getpeername()))
            async with Tasks() as self._task_group:
                protocol = _Http1(
                    self.app,
                    self.config,
                    self.context,
                    self._task_group,
                    ConnectionState(self.state),
                    False,
                    there,
                    here,
                    self.protocol_send,
                )
                self.protocol = cast(ProtocolWrapper, protocol)
                await self.idle_task.restart(self._task_group, self._idle_timeout)
                await self._read_data()
        except OSError:
            pass
        finally:
            await self._close()

    async def protocol_send(self, event: Event) -> None:
        if not isinstance(event, RawData):
            await super().protocol_send(event)
        elif self._head or _goes_on(event.data):
            self._head += event.data
            if _goes_on(event.data):
                return  # its body comes at once: one send for both
            data, self._head = self._head, b""
            await self._send(data)
        elif event.data:
            await self._send(event.data)

    async def _send(self, data: bytes) -> None:
        in_time = True
        async with self.send_lock:
            try:
                in_time = await self._sends.one(cast(trio.SocketStream, self.stream), data)
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                await self.protocol.handle(Closed())
        if not in_time:
            log.info("a reader of the API stopped reading; its connection is closed")
            await trio.aclose_forcefully(self.stream)
            await self.protocol.handle(Closed())

    async def _read_data(self) -> None:
        await super()._read_data()
        self.idle_task.scope.cancel()

    async def _idle_timeout(self) -> None:
        """Close the connection once it was idle for too long, or is idle when the node stops."""
        idle = self.idle_task
        with idle.scope:
            while trio.current_time() < idle.until:
                while idle.until == math.inf:  # the next request may come before this runs
                    await idle.begun.wait()
                with trio.move_on_at(idle.until):
                    await self.context.terminated.wait()
                    break
            if idle.until < math.inf:  # else what is under way ends it
                with trio.CancelScope(shield=True):
                    await self._initiate_server_close()


def _goes_on(data: bytes) -> bool:
    """Whether bytes are the head of an answer whose body was announced, and so follows at once."""
    return data.startswith(b"HTTP/1.1 ") and b"\r\ncontent-length: 0" not in data and b"\r\ncontent-length: " in data
