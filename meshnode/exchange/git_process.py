"""Runs git on somebody's repository without letting the repository run anything.

Git is asked only to read: no hooks, pager, prompts, signature programs, file system monitors or fetching of missing
objects; the path is given as `-C` and is absolute, so it can never be read as an option. Every run has a deadline.
"""

import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import trio

from meshnode.exchange.entries import Cause, ImportRefused, Notebook
from meshnode.exchange.git_log import FORMAT, CommitReader, Extent, GitOptions, Harvest
from meshnode.exchange.prose import one_line

DEADLINE = 600
"""Seconds for reading one history. A million commits take about a minute."""

SILENCE = 60
"""Seconds without a byte after which git is given up: a dead network drive answers nothing."""

PIECE = 256 * 1024
"""Bytes read from git at once."""

MAX_ANSWER = 64 * 1024
"""Bytes of a short answer, and of what git complains."""

MAX_ROOTS = 16
"""Most root commits that name a repository; merged histories have a few."""

_QUIET = (
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.pager=cat",
    "log.showSignature=false",
    "log.mailmap=true",
    "protocol.allow=never",
    "maintenance.auto=false",
    "gc.auto=0",
)
"""Settings that stand above those of the repository."""

_KEPT = ("PATH", "HOME", "XDG_CONFIG_HOME", "LANG", "TMPDIR")
"""What git sees of our environment; every GIT_… is left out, since those redirect it to other repositories."""


@dataclass(frozen=True, slots=True)
class Repository:
    """What is known of a repository before its history is read."""

    path: Path
    name: str
    roots: tuple[bytes, ...]
    shallow: bool
    addresses: tuple[str, ...]
    """The user's e-mail address as git is configured there, if it is."""


async def look_at(path: Path) -> Repository:
    """Find out what stands at an absolute path. Raises ImportRefused when it is no repository with commits."""
    if not path.is_absolute():
        raise ImportRefused("path", f"{path} is not an absolute path")
    if not await trio.Path(path).is_dir():
        raise ImportRefused("path", f"there is no folder {path}")
    if shutil.which("git") is None:
        raise ImportRefused("no-git", "git is not installed", "install it, for instance: apt install git")
    told = await _answer(path, "rev-parse", "--is-shallow-repository", "--is-bare-repository", "--absolute-git-dir")
    shallow, bare, folder = (*told.splitlines(), "", "", "")[:3]
    shown = "" if bare == "true" else await _answer(path, "rev-parse", "--show-toplevel", needed=False)
    top = Path(shown or folder)
    if not await _answer(path, "rev-parse", "--verify", "--quiet", "HEAD^{commit}", needed=False):
        raise ImportRefused("no-commits", f"{path} has no commits yet, or nothing is checked out")
    roots = await _answer(path, "rev-list", "--max-parents=0", f"--max-count={MAX_ROOTS}", "HEAD", "--")
    email = await _answer(path, "config", "--get", "user.email", needed=False)
    name = one_line(top.parent.name if top.name == ".git" else top.name.removesuffix(".git"), 120)
    ids = tuple(sorted(bytes.fromhex(line) for line in roots.split()))
    return Repository(path, name, ids, shallow == "true", (email,) if email else ())


async def harvest_git(
    repository: Repository, options: GitOptions, extent: Extent, now: datetime, notes: Notebook
) -> Harvest:
    """Read a history and keep the user's commits. Raises ImportRefused."""
    if not options.emails:
        hint = "say which commits are yours: --email you@example.org (repeat it for several addresses)"
        raise ImportRefused("no-email", "git knows no e-mail address of yours", hint)
    if repository.shallow:
        notes.add(Cause.SHALLOW, "", "this is a shallow clone: older commits are not here (git fetch --unshallow)")
    harvest = Harvest(options, now)
    reader = CommitReader()
    await _run(repository.path, _log_arguments(extent), lambda piece: harvest.add(reader.feed(piece)))
    reader.end()
    return harvest


