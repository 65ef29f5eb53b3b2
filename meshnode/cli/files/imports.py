"""`meshnode import …`: take in work from elsewhere, always previewed on request and undoable as one batch."""

from __future__ import annotations

from pathlib import Path

from meshnode.cli.commands import Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.files.import_answers import again, tell, ways_out
from meshnode.cli.files.import_options import BATCH, BUNDLE, CSV, GIT
from meshnode.cli.files.moving import IMPORT as HOME
from meshnode.words.safe_text import clean
from meshnode.words.shown import count
from meshnode.words.times import show_moment

Option = str | int | bool | list[str] | None


def git(desk: Desk, *, path: str, dry_run: bool, **options: Option) -> Exit:
    """Import a git history."""
    return _import(desk, "git", path, options, dry_run)


def csv(desk: Desk, *, path: str, dry_run: bool, **options: Option) -> Exit:
    """Import an export of a time tracker, or any table."""
    return _import(desk, "csv", path, options, dry_run)


def bundle(desk: Desk, *, path: str, dry_run: bool) -> Exit:
    """Import a bundle."""
    return _import(desk, "bundle", path, {}, dry_run)


def ls(desk: Desk) -> Exit:
    """List the imports so far."""
    batches = desk.client().exchange.imports()
    if desk.out.as_json:
        desk.out.give("import.ls", {"items": batches})
    elif not batches:
        desk.out.line("Nothing was imported yet.")
        desk.next_steps(("See what a repository would bring", "meshnode import git . --dry-run"))
    else:
        rows = [
            (
                entry["batch"],
                show_moment(entry["at"]),
                entry["kind"],
                f"{entry['records']:,}",
                entry["source"] + (" (taken back)" if entry["undone"] else ""),
            )
            for entry in batches
        ]
        desk.out.table(("BATCH", "WHEN", "KIND", "RECORDS", "FROM"), rows, flexible=4, right=(3,))
    return Exit.OK


def undo(desk: Desk, *, batch: str) -> Exit:
    """Take an import back."""
    undone = desk.client().exchange.undo_import(batch)
    already = f" ({undone['already']} were already)" if undone["already"] else ""
    text = f"Taken back   {count(undone['retracted'], 'entry', 'entries')} retracted{already}"
    desk.out.give_or_ok("import.undo", undone, text)
    return Exit.OK


def _import(desk: Desk, kind: str, path: str, options: dict[str, Option], dry_run: bool) -> Exit:
    source = Path(path).expanduser().absolute()
    if not source.exists():
        raise Failure(Exit.FAILURE, f"there is no {clean(str(source))}", f"meshnode import {kind} --help")
    given = {name: value for name, value in options.items() if value not in (None, False, [])}
    desk.out.progress(f"reading {source.name} …")
    answer = desk.client().exchange.import_from(kind, str(source), dry_run=dry_run, options=given)
    desk.out.progress_done()
    if desk.out.as_json:
        desk.out.give(f"import.{kind}", {**answer})
    tell(desk, answer)
    if answer["held_back"]:
        ways_out(desk, answer, again(kind, path, given, dry_run))
    elif answer["refused"]:
        desk.out.aside(f"meshnode: {count(len(answer['refused']), 'row')} refused; the list says where and why")
    return Exit.PROBLEMS if answer["refused"] or answer["held_back"] else Exit.OK


_EXITS = (Exit.PROBLEMS, Exit.NOT_RUNNING)
_REFUSED = (
    "What cannot be understood is refused with its line and the reason, and the exit code is 3. As long as anything is "
    "refused nothing is written, unless you say --accept-partial; nor as long as the source names projects that are "
    "not here, unless you say what becomes of them. Importing again brings only what is new."
)
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "import git",
            "Import your commits from a git repository.",
            git,
            GIT,
            text="Only commits whose e-mail is yours are taken; others are counted and left out. A commit counts as "
            f"one piece, never as hours, unless --each says otherwise.\n\n{_REFUSED}",
            examples=(
                ("See first what it would bring", "meshnode import git . --dry-run"),
                ("One entry per day, for a project", "meshnode import git . --per day --project acme-site"),
            ),
            exits=_EXITS,
        ),
        Command(
            "import csv",
            "Import an export of Toggl or Clockify, or another table.",
            csv,
            CSV,
            text=_REFUSED,
            examples=(
                ("See first what it would bring", "meshnode import csv Toggl_time_entries.csv --dry-run"),
                ("Another table", "meshnode import csv hours.csv --map title=Task,date=Day,duration=Time"),
            ),
            exits=_EXITS,
        ),
        Command(
            "import bundle",
            "Take in the records of a bundle.",
            bundle,
            BUNDLE,
            text="Everything in it is checked first. Taking it in again changes nothing. What others signed comes as "
            "theirs: it does not become yours, and nothing of yours changes. To move to another machine see `meshnode "
            "import home --help`.",
            exits=(*_EXITS, Exit.VERIFICATION),
        ),
        HOME,
        Command("import ls", "List the imports so far.", ls, exits=(Exit.NOT_RUNNING,)),
        Command("import undo", "Take an import back: retract all it brought.", undo, BATCH, exits=(Exit.NOT_RUNNING,)),
    )
}
