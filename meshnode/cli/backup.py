"""`meshnode backup create | verify | restore`: one encrypted file from which a node goes on elsewhere."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from meshnode.cli import recovery
from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.hints import quoted
from meshnode.cli.running import running
from meshnode.cli.safe_text import clean
from meshnode.cli.shown import count, size
from meshnode.cli.times import show_moment
from meshnode.cli.unlocking import choose, first_line_of

if TYPE_CHECKING:
    from collections.abc import Sequence

VARIABLE = "MESHNODE_BACKUP_PASSPHRASE_FILE"
"""Names the file whose first line is the passphrase of backups, where there is no terminal."""
PASSPHRASE, WORDS = "passphrase", "words"
_HEAD = b"meshnode backup "


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
    config_kept: bool


def create(desk: Desk, *, file: str, words: bool, secret_file: str | None, force: bool) -> Exit:
    """Write a backup."""
    if not desk.initialised:
        raise desk.not_initialised()
    path = _path(file)
    if path.exists() and not force:
        raise Failure(Exit.CONFLICT, f"{clean(str(path))} exists already; add --force to replace it")
    lock, is_running = WORDS if words else PASSPHRASE, running(desk)
    secret = _words(desk, secret_file, check=is_running) if words else _chosen(desk, secret_file)
    desk.out.progress(f"writing {path.name} …")
    if is_running:
        told: Told = {**desk.client().backups.create(str(path), **{lock: secret})}
    else:
        told = _process(desk, "create", path, secret, "--lock", lock)
    desk.out.progress_done()
    shown = {name: told[name] for name in Told.__annotations__}  # type: ignore[literal-required]  # its own names
    desk.out.give_or_ok("backup.create", shown, f"Saved   {clean(str(path))}   {_amount(told)}")
    _show_contents(desk, told)
    desk.out.line(f"  {_opener(lock)} opens it, and nothing else does. Keep it away from this machine.")
    desk.next_steps(("Check it", f"meshnode backup verify {quoted(str(path))}"))
    return Exit.OK


def verify(desk: Desk, *, file: str, secret_file: str | None) -> Exit:
    """Read a backup to its end."""
    path = _path(file)
    lock = _lock_of(path)
    desk.out.progress(f"checking {path.name} …")
    told = _process(desk, "verify", path, _given(desk, lock, secret_file))
    desk.out.progress_done()
    desk.out.give_or_ok(
        "backup.verify", {**told, "lock": lock}, f"Whole and genuine   {clean(str(path))}   {_amount(told)}"
    )
    _show_origin(desk, told)
    _show_contents(desk, told)
    return Exit.OK


def restore(desk: Desk, *, file: str, secret_file: str | None, dry_run: bool) -> Exit:
    """Make this home of a backup."""
    path = _path(file)
    lock = _lock_of(path)
    secret = _given(desk, lock, secret_file)
    desk.out.progress(f"reading {path.name} …")
    told = _process(desk, "restore", path, secret, *(["--dry-run"] if dry_run else []))
    desk.out.progress_done()
    home = desk.shown_path(desk.places.data)
    text = f"Would restore to {home}   {_amount(told)}" if dry_run else f"Restored   {home}   {_amount(told)}"
    desk.out.give_or_ok("backup.restore", {**told, "lock": lock, "dry_run": dry_run}, text)
    _show_origin(desk, told)
    if told["config_kept"]:
        desk.out.warn(f"{desk.shown_path(desk.places.config)} was there already, and is left as it is")
    desk.out.line("  Before this home signs anything, its node asks the peers that held your records for newer ones:")
    desk.out.line("  two copies that both sign would fork you. The machine it was made on must not run any more.")
    if not dry_run:
        desk.next_steps(("Next", "meshnode up"), ("If no peer has newer ones", "meshnode up --i-have-the-newest-copy"))
    return Exit.OK


def _show_origin(desk: Desk, told: Read) -> None:
    name = clean(told["name"]) or told["agent"]
    sealed = "sealed with the passphrase of the home" if told["keys"] == PASSPHRASE else "in clear in it"
    desk.out.fields([("whose", name), ("made", show_moment(told["made"])), ("keys", sealed)])


def _show_contents(desk: Desk, told: Told) -> None:
    for head, lines in (("in it", told["holds"]), ("not in it", told["lacks"])):
        desk.out.fields([(head if place == 0 else "", clean(line)) for place, line in enumerate(lines)])


def _amount(told: Told) -> str:
    return f"{count(told['records'], 'record')} · {size(told['bytes'])}"


def _opener(lock: str) -> str:
    return "Your 12 recovery words" if lock == WORDS else "This passphrase"


def _path(file: str) -> Path:
    return Path(os.path.abspath(os.path.expanduser(file)))


def _lock_of(path: Path) -> str:
    """What opens a backup, as its second line says; everything else is checked where it is opened. Raises Failure."""
    try:
        with path.open("rb") as file:
            lines = file.read(256).split(b"\n")
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{clean(str(path))} cannot be read ({error.strerror})") from error
    if not lines[0].startswith(_HEAD):
        raise Failure(Exit.VERIFICATION, f"{clean(str(path))} is no backup", "meshnode backup --help")
    return WORDS if lines[1:2] == [b"locked words"] else PASSPHRASE


def _chosen(desk: Desk, file: str | None) -> str:
    return choose(desk, file or desk.environ.get(VARIABLE), VARIABLE, f"meshnode {desk.command_name} --help")


def _words(desk: Desk, file: str | None, *, check: bool) -> str:
    """The recovery words, and if the node runs: those of its owner. Raises Failure."""
    typed = recovery.typed(desk, file, "meshnode backup create --help").strip()
    if check and recovery.digest_of(typed.split()) not in desk.client().people.me()["recovery_digests"]:
        raise Failure(Exit.VERIFICATION, "these are words, but not the recovery words of this identity")
    return typed


def _given(desk: Desk, lock: str, file: str | None) -> str:
    """What opens a backup that is there. Raises Failure."""
    if lock == WORDS:
        return recovery.typed(desk, file, f"meshnode {desk.command_name} --help").strip()
    if file := file or desk.environ.get(VARIABLE):
        return first_line_of(file)
    if not desk.can_ask:
        cause = f"the passphrase of the backup is needed, and there is no terminal to ask at; name a file in {VARIABLE}"
        raise Failure(Exit.WRONG_PASSPHRASE, cause, f"meshnode {desk.command_name} --help")
    return desk.ask_hidden("Passphrase of the backup: ")


def _process(desk: Desk, what: str, path: Path, secret: str, *words: str) -> Read:
    """Let the node's program do it, which is told the secret through a pipe; raises Failure."""
    import subprocess

    from meshnode.cli.process import app_command, failure_of

    command: Sequence[str] = app_command(desk, "backup", what, str(path), *words)
    ended = subprocess.run(command, input=f"{secret}\n", capture_output=True, text=True, check=False)
    if ended.returncode:
        desk.out.progress_done()
        raise failure_of(ended.returncode, ended.stderr, "the backup could not be read")
    told: Read = json.loads(ended.stdout)
    return told


