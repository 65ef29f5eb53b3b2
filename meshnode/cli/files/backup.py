"""`meshnode backup create | verify | restore`: one encrypted file from which a node goes on elsewhere."""

from __future__ import annotations

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.files.saved_file import (
    BY_WORDS,
    FILE,
    NEW_FILE,
    PASSPHRASE,
    REPLACE,
    SECRET,
    WORDS,
    Told,
    amount,
    ask_program,
    chosen,
    given,
    lock_of,
    opener,
    path_of,
    show_contents,
    show_origin,
    words_of,
)
from meshnode.cli.hints import quoted
from meshnode.cli.operation.running import running
from meshnode.words.safe_text import clean

_KINDS = {"home": "a home that moves; it was taken in nowhere yet", "gone": "a home that moved; it was taken in"}


def create(desk: Desk, *, file: str, words: bool, secret_file: str | None, force: bool) -> Exit:
    """Write a backup."""
    if not desk.initialised:
        raise desk.not_initialised()
    path = path_of(file)
    if path.exists() and not force:
        raise Failure(Exit.CONFLICT, f"{clean(str(path))} exists already; add --force to replace it")
    lock, is_running = WORDS if words else PASSPHRASE, running(desk)
    secret = words_of(desk, secret_file, check=is_running) if words else chosen(desk, secret_file)
    desk.out.progress(f"writing {path.name} …")
    if is_running:
        told: Told = {**desk.client().backups.create(str(path), **{lock: secret})}
    else:
        told = ask_program(desk, "backup", "create", path, secret, "--lock", lock)
    desk.out.progress_done()
    shown = {name: told[name] for name in Told.__annotations__}  # type: ignore[literal-required]  # its own names
    desk.out.give_or_ok("backup.create", shown, f"Saved   {clean(str(path))}   {amount(told)}")
    show_contents(desk, told)
    desk.out.line(f"  {opener(lock)} it, and nothing else does. Keep it away from this machine.")
    desk.next_steps(("Check it", f"meshnode backup verify {quoted(str(path))}"))
    return Exit.OK


def verify(desk: Desk, *, file: str, secret_file: str | None) -> Exit:
    """Read a backup to its end."""
    path = path_of(file)
    lock = lock_of(desk, path)
    desk.out.progress(f"checking {path.name} …")
    told = ask_program(desk, "backup", "verify", path, given(desk, lock, secret_file))
    desk.out.progress_done()
    desk.out.give_or_ok(
        "backup.verify", {**told, "lock": lock}, f"Whole and genuine   {clean(str(path))}   {amount(told)}"
    )
    show_origin(desk, told)
    if told["kind"] in _KINDS:
        desk.out.fields([("kind", _KINDS[told["kind"]])])
    show_contents(desk, told)
    return Exit.OK


def restore(desk: Desk, *, file: str, secret_file: str | None, dry_run: bool) -> Exit:
    """Make this home of a backup."""
    path = path_of(file)
    lock = lock_of(desk, path)
    secret = given(desk, lock, secret_file)
    desk.out.progress(f"reading {path.name} …")
    told = ask_program(desk, "backup", "restore", path, secret, *(["--dry-run"] if dry_run else []))
    desk.out.progress_done()
    home = desk.shown_path(desk.places.data)
    text = f"Would restore to {home}   {amount(told)}" if dry_run else f"Restored   {home}   {amount(told)}"
    desk.out.give_or_ok("backup.restore", {**told, "lock": lock, "dry_run": dry_run}, text)
    show_origin(desk, told)
    if told["config_kept"]:
        desk.out.warn(f"{desk.shown_path(desk.places.config)} was there already, and is left as it is")
    desk.out.line("  Before this home signs anything, its node asks the peers that held your records for newer ones:")
    desk.out.line("  two copies that both sign would fork you. The machine it was made on must not run any more.")
    if not dry_run:
        desk.next_steps(("Next", "meshnode up"), ("If no peer has newer ones", "meshnode up --i-have-the-newest-copy"))
    return Exit.OK


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "backup create",
            "Save everything that this node needs to go on elsewhere, in one encrypted file.",
            create,
            (
                NEW_FILE,
                BY_WORDS,
                SECRET,
                REPLACE,
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
            (FILE, SECRET),
            text="Needs no node. Every byte is checked; nothing is written.",
            exits=(Exit.WRONG_PASSPHRASE, Exit.VERIFICATION),
        ),
        Command(
            "backup restore",
            "Make this home of a backup.",
            restore,
            (
                FILE,
                SECRET,
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
