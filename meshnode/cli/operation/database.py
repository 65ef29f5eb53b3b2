"""`meshnode db`: looking after the databases, by the node's own program and under the home's lock."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

from meshnode.cli.commands import Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.operation.running import running
from meshnode.cli.operation.status import show_check
from meshnode.words.shown import size

if TYPE_CHECKING:
    from meshnode.client.answers import Check


def check(desk: Desk) -> Exit:
    """Check the databases; ends with 3 if something is wrong. A running node checks what it has open."""
    if desk.initialised and running(desk):
        checks = [each for each in desk.client().node.doctor()["checks"] if each["name"] in ("records", "views")]
    else:
        checks = _ask(desk, "check", {Exit.OK, Exit.PROBLEMS})["checks"]
    if desk.out.as_json:
        desk.out.give("db.check", {"checks": checks})
    for each in checks:
        show_check(desk, each)
    return Exit.PROBLEMS if any(each["state"] == "fail" for each in checks) else Exit.OK


def rebuild(desk: Desk) -> Exit:
    """Throw the views away, so that the next start computes them anew."""
    freed = _offline(desk, "rebuild")["freed"]
    if desk.out.as_json:
        desk.out.give("db.rebuild", {"freed": freed})
        return Exit.OK
    desk.out.ok(f"Views thrown away, {size(freed)}; the next start computes them anew from the records")
    desk.next_steps(("Start it", "meshnode up"))
    return Exit.OK


def vacuum(desk: Desk) -> Exit:
    """Write the databases anew without gaps."""
    files = _offline(desk, "vacuum")["files"]
    if desk.out.as_json:
        desk.out.give("db.vacuum", {"files": files})
    for each in files:
        desk.out.ok(f"{each['name']}: {size(each['before'])} before, {size(each['after'])} now")
    return Exit.OK


def _offline(desk: Desk, what: str) -> Told:
    """Do something that no node may be in the way of."""
    if desk.initialised and running(desk):
        raise Failure(Exit.HOME_IN_USE, "the node has the databases open", "meshnode down")
    return _ask(desk, what, {Exit.OK})


def _ask(desk: Desk, what: str, well: set[Exit]) -> Told:
    from meshnode.cli.operation.process import app_command, failure_of

    if not desk.initialised:
        raise desk.not_initialised()
    desk.out.progress(f"db {what} …")
    done = subprocess.run([*app_command(desk, "db"), what], capture_output=True, text=True, check=False)
    desk.out.progress_done()
    if done.returncode not in well:
        raise failure_of(done.returncode, done.stderr, f"db {what} could not be done")
    told: Told = json.loads(done.stdout.splitlines()[-1])
    return told


if TYPE_CHECKING:
    from typing import TypedDict

    class Packed(TypedDict):
        """One file before and after it was packed, in bytes."""

        name: str
        before: int
        after: int

    class Told(TypedDict):
        """What the program answers; each verb gives one of them."""

        checks: list[Check]
        freed: int
        files: list[Packed]


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "db check",
            "Check every page, record, signature and chain in the databases.",
            check,
            text="While the node runs, it checks its records itself, and goes on working meanwhile.",
            exits=(Exit.PROBLEMS, Exit.NOT_INITIALISED, Exit.HOME_IN_USE, Exit.CONFLICT, Exit.DEADLINE),
        ),
        Command(
            "db rebuild",
            "Throw away what is computed from the records (lists, search), so that the next start computes it anew.",
            rebuild,
            text="No record is touched. The node must be stopped.",
            exits=(Exit.NOT_INITIALISED, Exit.HOME_IN_USE, Exit.CONFLICT),
        ),
        Command(
            "db vacuum",
            "Write the databases anew without gaps, to give room back to the disk.",
            vacuum,
            text="Needs twice the size of the larger database free while it works. The node must be stopped.",
            exits=(Exit.NOT_INITIALISED, Exit.HOME_IN_USE, Exit.CONFLICT),
        ),
    )
}
