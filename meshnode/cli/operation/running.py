"""`meshnode up`, `down`, `logs`, `doctor` and `demo`: the node as a process."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from meshnode.cli.commands import Argument, Command
from meshnode.cli.desk import LEFT_FILE, Desk
from meshnode.cli.exits import Exit, Failure
from meshnode.cli.operation.status import show_check, unconfirmed_words
from meshnode.cli.person.unlocking import unlock
from meshnode.client.client import Client
from meshnode.client.errors import ClientError, CutOff, NodeNotRunning
from meshnode.words.safe_text import clean

if TYPE_CHECKING:
    from meshnode.client.answers import Check, NodeStatus
    from meshnode.store.sealed import MainKey

START_SECONDS = 60
"""How long `up` waits for the node, unless --timeout says otherwise; opening a large store takes the longest."""
STOP_SECONDS = 15
"""How long `down` waits before it sends a signal, and again after that."""
LOCK_FILE = "lock"
NEWEST_COPY = "--i-have-the-newest-copy"


def up(desk: Desk, *, foreground: bool, trusted: bool) -> Exit:
    """Start the node and wait until it answers; `trusted` says that no newer copy of this home exists."""
    if not desk.initialised:
        raise desk.not_initialised()
    already = running(desk)
    if trusted and (desk.places.data / LEFT_FILE).exists():
        desk.out.warn("this home was left, and goes on now: what it moved out into must not be taken in any more")
    words = [NEWEST_COPY] if trusted else []
    if not already and not (foreground or trusted) and _start_service(desk):
        pass  # systemd runs it, and watches it.
    elif not already:
        main_key = unlock(desk)
        if foreground:
            from meshnode.cli.operation.process import app_command, become

            sys.stdout.flush()
            become(app_command(desk, "run", "--foreground", *words), main_key)
        _start(desk, words, main_key)
    elif trusted:
        desk.client().node.trust()
    return _tell(desk, desk.client().node.status(), already=already)


def down(desk: Desk) -> Exit:
    """Stop the node and wait until it is gone."""
    if not desk.initialised:
        raise desk.not_initialised()
    node = desk.node_file()
    if node is None or not stop_node(desk, node["pid"]):
        desk.out.give_or_ok("down", {"stopped": False}, "The node was not running")
    else:
        desk.out.give_or_ok("down", {"stopped": True, "pid": node["pid"]}, "Node stopped")
    return Exit.OK


def doctor(desk: Desk) -> Exit:
    """Check machine and node; ends with 3 if something is wrong."""
    from meshnode.cli.operation.service import service_check  # It needs this file.

    asks_node = desk.initialised and running(desk)
    checks = desk.client().node.doctor()["checks"] if asks_node else _checks_without_node(desk)
    checks += [*unconfirmed_words(desk), *service_check(desk)]
    if desk.out.as_json:
        desk.out.give("doctor", {"checks": checks})
    for check in checks:
        show_check(desk, check)
    bad = sum(check["state"] == "fail" for check in checks)
    if bad:
        desk.out.aside(f"meshnode: {bad} of {len(checks)} checks failed, see the fixes above")
    return Exit.PROBLEMS if bad else Exit.OK


def demo(desk: Desk, *, no_open: bool) -> Exit:
    """Run the demonstration in place of this process."""
    from meshnode.cli.operation.process import APP

    flags = [*(["--json"] if desk.out.as_json else []), *(["--no-open"] if no_open else [])]
    sys.stdout.flush()
    os.execv(sys.executable, [sys.executable, "-m", APP, "demo", *flags])


def running(desk: Desk) -> bool:
    """Return whether this home's node answers."""
    try:
        desk.client(seconds=5).node.health()
    except (NodeNotRunning, CutOff):  # Cut off: it was just ending, or killed, and is gone by now.
        return False
    except Failure as failure:
        if failure.exit is Exit.NOT_RUNNING:
            return False
        raise
    return True


def _start_service(desk: Desk) -> bool:
    """Let systemd start the node if it was told to run it; return whether it was."""
    from meshnode.cli.operation import systemd

    if not systemd.is_installed(desk) or not systemd.there_is_a_manager(desk):
        return False
    desk.out.progress("systemd starts the node …")
    try:
        systemd.manage(desk, "start", systemd.unit_name(desk))
    finally:
        desk.out.progress_done()
    return True


def _start(desk: Desk, words: list[str], main_key: MainKey | None) -> None:
    from meshnode.cli.operation import last_words, process

    log_start = last_words.log_size(desk)
    desk.out.progress("starting the node …")
    child = process.start_detached(desk, words, main_key)

    def settled() -> bool:
        return child.poll() is not None or _answers(desk, child.pid)

    in_time = process.wait_until(settled, desk.timeout or START_SECONDS)
    desk.out.progress_done()
    if child.returncode is not None:
        raise process.failure_of(child.returncode, last_words.last_words(desk, log_start), "the node did not start")
    if not in_time:
        raise Failure(Exit.DEADLINE, "the node has started but does not answer yet", "meshnode logs")


