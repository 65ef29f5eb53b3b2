"""The node as another process: starting it, seeing whether a process is really it, and ending it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.operation.last_words import LAST_LINES, OUTPUT_FILE

if TYPE_CHECKING:
    from meshnode.store.sealed import MainKey

APP = "meshnode.app"
UNLOCK_FD = "--unlock-fd"
"""How the node's program is told where to read what opens the keys."""
_POLL = 0.02
"""Seconds between two looks at a process; ten of them pass unnoticed."""


def app_command(desk: Desk, verb: str, *words: str) -> list[str]:
    """Return the command that runs `python -m meshnode.app VERB` for this home."""
    home = ["--home", desk.home] if desk.home else []
    return [sys.executable, "-m", APP, verb, *home, *words]


@contextmanager
def handed_over(main_key: MainKey | None) -> Iterator[tuple[list[str], list[int]]]:
    """Give the words and descriptors by which a process of ours is told what opens the keys, none if nothing has to.

    It reads the secret from a pipe: neither its arguments nor its environment, which others can see, hold it.
    """
    if main_key is None:
        yield [], []
        return
    reading, writing = os.pipe()
    try:
        with open(writing, "wb") as pipe:
            pipe.write(main_key.hand_over())
        yield [UNLOCK_FD, str(reading)], [reading]
    finally:
        os.close(reading)


def become(command: Sequence[str], main_key: MainKey | None) -> NoReturn:
    """Turn this process into another program of ours."""
    with handed_over(main_key) as (words, descriptors):
        for descriptor in descriptors:
            os.set_inheritable(descriptor, True)
        os.execv(command[0], [*command, *words])


def start_detached(desk: Desk, words: Sequence[str], main_key: MainKey | None) -> subprocess.Popen[bytes]:
    """Start the node in a session of its own, so that it outlives this terminal."""
    desk.places.state.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    output = os.open(desk.places.state / OUTPUT_FILE, flags, 0o600)
    try:
        with handed_over(main_key) as (told, descriptors):
            return subprocess.Popen(
                app_command(desk, "run", *words, *told),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd="/",
                pass_fds=descriptors,
            )
    finally:
        os.close(output)


def wait_until(done: Callable[[], bool], seconds: float) -> bool:
    """Look again and again until `done`; return False if it was not within `seconds`."""
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL)
    return True


def is_gone(pid: int) -> bool:
    """Return whether there is no such process any more; one that only waits to be reaped counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (OSError, IndexError):
        return False


def is_node(pid: int, lock: Path) -> bool:
    """Return whether process `pid` is a node that holds `lock`: numbers of processes are given out again."""
    words = _command_of(pid)
    if not any(word == APP or word.endswith("/meshnode/app.py") for word in words):
        return False
    try:
        held = [os.readlink(entry.path) for entry in os.scandir(f"/proc/{pid}/fd")]
    except OSError:
        return True  # No /proc here: the command has to do.
    return str(lock.resolve()) in held


def terminate(pid: int) -> None:
    """Ask process `pid` to end."""
    try:
        os.kill(pid, signal.SIGTERM)
    except ProcessLookupError:
        return


def failure_of(code: int, printed: str, otherwise: str) -> Failure:
    """Make the failure of a process of ours that ended with `code`: its own last line names cause and way out."""
    lines = [line for line in printed.splitlines() if line.strip()]
    ending = Exit(code) if code in set(Exit) and code else Exit.FAILURE
    if lines and lines[-1].startswith("meshnode: "):
        cause, _, hint = lines[-1].removeprefix("meshnode: ").partition(". Run: ")
        return Failure(ending, cause, hint, detail="\n".join(lines[:-1]))
    return Failure(ending, otherwise, "meshnode doctor", detail="\n".join(lines[-LAST_LINES:]))


def _command_of(pid: int) -> Sequence[str]:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        found = subprocess.run(["ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False)
        return found.stdout.split()
