"""A node as a service manager runs it: told over its socket, its log as JSON on stderr. The manager is one of ours."""

import json
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.homes import Household, Person
from tests.support.patience import DEADLINE


@pytest.fixture
def ana() -> Iterator[Person]:
    with Household() as household:
        yield household.person("ana", starts=False)


@pytest.fixture
def manager(ana: Person) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ours:
        ours.bind(str(ana.home.parent / "notify"))
        ours.settimeout(DEADLINE)
        yield ours


def hears(manager: socket.socket, line: str) -> None:
    """Wait until a line is said."""
    until = time.monotonic() + DEADLINE
    while line not in manager.recv(4096).decode().splitlines():
        assert time.monotonic() < until, f"never said {line}"


def test_a_service_is_ready_feeds_its_watchdog_and_stops(tmp_path: Path, ana: Person, manager: socket.socket) -> None:
    ana.does("init", "--name", "Ana", "--no-recovery")
    environ = ana.environ({"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "1000000"})
    command = [*ana.command, "up", "--foreground"]
    log = tmp_path / "stderr"
    with log.open("wb") as stderr, subprocess.Popen(command, env=environ, stderr=stderr) as service:
        try:
            hears(manager, "READY=1")
            assert ana.asks("status")["pid"] == service.pid
            for _ in range(3):
                hears(manager, "WATCHDOG=1")
            service.send_signal(signal.SIGTERM)
            hears(manager, "STOPPING=1")
            assert service.wait(DEADLINE) == 0
        finally:
            service.kill()
    told = [json.loads(line) for line in log.read_text().splitlines()]
    assert {"at", "level", "logger", "message"} == set(told[0])
    assert told[-1]["message"] == "stopped"
    assert not any("Ana" in each["message"] for each in told)
