"""Machines made of network namespaces, joined by a switch whose cables lose, delay and part.

ana ── cable ──┐
ben ── cable ──┼ switch (a namespace of its own)
carol ─ cable ─┘
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.patience import DEADLINE
from tests.support.programs import Program, Programs

PROJECT = Path(__file__).resolve().parents[2]
SWITCH = [sys.executable, "-m", "tests.support.switch"]


class Wires:
    """A switch and the machines at it; gone when the context ends."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._machines: dict[str, int] = {}
        self._root = os.geteuid() == 0
        self._switching: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self._switch = self._hold([])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def machine(self, programs: Programs, name: str) -> Program:
        """A node on a machine of its own, at 10.9.0.1, 10.9.0.2 and so on."""
        pid = self._hold(self._enter(self._switch, net=False))
        number = len(self._machines) + 1
        self._machines[name] = number
        address, cable = f"10.9.0.{number}", f"cable{number}"
        self._run(self._switch, "ip", "link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", str(pid))
        self._run(self._switch, "ip", "link", "set", cable, "up")
        self._run(pid, *SWITCH, "--plain", "eth0")
        for words in (f"addr add {address}/24 dev eth0", "link set eth0 up", "link set lo up"):
            self._run(pid, "ip", *words.split())
        environ = {"MESHNODE_NET__LISTEN": f"/ip4/{address}/tcp/4401", "MESHNODE_NET__DISCOVERY": "false"}
        return programs.new(name, environ, self._enter(pid))

    def plug_in(self) -> None:
        """Start the switch, once all machines are there."""
        cables = [f"cable{number}" for number in self._machines.values()]
        command = [*self._enter(self._switch), *SWITCH, *cables]
        self._switching = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._stack.callback(self._switching.communicate, timeout=DEADLINE)
        self._expect_done()

    def disturb(self, name: str, *, delay: float = 0.0, jitter: float = 0.0, loss: float = 0.0) -> None:
        """Let a machine's cable delay frames (seconds) and lose a part of them, both ways."""
        fault = {f"cable{self._machines[name]}": {"delay": delay, "jitter": jitter, "loss": loss}}
        assert self._switching is not None
        assert self._switching.stdin is not None
        self._switching.stdin.write(json.dumps(fault) + "\n")
        self._switching.stdin.flush()
        self._expect_done()

    def unplug(self, name: str) -> None:
        """Pull a machine's cable: nothing gets through, and nobody is told."""
        self.disturb(name, loss=1.0)

    def _expect_done(self) -> None:
        assert self._switching is not None
        assert self._switching.stdout is not None
        assert self._switching.stdout.readline() == "done\n"

    def _hold(self, prefix: Sequence[str]) -> int:
        """A process whose network namespace is a machine's."""
        rights = [] if self._root or prefix else ["--user", "--map-root-user"]
        # A shell that says when it stands in its namespaces, and waits for the end of its input.
        command = [*prefix, "unshare", *rights, "--net", "sh", "-c", "echo here; read _"]
        held = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._stack.callback(held.wait, DEADLINE)
        assert held.stdin is not None
        assert held.stdout is not None
        self._stack.callback(held.stdin.close)
        assert held.stdout.readline() == "here\n"
        held.stdout.close()
        return held.pid

    def _enter(self, pid: int, *, net: bool = True) -> list[str]:
        """The words before a command that runs it in a machine."""
        user = [] if self._root else ["--user", "--preserve-credentials"]
        spaces = [*user, *(["--net"] if net else [])]
        return ["nsenter", "-t", str(pid), *spaces] if spaces else []

    def _run(self, pid: int, *command: str) -> None:
        ended = subprocess.run(
            [*self._enter(pid), *command], cwd=PROJECT, capture_output=True, text=True, timeout=DEADLINE, check=False
        )
        assert ended.returncode == 0, f"{' '.join(command)}: {ended.stderr}"
