"""What a service manager hears, over a socket of ours that stands for its own."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest
import trio
import trio.testing

from meshnode.app.notify import Notifier
from meshnode.runtime.watching.finding import Finding


class Manager:
    """The service manager's end."""

    def __init__(self, address: str) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.setblocking(False)

    def heard(self) -> list[str]:
        """Every line since the last time."""
        lines: list[str] = []
        while True:
            try:
                lines += self.socket.recv(4096).decode().split("\n")
            except BlockingIOError:
                return lines


@pytest.fixture(params=["in a folder", "in none"])
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    if request.param == "in none":
        yield f"@meshnode-test-{os.getpid()}"
        return
    folder = Path(mkdtemp(prefix="mn-"))
    yield str(folder / "notify")
    (folder / "notify").unlink()
    folder.rmdir()


@pytest.fixture
def manager(address: str) -> Iterator[Manager]:
    manager = Manager(address)
    yield manager
    manager.socket.close()


async def test_a_service_is_ready_lives_and_stops(
    address: str, manager: Manager, autojump_clock: trio.testing.MockClock
) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000"}, 1)
    assert notifier.watchdog == 60.0
    seen, stopping = list[Finding](), trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(notifier.run, lambda: seen, stopping)
        await trio.sleep(21)
        assert manager.heard() == ["READY=1", f"MAINPID={os.getpid()}", "STATUS=all is well", *["WATCHDOG=1"] * 5]
        seen.append(Finding("disk", "fail", "Ana's disk is full"))
        await trio.sleep(5)
        assert manager.heard() == ["STATUS=needs attention: disk (meshnode status)", "WATCHDOG=1"]
        stopping.set()
    assert manager.heard() == ["STOPPING=1", "STATUS=stopping"]


async def test_a_short_watchdog_is_fed_twice_in_its_time(
    address: str, manager: Manager, autojump_clock: trio.testing.MockClock
) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "2000000"}, 1)
    stopping = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(notifier.run, list, stopping)
        await trio.sleep(3.5)
        assert manager.heard().count("WATCHDOG=1") == 4
        stopping.set()


@pytest.mark.parametrize(
    "environ", [{"WATCHDOG_USEC": "x"}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "2000000", "WATCHDOG_PID": "7"}, {}]
)
def test_a_watchdog_that_is_not_meant_for_us_is_not_fed(environ: dict[str, str]) -> None:
    assert Notifier({"NOTIFY_SOCKET": "@x", **environ}, 1).watchdog is None


@pytest.mark.parametrize("environ", [{}, {"NOTIFY_SOCKET": "vsock:1:2"}, {"NOTIFY_SOCKET": "/nowhere/at/all"}])
async def test_where_nobody_listens_nothing_happens(
    environ: dict[str, str], autojump_clock: trio.testing.MockClock
) -> None:
    stopping = trio.Event()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(Notifier(environ, 1).run, list, stopping)
        await trio.sleep(10)
        stopping.set()