_FILE = Argument(("file",), "The backup.", metavar="FILE", complete="file")
_SECRET = Argument(
    ("--secret-file",),
    f"Read what opens it from the first line of this file (or name it in {VARIABLE}).",
    metavar="PATH",
    complete="file",
)
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "backup create",
            "Save everything that this node needs to go on elsewhere, in one encrypted file.",
            create,
            (
                Argument(("file",), "The file to write.", metavar="FILE", complete="file"),
                Argument(("--words",), "Your 12 recovery words open it, in place of a passphrase of its own.", "flag"),
                _SECRET,
                Argument(("--force",), "Replace the file if it exists.", kind="flag"),
            ),
            text="The node may go on working: what is saved is one moment. What is in the file, and what is not, is "
            "printed and stands in it. It appears under its name only once it is whole. After 30 days without a backup "
            "`status` reminds you of one (setting backup.remind_days).",
            examples=(("Every night, by a timer", "meshnode backup create ana.backup --force --secret-file pass"),),
            exits=(Exit.NOT_INITIALISED, Exit.WRONG_PASSPHRASE, Exit.VERIFICATION, Exit.CONFLICT),
        ),
        Command(
            "backup verify",
            "Read a backup to its end, and say what is in it.",
            verify,
            (_FILE, _SECRET),
            text="Needs no node. Every byte is checked; nothing is written.",
            exits=(Exit.WRONG_PASSPHRASE, Exit.VERIFICATION),
        ),
        Command(
            "backup restore",
            "Make this home of a backup.",
            restore,
            (
                _FILE,
                _SECRET,
                Argument(("--dry-run",), "Check everything and say what would come, without leaving anything.", "flag"),
            ),
            text="Only into a home that is not there yet, and as a whole or not at all. A restored home is a copy: "
            "before it signs, its node asks the peers that held your records whether they have newer ones, and takes "
            "them in. If there are no such peers, or none of them will come back, say so with `meshnode up "
            "--i-have-the-newest-copy`; if a newer copy does sign, that forks you.",
            exits=(Exit.WRONG_PASSPHRASE, Exit.VERIFICATION, Exit.CONFLICT),
        ),
    )
}
