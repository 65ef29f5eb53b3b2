"""The encrypted file of a backup, or of a home that moves: what opens it, who reads it, and what is said of it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from meshnode.cli.commands import Argument
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.person import recovery
from meshnode.cli.person.unlocking import choose, first_line_of
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, size
from meshnode.words.times import show_moment

if TYPE_CHECKING:
    from collections.abc import Sequence

VARIABLE = "MESHNODE_BACKUP_PASSPHRASE_FILE"
"""Names the file whose first line is the passphrase of backups, where there is no terminal."""
PASSPHRASE, WORDS = "passphrase", "words"
_HEADS = (b"meshnode backup ", b"meshnode home ", b"meshnode gone ")


class Told(TypedDict):
    """What is said of a backup: by the node that wrote it, or by the process that read it."""

    path: str
    bytes: int
    made: str
    records: int
    lock: str
    keys: str
    holds: list[str]
    lacks: list[str]


class Read(Told):
    """What only whoever opened a backup knows."""

    agent: str
    name: str
    version: str
    kind: str
    config_kept: bool


class Moved(Read):
    """What is known of a home that moves."""

    already: bool
    marked: bool
    aside: str


FILE = Argument(("file",), "The backup.", metavar="FILE", complete="file")
NEW_FILE = Argument(("file",), "The file to write.", metavar="FILE", complete="file")
BY_WORDS = Argument(("--words",), "Your 12 recovery words open it, in place of a passphrase of its own.", "flag")
SECRET = Argument(
    ("--secret-file",),
    f"Read what opens it from the first line of this file (or name it in {VARIABLE}).",
    metavar="PATH",
    complete="file",
)
REPLACE = Argument(("--force",), "Replace the file if it exists.", kind="flag")


def show_origin(desk: Desk, told: Read) -> None:
    """Say whose it is, and how its keys are kept."""
    name = clean(told["name"]) or told["agent"]
    sealed = "sealed with the passphrase of the home" if told["keys"] == PASSPHRASE else "in clear in it"
    desk.out.fields([("whose", name), ("made", show_moment(told["made"])), ("keys", sealed)])


def show_contents(desk: Desk, told: Told) -> None:
    """Say what is in it, and what is not."""
    for head, lines in (("in it", told["holds"]), ("not in it", told["lacks"])):
        desk.out.fields([(head if place == 0 else "", clean(line)) for place, line in enumerate(lines)])


def amount(told: Told) -> str:
    """How much is in it."""
    return f"{count(told['records'], 'record')} · {size(told['bytes'])}"


def opener(lock: str) -> str:
    """What opens it."""
    return "Your 12 recovery words open" if lock == WORDS else "This passphrase opens"


def path_of(file: str) -> Path:
    """Where the file is that somebody named."""
    return Path(os.path.abspath(os.path.expanduser(file)))


def lock_of(desk: Desk, path: Path) -> str:
    """What opens a backup, as its second line says; everything else is checked where it is opened. Raises Failure."""
    try:
        with path.open("rb") as file:
            lines = file.read(256).split(b"\n")
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(str(path))} cannot be read ({error.strerror})") from error
    if not lines[0].startswith(_HEADS):
        cause = f"{clean(str(path))} is neither a backup nor a home that moves"
        raise Failure(Exit.VERIFICATION, cause, f"meshnode {desk.command_name} --help")
    return WORDS if lines[1:2] == [b"locked words"] else PASSPHRASE


def chosen(desk: Desk, file: str | None) -> str:
    """A new passphrase for a file. Raises Failure."""
    return choose(desk, file or desk.environ.get(VARIABLE), VARIABLE, f"meshnode {desk.command_name} --help")


def words_of(desk: Desk, file: str | None, *, check: bool) -> str:
    """The recovery words, and if the node runs: those of its owner. Raises Failure."""
    typed = recovery.typed(desk, file, f"meshnode {desk.command_name} --help").strip()
    if check and recovery.digest_of(typed.split()) not in desk.client().people.me()["recovery_digests"]:
        raise Failure(Exit.VERIFICATION, "these are words, but not the recovery words of this identity")
    return typed


def given(desk: Desk, lock: str, file: str | None) -> str:
    """What opens a backup that is there. Raises Failure."""
    if lock == WORDS:
        return recovery.typed(desk, file, f"meshnode {desk.command_name} --help").strip()
    if file := file or desk.environ.get(VARIABLE):
        return first_line_of(file, f"meshnode {desk.command_name} --help")
    if not desk.can_ask:
        cause = f"the passphrase of the file is needed, and there is no terminal to ask at; name a file in {VARIABLE}"
        raise Failure(Exit.WRONG_PASSPHRASE, cause, f"meshnode {desk.command_name} --help")
    return desk.ask_hidden("Passphrase of the file: ")


def ask_program(desk: Desk, verb: str, what: str, path: Path, secret: str, *words: str) -> Read:
    """Let the node's program do it, which is told the secret through a pipe; raises Failure."""
    import subprocess

    from meshnode.cli.operation.process import app_command, failure_of

    command: Sequence[str] = app_command(desk, verb, what, str(path), *words)
    ended = subprocess.run(command, input=f"{secret}\n", capture_output=True, text=True, check=False)
    if ended.returncode:
        desk.out.progress_done()
        raise failure_of(ended.returncode, ended.stderr, "the file could not be read")
    told: Read = json.loads(ended.stdout)
    return told
