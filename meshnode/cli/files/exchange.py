"""`meshnode sync` and `meshnode export …`: exchange records with peers now, or through a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.files.csv_export import COMMAND as CSV
from meshnode.cli.files.hledger import COMMAND as HLEDGER
from meshnode.cli.files.ledger_export import COMMAND as LEDGER
from meshnode.cli.files.moving import EXPORT as HOME
from meshnode.cli.files.valueflows import COMMAND as VALUEFLOWS
from meshnode.cli.hints import quoted
from meshnode.words.safe_text import clean
from meshnode.words.shown import count, short_peer, size, who

if TYPE_CHECKING:
    from meshnode.client.answers import Exported, SyncedPeer

USUAL_WAIT = 10
"""Seconds that `sync` waits, unless --timeout says otherwise."""


def sync(desk: Desk, *, peer: str | None, file: str | None) -> Exit:
    """Compare with peers now and wait until both have the same, or exchange a file."""
    if file is not None:
        return _sync_file(desk, file)
    desk.out.progress("comparing with peers …")
    answer = desk.client().node.sync(peer, wait_ms=(desk.timeout or USUAL_WAIT) * 1000)
    desk.out.progress_done()
    if desk.out.as_json:
        desk.out.give("sync", {**answer})
    for one in answer["peers"]:
        _show(desk, one)
    if not answer["peers"] or all(one["state"] == "unreachable" for one in answer["peers"]):
        raise Failure(Exit.UNREACHABLE, "no peer is connected", "meshnode peer ls")
    if any(one["state"] == "behind" for one in answer["peers"]):
        raise Failure(
            Exit.DEADLINE, "not everything has arrived yet; the node goes on by itself", "meshnode sync --timeout 60"
        )
    if lost := sum(one["state"] == "unreachable" for one in answer["peers"]):
        cause = f"{lost} of {count(len(answer['peers']), 'peer')} could not be reached"
        raise Failure(Exit.PROBLEMS, cause, "meshnode peer ls")
    return Exit.OK


def export_bundle(desk: Desk, *, file: str, scope: str | None, force: bool) -> Exit:
    """Write everything held here to one file."""
    path = _new_file(file, force)
    desk.out.progress(f"writing {path.name} …")
    exported = desk.client().exchange.export("bundle", str(path), scope=scope)
    desk.out.progress_done()
    text = f"Written   {clean(exported['path'])}   {count(exported['records'], 'record')} · {size(exported['bytes'])}"
    desk.out.give_or_ok("export.bundle", exported, text)
    _check_it(desk, exported)
    return Exit.OK


def export_fork(desk: Desk, *, file: str, log: str | None, force: bool) -> Exit:
    """Write the proof that somebody signed two records with the same number."""
    path = _new_file(file, force)
    exported = desk.client().exchange.export("fork", str(path), log=log)
    desk.out.give_or_ok("export.fork", exported, f"Written   {clean(exported['path'])}   {size(exported['bytes'])}")
    _check_it(desk, exported)
    return Exit.OK


def _sync_file(desk: Desk, file: str) -> Exit:
    path = Path(file).expanduser().absolute()
    desk.out.progress(f"exchanging with {path.name} …")
    answer = desk.client().node.sync_file(str(path))
    desk.out.progress_done()
    taken = count(answer["received"], "record")
    text = f"Exchanged   {clean(str(path))}   {taken} taken in, {answer['written']:,} in the file"
    desk.out.give_or_ok("sync", answer, text)
    # On the other machine this home means nothing.
    desk.out.line(f"  Take it to the other machine and run there:  meshnode sync --file {quoted(path.name)}")
    return Exit.OK


def _show(desk: Desk, one: SyncedPeer) -> None:
    text = f"{who(one['agent'], short_peer(one['peer']))}   {one['state']}"
    if one["state"] == "unreachable":
        desk.out.bad(text)
    else:
        desk.out.ok(f"{text} · {count(one['received'], 'record')} received · {one['milliseconds']} ms")


def _new_file(file: str, force: bool) -> Path:
    path = Path(file).expanduser().absolute()
    if path.exists() and not force:
        raise Failure(Exit.CONFLICT, f"{clean(str(path))} exists already; add --force to replace it")
    return path


def _check_it(desk: Desk, exported: Exported) -> None:
    desk.next_steps(("Check it anywhere", f"meshnode verify {quoted(exported['path'])}"))


_FORCE = Argument(("--force",), "Replace the file if it exists.", kind="flag")
COMMANDS = {
    command.name: command
    for command in (
        Command(
            "sync",
            "Exchange records with peers now, or with a file.",
            sync,
            (
                Argument(("--peer",), "Only with this one."),
                Argument(("--file",), "Take in what this bundle holds, then add what it lacks.", complete="file"),
            ),
            text="A running node does this by itself; `sync` does it now and waits until it is done (--timeout says "
            "how long). With --file two machines that never meet exchange records on a stick.",
            exits=(Exit.PROBLEMS, Exit.NOT_RUNNING, Exit.UNREACHABLE, Exit.VERIFICATION, Exit.DEADLINE),
        ),
        Command(
            "export bundle",
            "Write everything held here to one file that anyone can check.",
            export_bundle,
            (
                Argument(("file",), "The file to write.", complete="file"),
                Argument(("--scope",), "Only this network, or this agreement."),
                _FORCE,
            ),
            exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
        ),
        HOME,
        CSV,
        LEDGER,
        HLEDGER,
        VALUEFLOWS,
        Command(
            "export fork",
            "Write the proof that a key signed two records with the same number.",
            export_fork,
            (
                Argument(("file",), "The file to write.", complete="file"),
                Argument(("--log",), "Which log, where there are several forks."),
                _FORCE,
            ),
            exits=(Exit.NOT_RUNNING, Exit.CONFLICT),
        ),
    )
}  # fmt: skip
