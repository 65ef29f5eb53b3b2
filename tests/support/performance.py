"""Performing a transcript: a shell and a home for each person in it, and no node left behind."""

import os
import select
import shutil
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Self

import psutil

from tests.support.transcripts import Step, compare, filled_in

PROJECT = Path(__file__).resolve().parents[2]
AGAIN = 0.2
"""Seconds between two tries of a command that is given time."""

STOPPING = 20.0
"""Seconds a node has to stop."""

# Reads commands and where their output goes, both ended by NUL; variables and folders last from one to the next.
# The status pipe is closed to the command: a node it starts would otherwise hold it open.
LOOP = """
while IFS= read -r -d '' command && IFS= read -r -d '' output; do
    eval "$command" </dev/null >"$output" 2>&1 3>&-
    printf '%s\\n' "$?" >&3
done
"""


class Unfinished(Exception):
    """A command did not end in time, or ended the shell it ran in."""


class Person:
    """Somebody with a home and a shell of their own; several share a machine, as their documents tell."""

    def __init__(self, home: Path, mark: str) -> None:
        self.home = home
        home.mkdir()
        self._outputs = 0
        status, told = os.pipe()
        self._status = status
        script = f"exec 3>&{told} {told}>&-\n{LOOP}" if told != 3 else LOOP
        self._shell = subprocess.Popen(
            ["bash", "--norc", "--noprofile", "-c", script],
            stdin=subprocess.PIPE,
            cwd=home,
            env=self._environment(mark),
            pass_fds=(told,),
        )
        os.close(told)

    def run(self, command: str, deadline: float) -> tuple[str, int]:
        """What a command prints on both streams, and its exit code; raises Unfinished."""
        self._outputs += 1
        output = self.home.parent / f"{self.home.name}.{self._outputs}"
        assert self._shell.stdin is not None
        try:
            self._shell.stdin.write(f"{command}\0{output}\0".encode())
            self._shell.stdin.flush()
        except BrokenPipeError:
            raise Unfinished("the shell was ended by an earlier command") from None
        ready, _, _ = select.select([self._status], [], [], deadline)
        printed = output.read_text(encoding="utf-8", errors="replace") if output.exists() else ""
        if not ready:
            raise Unfinished(f"not finished after {deadline:g} s; printed so far:\n{printed}")
        status = os.read(self._status, 16)
        if not status:
            raise Unfinished(f"it ended the shell; printed:\n{printed}")
        return printed, int(status)

    def leave(self) -> None:
        """End the shell; what it started in the background goes on."""
        assert self._shell.stdin is not None
        self._shell.kill()
        self._shell.wait()
        self._shell.stdin.close()
        os.close(self._status)

    def _environment(self, mark: str) -> dict[str, str]:
        commands = Path(sys.executable).parent
        return {
            "HOME": str(self.home),
            "PATH": f"{commands}:{os.environ.get('PATH', os.defpath)}",
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
            "NO_COLOR": "1",
            "COLUMNS": "120",
            # Nodes of documents that are performed at the same time must not find each other.
            "MESHNODE_NET__DISCOVERY": "false",
            "PERFORMANCE": mark,
        }


class Performance:
    """A stage in a folder of its own: `with Performance() as stage: stage.play(step)`. Leaves nothing behind."""

    def __init__(self) -> None:
        self._mark = uuid.uuid4().hex
        # Not pytest's folder: a Unix socket's path ends at 107 bytes, and a node's lies deep in its home.
        self._folder = Path(mkdtemp(prefix="mn-"))
        self._people: dict[str, Person] = {}
        self._remembered: dict[str, str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for person in self._people.values():
            person.leave()
        for process in self.running():
            process.kill()
        self._wait_until_gone()
        shutil.rmtree(self._folder, ignore_errors=True)

    def play(self, step: Step) -> str:
        """Run a step's command; returns how what happened differs from what it shows, or nothing."""
        person = self._person(step.person)
        command = filled_in(step.command, self._remembered)
        if step.in_project:
            command = f"cd {PROJECT} && {command}"
        until = time.monotonic() + step.within
        while True:
            try:
                output, exit_code = person.run(command, step.deadline)
            except Unfinished as unfinished:
                return str(unfinished)
            difference, self._remembered = compare(step, output, exit_code, self._remembered)
            if not difference or time.monotonic() >= until:
                return difference
            time.sleep(AGAIN)

    def stop_nodes(self) -> list[str]:
        """`meshnode down` for everybody; returns the command lines of what runs on in spite of it."""
        for person in self._people.values():
            with suppress(Unfinished):
                person.run("meshnode down", STOPPING)
        self._wait_until_gone()
        return [" ".join(process.cmdline()) for process in self.running()]

    def running(self) -> list[psutil.Process]:
        """Every process that a command of this performance left running, however far it moved away."""
        shells = {os.getpid(), *(person._shell.pid for person in self._people.values())}
        return [process for process in psutil.process_iter() if process.pid not in shells and self._is_ours(process)]

    def _wait_until_gone(self) -> None:
        until = time.monotonic() + STOPPING
        while self.running() and time.monotonic() < until:
            time.sleep(AGAIN)

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return process.environ().get("PERFORMANCE") == self._mark
        except psutil.Error:
            return False

    def _person(self, name: str) -> Person:
        if name not in self._people:
            self._people[name] = Person(self._folder / name, self._mark)
        return self._people[name]