def _answers(desk: Desk, pid: int) -> bool:
    """Return whether the node with this very process number answers; a file left by an earlier one does not count."""
    try:
        node = desk.node_file()
        return node is not None and node["pid"] == pid and Client(node["socket"], 5).node.health()["pid"] == pid
    except (ClientError, Failure):
        return False


def stop_node(desk: Desk, pid: int) -> bool:
    """Stop the node with this process number; return False if it was not running. Raises Failure if it stays."""
    from meshnode.cli.operation import process

    met = True
    try:
        desk.client(seconds=5).node.stop()
    except NodeNotRunning:
        met = False
    except ClientError:
        pass  # It was there, and may have gone in the middle of its answer.
    if met and process.wait_until(lambda: process.is_gone(pid), desk.timeout or STOP_SECONDS):
        return True
    if process.is_gone(pid) or not process.is_node(pid, desk.places.data / LOCK_FILE):
        return met
    process.terminate(pid)
    if not process.wait_until(lambda: process.is_gone(pid), desk.timeout or STOP_SECONDS):
        raise Failure(Exit.DEADLINE, f"the node (process {pid}) does not stop", f"kill -9 {pid}")
    return True


def _tell(desk: Desk, node: NodeStatus, *, already: bool) -> Exit:
    if desk.out.as_json:
        desk.out.give("up", {"already": already, **node})
        return Exit.OK
    places = node["listening"][0] if node["listening"] else "listening nowhere"
    api = f" · API on {node['url']}" if node["url"] else ""
    networks = ", ".join(clean(network["name"]) for network in node["networks"]) or "no network joined yet"
    desk.out.ok(f"{'Node runs already' if already else 'Node running'}   {networks}")
    desk.out.line(f"  {places}{api}")
    for check in node["health"]["reasons"]:
        if check["state"] != "ok" and check["name"] != "peers":  # In its first second nobody has met anybody.
            show_check(desk, check)
    steps = [
        ("Look at it", "meshnode ui"),
        ("How it is", "meshnode status"),
        ("Log work", 'meshnode log "Landing page, first draft" 3h30'),
    ]
    if not node["networks"]:
        steps.append(("Share it", "meshnode network create studio --open"))
    desk.next_steps(*steps)
    return Exit.OK


def _checks_without_node(desk: Desk) -> list[Check]:
    import json
    import subprocess

    from meshnode.cli.operation.process import app_command

    found = subprocess.run(app_command(desk, "doctor", "--json"), capture_output=True, text=True, check=False)
    try:
        answer = json.loads(found.stdout.strip().splitlines()[-1])
        checks: list[Check] = answer["checks"]
    except (ValueError, KeyError, IndexError):
        raise Failure(Exit.FAILURE, "the checks could not be run", detail=found.stderr.strip()[-2000:]) from None
    return checks


COMMANDS = {
    command.name: command
    for command in (
        Command(
            "up",
            "Start the node and wait until it answers.",
            up,
            (
                Argument(("--foreground",), "Stay in this terminal (for service managers).", kind="flag"),
                Argument(
                    (NEWEST_COPY,),
                    "No newer copy of this home exists, let it sign.",
                    "flag",
                    into="trusted",
                ),
            ),
            text="Takes no settings: those stand in config.toml (configs/node.toml lists them) or in the environment. "
            "If the node does not start, the last lines of its log say why. With --foreground the log goes to stderr, "
            "too: as text to a terminal, as JSON (one object a line) to whatever else collects it.\n\nWhere a "
            "passphrase protects the keys, it is asked for on the terminal; a service names the file that holds it in "
            "MESHNODE_PASSPHRASE_FILE.\n\nA home that was copied or restored from a backup first asks its peers "
            "whether they hold newer records of yours, because two copies that both sign fork their owner. If there "
            "are no such peers, say so with --i-have-the-newest-copy.",
            exits=(Exit.NOT_INITIALISED, Exit.HOME_IN_USE, Exit.WRONG_PASSPHRASE, Exit.CONFLICT, Exit.DEADLINE),
        ),
        Command(
            "down",
            "Stop the node and wait until it is gone.",
            down,
            text="Asks the node to stop; if it does not answer, sends it a signal after checking "
            "that the process is really it.",
            exits=(Exit.NOT_INITIALISED, Exit.DEADLINE),
        ),
        Command(
            "doctor",
            "Check this machine and this node, with a fix for whatever is wrong.",
            doctor,
            text="Works with the node stopped too.",
            exits=(Exit.PROBLEMS,),
        ),
        Command(
            "demo",
            "Show a small mesh at work, in a folder that is removed again.",
            demo,
            (Argument(("--no-open",), "Open no browser, only print the links.", kind="flag"),),
            text="Five nodes in one process live through half a year of a studio: relay through a third, agree, work, "
            "share what two clients pay, import a real git history, are cut in two and heal, refuse a forged record. "
            "On a terminal the dashboard stays open until Ctrl-C. Ends with 0 only if everything it printed was "
            "checked, and leaves nothing behind.",
            exits=(Exit.INTERRUPTED,),
        ),
    )
}
