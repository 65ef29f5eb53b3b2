"""Serves the API on a Unix socket with Hypercorn's connection handling, inside the node's own nursery.

Hypercorn's own `serve` is not used: it would accept anybody, send without a deadline and own the shutdown. Its
connection class is; its version is pinned because of that.
"""

import contextlib
import logging
import os
import socket
import stat
import struct
from typing import Any, Protocol, cast

import trio
from hypercorn.app_wrappers import ASGIWrapper
from hypercorn.config import Config
from hypercorn.events import Closed, Event, RawData
from hypercorn.trio.tcp_server import TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import ASGIFramework, ConnectionState
from starlette.types import ASGIApp

from meshnode.api.settings import GRACE_SECONDS, IDLE_SECONDS, MAX_CONNECTIONS, SEND_SECONDS, ApiSettings

log = logging.getLogger(__name__)
_CREDENTIALS = struct.Struct("3i")


class SocketInUse(Exception):
    """Somebody answers on the socket already, or its folder is not ours; `path` says where."""

    def __init__(self, path: str, detail: str) -> None:
        self.path, self.detail = path, detail
        super().__init__(f"cannot serve the API on {path}: {detail}")


class Started(Protocol):
    """Told once the socket accepts connections, and where it stands."""

    def started(self, value: str) -> None:
        """Called once, with the path of the socket."""
        ...


async def serve(
    app: ASGIApp,
    settings: ApiSettings,
    stopping: trio.Event,
    *,
    task_status: Started = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve `app` until `stopping` is set, then let what is under way end within GRACE_SECONDS.

    Reports `started(path)` once the socket accepts. Raises SocketInUse.
    """
    listener = trio.SocketListener(trio.socket.from_stdlib_socket(_listening_socket(settings)))
    front = _Front(app, settings.uid)
    try:
        async with trio.open_nursery() as connections:
            async with trio.open_nursery() as acceptor:
                acceptor.start_soon(front.accept, listener, connections)
                task_status.started(str(settings.socket))
                await stopping.wait()
                acceptor.cancel_scope.cancel()
            await front.context.terminated.set()
            connections.cancel_scope.deadline = trio.current_time() + GRACE_SECONDS
    finally:
        listener.socket.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(settings.socket)


class _Front:
    """Accepts connections, a bounded number at once, each from the owner alone."""

    def __init__(self, app: ASGIApp, uid: int) -> None:
        self.context = WorkerContext(None)
        self._app = ASGIWrapper(cast(ASGIFramework, app))
        self._uid = uid
        self._room = trio.Semaphore(MAX_CONNECTIONS)
        self._config = Config()
        self._config.keep_alive_timeout = IDLE_SECONDS
        self._config.include_server_header = False
        self._config.errorlog = None
        self._config.accesslog = None

    async def accept(self, listener: trio.SocketListener, connections: trio.Nursery) -> None:
        while True:
            await self._room.acquire()
            try:
                stream = await listener.accept()
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
            if peer_uid(stream.socket) != self._uid:
                log.warning("refused a connection of another user to the API")
                await trio.aclose_forcefully(stream)
                return
            state = ConnectionState({})
            # Hypercorn declares the one kind of stream that it wraps others into, and takes both.
            await _BoundedServer(self._app, self._config, self.context, state, cast(Any, stream)).run()
        except Exception:  # supervisor: one failed connection must not end the node
            log.exception("a connection to the API failed")
        finally:
            self._room.release()


class _BoundedServer(TCPServer):
    """Hypercorn's connection, with a deadline on every send."""

    async def protocol_send(self, event: Event) -> None:
        if not isinstance(event, RawData):
            await super().protocol_send(event)
            return
        async with self.send_lock:
            # Shielded like the original, so that cancelling does not tear an answer; but not for ever.
            with trio.CancelScope(deadline=trio.current_time() + SEND_SECONDS, shield=True) as deadline:
                try:
                    await cast(trio.SocketStream, self.stream).send_all(event.data)
                except (trio.BrokenResourceError, trio.ClosedResourceError):
                    await self.protocol.handle(Closed())
        if deadline.cancelled_caught:
            log.info("a reader of the API stopped reading; its connection is closed")
            await trio.aclose_forcefully(self.stream)
            await self.protocol.handle(Closed())


def peer_uid(sock: trio.socket.SocketType) -> int:
    """The user at the other end of a Unix socket; our own where the system cannot tell."""
    if not hasattr(socket, "SO_PEERCRED"):
        return os.getuid()
    _, uid, _ = _CREDENTIALS.unpack(sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size))
    return cast(int, uid)


def _listening_socket(settings: ApiSettings) -> socket.socket:
    """A listening socket, 0600 in a 0700 folder of ours. One left behind by a killed node is replaced."""
    path = settings.socket
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = path.parent.lstat()
    if not stat.S_ISDIR(folder.st_mode) or folder.st_uid != settings.uid:
        raise SocketInUse(str(path), "its folder belongs to somebody else")
    if folder.st_mode & 0o077:
        path.parent.chmod(0o700)
    # The caller holds the home's lock, so a socket that exists belongs to nobody alive.
    with contextlib.suppress(FileNotFoundError):
        path.unlink()
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        before = os.umask(0o177)
        try:
            sock.bind(str(path))
        finally:
            os.umask(before)
        sock.listen(MAX_CONNECTIONS)
        sock.setblocking(False)
    except OSError as error:
        sock.close()
        raise SocketInUse(str(path), error.strerror or str(error)) from error
    return sock
