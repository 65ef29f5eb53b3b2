"""`meshnode export home` and `meshnode import home`: move to another machine with everything, and sign nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import LEFT_FILE, Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.files.saved_file import (
    BY_WORDS,
    NEW_FILE,
    PASSPHRASE,
    REPLACE,
    SECRET,
    WORDS,
    Moved,
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
from meshnode.cli.operation.running import running, stop_node
from meshnode.words.safe_text import clean

if TYPE_CHECKING:
    from pathlib import Path


def export_home(desk: Desk, *, file: str, words: bool, secret_file: str | None, force: bool, dry_run: bool) -> Exit:
    """Move out of this home, into a file."""
    if not desk.initialised:
        raise desk.not_initialised()
    path = path_of(file)
    # Where an attempt was cut short, the file is perhaps its own: the program looks into it.
    if path.exists() and not (force or dry_run or (desk.places.data / LEFT_FILE).exists()):
        raise Failure(Exit.CONFLICT, f"{clean(str(path))} exists already; add --force to replace it")
    if dry_run:
        return _tell_plan(desk, path)
    lock, runs = WORDS if words else PASSPHRASE, running(desk)
    secret = words_of(desk, secret_file, check=runs) if words else chosen(desk, secret_file)
    node = desk.node_file() if runs else None
    stopped = node is not None and stop_node(desk, node["pid"])
    desk.out.progress(f"writing {path.name} …")
    told = _moved(desk, "out", path, secret, "--lock", lock)
    desk.out.progress_done()
    text = f"Moved out   {clean(str(path))}   {amount(told)}"
    desk.out.give_or_ok("export.home", {**told, "dry_run": False, "stopped": stopped}, text)
    if stopped:
        desk.out.line("  The node was stopped.")
    show_contents(desk, told)
    desk.out.line(f"  {opener(lock)} it, and nothing else does. This home signs nothing any more.")
    _after_leaving(desk, path)
    return Exit.OK


def import_home(desk: Desk, *, file: str, secret_file: str | None, dry_run: bool) -> Exit:
    """Move in from a file."""
    path = path_of(file)
    secret = given(desk, lock_of(desk, path), secret_file)
    desk.out.progress(f"reading {path.name} …")
    told = _moved(desk, "in", path, secret, *(["--dry-run"] if dry_run else []))
    desk.out.progress_done()
    home = desk.shown_path(desk.places.data)
    done = "Would move in to" if dry_run else "Had moved in to" if told["already"] else "Moved in to"
    desk.out.give_or_ok("import.home", {**told, "dry_run": dry_run}, f"{done} {home}   {amount(told)}")
    show_origin(desk, told)
    if told["aside"]:
        went = "would go" if dry_run else "went"
        desk.out.line(f"  The home that you had left here {went} to {desk.shown_path(told['aside'])}.")
    if told["config_kept"]:
        desk.out.warn(f"{desk.shown_path(desk.places.config)} was there already, and is left as it is")
    if not told["marked"]:
        desk.out.warn(f"{clean(str(path))} cannot be written, so it does not say that it was taken in: destroy it")
        desk.out.line("  Taken in a second time elsewhere, it would make a second home that signs: a fork.")
    if not dry_run:
        desk.next_steps(("Next", "meshnode up"), ("As a service", "meshnode service install"))
    return Exit.OK


def _tell_plan(desk: Desk, path: Path) -> Exit:
    told = _moved(desk, "out", path, "", "--dry-run")
    text = f"Would move out into {clean(str(path))}   {amount(told)} at most"
    desk.out.give_or_ok("export.home", {**told, "dry_run": True, "stopped": False}, text)
    show_origin(desk, told)
    show_contents(desk, told)
    desk.out.line("  The node would be stopped, and this home would sign nothing any more. Nothing was changed.")
    return Exit.OK


def _after_leaving(desk: Desk, path: Path) -> None:
    from meshnode.cli.operation import systemd

    if systemd.is_installed(desk):
        desk.next_steps(("The service here ends with", "meshnode service uninstall"))
    # On the other machine this home means nothing.
    desk.out.line(f"  Take it to the other machine and run there:  meshnode import home {quoted(path.name)}")


def _moved(desk: Desk, what: str, path: Path, secret: str, *words: str) -> Moved:
    return cast("Moved", ask_program(desk, "move", what, path, secret, *words))


EXPORT = Command(
    "export home",
    "Move out: write this whole node into one encrypted file, and sign nothing here any more.",
    export_home,
    (
        NEW_FILE,
        BY_WORDS,
        SECRET,
        REPLACE,
        Argument(("--dry-run",), "Say what would be written and whether there is room; change nothing.", "flag"),
    ),
    text="The node is stopped first. Then this home is marked as left, and the file is written, which appears under "
    "its name only once it is whole. If something fails, the home stays as it was; after a crash the same command "
    "finishes it.\n\nA home that was left keeps its keys and records, but no node starts in it: two homes that both "
    "sign would fork you. If the file is lost and was taken in nowhere, `meshnode up --i-have-the-newest-copy` lets "
    "this home go on. To move back later, take in here what you export there.",
    examples=(("Look first", "meshnode export home ana.home --dry-run"),),
    exits=(
        Exit.NOT_INITIALISED,
        Exit.HOME_IN_USE,
        Exit.WRONG_PASSPHRASE,
        Exit.VERIFICATION,
        Exit.CONFLICT,
        Exit.DEADLINE,
    ),
)
IMPORT = Command(
    "import home",
    "Move in: make this home of the file that `meshnode export home FILE` wrote elsewhere.",
    import_home,
    (
        Argument(("file",), "The file.", metavar="FILE", complete="file"),
        SECRET,
        Argument(("--dry-run",), "Check everything and say what would come, without leaving anything.", "flag"),
    ),
    text="Everything is checked first, and the home appears as a whole or not at all; after a crash or a full disk the "
    "same command goes on. Only where nobody's home is, or where you had left your own. The new home signs at once, "
    "as the old one does no more. A file is taken in once: then it says so, and for another place it is only a backup.",
    examples=(("Look first", "meshnode import home ana.home --dry-run"),),
    exits=(Exit.WRONG_PASSPHRASE, Exit.VERIFICATION, Exit.CONFLICT),
)
