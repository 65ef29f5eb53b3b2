"""What `meshnode import` tells about an answer: what was refused, what came, what to do if nothing was written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from meshnode.cli.desk import Desk
from meshnode.cli.files.import_options import CSV, GIT
from meshnode.cli.hints import quoted
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, quantity
from meshnode.words.times import show_duration, show_period

if TYPE_CHECKING:
    from meshnode.client.answers import ImportAnswer

SHOWN_ROWS = 20
"""Refused rows listed for people; all of them are in the JSON answer."""

SHOWN_PROJECTS = 8
"""Projects to be decided about that are listed for people."""


def tell(desk: Desk, answer: ImportAnswer) -> None:
    """Say what an import did, or would do."""
    out, rows = desk.out, answer["refused"]
    _list_refused(desk, answer)
    for note in answer["notes"]:
        out.warn(clean(note))
    # A bundle brings records of any kind, and of anybody; the others bring entries of one's own.
    things = ("record", "records") if answer["kind"] == "bundle" else ("entry", "entries")
    number = count(answer["written"], *things)
    time = f", {show_duration(answer['seconds'])}" if answer["seconds"] else ""
    if answer["dry_run"]:
        out.line(f"Would import {number}{time}; nothing was written.")
        _preview(desk, answer)
    elif answer["held_back"] or (rows and not answer["written"]):
        out.bad("Nothing was imported")
    else:
        out.ok(f"Imported {number}{time}")
    out.fields(
        [
            ("already here", f"{answer['already']:,}" if answer["already"] else ""),
            ("left out", f"{answer['skipped']:,} (not yours, or excluded by an option)" if answer["skipped"] else ""),
            ("refused", f"{len(rows):,}" if rows else ""),
        ]
    )
    if answer["batch"] and not answer["dry_run"]:
        undo = f"meshnode import undo {answer['batch']}"
        desk.next_steps(("Look", f"meshnode contribution ls --batch {answer['batch']}"), ("Take it back", undo))


def ways_out(desk: Desk, answer: ImportAnswer, line: str) -> None:
    """Say why nothing is written, and the commands that get on; `line` is the command as it was given."""
    if not answer["sample"] and not answer["undecided"]:
        rows = count(len(answer["refused"]), "row")
        manual = desk.command(f"meshnode import {answer['kind']} --help")
        desk.out.aside(f"meshnode: {rows} refused, and nothing else is new. Run: {manual}")
        return
    reasons, words = [], line
    if answer["refused"]:
        reasons.append(f"{count(len(answer['refused']), 'row')} refused")
        words += " --accept-partial"
    if undecided := answer["undecided"]:
        reasons.append(f"{count(len(undecided), 'project')} of the source not here")
        desk.next_steps(
            ("Begin these projects", f"{words} --create-projects"),
            ("Leave them out", f"{words} --without-projects"),
        )
        desk.out.line("  Or say --project and one that is here, for all of it.")
        words += " --create-projects"
    verb = "would be" if answer["dry_run"] else "was"
    # Not `advice`, which looks for commands in sentences: this one is whole, whatever stands in the user's words.
    desk.out.aside(f"meshnode: nothing {verb} written: {' and '.join(reasons)}. Run: {desk.command(words)}")


def again(kind: str, path: str, given: Mapping[str, str | int | bool | list[str] | None], dry_run: bool) -> str:
    """The command that was given, so that it can be pasted with something added."""
    words = ["meshnode", "import", kind, quoted(path)]
    for argument in GIT if kind == "git" else CSV:
        value = given.get(argument.keyword)
        flag = argument.names[-1]
        if value is True:
            words.append(flag)
        elif isinstance(value, list):
            words += [f"{flag} {quoted(each)}" for each in value]
        elif value is not None and argument.is_option:
            words.append(f"{flag} {quoted(str(value))}")
    return " ".join([*words, *(["--dry-run"] if dry_run else [])])


def _list_refused(desk: Desk, answer: ImportAnswer) -> None:
    rows = answer["refused"]
    for row in rows[:SHOWN_ROWS]:
        desk.out.bad(f"line {row['line']}: {clean(row['reason'])}" if row["line"] else clean(row["reason"]))
    if len(rows) > SHOWN_ROWS:
        desk.out.line(f"  … and {len(rows) - SHOWN_ROWS} more (all with --json)")
    projects = answer["undecided"]
    for name, number in list(projects.items())[:SHOWN_PROJECTS]:
        desk.out.warn(f"project {clean(name)!r} is not here ({count(number, 'entry', 'entries')})")
    if len(projects) > SHOWN_PROJECTS:
        desk.out.line(f"  … and {len(projects) - SHOWN_PROJECTS} more projects (all with --json)")


def _preview(desk: Desk, answer: ImportAnswer) -> None:
    """Show the first entries of a dry run, as they would stand."""
    rows = [
        (
            show_period(entry["day_from"], entry["day_to"]),
            quantity(entry["quantity"], entry["seconds"]),
            clean(entry["title"]),
            clean(entry["project"]),
        )
        for entry in answer["sample"]
    ]
    shown = 4 if any(project for *_, project in rows) else 3
    if rows:
        heads = ("DAY", "HOW MUCH", "WHAT", "PROJECT")[:shown]
        desk.out.table(heads, [row[:shown] for row in rows], flexible=2, right=(1,))
    if answer["written"] > len(rows) > 0:
        desk.out.line(f"  … and {answer['written'] - len(rows):,} more")
