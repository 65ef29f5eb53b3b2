"""People with real nodes: each has a home of their own and runs `meshnode` as a process, as in a terminal."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from types import TracebackType
from typing import Any, Self

from tests.support.command_line import Ran
from tests.support.patience import DEADLINE
from tests.support.terminal import Terminal

PROGRAM = Path(sys.executable).with_name("meshnode")
APART: Mapping[str, str] = {
    # Nodes of tests that run at the same time must not find each other.
    "MESHNODE_NET__DISCOVERY": "false",
    "MESHNODE_NET__LISTEN": "/ip4/127.0.0.1/tcp/0",
    "MESHNODE_API__PORT": "0",
}
_AGAIN = 0.05

LAST_SHOWN = 4_000
"""Characters of what a node tells when somebody waits for something in vain."""


class Household:
    """A folder with homes in it: `with Household() as all: ana = all.person("ana")`. Leaves no process behind."""

    def __init__(self) -> None:
        # Not pytest's folder: a socket's path ends at 107 bytes.
        self._folder = Path(mkdtemp(prefix="mn-"))
        self._people: list[Person] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for person in self._people:
            person.kill()
        shutil.rmtree(self._folder)

    def person(self, name: str, *, starts: bool = True) -> "Person":
        """Somebody new with an identity, whose node runs."""
        person = Person(self._folder / name, name.capitalize())
        self._people.append(person)
        if starts:
            person.does("init", "--name", person.name, "--no-recovery")
            person.does("up")
        return person


class Person:
    """Somebody at a terminal with a home of their own."""

    def __init__(self, home: Path, name: str) -> None:
        self.home = home
        self.name = name

    def tries(self, *words: str, stdin: str = "", environ: Mapping[str, str] | None = None) -> Ran:
        """Run `meshnode WORDS` and return how it ended."""
        return self.pastes(shlex.join([*self.command, *words]), stdin=stdin, environ=environ)

    def pastes(self, line: str, *, stdin: str = "", environ: Mapping[str, str] | None = None) -> Ran:
        """Run a whole line in a shell, as if it was pasted there."""
        ended = subprocess.run(
            ["bash", "-c", line],
            input=stdin,
            env=self.environ(environ),
            capture_output=True,
            text=True,
            timeout=DEADLINE,
            check=False,
        )
        return Ran(ended.returncode, ended.stdout, ended.stderr)

    def sits_at(self, *words: str) -> Terminal:
        """Run `meshnode WORDS` at a terminal."""
        return Terminal([*self.command, *words], self.environ())

    @property
    def command(self) -> list[str]:
        """How this person calls the program."""
        return [str(PROGRAM), "--home", str(self.home)]

    def environ(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of this person's commands."""
        kept = {
            "PATH": f"{PROGRAM.parent}:{os.environ['PATH']}",
            "HOME": str(self.home.parent),
            "LC_ALL": "C.UTF-8",
            "TZ": "UTC",
        }
        return {**kept, **APART, **(more or {})}

    def does(self, *words: str) -> str:
        """Run a command that must succeed, and return what it printed."""
        ran = self.tries(*words)
        assert ran.code == 0, f"{self.name}$ meshnode {shlex.join(words)}\n{ran.out}{ran.err}[exit {ran.code}]"
        return ran.out

    def asks(self, *words: str) -> Any:
        """Run a command that must succeed, and return its JSON answer."""
        return json.loads(self.does(*words, "--json"))

    def sees(self, what: Callable[["Person"], object]) -> None:
        """Wait until something holds for this person."""
        until = time.monotonic() + DEADLINE
        while not what(self):
            assert time.monotonic() < until, f"{self.name} never saw it, but this:\n{self._shown()}"
            time.sleep(_AGAIN)

    def _shown(self) -> str:
        """What the node tells of itself, and the end of its log."""
        told = [self.tries(*words).out for words in (("status",), ("contribution", "ls"), ("logs",))]
        return "\n".join(told)[-LAST_SHOWN:]

    def titles(self) -> list[str]:
        """The titles of all contributions here, sorted."""
        return sorted(entry["title"] for entry in self.asks("contribution", "ls")["items"])

    def line(self) -> str:
        """The line by which others join this person's network."""
        return str(next(one["line"] for one in self.asks("network", "ls")["items"] if one["line"]))

    @property
    def pid(self) -> int:
        """The process number of the node that runs, 0 if none does."""
        try:
            return int(json.loads((self.home / "node.json").read_text())["pid"])
        except FileNotFoundError:
            return 0

    def kill(self) -> None:
        """End the node at once, as a power cut would, if one runs."""
        with suppress(ProcessLookupError):
            if pid := self.pid:
                os.kill(pid, signal.SIGKILL)


def pair(first: Person, second: Person) -> None:
    """Let `second`, whose home is empty, be another device of the owner of `first`."""
    line = first.asks("id", "device", "add", "--name", "second")["line"]
    words = second.asks("init", "--device", line)["words"]
    second.does("up")
    first.does("id", "device", "confirm", words)
    second.sees(lambda _: second.asks("id", "device", "ls")["this"]["state"] == "active")
