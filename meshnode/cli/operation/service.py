"""`meshnode service`: the node as a service of the user, which systemd starts, watches and starts anew."""

from __future__ import annotations

import os
import shlex
from typing import TYPE_CHECKING

from meshnode.cli import hints
from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.operation import systemd
from meshnode.cli.operation.running import running, stop_node
from meshnode.cli.operation.unit_file import CARRIED, MARK, user_unit
from meshnode.cli.person.unlocking import VARIABLE, is_protected
from meshnode.words.safe_text import clean

if TYPE_CHECKING:
    from meshnode.client.answers import Check

LINGER = "loginctl enable-linger"
_NOT_HERE = "there is no systemd that runs services for you here"
PRINT = "meshnode service install --print"
NEXT = {"inactive": "meshnode up", "activating": "meshnode service status"}
"""What to do about a service that is not active: one that was stopped is started, one that starts is waited for."""


def install(desk: Desk, *, only_print: bool) -> Exit:
    """Write the unit, and let systemd start it now and whenever the user's services start."""
    text, path = _unit(desk), systemd.unit_path(desk)
    if only_print:
        if desk.out.as_json:
            desk.out.give("service.install", {"unit": text, "path": str(path), "installed": False})
        else:
            desk.out.stdout.write(text)
        return Exit.OK
    _check(desk)
    before = running(desk) and not systemd.is_installed(desk)
    _write(desk, text)
    if before and (node := desk.node_file()) is not None:
        stop_node(desk, node["pid"])  # Two nodes cannot share a home: systemd starts this one again.
    systemd.manage(desk, "daemon-reload")
    systemd.manage(desk, "enable", path.name)
    systemd.manage(desk, "restart", path.name)
    lingers = systemd.lingers(desk)
    if desk.out.as_json:
        desk.out.give("service.install", {"unit": text, "path": str(path), "installed": True, "lingers": lingers})
        return Exit.OK
    desk.out.ok(f"Service installed and started   {path.name}")
    desk.out.line(f"  {desk.shown_path(path)}")
    if lingers is False:
        desk.out.warn(f"it stops when you log out; to let it go on, also after a restart of the machine: {LINGER}")
    desk.next_steps(("How it is", "meshnode service status"))
    return Exit.OK


def uninstall(desk: Desk) -> Exit:
    """Stop the service and remove its unit; the home stays as it is."""
    path = systemd.unit_path(desk)
    if not systemd.is_installed(desk):
        raise _not_installed(desk)
    if systemd.there_is_a_manager(desk):
        systemd.manage(desk, "disable", "--now", path.name)
    path.unlink()
    if systemd.there_is_a_manager(desk):
        systemd.manage(desk, "daemon-reload")
    desk.out.give_or_ok("service.uninstall", {"path": str(path)}, f"Service stopped and removed   {path.name}")
    return Exit.OK


def status(desk: Desk) -> Exit:
    """Show how the service is; ends with 3 if it is installed and does not run."""
    if not systemd.is_installed(desk):
        raise _not_installed(desk)
    path, state, lingers = systemd.unit_path(desk), systemd.state_of(desk), systemd.lingers(desk)
    if desk.out.as_json:
        told = state._asdict() if state else {}
        desk.out.give("service.status", {"path": str(path), "lingers": lingers, **told})
    elif state is None:
        desk.out.bad(f"{path.name}: {_NOT_HERE}, or it has not read the unit yet")
        desk.out.line("    systemctl --user daemon-reload")
    else:
        mark = desk.out.ok if state.active == "active" else desk.out.bad
        mark(f"{path.name} is {clean(state.active)}")
        desk.out.fields(
            [
                ("says", clean(state.status) if state.active == "active" else ""),
                ("process", str(state.pid) if state.pid else ""),
                ("restarts", str(state.restarts) if state.restarts else ""),
                ("starts", "by itself" if state.enabled else "only by hand: systemctl --user enable " + path.name),
                ("lingers", {True: "yes", False: f"no, it stops when you log out: {LINGER}", None: ""}[lingers]),
                ("unit", desk.shown_path(path)),
            ]
        )
        if state.active != "active":
            desk.out.line(f"    {desk.advice(NEXT.get(state.active, 'meshnode doctor'))}")
    return Exit.OK if state is not None and state.active == "active" else Exit.PROBLEMS


