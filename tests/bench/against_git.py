"""The yardstick: the same objects through `git fast-import` and `git fetch`.

A log is a chain of commits, so each record becomes one commit whose message is the record's header in hex and
whose parent is the record before it. git daemon serves them on loopback, as a node serves its peers. git checks
the hashes of what it fetches (`fetch.fsckObjects`) and flushes to disk (`core.fsync=all`), as we do; it checks no
signatures.
"""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

SURROUNDINGS = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "PATH": os.environ.get("PATH", os.defpath),
}
DURABLE = ("-c", "core.fsync=all", "-c", "fetch.fsckObjects=true", "-c", "transfer.fsckObjects=true")


def author_and_fetch(folder: Path, logs: Sequence[Sequence[bytes]]) -> tuple[float, float]:
    """Seconds to import `logs` (one branch for each) into one repository, and to fetch them into another."""
    source, target = folder / "source.git", folder / "target.git"
    for repository in (source, target):
        _git("init", "--quiet", "--bare", str(repository))
    stream = b"".join(_commands(logs))
    begun = time.perf_counter()
    subprocess.run(
        ["git", *DURABLE, "-C", str(source), "fast-import", "--quiet"], input=stream, env=SURROUNDINGS, check=True
    )
    authored = time.perf_counter() - begun
    with _served(folder) as port:
        begun = time.perf_counter()
        _git(*DURABLE, "-C", str(target), "fetch", "--quiet", f"git://127.0.0.1:{port}/source.git", "refs/*:refs/*")
        fetched = time.perf_counter() - begun
    if _git("-C", str(target), "rev-list", "--all", "--count").strip() != str(sum(map(len, logs))).encode():
        raise RuntimeError("git fetched fewer commits than were imported")
    return authored, fetched


def process_start() -> float:
    """Seconds that one run of git takes to do nothing, to be read beside its figures."""
    begun = time.perf_counter()
    _git("--version")
    return time.perf_counter() - begun


def _commands(logs: Sequence[Sequence[bytes]]) -> Iterator[bytes]:
    for number, log in enumerate(logs):
        for at, header in enumerate(log):
            message = header.hex().encode()
            yield b"commit refs/heads/log%d\n" % number
            yield b"committer A <a@example.org> %d +0000\n" % (1_700_000_000 + at)
            yield b"data %d\n%s\n" % (len(message), message)
        yield b"\n"


@contextmanager
def _served(folder: Path) -> Iterator[int]:
    """Serve all repositories below `folder` on a free port of loopback."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = ["git", "daemon", "--export-all", f"--base-path={folder}", "--listen=127.0.0.1", f"--port={port}"]
    daemon = subprocess.Popen([*command, str(folder)], env=SURROUNDINGS, stderr=subprocess.DEVNULL)
    try:
        _wait_until_listening(port)
        yield port
    finally:
        daemon.terminate()
        daemon.wait(10)


def _wait_until_listening(port: int) -> None:
    deadline = time.monotonic() + 10
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def _git(*words: str) -> bytes:
    return subprocess.run(["git", *words], env=SURROUNDINGS, check=True, capture_output=True).stdout
