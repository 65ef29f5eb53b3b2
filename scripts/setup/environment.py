"""Makes and checks .venv, from nothing but the standard library.

    environment.py check run|dev    ends with 0 when .venv is up to date, quickly and without network
    environment.py make  run|dev    makes it so

`run` is what a node needs, `dev` adds what tests and checks need. Everything comes from the hash-pinned files in
requirements/. States of .venv, and what `make` does about each:

    absent, unusable, moved, unfinished   made from nothing
    finished for other inputs             installed into, in place
    finished for these inputs             left alone

It is unfinished from before the first change until the stamp is written; a set-up that was killed half-way may leave
packages that pip takes for whole, so the next one trusts nothing of it. One set-up at a time, by a lock.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYOUT = 3
"""Raised when what this program makes of the same inputs changes."""

INPUTS = {"run": ("build", "run"), "dev": ("build", "dev")}
"""Which requirements files each kind is made from; dev.txt holds everything run.txt does."""

SATISFIED_BY = {"run": ("run", "dev"), "dev": ("dev",)}
PIN = re.compile(r"(?m)^[^\s#]+==")
LOG_LINES = 25
"""How much of pip's log is shown when it fails: enough to hold a compiler's error."""


class SetupFailed(Exception):
    """A step ended badly; the text says which, and what to look at."""


class Environment:
    """The virtual environment of one checkout."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / ".venv"
        self.python = self.path / "bin" / "python"
        self.command = self.path / "bin" / "meshnode"
        self.log = self.path / "setup.log"
        self._unfinished = self.path / "setup.unfinished"

    def is_ready(self, kind: str) -> bool:
        """Whether everything that `kind` needs was installed, completely and from today's inputs."""
        if self._unfinished.exists() or not self.is_usable() or not os.access(self.command, os.X_OK):
            return False
        return any(self._stamped(other) == self.stamp(other) for other in SATISFIED_BY[kind])

    def is_usable(self) -> bool:
        """Whether its Python is there, and it was made at this very place: its commands carry the path."""
        try:
            settings = (self.path / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
        except OSError:
            return False
        made_at = next((line for line in settings if line.startswith("command = ")), "")
        return made_at.endswith(f" {self.path}") and self.python.exists()

    def stamp(self, kind: str) -> str:
        """Digest of all that decides what an environment of this kind holds."""
        with (self.root / "pyproject.toml").open("rb") as file:
            project = tomllib.load(file)
        parts = [json.dumps([LAYOUT, project["build-system"], project["project"], project["tool"]["setuptools"]])]
        parts += [(self.root / "requirements" / f"{name}.txt").read_text(encoding="utf-8") for name in INPUTS[kind]]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def make(self, kind: str) -> None:
        """Bring it to the state `kind` needs; raises SetupFailed, leaving it marked as unfinished."""
        begun = time.monotonic()
        say(f"setting up {self.path} with Python {sys.version.split()[0]} (the first time takes a minute or two)")
        if self._unfinished.exists() or not self.is_usable():
            self._make_empty()
        self._unfinished.touch()
        for name in SATISFIED_BY:
            self._stamp_file(name).unlink(missing_ok=True)
        self.log.write_bytes(b"")
        for name in INPUTS[kind]:
            pins = self.root / "requirements" / f"{name}.txt"
            packages = len(PIN.findall(pins.read_text(encoding="utf-8")))
            say(f"installing {packages} pinned packages: requirements/{name}.txt")
            self._pip("--require-hashes", "--requirement", str(pins))
        self.drop_stubs()
        self._pip("--no-deps", "--no-index", "--editable", str(self.root))
        self.be_quick()
        self._run("import libp2p, meshnode, meshproto", str(self.python), "-c", "import libp2p, meshnode, meshproto")
        self._stamp_file(kind).write_text(self.stamp(kind), encoding="utf-8")
        self._unfinished.unlink()
        say(f"ready after {time.monotonic() - begun:.0f} s")

    def drop_stubs(self) -> None:
        """Let type checkers believe trio itself: trio-typing, which libp2p needs, brings stubs of a trio of 2023."""
        for name in ("trio-stubs", "outcome-stubs"):
            for folder in self.path.glob(f"lib/python3*/site-packages/{name}"):
                shutil.rmtree(folder)

    def be_quick(self) -> None:
        """Let every command start quickly: without a hook on its imports, and from files that are compiled."""
        # setuptools finds packages in two folders by a program that takes 25 ms; two lines for sys.path do as well.
        for entry in self.path.glob("lib/python3*/site-packages/__editable__.meshnode-*.pth"):
            entry.write_text(f"{self.root}\n{self.root / 'protocol'}\n", encoding="utf-8")
        # Where PYTHONDONTWRITEBYTECODE is set, each start would compile everything again.
        packages = [str(self.root / name) for name in ("meshnode", "protocol/meshproto")]
        self._run("compiling", str(self.python), "-m", "compileall", "-q", *packages)

    def _make_empty(self) -> None:
        if self.path.is_symlink():
            self.path.unlink()
        with suppress(FileNotFoundError):
            shutil.rmtree(self.path)
        self.path.mkdir()
        self._unfinished.touch()
        self._run("python -m venv", sys.executable, "-I", "-m", "venv", str(self.path))

    def _pip(self, *arguments: str) -> None:
        # Without isolation packages are built by the setuptools of build.txt, which carries a hash, not by the newest.
        options = ("--no-build-isolation", "--no-input", "--disable-pip-version-check", "--no-warn-script-location")
        self._run("pip install", str(self.python), "-I", "-m", "pip", "install", *options, *arguments)

    def _run(self, step: str, *command: str) -> None:
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(command)}\n".encode())
            log.flush()
            # The child keeps the lock open: if this process is killed, the next set-up waits until pip is gone too.
            ended = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, close_fds=False)
        if ended.returncode != 0:
            tail = self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-LOG_LINES:]
            raise SetupFailed("\n".join([*(f"    {line}" for line in tail), f"{step} failed; all of it: {self.log}"]))

    def _stamped(self, kind: str) -> str:
        with suppress(OSError):
            return self._stamp_file(kind).read_text(encoding="utf-8")
        return ""

    def _stamp_file(self, kind: str) -> Path:
        return self.path / f"setup.{kind}"


@contextmanager
def only_one_at_a_time(root: Path) -> Iterator[None]:
    """Hold the checkout's set-up lock, waiting for whoever has it. It goes with its holders, however they end."""
    # The folder itself is locked: no file to leave behind, and it outlives a .venv that is being remade.
    lock = os.open(root / "requirements", os.O_RDONLY)
    os.set_inheritable(lock, True)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up of this checkout is at work; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def say(text: str) -> None:
    """Tell the person at the terminal; stdout belongs to the command that comes after."""
    print(f"meshnode: {text}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Run `check KIND` or `make KIND`; returns the exit code."""
    if len(arguments) != 2 or arguments[0] not in ("check", "make") or arguments[1] not in INPUTS:
        say("usage: environment.py check|make run|dev")
        return 2
    action, kind = arguments
    environment = Environment(ROOT)
    if action == "check":
        return 0 if environment.is_ready(kind) else 1
    try:
        with only_one_at_a_time(ROOT):
            if not environment.is_ready(kind):
                environment.make(kind)
    except SetupFailed as failure:
        say(f"set-up failed\n{failure}")
        return 1
    except KeyboardInterrupt:
        say("interrupted; the next run starts over")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
