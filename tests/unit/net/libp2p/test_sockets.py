"""Accepting when the system has nothing left, and wires that break."""

import errno
import socket

import pytest
import trio
import trio.testing

from meshnode.net.libp2p import sockets
from meshnode.net.libp2p.wire import Wire
from tests.support.patience import DEADLINE


class ExhaustedOnce(socket.socket):
    """A listener whose first accepts fail as those of a busy system do."""

    failures: list[int]

    def accept(self) -> tuple[socket.socket, object]:
        if self.failures:
            raise OSError(self.failures.pop(), "as it happens")
        return super().accept()


@pytest.fixture
def listener() -> ExhaustedOnce:
    made = ExhaustedOnce(socket.AF_INET, socket.SOCK_STREAM)
    made.failures = [errno.ECONNABORTED, errno.EMFILE]
    made.bind(("127.0.0.1", 0))
    made.listen()
    made.setblocking(False)
    return made


async def test_accepting_goes_on_when_descriptors_run_out(listener: ExhaustedOnce) -> None:
    taken: list[tuple[Wire, str]] = []
    enough = trio.Event()

    def take(wire: Wire, host: str, port: int) -> None:
        taken.append((wire, host))
        enough.set()

    with socket.create_connection(listener.getsockname()), listener:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(sockets.accept, listener, take)
            with trio.fail_after(DEADLINE):
                await enough.wait()
            nursery.cancel_scope.cancel()
    assert [host for _, host in taken] == ["127.0.0.1"]
    taken[0][0].close()


def connected() -> tuple[Wire, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    return Wire(near), far


async def test_a_wire_takes_at_once_what_the_system_takes_and_waits_for_the_rest() -> None:
    wire, far = connected()
    data = bytes(8_000_000)
    assert 0 < wire.send_now(data) < len(data)
    with trio.move_on_after(0.2) as patience:
        await wire.send(data)
    assert patience.cancelled_caught
    wire.cut()
    far.close()


async def test_a_wire_that_the_other_side_cut_is_broken_in_both_directions() -> None:
    wire, far = connected()
    Wire(far).cut()
    with pytest.raises(trio.BrokenResourceError):
        await wire.receive(10)
    with pytest.raises(trio.BrokenResourceError):
        wire.send_now(b"x")
    with pytest.raises(trio.BrokenResourceError):
        wire.finish()
    wire.close()


async def test_a_closed_wire_says_so_and_wakes_who_waits() -> None:
    wire, far = connected()

    async def wait() -> None:
        with pytest.raises(trio.ClosedResourceError):
            await wire.receive(10)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        wire.close()
        wire.close()
        wire.cut()
    with pytest.raises(trio.ClosedResourceError):
        wire.finish()
    with pytest.raises(trio.ClosedResourceError):
        wire.send_now(b"x")
    far.close()


async def test_a_finished_wire_still_receives() -> None:
    wire, far = connected()
    wire.finish()
    assert far.recv(10) == b""
    far.send(b"answer")
    assert await wire.receive(10) == b"answer"
    far.close()
    assert await wire.receive(10) == b""
    wire.close()