def service_check(desk: Desk) -> list[Check]:
    """Return what the doctor says of the service; nothing where there is none."""
    if not systemd.is_installed(desk):
        return []
    state, name = systemd.state_of(desk), systemd.unit_name(desk)
    if state is None:
        return [_told("warn", f"{name} is there, and no systemd of yours knows it", "meshnode service install")]
    if state.active != "active":
        return [_told("fail", f"{name} is {clean(state.active)}", NEXT.get(state.active, "meshnode logs"))]
    if systemd.lingers(desk) is False:
        return [_told("warn", f"{name} runs, and stops when you log out", LINGER)]
    return [_told("ok", f"{name} runs", "")]


def _told(state: str, text: str, fix: str) -> Check:
    return {"name": "service", "state": state, "text": text, "fix": fix}


def _check(desk: Desk) -> None:
    """Raise Failure if the service could not run."""
    if not desk.initialised:
        raise desk.not_initialised()
    if is_protected(desk) and not desk.environ.get(VARIABLE):
        cause = f"a passphrase protects the keys, and a service has nobody to ask: name its file in {VARIABLE}"
        raise Failure(Exit.WRONG_PASSPHRASE, cause, "meshnode id passphrase --help")
    if not systemd.there_is_a_manager(desk):
        raise Failure(Exit.FAILURE, f"{_NOT_HERE}; the unit to take elsewhere can be printed", PRINT)


def _unit(desk: Desk) -> str:
    program = shlex.split(hints.program(desk.environ))
    if len(program) == 1 and "/" not in program[0]:
        import shutil

        program = [shutil.which(program[0], path=desk.environ.get("PATH", os.defpath)) or program[0]]
    home = ["--home", desk.home] if desk.home else []
    carried = {name: desk.environ[name] for name in CARRIED if desk.environ.get(name)}
    return user_unit([*program, *home, "up", "--foreground"], carried, "" if not desk.home else f"in {desk.home}")


def _write(desk: Desk, text: str) -> None:
    path = systemd.unit_path(desk)
    if path.exists() and not systemd.is_installed(desk):
        cause = f"{desk.shown_path(path)} was not written by this command (its first line would be: {MARK[2:40]}…)"
        raise Failure(Exit.CONFLICT, cause, PRINT)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(path.name + ".part")
    partial.write_text(text, encoding="utf-8")
    os.replace(partial, path)


def _not_installed(desk: Desk) -> Failure:
    return Failure(Exit.CONFLICT, "the node is not installed as a service", "meshnode service install")


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "service install",
            "Let systemd run the node, as a service of yours.",
            install,
            (Argument(("--print",), "Print the unit and install nothing.", kind="flag", into="only_print"),),
            text="Writes a user unit, enables and starts it; a node that runs is stopped and started again by systemd. "
            "systemd then starts the node by itself, starts it anew when it crashed or hangs (watchdog), and keeps it "
            "from what it never needs.\n\nServices of a user stop when the user logs out, unless the user lingers: "
            "loginctl enable-linger. Where a passphrase protects the keys, name the file that holds it in "
            "MESHNODE_PASSPHRASE_FILE when you install.",
            examples=(("See what would be written", PRINT),),
            exits=(Exit.NOT_INITIALISED, Exit.WRONG_PASSPHRASE, Exit.CONFLICT, Exit.DEADLINE),
        ),
        Command(
            "service uninstall",
            "Stop the service and remove its unit; the home stays as it is.",
            uninstall,
            exits=(Exit.CONFLICT,),
        ),
        Command(
            "service status",
            "Show how the service is.",
            status,
            exits=(Exit.PROBLEMS, Exit.CONFLICT),
        ),
    )
}
