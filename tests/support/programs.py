"""Nodes as processes, driven through their API: started, stopped, killed, and put into network namespaces."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Any, Self

from meshnode.client.client import Client
from meshnode.client.errors import ClientError
from tests.support.patience import DEADLINE

AGAIN = 0.02
APART: Mapping[str, str] = {
    "MESHNODE_NET__DISCOVERY": "false",
    "MESHNODE_NET__LISTEN": "/ip4/127.0.0.1/tcp/0",
    "MESHNODE_API__PORT": "0",
}
"""Nodes of tests that run at the same time must not find each other."""


def let_pass(seconds: float) -> None:
    """Let time go by, where time itself is what is tested."""
    time.sleep(seconds)


def titles(client: Client) -> set[str]:
    """The titles of all contributions at a node."""
    return {each["title"] for each in client.work.contributions({"limit": 500})["items"]}


class Program:
    """One home and the program that runs its node."""

    def __init__(self, home: Path, environ: Mapping[str, str] = APART, prefix: Sequence[str] = ()) -> None:
        self.home = home
        self._environ = {**os.environ, **environ}
        self._prefix = list(prefix)
        self.process: subprocess.Popen[str] | None = None
        self.addresses: list[str] = []

    def runs(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a verb of the program to its end."""
        command = [*self._prefix, sys.executable, "-m", "meshnode.app", words[0], "--home", str(self.home), *words[1:]]
        return subprocess.run(command, env=self._environ, capture_output=True, text=True, timeout=DEADLINE, check=False)

    def init(self) -> Any:
        """Create the identity, and return what was told of it."""
        ended = self.runs("init", "--name", self.home.name.capitalize(), "--no-recovery")
        assert ended.returncode == 0, ended.stderr
        return json.loads(ended.stdout)

    def start(self, *words: str) -> None:
        """Start the node and wait until it is ready."""
        command = [*self._prefix, sys.executable, "-m", "meshnode.app", "run", "--home", str(self.home), *words]
        self.process = subprocess.Popen(
            command, env=self._environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline().split()
        assert line[:1] == ["ready"], f"{self.home.name} did not start: {line} {self.errors()}"
        self.addresses = line[2:]

    def errors(self) -> str:
        """What a node that has ended wrote to stderr."""
        assert self.process is not None
        return self.process.communicate(timeout=DEADLINE)[1]

    @property
    def client(self) -> Client:
        """A client of the running node."""
        return Client.of(self.home, DEADLINE)

    def signal(self, number: int) -> int:
        """Send a signal and return the exit code."""
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(DEADLINE)
        for pipe in (self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()
        self.process = None
        return code

    def kill(self) -> None:
        """End the node at once."""
        self.signal(signal.SIGKILL)

    def stop(self) -> None:
        """End the node in order."""
        assert self.signal(signal.SIGTERM) == 0

    def sees(self, condition: Callable[[Client], object]) -> None:
        """Wait until something holds at this node."""
        until = time.monotonic() + DEADLINE
        while True:
            with suppress(ClientError):
                if condition(self.client):
                    return
            assert time.monotonic() < until, f"{self.home.name} never saw it"
            time.sleep(AGAIN)

    def line(self, network: str = "studio") -> str:
        """The line by which others join a network of this node."""
        return next(each["line"] for each in self.client.networks.every() if each["name"] == network)


class Programs:
    """A folder with homes in it; leaves no process behind."""

    def __init__(self) -> None:
        # Not pytest's folder: a socket's path ends at 107 bytes.
        self.folder = Path(mkdtemp(prefix="mn-"))
        self._all: list[Program] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in self._all:
            if program.process is not None:
                with suppress(ProcessLookupError):
                    program.kill()
        shutil.rmtree(self.folder)

    def new(self, name: str, environ: Mapping[str, str] = APART, prefix: Sequence[str] = ()) -> Program:
        """A home with an identity."""
        program = Program(self.folder / name, environ, prefix)
        program.init()
        self._all.append(program)
        return program
