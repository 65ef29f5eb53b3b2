"""A transport in a process of its own: to be attacked, frozen, or killed, and asked how it feels.

Run as `python -m tests.support.node_process '{"name": ..., "dial": ..., "settings": {...}}'`. It prints one JSON line
with its address, and another one for every line it reads; it ends with its standard input.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import trio

from meshnode.net.libp2p.transport import Libp2pTransport
from tests.support.patience import DEADLINE
from tests.support.transports import echo, settings_of

PROJECT = Path(__file__).resolve().parents[2]
TICK = 0.005


class NodeProcess:
    """The other end: starts such a process and talks with it."""

    def __init__(self, name: str, *, dial: str = "", **settings: Any) -> None:
        order = json.dumps({"name": name, "dial": dial, "settings": settings})
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.node_process", order],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.address: str = self._read()["address"]

    def report(self) -> Mapping[str, Any]:
        """Ask how it is: rss in bytes, stall in seconds since the last report, tasks, descriptors, counters."""
        assert self.process.stdin is not None
        self.process.stdin.write("report\n")
        self.process.stdin.flush()
        return self._read()

    def end(self) -> None:
        """Let it leave, or kill it if it does not."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            self.process.wait(DEADLINE)
        finally:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "the process died"
        told: dict[str, Any] = json.loads(line)
        return told


@contextmanager
def node_process(name: str, **order: Any) -> Iterator[NodeProcess]:
    """Give a running process, and end it."""
    process = NodeProcess(name, **order)
    try:
        yield process
    finally:
        process.end()


class Ticker:
    """Notices how long the event loop was busy without letting anybody else run.

    What counts is the time the loop's thread worked between two ticks, not the time that passed: a machine busy with
    other things must not look like a loop that is stuck.
    """

    def __init__(self) -> None:
        self.worst = 0.0

    async def run(self) -> None:
        """Tick for ever."""
        worked = time.thread_time()
        while True:
            await trio.sleep(TICK)
            before, worked = worked, time.thread_time()
            self.worst = max(self.worst, worked - before)


async def _main(order: Mapping[str, Any]) -> None:
    transport, ticker = Libp2pTransport(settings_of(order["name"], **order["settings"])), Ticker()
    async with trio.open_nursery() as nursery:
        addresses = await nursery.start(transport.run, echo)
        nursery.start_soon(ticker.run)
        if order["dial"]:
            await transport.dial(order["dial"])
        print(json.dumps({"address": addresses[0]}), flush=True)
        while await trio.to_thread.run_sync(sys.stdin.readline):
            print(json.dumps(_report(transport, ticker)), flush=True)
            ticker.worst = 0.0
        nursery.cancel_scope.cancel()


def _report(transport: Libp2pTransport, ticker: Ticker) -> Mapping[str, Any]:
    process = psutil.Process()
    return {
        "rss": process.memory_info().rss,
        "stall": ticker.worst,
        "tasks": trio.lowlevel.current_statistics().tasks_living,
        "descriptors": process.num_fds(),
        "counters": dict(transport.counters()),
    }


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    trio.run(_main, json.loads(sys.argv[1]))
