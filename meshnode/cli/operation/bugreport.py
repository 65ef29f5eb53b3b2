"""`meshnode bugreport`: one file for whoever is to find a bug."""

from __future__ import annotations

import os
from pathlib import Path

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.operation.running import running

FILE = "meshnode-bugreport.txt"
SECONDS = 300
"""How long a report may take; checking every record of a large store takes the longest."""


def bugreport(desk: Desk, *, file: str | None) -> Exit:
    """Write the report into a file that is not there yet."""
    path = Path(file or FILE).absolute()
    if not desk.initialised:
        raise desk.not_initialised()
    text = desk.client(SECONDS).node.bug_report()["text"] if running(desk) else _without_node(desk)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as report:
            report.write(text)
    except FileExistsError:
        cause = f"{desk.shown_path(path)} exists already"
        raise Failure(Exit.CONFLICT, cause, "meshnode bugreport other.txt") from None
    except OSError as error:
        raise Failure(Exit.FAILURE, f"{desk.shown_path(path)}: {error.strerror}", "choose another file") from error
    desk.out.give_or_ok("bugreport", {"path": str(path), "bytes": len(text.encode())}, f"Report written   {path.name}")
    desk.out.line("  Read it before you give it to anybody: it shall hold no name, text, id, address or path.")
    return Exit.OK


def _without_node(desk: Desk) -> str:
    import json
    import subprocess

    from meshnode.cli.operation.process import app_command, failure_of

    done = subprocess.run(app_command(desk, "bugreport"), capture_output=True, text=True, check=False)
    if done.returncode:
        raise failure_of(done.returncode, done.stderr, "the report could not be made")
    text: str = json.loads(done.stdout.splitlines()[-1])["text"]
    return text


COMMAND = Command(
    "bugreport",
    "Write what helps to find a bug into one file, with nothing in it about you.",
    bugreport,
    (Argument(("file",), f"The file to write; {FILE} if none is named.", optional=True, complete="file"),),
    text="It holds versions, settings that differ from the defaults, all checks, the numbers of a running node and the "
    "end of its log. Names, texts, ids, keys, addresses and paths are taken out; read it all the same.\n\nWorks with "
    "the node stopped too.",
    examples=(("Before you report a bug", "meshnode bugreport"),),
    exits=(Exit.NOT_INITIALISED, Exit.CONFLICT, Exit.DEADLINE),
)
COMMANDS = {COMMAND.name: COMMAND}