def _log_arguments(extent: Extent) -> list[str]:
    """The arguments of the one `git log`; what the user wrote follows `--end-of-options`."""
    arguments = ["log", "--no-show-signature", "--no-color", "--no-patch", "--use-mailmap", "--date=raw"]
    arguments += ["--encoding=UTF-8", f"--format=tformat:{FORMAT}"]
    if extent.everything:
        return [*arguments, "--branches", "--tags", "--remotes", "HEAD", "--"]
    return [*arguments, "--end-of-options", extent.revision, "--"]


def _command(path: Path, arguments: Sequence[str]) -> list[str]:
    settings = [part for setting in _QUIET for part in ("-c", setting)]
    return ["git", "--no-pager", "--no-optional-locks", "--literal-pathspecs", *settings, "-C", str(path), *arguments]


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "GIT_TERMINAL_PROMPT": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_ASKPASS": "true"}


def _settings(path: Path, arguments: Sequence[str]) -> dict[str, Any]:
    """How git is started. The values have no common type: they are the arguments of `trio.run_process`."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return {"command": _command(path, arguments), "env": _environment(), "check": False, **pipes}


async def _answer(path: Path, *arguments: str, needed: bool = True) -> str:
    """Run a short command and return what it printed. Raises ImportRefused if it fails while `needed`."""
    answer = bytearray()

    def take(piece: bytes) -> None:
        answer.extend(piece[: MAX_ANSWER - len(answer)])

    try:
        await _run(path, arguments, take)
    except ImportRefused:
        if needed:
            raise
        return ""
    return answer.decode("utf-8", "replace").strip()


async def _run(path: Path, arguments: Sequence[str], take: Callable[[bytes], None]) -> None:
    """Run git and hand what it prints to `take`, which may raise ImportRefused, as does a failure or a late git."""
    complaint = bytearray()
    refused: ImportRefused | None = None
    code: int | None = None
    with trio.move_on_after(DEADLINE) as deadline:
        async with trio.open_nursery() as nursery:
            # Cancelled, `run_process` asks git to stop and kills it if it does not.
            process: trio.Process = await nursery.start(partial(trio.run_process, **_settings(path, arguments)))
            nursery.start_soon(_listen, process, complaint)
            try:
                await _pass_on(process, take)
                code = await process.wait()
            except ImportRefused as error:
                # Raised here it would come out of the nursery as a group.
                refused = error
                nursery.cancel_scope.cancel()
    if deadline.cancelled_caught:
        raise ImportRefused("deadline", f"git took longer than {DEADLINE} seconds")
    if refused is not None:
        raise refused
    if code != 0:
        raise failure_of(path, complaint.decode("utf-8", "replace"))


async def _pass_on(process: trio.Process, take: Callable[[bytes], None]) -> None:
    assert process.stdout is not None
    while True:
        with trio.move_on_after(SILENCE) as silence:
            piece = await process.stdout.receive_some(PIECE)
        if silence.cancelled_caught:
            raise ImportRefused("deadline", f"git said nothing for {SILENCE} seconds")
        if not piece:
            return
        take(bytes(piece))


async def _listen(process: trio.Process, complaint: bytearray) -> None:
    """Keep the beginning of what git complains, and read on so that it never waits for us."""
    assert process.stderr is not None
    async for piece in process.stderr:
        complaint.extend(piece[: MAX_ANSWER - len(complaint)])


def failure_of(path: Path, complaint: str) -> ImportRefused:
    """Say in our words why git failed."""
    said = one_line(complaint.strip().splitlines()[0] if complaint.strip() else "git failed", 300)
    if "not a git repository" in complaint:
        return ImportRefused("not-a-repository", f"{path} is not in a git repository")
    if "dubious ownership" in complaint:
        hint = f"if you trust it: git config --global --add safe.directory {path}"
        return ImportRefused("foreign", f"{path} belongs to another user of this machine", hint)
    return ImportRefused("git", said)
